"""IfcWorkCalendar: weekly working times, dated working times and exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime, merged
from bim_supervise.schedule.read_mspdi_calendars import STANDARD_SHIFTS
from bim_supervise.schedule.recurrence import Recurrence, RecurrenceKind, day_ranges, recurring_days
from bim_supervise.schedule.tasks import Calendar, CalendarException, Shifts, Skipped
from bim_supervise.schedule.values import clock_minutes, iso_moment, refuse_date

_EVERY_DAY = frozenset(range(7))


def read_work_calendars(file: Any, skipped: list[Skipped], converted: list[Skipped]) -> dict[str, Calendar]:
    """All IfcWorkCalendar with working time, by GlobalId.

    Raises:
        InputRefused: ``date_invalid`` with the instance's number.
    """
    calendars: dict[str, Calendar] = {}
    for entity in file.by_type("IfcWorkCalendar"):
        calendar = _calendar(entity, skipped, converted)
        try:
            WorkTime(calendar)
        except InputRefused:
            skipped.append(Skipped(what=f"#{entity.id()} {calendar.name}", reason="calendar_no_working_time"))
            continue
        calendars[calendar.id] = calendar
    return calendars


def _calendar(entity: Any, skipped: list[Skipped], converted: list[Skipped]) -> Calendar:
    name = entity.Name or f"calendar #{entity.id()}"
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    dated: list[tuple[Any, Recurrence, date, date]] = []
    times = list(entity.WorkingTimes or ())
    for time in times:
        recurrence, first, last = _when(time, name, skipped)
        if recurrence is None:
            continue
        weekly = recurrence.kind in (RecurrenceKind.WEEKLY, RecurrenceKind.DAILY) and recurrence.interval <= 1
        alone = len(times) == 1
        if weekly and ((first is None and last is None) or alone):
            if first is not None or last is not None:
                converted.append(Skipped(what=f"{name}: working time", reason="calendar_range_dropped"))
            days = _EVERY_DAY if recurrence.kind is RecurrenceKind.DAILY else recurrence.weekdays
            for day in days:
                week[day].extend(_shifts(time, name, skipped, converted) or STANDARD_SHIFTS)
        elif first is not None and last is not None:
            dated.append((time, recurrence, first, last))
        else:
            skipped.append(Skipped(what=f"{name}: #{time.id()}", reason="working_time_without_end"))
    plain = [merged(tuple(shifts)) for shifts in week]
    exceptions: list[CalendarException] = []
    for time, recurrence, first, last in dated:
        shifts = _shifts(time, name, skipped, converted) or STANDARD_SHIFTS
        for start, end in day_ranges(recurring_days(recurrence, first, last)):
            exceptions.append(CalendarException(first=start, last=end, shifts=shifts, name=time.Name))
    for time in entity.ExceptionTimes or ():
        exceptions.extend(_exceptions(time, name, plain, exceptions, skipped))
    mon, tue, wed, thu, fri, sat, sun = plain
    return Calendar(
        id=entity.GlobalId,
        name=name,
        week=(mon, tue, wed, thu, fri, sat, sun),
        exceptions=tuple(exceptions),
    )


def _exceptions(
    time: Any,
    name: str,
    week: list[Shifts],
    before: list[CalendarException],
    skipped: list[Skipped],
) -> Iterable[CalendarException]:
    """Times that are not worked: whole days, or the named hours taken out of each day's shifts."""
    recurrence, first, last = _when(time, name, skipped)
    if recurrence is None:
        return
    if first is None or last is None:
        skipped.append(
            Skipped(what=f"{name}: #{time.id()} {time.Name or ''}", reason="exception_without_period")
        )
        return
    pattern = time.RecurrencePattern
    if pattern is None or not pattern.TimePeriods:
        for start, end in day_ranges(recurring_days(recurrence, first, last)):
            yield CalendarException(first=start, last=end, name=time.Name)
        return
    closed = [
        (opens, closes)
        for period in pattern.TimePeriods
        if (opens := clock_minutes(period.StartTime)) is not None
        and (closes := clock_minutes(period.EndTime, end=True)) is not None
    ]
    laid_out = list(before)
    for day in recurring_days(recurrence, first, last):
        shifts = next(
            (found.shifts for found in reversed(laid_out) if found.first <= day <= found.last),
            week[day.weekday()],
        )
        yield CalendarException(first=day, last=day, shifts=_without(shifts, closed), name=time.Name)


def _without(shifts: Shifts, closed: list[tuple[int, int]]) -> Shifts:
    left = list(shifts)
    for start, end in closed:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, start)), (max(first, end), last))
            if piece[0] < piece[1]
        ]
    return tuple(left)


def _when(time: Any, name: str, skipped: list[Skipped]) -> tuple[Recurrence | None, date | None, date | None]:
    # IFC4 calls the attributes Start and Finish, IFC4X3 StartDate and FinishDate.
    first = _date(time, getattr(time, "StartDate", None) or getattr(time, "Start", None))
    last = _date(time, getattr(time, "FinishDate", None) or getattr(time, "Finish", None))
    pattern = time.RecurrencePattern
    if pattern is None:
        return Recurrence(kind=RecurrenceKind.DAILY), first, last or first
    code = pattern.RecurrenceType
    if code not in RecurrenceKind.__members__:
        skipped.append(Skipped(what=f"{name}: #{time.id()} {code}", reason="recurrence_not_supported"))
        return None, first, last
    weekdays = frozenset(int(day) - 1 for day in pattern.WeekdayComponent or ())
    return (
        Recurrence(
            kind=RecurrenceKind(code),
            interval=pattern.Interval or 1,
            weekdays=weekdays,
            days=frozenset(pattern.DayComponent or ()),
            months=frozenset(pattern.MonthComponent or ()),
            position=pattern.Position,
            occurrences=pattern.Occurrences,
        ),
        first,
        last,
    )


def _date(time: Any, text: str | None) -> date | None:
    if not text:
        return None
    moment = iso_moment(text)
    if moment is None:
        raise refuse_date(text, f"#{time.id()}", "IfcWorkTime")
    return moment.date()


def _shifts(time: Any, name: str, skipped: list[Skipped], converted: list[Skipped]) -> Shifts:
    pattern = time.RecurrencePattern
    if pattern is None or not pattern.TimePeriods:
        converted.append(Skipped(what=f"{name}: #{time.id()}", reason="standard_shifts_assumed"))
        return ()
    shifts: list[tuple[int, int]] = []
    for period in pattern.TimePeriods:
        start, end = clock_minutes(period.StartTime), clock_minutes(period.EndTime, end=True)
        if start is None or end is None or end <= start:
            skipped.append(Skipped(what=f"{name}: #{period.id()}", reason="shift_unreadable"))
        else:
            shifts.append((start, end))
    return merged(tuple(shifts))
