"""A plan as MS Project XML (MSPDI), and what that format cannot hold; pure.

Task, calendar and resource ids that are no whole numbers are numbered anew, because MS Project knows only
numbers; the task's own id then travels in the custom field ``ID_FIELD``, which the reader takes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from xml.etree import ElementTree

from bim_supervise.schedule.details import Assignment, PercentType, Resource, ResourceKind
from bim_supervise.schedule.tasks import (
    Calendar,
    ConstraintType,
    Link,
    LinkType,
    Method,
    Schedule,
    Shifts,
    Skipped,
    Task,
    TaskKind,
)

ID_FIELD = "Activity ID"
"""Alias of the custom field that carries a task's own id."""

_NAMESPACE = "http://schemas.microsoft.com/project"
_TEXT_FIELDS = (*range(188_743_731, 188_743_735), 188_743_737, *range(188_743_740, 188_743_746))
"""Field numbers of Text1 to Text11 as MS Project counts them."""
_CONSTRAINTS = {
    ConstraintType.AS_LATE_AS_POSSIBLE: "1",
    ConstraintType.MUST_START_ON: "2",
    ConstraintType.MUST_FINISH_ON: "3",
    ConstraintType.START_NO_EARLIER_THAN: "4",
    ConstraintType.START_NO_LATER_THAN: "5",
    ConstraintType.FINISH_NO_EARLIER_THAN: "6",
    ConstraintType.FINISH_NO_LATER_THAN: "7",
}
_LINKS = {LinkType.FF: "0", LinkType.FS: "1", LinkType.SF: "2", LinkType.SS: "3"}
_RESOURCES = {
    ResourceKind.MATERIAL: "0",
    ResourceKind.LABOUR: "1",
    ResourceKind.EQUIPMENT: "1",
    ResourceKind.COST: "2",
}


@dataclass(frozen=True, slots=True)
class MspdiText:
    """The document as UTF-8 and the list of what it could not hold."""

    content: bytes
    dropped: tuple[Skipped, ...]


@dataclass(slots=True)
class _Writing:
    schedule: Schedule
    tasks: Mapping[str, str]
    calendars: Mapping[str, str]
    resources: Mapping[str, str]
    fields: Mapping[str, int]
    dropped: list[Skipped] = field(default_factory=list)


def mspdi_text(schedule: Schedule) -> MspdiText:
    """Write a plan as MSPDI.

    Args:
        schedule: the plan; its stored dates are written, nothing is calculated.
    """
    types = {code.type for task in schedule.tasks for code in task.codes}
    ids = _numbers(task.id for task in schedule.tasks)
    renamed = any(new != old for old, new in ids.items())
    names = [*([ID_FIELD] if renamed else []), *sorted(types - {ID_FIELD})]
    writing = _Writing(
        schedule=schedule,
        tasks=ids,
        calendars=_numbers(calendar.id for calendar in schedule.calendars),
        resources=_numbers(resource.id for resource in schedule.resources),
        fields=dict(zip(names, _TEXT_FIELDS, strict=False)),
    )
    writing.dropped.extend(
        Skipped(what=f"codes of type {name}", reason="no_free_custom_field")
        for name in names[len(_TEXT_FIELDS) :]
    )
    if any(code.name for task in schedule.tasks for code in task.codes):
        writing.dropped.append(
            Skipped(what="descriptions of activity codes", reason="code_names_not_in_format")
        )
    if schedule.rules.method is Method.PRIMAVERA:
        writing.dropped.append(Skipped(what="scheduling options", reason="primavera_rules"))
    root = ElementTree.Element("Project", xmlns=_NAMESPACE)
    _head(root, writing)
    _calendars(ElementTree.SubElement(root, "Calendars"), writing)
    rows = ElementTree.SubElement(root, "Tasks")
    incoming: dict[str, list[Link]] = {}
    for link in schedule.links:
        incoming.setdefault(link.successor, []).append(link)
    levels = _levels(schedule.tasks)
    for number, task in enumerate(_in_outline_order(schedule.tasks), start=1):
        _task(rows, task, number, levels[task.id], incoming.get(task.id, ()), writing)
    rows = ElementTree.SubElement(root, "Resources")
    for number, resource in enumerate(schedule.resources, start=1):
        _resource(rows, resource, number, writing)
    rows = ElementTree.SubElement(root, "Assignments")
    number = 0
    for task in schedule.tasks:
        for assignment in task.assignments:
            number += 1
            _assignment(rows, task, assignment, number, writing)
    ElementTree.indent(root, " ")
    content = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return MspdiText(content, tuple(writing.dropped))


