"""Late dates, free float and as-late-as-possible by Primavera's conventions."""

from __future__ import annotations

from bim_supervise.schedule.calendars import to_minutes
from bim_supervise.schedule.primavera_rows import FROM_START, TO_START, Activity, PrimaveraRun, milestone_at
from bim_supervise.schedule.tasks import ConstraintType, LinkType, ProgressMode


def place_late(node: int, run: PrimaveraRun) -> None:
    """Set the late dates of one activity from those of its successors."""
    own = run.activities[node]
    if own.finished:
        own.late_start, own.late_finish = own.early_start, own.early_finish
        return
    start, finish, shown = _late_limits(node, run)
    cap = own.limits.get(ConstraintType.FINISH_NO_LATER_THAN)
    finish = finish if cap is None else min(finish, cap)
    if not own.started:
        cap = own.limits.get(ConstraintType.START_NO_LATER_THAN)
        if cap is not None:
            start = cap if start is None else min(start, cap)
    if own.task.deadline is not None:
        finish = min(finish, to_minutes(own.task.deadline))
    _set_late(own, start, finish, run)
    if shown is not None and shown == start and own.work.between_minutes(shown, own.late_start) == 0:
        own.late_start = min(own.late_start, shown)
    if not own.started:
        _hold_late(own)


def _set_late(own: Activity, start: int | None, finish: int, run: PrimaveraRun) -> None:
    if own.milestone:
        moment = finish if start is None else min(start, finish)
        own.late_start = own.late_finish = moment if moment == run.finish else milestone_at(own, moment)
        return
    if own.left == 0:
        moment = finish if start is None else min(start, finish)
        kept = own.work.add_minutes(moment, 0) == moment
        own.late_start = own.late_finish = moment if kept else own.work.previous_minutes(moment)
        return
    own.late_finish = own.work.previous_minutes(finish)
    own.late_start = own.work.next_minutes(own.work.add_minutes(own.late_finish, -own.left))
    if start is not None and start < own.late_start:
        own.late_start = own.work.next_minutes(start)
        own.late_finish = own.work.add_minutes(own.late_start, own.left)


def _late_limits(node: int, run: PrimaveraRun) -> tuple[int | None, int, int | None]:
    """The latest start (None: free) and finish that the successors leave.

    The third is the start when a start-to-finish link sets it.
    """
    own = run.activities[node]
    start: int | None = None
    shown: int | None = None
    finish = run.finish
    for arc in run.arcs(run.network.outgoing[node]):
        target = run.activities[arc.target]
        if target.finished or (target.started and arc.link.type is LinkType.SS):
            continue
        if target.started and run.rules.progress is ProgressMode.PROGRESS_OVERRIDE:
            continue
        by = run.before(target.late_start if arc.link.type in TO_START else target.late_finish, arc)
        if arc.link.type not in FROM_START:
            finish = min(finish, by)
        elif not own.started:
            start = by if start is None else min(start, by)
            shown = by if arc.link.type is LinkType.SF and by == start else shown
    return start, finish, shown if shown is not None and own.work.previous_minutes(shown) == shown else None


def _hold_late(own: Activity) -> None:
    mandatory = own.limits.get(ConstraintType.MUST_START_ON)
    if mandatory is None and ConstraintType.MUST_FINISH_ON not in own.limits:
        return
    own.late_start, own.late_finish = own.early_start, own.early_finish


def free_float(node: int, run: PrimaveraRun) -> int:
    """Working minutes by which the activity can slip before it moves a successor, or the finish."""
    own = run.activities[node]
    slack: int | None = None
    for arc in run.arcs(run.network.outgoing[node]):
        target = run.activities[arc.target]
        if target.finished or (target.started and arc.link.type is LinkType.SS):
            continue
        reached = target.early_start if arc.link.type in TO_START else target.early_finish
        since = own.early_start if arc.link.type in FROM_START else own.early_finish
        leeway = own.work.between_minutes(since, run.before(reached, arc))
        slack = leeway if slack is None else min(slack, leeway)
    if slack is None:
        slack = own.work.between_minutes(own.early_finish, run.finish)
    return max(0, slack)


def use_up_free_float(placed: list[int], run: PrimaveraRun) -> None:
    """Move as-late-as-possible activities to where they are next to their successors."""
    for node in reversed(placed):
        own = run.activities[node]
        if ConstraintType.AS_LATE_AS_POSSIBLE not in own.limits or own.started:
            continue
        slack = free_float(node, run)
        if slack <= 0:
            continue
        own.early_finish = own.work.add_minutes(own.early_finish, slack)
        if own.milestone:
            own.early_start = own.early_finish = milestone_at(own, own.early_finish)
        elif own.left == 0:
            own.early_start = own.early_finish
        else:
            own.early_start = own.work.next_minutes(own.work.add_minutes(own.early_finish, -own.left))
