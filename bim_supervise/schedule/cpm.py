"""The critical path method with calendars, all link types, constraints, manual tasks and actual dates.

Conventions (where planning tools differ, MS Project's are followed, and stated here):

- A task starts at the next working moment of its calendar and finishes at the end of a shift; a milestone
  keeps the time of what drives it, also the end of a shift.
- A working lag is counted in the successor's calendar (the project's when the task has none of its own),
  an elapsed lag or duration round the clock.
- A date constraint wins over a link ("tasks always honour their constraint dates"): the broken link is
  listed among the problems and shows as negative float before it. A start-no-earlier-than date may lie
  before the project's start. A manual task stays where it was put.
- A task started is never moved; what remains of it is done after the data date and after what it waits for
  (retained logic). Nothing that has not started is planned before the data date.
- Late dates count back from the latest early finish; deadlines and no-later-than constraints may pull them
  before the early dates, which gives negative float. As-late-as-possible tasks take their late dates.
- Total float is the lesser of start and finish float in the task's calendar; critical is an unfinished task
  with no more than 0. Free float is the leeway to the nearest successor, or to the project's finish.
- Between calendars, a link counts as kept when no working time of the successor lies between what the link
  asks for and the date the successor got.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import ALWAYS, WorkTime, from_minutes, to_minutes
from bim_supervise.schedule.graph import refuse_cycles, task_graph
from bim_supervise.schedule.network import Arc, Network, build_network
from bim_supervise.schedule.tasks import (
    Calculation,
    ConstraintType,
    LinkType,
    Schedule,
    Skipped,
    Task,
    TaskDates,
)

_HARD = {
    ConstraintType.MUST_START_ON,
    ConstraintType.MUST_FINISH_ON,
    ConstraintType.START_NO_LATER_THAN,
    ConstraintType.FINISH_NO_LATER_THAN,
}


@dataclass(slots=True)
class _Row:
    """One node while it is calculated; moments in minutes since the epoch.

    A finish that a link asks for at the very start of a shift is shown there, as MS Project does, and not at
    the end of the shift before. ``finish_event`` and ``start_event_late`` are what links see: they may lie in non-working time of the
    task's own calendar, where the shown dates do not.
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
    pinned: bool = False


@dataclass(slots=True)
class _Pass:
    network: Network
    rows: list[_Row]
    project_start: int
    data_date: int | None
    problems: list[Skipped] = field(default_factory=list)
    project_finish: int = 0


def calculate(schedule: Schedule, *, data_date: datetime | None = None) -> Calculation:
    """Early and late dates, floats and the critical tasks of a schedule.

    Args:
        schedule: the plan as read. Stored start and finish dates are used only for manual tasks, for actual
            dates, and to work out a duration that the file does not give (listed as a problem).
        data_date: naive site wall time up to which actual dates are known. None leaves unstarted work where
            the logic puts it and finishes started work as planned, as MS Project does by itself.

    Returns:
        Dates as naive site wall time; floats in working hours of each task's calendar.

    Raises:
        InputRefused: ``schedule_cycle``, ``schedule_empty``, ``schedule_no_start``, ``calendar_unknown``,
            ``calendar_no_working_time``, ``calendar_exhausted``, ``link_unknown_task``.
    """
    refuse_cycles(task_graph(schedule))
    network = build_network(schedule)
    if not network.tasks:
        raise InputRefused(
            "schedule_empty", f"The schedule '{schedule.name}' has no tasks.", "Load a schedule with tasks."
        )
    run = _Pass(
        network=network,
        rows=[],
        project_start=to_minutes(_project_start(schedule)),
        data_date=None if data_date is None else to_minutes(data_date),
        problems=list(network.problems),
    )
    _prepare(schedule, run)
    _forward(run, late=False)
    run.project_finish = max(row.finish_event for row in run.rows[: len(network.tasks)])
    _backward(run)
    if any(_as_late(task) and not task.manual for task in network.tasks):
        _forward(run, late=True)
    _list_broken_links(run)
    dates = _dates(schedule, run)
    return Calculation(
        dates=dates,
        start=min(d.early_start for d in dates.values()),
        finish=max(d.early_finish for d in dates.values()),
        problems=tuple(run.problems),
    )


