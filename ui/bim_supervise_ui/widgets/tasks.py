"""What screens say of tasks: lateness in days, and the order in which late tasks matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from bim_supervise.api.views import TaskRow

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class LateTask:
    """A task that a rule found late at one end, and by how many days [d]."""

    task: TaskRow
    end: Literal["start", "finish"]
    days: float


def late_tasks(tasks: Iterable[TaskRow], now: datetime, zone: tzinfo) -> list[LateTask]:
    """Late tasks in the order they matter: critical ones, then least float, then most days.

    Args:
        tasks: all tasks.
        now: the project's present (aware).
        zone: the site's time zone; plans are wall time.
    """
    wall = now.astimezone(zone).replace(tzinfo=None)
    found: list[LateTask] = []
    for task in tasks:
        if task.late_finish_outcome == "fail":
            found.append(LateTask(task, "finish", _days(task.finish, task.actual_finish, wall, zone)))
        elif task.late_start_outcome == "fail":
            found.append(LateTask(task, "start", _days(task.start, task.actual_start, wall, zone)))
    found.sort(key=_consequence)
    return found


def _days(planned: datetime | None, actual: datetime | None, wall: datetime, zone: tzinfo) -> float:
    if planned is None:
        return 0.0
    end = actual.astimezone(zone).replace(tzinfo=None) if actual else wall
    return (end - planned).total_seconds() / _DAY_S


def _consequence(item: LateTask) -> tuple[bool, float, float, str]:
    slack = item.task.total_float_hours
    return (not item.task.critical, slack if slack is not None else float("inf"), -item.days, item.task.id)
