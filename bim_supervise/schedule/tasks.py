"""A plan as read: tasks, links and calendars. Plan times are naive site wall time.

Durations and lags are exact numbers of *minutes*; working minutes unless marked elapsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """What a row of a schedule is."""

    TASK = "task"
    MILESTONE = "milestone"
    SUMMARY = "summary"


class LinkType(StrEnum):
    """Which ends a link ties: first letter the predecessor's end, second the successor's."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


class ConstraintType(StrEnum):
    """Date constraints as MS Project and Primavera name them."""

    AS_SOON_AS_POSSIBLE = "ASAP"
    START_NO_EARLIER_THAN = "SNET"
    AS_LATE_AS_POSSIBLE = "ALAP"
    MUST_START_ON = "MSO"
    MUST_FINISH_ON = "MFO"
    START_NO_LATER_THAN = "SNLT"
    FINISH_NO_EARLIER_THAN = "FNET"
    FINISH_NO_LATER_THAN = "FNLT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A date constraint; ``at`` is None only for ASAP and ALAP."""

    type: ConstraintType
    at: datetime | None


Shifts = tuple[tuple[int, int], ...]
"""Working periods of one day as (start, end) minutes since midnight, ascending, end <= 1440."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarException:
    """Days (first and last inclusive) whose shifts replace the week's; no shifts = not worked."""

    first: date
    last: date
    shifts: Shifts = ()
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A working calendar: shifts per ISO weekday (index 0 = Monday) and dated exceptions."""

    id: str
    name: str
    week: tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]
    exceptions: tuple[CalendarException, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work (任务) with duration, calendar, constraint and planned / baseline / actual times.

    ``id`` is unique within the schedule and stable when the same file is read again; ``source_id``
    is the identifier in the file (MS Project UID, IFC GlobalId, CSV id). ``start``/``finish`` are the
    planned times stored in the file.
    """

    id: str
    source_id: str
    name: str
    wbs: str | None = None
    parent: str | None = None
    kind: TaskKind = TaskKind.TASK
    duration_minutes: int | None = None
    duration_elapsed: bool = False
    calendar: str | None = None
    constraint: Constraint | None = None
    manual: bool = False
    start: datetime | None = None
    finish: datetime | None = None
    baseline_start: datetime | None = None
    baseline_finish: datetime | None = None
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    deadline: datetime | None = None
    """A date that limits the late finish but moves nothing; a missed one shows as negative float."""
    remaining_minutes: int | None = None
    """Duration still to do when the task has started [minutes]; None when the file does not say."""
    percent: float | None = None
    """Percent complete as written by the planner, 0..100; None when the file does not say."""
    budget: float | None = None
    """Budget at completion in the project's currency; None when unknown."""
    quantity: float | None = None
    unit: str | None = None
    trade: str | None = None
    element_ids: tuple[str, ...] = ()
    """GlobalIds that the file itself assigns to the task (IfcRelAssignsToProduct/Process)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A logic link with lag [minutes]; a negative lag is a lead."""

    predecessor: str
    successor: str
    type: LinkType = LinkType.FS
    lag_minutes: int = 0
    lag_elapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Something in the file that was not taken over, with the machine-readable reason."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A plan as read from one file, and the report of what was skipped or converted."""

    name: str
    source_format: str
    """``mspdi``, ``csv`` or ``ifc``."""
    sha256: str
    tasks: tuple[Task, ...]
    links: tuple[Link, ...]
    calendars: tuple[Calendar, ...]
    default_calendar: str
    project_start: datetime | None = None
    data_date: datetime | None = None
    skipped: tuple[Skipped, ...] = ()
    converted: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDates:
    """CPM result of one task: naive site wall times; floats in working hours of its calendar."""

    early_start: datetime
    early_finish: datetime
    late_start: datetime
    late_finish: datetime
    total_float_hours: float
    free_float_hours: float
    critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """The dates of all tasks of a schedule, by task id."""

    dates: Mapping[str, TaskDates] = field(default_factory=dict)
    start: datetime | None = None
    finish: datetime | None = None
    problems: tuple[Skipped, ...] = ()
    """What the calculation could not take at face value, e.g. a manual task without dates."""

    @property
    def critical(self) -> tuple[str, ...]:
        """Ids of the critical tasks in order of early start."""
        rows = [(dates.early_start, task) for task, dates in self.dates.items() if dates.critical]
        return tuple(task for _, task in sorted(rows))
