"""Calendars of Primavera: the nested text of ``clndr_data``, and what a calendar takes from its base.

A node is written ``(0||name(key|value|key|value)(children))``. Days of the week are numbered from 1 = Sunday;
exceptions carry ``d``, the day as a serial number counted from 1899-12-30; shifts carry ``s`` and ``f``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bim_supervise.schedule.calendars import merged
from bim_supervise.schedule.p6_rows import P6Report, P6Row
from bim_supervise.schedule.tasks import Calendar, CalendarException, Shifts
from bim_supervise.schedule.values import clock_minutes

_DAY_ZERO = date(1899, 12, 30)
_TOKEN = re.compile(r"\((?P<mark>\d+)\|\|(?P<name>[^()]*)\((?P<values>[^()]*)\)|(?P<bracket>[()])")
_STANDARD: Shifts = ((480, 960),)


@dataclass(slots=True)
class P6Week:
    """What one calendar says itself: shifts by weekday (0 = Monday) and by day."""

    id: str
    name: str
    base: str | None = None
    hours_per_day: float | None = None
    week: dict[int, Shifts] = field(default_factory=dict)
    days: dict[date, Shifts] = field(default_factory=dict)


@dataclass(slots=True)
class _Node:
    name: str
    values: dict[str, str]
    children: list[_Node] = field(default_factory=list)


def resolved(weeks: Mapping[str, P6Week], report: P6Report) -> dict[str, Calendar]:
    """All calendars by id. A base gives the days and exceptions that a calendar does not set itself."""
    return {week.id: _resolved(week, weeks, report) for week in weeks.values()}


def _resolved(own: P6Week, weeks: Mapping[str, P6Week], report: P6Report) -> Calendar:
    line = [own]
    while (base := weeks.get(line[-1].base or "")) is not None and base not in line:
        line.append(base)
    days: dict[int, Shifts] = {}
    exceptions: dict[date, Shifts] = {}
    for calendar in reversed(line):
        days |= calendar.week
        exceptions |= calendar.days
    if not any(days.values()) and not any(exceptions.values()):
        length = own.hours_per_day or 8
        shifts = _STANDARD if not 0 < length <= 16 else ((480, 480 + round(length * 60)),)
        days = {day: shifts if day < 5 else () for day in range(7)}
        report.convert(f"calendar {own.name}", "standard_week_assumed")
    mon, tue, wed, thu, fri, sat, sun = (days.get(day, ()) for day in range(7))
    return Calendar(
        id=own.id,
        name=own.name,
        week=(mon, tue, wed, thu, fri, sat, sun),
        exceptions=tuple(_ranges(exceptions)),
    )


def _ranges(days: Mapping[date, Shifts]) -> Iterable[CalendarException]:
    first: date | None = None
    last: date | None = None
    for day in sorted(days):
        if first is not None and last is not None:
            if day == last + timedelta(days=1) and days[day] == days[first]:
                last = day
                continue
            yield CalendarException(first=first, last=last, shifts=days[first])
        first = last = day
    if first is not None and last is not None:
        yield CalendarException(first=first, last=last, shifts=days[first])


def shifts_of(times: Iterable[tuple[str, str]], where: str, report: P6Report) -> Shifts:
    """Shifts from pairs of clock times; one that runs past midnight is cut there and listed."""
    shifts: list[tuple[int, int]] = []
    for start_text, end_text in times:
        start, end = clock_minutes(start_text), clock_minutes(end_text, end=True)
        if start is None or end is None or start == end:
            report.skip(f"{where}: shift {start_text}-{end_text}", "shift_unreadable")
        elif end < start:
            shifts.append((start, 1440))
            report.skip(f"{where}: shift {start_text}-{end_text}", "shift_past_midnight")
        else:
            shifts.append((start, end))
    return merged(tuple(shifts))


def read_xer_calendar(row: P6Row, report: P6Report) -> P6Week:
    """One row of the table CALENDAR. Damaged calendar text is listed, not guessed at."""
    identity = row.need("clndr_id")
    week = P6Week(
        id=identity,
        name=row.get("clndr_name") or f"calendar {identity}",
        base=row.get("base_clndr_id"),
        hours_per_day=row.number("day_hr_cnt"),
    )
    where = f"calendar {week.name}"
    text = row.get("clndr_data")
    root = None if text is None else _parse(text)
    if root is None:
        report.skip(f"{where}, line {row.line}", "calendar_unreadable" if text else "calendar_empty")
        return week
    for part in root.children:
        if part.name == "DaysOfWeek":
            for day in part.children:
                if day.name.isdecimal() and 1 <= int(day.name) <= 7:
                    week.week[(int(day.name) - 2) % 7] = _shifts(day, where, report)
                else:
                    report.skip(f"{where}: day '{day.name}'", "day_type_unknown")
        elif part.name == "Exceptions":
            for exception in part.children:
                _add_exception(exception, week, where, report)
        elif part.name != "VIEW":
            report.skip(f"{where}: {part.name}", "calendar_part_unknown")
    return week


def _add_exception(node: _Node, week: P6Week, where: str, report: P6Report) -> None:
    serial = node.values.get("d", "")
    try:
        day = _DAY_ZERO + timedelta(days=int(float(serial)))
    except (ValueError, OverflowError):
        report.skip(f"{where}: day '{serial}'", "exception_without_period")
        return
    week.days[day] = _shifts(node, where, report)


def _shifts(node: _Node, where: str, report: P6Report) -> Shifts:
    times = ((child.values.get("s", ""), child.values.get("f", "")) for child in node.children)
    return shifts_of(times, where, report)


def _parse(text: str) -> _Node | None:
    """The outermost node; None when the brackets do not match."""
    text = re.sub(r"[\x7f\r\n]+\s*", "", text)
    top = _Node("", {})
    stack: list[_Node | None] = [top]
    position = 0
    for token in _TOKEN.finditer(text):
        if text[position : token.start()].strip():
            return None
        position = token.end()
        if token["bracket"] == "(":
            stack.append(None)
        elif token["bracket"] == ")":
            if len(stack) == 1:
                return None
            stack.pop()
        else:
            parts = token["values"].split("|")
            node = _Node(token["name"].strip(), dict(zip(parts[::2], parts[1::2], strict=False)))
            parent = next(entry for entry in reversed(stack) if entry is not None)
            parent.children.append(node)
            stack.append(node)
    if text[position:].strip() or len(stack) != 1 or len(top.children) != 1:
        return None
    return top.children[0]
