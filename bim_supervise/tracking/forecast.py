"""When the project will finish if the plan's logic holds: what was observed, carried on by CPM."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import to_wall
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.tasks import Calculation, Schedule
from bim_supervise.tracking.progress import with_actuals
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
