"""The planned-value curve of a set of tasks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import to_wall
from bim_supervise.tracking.planned_share import planned_share
from bim_supervise.tracking.state import TaskState


def planned_share_at(state: TaskState, as_of: datetime, zone: ZoneInfo) -> float | None:
    """Share 0..1 of a task that its plan has done at ``as_of`` (aware UTC); None without planned dates.

    See ``tracking.planned_share``: linear over the planned span, a milestone all at once.
    """
    if state.planned_start is None or state.planned_finish is None:
        return None
    return planned_share(state.planned_start, state.planned_finish, to_wall(as_of, zone))


def planned_value(states: Iterable[TaskState], as_of: datetime, zone: ZoneInfo) -> float | None:
    """Planned value [currency] of the tasks with budget and dates; None when there is none of these."""
    values = [
        state.task.budget * share
        for state in states
        if state.task.budget is not None and (share := planned_share_at(state, as_of, zone)) is not None
    ]
    return math.fsum(values) if values else None


def planned_value_curve(
    states: Sequence[TaskState], moments: Iterable[datetime], zone: ZoneInfo
) -> list[float | None]:
    """Planned value [currency] at each moment (aware UTC), for charts and for earned schedule."""
    return [planned_value(states, moment, zone) for moment in moments]