# -- preparation -----------------------------------------------------------------------------------


def _project_start(schedule: Schedule) -> datetime:
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
        )
    return min(moments)


class _Calendars:
    def __init__(self, schedule: Schedule) -> None:
        self._calendars = {calendar.id: calendar for calendar in schedule.calendars}
        self._default = schedule.default_calendar
        self._work: dict[str, WorkTime] = {}
        self.always = WorkTime(ALWAYS)

    def work(self, calendar: str | None, task: str) -> WorkTime:
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


def _prepare(schedule: Schedule, run: _Pass) -> None:
    calendars = _Calendars(schedule)
    for task in run.network.tasks:
        lag_work = calendars.work(task.calendar, task.name)
        row = _Row(work=calendars.always if task.duration_elapsed else lag_work, lag_work=lag_work)
        row.duration = _duration(task, row.work, run)
        row.started = task.actual_start is not None or task.actual_finish is not None
        row.finished = task.actual_finish is not None
        row.remaining = _remaining(task, row, run)
        run.rows.append(row)
    for node in range(len(run.network.tasks), len(run.network.incoming)):
        summary = run.network.summary_of[node]
        work = calendars.work(summary.calendar, summary.name)
        run.rows.append(_Row(work=work, lag_work=work))
    _inherit(schedule, run)


def _duration(task: Task, work: WorkTime, run: _Pass) -> int:
    if task.duration_minutes is not None:
        return task.duration_minutes
    start, finish = task.actual_start or task.start, task.actual_finish or task.finish
    if start is not None and finish is not None:
        run.problems.append(Skipped(what=task.name, reason="duration_from_dates"))
        return max(0, work.between(start, finish))
    run.problems.append(Skipped(what=task.name, reason="duration_unknown"))
    return 0


def _remaining(task: Task, row: _Row, run: _Pass) -> int:
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


def _inherit(schedule: Schedule, run: _Pass) -> None:
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


# -- forward ---------------------------------------------------------------------------------------


def _add_lag(moment: int, arc: Arc, work: WorkTime) -> int:
    lag = arc.link.lag_minutes
    if lag == 0 or arc.link.lag_elapsed:
        return moment + lag
    return work.add_minutes(moment, lag)


def _take_lag(moment: int, arc: Arc, work: WorkTime) -> int:
    """The latest moment from which the lag still arrives by ``moment``."""
    lag = arc.link.lag_minutes
    if lag == 0 or arc.link.lag_elapsed:
        return moment - lag
    return work.next_minutes(work.add_minutes(moment, -lag))


def _start_for(row: _Row, finish: int) -> int:
    """The latest start with which the row's work is done by ``finish``."""
    return row.work.add_minutes(finish, -row.duration)


def _demands(node: int, run: _Pass) -> tuple[int | None, int | None]:
    """What the links ask for: start and finish not before these moments."""
    rows, row = run.rows, run.rows[node]
    start: int | None = None
    finish: int | None = None
    for arc in run.network.incoming[node]:
        source = rows[arc.source]
        of_start = arc.link.type in (LinkType.SS, LinkType.SF)
        asked = _add_lag(source.early_start if of_start else source.finish_event, arc, row.lag_work)
        if arc.link.type in (LinkType.FS, LinkType.SS):
            start = asked if start is None else max(start, asked)
        else:
            if arc.link.type is LinkType.FF:
                asked = max(asked, row.work.add_minutes(run.project_start, row.duration))
            finish = asked if finish is None else max(finish, asked)
    for handing in run.network.handed_by.get(node, ()):
        asked = rows[handing].early_start
        if run.network.incoming[handing]:
            start = asked if start is None else max(start, asked)
    return start, finish


