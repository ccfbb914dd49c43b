"""The spans that a windowed rule judges, aligned to the site's clock; and three-valued logic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Outcome
from bim_supervise.core.clock import epoch_ms, from_epoch_ms, to_utc

DAY_MS = 86_400_000
MINUTE_MS = 60_000


def fixed_spans(start_ms: int, end_ms: int, length_ms: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Spans [start, end) of a length, end to end, that hold or follow ``start_ms`` and end by ``end_ms``.

    They begin at full multiples of their length after local midnight. Spans of whole days begin at local
    midnight and keep it over a clock change, so that such a day has 23 or 25 hours; shorter ones keep their
    length and are aligned anew after the change.

    Args:
        start_ms: UTC epoch ms.
        end_ms: UTC epoch ms.
        length_ms: a divisor or a multiple of a day.
        zone: the site's time zone.
    """
    if length_ms % DAY_MS == 0:
        yield from _days(start_ms, end_ms, length_ms // DAY_MS, zone)
        return
    position = start_ms
    while True:
        position -= (position + _offset_ms(position, zone)) % length_ms
        if position + length_ms > end_ms:
            return
        yield position, position + length_ms
        position += length_ms


def sliding_spans(
    start_ms: int, end_ms: int, length_ms: int, every_ms: int, zone: ZoneInfo
) -> Iterator[tuple[int, int]]:
    """Spans [start, end) of a length that end every ``every_ms``, after ``start_ms`` and by ``end_ms``."""
    position = start_ms + 1
    while True:
        position += -(position + _offset_ms(position, zone)) % every_ms
        if position > end_ms:
            return
        yield position - length_ms, position
        position += 1


def day_of(moment_ms: int, zone: ZoneInfo) -> tuple[int, int]:
    """The site's calendar day that holds a moment, as UTC epoch ms [start, end)."""
    wall = from_epoch_ms(moment_ms).astimezone(zone)
    midnight = datetime(wall.year, wall.month, wall.day)  # noqa: DTZ001 - wall time of the site
    return epoch_ms(to_utc(midnight, zone)), epoch_ms(to_utc(midnight + timedelta(days=1), zone))


def fails_when_all(outcomes: Iterable[Outcome]) -> Outcome:
    """AND: fails when all fail, passes when one passes, else undetermined; nothing is undetermined."""
    found = list(outcomes)
    if not found or (Outcome.PASS not in found and Outcome.UNDETERMINED in found):
        return Outcome.UNDETERMINED
    return Outcome.PASS if Outcome.PASS in found else Outcome.FAIL


def fails_when_any(outcomes: Iterable[Outcome]) -> Outcome:
    """OR: fails when one fails, passes when all pass, else undetermined; nothing is undetermined."""
    found = list(outcomes)
    if Outcome.FAIL in found:
        return Outcome.FAIL
    return Outcome.UNDETERMINED if not found or Outcome.UNDETERMINED in found else Outcome.PASS


def _days(start_ms: int, end_ms: int, days: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    first = from_epoch_ms(start_ms).astimezone(zone).date()
    first -= timedelta(days=first.toordinal() % days)
    wall = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - wall time of the site
    while True:
        begin, wall = wall, wall + timedelta(days=days)
        end = epoch_ms(to_utc(wall, zone))
        if end > end_ms:
            return
        yield epoch_ms(to_utc(begin, zone)), end


def _offset_ms(moment_ms: int, zone: ZoneInfo) -> int:
    offset = from_epoch_ms(moment_ms).astimezone(zone).utcoffset() or timedelta(0)
    return offset // timedelta(milliseconds=1)
