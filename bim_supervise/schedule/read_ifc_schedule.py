"""Plans inside IFC4 and IFC4X3 files: IfcTask, IfcRelSequence, IfcWorkCalendar, IfcWorkSchedule.

IFC has no date constraints. A property set ``BimSupervise_TaskConstraint`` on a task may carry one
(``ConstraintType``: SNET, SNLT, FNET, FNLT, MSO, MFO or ALAP; ``ConstraintDate``), and ``BimSupervise_Task``
what IFC keeps elsewhere or nowhere (``Budget``, ``Quantity``, ``Unit``, ``Trade``).

``P5D`` of working time is read as five *working days* (as the tools that write IFC plans mean it), unless
the planned start and finish say that five times 24 working hours are meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bim_supervise.core.child import Progress
from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.details import PercentType
from bim_supervise.schedule.read_ifc_calendars import read_work_calendars
from bim_supervise.schedule.read_ifc_file import open_ifc
from bim_supervise.schedule.read_ifc_own import (
    OWN,
    OWN_PLAN,
    baselines_in,
    codes_in,
    elements_in,
    moment_in,
    rules_in,
    wbs_names_in,
    wbs_of,
    with_own_ids,
)
from bim_supervise.schedule.read_ifc_parts import (
    IfcReading,
    minutes_of,
    moment_of,
    number_of,
    properties_of,
    working_days,
)
from bim_supervise.schedule.read_ifc_resources import read_resources
from bim_supervise.schedule.read_mspdi_calendars import STANDARD_WEEK
from bim_supervise.schedule.tasks import (
    Calendar,
    Constraint,
    ConstraintType,
    Link,
    LinkType,
    Schedule,
    Skipped,
    Task,
    TaskKind,
)
from bim_supervise.schedule.values import iso_duration, iso_moment, refuse_date, refuse_duration

_LINK_TYPES = {
    "START_START": LinkType.SS,
    "START_FINISH": LinkType.SF,
    "FINISH_START": LinkType.FS,
    "FINISH_FINISH": LinkType.FF,
}
_CONSTRAINTS = {kind.value: kind for kind in ConstraintType}


def parse_ifc_schedule(path: str, sha256: str, progress: Progress) -> Schedule:
    """Read the plan of an IFC file or ifczip; runs in a child process.

    Raises:
        InputRefused: ``ifc_truncated``, ``ifc_partial``, ``ifc_unreadable``, ``ifc_schema_unsupported``,
            ``ifc_no_schedule``, ``date_invalid``, ``duration_invalid``, ``task_id_duplicate``,
            ``task_nesting_cycle``.
    """
    progress("open", 0.0)
    file = open_ifc(Path(path))
    progress("tasks", 0.6)
    tasks = list(file.by_type("IfcTask"))
    if not tasks:
        raise InputRefused(
            "ifc_no_schedule",
            f"The IFC file ({file.schema}) holds no IfcTask.",
            "Export it with its work schedule, or load the plan from MS Project XML or CSV.",
            schema=file.schema,
        )
    if file.schema == "IFC2X3":
        raise InputRefused(
            "ifc_schema_unsupported",
            "Plans are read from IFC4 and IFC4X3; this file is IFC2X3, which knows no work calendars.",
            "Export it as IFC4, or load the plan from MS Project XML or CSV.",
            schema=file.schema,
        )
    reading = _prepare(file, tasks)
    kept, name, start = _choose(file, tasks, reading)
    elements = _elements(file, reading)
    baselines = _baselines(file)
    resources, assignments = read_resources(file, reading)
    rows = [
        replace(
            _task(task, elements, baselines, reading, kept),
            assignments=tuple(assignments.get(task.id(), ())),
        )
        for task in kept.values()
    ]
    links = tuple(_links(file, kept, rows, reading))
    rows, links = with_own_ids(
        rows, links, {task.GlobalId: properties_of(task, OWN) for task in kept.values()}
    )
    own = _own(file)
    rules = rules_in(own)
    return Schedule(
        name=name or Path(path).stem,
        source_format="ifc",
        sha256=sha256,
        tasks=tuple(rows),
        links=links,
        calendars=tuple(
            replace(one, rules=rules) if one.id == reading.default else one
            for one in reading.calendars.values()
        ),
        default_calendar=reading.default,
        project_start=_project_start(start, rows, reading),
        skipped=tuple(reading.skipped),
        converted=tuple(reading.converted),
        data_date=moment_in(own, "DataDate"),
        resources=resources,
        wbs=wbs_names_in(own),
    )


def _own(file: Any) -> dict[str, Any]:
    """What a plan written by this software keeps about itself; of several plans in a file, the last."""
    found = [properties_of(plan, OWN_PLAN) for plan in file.by_type("IfcWorkSchedule")]
    return next((one for one in reversed(found) if one), {})


# -- the file --------------------------------------------------------------------------------------


def _prepare(file: Any, tasks: list[Any]) -> IfcReading:
    parent_of: dict[int, Any] = {}
    for relation in file.by_type("IfcRelNests"):
        if relation.RelatingObject.is_a("IfcTask"):
            for child in relation.RelatedObjects:
                parent_of[child.id()] = relation.RelatingObject
    for task in tasks:
        _refuse_nesting_cycle(task, parent_of)
    reading = IfcReading(calendars={}, default="", calendar_of={}, parent_of=parent_of)
    calendars = read_work_calendars(file, reading.skipped, reading.converted)
    assigned: dict[int, str] = {}
    for relation in file.by_type("IfcRelAssignsToControl"):
        if relation.RelatingControl.is_a("IfcWorkCalendar"):
            for item in relation.RelatedObjects:
                if relation.RelatingControl.GlobalId in calendars:
                    assigned[item.id()] = relation.RelatingControl.GlobalId
    reading.calendar_of.update(assigned)
    for_plans = [assigned[plan.id()] for plan in file.by_type("IfcWorkControl") if plan.id() in assigned]
    default = next(iter([*for_plans, *calendars]), None)
    if default is None:
        default = "standard"
        calendars[default] = Calendar(id=default, name="Standard", week=STANDARD_WEEK)
        reading.converted.append(Skipped(what="calendar", reason="standard_week_assumed"))
    reading.calendars, reading.default = calendars, default
    return reading


def _refuse_nesting_cycle(task: Any, parent_of: dict[int, Any]) -> None:
    seen = {task.id()}
    current = parent_of.get(task.id())
    while current is not None:
        if current.id() in seen:
            raise InputRefused(
                "task_nesting_cycle",
                f"#{task.id()}: the task '{task.Name}' is nested below itself.",
                "Correct the nesting of tasks in the planning tool.",
                task=task.GlobalId,
                name=task.Name,
                number=f"#{task.id()}",
            )
        seen.add(current.id())
        current = parent_of.get(current.id())


def _choose(
    file: Any, tasks: list[Any], reading: IfcReading
) -> tuple[dict[str, Any], str | None, datetime | None]:
    """The tasks of the plan itself: not those of baseline or as-built schedules in the same file."""
    schedules = list(file.by_type("IfcWorkSchedule"))
    schedule_of: dict[int, Any] = {}
    for relation in file.by_type("IfcRelAssignsToControl"):
        if relation.RelatingControl.is_a("IfcWorkSchedule"):
            for item in relation.RelatedObjects:
                schedule_of[item.id()] = relation.RelatingControl
    other = {s.id() for s in schedules if s.PredefinedType in ("BASELINE", "ACTUAL")}
    if len(other) == len(schedules):
        other = set()
    kept: dict[str, Any] = {}
    for task in tasks:
        top = task
        while top.id() in reading.parent_of and top.id() not in schedule_of:
            top = reading.parent_of[top.id()]
        plan = schedule_of.get(top.id())
        label = f"#{task.id()} {task.Name or ''}".strip()
        if plan is not None and plan.id() in other:
            reading.skipped.append(
                Skipped(what=label, reason=f"{str(plan.PredefinedType).lower()}_work_schedule")
            )
            continue
        if not (task.Name or "").strip():
            reading.skipped.append(Skipped(what=label, reason="nameless"))
            continue
        if task.GlobalId in kept:
            raise InputRefused(
                "task_id_duplicate",
                f"#{task.id()}: the GlobalId {task.GlobalId} is also that of #{kept[task.GlobalId].id()}.",
                "Give every task a GlobalId of its own in the planning tool.",
                id=task.GlobalId,
                number=f"#{task.id()}",
                other=f"#{kept[task.GlobalId].id()}",
            )
        kept[task.GlobalId] = task
    if not kept:
        raise InputRefused("ifc_no_schedule", "The IFC file holds no named IfcTask.", "Name its tasks.")
    main = [s for s in schedules if s.id() not in other]
    starts = [moment for s in main if s.StartTime and (moment := iso_moment(s.StartTime)) is not None]
    names = [s.Name for s in main if s.Name]
    return kept, " / ".join(names) or None, min(starts, default=None)


def _project_start(stated: datetime | None, rows: list[Task], reading: IfcReading) -> datetime | None:
    first = min((task.start for task in rows if task.start is not None), default=None)
    if first is not None and (stated is None or first < stated):
        reading.converted.append(Skipped(what="project start", reason="project_start_from_tasks"))
        return first
    return stated


# -- tasks -----------------------------------------------------------------------------------------


def _task(
    task: Any,
    elements: dict[int, dict[str, None]],
    baselines: dict[int, Any],
    reading: IfcReading,
    kept: dict[str, Any],
) -> Task:
    what = f"#{task.id()} {task.Name}"
    time = task.TaskTime
    calendar = reading.calendar_for(task)
    own = properties_of(task, OWN)
    start, finish = moment_of(time, "ScheduleStart"), moment_of(time, "ScheduleFinish")
    if "Id" not in own:
        # Written elsewhere: calculated dates stand in for planned ones that are left out.
        start = start or moment_of(time, "EarlyStart")
        finish = finish or moment_of(time, "EarlyFinish")
    elapsed = getattr(time, "DurationType", None) == "ELAPSEDTIME"
    work = reading.work_time(calendar)
    duration = minutes_of(time, "ScheduleDuration", elapsed, work, (start, finish), what, reading)
    actual_start, actual_finish = moment_of(time, "ActualStart"), moment_of(time, "ActualFinish")
    completion = getattr(time, "Completion", None)
    if completion == 0 and actual_start is None:
        completion = None
    if time is not None and time.is_a("IfcTaskTimeRecurring"):
        reading.skipped.append(Skipped(what=what, reason="recurring_task_time"))
    has_children = any(
        relation.RelatedObjects and any(child.is_a("IfcTask") for child in relation.RelatedObjects)
        for relation in task.IsNestedBy
    )
    kind = TaskKind.SUMMARY if has_children else TaskKind.MILESTONE if task.IsMilestone else TaskKind.TASK
    parent = reading.parent_of.get(task.id())
    while parent is not None and parent.GlobalId not in kept:
        parent = reading.parent_of.get(parent.id())
    if own.get("LevelOfEffort"):
        kind = TaskKind.LEVEL_OF_EFFORT
    base = getattr(baselines.get(task.id()), "TaskTime", None)
    return Task(
        id=task.GlobalId,
        source_id=task.GlobalId,
        name=task.Name,
        wbs=wbs_of(task, own),
        parent=None if parent is None else parent.GlobalId,
        kind=kind,
        duration_minutes=0 if duration is None and task.IsMilestone else duration,
        duration_elapsed=elapsed,
        calendar=calendar,
        constraint=_constraint(task, what, reading),
        start=start,
        finish=finish,
        manual=bool(own.get("Manual")),
        deadline=moment_in(own, "Deadline"),
        resumes=moment_in(own, "Resumes"),
        baseline_start=moment_of(base, "ScheduleStart") or moment_in(own, "BaselineStart"),
        baseline_finish=moment_of(base, "ScheduleFinish") or moment_in(own, "BaselineFinish"),
        actual_start=actual_start,
        actual_finish=actual_finish,
        remaining_minutes=minutes_of(time, "RemainingTime", elapsed, work, (None, None), what, reading),
        percent=number_of(own, "Percent", what, reading)
        if "Percent" in own
        else None
        if completion is None
        else float(completion) * 100,
        percent_type=PercentType(own["PercentType"]) if own.get("PercentType") in set(PercentType) else None,
        physical_percent=number_of(own, "PhysicalPercent", what, reading),
        codes=codes_in(own),
        baselines=baselines_in(own),
        budget=number_of(own, "Budget", what, reading),
        quantity=number_of(own, "Quantity", what, reading),
        unit=str(own["Unit"]) if own.get("Unit") else None,
        trade=str(own["Trade"]) if own.get("Trade") else None,
        element_ids=(
            *elements.get(task.id(), ()),
            *elements_in(properties_of(task, "BimSupervise_Elements")),
        ),
    )


def _constraint(task: Any, what: str, reading: IfcReading, number: str = "") -> Constraint | None:
    values = properties_of(task, f"BimSupervise_TaskConstraint{number}")
    code = values.get("ConstraintType")
    if not code:
        return None
    kind = _CONSTRAINTS.get(str(code).upper())
    date = values.get("ConstraintDate")
    at = iso_moment(str(date)) if date else None
    if date and at is None:
        raise refuse_date(str(date), what, "BimSupervise_TaskConstraint.ConstraintDate")
    if kind is ConstraintType.AS_SOON_AS_POSSIBLE:
        return None
    if kind is None:
        reading.skipped.append(Skipped(what=f"{what}: constraint '{code}'", reason="constraint_unknown"))
        return None
    if kind is ConstraintType.AS_LATE_AS_POSSIBLE:
        return Constraint(type=kind, at=None)
    if at is None:
        reading.skipped.append(Skipped(what=f"{what}: {kind}", reason="constraint_without_date"))
        return None
    return Constraint(type=kind, at=at, also=None if number else _constraint(task, what, reading, "2"))


def _elements(file: Any, reading: IfcReading) -> dict[int, dict[str, None]]:
    """GlobalIds of the products of each task, whichever way round the file assigns them."""
    found: dict[int, dict[str, None]] = {}
    for task, product in _assignments(file):
        if product.is_a("IfcSpatialElement"):
            what = f"#{task.id()} {task.Name}: {product.is_a()} {product.Name or ''}".strip()
            reading.skipped.append(Skipped(what=what, reason="assigned_to_spatial_element"))
        elif product.is_a("IfcProduct"):
            found.setdefault(task.id(), {})[product.GlobalId] = None
    return found


def _assignments(file: Any) -> Iterator[tuple[Any, Any]]:
    for relation in file.by_type("IfcRelAssignsToProduct"):
        for item in relation.RelatedObjects:
            if item.is_a("IfcTask"):
                yield item, relation.RelatingProduct
    for relation in file.by_type("IfcRelAssignsToProcess"):
        if relation.RelatingProcess.is_a("IfcTask"):
            for item in relation.RelatedObjects:
                yield relation.RelatingProcess, item


def _baselines(file: Any) -> dict[int, Any]:
    """The baseline copy of each task, where the file declares one."""
    found: dict[int, Any] = {}
    for relation in file.by_type("IfcRelDefinesByObject"):
        origin = relation.RelatingObject
        for copy in relation.RelatedObjects:
            if origin.is_a("IfcTask") and copy.is_a("IfcTask"):
                found[origin.id()] = copy
    return found


# -- links -----------------------------------------------------------------------------------------


def _links(file: Any, kept: dict[str, Any], rows: list[Task], reading: IfcReading) -> Iterable[Link]:
    by_id = {task.id: task for task in rows}
    for relation in file.by_type("IfcRelSequence"):
        before, after = relation.RelatingProcess, relation.RelatedProcess
        what = f"#{relation.id()} {before.Name or '?'} -> {after.Name or '?'}"
        ends = (kept.get(before.GlobalId), kept.get(after.GlobalId))
        if ends[0] != before or ends[1] != after:
            reading.skipped.append(Skipped(what=what, reason="link_end_skipped"))
            continue
        kind = _LINK_TYPES.get(relation.SequenceType or "FINISH_START")
        if kind is None:
            reading.skipped.append(
                Skipped(what=f"{what}: {relation.SequenceType}", reason="link_type_unknown")
            )
            continue
        lag, elapsed = _lag(relation.TimeLag, by_id[before.GlobalId], by_id[after.GlobalId], what, reading)
        yield Link(
            predecessor=before.GlobalId,
            successor=after.GlobalId,
            type=kind,
            lag_minutes=lag,
            lag_elapsed=elapsed,
        )


def _lag(time: Any, before: Task, after: Task, what: str, reading: IfcReading) -> tuple[int, bool]:
    if time is None or time.LagValue is None:
        return 0, False
    elapsed = time.DurationType == "ELAPSEDTIME"
    value = time.LagValue.wrappedValue
    if not isinstance(value, str):
        reading.converted.append(Skipped(what=f"{what}: {float(value):g}", reason="lag_ratio"))
        lag = round((before.duration_minutes or 0) * float(value))
        return lag, elapsed and lag != 0
    span = iso_duration(value)
    if span is None:
        raise refuse_duration(value, f"#{time.id()}", "LagValue", "Write lags as PT16H or P2D.")
    lag = span.minutes
    if span.whole_days and not elapsed:
        reading.converted.append(Skipped(what=f"{what}: {value}", reason="days_as_working_days"))
        lag = working_days(span, reading.work_time(after.calendar))
    return lag, elapsed and lag != 0