def _forward(run: _Pass, *, late: bool) -> None:
    network, rows = run.network, run.rows
    for node in network.order:
        row = rows[node]
        if node in network.gathers:
            gathered = [rows[leaf] for leaf in network.gathers[node]]
            row.early_start = min(leaf.early_start for leaf in gathered)
            row.early_finish = max(leaf.early_finish for leaf in gathered)
            row.finish_event = max(leaf.finish_event for leaf in gathered)
            continue
        start, finish = _demands(node, run)
        if node in network.hands_to:
            row.early_start = run.project_start if start is None else start
            row.early_finish = row.finish_event = row.early_start
            continue
        task = network.tasks[node]
        if row.started:
            _place_started(task, row, start, finish, run)
        elif task.manual and (task.start or task.finish):
            _place_manual(task, row)
        elif late and _as_late(task):
            row.early_start, row.early_finish = row.late_start, row.late_finish
            row.finish_event = max(row.early_finish, finish if finish is not None else row.early_finish)
        else:
            if task.manual and not late:
                run.problems.append(Skipped(what=task.name, reason="manual_without_dates"))
            _place(task, row, start, finish, run)


def _place(task: Task, row: _Row, start: int | None, finish: int | None, run: _Pass) -> None:
    kind, at = _constraint(task)
    free = start is None and finish is None
    if free and not (at is not None and kind is ConstraintType.START_NO_EARLIER_THAN):
        start = run.project_start
    for floor in (
        row.start_floor,
        at if kind is ConstraintType.START_NO_EARLIER_THAN else None,
        run.data_date,
    ):
        if floor is not None:
            start = floor if start is None else max(start, floor)
    if at is not None and kind is ConstraintType.FINISH_NO_EARLIER_THAN:
        finish = at if finish is None else max(finish, at)
    candidates = [] if start is None else [_first_start(row, start)]
    if finish is not None:
        candidates.append(_start_for(row, finish))
    row.early_start = max(candidates)
    if at is not None and kind in _HARD:
        row.early_start = _held_start(row, kind, at)
        row.pinned = kind in (ConstraintType.MUST_START_ON, ConstraintType.MUST_FINISH_ON)
        if run.data_date is not None and row.early_start < run.data_date:
            row.early_start = _first_start(row, run.data_date)
    row.early_finish = row.work.add_minutes(row.early_start, row.duration)
    row.finish_event = row.early_finish
    if finish is not None and kind not in _HARD and finish > row.early_finish:
        row.finish_event = finish
        if row.work.next_minutes(finish) == finish:
            row.early_finish = finish


def _held_start(row: _Row, kind: ConstraintType, at: int) -> int:
    by_finish = kind in (ConstraintType.MUST_FINISH_ON, ConstraintType.FINISH_NO_LATER_THAN)
    wanted = _start_for(row, at) if by_finish else _first_start(row, at)
    if kind in (ConstraintType.MUST_START_ON, ConstraintType.MUST_FINISH_ON):
        return wanted
    return min(row.early_start, wanted)


def _first_start(row: _Row, moment: int) -> int:
    if row.duration == 0:
        return row.work.add_minutes(moment, 0)
    return row.work.next_minutes(moment)


def _place_manual(task: Task, row: _Row) -> None:
    row.pinned = True
    if task.start is not None:
        row.early_start = to_minutes(task.start)
        row.early_finish = (
            row.work.add_minutes(row.early_start, row.duration)
            if task.finish is None
            else to_minutes(task.finish)
        )
    elif task.finish is not None:
        row.early_finish = to_minutes(task.finish)
        row.early_start = _start_for(row, row.early_finish)
    row.finish_event = row.early_finish


def _place_started(task: Task, row: _Row, start: int | None, finish: int | None, run: _Pass) -> None:
    if task.actual_finish is not None:
        row.early_finish = row.finish_event = to_minutes(task.actual_finish)
        row.early_start = (
            _start_for(row, row.early_finish) if task.actual_start is None else to_minutes(task.actual_start)
        )
        return
    assert task.actual_start is not None
    row.early_start = to_minutes(task.actual_start)
    if run.data_date is None:
        row.early_finish = row.finish_event = row.work.add_minutes(row.early_start, row.duration)
        return
    resume = max(run.data_date, row.early_start, start if start is not None else run.data_date)
    row.early_finish = (
        row.work.add_minutes(row.work.next_minutes(resume), row.remaining) if row.remaining else resume
    )
    row.finish_event = max(row.early_finish, finish if finish is not None else row.early_finish)
    row.early_finish = row.work.previous_minutes(row.finish_event) if row.remaining else row.finish_event


