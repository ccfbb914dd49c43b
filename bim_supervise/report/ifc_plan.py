"""A plan as IfcTask, IfcRelSequence and IfcWorkCalendar, alone or added to a model.

What IFC has no place for (date constraints, own ids, codes ...) goes into property sets that the plan reader
takes back: ``BimSupervise_TaskConstraint`` and ``BimSupervise_Task``, and ``BimSupervise_Plan`` on the
work schedule.
"""

from __future__ import annotations

import json
import time as clock
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.guid
import msgspec

from bim_supervise import __version__
from bim_supervise.core.errors import InputRefused
from bim_supervise.report.ifc_plan_writing import PlanWriting, duration_text, moment_text
from bim_supervise.report.ifc_resources import write_resources
from bim_supervise.schedule.read_ifc_own import OWN_PLAN
from bim_supervise.schedule.tasks import (
    Calculation,
    Calendar,
    Constraint,
    Link,
    LinkType,
    Schedule,
    SchedulingRules,
    Shifts,
    Skipped,
    Task,
    TaskDates,
    TaskKind,
)

_SEQUENCES = {
    LinkType.FS: "FINISH_START",
    LinkType.SS: "START_START",
    LinkType.FF: "FINISH_FINISH",
    LinkType.SF: "START_FINISH",
}


def write_ifc_plan(
    path: Path, schedule: Schedule, *, calculation: Calculation | None = None, model: Path | None = None
) -> tuple[Skipped, ...]:
    """Write a plan into a new IFC4 file, or into a copy of a model.

    Args:
        path: the file to write.
        schedule: the plan with its stored dates.
        calculation: early and late dates and floats to write beside them.
        model: an IFC4 or IFC4X3 model whose elements the tasks are tied to; None writes the plan alone.

    Returns:
        What the file could not hold.

    Raises:
        InputRefused: ``ifc_schema_unsupported`` when the model is IFC2X3, which has no work calendars.
    """
    file = ifcopenshell.file(schema="IFC4") if model is None else ifcopenshell.open(str(model))
    if file.schema == "IFC2X3":
        raise InputRefused(
            "ifc_schema_unsupported",
            "Plans are written into IFC4 and IFC4X3; this model is IFC2X3, which knows no work calendars.",
            "Write the plan into a file of its own: leave the model out.",
            schema=file.schema,
        )
    writing = PlanWriting(file=file, schedule=schedule, calculation=calculation, history=None)
    if model is None:
        _project(writing)
    else:
        writing.products = {item.GlobalId: item for item in file.by_type("IfcProduct")}
    plan = _plan(writing)
    for calendar in schedule.calendars:
        writing.calendars[calendar.id] = _calendar(calendar, writing)
    for task in schedule.tasks:
        writing.tasks[task.id] = _task(task, writing)
    _nest(plan, writing)
    _assign_calendars(plan, writing)
    for number, link in enumerate(schedule.links):
        _sequence(number, link, writing)
    for task in schedule.tasks:
        _tie_products(task, writing)
        _properties(task, writing)
    write_resources(writing)
    file.write(str(path))
    return tuple(writing.dropped)


def _project(writing: PlanWriting) -> None:
    file = writing.file
    person = file.create_entity("IfcPerson", FamilyName="bim-supervise")
    organisation = file.create_entity("IfcOrganization", Name="bim-supervise")
    owner = file.create_entity("IfcPersonAndOrganization", person, organisation)
    application = file.create_entity(
        "IfcApplication", organisation, __version__, "bim-supervise", "bim-supervise"
    )
    writing.history = file.create_entity(
        "IfcOwnerHistory",
        OwningUser=owner,
        OwningApplication=application,
        ChangeAction="NOTDEFINED",
        CreationDate=int(clock.time()),
    )
    length = file.create_entity("IfcSIUnit", None, "LENGTHUNIT", None, "METRE")
    origin = file.create_entity("IfcCartesianPoint", (0.0, 0.0, 0.0))
    axes = file.create_entity("IfcAxis2Placement3D", origin)
    context = file.create_entity(
        "IfcGeometricRepresentationContext",
        ContextType="Model",
        CoordinateSpaceDimension=3,
        WorldCoordinateSystem=axes,
    )
    writing.root(
        "IfcProject",
        "project",
        Name=writing.schedule.name or "Plan",
        RepresentationContexts=[context],
        UnitsInContext=file.create_entity("IfcUnitAssignment", [length]),
    )


