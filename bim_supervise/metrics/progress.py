"""Percent complete on three axes: what is claimed, what was accepted by signature, what a device confirms."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.metrics.planned_value import planned_share_at
from bim_supervise.schedule.tasks import TaskKind
from bim_supervise.tracking.state import ElementState, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentComplete:
    """Percent 0..100 of a set of tasks by its weight ``basis``: ``budget``, ``duration`` or ``tasks``.

    ``planned``: what the plan has done by then. ``claimed``: what anybody has stated. ``accepted``: the part
    of it whose finish gate an entitled signature released. ``corroborated``: the part that an authenticated
    device confirms, element by element. ``proven``: both. None where nothing is known; always proven <=
    accepted, corroborated <= claimed.
    """

    basis: str
    planned: float | None
    claimed: float | None
    accepted: float | None
    corroborated: float | None
    proven: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskShares:
    """The shares 0..1 of one task; None where nothing is known."""

    claimed: float | None
    accepted: float | None
    corroborated: float | None
    proven: float | None


def task_shares(state: TaskState, released: bool) -> TaskShares:
    """How much of a task is claimed, accepted, corroborated and proven.

    A released finish gate accepts what is claimed, all of it where nobody had put a figure on it.

    Args:
        state: the task.
        released: whether an entitled signature has released its finish gate.
    """
    claimed = state.complete if state.complete is not None else 1.0 if released else None
    if claimed is None:
        return TaskShares(claimed=None, accepted=None, corroborated=None, proven=None)
    accepted = claimed if released else 0.0
    seen = [element for element in state.elements if _confirmed(element)]
    corroborated = min(claimed, len(seen) / len(state.elements)) if seen else None
    return TaskShares(
        claimed=claimed,
        accepted=accepted,
        corroborated=corroborated,
        proven=None if corroborated is None else min(accepted, corroborated),
    )


def percent_complete(
    states: Iterable[TaskState], released: Collection[str], as_of: datetime, zone: ZoneInfo
) -> PercentComplete:
    """Percent complete of a set of tasks.

    The weight is the budget where every task that is no milestone has one, else the planned duration where
    every such task has one, else each task counts as one. A task that nobody has spoken about adds nothing to
    what is claimed; where nobody has spoken about any, the result is None, not 0.

    Args:
        states: the tasks at ``as_of``.
        released: ids of the tasks whose finish gate is released by signatures.
        as_of: aware UTC.
        zone: the site's time zone.
    """
    tasks = list(states)
    basis, weights = _weights(tasks)
    shares = [task_shares(state, state.task.id in released) for state in tasks]
    planned = [planned_share_at(state, as_of, zone) for state in tasks]
    dated = math.fsum(weight for weight, share in zip(weights, planned, strict=True) if share is not None)
    return PercentComplete(
        basis=basis,
        planned=_percent(weights, planned, dated),
        claimed=_percent(weights, [share.claimed for share in shares]),
        accepted=_percent(weights, [share.accepted for share in shares]),
        corroborated=_percent(weights, [share.corroborated for share in shares]),
        proven=_percent(weights, [share.proven for share in shares]),
    )


def _confirmed(element: ElementState) -> bool:
    seen = element.installed_by_device
    return seen is not None and all(missing.event_time <= seen.event_time for missing in element.missing)


def _weights(tasks: Sequence[TaskState]) -> tuple[str, list[float]]:
    work = [state for state in tasks if state.task.kind is not TaskKind.MILESTONE]
    budgets = [state.task.budget for state in work]
    if work and all(budget is not None for budget in budgets) and any(budgets):
        return "budget", [state.task.budget or 0.0 for state in tasks]
    for length in (_working_minutes, _planned_minutes):
        lengths = [length(state) for state in work]
        if work and all(one is not None for one in lengths) and any(lengths):
            milestone = TaskKind.MILESTONE
            return "duration", [
                0.0 if state.task.kind is milestone else length(state) or 0.0 for state in tasks
            ]
    return "tasks", [1.0] * len(tasks)


def _working_minutes(state: TaskState) -> float | None:
    return None if state.task.duration_minutes is None else float(state.task.duration_minutes)


def _planned_minutes(state: TaskState) -> float | None:
    if state.planned_start is None or state.planned_finish is None:
        return None
    return (state.planned_finish - state.planned_start).total_seconds() / 60


def _percent(
    weights: Sequence[float], shares: Sequence[float | None], whole: float | None = None
) -> float | None:
    if all(share is None for share in shares):
        return None
    total = math.fsum(weights) if whole is None else whole
    if total == 0:
        return None
    done = math.fsum(weight * (share or 0.0) for weight, share in zip(weights, shares, strict=True))
    return 100 * min(done / total, 1.0)