def _constraint(task: Task) -> tuple[ConstraintType, int | None]:
    if task.constraint is None:
        return ConstraintType.AS_SOON_AS_POSSIBLE, None
    at = task.constraint.at
    return task.constraint.type, None if at is None else to_minutes(at)


def _as_late(task: Task) -> bool:
    return (
        task.constraint is not None
        and task.constraint.type is ConstraintType.AS_LATE_AS_POSSIBLE
        and task.actual_start is None
        and task.actual_finish is None
    )


# -- backward --------------------------------------------------------------------------------------


def _finish_from(row: _Row, start: int) -> int:
    return row.work.add_minutes(start, row.duration) if row.duration else start


def _backward(run: _Pass) -> None:
    network, rows = run.network, run.rows
    for node in reversed(network.order):
        row = rows[node]
        if node in network.hands_to:
            row.late_start_event = min(rows[leaf].late_start_event for leaf in network.hands_to[node])
            continue
        start, finish = _limits(node, run)
        if node in network.gathers:
            row.late_finish_event = finish
            row.late_start_event = run.project_finish if start is None else start
            continue
        task = network.tasks[node]
        if row.finished:
            row.late_start, row.late_finish = row.early_start, row.early_finish
            row.late_start_event, row.late_finish_event = row.early_start, row.early_finish
            continue
        if start is not None:
            finish = min(finish, _finish_from(row, start))
        finish = _limit_by_constraint(task, row, finish)
        for cap in (row.late_cap, None if task.deadline is None else to_minutes(task.deadline)):
            if cap is not None:
                finish = min(finish, cap)
        row.late_finish_event = finish
        row.late_finish = _work_end(row, finish)
        left = row.remaining if row.started else row.duration
        row.late_start = row.work.add_minutes(finish, -left) if left else row.late_finish
        row.late_start_event = row.late_start if start is None else min(row.late_start, start)
        if row.started:
            row.late_start = row.early_start


def _limits(node: int, run: _Pass) -> tuple[int | None, int]:
    """The latest start (None: free) and finish that the successors leave."""
    network, rows, row = run.network, run.rows, run.rows[node]
    start: int | None = None
    finish = run.project_finish
    for arc in network.outgoing[node]:
        target = rows[arc.target]
        if target.finished:
            continue
        of_start = arc.link.type in (LinkType.SS, LinkType.SF)
        if of_start and (row.started or (arc.link.type is LinkType.SS and target.started)):
            continue
        by = (
            target.late_start_event
            if arc.link.type in (LinkType.FS, LinkType.SS)
            else target.late_finish_event
        )
        by = _take_lag(by, arc, target.lag_work)
        if of_start:
            start = by if start is None else min(start, by)
        else:
            finish = min(finish, by)
    for gathering in network.gathered_by.get(node, ()):
        finish = min(finish, rows[gathering].late_finish_event)
        first = row.early_start == rows[gathering].early_start and not row.started
        if first and any(arc.link.type in (LinkType.SS, LinkType.SF) for arc in network.outgoing[gathering]):
            by = rows[gathering].late_start_event
            start = by if start is None else min(start, by)
    return start, finish


def _limit_by_constraint(task: Task, row: _Row, finish: int) -> int:
    kind, at = _constraint(task)
    if at is None or row.started or task.manual:
        return finish
    match kind:
        case ConstraintType.MUST_START_ON:
            return _finish_from(row, at)
        case ConstraintType.MUST_FINISH_ON:
            return at
        case ConstraintType.START_NO_LATER_THAN:
            return min(finish, _finish_from(row, at))
        case ConstraintType.FINISH_NO_LATER_THAN:
            return min(finish, at)
        case _:
            return finish


def _work_end(row: _Row, moment: int) -> int:
    if row.duration == 0 and row.work.add_minutes(moment, 0) == moment:
        return moment
    return row.work.previous_minutes(moment)