def _plan(writing: PlanWriting) -> Any:
    schedule = writing.schedule
    starts = [task.start for task in schedule.tasks if task.start is not None]
    start = schedule.project_start or min(starts, default=datetime(1970, 1, 1))  # noqa: DTZ001 - wall time
    plan = writing.root(
        "IfcWorkSchedule",
        "plan",
        Name=schedule.name,
        CreationDate=moment_text(start),
        StartTime=moment_text(start),
        PredefinedType="PLANNED",
    )
    own = {
        "DataDate": None if schedule.data_date is None else moment_text(schedule.data_date),
        "Rules": None
        if schedule.rules == SchedulingRules()
        else msgspec.json.encode(schedule.rules).decode(),
        "Wbs": json.dumps([[one.path, one.name] for one in schedule.wbs], ensure_ascii=False)
        if schedule.wbs
        else None,
    }
    writing.properties(plan, "plan", OWN_PLAN, own)
    projects = writing.file.by_type("IfcProject")
    if projects:
        writing.root("IfcRelDeclares", "plan", RelatingContext=projects[0], RelatedDefinitions=[plan])
    return plan


# -- calendars ---------------------------------------------------------------------------------------


def _calendar(calendar: Calendar, writing: PlanWriting) -> Any:
    times = []
    for shifts in dict.fromkeys(day for day in calendar.week if day):
        days = [number + 1 for number, day in enumerate(calendar.week) if day == shifts]
        times.append(_work_time(writing, "Week", ("WEEKLY", days), shifts, None))
    closed: list[Any] = []
    for first, last, shifts, name in _without_overlap(calendar):
        row = _work_time(writing, name, ("DAILY", None), shifts, (first, last))
        (times if shifts else closed).append(row)
    return writing.root(
        "IfcWorkCalendar",
        calendar.id,
        Name=calendar.name,
        Identification=calendar.id or None,
        WorkingTimes=times or None,
        ExceptionTimes=closed or None,
    )


def _without_overlap(calendar: Calendar) -> Iterable[tuple[date, date, Shifts, str | None]]:
    """Exceptions of which no two meet on a day; of those that do in the plan, the later one holds."""
    days: dict[date, int] = {}
    for number, exception in enumerate(calendar.exceptions):
        for offset in range((exception.last - exception.first).days + 1):
            days[exception.first + timedelta(days=offset)] = number
    first: date | None = None
    before: date | None = None
    for day in [*sorted(days), None]:
        follows = day is not None and before is not None and day == before + timedelta(days=1)
        if (
            first is not None
            and before is not None
            and not (follows and day is not None and days[day] == days[before])
        ):
            exception = calendar.exceptions[days[before]]
            yield first, before, exception.shifts, exception.name
            first = None
        if first is None:
            first = day
        before = day


def _work_time(
    writing: PlanWriting,
    name: str | None,
    recurrence: tuple[str, list[int] | None],
    shifts: Shifts,
    period: tuple[date, date] | None,
) -> Any:
    file = writing.file
    periods = [file.create_entity("IfcTimePeriod", _clock(start), _clock(end)) for start, end in shifts]
    kind, days = recurrence
    pattern = file.create_entity(
        "IfcRecurrencePattern",
        RecurrenceType=kind,
        WeekdayComponent=days,
        TimePeriods=periods or None,
    )
    row = file.create_entity("IfcWorkTime", Name=name, RecurrencePattern=pattern)
    if period is not None:
        # Attributes 4 and 5 are Start and Finish in IFC4, StartDate and FinishDate in IFC4X3.
        row[4], row[5] = (day.isoformat() for day in period)
    return row


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00" if minutes < 1440 else "24:00:00"


def _assign_calendars(plan: Any, writing: PlanWriting) -> None:
    users: dict[str, list[Any]] = {}
    if writing.schedule.default_calendar in writing.calendars:
        users[writing.schedule.default_calendar] = [plan]
    for task in writing.schedule.tasks:
        if task.calendar in writing.calendars and task.calendar is not None:
            users.setdefault(task.calendar, []).append(writing.tasks[task.id])
    for calendar, items in users.items():
        writing.root(
            "IfcRelAssignsToControl",
            f"calendar/{calendar}",
            RelatedObjects=items,
            RelatingControl=writing.calendars[calendar],
        )


# -- tasks -------------------------------------------------------------------------------------------


def _task(task: Task, writing: PlanWriting) -> Any:
    return writing.root(
        "IfcTask",
        task.id,
        Name=task.name or task.id,
        Identification=task.wbs or task.id,
        IsMilestone=task.kind is TaskKind.MILESTONE,
        TaskTime=_task_time(task, writing),
        PredefinedType="CONSTRUCTION",
    )


