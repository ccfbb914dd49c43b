"""When the project will finish if the plan's logic holds: what was observed, carried on by CPM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import to_wall
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.tasks import Calculation, Schedule, Task
from bim_supervise.tracking.state import TaskState


def forecast(
    schedule: Schedule, states: Sequence[TaskState], *, as_of: datetime, zone: ZoneInfo
) -> Calculation | None:
    """The dates of all tasks when work goes on from ``as_of`` (aware UTC) as the plan's logic says.

    Tasks that nobody has stated as started begin at ``as_of`` at the earliest; what remains of a started task
    is its planned duration times the share not complete (the plan's own remaining duration where only the
    plan speaks of it). None when no start, finish or progress of any task is known: a plan alone is no
    forecast.

    Raises:
        InputRefused: what ``schedule.cpm.calculate`` refuses.
    """
    if not any(state.actual_start or state.actual_finish or state.complete is not None for state in states):
        return None
    return calculate(with_actuals(schedule, states, zone), data_date=to_wall(as_of, zone))


def with_actuals(schedule: Schedule, states: Sequence[TaskState], zone: ZoneInfo) -> Schedule:
    """The plan with starts, finishes and percents as known to ``states`` put in (site wall times).

    A task that shows progress although nobody stated its start counts as started when the progress was
    first stated.
    """
    by_id = {state.task.id: state for state in states}
    return replace(
        schedule,
        tasks=tuple(
            _with_actuals(task, by_id[task.id], zone) if task.id in by_id else task for task in schedule.tasks
        ),
    )


def _with_actuals(task: Task, state: TaskState, zone: ZoneInfo) -> Task:
    start = state.actual_start or _first_progress(state)
    finish = state.actual_finish
    only_planned = state.complete is None or (
        state.basis == "percent" and task.percent is not None and state.complete == task.percent / 100
    )
    return replace(
        task,
        actual_start=to_wall(start, zone) if start else None,
        actual_finish=to_wall(finish, zone) if finish else None,
        percent=None if state.complete is None else 100 * state.complete,
        remaining_minutes=task.remaining_minutes if only_planned else None,
    )


def _first_progress(state: TaskState) -> datetime | None:
    stated = [fact for fact in state.quantity_facts if isinstance(fact.value, int | float) and fact.value > 0]
    stated += [element.installed for element in state.elements if element.installed is not None]
    return min((fact.event_time for fact in stated), default=None)
