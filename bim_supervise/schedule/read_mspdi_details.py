"""Resources, assignments, codes and baselines of MS Project XML. Costs are written in hundredths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bim_supervise.schedule.details import ActivityCode, Assignment, Baseline, Resource, ResourceKind
from bim_supervise.schedule.read_xml import XmlNode
from bim_supervise.schedule.values import iso_duration, iso_moment

_KINDS = {"0": ResourceKind.MATERIAL, "1": ResourceKind.LABOUR, "2": ResourceKind.COST}
_NOBODY = ("-65535", "-65536", None)
"""How MS Project writes that an assignment has no resource."""


def read_resources(project: XmlNode) -> tuple[Resource, ...]:
    """The named resources of the project."""
    container = project.child("Resources")
    return tuple(
        Resource(
            id=node.value("UID") or "",
            name=name,
            kind=ResourceKind.COST
            if node.value("IsCostResource") in ("1", "true")
            else _KINDS.get(node.value("Type") or "1", ResourceKind.LABOUR),
            unit=node.value("MaterialLabel"),
            calendar=_calendar(node),
        )
        for node in (() if container is None else container.each("Resource"))
        if (name := node.value("Name")) is not None and node.value("IsNull") not in ("1", "true")
    )


def _calendar(node: XmlNode) -> str | None:
    uid = node.value("CalendarUID")
    return None if uid in ("-1", None) else uid


def read_assignments(project: XmlNode) -> dict[str, list[Assignment]]:
    """Assignments by the UID of their task; placeholders without a resource and a cost are left out."""
    found: dict[str, list[Assignment]] = {}
    container = project.child("Assignments")
    for node in () if container is None else container.each("Assignment"):
        uid = node.value("ResourceUID")
        resource = None if uid in _NOBODY else uid
        cost = _money(node, "Cost")
        if resource is None and not cost:
            continue
        found.setdefault(node.value("TaskUID") or "", []).append(
            Assignment(
                resource=resource,
                units=_real(node, "Units"),
                work_minutes=_minutes(node, "Work"),
                cost=cost,
                actual_cost=_money(node, "ActualCost"),
                remaining_cost=_money(node, "RemainingCost"),
            )
        )
    return found


def code_names(project: XmlNode) -> Mapping[str, str]:
    """What the plan calls each of its custom fields, by field number."""
    container = project.child("ExtendedAttributes")
    return {
        number: node.value("Alias") or node.value("FieldName") or number
        for node in (() if container is None else container.each("ExtendedAttribute"))
        if (number := node.value("FieldID")) is not None
    }


def codes_of(task: XmlNode, names: Mapping[str, str]) -> tuple[ActivityCode, ...]:
    """The custom fields of a task that hold something."""
    return tuple(
        ActivityCode(type=names.get(number, number), value=value)
        for node in task.each("ExtendedAttribute")
        if (number := node.value("FieldID")) is not None and (value := node.value("Value")) is not None
    )


def baselines_of(task: XmlNode) -> tuple[Baseline, ...]:
    """All baselines of a task that hold a date."""
    return tuple(_baselines(task))


def _baselines(task: XmlNode) -> Iterable[Baseline]:
    for node in task.each("Baseline"):
        start, finish = _moment(node, "Start"), _moment(node, "Finish")
        if start is not None or finish is not None:
            yield Baseline(
                name=node.value("Number") or "0",
                start=start,
                finish=finish,
                duration_minutes=_minutes(node, "Duration"),
                cost=_money(node, "Cost"),
            )


def _moment(node: XmlNode, name: str) -> datetime | None:
    text = node.value(name)
    return None if text in (None, "NA") else iso_moment(text or "")


def _minutes(node: XmlNode, name: str) -> int | None:
    text = node.value(name)
    span = None if text is None else iso_duration(text)
    return None if span is None else span.minutes


def _real(node: XmlNode, name: str) -> float | None:
    try:
        return float(node.value(name) or "")
    except ValueError:
        return None


def _money(node: XmlNode, name: str) -> float | None:
    value = _real(node, name)
    return None if value is None else round(value / 100, 6)
