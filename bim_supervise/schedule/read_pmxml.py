"""Primavera P6 XML (PMXML, ``APIBusinessObjects``): its elements become rows as an XER has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from bim_supervise.core.child import Progress
from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.p6_rows import P6Plan, P6Report, P6Row
from bim_supervise.schedule.p6_schedule import build_schedule
from bim_supervise.schedule.read_xer_calendars import P6Week, resolved, shifts_of
from bim_supervise.schedule.read_xml import XmlNode, read_xml
from bim_supervise.schedule.tasks import Schedule, Shifts
from bim_supervise.schedule.values import clock_minutes, iso_moment, refuse_date

_NOT_READ = ("OBS", "Spread", "PlannedSpread", "ActualSpread", "RemainingEarlySpread", "Feedback")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TYPES = {
    "Task Dependent": "TT_Task", "Resource Dependent": "TT_Rsrc", "Level of Effort": "TT_LOE",
    "Start Milestone": "TT_Mile", "Finish Milestone": "TT_FinMile", "WBS Summary": "TT_WBS",
}  # fmt: skip
_STATUS = {"Not Started": "TK_NotStart", "In Progress": "TK_Active", "Completed": "TK_Complete"}
_PERCENT_TYPES = {"Physical": "CP_Phys", "Duration": "CP_Drtn", "Units": "CP_Units"}
_CONSTRAINTS = {
    "Start On": "CS_MSO", "Start On or After": "CS_MSOA", "Start On or Before": "CS_MSOB",
    "Finish On": "CS_MEO", "Finish On or After": "CS_MEOA", "Finish On or Before": "CS_MEOB",
    "As Late As Possible": "CS_ALAP", "Mandatory Start": "CS_MANDSTART", "Mandatory Finish": "CS_MANDFIN",
}  # fmt: skip
_LINKS = {
    "Finish to Start": "PR_FS", "Start to Start": "PR_SS",
    "Finish to Finish": "PR_FF", "Start to Finish": "PR_SF",
}  # fmt: skip
_LAG_CALENDARS = {
    "Predecessor Activity Calendar": "rcal_Predecessor", "Predecessor": "rcal_Predecessor",
    "Successor Activity Calendar": "rcal_Successor", "Successor": "rcal_Successor",
    "Project Default Calendar": "rcal_ProjDefault", "24 Hour Calendar": "rcal_24Hour",
}  # fmt: skip
_FLOATS = {
    "Finish Float = Late Finish - Early Finish": "FT_FF", "Finish Float": "FT_FF",
    "Start Float = Late Start - Early Start": "FT_SF", "Start Float": "FT_SF",
    "Smallest of Start Float and Finish Float": "FT_Min",
}  # fmt: skip
_YES = {"1": "Y", "0": "N", "true": "Y", "false": "N"}

_ACTIVITY = {
    "task_id": "ObjectId", "proj_id": "ProjectObjectId", "wbs_id": "WBSObjectId",
    "clndr_id": "CalendarObjectId", "task_code": "Id", "task_name": "Name",
    "target_drtn_hr_cnt": "PlannedDuration", "remain_drtn_hr_cnt": "RemainingDuration",
    "target_start_date": "PlannedStartDate", "target_end_date": "PlannedFinishDate",
    "act_start_date": "ActualStartDate", "act_end_date": "ActualFinishDate",
    "cstr_date": "PrimaryConstraintDate", "cstr_date2": "SecondaryConstraintDate",
    "expect_end_date": "ExpectedFinishDate", "suspend_date": "SuspendDate", "resume_date": "ResumeDate",
    "external_early_start_date": "ExternalEarlyStartDate", "external_late_end_date": "ExternalLateFinishDate",
    "act_work_qty": "ActualLaborUnits", "act_equip_qty": "ActualNonLaborUnits",
    "remain_work_qty": "RemainingLaborUnits", "remain_equip_qty": "RemainingNonLaborUnits",
}  # fmt: skip
_CODED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "task_type": ("Type", _TYPES),
    "status_code": ("Status", _STATUS),
    "complete_pct_type": ("PercentCompleteType", _PERCENT_TYPES),
    "cstr_type": ("PrimaryConstraintType", _CONSTRAINTS),
    "cstr_type2": ("SecondaryConstraintType", _CONSTRAINTS),
}
_RELATION = {
    "task_id": "SuccessorActivityObjectId", "pred_task_id": "PredecessorActivityObjectId",
    "proj_id": "SuccessorProjectObjectId", "pred_proj_id": "PredecessorProjectObjectId", "lag_hr_cnt": "Lag",
}  # fmt: skip
_ASSIGNMENT = {
    "task_id": "ActivityObjectId", "rsrc_id": "ResourceObjectId", "target_cost": "PlannedCost",
    "target_qty": "PlannedUnits", "target_qty_per_hr": "PlannedUnitsPerTime",
    "act_reg_cost": "ActualRegularCost", "act_ot_cost": "ActualOvertimeCost", "remain_cost": "RemainingCost",
}  # fmt: skip
_EXPENSE = {
    "task_id": "ActivityObjectId", "target_cost": "PlannedCost", "act_cost": "ActualCost",
    "remain_cost": "RemainingCost",
}  # fmt: skip
_RESOURCE = {
    "rsrc_id": "ObjectId", "clndr_id": "CalendarObjectId", "rsrc_name": "Name", "rsrc_short_name": "Id",
    "unit_id": "UnitOfMeasureObjectId",
}  # fmt: skip
_RESOURCE_KINDS = {"Labor": "RT_Labor", "Nonlabor": "RT_Equip", "Material": "RT_Mat"}
_CODE_TYPE = {"actv_code_type_id": "ObjectId", "actv_code_type": "Name"}
_CODE_VALUE = {
    "actv_code_id": "ObjectId", "actv_code_type_id": "CodeTypeObjectId", "short_name": "CodeValue",
    "actv_code_name": "Description",
}  # fmt: skip
_CODE = {"actv_code_id": "ValueObjectId", "actv_code_type_id": "TypeObjectId"}
_READ = {
    "Activity", "ActivityCode", "ActivityCodeType", "ActivityExpense", "Calendar", "Code", "Relationship",
    "ResourceAssignment", "ScheduleOptions", "UnitOfMeasure", "WBS",
}  # fmt: skip


def parse_pmxml(path: str, sha256: str, progress: Progress) -> Schedule:
    """Read a P6 XML file; runs in a child process.

    Of several projects the first with activities is read; the others are listed as skipped. The baseline is
    the one that the project names, else its first.

    Raises:
        InputRefused: ``xml_malformed``, ``xml_doctype``, ``xml_encoding``, ``xml_no_schedule``, and what
            ``p6_schedule.build_schedule`` refuses.
    """
    progress("read", 0.0)
    root = read_xml(Path(path), ignore=_NOT_READ)
    progress("tasks", 0.5)
    if root.name != "APIBusinessObjects":
        raise InputRefused(
            "xml_no_schedule",
            f"line {root.line}: the XML starts with <{root.name}> and is no Primavera P6 XML.",
            "Export the project from Primavera P6 as XML.",
            root=root.name,
            line=root.line,
        )
    projects = list(root.each("Project"))
    if not projects:
        raise InputRefused(
            "xml_no_schedule",
            "The Primavera P6 XML holds no project.",
            "Export a project (not only resources or codes) from Primavera P6 as XML.",
            root=root.name,
            line=root.line,
        )
    report = P6Report()
    node = next((project for project in projects if project.child("Activity")), projects[0])
    for other in projects:
        if other is not node:
            count = sum(1 for _ in other.each("Activity"))
            name = other.value("Id") or other.value("Name") or "?"
            report.skip(f"project {name} with {count} activities", "other_project")
    weeks = [_week(calendar, report) for calendar in (*root.each("Calendar"), *node.each("Calendar"))]
    _list_the_rest(root, node, report)
    baseline, baselines = _baseline(root, node, report)
    plan = P6Plan(
        project=_project(node),
        name=node.value("Name") or node.value("Id") or Path(path).stem,
        options=_options(node),
        calendars=resolved({week.id: week for week in weeks}, report),
        wbs=[_wbs(found) for found in node.each("WBS")],
        activities=[_activity(found) for found in node.each("Activity")],
        relations=[_relation(found) for found in node.each("Relationship")],
        assignments=[_row(found, _ASSIGNMENT) for found in node.each("ResourceAssignment")],
        resources=[_resource(found) for found in root.each("Resource")],
        expenses=[_row(found, _EXPENSE) for found in node.each("ActivityExpense")],
        baseline=baseline,
        baselines=baselines,
        units=[
            _row(found, {"unit_id": "ObjectId", "unit_abbrev": "Abbreviation"})
            for found in root.each("UnitOfMeasure")
        ],
        code_types=[
            _row(found, _CODE_TYPE)
            for found in (*root.each("ActivityCodeType"), *node.each("ActivityCodeType"))
        ],
        code_values=[
            _row(found, _CODE_VALUE) for found in (*root.each("ActivityCode"), *node.each("ActivityCode"))
        ],
        codes=[
            _row(code, _CODE, {"task_id": found.value("ObjectId")})
            for found in node.each("Activity")
            for code in found.each("Code")
        ],
        report=report,
    )
    return build_schedule(plan, "pmxml", sha256)


# -- elements as rows --------------------------------------------------------------------------------


def _row(node: XmlNode, columns: Mapping[str, str], more: Mapping[str, str | None] | None = None) -> P6Row:
    values = {column: node.value(name) for column, name in columns.items()} | dict(more or {})
    return P6Row(node.line, {column: text for column, text in values.items() if text is not None})


def _coded(node: XmlNode, name: str, codes: Mapping[str, str]) -> str | None:
    """The XER code of a word; a word without one is passed on, so that it is reported."""
    text = node.value(name)
    return None if text is None else codes.get(text, text)


def _activity(node: XmlNode) -> P6Row:
    more = {column: _coded(node, name, codes) for column, (name, codes) in _CODED.items()}
    more["phys_complete_pct"] = _as_percent(node)
    return _row(node, _ACTIVITY, more)


def _as_percent(node: XmlNode) -> str | None:
    """Percentages are written as shares 0..1."""
    text = node.value("PhysicalPercentComplete")
    try:
        return None if text is None else str(100 * float(text))
    except ValueError:
        return text


def _relation(node: XmlNode) -> P6Row:
    return _row(node, _RELATION, {"pred_type": _coded(node, "Type", _LINKS)})


def _wbs(node: XmlNode) -> P6Row:
    columns = {"wbs_id": "ObjectId", "parent_wbs_id": "ParentObjectId"}
    return _row(node, columns | {"wbs_short_name": "Code", "wbs_name": "Name"})


def _resource(node: XmlNode) -> P6Row:
    return _row(node, _RESOURCE, {"rsrc_type": _coded(node, "ResourceType", _RESOURCE_KINDS)})


def _project(node: XmlNode) -> P6Row:
    limit = node.value("CriticalActivityFloatLimit") or node.value("CriticalActivityFloatThreshold")
    longest = node.value("CriticalActivityPathType") == "Longest Path"
    columns = {
        "proj_id": "ObjectId",
        "clndr_id": "ActivityDefaultCalendarObjectId",
        "plan_start_date": "PlannedStartDate",
        "plan_end_date": "MustFinishByDate",
        "last_recalc_date": "DataDate",
    }
    return _row(
        node,
        columns,
        {"critical_drtn_hr_cnt": limit, "critical_path_type": "CT_DrivPath" if longest else "CT_TotFloat"},
    )


def _options(node: XmlNode) -> P6Row:
    """The scheduling options stand in the project or in an element of their own, by version."""
    found = node.child("ScheduleOptions") or node
    logic = found.value("OutOfSequenceScheduleType")
    return P6Row(
        found.line,
        {
            column: text
            for column, text in {
                "sched_calendar_on_relationship_lag": _coded(
                    found, "RelationshipLagCalendar", _LAG_CALENDARS
                ),
                "sched_float_type": _coded(found, "ComputeTotalFloatType", _FLOATS),
                "sched_use_expect_end_flag": _coded(found, "UseExpectedFinishDates", _YES),
                "sched_lag_early_start_flag": _coded(found, "StartToStartLagCalculationType", _YES),
                "sched_open_critical_flag": _coded(found, "MakeOpenEndedActivitiesCritical", _YES),
                "sched_progress_override": "Y" if logic == "Progress Override" else "N",
                "sched_retained_logic": "Y" if logic in (None, "Retained Logic") else "N",
            }.items()
            if text is not None
        },
    )


# -- baselines ---------------------------------------------------------------------------------------


def _baseline(
    root: XmlNode, project: XmlNode, report: P6Report
) -> tuple[dict[str, P6Row], dict[str, dict[str, P6Row]]]:
    """The activities of the baseline in use by their code, and those of every baseline by its name."""
    own = project.value("ObjectId")
    found = [
        node
        for node in (*root.each("BaselineProject"), *project.each("BaselineProject"))
        if node.value("OriginalProjectObjectId") in (None, own)
    ]
    named = project.value("CurrentBaselineProjectObjectId")
    chosen = next((node for node in found if node.value("ObjectId") == named), found[0] if found else None)
    if chosen is None:
        if named is not None:
            report.skip(f"baseline project {named}", "baseline_not_in_file")
        return {}, {}
    tables = [
        {
            code: row
            for row in (_activity(activity) for activity in node.each("Activity"))
            if (code := row.get("task_code")) is not None
        }
        for node in found
    ]
    names = [node.value("Name") or node.value("Id") or node.value("ObjectId") or "?" for node in found]
    baselines = {
        name if names.count(name) == 1 else f"{name} ({number + 1})": table
        for number, (name, table) in enumerate(zip(names, tables, strict=True))
    }
    return tables[found.index(chosen)], baselines


# -- calendars ---------------------------------------------------------------------------------------


def _week(node: XmlNode, report: P6Report) -> P6Week:
    identity = node.value("ObjectId") or ""
    hours = _row(node, {"hours": "HoursPerDay"}).number("hours")
    week = P6Week(
        id=identity,
        name=node.value("Name") or f"calendar {identity}",
        base=node.value("BaseCalendarObjectId"),
        hours_per_day=hours,
    )
    where = f"calendar {week.name}"
    standard = node.child("StandardWorkWeek")
    for day in () if standard is None else standard.each("StandardWorkHours"):
        name = day.value("DayOfWeek") or ""
        if name in _WEEKDAYS:
            week.week[_WEEKDAYS.index(name)] = _shifts(day, where, report)
        else:
            report.skip(f"{where}, line {day.line}: day '{name}'", "day_type_unknown")
    exceptions = node.child("HolidayOrExceptions")
    for exception in () if exceptions is None else exceptions.each("HolidayOrException"):
        text = exception.value("Date")
        if text is None:
            report.skip(f"{where}, line {exception.line}", "exception_without_period")
            continue
        moment: datetime | None = iso_moment(text)
        if moment is None:
            raise refuse_date(text, f"line {exception.line}", "Date")
        week.days[moment.date()] = _shifts(exception, where, report)
    return week


def _shifts(node: XmlNode, where: str, report: P6Report) -> Shifts:
    return shifts_of(_times(node), where, report)


def _times(node: XmlNode) -> Iterable[tuple[str, str]]:
    for time in node.each("WorkTime"):
        start, finish = time.value("Start"), time.value("Finish")
        if start is not None and finish is not None:
            yield start, _end_of_minute(finish)


def _end_of_minute(text: str) -> str:
    """A shift that ends at 16:00 is written with its last minute, 15:59."""
    minutes = clock_minutes(text)
    if minutes is None or (minutes + 1) % 5:
        return text
    return f"{(minutes + 1) // 60:02d}:{(minutes + 1) % 60:02d}"


# -- what stays behind -------------------------------------------------------------------------------


def _list_the_rest(root: XmlNode, project: XmlNode, report: P6Report) -> None:
    counts = Counter(
        child.name
        for child in (*root.children, *project.children)
        if child.children and child.name not in _READ
    )
    for activity in project.each("Activity"):
        counts.update(child.name for child in activity.children if child.children and child.name not in _READ)
    for name in ("Project", "Resource", "ProjectList", "BaselineProject", "Currency"):
        counts.pop(name, None)
    for name, count in sorted(counts.items()):
        report.skip(f"{count} elements {name}", "element_not_used")