def _task_time(task: Task, writing: PlanWriting) -> Any:
    elapsed = "ELAPSEDTIME" if task.duration_elapsed else "WORKTIME"
    row = writing.file.create_entity("IfcTaskTime", DataOrigin="PREDICTED", DurationType=elapsed)
    if task.duration_minutes is not None:
        row.ScheduleDuration = duration_text(task.duration_minutes)
    if task.remaining_minutes is not None:
        row.RemainingTime = duration_text(task.remaining_minutes)
    moments = {
        "ScheduleStart": task.start,
        "ScheduleFinish": task.finish,
        "ActualStart": task.actual_start,
        "ActualFinish": task.actual_finish,
        "StatusTime": writing.schedule.data_date,
    }
    dates = None if writing.calculation is None else writing.calculation.dates.get(task.id)
    if dates is not None:
        moments |= _calculated(dates)
        row.FreeFloat = duration_text(round(dates.free_float_hours * 60))
        row.TotalFloat = duration_text(round(dates.total_float_hours * 60))
        row.IsCritical = dates.critical
    for name, moment in moments.items():
        if moment is not None:
            setattr(row, name, moment_text(moment))
    if task.percent:
        # A ratio in IFC is greater than zero: 0 % is what the property set says.
        row.Completion = min(1.0, max(0.0, task.percent / 100))
    return row


def _calculated(dates: TaskDates) -> dict[str, datetime | None]:
    return {
        "EarlyStart": dates.early_start,
        "EarlyFinish": dates.early_finish,
        "LateStart": dates.late_start,
        "LateFinish": dates.late_finish,
    }


def _nest(plan: Any, writing: PlanWriting) -> None:
    below: dict[str | None, list[Any]] = {}
    for task in writing.schedule.tasks:
        parent = task.parent if task.parent in writing.tasks else None
        below.setdefault(parent, []).append(writing.tasks[task.id])
    top = below.pop(None, [])
    if top:
        writing.root("IfcRelAssignsToControl", "plan", RelatedObjects=top, RelatingControl=plan)
    for parent, children in below.items():
        assert parent is not None
        writing.root(
            "IfcRelNests",
            f"below/{parent}",
            RelatingObject=writing.tasks[parent],
            RelatedObjects=children,
        )


def _sequence(number: int, link: Link, writing: PlanWriting) -> None:
    file = writing.file
    lag = None
    if link.lag_minutes:
        value = file.create_entity("IfcDuration", duration_text(link.lag_minutes))
        lag = file.create_entity(
            "IfcLagTime",
            LagValue=value,
            DurationType="ELAPSEDTIME" if link.lag_elapsed else "WORKTIME",
        )
    writing.root(
        "IfcRelSequence",
        f"{number}/{link.predecessor}/{link.successor}/{link.type}",
        RelatingProcess=writing.tasks[link.predecessor],
        RelatedProcess=writing.tasks[link.successor],
        TimeLag=lag,
        SequenceType=_SEQUENCES[link.type],
    )


def _tie_products(task: Task, writing: PlanWriting) -> None:
    absent = [identity for identity in task.element_ids if identity not in writing.products]
    for identity in task.element_ids:
        if identity in writing.products:
            writing.root(
                "IfcRelAssignsToProduct",
                f"{task.id}/{identity}",
                RelatedObjects=[writing.tasks[task.id]],
                RelatingProduct=writing.products[identity],
            )
    if absent:
        writing.properties(
            writing.tasks[task.id], task.id, "BimSupervise_Elements", {"GlobalIds": json.dumps(absent)}
        )


# -- what IFC has no attribute for -------------------------------------------------------------------


def _properties(task: Task, writing: PlanWriting) -> None:
    keep = partial(writing.properties, writing.tasks[task.id], task.id)
    own: dict[str, Any] = {"Id": task.id, "Wbs": task.wbs}
    own |= {
        "Budget": task.budget,
        "Quantity": task.quantity,
        "Unit": task.unit,
        "Trade": task.trade,
        "Manual": task.manual or None,
        "Deadline": None if task.deadline is None else moment_text(task.deadline),
        "Resumes": None if task.resumes is None else moment_text(task.resumes),
        "LevelOfEffort": True if task.kind is TaskKind.LEVEL_OF_EFFORT else None,
        "PercentType": None if task.percent_type is None else task.percent_type.value,
        "PhysicalPercent": task.physical_percent,
        "Percent": task.percent,
        "BaselineStart": None if task.baseline_start is None else moment_text(task.baseline_start),
        "BaselineFinish": None if task.baseline_finish is None else moment_text(task.baseline_finish),
    }
    if task.codes:
        own["Codes"] = json.dumps(
            [[code.type, code.value, code.name] for code in task.codes], ensure_ascii=False
        )
    if task.baselines:
        own["Baselines"] = json.dumps(
            [
                [
                    one.name,
                    None if one.start is None else moment_text(one.start),
                    None if one.finish is None else moment_text(one.finish),
                    one.duration_minutes,
                    one.cost,
                ]
                for one in task.baselines
            ]
        )
    keep("BimSupervise_Task", own)
    constraint = task.constraint
    if constraint is not None:
        keep("BimSupervise_TaskConstraint", _constraint(constraint))
        if constraint.also is not None:
            keep("BimSupervise_TaskConstraint2", _constraint(constraint.also))


def _constraint(constraint: Constraint) -> dict[str, Any]:
    return {
        "ConstraintType": constraint.type.value,
        "ConstraintDate": None if constraint.at is None else moment_text(constraint.at),
    }
