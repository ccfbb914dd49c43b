"""Working-time arithmetic over shifts and exceptions; pure, exact in whole minutes.

Working time is half open: a shift 08:00-12:00 holds the moments from 08:00 up to, not including, 12:00.
Adding working time lands at the *end* of a shift (work that fills Friday finishes Friday 17:00, not
Monday 08:00); taking it away lands at the *beginning* of one (240 working minutes before Friday 17:00 is
Friday 13:00, 480 before is Friday 08:00). Both follow how planners read finish and start times.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.tasks import Calendar, CalendarException, Shifts

DAY_MINUTES = 1440
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - plan times are naive site wall time
_EPOCH_DAY = _EPOCH.date().toordinal()
_FIRST_DAY = date.min.toordinal() - _EPOCH_DAY
_LAST_DAY = date.max.toordinal() - _EPOCH_DAY

ALWAYS = Calendar(id="", name="elapsed", week=(((0, DAY_MINUTES),),) * 7)
"""Round the clock: elapsed durations and lags."""


def to_minutes(moment: datetime) -> int:
    """Whole minutes since 1970-01-01 00:00 wall time; seconds are cut off."""
    delta = moment - _EPOCH
    return delta.days * DAY_MINUTES + delta.seconds // 60


def from_minutes(minutes: int) -> datetime:
    """The wall time that ``to_minutes`` counts."""
    return _EPOCH + timedelta(minutes=minutes)


def merged(shifts: Shifts) -> Shifts:
    """Shifts in ascending order, overlapping or touching ones joined.

    Raises:
        InputRefused: ``shift_invalid`` when one does not lie within a day or does not end after it starts.
    """
    result: list[tuple[int, int]] = []
    for start, end in sorted(shifts):
        if not 0 <= start < end <= DAY_MINUTES:
            raise InputRefused(
                "shift_invalid",
                f"A working period from minute {start} to minute {end} of a day is not possible.",
                "A shift must start before it ends, within one day; split a night shift at midnight.",
                start=start,
                end=end,
            )
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


class WorkTime:
    """Arithmetic in one calendar. Where exceptions overlap, the later one in the calendar wins.

    Days are laid out once, in a range that grows as it is asked for, with the working minutes summed up
    before each shift; every answer is then a binary search.

    Args:
        calendar: weekly shifts and dated exceptions.

    Raises:
        InputRefused: ``calendar_no_working_time`` when no day is ever worked.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._week = tuple(merged(shifts) for shifts in calendar.week)
        self._exceptions = [
            (_day(exception), _day(exception, last=True), merged(exception.shifts))
            for exception in calendar.exceptions
        ]
        self._endless = any(self._week)
        worked = [(first, last) for first, last, shifts in self._exceptions if shifts]
        if not self._endless and not worked:
            raise InputRefused(
                "calendar_no_working_time",
                f"The calendar '{calendar.name}' has no working time.",
                "Give it at least one weekday with working hours in the planning tool.",
                calendar=calendar.name,
            )
        if self._endless:
            self._low = self._high = 16_000  # October 2013; the first question moves it
            self._limits = (_FIRST_DAY, _LAST_DAY)
        else:
            self._low = self._high = min(first for first, _ in worked)
            self._limits = (self._low, max(last for _, last in worked) + 1)
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        self._total = 0
        self._placed = False

    # -- in minutes since the epoch (the scheduler's own measure) --------------------------------

    def between_minutes(self, start: int, end: int) -> int:
        """Working minutes from ``start`` to ``end``; negative when ``end`` is earlier."""
        self._cover(min(start, end), max(start, end))
        return self._worked(end) - self._worked(start)

    def add_minutes(self, moment: int, minutes: int) -> int:
        """The moment ``minutes`` of work later (negative: earlier); with 0 the moment if it is worked or ends
        a shift, else the next working moment.
        """  # noqa: D205 - one sentence
        self._cover(moment, moment)
        if minutes == 0:
            index = bisect_left(self._ends, moment)
            if index < len(self._ends) and self._starts[index] <= moment:
                return moment
            return self.next_minutes(moment)
        while True:
            target = self._worked(moment) + minutes
            if minutes > 0:
                index = bisect_left(self._before, target) - 1
                if target <= self._total and index >= 0:
                    return self._starts[index] + target - self._before[index]
                self._grow(later=True)
            else:
                index = bisect_right(self._before, target) - 1
                if index >= 0 and target < self._total:
                    return self._starts[index] + target - self._before[index]
                self._grow(later=False)

    def next_minutes(self, moment: int) -> int:
        """``moment`` if it is working time, else the start of the next shift."""
        self._cover(moment, moment)
        while True:
            index = bisect_right(self._ends, moment)
            if index < len(self._starts):
                return max(moment, self._starts[index])
            self._grow(later=True)

    def previous_minutes(self, moment: int) -> int:
        """``moment`` if it lies inside a shift or ends one, else the end of the shift before."""
        self._cover(moment, moment)
        while True:
            index = bisect_left(self._starts, moment) - 1
            if index >= 0:
                return min(moment, self._ends[index])
            self._grow(later=False)

    # -- in wall time ----------------------------------------------------------------------------

    def between(self, start: datetime, end: datetime) -> int:
        """Working minutes from ``start`` to ``end``; negative when ``end`` is earlier."""
        return self.between_minutes(to_minutes(start), to_minutes(end))

    def add(self, moment: datetime, minutes: int) -> datetime:
        """The moment that lies ``minutes`` of working time after ``moment`` (before it when negative).

        Raises:
            InputRefused: ``calendar_exhausted`` when the calendar has not that much working time left.
        """
        return from_minutes(self.add_minutes(to_minutes(moment), minutes))

    def next_working(self, moment: datetime) -> datetime:
        """``moment`` if it is working time, else the start of the next shift."""
        return from_minutes(self.next_minutes(to_minutes(moment)))

    def previous_working(self, moment: datetime) -> datetime:
        """``moment`` if work can end there, else the end of the shift before."""
        return from_minutes(self.previous_minutes(to_minutes(moment)))

    def is_working(self, moment: datetime) -> bool:
        """Whether ``moment`` lies inside a shift (its end excluded)."""
        return self.next_working(moment) == from_minutes(to_minutes(moment))

    def shifts_on(self, day: date) -> Shifts:
        """The shifts of one day, exceptions applied."""
        number = day.toordinal() - _EPOCH_DAY
        for first, last, shifts in reversed(self._exceptions):
            if first <= number <= last:
                return shifts
        return self._week[day.weekday()]

    def shifts_between(self, low: int, high: int) -> tuple[list[int], list[int]]:
        """Starts and ends of the shifts that reach into the minutes ``low`` to ``high``."""
        self._cover(low, high)
        first, last = bisect_right(self._ends, low), bisect_left(self._starts, high)
        return self._starts[first:last], self._ends[first:last]

    # -- the laid-out range ----------------------------------------------------------------------

    def _worked(self, moment: int) -> int:
        index = bisect_right(self._starts, moment) - 1
        if index < 0:
            return 0
        return self._before[index] + min(moment, self._ends[index]) - self._starts[index]

    def _cover(self, low: int, high: int) -> None:
        low_day, high_day = low // DAY_MINUTES, high // DAY_MINUTES
        if self._placed and self._low <= low_day and high_day < self._high:
            return
        if not self._placed:
            self._placed = True
            if self._endless:
                self._low = self._high = low_day
        first, last = self._limits
        new_low = max(first, min(self._low, low_day - 400))
        new_high = min(last, max(self._high, high_day + 800))
        self._lay_out(new_low, new_high)

    def _grow(self, *, later: bool) -> None:
        first, last = self._limits
        span = max(800, self._high - self._low)
        low = self._low if later else max(first, self._low - span)
        high = min(last, self._high + span) if later else self._high
        if (low, high) == (self._low, self._high):
            edge = from_minutes((high if later else low) * DAY_MINUTES).date()
            raise InputRefused(
                "calendar_exhausted",
                f"The calendar '{self.calendar.name}' has no working time "
                f"{'after' if later else 'before'} {edge}.",
                "Extend the calendar, or shorten the durations and lags that use it.",
                calendar=self.calendar.name,
                edge=str(edge),
            )
        self._lay_out(low, high)

    def _lay_out(self, low: int, high: int) -> None:
        days: list[Shifts] = [self._week[(day + 3) % 7] for day in range(low, high)]
        for first, last, shifts in self._exceptions:
            for day in range(max(first, low), min(last + 1, high)):
                days[day - low] = shifts
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        total = 0
        for offset, shifts in enumerate(days):
            midnight = (low + offset) * DAY_MINUTES
            for start, end in shifts:
                if ends and ends[-1] == midnight + start:
                    ends[-1] = midnight + end
                else:
                    starts.append(midnight + start)
                    ends.append(midnight + end)
                    before.append(total)
                total += end - start
        self._low, self._high = low, high
        self._starts, self._ends, self._before, self._total = starts, ends, before, total


def _day(exception: CalendarException, *, last: bool = False) -> int:
    return (exception.last if last else exception.first).toordinal() - _EPOCH_DAY
