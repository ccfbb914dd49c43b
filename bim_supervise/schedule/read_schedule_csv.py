"""Plans in CSV.

Columns (headings are recognised without regard to case, spaces and underscores, or mapped by a YAML file,
see ``read_csv_mapping``):

- ``id`` and ``name``: required; ids are unique.
- ``duration``: ``5d``, ``40h``, ``2w``, ``3ed`` (elapsed), ``PT40H``, or a plain number of working days; or
  ``start`` and ``finish``, from which it follows. One of the two is required.
- ``start``, ``finish``, ``baseline_start``, ``baseline_finish``, ``actual_start``, ``actual_finish``,
  ``deadline``, ``constraint_date``: year-first dates, or as the mapping's ``date_format`` says. A date
  without a time of day is the beginning of that day's work, for finishes its end.
- ``predecessors``: as MS Project writes them: ``3FS+2d; 7SS-4h; 8FF+50%``.
- ``constraint_type``: ASAP, ALAP, SNET, SNLT, FNET, FNLT, MSO, MFO, or the long names.
- ``calendar``: a calendar of the mapping file. Without any: Monday to Friday 08:00-12:00 and 13:00-17:00.
- ``wbs``, ``parent`` (the id of the summary task), ``milestone`` (yes or empty), ``percent`` (0..100; empty
  is unknown, not 0), ``budget``, ``quantity``, ``unit``, ``trade``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bim_supervise.core.csv_text import CsvText, read_csv_text
from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.csv_columns import COLUMNS, find_columns
from bim_supervise.schedule.predecessors import PredecessorUnknownError, parse_predecessors
from bim_supervise.schedule.read_csv_mapping import CsvMapping, read_csv_mapping
from bim_supervise.schedule.read_mspdi_calendars import STANDARD_WEEK
from bim_supervise.schedule.tasks import (
    Calendar,
    Constraint,
    ConstraintType,
    Link,
    Schedule,
    Skipped,
    Task,
    TaskKind,
)
from bim_supervise.schedule.values import (
    Span,
    WorkdayLength,
    refuse_date,
    refuse_duration,
    text_duration,
    written_moment,
)

_CONSTRAINTS = {kind.value.lower(): kind for kind in ConstraintType} | {
    kind.name.lower().replace("_", ""): kind for kind in ConstraintType
}
_YES = {"yes", "y", "true", "1", "x", "是"}
_NO = {"", "no", "n", "false", "0", "否"}


@dataclass(slots=True)
class _Sheet:
    name: str
    mapping: CsvMapping
    places: dict[str, int]
    calendars: dict[str, Calendar]
    default: str
    lengths: WorkdayLength
    work: dict[str, WorkTime] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    converted: list[Skipped] = field(default_factory=list)

    def work_time(self, calendar: str | None) -> WorkTime:
        key = calendar or self.default
        if key not in self.work:
            self.work[key] = WorkTime(self.calendars[key])
        return self.work[key]


@dataclass(frozen=True, slots=True)
class _Row:
    sheet: _Sheet
    line: int
    cells: tuple[str, ...]

    @property
    def where(self) -> str:
        return f"line {self.line}"

    def text(self, column: str) -> str | None:
        place = self.sheet.places.get(column)
        return None if place is None else self.cells[place].strip() or None


def read_csv_schedule(path: Path, sha256: str, *, mapping: Path | None = None) -> Schedule:
    """Read a CSV plan.

    Raises:
        InputRefused: ``csv_column_missing``, ``csv_column_unknown``, ``csv_column_wrong``,
            ``csv_column_double``, ``date_invalid``, ``duration_invalid``, ``number_invalid``,
            ``constraint_invalid``, ``milestone_invalid``, ``calendar_unknown``, ``task_id_missing``,
            ``task_id_duplicate``, ``link_unknown_task``, ``parent_unknown``, ``parent_cycle``,
            ``schedule_empty``, each with its line; and those of the mapping and the text.
    """
    how = CsvMapping() if mapping is None else read_csv_mapping(mapping, COLUMNS)
    text = read_csv_text(path, encoding=how.encoding, delimiter=how.delimiter)
    sheet = _sheet(path.name, text, how)
    rows = _task_rows(sheet, text)
    tasks = [_task(row) for row in rows]
    links = _links(sheet, rows, tasks)
    tasks = _with_summaries(rows, tasks)
    if not tasks:
        raise InputRefused(
            "schedule_empty",
            f"{path.name} has no task rows.",
            "Export the plan with its tasks.",
            file=path.name,
        )
    return Schedule(
        name=path.stem,
        source_format="csv",
        sha256=sha256,
        tasks=tuple(tasks),
        links=links,
        calendars=tuple(sheet.calendars.values()),
        default_calendar=sheet.default,
        project_start=how.project_start,
        skipped=tuple(sheet.skipped),
        converted=tuple(sheet.converted),
    )


# -- headings --------------------------------------------------------------------------------------


def _sheet(name: str, text: CsvText, how: CsvMapping) -> _Sheet:
    places = find_columns(name, text.headings, how.columns)
    calendars = {calendar.id: calendar for calendar in how.calendars}
    converted: list[Skipped] = []
    default = how.default_calendar or next(iter(calendars), None)
    if default is None:
        default = "standard"
        calendars[default] = Calendar(id=default, name="Standard", week=STANDARD_WEEK)
        converted.append(Skipped(what="calendar", reason="standard_week_assumed"))
    if text.encoding in ("gb18030", "cp1252"):
        converted.append(Skipped(what=text.encoding, reason="encoding_recognised"))
    sheet = _Sheet(
        name=name,
        mapping=how,
        places=places,
        calendars=calendars,
        default=default,
        lengths=_lengths(calendars[default], how.minutes_per_day),
        converted=converted,
    )
    used = set(places.values())
    sheet.skipped.extend(
        Skipped(what=f"column '{heading}'", reason="column_not_used")
        for place, heading in enumerate(text.headings)
        if place not in used and heading
    )
    return sheet


def _lengths(calendar: Calendar, minutes_per_day: int | None) -> WorkdayLength:
    worked = [length for day in calendar.week if (length := sum(end - start for start, end in day))]
    usual = minutes_per_day or (Counter(worked).most_common(1)[0][0] if worked else 480)
    return WorkdayLength(day=usual, week=usual * max(1, len(worked)), month=usual * 20)


# -- rows ------------------------------------------------------------------------------------------


def _task_rows(sheet: _Sheet, text: CsvText) -> list[_Row]:
    rows: list[_Row] = []
    lines: dict[str, int] = {}
    for line, cells in text.rows:
        row = _Row(sheet, line, cells)
        source_id = row.text("id")
        if row.text("name") is None:
            sheet.skipped.append(Skipped(what=f"line {line} (id {source_id or '-'})", reason="nameless"))
            continue
        if source_id is None:
            raise InputRefused(
                "task_id_missing",
                f"line {line}: the task '{row.text('name')}' has no id.",
                "Give every task an id of its own.",
                line=line,
                name=row.text("name"),
            )
        if source_id in lines:
            raise InputRefused(
                "task_id_duplicate",
                f"line {line}: the id '{source_id}' was already used in line {lines[source_id]}.",
                "Give every task an id of its own.",
                id=source_id,
                line=line,
                first_line=lines[source_id],
            )
        lines[source_id] = line
        rows.append(row)
    return rows


def _moment(row: _Row, column: str, work: WorkTime, *, end: bool = False) -> datetime | None:
    text = row.text(column)
    if text is None:
        return None
    found = written_moment(text, row.sheet.mapping.date_formats)
    if found is None:
        formats = row.sheet.mapping.date_formats
        raise refuse_date(
            text,
            row.where,
            f"column '{column}'",
            f"Write dates as 2026-03-31 or 2026-03-31 08:00, or set date_format in the mapping file"
            f"{' (now ' + ', '.join(formats) + ')' if formats else ', e.g. %d-%m-%Y'}.",
        )
    moment, timed = found
    if timed:
        return moment
    shifts = work.shifts_on(moment.date())
    if not shifts:
        return moment
    return moment + timedelta(minutes=shifts[-1][1] if end else shifts[0][0])


def _number(row: _Row, column: str) -> float | None:
    text = row.text(column)
    if text is None:
        return None
    plain = re.sub(r"[\s%¥￥$€£]", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        value = float(plain.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputRefused(
            "number_invalid",
            f"line {row.line}: '{text}' in column '{column}' is not a number.",
            "Write numbers as 1234.5.",
            value=text,
            column=column,
            line=row.line,
            field=column,
        )
    return value


def _percent(row: _Row) -> float | None:
    value = _number(row, "percent")
    if value is not None and not 0 <= value <= 100:
        raise InputRefused(
            "number_invalid",
            f"line {row.line}: {value:g} in column 'percent' does not lie between 0 and 100.",
            "Write percent complete as 0 to 100.",
            value=value,
            column="percent",
            line=row.line,
            field="percent",
            lowest=0,
            highest=100,
        )
    return value


def _task(row: _Row) -> Task:
    sheet = row.sheet
    calendar = row.text("calendar")
    if calendar is not None and calendar not in sheet.calendars:
        raise InputRefused(
            "calendar_unknown",
            f"line {row.line}: the calendar '{calendar}' is not defined.",
            "Define it in the mapping file under calendars; "
            f"there are: {', '.join(sheet.calendars) or 'none'}.",
            calendar=calendar,
            line=row.line,
            task=row.text("name"),
            known=", ".join(sheet.calendars) or "none",
        )
    work = sheet.work_time(calendar)
    start, finish = _moment(row, "start", work), _moment(row, "finish", work, end=True)
    span = _duration(row, work, start, finish)
    milestone = row.text("milestone")
    if milestone is not None and milestone.lower() not in _YES | _NO:
        raise InputRefused(
            "milestone_invalid",
            f"line {row.line}: '{milestone}' in column 'milestone' is neither yes nor no.",
            "Write yes, or leave it empty.",
            value=milestone,
            line=row.line,
        )
    marked = milestone is not None and milestone.lower() in _YES
    source_id, name = row.text("id"), row.text("name")
    assert source_id is not None
    assert name is not None
    return Task(
        id=source_id,
        source_id=source_id,
        name=name,
        wbs=row.text("wbs"),
        parent=row.text("parent"),
        kind=TaskKind.MILESTONE if marked or (span is not None and span.minutes == 0) else TaskKind.TASK,
        duration_minutes=None if span is None else span.minutes,
        duration_elapsed=span is not None and span.elapsed,
        calendar=calendar,
        constraint=_constraint(row, work),
        start=start,
        finish=finish,
        baseline_start=_moment(row, "baseline_start", work),
        baseline_finish=_moment(row, "baseline_finish", work, end=True),
        actual_start=_moment(row, "actual_start", work),
        actual_finish=_moment(row, "actual_finish", work, end=True),
        deadline=_moment(row, "deadline", work, end=True),
        percent=_percent(row),
        budget=_number(row, "budget"),
        quantity=_number(row, "quantity"),
        unit=row.text("unit"),
        trade=row.text("trade"),
    )


def _duration(row: _Row, work: WorkTime, start: datetime | None, finish: datetime | None) -> Span | None:
    text = row.text("duration")
    if text is None:
        if start is None or finish is None:
            return None
        if finish < start:
            raise InputRefused(
                "dates_reversed",
                f"line {row.line}: the finish {finish} lies before the start {start}.",
                "Correct one of the two dates.",
                line=row.line,
                start=str(start),
                finish=str(finish),
            )
        row.sheet.converted.append(Skipped(what=f"line {row.line}: duration", reason="duration_from_dates"))
        return Span(work.between(start, finish))
    span = text_duration(text, row.sheet.lengths)
    if span is None or span.minutes < 0:
        raise refuse_duration(
            text, row.where, "column 'duration'", "Write 5d, 40h, 2w, 3ed, PT40H or a number of working days."
        )
    if span.assumed is not None:
        row.sheet.converted.append(Skipped(what=f"line {row.line}: duration {text}", reason=span.assumed))
    return span


def _constraint(row: _Row, work: WorkTime) -> Constraint | None:
    text = row.text("constraint_type")
    if text is None:
        return None
    kind = _CONSTRAINTS.get(re.sub(r"[\s_-]+", "", text).lower())
    by_finish = kind in (
        ConstraintType.MUST_FINISH_ON,
        ConstraintType.FINISH_NO_EARLIER_THAN,
        ConstraintType.FINISH_NO_LATER_THAN,
    )
    at = _moment(row, "constraint_date", work, end=by_finish)
    free = kind in (ConstraintType.AS_SOON_AS_POSSIBLE, ConstraintType.AS_LATE_AS_POSSIBLE)
    if kind is None or (at is None and not free):
        raise InputRefused(
            "constraint_invalid",
            f"line {row.line}: '{text}' in column 'constraint_type' "
            f"{'is not known' if kind is None else 'needs a constraint_date'}.",
            f"Known: {', '.join(ConstraintType)}; each but ASAP and ALAP with a date.",
            value=text,
            line=row.line,
            known=", ".join(ConstraintType),
            without_date="constraint_date" if kind is not None else None,
        )
    if kind is ConstraintType.AS_SOON_AS_POSSIBLE:
        return None
    return Constraint(type=kind, at=None if free else at)


# -- links and summaries ---------------------------------------------------------------------------


def _links(sheet: _Sheet, rows: list[_Row], tasks: list[Task]) -> tuple[Link, ...]:
    by_id = {task.id: task for task in tasks}
    links: list[Link] = []
    for row, task in zip(rows, tasks, strict=True):
        text = row.text("predecessors")
        if text is None:
            continue
        try:
            found = parse_predecessors(text, by_id, sheet.lengths)
        except PredecessorUnknownError as unknown:
            raise InputRefused(
                "link_unknown_task",
                f"line {row.line}: the predecessor '{unknown}' of '{task.name}' is not known.",
                "Write the id of a task, then FS, SS, FF or SF and a lag, as in 3FS+2d; separate by ';'.",
                predecessor=str(unknown),
                line=row.line,
                successor=task.name,
                task=str(unknown),
            ) from unknown
        for part in found:
            lag, elapsed = part.lag.minutes, part.lag.elapsed
            if part.percent is not None:
                lag = round((by_id[part.predecessor].duration_minutes or 0) * part.percent / 100)
                sheet.converted.append(
                    Skipped(what=f"line {row.line}: {part.percent:g} %", reason="lag_percent")
                )
            links.append(
                Link(
                    predecessor=part.predecessor,
                    successor=task.id,
                    type=part.type,
                    lag_minutes=lag,
                    lag_elapsed=elapsed and lag != 0,
                )
            )
    return tuple(links)


def _with_summaries(rows: list[_Row], tasks: list[Task]) -> list[Task]:
    by_id = {task.id: task for task in tasks}
    above = {task.parent for task in tasks if task.parent is not None}
    for row, task in zip(rows, tasks, strict=True):
        if task.parent is not None and task.parent not in by_id:
            raise InputRefused(
                "parent_unknown",
                f"line {row.line}: the parent '{task.parent}' of '{task.name}' is not known.",
                "Write the id of the summary task, or leave it empty.",
                parent=task.parent,
                line=row.line,
                task=task.name,
            )
        seen = {task.id}
        current = task.parent
        while current is not None:
            if current in seen:
                raise InputRefused(
                    "parent_cycle",
                    f"line {row.line}: '{task.name}' is, by its parents, below itself.",
                    "Correct the column 'parent'.",
                    line=row.line,
                    task=task.name,
                )
            seen.add(current)
            current = by_id[current].parent if current in by_id else None
    return [replace(task, kind=TaskKind.SUMMARY) if task.id in above else task for task in tasks]