# -- results ---------------------------------------------------------------------------------------


def _list_broken_links(run: _Pass) -> None:
    network, rows = run.network, run.rows
    for node, task in enumerate(network.tasks):
        row = rows[node]
        if row.started:
            continue
        for arc in network.incoming[node]:
            source = rows[arc.source]
            of_start = arc.link.type in (LinkType.SS, LinkType.SF)
            asked = _add_lag(source.early_start if of_start else source.finish_event, arc, row.lag_work)
            got = row.early_start if arc.link.type in (LinkType.FS, LinkType.SS) else row.finish_event
            if got < asked and row.work.between_minutes(got, asked) > 0:
                before = (
                    network.tasks[arc.source]
                    if arc.source < len(network.tasks)
                    else network.summary_of[arc.source]
                )
                reason = "link_broken_by_manual_dates" if task.manual else "link_broken_by_constraint"
                run.problems.append(
                    Skipped(what=f"{arc.link.type} link from '{before.name}' to '{task.name}'", reason=reason)
                )


def _free_float(
    work: WorkTime, early_start: int, early_finish: int, arcs: list[Arc], run: _Pass
) -> int | None:
    slack: int | None = None
    for arc in arcs:
        target = run.rows[arc.target]
        if arc.target in run.network.hands_to:
            reached = min(run.rows[leaf].early_start for leaf in run.network.hands_to[arc.target])
        elif arc.link.type in (LinkType.FS, LinkType.SS):
            reached = target.early_start
        else:
            reached = target.finish_event
        if target.finished:
            continue
        of_start = arc.link.type in (LinkType.SS, LinkType.SF)
        leeway = work.between_minutes(
            early_start if of_start else early_finish, _take_lag(reached, arc, target.lag_work)
        )
        slack = leeway if slack is None else min(slack, leeway)
    return slack


def _dates(schedule: Schedule, run: _Pass) -> Mapping[str, TaskDates]:
    network, rows = run.network, run.rows
    result: dict[str, TaskDates] = {}
    finish_nodes = {network.summary_of[node].id: node for node in network.gathers}
    calendars = _Calendars(schedule)
    for task in schedule.tasks:
        index = network.position.get(task.id)
        if index is not None:
            result[task.id] = _dates_of(rows[index], network.outgoing[index], run)
    for task in schedule.tasks:
        leaves = network.leaves.get(task.id)
        if not leaves:
            continue
        below = [result[network.tasks[leaf].id] for leaf in leaves]
        work = calendars.work(task.calendar, task.name)
        early_start = min(d.early_start for d in below)
        early_finish = max(d.early_finish for d in below)
        node = finish_nodes.get(task.id)
        arcs = [] if node is None else network.outgoing[node]
        slack = _free_float(work, to_minutes(early_start), to_minutes(early_finish), arcs, run)
        if slack is None:
            slack = work.between_minutes(to_minutes(early_finish), run.project_finish)
        result[task.id] = TaskDates(
            early_start=early_start,
            early_finish=early_finish,
            late_start=min(d.late_start for d in below),
            late_finish=max(d.late_finish for d in below),
            total_float_hours=min(d.total_float_hours for d in below),
            free_float_hours=slack / 60,
            critical=any(d.critical for d in below),
        )
    return result


def _dates_of(row: _Row, arcs: list[Arc], run: _Pass) -> TaskDates:
    if row.finished:
        total = free = 0
    else:
        total = row.work.between_minutes(row.early_finish, row.late_finish)
        if not row.started:
            total = min(total, row.work.between_minutes(row.early_start, row.late_start))
        slack = _free_float(row.work, row.early_start, row.early_finish, arcs, run)
        free = row.work.between_minutes(row.early_finish, run.project_finish) if slack is None else slack
    return TaskDates(
        early_start=from_minutes(row.early_start),
        early_finish=from_minutes(row.early_finish),
        late_start=from_minutes(row.late_start),
        late_finish=from_minutes(row.late_finish),
        total_float_hours=total / 60,
        free_float_hours=free / 60,
        critical=total <= 0 and not row.finished,
    )
