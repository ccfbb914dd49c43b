"""Early dates by Primavera's conventions."""

from __future__ import annotations

from bim_supervise.schedule.calendars import from_minutes, to_minutes
from bim_supervise.schedule.network import Arc
from bim_supervise.schedule.primavera_rows import FROM_START, TO_START, Activity, PrimaveraRun, milestone_at
from bim_supervise.schedule.tasks import ConstraintType, LinkType, ProgressMode, Skipped


def place_early(node: int, run: PrimaveraRun) -> None:
    """Set the early dates of one activity from those of its predecessors."""
    own = run.activities[node]
    task = own.task
    if own.finished:
        own.early_finish = to_minutes(task.actual_finish or from_minutes(run.data_date))
        own.early_start = own.early_finish if task.actual_start is None else to_minutes(task.actual_start)
        return
    start, finish, shown = _demands(node, run)
    if own.started and task.actual_start is not None:
        start = max(start, *(to_minutes(one) for one in (task.actual_start, task.resumes) if one is not None))
    elif not own.started:
        start = max(start, own.limits.get(ConstraintType.START_NO_EARLIER_THAN, start))
    earliest = own.limits.get(ConstraintType.FINISH_NO_EARLIER_THAN)
    if earliest is not None:
        finish = earliest if finish is None else max(finish, earliest)
    _set_early(own, start, finish)
    if shown is not None and shown == finish and own.work.between_minutes(own.early_finish, shown) == 0:
        own.early_finish = max(own.early_finish, shown)
    _stretch(own)
    if not own.started:
        _hold(node, own, run)


def _set_early(own: Activity, start: int, finish: int | None) -> None:
    if own.milestone:
        moment = start if finish is None else max(start, finish)
        own.early_start = own.early_finish = milestone_at(own, moment)
        return
    own.early_start = own.work.next_minutes(start)
    own.early_finish = own.work.add_minutes(own.early_start, own.left)
    if finish is not None and finish > own.early_finish:
        own.early_finish = max(own.early_finish, own.work.previous_minutes(finish))
        without_work = own.left == 0
        own.early_start = (
            own.early_finish if without_work else own.work.add_minutes(own.early_finish, -own.left)
        )


def _stretch(own: Activity) -> None:
    expected = own.limits.get(ConstraintType.EXPECTED_FINISH)
    if expected is None or own.milestone:
        return
    own.left = max(0, own.work.between_minutes(own.early_start, expected))
    own.early_finish = own.work.add_minutes(own.early_start, own.left)


def _demands(node: int, run: PrimaveraRun) -> tuple[int, int | None, int | None]:
    """Not before which moments the links and the data date let the activity start, and finish.

    The third is the finish when a start-to-finish link asks for it.
    """
    own = run.activities[node]
    start = run.data_date if own.started else run.floor
    finish: int | None = None
    shown: int | None = None
    if own.started and run.rules.progress is ProgressMode.PROGRESS_OVERRIDE:
        return start, finish, shown
    for arc in run.arcs(run.network.incoming[node]):
        source = run.activities[arc.source]
        if own.started and arc.link.type is LinkType.SS:
            continue
        asked = _asked(source, arc, run)
        if arc.link.type in TO_START:
            start = max(start, asked)
        else:
            finish = asked if finish is None else max(finish, asked)
            shown = asked if arc.link.type is LinkType.SF and asked == finish else shown
    return start, finish, shown if shown is not None and own.work.next_minutes(shown) == shown else None


def _asked(source: Activity, arc: Arc, run: PrimaveraRun) -> int:
    if arc.link.type not in FROM_START:
        return run.after(source.early_finish, arc)
    if not source.started or source.task.actual_start is None:
        return run.after(source.early_start, arc)
    since = run.after(to_minutes(source.task.actual_start), arc)
    # The part of the lag that ran since the actual start is over; the predecessor's rest is still to begin.
    return max(since, source.early_start) if run.rules.lag_from_early_start else since


def _hold(node: int, own: Activity, run: PrimaveraRun) -> None:
    mandatory = own.limits.get(ConstraintType.MUST_START_ON)
    if mandatory is not None:
        begin = mandatory if own.milestone else own.work.next_minutes(mandatory)
    else:
        mandatory = own.limits.get(ConstraintType.MUST_FINISH_ON)
        if mandatory is None:
            return
        begin = mandatory if not own.left else own.work.add_minutes(mandatory, -own.left)
    if begin < own.early_start:
        for arc in run.arcs(run.network.incoming[node]):
            source = run.activities[arc.source]
            got = begin if arc.link.type in TO_START else own.work.add_minutes(begin, own.left)
            if own.work.between_minutes(got, _asked(source, arc, run)) > 0:
                what = f"{arc.link.type} link from '{source.task.name}' to '{own.task.name}'"
                run.problems.append(Skipped(what=what, reason="link_broken_by_constraint"))
    own.early_start = begin
    own.early_finish = own.work.add_minutes(begin, own.left) if own.left else begin
