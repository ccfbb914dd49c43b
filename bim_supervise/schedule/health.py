"""What a planner checks in a network: open ends, and the longest path; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.graph import leaves_of, task_graph
from bim_supervise.schedule.tasks import (
    Calculation,
    LagCalendar,
    Link,
    LinkType,
    Method,
    Schedule,
    Task,
    TaskKind,
)


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """Ids of unfinished tasks whose start nothing drives, and of those whose finish drives nothing."""

    starts: tuple[str, ...]
    finishes: tuple[str, ...]


def open_ends(schedule: Schedule) -> OpenEnds:
    """Tasks that hang in the air, summaries and levels of effort apart.

    A link of a summary counts for the tasks below it. A start is driven by a link to it (FS, SS); a finish
    drives by a link from it (FS, FF). Whatever begins or ends the plan is among them: one start and one
    finish are usual.
    """
    graph = task_graph(schedule)
    driven: set[str] = set()
    driving: set[str] = set()
    for link in schedule.links:
        if link.type in (LinkType.FS, LinkType.SS):
            driven.update(leaves_of(graph, link.successor))
        if link.type in (LinkType.FS, LinkType.FF):
            driving.update(leaves_of(graph, link.predecessor))
    parents = {task.parent for task in schedule.tasks}
    rows = [
        task
        for task in schedule.tasks
        if task.id not in parents
        and task.kind in (TaskKind.TASK, TaskKind.MILESTONE)
        and task.actual_finish is None
    ]
    return OpenEnds(
        starts=tuple(task.id for task in rows if task.id not in driven and task.actual_start is None),
        finishes=tuple(task.id for task in rows if task.id not in driving),
    )


def longest_path(schedule: Schedule, calculation: Calculation) -> tuple[str, ...]:
    """The chain of driving links back from the latest finish, first task first.

    A link drives when no working time of its successor lies between the date it asks for and the date that
    the successor got. Of several that drive, the one from the later finish is followed.
    """
    graph = task_graph(schedule)
    tasks = {task.id: task for task in schedule.tasks}
    works = {calendar.id: WorkTime(calendar) for calendar in schedule.calendars}
    leaves = [task.id for task in schedule.tasks if leaves_of(graph, task.id) == (task.id,)]
    dates = calculation.dates
    known = [task for task in leaves if task in dates]
    if not known:
        return ()
    incoming: dict[str, list[Link]] = {}
    for link in schedule.links:
        for after in leaves_of(graph, link.successor):
            incoming.setdefault(after, []).append(link)
    current = max(known, key=lambda task: dates[task].early_finish)
    chain, seen = [current], {current}
    while True:
        driving = [
            (dates[link.predecessor].early_finish, link.predecessor)
            for link in incoming.get(current, ())
            if link.predecessor in dates and _drives(link, current, schedule, calculation, tasks, works)
        ]
        before = max(driving, default=None)
        if before is None:
            break
        current = max(
            (one for one in leaves_of(graph, before[1]) if one in dates),
            key=lambda task: dates[task].early_finish,
            default=before[1],
        )
        if current in seen:
            break
        seen.add(current)
        chain.append(current)
    return tuple(reversed(chain))


def _drives(
    link: Link,
    after: str,
    schedule: Schedule,
    calculation: Calculation,
    tasks: dict[str, Task],
    works: dict[str, WorkTime],
) -> bool:
    source, target = calculation.dates[link.predecessor], calculation.dates[after]
    own = works[tasks[after].calendar or schedule.default_calendar]
    lag_work = own
    if schedule.rules.method is Method.PRIMAVERA:
        if schedule.rules.lag_calendar is LagCalendar.PREDECESSOR:
            lag_work = works[tasks[link.predecessor].calendar or schedule.default_calendar]
        elif schedule.rules.lag_calendar is LagCalendar.PROJECT:
            lag_work = works[schedule.default_calendar]
    asked = source.early_start if link.type in (LinkType.SS, LinkType.SF) else source.early_finish
    if link.lag_minutes:
        lag = timedelta(minutes=link.lag_minutes)
        asked = asked + lag if link.lag_elapsed else lag_work.add(asked, link.lag_minutes)
    got = target.early_start if link.type in (LinkType.FS, LinkType.SS) else target.early_finish
    return own.between(asked, got) == 0
