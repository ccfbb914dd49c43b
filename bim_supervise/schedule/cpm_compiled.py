"""The whole calculation of a large plan in compiled passes, with the answer of ``cpm.calculate``.

Whatever the compiled passes do not know is left to the plain ones: nothing is approximated.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import from_minutes, to_minutes
from bim_supervise.schedule.cpm_rows import Calendars, project_start_of
from bim_supervise.schedule.fast_network import fast_network, reason_against
from bim_supervise.schedule.tasks import Calculation, LinkType, Schedule, Skipped, Task, TaskDates

FAST_FROM = 10_000
"""Tasks from which the compiled passes pay even where they must be compiled first, once per machine."""
_TYPES = (LinkType.FS, LinkType.SS, LinkType.FF, LinkType.SF)


def calculate_compiled(schedule: Schedule, data_date: datetime | None) -> Calculation | None:
    """Dates, floats and broken links as ``cpm.calculate`` gives them; None where only that can.

    Summary tasks are no hindrance as long as they only gather: without links, constraints and deadlines.

    Raises:
        InputRefused: as ``cpm.calculate``.
    """
    work, summaries = _without_summaries(schedule)
    if work is None or reason_against(work) is not None:
        return None
    # Loaded here: the compiler takes a moment to come up, and small plans never need it.
    from bim_supervise.schedule.fast_cpm import FastPath
    from bim_supervise.schedule.fast_floats import floats

    compiled: Any = floats
    try:
        network = fast_network(work)
        path = FastPath(network, data_date=None if data_date is None else to_minutes(data_date))
    except InputRefused as refused:
        if refused.code == "plan_beyond_calendars":
            return None  # the plain passes lay calendars out as far as they go
        raise
    columns = (path.early_start, path.early_finish, path.late_start, path.late_finish)
    total, free = np.zeros(len(network.ids), np.int64), np.zeros(len(network.ids), np.int64)
    broken = np.zeros(len(network.links), np.bool_)
    if not compiled(*path.tables, *columns, path.finish, total, free, broken):
        return None
    moments = (column.astype("datetime64[m]").tolist() for column in columns)
    rows = zip(network.ids, *moments, total.tolist(), free.tolist(), strict=True)
    dates = {
        key: TaskDates(
            early_start=early_start,
            early_finish=early_finish,
            late_start=late_start,
            late_finish=late_finish,
            total_float_hours=whole / 60,
            free_float_hours=own / 60,
            critical=whole <= 0,
        )
        for key, early_start, early_finish, late_start, late_finish, whole, own in rows
    }
    _gather(schedule, summaries, path.finish, dates)
    tasks = {task.id: task for task in work.tasks}
    place = {key: number for number, key in enumerate(tasks)}
    ties = [
        (tasks[network.ids[source]], tasks[network.ids[target]], _TYPES[tie])
        for source, target, tie in network.links[broken, :3].tolist()
    ]
    ties.sort(key=lambda tie: place[tie[1].id])
    return Calculation(
        dates={task.id: dates[task.id] for task in schedule.tasks},
        start=min(one.early_start for one in dates.values()),
        finish=max(one.early_finish for one in dates.values()),
        problems=tuple(
            Skipped(
                what=f"{tie} link from '{before.name}' to '{after.name}'", reason="link_broken_by_constraint"
            )
            for before, after, tie in ties
        ),
    )


def _without_summaries(schedule: Schedule) -> tuple[Schedule | None, dict[str, list[str]]]:
    """The plan of the tasks that are work, and these by each summary task; None where that is not enough."""
    by_id = {task.id: task for task in schedule.tasks}
    above = {task.parent for task in schedule.tasks if task.parent is not None} & set(by_id)
    leaves = tuple(task for task in schedule.tasks if task.id not in above)
    known = {task.id for task in leaves}
    simple = (
        len(by_id) == len(schedule.tasks)
        and leaves
        and not any(by_id[key].constraint or by_id[key].deadline for key in above)
        and all(link.predecessor in known and link.successor in known for link in schedule.links)
    )
    below: dict[str, list[str]] = {}
    for task in leaves if simple else ():
        parent, seen = _parent(task, by_id), 0
        while parent is not None and seen < len(by_id):
            below.setdefault(parent.id, []).append(task.id)
            parent, seen = _parent(parent, by_id), seen + 1
    if not simple or len(below) < len(above):
        return None, {}
    return replace(schedule, tasks=leaves, project_start=project_start_of(schedule)), below


def _parent(task: Task, by_id: dict[str, Task]) -> Task | None:
    return None if task.parent is None else by_id.get(task.parent)


def _gather(
    schedule: Schedule, below: dict[str, list[str]], finish: int, dates: dict[str, TaskDates]
) -> None:
    calendars = Calendars(schedule)
    end = from_minutes(finish)
    for task in schedule.tasks:
        if task.id not in below:
            continue
        parts = [dates[key] for key in below[task.id]]
        early_finish = max(part.early_finish for part in parts)
        dates[task.id] = TaskDates(
            early_start=min(part.early_start for part in parts),
            early_finish=early_finish,
            late_start=min(part.late_start for part in parts),
            late_finish=max(part.late_finish for part in parts),
            total_float_hours=min(part.total_float_hours for part in parts),
            free_float_hours=calendars.work(task.calendar, task.name).between(early_finish, end) / 60,
            critical=any(part.critical for part in parts),
        )
