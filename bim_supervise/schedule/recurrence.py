"""Recurring days (every second Friday, the last weekday of a month) laid out as dates; pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class RecurrenceKind(StrEnum):
    """What repeats; the names are those of the IFC recurrence types."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY_BY_DAY_OF_MONTH = "MONTHLY_BY_DAY_OF_MONTH"
    MONTHLY_BY_POSITION = "MONTHLY_BY_POSITION"
    YEARLY_BY_DAY_OF_MONTH = "YEARLY_BY_DAY_OF_MONTH"
    YEARLY_BY_POSITION = "YEARLY_BY_POSITION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A repeating day.

    Args:
        kind: what repeats.
        interval: every how many days, weeks, months or years.
        weekdays: ISO weekdays, 0 = Monday; for a position the days among which it counts.
        days: days of the month, 1..31.
        months: months of the year, 1..12.
        position: which of the matching days of the month, 1 = first, -1 = last.
        occurrences: after how many days it ends; None = with the period.
    """

    kind: RecurrenceKind
    interval: int = 1
    weekdays: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    position: int | None = None
    occurrences: int | None = None


def recurring_days(recurrence: Recurrence, first: date, last: date) -> Iterator[date]:
    """The days from ``first`` to ``last`` (both included) on which ``recurrence`` falls, ascending."""
    found = 0
    day = first
    while day <= last:
        if _falls_on(recurrence, first, day):
            yield day
            found += 1
            if recurrence.occurrences is not None and found >= recurrence.occurrences:
                return
        if day == date.max:
            return
        day += timedelta(days=1)


def day_ranges(days: Iterator[date]) -> Iterator[tuple[date, date]]:
    """Ascending days joined to ranges (first, last) of consecutive ones."""
    start: date | None = None
    end: date | None = None
    for day in days:
        if start is not None and end is not None and day == end + timedelta(days=1):
            end = day
            continue
        if start is not None and end is not None:
            yield start, end
        start = end = day
    if start is not None and end is not None:
        yield start, end


def _falls_on(recurrence: Recurrence, first: date, day: date) -> bool:
    kind = recurrence.kind
    interval = max(1, recurrence.interval)
    if kind is RecurrenceKind.DAILY:
        return (day - first).days % interval == 0
    if kind is RecurrenceKind.WEEKLY:
        monday = first - timedelta(days=first.weekday())
        return day.weekday() in recurrence.weekdays and (day - monday).days // 7 % interval == 0
    if kind in (RecurrenceKind.MONTHLY_BY_DAY_OF_MONTH, RecurrenceKind.MONTHLY_BY_POSITION):
        if ((day.year - first.year) * 12 + day.month - first.month) % interval:
            return False
    elif day.month not in recurrence.months or (day.year - first.year) % interval:
        return False
    if kind in (RecurrenceKind.MONTHLY_BY_DAY_OF_MONTH, RecurrenceKind.YEARLY_BY_DAY_OF_MONTH):
        return day.day in recurrence.days
    length = calendar.monthrange(day.year, day.month)[1]
    matching = [
        number
        for number in range(1, length + 1)
        if date(day.year, day.month, number).weekday() in recurrence.weekdays
    ]
    position = recurrence.position or 0
    index = position - 1 if position > 0 else len(matching) + position
    return 0 <= index < len(matching) and matching[index] == day.day
