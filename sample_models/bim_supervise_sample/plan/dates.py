"""Forward pass over the plan: planned dates, and actual ones when durations and delays are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache

from bim_supervise_sample.plan.calendars import working_time
from bim_supervise_sample.plan.tasks import PlanTask, plan_tasks, tasks_by_code
from bim_supervise_sample.site import PLAN_START


@dataclass(frozen=True, slots=True)
class Dates:
    """Start and finish in naive site wall time."""

    start: datetime
    finish: datetime


def schedule(
    hours: Mapping[str, float] | None = None,
    delays: Mapping[str, float] | None = None,
    fixed: Mapping[str, Dates] | None = None,
) -> dict[str, Dates]:
    """Earliest dates of every task and the span of every summary.

    Args:
        hours: working hours that replace the planned ones, by code.
        delays: working hours that a task starts later than its links allow, by code.
        fixed: dates that are simply known, by code.
    """
    hours, delays = hours or {}, delays or {}
    dates: dict[str, Dates] = dict(fixed or {})

    def visit(code: str) -> Dates:
        if code not in dates:
            task = tasks_by_code()[code]
            for link in task.links:
                visit(link.predecessor)
            dates[code] = _place(task, dates, hours.get(code, task.hours), delays.get(code, 0.0))
        return dates[code]

    for task in plan_tasks():
        if not task.summary:
            visit(task.code)
    for task in plan_tasks():
        if task.summary:
            below = [span for code, span in dates.items() if code.startswith(task.code + ".")]
            dates[task.code] = Dates(min(d.start for d in below), max(d.finish for d in below))
    return dates


def _place(task: PlanTask, dates: Mapping[str, Dates], hours: float, delay: float) -> Dates:
    work = working_time(task.calendar)
    start = PLAN_START
    if task.earliest is not None:
        start = max(start, datetime.combine(task.earliest, time(8)))
    for link in task.links:
        before = dates[link.predecessor]
        anchor = before.finish if link.type in ("FS", "FF") else before.start
        if link.elapsed:
            anchor += timedelta(hours=link.lag_hours)
        else:
            anchor = work.add(anchor, link.lag_hours)
        if link.type in ("FF", "SF"):
            anchor = work.add(anchor, -hours)
        start = max(start, anchor)
    if task.milestone:
        return Dates(start, start)
    start = work.next_start(start)
    if delay:
        start = work.next_start(work.add(start, delay))
    return Dates(start, work.add(start, hours))


@cache
def planned() -> dict[str, Dates]:
    """Planned dates of every task, by code."""
    return schedule()
