"""The forward pass: early dates."""

from __future__ import annotations

from bim_supervise.schedule.calendars import to_minutes
from bim_supervise.schedule.cpm_rows import (
    Row,
    Run,
    add_lag,
    constraint_of,
    is_as_late_as_possible,
    start_for,
)
from bim_supervise.schedule.tasks import ConstraintType, LinkType, Skipped, Task

_HARD = {
    ConstraintType.MUST_START_ON,
    ConstraintType.MUST_FINISH_ON,
    ConstraintType.START_NO_LATER_THAN,
    ConstraintType.FINISH_NO_LATER_THAN,
}


def _demands(node: int, run: Run) -> tuple[int | None, int | None]:
    """What the links ask for: start and finish not before these moments."""
    run.rows[node].shown_finish = None
    rows, row = run.rows, run.rows[node]
    start: int | None = None
    finish: int | None = None
    for arc in run.network.incoming[node]:
        source = rows[arc.source]
        of_start = arc.link.type in (LinkType.SS, LinkType.SF)
        asked = add_lag(source.early_start if of_start else source.finish_event, arc, row.lag_work)
        if arc.link.type in (LinkType.FS, LinkType.SS):
            start = asked if start is None else max(start, asked)
        else:
            if arc.link.type is LinkType.FF:
                asked = max(asked, row.work.add_minutes(run.project_start, row.duration))
            if (
                arc.link.type is LinkType.SF
                and not arc.link.lag_minutes
                and (finish is None or asked > finish)
            ):
                row.shown_finish = asked
            finish = asked if finish is None else max(finish, asked)
    for handing in run.network.handed_by.get(node, ()):
        asked = rows[handing].early_start
        if run.network.incoming[handing]:
            start = asked if start is None else max(start, asked)
    return start, finish


def forward_pass(run: Run, *, late: bool) -> None:
    """Fill in the early dates of all rows.

    Args:
        run: the run whose rows are filled in.
        late: the second time, when late dates are known and as-late-as-possible tasks take them.
    """
    network, rows = run.network, run.rows
    for node in network.order:
        row = rows[node]
        if node in network.gathers:
            gathered = [rows[leaf] for leaf in network.gathers[node]]
            row.early_start = min(leaf.early_start for leaf in gathered)
            row.early_finish = max(leaf.early_finish for leaf in gathered)
            row.finish_event = max(leaf.finish_event for leaf in gathered)
            continue
        start, finish = _demands(node, run)
        if node in network.hands_to:
            row.early_start = run.project_start if start is None else start
            row.early_finish = row.finish_event = row.early_start
            continue
        task = network.tasks[node]
        if row.started:
            _place_started(task, row, start, finish, run)
        elif task.manual and (task.start or task.finish):
            _place_manual(task, row)
        elif late and is_as_late_as_possible(task):
            row.early_start, row.early_finish = row.late_start, row.late_finish
            row.finish_event = max(row.early_finish, finish if finish is not None else row.early_finish)
        else:
            if task.manual and not late:
                run.problems.append(Skipped(what=task.name, reason="manual_without_dates"))
            _place(task, row, start, finish, run)


def _place(task: Task, row: Row, start: int | None, finish: int | None, run: Run) -> None:
    kind, at = constraint_of(task)
    free = start is None and finish is None
    if free and not (at is not None and kind is ConstraintType.START_NO_EARLIER_THAN):
        start = run.project_start
    for floor in (
        row.start_floor,
        at if kind is ConstraintType.START_NO_EARLIER_THAN else None,
        run.data_date,
    ):
        if floor is not None:
            start = floor if start is None else max(start, floor)
    if at is not None and kind is ConstraintType.FINISH_NO_EARLIER_THAN:
        finish = at if finish is None else max(finish, at)
    candidates = [] if start is None else [_first_start(row, start)]
    if finish is not None:
        candidates.append(start_for(row, finish))
    row.early_start = max(candidates)
    if at is not None and kind in _HARD:
        row.early_start = _held_start(row, kind, at)
        if run.data_date is not None and row.early_start < run.data_date:
            row.early_start = _first_start(row, run.data_date)
    row.early_finish = row.work.add_minutes(row.early_start, row.duration)
    row.finish_event = row.early_finish
    if finish is None or finish <= row.early_finish or row.work.between_minutes(row.early_finish, finish):
        return
    if row.shown_finish == finish == row.work.next_minutes(finish):
        row.early_finish = row.finish_event = finish


def _held_start(row: Row, kind: ConstraintType, at: int) -> int:
    by_finish = kind in (ConstraintType.MUST_FINISH_ON, ConstraintType.FINISH_NO_LATER_THAN)
    wanted = start_for(row, at) if by_finish else _first_start(row, at)
    if kind in (ConstraintType.MUST_START_ON, ConstraintType.MUST_FINISH_ON):
        return wanted
    return min(row.early_start, wanted)


def _first_start(row: Row, moment: int) -> int:
    if row.duration == 0:
        return row.work.add_minutes(moment, 0)
    return row.work.next_minutes(moment)


def _place_manual(task: Task, row: Row) -> None:
    if task.start is not None:
        row.early_start = to_minutes(task.start)
        row.early_finish = (
            row.work.add_minutes(row.early_start, row.duration)
            if task.finish is None
            else to_minutes(task.finish)
        )
    elif task.finish is not None:
        row.early_finish = to_minutes(task.finish)
        row.early_start = start_for(row, row.early_finish)
    row.finish_event = row.early_finish


def _place_started(task: Task, row: Row, start: int | None, finish: int | None, run: Run) -> None:
    if task.actual_finish is not None:
        row.early_finish = row.finish_event = to_minutes(task.actual_finish)
        row.early_start = (
            start_for(row, row.early_finish) if task.actual_start is None else to_minutes(task.actual_start)
        )
        return
    assert task.actual_start is not None
    row.early_start = to_minutes(task.actual_start)
    if run.data_date is None:
        row.early_finish = row.finish_event = row.work.add_minutes(row.early_start, row.duration)
        return
    resume = max(run.data_date, row.early_start, start if start is not None else run.data_date)
    row.early_finish = (
        row.work.add_minutes(row.work.next_minutes(resume), row.remaining) if row.remaining else resume
    )
    row.finish_event = max(row.early_finish, finish if finish is not None else row.early_finish)
    row.early_finish = row.work.previous_minutes(row.finish_event) if row.remaining else row.finish_event
