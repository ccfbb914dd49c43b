"""Time: instants are aware UTC, plan times are naive *site wall time*, and a clock is passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bim_supervise.core.errors import InputRefused

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Clock = Callable[[], datetime]
"""A function that returns the present instant as aware UTC."""


def system_clock() -> datetime:
    """The machine's own clock, aware UTC."""
    return datetime.now(UTC)


def site_zone(name: str) -> ZoneInfo:
    """The IANA time zone of a site.

    Raises:
        InputRefused: ``timezone_unknown`` when the name is no IANA zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputRefused(
            "timezone_unknown",
            f"'{name}' is not a time zone.",
            "Use an IANA name such as Asia/Shanghai or Europe/Amsterdam.",
            name=name,
        ) from error


def to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """Site wall time (naive) to UTC; an already aware time is only converted.

    In the repeated hour of a daylight-saving change the first occurrence is meant (``fold=0``).
    """
    aware = wall if wall.tzinfo else wall.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def to_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """An aware instant to naive site wall time."""
    return instant.astimezone(zone).replace(tzinfo=None)


def epoch_ms(instant: datetime) -> int:
    """Aware instant to whole milliseconds since 1970-01-01T00:00Z (exact integer arithmetic)."""
    delta = instant - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def from_epoch_ms(milliseconds: int) -> datetime:
    """Whole milliseconds since the epoch to an aware UTC instant."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
