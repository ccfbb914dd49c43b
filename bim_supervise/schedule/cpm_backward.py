"""The backward pass: late dates."""

from __future__ import annotations

from bim_supervise.schedule.calendars import to_minutes
from bim_supervise.schedule.cpm_rows import Row, Run, constraint_of, take_lag
from bim_supervise.schedule.tasks import ConstraintType, LinkType, Task


def _finish_from(row: Row, start: int) -> int:
    """The latest moment by which work begun at ``start`` counts as finished.

    No more of it can be done until the next shift begins, so a finish asked for in between is kept.
    """
    return row.work.next_minutes(row.work.add_minutes(start, row.duration)) if row.duration else start


def backward_pass(run: Run) -> None:
    """Fill in the late dates of all rows, counting back from ``run.project_finish``."""
    network, rows = run.network, run.rows
    for node in reversed(network.order):
        row = rows[node]
        if node in network.hands_to:
            row.late_start_event = min(rows[leaf].late_start_event for leaf in network.hands_to[node])
            continue
        start, finish = _limits(node, run)
        if node in network.gathers:
            row.late_finish_event = finish
            row.late_start_event = run.project_finish if start is None else start
            continue
        task = network.tasks[node]
        if row.finished:
            row.late_start, row.late_finish = row.early_start, row.early_finish
            row.late_start_event, row.late_finish_event = row.early_start, row.early_finish
            continue
        if start is not None:
            finish = min(finish, _finish_from(row, start))
        finish = _limit_by_constraint(task, row, finish)
        for cap in (row.late_cap, None if task.deadline is None else to_minutes(task.deadline)):
            if cap is not None:
                finish = min(finish, cap)
        row.late_finish = _work_end(row, finish)
        if row.late_finish < row.early_finish and not row.work.between_minutes(
            row.late_finish, row.early_finish
        ):
            row.late_finish = row.early_finish
        left = row.remaining if row.started else row.duration
        row.late_start = row.work.add_minutes(finish, -left) if left else row.late_finish
        row.late_start_event, row.late_finish_event = row.late_start, row.late_finish
        if row.started:
            row.late_start = row.early_start


def _limits(node: int, run: Run) -> tuple[int | None, int]:
    """The latest start (None: free) and finish that the successors leave."""
    network, rows, row = run.network, run.rows, run.rows[node]
    start: int | None = None
    finish = run.project_finish
    for arc in network.outgoing[node]:
        target = rows[arc.target]
        if target.finished:
            continue
        of_start = arc.link.type in (LinkType.SS, LinkType.SF)
        if of_start and (row.started or (arc.link.type is LinkType.SS and target.started)):
            continue
        by = (
            target.late_start_event
            if arc.link.type in (LinkType.FS, LinkType.SS)
            else target.late_finish_event
        )
        by = take_lag(by, arc, target.lag_work)
        if of_start:
            start = by if start is None else min(start, by)
        else:
            finish = min(finish, by)
    for gathering in network.gathered_by.get(node, ()):
        finish = min(finish, rows[gathering].late_finish_event)
        first = row.early_start == rows[gathering].early_start and not row.started
        if first and any(arc.link.type in (LinkType.SS, LinkType.SF) for arc in network.outgoing[gathering]):
            by = rows[gathering].late_start_event
            start = by if start is None else min(start, by)
    return start, finish


def _limit_by_constraint(task: Task, row: Row, finish: int) -> int:
    kind, at = constraint_of(task)
    if at is None or row.started or task.manual:
        return finish
    match kind:
        case ConstraintType.MUST_START_ON:
            return _finish_from(row, at)
        case ConstraintType.MUST_FINISH_ON:
            return at
        case ConstraintType.START_NO_LATER_THAN:
            return min(finish, _finish_from(row, at))
        case ConstraintType.FINISH_NO_LATER_THAN:
            return min(finish, at)
        case _:
            return finish


def _work_end(row: Row, moment: int) -> int:
    if row.duration == 0 and row.work.add_minutes(moment, 0) == moment:
        return moment
    return row.work.previous_minutes(moment)
