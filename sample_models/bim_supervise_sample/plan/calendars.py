"""The site's two calendars, with just enough arithmetic to plan the sample by."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Days without work, both inclusive."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCalendar:
    """A weekly pattern of shifts with holidays. ``weekdays`` are ISO numbers (1 = Monday)."""

    key: str
    name: str
    weekdays: tuple[int, ...]
    shifts: tuple[tuple[time, time], ...]
    """An end of 00:00 means the end of the day."""
    holidays: tuple[Holiday, ...] = ()
    hours_per_day: float = 8.0

    def works_on(self, day: date) -> bool:
        """Whether the day has shifts."""
        return day.isoweekday() in self.weekdays and not any(h.first <= day <= h.last for h in self.holidays)


SITE = SiteCalendar(
    key="SITE",
    name="工地日历（六天两班） / Site calendar (six days, two shifts)",
    weekdays=(1, 2, 3, 4, 5, 6),
    shifts=((time(8), time(12)), (time(13), time(17))),
    holidays=(
        Holiday(name="元旦 / New Year", first=date(2026, 1, 1), last=date(2026, 1, 3)),
        Holiday(name="春节停工 / Spring Festival shutdown", first=date(2026, 2, 14), last=date(2026, 2, 24)),
        Holiday(name="清明节 / Qingming", first=date(2026, 4, 4), last=date(2026, 4, 6)),
        Holiday(name="劳动节 / Labour Day", first=date(2026, 5, 1), last=date(2026, 5, 5)),
        Holiday(name="端午节 / Dragon Boat Festival", first=date(2026, 6, 19), last=date(2026, 6, 21)),
    ),
)
CONTINUOUS = SiteCalendar(
    key="CONTINUOUS",
    name="连续日历（养护、降水） / Round the clock (curing, dewatering)",
    weekdays=(1, 2, 3, 4, 5, 6, 7),
    shifts=((time(0), time(0)),),
    hours_per_day=24.0,
)
CALENDARS = {calendar.key: calendar for calendar in (SITE, CONTINUOUS)}

_FIRST, _LAST = date(2025, 12, 1), date(2027, 6, 30)


class WorkingTime:
    """Adds working hours to moments of site wall time."""

    def __init__(self, calendar: SiteCalendar) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        self._before: list[timedelta] = []
        total = timedelta()
        for offset in range((_LAST - _FIRST).days):
            day = _FIRST + timedelta(days=offset)
            if not calendar.works_on(day):
                continue
            for begin, end in calendar.shifts:
                start = datetime.combine(day, begin)
                finish = datetime.combine(day + timedelta(days=1) if end == time(0) else day, end)
                self._starts.append(start)
                self._ends.append(finish)
                self._before.append(total)
                total += finish - start

    def next_start(self, moment: datetime) -> datetime:
        """The moment itself if it is worked, else the beginning of the next shift."""
        index = bisect_right(self._starts, moment) - 1
        if index >= 0 and moment < self._ends[index]:
            return moment
        return self._starts[index + 1]

    def add(self, moment: datetime, hours: float) -> datetime:
        """The moment after (before, if negative) so many working hours.

        Going forward it lands at the end of a shift, going back at the beginning of one.
        """
        if hours == 0:
            return moment
        target = self._elapsed(moment) + timedelta(hours=hours)
        index = (bisect_left(self._before, target) if hours > 0 else bisect_right(self._before, target)) - 1
        return self._starts[index] + (target - self._before[index])

    def hours_between(self, start: datetime, finish: datetime) -> float:
        """Working hours from one moment to a later one."""
        return (self._elapsed(finish) - self._elapsed(start)) / timedelta(hours=1)

    def _elapsed(self, moment: datetime) -> timedelta:
        index = bisect_right(self._starts, moment) - 1
        return self._before[index] + min(moment, self._ends[index]) - self._starts[index]


@cache
def working_time(key: str) -> WorkingTime:
    """The arithmetic of one of the site's calendars."""
    return WorkingTime(CALENDARS[key])