def _numbers(ids: Iterable[str]) -> dict[str, str]:
    """Ids as MS Project has them: whole numbers from 1, kept where they are such already."""
    listed = list(ids)
    if all(one.isascii() and one.isdecimal() and str(int(one)) == one and one != "0" for one in listed):
        return {one: one for one in listed}
    return {one: str(number) for number, one in enumerate(listed, start=1)}


def _add(parent: ElementTree.Element, name: str, value: object) -> None:
    if value is not None:
        ElementTree.SubElement(parent, name).text = str(value)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.replace(microsecond=0).isoformat()


def _duration(minutes: int | None) -> str | None:
    return None if minutes is None else f"PT{minutes // 60}H{minutes % 60}M0S"


def _money(amount: float | None) -> str | None:
    return None if amount is None else f"{amount * 100:.2f}".rstrip("0").rstrip(".")


def _head(root: ElementTree.Element, writing: _Writing) -> None:
    schedule = writing.schedule
    _add(root, "SaveVersion", "14")
    _add(root, "Name", schedule.name)
    _add(root, "Title", schedule.name)
    _add(root, "ScheduleFromStart", "1")
    _add(root, "StartDate", _moment(schedule.project_start))
    _add(root, "CalendarUID", writing.calendars.get(schedule.default_calendar, "1"))
    _add(root, "MinutesPerDay", "480")
    _add(root, "MinutesPerWeek", "2400")
    _add(root, "DaysPerMonth", "20")
    _add(root, "NewTasksAreManual", "0")
    _add(root, "StatusDate", _moment(schedule.data_date))
    attributes = ElementTree.SubElement(root, "ExtendedAttributes")
    for name, number in writing.fields.items():
        attribute = ElementTree.SubElement(attributes, "ExtendedAttribute")
        _add(attribute, "FieldID", number)
        _add(attribute, "FieldName", f"Text{_TEXT_FIELDS.index(number) + 1}")
        _add(attribute, "Alias", name)


# -- calendars ---------------------------------------------------------------------------------------


def _calendars(parent: ElementTree.Element, writing: _Writing) -> None:
    for calendar in writing.schedule.calendars:
        node = ElementTree.SubElement(parent, "Calendar")
        _add(node, "UID", writing.calendars[calendar.id])
        _add(node, "Name", calendar.name)
        _add(node, "IsBaseCalendar", "1")
        _add(node, "BaseCalendarUID", "-1")
        _week(ElementTree.SubElement(node, "WeekDays"), calendar)
        if calendar.exceptions:
            _exceptions(ElementTree.SubElement(node, "Exceptions"), calendar)


def _week(parent: ElementTree.Element, calendar: Calendar) -> None:
    for day_type in range(1, 8):
        shifts = calendar.week[(day_type + 5) % 7]
        node = ElementTree.SubElement(parent, "WeekDay")
        _add(node, "DayType", day_type)
        _add(node, "DayWorking", int(bool(shifts)))
        _shifts(node, shifts)


def _exceptions(parent: ElementTree.Element, calendar: Calendar) -> None:
    for exception in calendar.exceptions:
        node = ElementTree.SubElement(parent, "Exception")
        _add(node, "EnteredByOccurrences", "0")
        period = ElementTree.SubElement(node, "TimePeriod")
        _add(period, "FromDate", _moment(datetime.combine(exception.first, time())))
        _add(period, "ToDate", _moment(datetime.combine(exception.last, time(23, 59))))
        _add(node, "Occurrences", (exception.last - exception.first).days + 1)
        _add(node, "Name", exception.name)
        _add(node, "Type", "1")
        _add(node, "DayWorking", int(bool(exception.shifts)))
        _shifts(node, exception.shifts)


def _shifts(parent: ElementTree.Element, shifts: Shifts) -> None:
    if not shifts:
        return
    times = ElementTree.SubElement(parent, "WorkingTimes")
    for start, end in shifts:
        node = ElementTree.SubElement(times, "WorkingTime")
        _add(node, "FromTime", _clock(start))
        _add(node, "ToTime", _clock(end))


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}:00"


