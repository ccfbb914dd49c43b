"""When the project will finish if the plan's logic holds: what was observed, carried on by CPM."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import to_wall
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.cpm_rows import Calendars
from bim_supervise.schedule.tasks import (
    Calculation,
    Constraint,
    ConstraintType,
    LinkType,
    Method,
    Schedule,
    Task,
)
from bim_supervise.tracking.progress import with_actuals
from bim_supervise.tracking.state import TaskState

Span = tuple[datetime, datetime]
"""From and to."""


def forecast(
    schedule: Schedule,
    states: Sequence[TaskState],
    *,
    as_of: datetime,
    zone: ZoneInfo,
    not_before: Mapping[str, datetime] | None = None,
    stood: Mapping[str, Sequence[Span]] | None = None,
) -> Calculation | None:
    """The dates of all tasks when work goes on from ``as_of`` (aware UTC) as the plan's logic says.

    Tasks that nobody has stated as started begin at ``as_of`` at the earliest; what remains of a started task
    is its planned duration times the share not complete (the plan's own remaining duration where only the
    plan speaks of it). None when no start, finish or progress of any task is known: a plan alone is no
    forecast. A task in ``not_before`` (site wall times) that has not started starts then at the earliest,
    unless a constraint of the plan already pins its date.

    Where nobody has stated the progress of a started task, it is taken to have been worked on since its start
    - but not while a stop order held it (``stood``: spans from and to, aware, in order and apart), nor while
    one held what it waits for. A task that is held now goes on at ``as_of``: when the order will be lifted is
    not known.

    Raises:
        InputRefused: what ``schedule.cpm.calculate`` refuses.
    """
    if not any(state.actual_start or state.actual_finish or state.complete is not None for state in states):
        return None
    known = with_actuals(schedule, states, zone)
    if not_before:
        known = replace(known, tasks=tuple(_held(task, not_before.get(task.id)) for task in known.tasks))
    data_date = to_wall(as_of, zone)
    # Primavera's conventions leave such a task its whole duration, so that nothing is taken as done.
    if stood and schedule.rules.method is not Method.PRIMAVERA:
        known = _without_standstill(known, stood, data_date, zone)
    return calculate(known, data_date=data_date)


def _without_standstill(
    schedule: Schedule, stood: Mapping[str, Sequence[Span]], data_date: datetime, zone: ZoneInfo
) -> Schedule:
    """The plan with the remaining work of started tasks that stop orders held, where nobody has stated it."""
    walls = {
        task: {(to_wall(start, zone), to_wall(end, zone)) for start, end in spans}
        for task, spans in stood.items()
    }
    held = _with_waiting(schedule, walls)
    calendars = Calendars(schedule)

    def left(task: Task) -> Task:
        start, duration = task.actual_start, task.duration_minutes
        stated = task.percent is not None or task.remaining_minutes is not None
        if (
            stated
            or task.id not in held
            or start is None
            or duration is None
            or task.actual_finish is not None
        ):
            return task
        work = calendars.always if task.duration_elapsed else calendars.work(task.calendar, task.name)
        done, since = 0, start
        for stopped, lifted in sorted(held[task.id]):
            done += max(0, work.between(since, min(stopped, data_date)))
            since = max(since, lifted)
        done += max(0, work.between(since, data_date))
        return replace(task, remaining_minutes=max(0, duration - done))

    return replace(schedule, tasks=tuple(left(task) for task in schedule.tasks))


def _with_waiting(schedule: Schedule, held: dict[str, set[Span]]) -> dict[str, set[Span]]:
    """The same for tasks that started before what they wait for was done: they waited with it."""
    finished = {task.id: task.actual_finish for task in schedule.tasks}
    after: dict[str, list[str]] = defaultdict(list)
    for link in schedule.links:
        if link.type is LinkType.FS:
            after[link.predecessor].append(link.successor)
    waiting = list(held)
    while waiting:
        task = waiting.pop()
        end = finished.get(task)
        spans = {span for span in held[task] if end is None or span[0] < end}
        for successor in after[task]:
            known = held.setdefault(successor, set())
            if not spans <= known:
                known |= spans
                waiting.append(successor)
    return held


_MOVABLE = (None, ConstraintType.AS_SOON_AS_POSSIBLE, ConstraintType.START_NO_EARLIER_THAN)


def _held(task: Task, earliest: datetime | None) -> Task:
    constraint = task.constraint
    kind = constraint.type if constraint else None
    if earliest is None or task.actual_start is not None or task.manual or kind not in _MOVABLE:
        return task
    if constraint and constraint.at is not None and constraint.at >= earliest:
        return task
    also = constraint.also if constraint else None
    return replace(
        task,
        constraint=Constraint(type=ConstraintType.START_NO_EARLIER_THAN, at=earliest, also=also),
    )
