"""Which planned dates count: the plan file's own, and the calculated ones where it has none."""

from __future__ import annotations

from datetime import datetime

from bim_supervise.schedule.tasks import Calculation, Task


def planned_dates(task: Task, calculation: Calculation | None) -> tuple[datetime | None, datetime | None]:
    """Planned start and finish of a task, naive site wall time.

    The dates that the planner published in the file are the plan that people are held to; CPM early dates
    stand in only where the file stores none.
    """
    dates = calculation.dates.get(task.id) if calculation else None
    start = task.start or (dates.early_start if dates else None)
    finish = task.finish or (dates.early_finish if dates else None)
    return start, finish
