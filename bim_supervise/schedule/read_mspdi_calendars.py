"""Calendars of MS Project XML: derived calendars resolved, old and new exceptions, work weeks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import merged
from bim_supervise.schedule.read_xml import XmlNode
from bim_supervise.schedule.recurrence import Recurrence, RecurrenceKind, day_ranges, recurring_days
from bim_supervise.schedule.tasks import Calendar, CalendarException, Shifts, Skipped
from bim_supervise.schedule.values import clock_minutes, iso_moment, refuse_date

STANDARD_SHIFTS: Shifts = ((480, 720), (780, 1020))
"""08:00-12:00 and 13:00-17:00: what MS Project works on a day whose hours it does not write."""
STANDARD_WEEK = (
    STANDARD_SHIFTS, STANDARD_SHIFTS, STANDARD_SHIFTS, STANDARD_SHIFTS, STANDARD_SHIFTS, (), ()
)  # fmt: skip
"""Monday to Friday."""

_EVERY_DAY = frozenset(range(7))
_POSITION_DAYS = (_EVERY_DAY, frozenset(range(5)), frozenset((5, 6)))
_MONTHLY = {"4": RecurrenceKind.MONTHLY_BY_DAY_OF_MONTH, "5": RecurrenceKind.MONTHLY_BY_POSITION}
_YEARLY = {"2": RecurrenceKind.YEARLY_BY_DAY_OF_MONTH, "3": RecurrenceKind.YEARLY_BY_POSITION}


@dataclass(slots=True)
class _Raw:
    uid: str
    name: str
    base: str | None
    is_base: bool
    week: dict[int, Shifts] = field(default_factory=dict)
    exceptions: list[CalendarException] = field(default_factory=list)


@dataclass(slots=True)
class CalendarReport:
    """What was skipped or converted while reading calendars."""

    skipped: list[Skipped] = field(default_factory=list)
    converted: list[Skipped] = field(default_factory=list)


def read_calendars(project: XmlNode, report: CalendarReport) -> tuple[dict[str, Calendar], frozenset[str]]:
    """All calendars by UID, and the UIDs of those that belong to a resource alone.

    Raises:
        InputRefused: ``date_invalid`` with the line of an exception's date.
    """
    container = project.child("Calendars")
    nodes = [] if container is None else list(container.each("Calendar"))
    raws = {raw.uid: raw for raw in (_read(node, report) for node in nodes)}
    calendars = {uid: _resolve(raw, raws, report) for uid, raw in raws.items()}
    return calendars, frozenset(uid for uid, raw in raws.items() if not raw.is_base)


def _read(node: XmlNode, report: CalendarReport) -> _Raw:
    uid = node.value("UID") or ""
    base = node.value("BaseCalendarUID")
    raw = _Raw(
        uid=uid,
        name=node.value("Name") or f"calendar {uid}",
        base=None if base in (None, "-1", "0", uid) else base,
        is_base=node.value("IsBaseCalendar") in ("1", "true", None),
    )
    old: list[CalendarException] = []
    days = node.child("WeekDays")
    for day in () if days is None else days.each("WeekDay"):
        kind = day.value("DayType") or ""
        if kind == "0":
            old.extend(_dated(day, raw.name, report))
        elif kind.isdecimal() and 1 <= int(kind) <= 7:
            raw.week[(int(kind) - 2) % 7] = _shifts(day, raw.name, report)
        else:
            report.skipped.append(Skipped(what=f"{raw.name}: day type '{kind}'", reason="day_type_unknown"))
    weeks = node.child("WorkWeeks")
    for week in () if weeks is None else weeks.each("WorkWeek"):
        raw.exceptions.extend(_work_week(week, raw.name, report))
    raw.exceptions.extend(old)
    exceptions = node.child("Exceptions")
    # A single exception was set for its days on purpose, so it comes after (and wins over) recurring ones.
    nodes = [] if exceptions is None else list(exceptions.each("Exception"))
    for exception in sorted(nodes, key=lambda found: not _is_recurring(found)):
        raw.exceptions.extend(_exception(exception, raw.name, report))
    return raw


def _resolve(raw: _Raw, raws: dict[str, _Raw], report: CalendarReport) -> Calendar:
    line: list[_Raw] = [raw]
    while line[-1].base in raws and raws[line[-1].base or ""] not in line:
        line.append(raws[line[-1].base or ""])
    week: list[Shifts] = [*STANDARD_WEEK]
    if not line[-1].week:
        report.converted.append(Skipped(what=line[-1].name, reason="standard_week_assumed"))
    exceptions: list[CalendarException] = []
    for ancestor in reversed(line):
        for day, shifts in ancestor.week.items():
            week[day] = shifts
        exceptions.extend(ancestor.exceptions)
    mon, tue, wed, thu, fri, sat, sun = week
    return Calendar(
        id=raw.uid,
        name=raw.name,
        week=(mon, tue, wed, thu, fri, sat, sun),
        exceptions=tuple(exceptions),
    )


def _shifts(node: XmlNode, calendar: str, report: CalendarReport) -> Shifts:
    if node.value("DayWorking") not in ("1", "true"):
        return ()
    times = node.child("WorkingTimes")
    if times is None or not times.children:
        report.converted.append(
            Skipped(what=f"{calendar}, line {node.line}", reason="standard_shifts_assumed")
        )
        return STANDARD_SHIFTS
    shifts: list[tuple[int, int]] = []
    for time in times.each("WorkingTime"):
        start = clock_minutes(time.value("FromTime") or "")
        end = clock_minutes(time.value("ToTime") or "", end=True)
        if start is None and end is None:
            continue  # MS Project pads a day to five periods with empty ones
        if start is None or end is None or start == end:
            report.skipped.append(Skipped(what=f"{calendar}, line {time.line}", reason="shift_unreadable"))
        elif end < start:
            shifts.append((start, 1440))
            report.skipped.append(Skipped(what=f"{calendar}, line {time.line}", reason="shift_past_midnight"))
        else:
            shifts.append((start, end))
    return merged(tuple(shifts))


def _period(node: XmlNode) -> tuple[date, date] | None:
    period = node.child("TimePeriod")
    if period is None:
        return None
    moments: list[datetime] = []
    for name in ("FromDate", "ToDate"):
        text = period.value(name)
        if text is None:
            return None
        moment = iso_moment(text)
        if moment is None:
            raise refuse_date(text, f"line {period.line}", name)
        moments.append(moment)
    first, last = moments[0].date(), moments[1].date()
    return (first, last) if first <= last else None


def _dated(node: XmlNode, calendar: str, report: CalendarReport) -> Iterable[CalendarException]:
    period = _period(node)
    if period is None:
        report.skipped.append(
            Skipped(what=f"{calendar}, line {node.line}", reason="exception_without_period")
        )
        return
    name = node.value("Name")
    yield CalendarException(
        first=period[0], last=period[1], shifts=_shifts(node, calendar, report), name=name
    )


def _exception(node: XmlNode, calendar: str, report: CalendarReport) -> Iterable[CalendarException]:
    if not _is_recurring(node):
        yield from _dated(node, calendar, report)
        return
    kind, every = node.value("Type") or "1", _whole(node, "Period", 1)
    period = _period(node)
    recurrence = _recurrence(node, kind, every)
    name = node.value("Name")
    if period is None or recurrence is None:
        report.skipped.append(
            Skipped(what=f"{calendar}: '{name or ''}', line {node.line}", reason="recurrence_not_supported")
        )
        return
    shifts = _shifts(node, calendar, report)
    for first, last in day_ranges(recurring_days(recurrence, *period)):
        yield CalendarException(first=first, last=last, shifts=shifts, name=name)
    report.converted.append(Skipped(what=f"{calendar}: '{name or ''}'", reason="recurrence_laid_out"))


def _is_recurring(node: XmlNode) -> bool:
    return not ((node.value("Type") or "1") in ("1", "9") and _whole(node, "Period", 1) <= 1)


def _whole(node: XmlNode, name: str, default: int) -> int:
    text = node.value(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError as error:
        raise InputRefused(
            "number_invalid",
            f"line {node.line}: '{text}' in {name} is not a whole number.",
            "Correct the calendar in the planning tool and export again.",
            value=text,
            field=name,
            line=node.line,
        ) from error


def _recurrence(node: XmlNode, kind: str, every: int) -> Recurrence | None:
    limit = _whole(node, "Occurrences", 0) or None if node.value("EnteredByOccurrences") == "1" else None
    day = _whole(node, "MonthDay", 0)
    item, position = _whole(node, "MonthItem", 0), _whole(node, "MonthPosition", 0)
    # MonthItem: 0 day, 1 weekday, 2 weekend day, 3 Sunday ... 9 Saturday; MonthPosition: 4 = last.
    weekdays = _POSITION_DAYS[item] if 0 <= item < 3 else frozenset(((item - 4) % 7,))
    place = -1 if position == 4 else position + 1
    if kind == "1":
        return Recurrence(kind=RecurrenceKind.DAILY, interval=every, occurrences=limit)
    if kind == "6":
        mask = _whole(node, "DaysOfWeek", 0)  # bit 0 = Sunday
        days = frozenset((bit - 1) % 7 for bit in range(7) if mask >> bit & 1)
        return Recurrence(kind=RecurrenceKind.WEEKLY, interval=every, weekdays=days, occurrences=limit)
    if kind in _MONTHLY or kind in _YEARLY:
        if kind in ("2", "4") and not 1 <= day <= 31:
            return None
        return Recurrence(
            kind=(_MONTHLY | _YEARLY)[kind],
            interval=every if kind in _MONTHLY else 1,
            weekdays=weekdays,
            days=frozenset((day,)),
            months=frozenset((_whole(node, "Month", 0) + 1,)),
            position=place,
            occurrences=limit,
        )
    return None


def _work_week(node: XmlNode, calendar: str, report: CalendarReport) -> Iterable[CalendarException]:
    period = _period(node)
    days = node.child("WeekDays")
    if period is None or days is None:
        return
    for day in days.each("WeekDay"):
        kind = day.value("DayType") or ""
        if not (kind.isdecimal() and 1 <= int(kind) <= 7):
            continue
        shifts = _shifts(day, calendar, report)
        weekly = Recurrence(kind=RecurrenceKind.WEEKLY, weekdays=frozenset(((int(kind) - 2) % 7,)))
        for first, last in day_ranges(recurring_days(weekly, *period)):
            yield CalendarException(first=first, last=last, shifts=shifts, name=node.value("Name"))
    report.converted.append(
        Skipped(what=f"{calendar}: '{node.value('Name') or ''}'", reason="work_week_laid_out")
    )
