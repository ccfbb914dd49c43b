"""IfcConstructionResource: the resources of a plan, and who works on which task at what cost.

A plan written by this software holds each resource once and, nested in it, one entity for each assignment; in
plans of other tools the resource itself is assigned to the task. Costs are read where their category says
whose sum they are; a rate is no cost of the task.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bim_supervise.schedule.details import Assignment, Resource, ResourceKind
from bim_supervise.schedule.read_ifc_parts import IfcReading, minutes_of, properties_of
from bim_supervise.schedule.tasks import Skipped

RESOURCE = "BimSupervise_Resource"
ASSIGNMENT = "BimSupervise_Assignment"
"""Names of the property sets on a resource and on one of its assignments."""
COSTS = {"Budget": "cost", "Actual": "actual_cost", "Remaining": "remaining_cost"}
"""Which field of an assignment the category of an IfcCostValue fills."""
_KINDS = {
    "IfcLaborResource": ResourceKind.LABOUR,
    "IfcCrewResource": ResourceKind.LABOUR,
    "IfcConstructionEquipmentResource": ResourceKind.EQUIPMENT,
    "IfcConstructionMaterialResource": ResourceKind.MATERIAL,
    "IfcConstructionProductResource": ResourceKind.MATERIAL,
    "IfcSubContractResource": ResourceKind.COST,
}


def read_resources(
    file: Any, reading: IfcReading
) -> tuple[tuple[Resource, ...], dict[int, list[Assignment]]]:
    """The resources of the file, and the assignments of each task by its instance number.

    Raises:
        InputRefused: ``duration_invalid`` with the instance's number.
    """
    every = sorted(file.by_type("IfcConstructionResource"), key=lambda one: one.id())
    entities = [one for one in every if not properties_of(one, ASSIGNMENT)]
    uses = Counter(one.Identification for one in entities)
    names = {
        one.id(): one.Identification if one.Identification and uses[one.Identification] == 1 else one.GlobalId
        for one in entities
    }
    resources = tuple(_resource(one, names[one.id()], reading) for one in entities)
    found: dict[int, dict[int, Assignment]] = {}
    for task, entity in (*_workers(file), *_expenses(file)):
        found.setdefault(task.id(), {})[entity.id()] = _assignment(entity, names, reading)
    # Instance numbers keep the order in which a plan was written, resources and expenses alike.
    return resources, {task: [rows[one] for one in sorted(rows)] for task, rows in found.items()}


def _resource(entity: Any, name: str, reading: IfcReading) -> Resource:
    unit = properties_of(entity, RESOURCE).get("Unit")
    return Resource(
        id=name,
        name=entity.Name or name,
        kind=_KINDS.get(entity.is_a(), ResourceKind.LABOUR),
        unit=unit if isinstance(unit, str) else None,
        calendar=reading.calendar_of.get(entity.id()),
    )


def _workers(file: Any) -> Iterator[tuple[Any, Any]]:
    for relation in file.by_type("IfcRelAssignsToProcess"):
        if relation.RelatingProcess.is_a("IfcTask"):
            for item in relation.RelatedObjects:
                if item.is_a("IfcConstructionResource"):
                    yield relation.RelatingProcess, item


def _expenses(file: Any) -> Iterator[tuple[Any, Any]]:
    for relation in file.by_type("IfcRelAssignsToControl"):
        control = relation.RelatingControl
        # Other cost items are those of a bill of quantities, which comes in with the model.
        if control.is_a("IfcCostItem") and any(one.Category in COSTS for one in control.CostValues or ()):
            for item in relation.RelatedObjects:
                if item.is_a("IfcTask"):
                    yield item, control


def _assignment(entity: Any, names: dict[int, str], reading: IfcReading) -> Assignment:
    what = f"#{entity.id()} {entity.Name or ''}".strip()
    expense = entity.is_a("IfcCostItem")
    costs = _costs(entity.CostValues if expense else entity.BaseCosts, what, reading)
    if expense:
        return Assignment(resource=None, **costs)
    own = properties_of(entity, ASSIGNMENT)
    usage = entity.Usage
    share = getattr(usage, "ScheduleUsage", None)
    work = reading.work_time(reading.calendar_of.get(entity.id()))
    return Assignment(
        resource=own["Resource"] if isinstance(own.get("Resource"), str) else names.get(entity.id()),
        units=own["Units"] if isinstance(own.get("Units"), float) else share,
        work_minutes=minutes_of(usage, "ScheduleWork", False, work, (None, None), what, reading),
        **costs,
    )


def _costs(values: Any, what: str, reading: IfcReading) -> dict[str, Any]:
    costs: dict[str, Any] = {}
    for value in values or ():
        name = COSTS.get(value.Category or "")
        amount = getattr(value.AppliedValue, "wrappedValue", None)
        if name is None or value.UnitBasis is not None or not isinstance(amount, int | float):
            reading.skipped.append(Skipped(what=what, reason="cost_value_not_used"))
        else:
            costs[name] = costs.get(name, 0.0) + float(amount)
    return costs
