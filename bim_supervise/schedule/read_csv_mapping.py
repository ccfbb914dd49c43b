"""The YAML file that says how to read a CSV plan.

```yaml
columns: {id: "Activity ID", name: "Activity Name"}   # our column: the file's heading
date_format: "%d-%m-%Y"          # or a list; year-first dates need none
encoding: cp1252                 # only when it is not recognised
delimiter: ";"
project_start: 2026-03-02T08:00:00
hours_per_day: 8                 # what "5d" means; default: the default calendar's usual day
default_calendar: site
calendars:
  site:
    week: {mon: "08:00-12:00 13:00-17:00", tue: ..., sat: "08:00-12:00"}    # days left out are not worked
    exceptions:
      - {first: 2026-10-01, last: 2026-10-07, name: National Day}           # not worked
      - {first: 2026-10-10, shifts: "08:00-16:00"}                          # worked instead
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime, merged
from bim_supervise.schedule.tasks import Calendar, CalendarException, Shifts
from bim_supervise.schedule.values import clock_minutes, iso_moment

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = (
    "columns",
    "date_format",
    "encoding",
    "delimiter",
    "project_start",
    "hours_per_day",
    "default_calendar",
    "calendars",
)
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvMapping:
    """How the columns, dates and calendars of a CSV plan are written."""

    columns: Mapping[str, str] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    project_start: datetime | None = None
    minutes_per_day: int | None = None
    default_calendar: str | None = None
    calendars: tuple[Calendar, ...] = ()


def read_csv_mapping(path: Path, known_columns: tuple[str, ...]) -> CsvMapping:
    """Read the mapping file.

    Raises:
        InputRefused: ``mapping_unreadable``, ``mapping_invalid`` with the key and what was found.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise _invalid(path, "file", "it is larger than 1 MB", "Check that this is the mapping file.")
        content = yaml.safe_load(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputRefused(
            "mapping_unreadable",
            f"The mapping {path.name}{where} cannot be read: {getattr(error, 'problem', None) or error}.",
            "Write it as YAML in UTF-8, e.g. columns: {id: 'Activity ID'}.",
            file=path.name,
            line=mark.line + 1 if mark else None,
            problem=str(getattr(error, "problem", None) or error),
        ) from error
    if not isinstance(content, dict):
        raise _invalid(path, "file", "it holds no keys", f"Known keys: {', '.join(_KEYS)}.")
    for key in content:
        if key not in _KEYS:
            raise _invalid(path, str(key), "the key is not known", f"Known keys: {', '.join(_KEYS)}.")
    columns = _columns(path, content.get("columns") or {}, known_columns)
    formats = content.get("date_format") or ()
    start = content.get("project_start")
    hours = content.get("hours_per_day")
    if hours is not None and (not isinstance(hours, int | float) or not 0 < hours <= 24):
        raise _invalid(path, "hours_per_day", f"'{hours}' is no number of hours", "Write e.g. 8.")
    calendars = content.get("calendars") or {}
    if not isinstance(calendars, dict):
        raise _invalid(path, "calendars", "it must name calendars", "Write calendars: {site: {week: ...}}.")
    read = tuple(_calendar(path, str(name), value) for name, value in calendars.items())
    default = content.get("default_calendar")
    if default is not None and str(default) not in {calendar.id for calendar in read}:
        raise _invalid(path, "default_calendar", f"'{default}' is not among calendars", "Define it there.")
    return CsvMapping(
        columns=columns,
        date_formats=(formats,) if isinstance(formats, str) else tuple(str(form) for form in formats),
        encoding=_text(content.get("encoding")),
        delimiter=_text(content.get("delimiter")),
        project_start=None if start is None else _moment(path, "project_start", start),
        minutes_per_day=None if hours is None else round(hours * 60),
        default_calendar=_text(default),
        calendars=read,
    )


def _invalid(path: Path, key: str, problem: str, hint: str) -> InputRefused:
    return InputRefused(
        "mapping_invalid",
        f"{path.name}: {key}: {problem}.",
        hint,
        key=key,
        file=path.name,
        entry=key,
        problem=problem,
        advice=hint,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _columns(path: Path, value: Any, known: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _invalid(
            path, "columns", "it must map names to headings", "Write columns: {id: 'Activity ID'}."
        )
    for key in value:
        if key not in known:
            raise _invalid(path, f"columns.{key}", "the name is not known", f"Known: {', '.join(known)}.")
    return {str(key): str(heading) for key, heading in value.items()}


def _moment(path: Path, key: str, value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - plan times are naive
    moment = iso_moment(str(value))
    if moment is None:
        raise _invalid(path, key, f"'{value}' is not a date", "Write dates as 2026-03-31T08:00:00.")
    return moment


def _shifts(path: Path, key: str, value: Any) -> Shifts:
    if value in (None, "", False, []):
        return ()
    parts = value.replace(",", " ").split() if isinstance(value, str) else [str(part) for part in value]
    shifts: list[tuple[int, int]] = []
    for part in parts:
        first, _, last = part.partition("-")
        start, end = clock_minutes(first), clock_minutes(last, end=True)
        if start is None or end is None or end <= start:
            raise _invalid(
                path,
                key,
                f"'{part}' is no working period",
                "Write 08:00-12:00; split a night shift at midnight.",
            )
        shifts.append((start, end))
    return merged(tuple(shifts))


def _calendar(path: Path, name: str, value: Any) -> Calendar:
    key = f"calendars.{name}"
    if not isinstance(value, dict) or not isinstance(value.get("week"), dict):
        raise _invalid(path, key, "it has no week", "Write week: {mon: '08:00-12:00 13:00-17:00'}.")
    unknown = set(value["week"]) - set(_DAYS)
    if unknown:
        raise _invalid(path, f"{key}.week", f"unknown day {unknown.pop()}", f"Days: {', '.join(_DAYS)}.")
    mon, tue, wed, thu, fri, sat, sun = (
        _shifts(path, f"{key}.week.{day}", value["week"].get(day)) for day in _DAYS
    )
    exceptions: list[CalendarException] = []
    for item in value.get("exceptions") or ():
        if not isinstance(item, dict) or "first" not in item:
            raise _invalid(
                path, f"{key}.exceptions", f"'{item}' has no first day", "Write {first: 2026-10-01}."
            )
        first = _moment(path, f"{key}.exceptions.first", item["first"]).date()
        last = _moment(path, f"{key}.exceptions.last", item.get("last", first)).date()
        if last < first:
            raise _invalid(path, f"{key}.exceptions", f"{last} lies before {first}", "Swap first and last.")
        exceptions.append(
            CalendarException(
                first=first,
                last=last,
                shifts=_shifts(path, f"{key}.exceptions.shifts", item.get("shifts")),
                name=_text(item.get("name")),
            )
        )
    calendar = Calendar(
        id=name, name=name, week=(mon, tue, wed, thu, fri, sat, sun), exceptions=tuple(exceptions)
    )
    WorkTime(calendar)  # refuses a calendar without working time here, where its name is known
    return calendar
