"""Levels of effort: activities as long as what they are tied to."""

from __future__ import annotations

from collections.abc import Iterator

from bim_supervise.schedule.calendars import from_minutes, to_minutes
from bim_supervise.schedule.network import Arc
from bim_supervise.schedule.primavera_rows import FROM_START, TO_START, PrimaveraRun


def span(node: int, run: PrimaveraRun) -> None:
    """A level of effort starts and finishes with what its start and its finish are tied to."""
    own = run.activities[node]
    count = len(run.activities)
    tied: dict[str, list[int]] = {"es": [], "ef": [], "ls": [], "lf": []}
    for arc, other, to_start in _ties(node, run):
        if other >= count or run.activities[other].spans:
            continue
        at = run.activities[other]
        outgoing = arc.source == node
        of_start = (arc.link.type in TO_START) if outgoing else (arc.link.type in FROM_START)
        shift = run.before if outgoing else run.after
        tied["es" if to_start else "ef"].append(shift(at.early_start if of_start else at.early_finish, arc))
        tied["ls" if to_start else "lf"].append(shift(at.late_start if of_start else at.late_finish, arc))
    begin = min(tied["es"], default=run.floor)
    if own.started and own.task.actual_start is not None and not own.finished:
        begin = max(run.data_date, to_minutes(own.task.actual_start))
    own.early_start = own.work.next_minutes(begin)
    own.early_finish = (
        own.work.previous_minutes(max(tied["ef"]))
        if tied["ef"]
        else own.work.add_minutes(own.early_start, own.left)
    )
    own.early_finish = max(own.early_start, own.early_finish)
    own.late_finish = own.work.previous_minutes(max(tied["lf"], default=run.finish))
    own.late_start = own.work.next_minutes(min(tied["ls"], default=own.early_start))
    if own.finished:
        own.early_finish = to_minutes(own.task.actual_finish or from_minutes(run.data_date))
        own.early_start = to_minutes(own.task.actual_start or from_minutes(own.early_finish))
        own.late_start, own.late_finish = own.early_start, own.early_finish


def _ties(node: int, run: PrimaveraRun) -> Iterator[tuple[Arc, int, bool]]:
    """Each link of an activity with the other end, and whether it is tied to the activity's start."""
    for arc in run.network.incoming[node]:
        yield arc, arc.source, arc.link.type in TO_START
    for arc in run.network.outgoing[node]:
        yield arc, arc.target, arc.link.type in FROM_START