# -- tasks -------------------------------------------------------------------------------------------


def _levels(tasks: Iterable[Task]) -> dict[str, int]:
    by_id = {task.id: task for task in tasks}
    levels: dict[str, int] = {}
    for task in by_id.values():
        level, above = 1, task.parent
        while above in by_id and above is not None:
            level, above = level + 1, by_id[above].parent
        levels[task.id] = level
    return levels


def _in_outline_order(tasks: tuple[Task, ...]) -> list[Task]:
    """Parents before their children, in the plan's order otherwise."""
    known = {task.id for task in tasks}
    below: dict[str | None, list[Task]] = {}
    for task in tasks:
        below.setdefault(task.parent if task.parent in known else None, []).append(task)
    ordered: list[Task] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        task = stack.pop()
        ordered.append(task)
        stack.extend(reversed(below.get(task.id, [])))
    return ordered


def _task(
    parent: ElementTree.Element,
    task: Task,
    number: int,
    level: int,
    links: Iterable[Link],
    writing: _Writing,
) -> None:
    node = ElementTree.SubElement(parent, "Task")
    _add(node, "UID", writing.tasks[task.id])
    _add(node, "ID", number)
    _add(node, "Name", task.name)
    _add(node, "Active", "1")
    _add(node, "Manual", int(task.manual))
    _add(node, "Type", "1")
    _add(node, "IsNull", "0")
    _add(node, "WBS", task.wbs)
    _add(node, "OutlineLevel", level)
    _add(node, "Priority", "500")
    _add(node, "Start", _moment(task.start))
    _add(node, "Finish", _moment(task.finish))
    _add(node, "Duration", _duration(task.duration_minutes))
    if task.manual:
        _add(node, "ManualStart", _moment(task.start))
        _add(node, "ManualFinish", _moment(task.finish))
        _add(node, "ManualDuration", _duration(task.duration_minutes))
    _add(node, "DurationFormat", "8" if task.duration_elapsed else "7")
    _add(node, "EffortDriven", "0")
    _add(node, "Milestone", int(task.kind is TaskKind.MILESTONE))
    _add(node, "Summary", int(task.kind is TaskKind.SUMMARY))
    fixed = (task.budget or 0) - sum(one.cost or 0 for one in task.assignments)
    _add(node, "FixedCost", _money(fixed) if fixed > 0.004 else None)
    _add(node, "PercentComplete", _percent(task))
    _add(node, "Cost", _money(task.budget))
    _add(node, "ActualStart", _moment(task.actual_start))
    _add(node, "ActualFinish", _moment(task.actual_finish))
    _add(node, "RemainingDuration", _duration(task.remaining_minutes))
    _constraint(node, task, writing)
    _add(node, "CalendarUID", "-1" if task.calendar is None else writing.calendars[task.calendar])
    _add(node, "Deadline", _moment(task.deadline))
    _add(node, "IgnoreResourceCalendar", "1" if task.calendar is not None else "0")
    _add(
        node,
        "PhysicalPercentComplete",
        None if task.physical_percent is None else round(task.physical_percent),
    )
    for link in links:
        _link(node, link, writing)
    if ID_FIELD in writing.fields:
        _attribute(node, writing.fields[ID_FIELD], task.id)
    for code in task.codes:
        if code.type in writing.fields and code.type != ID_FIELD:
            _attribute(node, writing.fields[code.type], code.value)
    _baselines(node, task, writing)
    _list_dropped(task, writing)


def _percent(task: Task) -> str | None:
    return None if task.percent is None else f"{task.percent:g}"


def _constraint(node: ElementTree.Element, task: Task, writing: _Writing) -> None:
    constraint = task.constraint
    if constraint is None or constraint.type is ConstraintType.AS_SOON_AS_POSSIBLE:
        _add(node, "ConstraintType", "0")
        return
    code = _CONSTRAINTS.get(constraint.type)
    if code is None:
        writing.dropped.append(Skipped(what=f"{task.name}: {constraint.type}", reason="constraint_unknown"))
        _add(node, "ConstraintType", "0")
        return
    _add(node, "ConstraintType", code)
    _add(node, "ConstraintDate", _moment(constraint.at))
    if constraint.also is not None:
        writing.dropped.append(
            Skipped(what=f"{task.name}: {constraint.also.type}", reason="second_constraint")
        )


