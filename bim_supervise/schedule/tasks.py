"""A plan as read: tasks, links and calendars. Plan times are naive site wall time.

Durations and lags are exact numbers of *minutes*; working minutes unless marked elapsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bim_supervise.schedule.details import ActivityCode, Assignment, Baseline, PercentType, Resource, WbsNode


class TaskKind(StrEnum):
    """What a row of a schedule is."""

    TASK = "task"
    MILESTONE = "milestone"
    SUMMARY = "summary"
    LEVEL_OF_EFFORT = "level_of_effort"
    """Accompanies other work from the start to the finish of what it is tied to, and drives nothing."""


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
    EXPECTED_FINISH = "XF"
    """What remains is stretched or shortened so that the task finishes then (Primavera)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A date constraint; ``at`` is None only for ASAP and ALAP. ``also`` is a further one of the task."""

    type: ConstraintType
    at: datetime | None
    also: Constraint | None = None


class Method(StrEnum):
    """Whose conventions the calculation follows where planning tools differ."""

    MS_PROJECT = "ms_project"
    PRIMAVERA = "primavera"


class LagCalendar(StrEnum):
    """The calendar in which a working lag is counted."""

    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"
    PROJECT = "project"


class ProgressMode(StrEnum):
    """What a task that was started before its predecessors were done waits for."""

    RETAINED_LOGIC = "retained_logic"
    """The rest of it waits for what the links ask."""
    PROGRESS_OVERRIDE = "progress_override"
    """The rest of it goes on from the data date, whatever the links ask."""


class FloatBasis(StrEnum):
    """Which dates total float compares."""

    FINISH = "finish"
    START = "start"
    SMALLEST = "smallest"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulingRules:
    """The scheduling options that a plan brings along.

    With ``MS_PROJECT`` the other fields are not used; the calculation then does what ``cpm`` states.
    """

    method: Method = Method.MS_PROJECT
    lag_calendar: LagCalendar = LagCalendar.PREDECESSOR
    progress: ProgressMode = ProgressMode.RETAINED_LOGIC
    float_basis: FloatBasis = FloatBasis.FINISH
    must_finish_by: datetime | None = None
    """Date from which late dates count back instead of the latest early finish."""
    critical_float_minutes: int = 0
    """Unfinished tasks with no more total float than this are critical."""
    use_expected_finish: bool = True
    lag_from_early_start: bool = True
    """Start-to-start lags behind a started task count from where it goes on, not from its actual start."""
    finish_milestones: tuple[str, ...] = ()
    """Ids of the milestones that mark a finish (the end of a shift); the others mark a start."""


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
    rules: SchedulingRules | None = None
    """On the plan's default calendar only: the options by which the plan is scheduled."""


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
    """Duration still to do when the task has started [minutes]; None when the file does not say. Primavera
    also gives one to tasks not yet started, which then counts instead of the duration.
    """
    resumes: datetime | None = None
    """Not before then does the remaining work of a started task go on that was suspended (Primavera)."""
    percent: float | None = None
    """Percent complete as written by the planner, 0..100; None when the file does not say."""
    budget: float | None = None
    """Budget at completion in the project's currency; None when unknown."""
    quantity: float | None = None
    unit: str | None = None
    trade: str | None = None
    element_ids: tuple[str, ...] = ()
    """GlobalIds that the file itself assigns to the task (IfcRelAssignsToProduct/Process)."""
    percent_type: PercentType | None = None
    physical_percent: float | None = None
    """Share of the work done, as the planner judged it, 0..100, whatever ``percent`` measures."""
    codes: tuple[ActivityCode, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    """Every baseline of the file; ``baseline_start`` and ``baseline_finish`` repeat the one in use."""
    assignments: tuple[Assignment, ...] = ()


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
    """``mspdi``, ``csv``, ``ifc``, ``xer`` or ``pmxml``."""
    sha256: str
    tasks: tuple[Task, ...]
    links: tuple[Link, ...]
    calendars: tuple[Calendar, ...]
    default_calendar: str
    project_start: datetime | None = None
    data_date: datetime | None = None
    skipped: tuple[Skipped, ...] = ()
    converted: tuple[Skipped, ...] = ()
    resources: tuple[Resource, ...] = ()
    wbs: tuple[WbsNode, ...] = ()

    @property
    def rules(self) -> SchedulingRules:
        """The scheduling options, which the default calendar carries; MS Project's when it carries none."""
        found = next((c.rules for c in self.calendars if c.id == self.default_calendar), None)
        return found or SchedulingRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDates:
    """CPM result of one task: naive site wall times; floats in working hours of its calendar.

    By Primavera's rules the early start of a started task is when the rest of it goes on; by MS Project's it
    is the actual start.
    """

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
