"""What changed from one plan to another: moved, added, removed, changed, and the logic; pure.

A task is the same by its id. Tasks left over on both sides are the same when their name and work breakdown
agree and nobody else on either side has them (``renumbered``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bim_supervise.schedule.tasks import Link, Schedule, Task

_COMPARED = (
    "name",
    "wbs",
    "kind",
    "duration_minutes",
    "remaining_minutes",
    "resumes",
    "constraint",
    "deadline",
    "manual",
    "percent",
    "actual_start",
    "actual_finish",
    "budget",
    "trade",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedTask:
    """A task with other dates; shifts in hours round the clock, positive is later, None where unknown."""

    id: str
    name: str
    start_before: datetime | None
    start: datetime | None
    finish_before: datetime | None
    finish: datetime | None
    start_shift_hours: float | None
    finish_shift_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTask:
    """A task of which something other than the dates differs; ``fields`` are name, before, after."""

    id: str
    name: str
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedLink:
    """A link that was added, removed, or whose lag changed."""

    change: str
    """``added``, ``removed`` or ``lag``."""
    predecessor: str
    successor: str
    type: str
    lag_minutes_before: int | None = None
    lag_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanComparison:
    """The differences of two plans, tasks by the ids of the later one."""

    unchanged: int
    moved: tuple[MovedTask, ...] = ()
    changed: tuple[ChangedTask, ...] = ()
    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    renumbered: tuple[tuple[str, str], ...] = ()
    links: tuple[ChangedLink, ...] = ()
    finish_before: datetime | None = None
    finish: datetime | None = None
    same: dict[str, str] = field(default_factory=dict)
    """Earlier id of each later id."""


def compare_plans(before: Schedule, after: Schedule) -> PlanComparison:
    """Compare two plans by the dates that their files store.

    Args:
        before: the earlier plan.
        after: the later plan.
    """
    same, renumbered = _matches(before, after)
    old = {task.id: task for task in before.tasks}
    moved, changed, unchanged = [], [], 0
    for task in after.tasks:
        if task.id not in same:
            continue
        was = old[same[task.id]]
        shifted = (was.start, was.finish) != (task.start, task.finish)
        if shifted:
            moved.append(_moved(was, task))
        fields = tuple(_fields(was, task, before, after))
        if fields:
            changed.append(ChangedTask(id=task.id, name=task.name, fields=fields))
        unchanged += not shifted and not fields
    kept = set(same.values())
    return PlanComparison(
        unchanged=unchanged,
        moved=tuple(moved),
        changed=tuple(changed),
        added=tuple((task.id, task.name) for task in after.tasks if task.id not in same),
        removed=tuple((task.id, task.name) for task in before.tasks if task.id not in kept),
        renumbered=renumbered,
        links=tuple(_links(before.links, after.links, same)),
        finish_before=_finish(before),
        finish=_finish(after),
        same=same,
    )


def _finish(plan: Schedule) -> datetime | None:
    return max((task.finish for task in plan.tasks if task.finish is not None), default=None)


def _matches(before: Schedule, after: Schedule) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    old = {task.id for task in before.tasks}
    same = {task.id: task.id for task in after.tasks if task.id in old}
    left = [task for task in before.tasks if task.id not in same]
    new = [task for task in after.tasks if task.id not in same]

    def key(task: Task) -> tuple[str, str | None, str]:
        return (task.name.strip().casefold(), task.wbs, task.kind.value)

    times_left, times_new = Counter(map(key, left)), Counter(map(key, new))
    by_key = {key(task): task for task in left}
    renumbered = []
    for task in new:
        found = by_key.get(key(task))
        if found is not None and times_left[key(task)] == times_new[key(task)] == 1:
            same[task.id] = found.id
            renumbered.append((found.id, task.id))
    return same, tuple(renumbered)


def _moved(was: Task, task: Task) -> MovedTask:
    return MovedTask(
        id=task.id,
        name=task.name,
        start_before=was.start,
        start=task.start,
        finish_before=was.finish,
        finish=task.finish,
        start_shift_hours=_hours(was.start, task.start),
        finish_shift_hours=_hours(was.finish, task.finish),
    )


def _hours(before: datetime | None, after: datetime | None) -> float | None:
    return None if before is None or after is None else (after - before).total_seconds() / 3600


def _fields(was: Task, task: Task, before: Schedule, after: Schedule) -> Iterable[tuple[str, Any, Any]]:
    for name in _COMPARED:
        if getattr(was, name) != getattr(task, name):
            yield name, getattr(was, name), getattr(task, name)
    calendars = _calendar(before, was), _calendar(after, task)
    if calendars[0] != calendars[1]:
        names = [None if one is None else one[0] for one in calendars]
        yield "calendar", names[0], names[1]


def _calendar(plan: Schedule, task: Task) -> tuple[str, Any, Any] | None:
    wanted = task.calendar or plan.default_calendar
    return next(((one.name, one.week, one.exceptions) for one in plan.calendars if one.id == wanted), None)


def _links(before: Iterable[Link], after: Iterable[Link], same: dict[str, str]) -> Iterable[ChangedLink]:
    later = {old: new for new, old in same.items()}
    old: dict[tuple[str, str, str], list[tuple[int, bool]]] = {}
    new: dict[tuple[str, str, str], list[tuple[int, bool]]] = {}
    for links, table, names in ((before, old, later), (after, new, {})):
        for link in links:
            ends = (names.get(link.predecessor, link.predecessor), names.get(link.successor, link.successor))
            lag = (link.lag_minutes, link.lag_elapsed and link.lag_minutes != 0)
            table.setdefault((*ends, link.type.value), []).append(lag)
    for tie in dict.fromkeys([*old, *new]):
        was, now = Counter(old.get(tie, ())), Counter(new.get(tie, ()))
        gone, come = list((was - now).elements()), list((now - was).elements())
        for lost, found in zip(gone, come, strict=False):
            yield _changed("lag", tie, lost, found)
        for lost in gone[len(come) :]:
            yield _changed("removed", tie, lost, None)
        for found in come[len(gone) :]:
            yield _changed("added", tie, None, found)


def _changed(
    change: str, tie: tuple[str, str, str], before: tuple[int, bool] | None, after: tuple[int, bool] | None
) -> ChangedLink:
    return ChangedLink(
        change=change,
        predecessor=tie[0],
        successor=tie[1],
        type=tie[2],
        lag_minutes_before=None if before is None else before[0],
        lag_minutes=None if after is None else after[0],
    )
