"""What the forward and backward pass share: the rows, the run, lags and constraints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import ALWAYS, WorkTime, to_minutes
from bim_supervise.schedule.network import Arc, Network
from bim_supervise.schedule.tasks import ConstraintType, Schedule, Skipped, Task


@dataclass(slots=True)
class Row:
    """One node while it is calculated; moments in minutes since the epoch.

    ``finish_event``, ``late_start_event`` and ``late_finish_event`` are what links see: of a task its shown
    dates, as in MS Project, so that a demand which falls into non-working time of the task's calendar is not
    handed on to its successors. ``shown_finish`` is the start
    of a predecessor that a start-to-finish link without lag asks for: MS Project shows it as the finish even
    where a shift begins (08:00), and not the end of the shift before.
    """

    work: WorkTime
    lag_work: WorkTime
    duration: int = 0
    remaining: int = 0
    early_start: int = 0
    early_finish: int = 0
    finish_event: int = 0
    late_start: int = 0
    late_finish: int = 0
    late_start_event: int = 0
    late_finish_event: int = 0
    start_floor: int | None = None
    late_cap: int | None = None
    started: bool = False
    finished: bool = False
    shown_finish: int | None = None


@dataclass(slots=True)
class Run:
    """One calculation: the network, its rows, the moments that bound it and the problems met."""

    network: Network
    rows: list[Row]
    project_start: int
    data_date: int | None
    problems: list[Skipped] = field(default_factory=list)
    project_finish: int = 0


def project_start_of(schedule: Schedule) -> datetime:
    """The project's start; when the file does not say, the earliest date that it holds.

    Raises:
        InputRefused: ``schedule_no_start``.
    """
    if schedule.project_start is not None:
        return schedule.project_start
    moments = [
        moment
        for task in schedule.tasks
        for moment in (task.actual_start, task.start, task.constraint.at if task.constraint else None)
        if moment is not None
    ]
    if not moments:
        raise InputRefused(
            "schedule_no_start",
            f"The schedule '{schedule.name}' has neither a project start nor a task with a date.",
            "Set the project's start date, or a start date of its first task.",
            schedule=schedule.name,
        )
    return min(moments)


class Calendars:
    """The working time of each calendar, laid out once."""

    def __init__(self, schedule: Schedule) -> None:
        self._calendars = {calendar.id: calendar for calendar in schedule.calendars}
        self._default = schedule.default_calendar
        self._work: dict[str, WorkTime] = {}
        self.always = WorkTime(ALWAYS)

    def work(self, calendar: str | None, task: str) -> WorkTime:
        """Working time of a calendar id; None = the schedule's default. ``task`` names the user in errors."""
        key = self._default if calendar is None else calendar
        if key not in self._work:
            if key not in self._calendars:
                raise InputRefused(
                    "calendar_unknown",
                    f"The task '{task}' uses the calendar '{key}', which the schedule does not have.",
                    "Assign an existing calendar in the planning tool.",
                    calendar=key,
                    task=task,
                )
            self._work[key] = WorkTime(self._calendars[key])
        return self._work[key]


def prepare(schedule: Schedule, run: Run) -> None:
    """Make the rows: calendars, durations, what remains, and what summary tasks impose on theirs."""
    calendars = Calendars(schedule)
    for task in run.network.tasks:
        lag_work = calendars.work(task.calendar, task.name)
        row = Row(work=calendars.always if task.duration_elapsed else lag_work, lag_work=lag_work)
        row.duration = _duration(task, row.work, run)
        row.started = task.actual_start is not None or task.actual_finish is not None
        row.finished = task.actual_finish is not None
        row.remaining = _remaining(task, row, run)
        run.rows.append(row)
    for node in range(len(run.network.tasks), len(run.network.incoming)):
        summary = run.network.summary_of[node]
        work = calendars.work(summary.calendar, summary.name)
        run.rows.append(Row(work=work, lag_work=work))
    _inherit(schedule, run)


def _duration(task: Task, work: WorkTime, run: Run) -> int:
    if task.duration_minutes is not None:
        return task.duration_minutes
    start, finish = task.actual_start or task.start, task.actual_finish or task.finish
    if start is not None and finish is not None:
        run.problems.append(Skipped(what=task.name, reason="duration_from_dates"))
        return max(0, work.between(start, finish))
    run.problems.append(Skipped(what=task.name, reason="duration_unknown"))
    return 0


def _remaining(task: Task, row: Row, run: Run) -> int:
    if row.finished:
        return 0
    if not row.started or task.actual_start is None:
        return row.duration
    if task.remaining_minutes is not None:
        return task.remaining_minutes
    if task.percent is not None:
        return round(row.duration * (1 - task.percent / 100))
    if run.data_date is None:
        return row.duration
    run.problems.append(Skipped(what=task.name, reason="remaining_unknown"))
    done = row.work.between_minutes(to_minutes(task.actual_start), run.data_date)
    return min(row.duration, max(0, row.duration - done))


def _inherit(schedule: Schedule, run: Run) -> None:
    for summary in schedule.tasks:
        leaves = run.network.leaves.get(summary.id)
        if not leaves:
            continue
        caps = [] if summary.deadline is None else [to_minutes(summary.deadline)]
        constraint = summary.constraint
        if constraint is not None and constraint.at is not None:
            at = to_minutes(constraint.at)
            if constraint.type is ConstraintType.START_NO_EARLIER_THAN:
                for leaf in leaves:
                    row = run.rows[leaf]
                    row.start_floor = at if row.start_floor is None else max(row.start_floor, at)
            elif constraint.type is ConstraintType.FINISH_NO_LATER_THAN:
                caps.append(at)
            else:
                run.problems.append(Skipped(what=summary.name, reason="summary_constraint_not_used"))
        for cap in caps:
            for leaf in leaves:
                row = run.rows[leaf]
                row.late_cap = cap if row.late_cap is None else min(row.late_cap, cap)


def add_lag(moment: int, arc: Arc, work: WorkTime) -> int:
    """The moment a lag after ``moment``."""
    lag = arc.link.lag_minutes
    if lag == 0 or arc.link.lag_elapsed:
        return moment + lag
    return work.add_minutes(moment, lag)


def take_lag(moment: int, arc: Arc, work: WorkTime) -> int:
    """The latest moment from which the lag still arrives by ``moment``."""
    lag = arc.link.lag_minutes
    if lag == 0 or arc.link.lag_elapsed:
        return moment - lag
    return work.next_minutes(work.add_minutes(moment, -lag))


def start_for(row: Row, finish: int) -> int:
    """The latest start with which the row's work is done by ``finish``."""
    return row.work.add_minutes(finish, -row.duration)


def constraint_of(task: Task) -> tuple[ConstraintType, int | None]:
    """The constraint's type and date in minutes; as soon as possible when there is none."""
    if task.constraint is None:
        return ConstraintType.AS_SOON_AS_POSSIBLE, None
    at = task.constraint.at
    return task.constraint.type, None if at is None else to_minutes(at)


def is_as_late_as_possible(task: Task) -> bool:
    """Whether the task, not yet started, is to be done as late as its successors allow."""
    return (
        task.constraint is not None
        and task.constraint.type is ConstraintType.AS_LATE_AS_POSSIBLE
        and task.actual_start is None
        and task.actual_finish is None
    )
