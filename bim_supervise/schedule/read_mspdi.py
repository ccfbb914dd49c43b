"""MS Project XML (MSPDI, every version since 2003, and what other tools write under that name)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bim_supervise.core.child import Progress
from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.details import Assignment, PercentType, Resource, ResourceKind
from bim_supervise.schedule.mspdi_text import ID_FIELD
from bim_supervise.schedule.read_mspdi_calendars import STANDARD_WEEK, CalendarReport, read_calendars
from bim_supervise.schedule.read_mspdi_details import (
    baselines_of,
    code_names,
    codes_of,
    read_assignments,
    read_resources,
)
from bim_supervise.schedule.read_xml import XmlNode, read_xml
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

_NAMESPACE = "http://schemas.microsoft.com/project"
_BULK = ("TimephasedData", "OutlineCodes", "AvailabilityPeriods", "Rates", "ValueList")
_ELAPSED_FORMATS = {"4", "6", "8", "10", "12", "20", "36", "38", "40", "42", "44", "52"}
_PERCENT_FORMATS = {"19", "20", "51", "52"}
_LINK_TYPES = {"0": LinkType.FF, "1": LinkType.FS, "2": LinkType.SF, "3": LinkType.SS}
_CONSTRAINTS = {
    "1": ConstraintType.AS_LATE_AS_POSSIBLE,
    "2": ConstraintType.MUST_START_ON,
    "3": ConstraintType.MUST_FINISH_ON,
    "4": ConstraintType.START_NO_EARLIER_THAN,
    "5": ConstraintType.START_NO_LATER_THAN,
    "6": ConstraintType.FINISH_NO_EARLIER_THAN,
    "7": ConstraintType.FINISH_NO_LATER_THAN,
}
_OTHER_XML = {
    "APIBusinessObjects": "Primavera P6 XML",
    "ifcXML": "ifcXML",
    "ifc": "ifcXML",
    "IfcProject": "ifcXML",
    "iso_10303_28": "ifcXML",
    "uos": "ifcXML",
}


@dataclass(slots=True)
class _Reading:
    calendars: dict[str, Calendar]
    default: str
    tasks: list[Task] = field(default_factory=list)
    links: list[tuple[XmlNode, str]] = field(default_factory=list)
    assignments: dict[str, list[Assignment]] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    code_names: Mapping[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """UID of each row that was not taken over, with the reason."""
    skipped: list[Skipped] = field(default_factory=list)
    converted: list[Skipped] = field(default_factory=list)


def parse_mspdi(path: str, sha256: str, progress: Progress) -> Schedule:
    """Read an MSPDI file; runs in a child process.

    Raises:
        InputRefused: ``xml_malformed``, ``xml_doctype``, ``xml_encoding``, ``xml_no_schedule``,
            ``schedule_format_unsupported``, ``date_invalid``, ``duration_invalid``, ``number_invalid``,
            ``task_id_duplicate``, ``schedule_empty``.
    """
    progress("read", 0.0)
    project = read_xml(Path(path), ignore=_BULK)
    _check_root(project)
    progress("tasks", 0.5)
    report = CalendarReport()
    calendars, of_resources = read_calendars(project, report)
    default = project.value("CalendarUID") or ""
    if default not in calendars:
        calendars[default] = Calendar(id=default, name="Standard", week=STANDARD_WEEK)
        report.converted.append(Skipped(what="project calendar", reason="standard_week_assumed"))
    reading = _Reading(
        calendars=calendars, default=default, skipped=report.skipped, converted=report.converted
    )
    reading.resources = {resource.id: resource for resource in read_resources(project)}
    reading.assignments = read_assignments(project)
    reading.code_names = code_names(project)
    container = project.child("Tasks")
    _read_tasks([] if container is None else list(container.each("Task")), reading)
    links = tuple(_links(reading))
    own = _own_ids(reading)
    if own:
        reading.tasks = [
            replace(task, id=own[task.id], parent=own.get(task.parent or "")) for task in reading.tasks
        ]
        links = tuple(
            replace(link, predecessor=own[link.predecessor], successor=own[link.successor]) for link in links
        )
    if not reading.tasks:
        raise InputRefused(
            "schedule_empty", "The MS Project XML holds no named task.", "Export the plan with its tasks."
        )
    used = {task.calendar for task in reading.tasks} | {default}
    unused = of_resources - used - {None}
    if unused:
        reading.skipped.append(Skipped(what=f"{len(unused)} calendars", reason="resource_calendar"))
    if project.value("ScheduleFromStart") in ("0", "false"):
        reading.skipped.append(Skipped(what="schedule from finish", reason="schedule_from_finish"))
    return Schedule(
        name=project.value("Title") or project.value("Name") or Path(path).stem,
        source_format="mspdi",
        sha256=sha256,
        tasks=tuple(reading.tasks),
        links=links,
        calendars=tuple(c for uid, c in calendars.items() if uid not in unused),
        default_calendar=default,
        project_start=_moment(project, "StartDate"),
        data_date=_moment(project, "StatusDate"),
        skipped=tuple(reading.skipped),
        converted=tuple(reading.converted),
        resources=tuple(
            resource if resource.calendar not in unused else replace(resource, calendar=None)
            for resource in reading.resources.values()
        ),
    )


def _check_root(root: XmlNode) -> None:
    other = _OTHER_XML.get(root.name)
    if other is not None:
        raise InputRefused(
            "schedule_format_unsupported",
            f"The file is {other}, which this version does not read.",
            "Export the plan as MS Project XML, Primavera P6 XER or XML, CSV or IFC (SPF).",
            format=other,
        )
    known = root.namespace.startswith(_NAMESPACE) or not root.namespace
    if root.name != "Project" or not known or root.child("Tasks") is None:
        raise InputRefused(
            "xml_no_schedule",
            f"line {root.line}: the XML starts with <{root.name}> and is no MS Project schedule.",
            "Save the plan as XML in MS Project (File, Save As, XML format).",
            root=root.name,
            line=root.line,
        )


def _own_ids(reading: _Reading) -> dict[str, str]:
    """Ids that another planning tool gave the tasks and the custom field ``ID_FIELD`` kept, when all do."""
    if ID_FIELD not in reading.code_names.values():
        return {}
    own = {task.id: code.value for task in reading.tasks for code in task.codes if code.type == ID_FIELD}
    if len(own) != len(reading.tasks) or len(set(own.values())) != len(own):
        reading.skipped.append(Skipped(what=f"custom field {ID_FIELD}", reason="ids_not_unique"))
        return {}
    reading.tasks = [
        replace(task, codes=tuple(code for code in task.codes if code.type != ID_FIELD))
        for task in reading.tasks
    ]
    return own


# -- values of a row -------------------------------------------------------------------------------


def _moment(node: XmlNode, name: str) -> datetime | None:
    text = node.value(name)
    if text is None or text == "NA":
        return None
    moment = iso_moment(text)
    if moment is None:
        raise refuse_date(text, f"line {node.line}", name)
    return moment


def _minutes(node: XmlNode, name: str, what: str, reading: _Reading) -> int | None:
    text = node.value(name)
    if text is None:
        return None
    span = iso_duration(text)
    if span is None or span.minutes < 0:
        raise refuse_duration(text, f"line {node.line}", name)
    if span.assumed is not None:
        reading.converted.append(Skipped(what=f"{what}: {name} {text}", reason=span.assumed))
    return span.minutes


def _number(node: XmlNode, name: str) -> float | None:
    text = node.value(name)
    if text is None:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InputRefused(
            "number_invalid",
            f"line {node.line}: '{text}' in {name} is not a number.",
            "Correct the value in the planning tool and export again.",
            value=text,
            field=name,
            line=node.line,
        ) from error


def _flag(node: XmlNode, name: str) -> bool:
    return node.value(name) in ("1", "true")


# -- rows ------------------------------------------------------------------------------------------


def _reason_to_skip(node: XmlNode, level: int) -> str | None:
    if _flag(node, "IsNull"):
        return "null_row"
    if level == 0:
        return "project_summary"
    if node.value("Name") is None:
        return "nameless"
    if node.value("Active") in ("0", "false"):
        return "inactive"
    if _flag(node, "ExternalTask"):
        return "external_task"
    return None


def _level(node: XmlNode) -> int:
    text = node.value("OutlineLevel")
    if text is not None and text.isdecimal():
        return int(text)
    number = node.value("OutlineNumber")
    if number is None:
        return 1
    return 0 if number == "0" else number.count(".") + 1


def _read_tasks(nodes: list[XmlNode], reading: _Reading) -> None:
    above: list[tuple[int, str | None]] = []
    seen: dict[str, int] = {}
    for node in nodes:
        uid = node.value("UID")
        if uid is None:
            reading.skipped.append(Skipped(what=f"line {node.line}", reason="row_without_uid"))
            continue
        if uid in seen:
            raise InputRefused(
                "task_id_duplicate",
                f"line {node.line}: the task UID {uid} was already used in line {seen[uid]}.",
                "Export the plan again; every task needs a UID of its own.",
                id=uid,
                line=node.line,
                first_line=seen[uid],
            )
        seen[uid] = node.line
        level = _level(node)
        while above and above[-1][0] >= level:
            above.pop()
        parent = above[-1][1] if above else None
        reason = _reason_to_skip(node, level)
        if reason is not None:
            label = node.value("Name") or f"row {node.value('ID') or '?'}"
            reading.left_out[uid] = reason
            reading.skipped.append(Skipped(what=f"{label} (UID {uid})", reason=reason))
            above.append((level, parent))
            continue
        above.append((level, uid))
        reading.tasks.append(_task(node, uid, parent, reading))
        reading.links.extend((link, uid) for link in node.each("PredecessorLink"))


def _raw_name(node: XmlNode) -> str:
    name = node.child("Name")
    return "" if name is None else name.text


def _task(node: XmlNode, uid: str, parent: str | None, reading: _Reading) -> Task:
    name = _raw_name(node)
    what = f"{name.strip()} (UID {uid})"
    summary = _flag(node, "Summary")
    duration = _minutes(node, "Duration", what, reading)
    milestone = _flag(node, "Milestone")
    kind = TaskKind.SUMMARY if summary else TaskKind.MILESTONE if milestone else TaskKind.TASK
    manual = _flag(node, "Manual")
    start, finish = _moment(node, "Start"), _moment(node, "Finish")
    if manual:
        start, finish = start or _moment(node, "ManualStart"), finish or _moment(node, "ManualFinish")
        if duration is None:
            duration = _minutes(node, "ManualDuration", what, reading)
    actual_start, actual_finish = _moment(node, "ActualStart"), _moment(node, "ActualFinish")
    calendar = node.value("CalendarUID")
    if calendar in (None, "-1", "0") and calendar not in reading.calendars:
        calendar = None
    elif calendar not in reading.calendars:
        reading.skipped.append(Skipped(what=f"{what}: calendar {calendar}", reason="calendar_unknown"))
        calendar = None
    if calendar is None and not manual and not summary:
        calendar = _resource_calendar(uid, what, reading)
    if _number(node, "LevelingDelay"):
        reading.skipped.append(Skipped(what=what, reason="leveling_delay"))
    if not manual and not summary and uid in reading.assignments and not (start is None or finish is None):
        _list_uneven(node, what, calendar, (start, finish, duration), reading)
    baselines = baselines_of(node)
    base = next((one for one in baselines if one.name == "0"), None)
    in_work = actual_start is not None and actual_finish is None
    return Task(
        id=uid,
        source_id=uid,
        name=name,
        wbs=node.value("WBS") or node.value("OutlineNumber"),
        parent=parent,
        kind=kind,
        duration_minutes=duration,
        duration_elapsed=node.value("DurationFormat") in _ELAPSED_FORMATS,
        calendar=calendar,
        constraint=_constraint(node, what, reading),
        manual=manual,
        start=start,
        finish=finish,
        baseline_start=None if base is None else base.start,
        baseline_finish=None if base is None else base.finish,
        actual_start=actual_start,
        actual_finish=actual_finish,
        deadline=_moment(node, "Deadline"),
        remaining_minutes=_minutes(node, "RemainingDuration", what, reading) if in_work else None,
        percent=_percent(node, actual_start),
        budget=_budget(node, summary),
        percent_type=PercentType.DURATION if actual_start is not None else None,
        physical_percent=(_number(node, "PhysicalPercentComplete") or None) if actual_start else None,
        codes=codes_of(node, reading.code_names),
        baselines=baselines,
        assignments=tuple(reading.assignments.get(uid, ())),
    )


def _list_uneven(
    node: XmlNode,
    what: str,
    calendar: str | None,
    stored: tuple[datetime, datetime, int | None],
    reading: _Reading,
) -> None:
    """Note a task that MS Project split, or whose length follows from the work of its resources."""
    start, finish, duration = stored
    if node.value("DurationFormat") in _ELAPSED_FORMATS or duration is None:
        return
    work = WorkTime(reading.calendars[calendar or reading.default])
    if abs(work.between(start, finish) - duration) > 1:
        reading.skipped.append(Skipped(what=what, reason="work_not_by_duration"))


def _resource_calendar(uid: str, what: str, reading: _Reading) -> str | None:
    """The calendar of the people on a task without one of its own, when they share one."""
    working = [
        resource
        for one in reading.assignments.get(uid, ())
        if (resource := reading.resources.get(one.resource or "")) is not None
        and resource.kind is ResourceKind.LABOUR
    ]
    found = {resource.calendar for resource in working if resource.calendar in reading.calendars}
    if len(found) > 1:
        weeks = {
            (reading.calendars[one].week, reading.calendars[one].exceptions)
            for one in found
            if one is not None
        }
        if len(weeks) > 1:
            reading.converted.append(Skipped(what=what, reason="resource_calendars_not_used"))
            return None
    own = min((one for one in found if one is not None), default=None)
    default = reading.calendars[reading.default]
    if own is None or (reading.calendars[own].week, reading.calendars[own].exceptions) == (
        default.week,
        default.exceptions,
    ):
        return None
    reading.converted.append(Skipped(what=what, reason="resource_calendar_used"))
    return own


def _percent(node: XmlNode, actual_start: datetime | None) -> float | None:
    """MS Project writes 0 for every task that nobody has touched: that is no statement of progress."""
    percent = _number(node, "PercentComplete")
    return None if percent == 0 and actual_start is None else percent


def _budget(node: XmlNode, summary: bool) -> float | None:
    """Costs are written in hundredths. A summary's cost repeats what lies below it; only its own counts."""
    cost = None if summary else _number(node, "Cost")
    fixed = _number(node, "FixedCost")
    value = cost if cost and cost > 0 else fixed
    return round(value / 100, 6) if value and value > 0 else None


