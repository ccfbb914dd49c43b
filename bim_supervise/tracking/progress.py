"""Planned and observed progress at a moment: counts of tasks, and the plan with what was observed put in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import to_utc, to_wall
from bim_supervise.schedule.tasks import Schedule, Task
from bim_supervise.tracking.state import TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCounts:
    """How many tasks should have started and finished by the plan; milestones count, summaries do not.

    ``undated`` tasks have neither a stored nor a calculated planned start and can be in neither count.
    """

    total: int
    planned_started: int
    planned_finished: int
    undated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualCounts:
    """How many tasks have started and finished; both None when nobody has stated any start or finish.

    A task that is known to have finished counts as started.
    """

    actual_started: int | None
    actual_finished: int | None


def moment_of(as_of: date | datetime, zone: ZoneInfo) -> datetime:
    """The instant (aware UTC) meant by ``as_of``.

    A date alone means the end of that site day (its last microsecond), so that what is planned or observed on
    the day is included. A datetime without an offset is site wall time.
    """
    if isinstance(as_of, datetime):
        return to_utc(as_of, zone)
    midnight = datetime.combine(as_of + timedelta(days=1), time.min)
    return to_utc(midnight, zone) - timedelta(microseconds=1)


def planned_counts(states: Iterable[TaskState], as_of: datetime, zone: ZoneInfo) -> PlannedCounts:
    """Tasks whose planned start and finish (site wall time) lie at or before ``as_of`` (aware UTC)."""
    now = to_wall(as_of, zone)
    total = started = finished = undated = 0
    for state in states:
        total += 1
        undated += state.planned_start is None
        started += state.planned_start is not None and state.planned_start <= now
        finished += state.planned_finish is not None and state.planned_finish <= now
    return PlannedCounts(total=total, planned_started=started, planned_finished=finished, undated=undated)


def actual_counts(states: Iterable[TaskState]) -> ActualCounts:
    """Tasks observed to have started and finished."""
    started = finished = 0
    for state in states:
        finished += state.actual_finish is not None
        started += state.actual_start is not None or state.actual_finish is not None
    if not started:
        return ActualCounts(actual_started=None, actual_finished=None)
    return ActualCounts(actual_started=started, actual_finished=finished)


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
