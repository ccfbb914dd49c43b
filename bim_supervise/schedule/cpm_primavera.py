"""The critical path method by Primavera's conventions, where they differ from those that ``cpm`` states.

- Nothing that is left to do starts before the data date. A started activity is placed by its remaining
  duration; its early and late dates are those of the remaining work.
- Lags are counted in the calendar that the plan's options name, by default the predecessor's.
- Date constraints limit but do not override logic: a "not later than" acts on late dates alone. Only
  mandatory dates override it, and the broken links are then listed.
- A start milestone stands at the beginning of a shift, a finish milestone at the end of one.
- A level of effort runs from the earliest start to the latest finish of what it is tied to and drives none.
- A finish that a start-to-finish link asks for is shown as that start (08:00), and the late start before such
  a link as that finish (16:00), though no work lies between them and the end or start of a shift.
- An as-late-as-possible activity uses up its free float, not its total float.
- Late dates count back from the must-finish date where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bim_supervise.schedule.calendars import from_minutes, to_minutes
from bim_supervise.schedule.cpm_rows import Calendars, project_start_of
from bim_supervise.schedule.network import Network
from bim_supervise.schedule.primavera_early import place_early
from bim_supervise.schedule.primavera_late import free_float, place_late, use_up_free_float
from bim_supervise.schedule.primavera_rows import PrimaveraRun, make_activity
from bim_supervise.schedule.primavera_spans import span
from bim_supervise.schedule.tasks import Calculation, FloatBasis, Schedule, TaskDates


def calculate_primavera(schedule: Schedule, network: Network, data_date: datetime | None) -> Calculation:
    """Dates, floats and critical tasks by Primavera's conventions.

    Args:
        schedule: the plan, free of cycles.
        network: its network.
        data_date: naive site wall time; None takes the plan's own, else its start.

    Raises:
        InputRefused: ``schedule_no_start``, ``calendar_unknown``, ``calendar_no_working_time``,
            ``calendar_exhausted``.
    """
    calendars = Calendars(schedule)
    start = project_start_of(schedule)
    status = data_date or schedule.data_date or start
    run = PrimaveraRun(
        network=network,
        rules=schedule.rules,
        activities=[],
        calendars=calendars,
        project_work=calendars.work(None, schedule.name),
        floor=max(to_minutes(start), to_minutes(status)),
        data_date=to_minutes(status),
        problems=list(network.problems),
    )
    finish_milestones = frozenset(schedule.rules.finish_milestones)
    for task in network.tasks:
        run.activities.append(make_activity(task, task.id in finish_milestones, run))
    order = [node for node in network.order if node < len(run.activities)]
    placed = [node for node in order if not run.activities[node].spans]
    for node in placed:
        place_early(node, run)
    ends = [run.activities[node].early_finish for node in placed] or [run.floor]
    must = schedule.rules.must_finish_by
    run.finish = max(ends) if must is None else to_minutes(must)
    for node in reversed(placed):
        place_late(node, run)
    use_up_free_float(placed, run)
    for node in order:
        if run.activities[node].spans:
            span(node, run)
    dates = _dates(schedule, run)
    return Calculation(
        dates=dates,
        start=min(one.early_start for one in dates.values()),
        finish=max(one.early_finish for one in dates.values()),
        problems=tuple(run.problems),
    )


def _dates(schedule: Schedule, run: PrimaveraRun) -> Mapping[str, TaskDates]:
    result: dict[str, TaskDates] = {}
    for node, own in enumerate(run.activities):
        total = own.work.between_minutes(own.early_finish, own.late_finish)
        of_start = own.work.between_minutes(own.early_start, own.late_start)
        if run.rules.float_basis is FloatBasis.START:
            total = of_start
        elif run.rules.float_basis is FloatBasis.SMALLEST:
            total = min(total, of_start)
        free = 0 if own.finished else total if own.spans else free_float(node, run)
        result[own.task.id] = TaskDates(
            early_start=from_minutes(own.early_start),
            early_finish=from_minutes(own.early_finish),
            late_start=from_minutes(own.late_start),
            late_finish=from_minutes(own.late_finish),
            total_float_hours=0.0 if own.finished else total / 60,
            free_float_hours=free / 60,
            critical=not own.finished and total <= run.rules.critical_float_minutes,
        )
    for task in schedule.tasks:
        below = [result[run.network.tasks[leaf].id] for leaf in run.network.leaves.get(task.id, ())]
        if below:
            result[task.id] = TaskDates(
                early_start=min(one.early_start for one in below),
                early_finish=max(one.early_finish for one in below),
                late_start=min(one.late_start for one in below),
                late_finish=max(one.late_finish for one in below),
                total_float_hours=min(one.total_float_hours for one in below),
                free_float_hours=min(one.free_float_hours for one in below),
                critical=any(one.critical for one in below),
            )
    return {task.id: result[task.id] for task in schedule.tasks}
