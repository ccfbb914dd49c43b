"""Column types that mean the same in every database: exact instants, wall times, JSON documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
NO_INSTANT = -(2**63)
"""How :class:`KeyInstant` spells None, because part of a primary key cannot be null."""


def to_microseconds(instant: datetime) -> int:
    """Aware instant to whole microseconds since 1970-01-01T00:00Z.

    Raises:
        ValueError: the time is naive, so nobody can say which instant is meant.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} is naive; the store keeps aware instants")
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """Whole microseconds since the epoch to an aware UTC instant."""
    return _EPOCH + timedelta(microseconds=microseconds)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, exact to the microsecond, that sorts and compares alike in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To microseconds since the epoch."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Back to an aware UTC instant."""
        return None if value is None else from_microseconds(value)


class KeyInstant(TypeDecorator[datetime]):
    """An instant or None inside a primary key; None sorts before every instant."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int:
        """To microseconds since the epoch."""
        return NO_INSTANT if value is None else to_microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Back to an aware UTC instant or None."""
        return None if value is None or value == NO_INSTANT else from_microseconds(value)


class WallTime(TypeDecorator[datetime]):
    """A naive site wall time of a plan."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses an aware time: it would lose its zone."""
        if value is not None and value.tzinfo is not None:
            raise ValueError(f"{value!r} is aware; plan times are naive site wall time")
        return value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """As stored."""
        return value


class Document(TypeDecorator[Any]):
    """Plain data as JSON; None is SQL NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True