def _constraint(node: XmlNode, what: str, reading: _Reading) -> Constraint | None:
    code = node.value("ConstraintType") or "0"
    if code == "0":
        return None
    kind = _CONSTRAINTS.get(code)
    if kind is None:
        reading.skipped.append(Skipped(what=f"{what}: constraint type {code}", reason="constraint_unknown"))
        return None
    if kind is ConstraintType.AS_LATE_AS_POSSIBLE:
        return Constraint(type=kind, at=None)
    at = _moment(node, "ConstraintDate")
    if at is None:
        reading.skipped.append(Skipped(what=f"{what}: {kind}", reason="constraint_without_date"))
        return None
    return Constraint(type=kind, at=at)


# -- links -----------------------------------------------------------------------------------------


def _links(reading: _Reading) -> Iterable[Link]:
    tasks = {task.id: task for task in reading.tasks}
    for node, successor in reading.links:
        uid = node.value("PredecessorUID") or ""
        what = f"link {uid} -> {successor} ({tasks[successor].name.strip()})"
        if uid not in tasks or _flag(node, "CrossProject"):
            reason = reading.left_out.get(uid, "link_unknown_task")
            if _flag(node, "CrossProject"):
                reason = "external_task"
            reading.skipped.append(Skipped(what=what, reason=reason))
            continue
        code = node.value("Type") or "1"
        kind = _LINK_TYPES.get(code)
        if kind is None:
            reading.skipped.append(Skipped(what=f"{what}: type {code}", reason="link_type_unknown"))
            continue
        lag, elapsed = _lag(node, tasks[uid], what, reading)
        yield Link(predecessor=uid, successor=successor, type=kind, lag_minutes=lag, lag_elapsed=elapsed)


def _lag(node: XmlNode, predecessor: Task, what: str, reading: _Reading) -> tuple[int, bool]:
    value = _number(node, "LinkLag") or 0.0
    form = node.value("LagFormat") or "7"
    elapsed = form in _ELAPSED_FORMATS
    if value == 0:
        return 0, False
    if form not in _PERCENT_FORMATS:
        minutes = round(value / 10)
        if abs(minutes - value / 10) > 1e-6:
            reading.converted.append(Skipped(what=what, reason="rounded_to_minute"))
        return minutes, elapsed
    duration = predecessor.duration_minutes or 0
    if elapsed and not predecessor.duration_elapsed and predecessor.start and predecessor.finish:
        duration = round((predecessor.finish - predecessor.start).total_seconds() / 60)
    if not elapsed and predecessor.duration_elapsed and predecessor.start and predecessor.finish:
        work = WorkTime(reading.calendars[predecessor.calendar or reading.default])
        duration = work.between(predecessor.start, predecessor.finish)
    reading.converted.append(Skipped(what=f"{what}: {value:g} %", reason="lag_percent"))
    return round(duration * value / 100), elapsed