def _link(node: ElementTree.Element, link: Link, writing: _Writing) -> None:
    tie = ElementTree.SubElement(node, "PredecessorLink")
    _add(tie, "PredecessorUID", writing.tasks[link.predecessor])
    _add(tie, "Type", _LINKS[link.type])
    _add(tie, "CrossProject", "0")
    _add(tie, "LinkLag", link.lag_minutes * 10)
    _add(tie, "LagFormat", "8" if link.lag_elapsed else "7")


def _attribute(node: ElementTree.Element, number: int, value: str) -> None:
    attribute = ElementTree.SubElement(node, "ExtendedAttribute")
    _add(attribute, "FieldID", number)
    _add(attribute, "Value", value)


def _baselines(node: ElementTree.Element, task: Task, writing: _Writing) -> None:
    numbers = {str(number) for number in range(11)}
    in_use = next(
        (
            one
            for one in task.baselines
            if (one.start, one.finish) == (task.baseline_start, task.baseline_finish)
        ),
        None,
    )
    if in_use is None and (task.baseline_start or task.baseline_finish):
        baseline = ElementTree.SubElement(node, "Baseline")
        _add(baseline, "Number", "0")
        _add(baseline, "Start", _moment(task.baseline_start))
        _add(baseline, "Finish", _moment(task.baseline_finish))
    free = iter(sorted(numbers - {one.name for one in task.baselines} - {"0"}, key=int))
    for one in task.baselines:
        name = "0" if one is in_use else one.name if one.name in numbers else next(free, None)
        if name is None:
            writing.dropped.append(
                Skipped(what=f"{task.name}: baseline {one.name}", reason="no_free_baseline")
            )
            continue
        baseline = ElementTree.SubElement(node, "Baseline")
        _add(baseline, "Number", name)
        _add(baseline, "Start", _moment(one.start))
        _add(baseline, "Finish", _moment(one.finish))
        _add(baseline, "Duration", _duration(one.duration_minutes))
        _add(baseline, "Cost", _money(one.cost))


def _list_dropped(task: Task, writing: _Writing) -> None:
    if task.kind is TaskKind.LEVEL_OF_EFFORT:
        writing.dropped.append(Skipped(what=task.name, reason="level_of_effort_as_task"))
    if task.percent_type not in (None, PercentType.DURATION) and task.percent is not None:
        writing.dropped.append(Skipped(what=task.name, reason="percent_as_duration"))
    if task.resumes is not None:
        writing.dropped.append(Skipped(what=task.name, reason="resumption_not_in_format"))
    if task.element_ids:
        writing.dropped.append(Skipped(what=task.name, reason="element_links_not_in_format"))


# -- resources ---------------------------------------------------------------------------------------


def _resource(parent: ElementTree.Element, resource: Resource, number: int, writing: _Writing) -> None:
    node = ElementTree.SubElement(parent, "Resource")
    _add(node, "UID", writing.resources[resource.id])
    _add(node, "ID", number)
    _add(node, "Name", resource.name)
    _add(node, "Type", _RESOURCES[resource.kind])
    _add(node, "IsNull", "0")
    _add(node, "MaterialLabel", resource.unit)
    _add(node, "CalendarUID", writing.calendars.get(resource.calendar or ""))
    _add(node, "IsCostResource", "1" if resource.kind is ResourceKind.COST else None)
    if resource.kind is ResourceKind.EQUIPMENT:
        writing.dropped.append(Skipped(what=resource.name, reason="equipment_as_labour"))


def _assignment(
    parent: ElementTree.Element, task: Task, assignment: Assignment, number: int, writing: _Writing
) -> None:
    node = ElementTree.SubElement(parent, "Assignment")
    _add(node, "UID", number)
    _add(node, "TaskUID", writing.tasks[task.id])
    _add(node, "ResourceUID", writing.resources.get(assignment.resource or "", "-65535"))
    _add(node, "ActualCost", _money(assignment.actual_cost))
    _add(node, "Cost", _money(assignment.cost))
    _add(node, "RemainingCost", _money(assignment.remaining_cost))
    _add(node, "Start", _moment(task.start))
    _add(node, "Finish", _moment(task.finish))
    _add(node, "Units", None if assignment.units is None else f"{assignment.units:g}")
    _add(node, "Work", _duration(assignment.work_minutes))
