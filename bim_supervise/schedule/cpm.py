"""The critical path method with calendars, all link types, constraints, manual tasks and actual dates.

Conventions (where planning tools differ, MS Project's are followed, and stated here):

- A task starts at the next working moment of its calendar and finishes at the end of a shift; a milestone
  keeps the time of what drives it, also the end of a shift.
- A working lag is counted in the successor's calendar (the project's when the task has none of its own),
  an elapsed lag or duration round the clock.
- A date constraint wins over a link ("tasks always honour their constraint dates"): the broken link is
  listed among the problems and shows as negative float before it. A start-no-earlier-than date may lie
  before the project's start. A manual task stays where it was put.
- A task started is never moved; what remains of it is done after the data date and after what it waits for
  (retained logic). Nothing that has not started is planned before the data date.
- Late dates count back from the latest early finish; deadlines and no-later-than constraints may pull them
  before the early dates, which gives negative float. As-late-as-possible tasks take their late dates.
- Total float is the lesser of start and finish float in the task's calendar; critical is an unfinished task
  with no more than 0. Free float is the leeway to the nearest successor, or to the project's finish.
- A plan of Primavera is calculated as ``cpm_primavera`` states.
- Links see the shown dates of a task. Between tasks of different calendars a date that a link asks for is
  rounded to working time at each end, so that total float may be negative there by the length of a break, as
  it is in MS Project.
- Between calendars, a link counts as kept when no working time of the successor lies between what the link
  asks for and the date the successor got.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime, from_minutes, to_minutes
from bim_supervise.schedule.cpm_backward import backward_pass
from bim_supervise.schedule.cpm_compiled import FAST_FROM, calculate_compiled
from bim_supervise.schedule.cpm_forward import forward_pass
from bim_supervise.schedule.cpm_primavera import calculate_primavera
from bim_supervise.schedule.cpm_rows import (
    Calendars,
    Row,
    Run,
    add_lag,
    is_as_late_as_possible,
    prepare,
    project_start_of,
    take_lag,
)
from bim_supervise.schedule.graph import refuse_cycles, task_graph
from bim_supervise.schedule.network import Arc, build_network
from bim_supervise.schedule.tasks import Calculation, LinkType, Method, Schedule, Skipped, TaskDates


def calculate(
    schedule: Schedule, *, data_date: datetime | None = None, fast_from: int = FAST_FROM
) -> Calculation:
    """Early and late dates, floats and the critical tasks of a schedule.

    Args:
        schedule: the plan as read. Stored start and finish dates are used only for manual tasks, for actual
            dates, and to work out a duration that the file does not give (listed as a problem).
        data_date: naive site wall time up to which actual dates are known. None leaves unstarted work where
            the logic puts it and finishes started work as planned, as MS Project does by itself; a plan of
            Primavera is then calculated at its own data date.
        fast_from: number of tasks from which the compiled passes are taken, where they know all of the plan.

    Returns:
        Dates as naive site wall time; floats in working hours of each task's calendar.

    Raises:
        InputRefused: ``schedule_cycle``, ``schedule_empty``, ``schedule_no_start``, ``calendar_unknown``,
            ``calendar_no_working_time``, ``calendar_exhausted``, ``link_unknown_task``.
    """
    if len(schedule.tasks) >= fast_from:
        compiled = calculate_compiled(schedule, data_date)
        if compiled is not None:
            return compiled
    refuse_cycles(task_graph(schedule))
    network = build_network(schedule)
    if not network.tasks:
        raise InputRefused(
            "schedule_empty",
            f"The schedule '{schedule.name}' has no tasks.",
            "Load a schedule with tasks.",
            schedule=schedule.name,
        )
    if schedule.rules.method is Method.PRIMAVERA:
        return calculate_primavera(schedule, network, data_date)
    run = Run(
        network=network,
        rows=[],
        project_start=to_minutes(project_start_of(schedule)),
        data_date=None if data_date is None else to_minutes(data_date),
        problems=list(network.problems),
    )
    prepare(schedule, run)
    forward_pass(run, late=False)
    run.project_finish = max(row.finish_event for row in run.rows[: len(network.tasks)])
    backward_pass(run)
    if any(is_as_late_as_possible(task) and not task.manual for task in network.tasks):
        forward_pass(run, late=True)
    _list_broken_links(run)
    dates = _dates(schedule, run)
    return Calculation(
        dates=dates,
        start=min(d.early_start for d in dates.values()),
        finish=max(d.early_finish for d in dates.values()),
        problems=tuple(run.problems),
    )


def _list_broken_links(run: Run) -> None:
    network, rows = run.network, run.rows
    for node, task in enumerate(network.tasks):
        row = rows[node]
        if row.started:
            continue
        for arc in network.incoming[node]:
            source = rows[arc.source]
            of_start = arc.link.type in (LinkType.SS, LinkType.SF)
            asked = add_lag(source.early_start if of_start else source.finish_event, arc, row.lag_work)
            got = row.early_start if arc.link.type in (LinkType.FS, LinkType.SS) else row.finish_event
            if got < asked and row.work.between_minutes(got, asked) > 0:
                before = (
                    network.tasks[arc.source]
                    if arc.source < len(network.tasks)
                    else network.summary_of[arc.source]
                )
                reason = "link_broken_by_manual_dates" if task.manual else "link_broken_by_constraint"
                run.problems.append(
                    Skipped(what=f"{arc.link.type} link from '{before.name}' to '{task.name}'", reason=reason)
                )


def _free_float(work: WorkTime, early_start: int, early_finish: int, arcs: list[Arc], run: Run) -> int:
    slack = work.between_minutes(early_finish, run.project_finish)
    for arc in arcs:
        target = run.rows[arc.target]
        if target.finished:
            continue
        if arc.target in run.network.hands_to:
            reached = min(run.rows[leaf].early_start for leaf in run.network.hands_to[arc.target])
        elif arc.link.type in (LinkType.FS, LinkType.SS):
            reached = target.early_start
        else:
            reached = target.finish_event
        of_start = arc.link.type in (LinkType.SS, LinkType.SF)
        leeway = work.between_minutes(
            early_start if of_start else early_finish, take_lag(reached, arc, target.lag_work)
        )
        slack = min(slack, leeway)
    return slack


def _dates(schedule: Schedule, run: Run) -> Mapping[str, TaskDates]:
    network, rows = run.network, run.rows
    result: dict[str, TaskDates] = {}
    finish_nodes = {network.summary_of[node].id: node for node in network.gathers}
    calendars = Calendars(schedule)
    for task in schedule.tasks:
        index = network.position.get(task.id)
        if index is not None:
            result[task.id] = _dates_of(rows[index], network.outgoing[index], run)
    for task in schedule.tasks:
        leaves = network.leaves.get(task.id)
        if not leaves:
            continue
        below = [result[network.tasks[leaf].id] for leaf in leaves]
        work = calendars.work(task.calendar, task.name)
        early_start = min(d.early_start for d in below)
        early_finish = max(d.early_finish for d in below)
        node = finish_nodes.get(task.id)
        arcs = [] if node is None else network.outgoing[node]
        slack = _free_float(work, to_minutes(early_start), to_minutes(early_finish), arcs, run)
        result[task.id] = TaskDates(
            early_start=early_start,
            early_finish=early_finish,
            late_start=min(d.late_start for d in below),
            late_finish=max(d.late_finish for d in below),
            total_float_hours=min(d.total_float_hours for d in below),
            free_float_hours=slack / 60,
            critical=any(d.critical for d in below),
        )
    return result


def _dates_of(row: Row, arcs: list[Arc], run: Run) -> TaskDates:
    if row.finished:
        total = free = 0
    else:
        total = row.work.between_minutes(row.early_finish, row.late_finish)
        if not row.started:
            total = min(total, row.work.between_minutes(row.early_start, row.late_start))
        free = _free_float(row.work, row.early_start, row.early_finish, arcs, run)
    return TaskDates(
        early_start=from_minutes(row.early_start),
        early_finish=from_minutes(row.early_finish),
        late_start=from_minutes(row.late_start),
        late_finish=from_minutes(row.late_finish),
        total_float_hours=total / 60,
        free_float_hours=free / 60,
        critical=total <= 0 and not row.finished,
    )
