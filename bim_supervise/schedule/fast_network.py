"""The network as flat arrays, for the compiled passes; pure.

Moments are minutes since the epoch in ``int64``; nodes stand in topological order, links sorted by their end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bim_supervise.schedule.calendars import DAY_MINUTES, WorkTime, to_minutes
from bim_supervise.schedule.cpm_rows import Calendars, project_start_of
from bim_supervise.schedule.graph import refuse_cycles, refuse_unknown_ends, task_graph
from bim_supervise.schedule.tasks import Constraint, ConstraintType, LinkType, Method, Schedule, TaskKind

Int = NDArray[np.int64]

FS, SS, FF, SF = 0, 1, 2, 3
_TYPES = {LinkType.FS: FS, LinkType.SS: SS, LinkType.FF: FF, LinkType.SF: SF}
NO_CONSTRAINT = 0
_CONSTRAINTS = {
    ConstraintType.START_NO_EARLIER_THAN: 1,
    ConstraintType.FINISH_NO_EARLIER_THAN: 2,
    ConstraintType.START_NO_LATER_THAN: 3,
    ConstraintType.FINISH_NO_LATER_THAN: 4,
    ConstraintType.MUST_START_ON: 5,
    ConstraintType.MUST_FINISH_ON: 6,
}


@dataclass(slots=True)
class ShiftTables:
    """Every calendar laid out, one behind the other.

    ``shifts[first[c]:first[c + 1]]`` are those of calendar ``c``, with start, end and the working minutes
    before each. ``days[c, d]`` is the first shift that ends after the start of day ``d``, counted from
    ``low_day``.
    """

    shifts: Int
    first: Int
    days: Int
    low_day: int


@dataclass(slots=True)
class FastNetwork:
    """A plan without summaries, actuals and manual tasks, ready for ``fast_cpm``.

    The columns of the tables are named in ``fast_kernels``.
    """

    ids: list[str]
    """Task ids by node, in topological order."""
    nodes: Int
    links: Int
    """Sorted by their end."""
    spans: Int
    out_link: Int
    """Numbers of the links by their source."""
    project_start: int
    calendars: ShiftTables


NO_DEADLINE = np.iinfo(np.int64).max


def reason_against(schedule: Schedule) -> str | None:
    """Why a plan cannot take the fast way; None when it can."""
    if schedule.rules.method is not Method.MS_PROJECT:
        return "primavera"
    parents = {task.parent for task in schedule.tasks if task.parent is not None}
    for task in schedule.tasks:
        if task.id in parents or task.kind in (TaskKind.SUMMARY, TaskKind.LEVEL_OF_EFFORT):
            return "summaries"
        if task.manual or task.actual_start is not None or task.actual_finish is not None:
            return "started_or_manual"
        if task.duration_minutes is None:
            return "duration_unknown"
        constraint = task.constraint
        if constraint is not None and (constraint.type not in _CONSTRAINTS or constraint.at is None):
            return "constraint"
    return None


def fast_network(schedule: Schedule, *, stretch: float = 1.2) -> FastNetwork:
    """Lay out a plan for which ``reason_against`` has nothing to say.

    Args:
        schedule: the plan.
        stretch: how much longer than the longest chain, in the slowest week, calendars are laid out.

    Raises:
        InputRefused: ``schedule_cycle``, ``link_unknown_task``, ``calendar_unknown``,
            ``calendar_exhausted``.
    """
    refuse_unknown_ends(schedule)
    calendars = Calendars(schedule)
    order = _topological(schedule)
    node = {schedule.tasks[index].id: place for place, index in enumerate(order)}
    tasks = [schedule.tasks[index] for index in order]
    works = [calendars.always]
    place_of: dict[str, int] = {}
    for task in tasks:
        name = schedule.default_calendar if task.calendar is None else task.calendar
        if name not in place_of:
            place_of[name] = len(works)
            works.append(calendars.work(name, task.name))
    own = [place_of[schedule.default_calendar if task.calendar is None else task.calendar] for task in tasks]
    start = to_minutes(project_start_of(schedule))
    links = schedule.links
    source = np.fromiter((node[link.predecessor] for link in links), np.int64, len(links))
    target = np.fromiter((node[link.successor] for link in links), np.int64, len(links))
    by_target = np.argsort(target, kind="stable")
    source, target = source[by_target], target[by_target]
    by_source = np.argsort(source, kind="stable")
    count = len(tasks)
    constraints: list[Constraint | None] = [task.constraint for task in tasks]
    duration = np.fromiter((task.duration_minutes or 0 for task in tasks), np.int64, count)
    lag = np.fromiter((link.lag_minutes for link in links), np.int64, len(links))[by_target]
    at = np.fromiter(
        (to_minutes(one.at) if one is not None and one.at is not None else 0 for one in constraints),
        np.int64,
        count,
    )
    deadline = np.fromiter(
        (NO_DEADLINE if task.deadline is None else to_minutes(task.deadline) for task in tasks),
        np.int64,
        count,
    )
    calendar = np.fromiter(
        (0 if task.duration_elapsed else place for task, place in zip(tasks, own, strict=True)),
        np.int64,
        count,
    )
    moments = [start, *at[at > 0], *deadline[deadline < NO_DEADLINE]]
    longest = _longest(source, target, duration, np.abs(lag), count)
    horizon = round(stretch * longest * max(_slowness(work) for work in works)) + 400 * DAY_MINUTES
    kinds = [NO_CONSTRAINT if one is None else _CONSTRAINTS[one.type] for one in constraints]
    types = np.fromiter((_TYPES[link.type] for link in links), np.int64, len(links))[by_target]
    elapsed = np.fromiter((link.lag_elapsed for link in links), np.int64, len(links))[by_target]
    every = np.arange(count + 1)
    return FastNetwork(
        ids=[task.id for task in tasks],
        nodes=np.column_stack((duration, calendar, own, kinds, at, deadline)).astype(np.int64),
        links=np.column_stack((source, target, types, lag, elapsed)),
        spans=np.column_stack((np.searchsorted(target, every), np.searchsorted(source[by_source], every))),
        out_link=by_source,
        project_start=start,
        calendars=_shift_tables(works, int(min(moments)) - horizon, int(max(moments)) + horizon),
    )


def _slowness(work: WorkTime) -> float:
    """How much longer than its work a duration takes in an ordinary week."""
    worked = sum(end - start for day in work.calendar.week for start, end in day)
    return 7 * DAY_MINUTES / worked if worked else 60.0


def _longest(source: Int, target: Int, duration: Int, lag: Int, count: int) -> int:
    """Working minutes of the longest chain, lags taken as positive."""
    reach = [0] * count
    lengths = duration.tolist()
    for before, after, extra in zip(source.tolist(), target.tolist(), lag.tolist(), strict=True):
        reach[after] = max(reach[after], reach[before] + lengths[before] + extra)
    return max((have + own for have, own in zip(reach, lengths, strict=True)), default=0)


def _topological(schedule: Schedule) -> list[int]:
    position = {task.id: index for index, task in enumerate(schedule.tasks)}
    after: list[list[int]] = [[] for _ in schedule.tasks]
    waiting = [0] * len(schedule.tasks)
    for link in schedule.links:
        end = position[link.successor]
        after[position[link.predecessor]].append(end)
        waiting[end] += 1
    ready = deque(index for index, count in enumerate(waiting) if count == 0)
    order: list[int] = []
    while ready:
        index = ready.popleft()
        order.append(index)
        for end in after[index]:
            waiting[end] -= 1
            if waiting[end] == 0:
                ready.append(end)
    if len(order) != len(schedule.tasks):
        refuse_cycles(task_graph(schedule))
    return order


def _shift_tables(works: Sequence[WorkTime], low: int, high: int) -> ShiftTables:
    low_day, high_day = low // DAY_MINUTES - 1, high // DAY_MINUTES + 2
    tables: list[Int] = []
    days: list[Int] = []
    first = [0]
    edges = np.arange(low_day, high_day, dtype=np.int64) * DAY_MINUTES
    for work in works:
        found = work.shifts_between(low_day * DAY_MINUTES, high_day * DAY_MINUTES)
        begin, end = (np.asarray(one, np.int64) for one in found)
        length = end - begin
        days.append(np.searchsorted(end, edges, side="right") + first[-1])
        tables.append(np.column_stack((begin, end, np.cumsum(length) - length)))
        first.append(first[-1] + len(begin))
    return ShiftTables(
        shifts=np.concatenate(tables),
        first=np.asarray(first, np.int64),
        days=np.stack(days),
        low_day=low_day,
    )
