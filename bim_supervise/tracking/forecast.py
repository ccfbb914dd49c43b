"""When the project will finish if the plan's logic holds: what was observed, carried on by CPM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import to_wall
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.tasks import Calculation, Constraint, ConstraintType, Schedule, Task
from bim_supervise.tracking.progress import with_actuals
from bim_supervise.tracking.state import TaskState


def forecast(
    schedule: Schedule,
    states: Sequence[TaskState],
    *,
    as_of: datetime,
    zone: ZoneInfo,
    not_before: Mapping[str, datetime] | None = None,
) -> Calculation | None:
    """The dates of all tasks when work goes on from ``as_of`` (aware UTC) as the plan's logic says.

    Tasks that nobody has stated as started begin at ``as_of`` at the earliest; what remains of a started task
    is its planned duration times the share not complete (the plan's own remaining duration where only the
    plan speaks of it). None when no start, finish or progress of any task is known: a plan alone is no
    forecast. A task in ``not_before`` (site wall times) that has not started starts then at the earliest,
    unless a constraint of the plan already pins its date.

    Raises:
        InputRefused: what ``schedule.cpm.calculate`` refuses.
    """
    if not any(state.actual_start or state.actual_finish or state.complete is not None for state in states):
        return None
    known = with_actuals(schedule, states, zone)
    if not_before:
        known = replace(known, tasks=tuple(_held(task, not_before.get(task.id)) for task in known.tasks))
    return calculate(known, data_date=to_wall(as_of, zone))


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
