"""The resources of a plan as IfcConstructionResource, and who works on which task.

A resource of the plan is an entity of its own; each of its assignments is one more of the same class, nested
in it and assigned to the task, because IFC keeps work, usage and costs on the resource. An expense without a
resource is an IfcCostItem.
"""

from __future__ import annotations

from typing import Any

from bim_supervise.report.ifc_plan_writing import PlanWriting, duration_text
from bim_supervise.schedule.details import Assignment, Resource, ResourceKind
from bim_supervise.schedule.read_ifc_resources import ASSIGNMENT, COSTS, RESOURCE
from bim_supervise.schedule.tasks import Skipped, Task

_CLASSES = {
    ResourceKind.LABOUR: "IfcLaborResource",
    ResourceKind.EQUIPMENT: "IfcConstructionEquipmentResource",
    ResourceKind.MATERIAL: "IfcConstructionMaterialResource",
    ResourceKind.COST: "IfcSubContractResource",
}


def write_resources(writing: PlanWriting) -> None:
    """Write the resources of the plan, their calendars and the assignments of every task."""
    known = {one.id: one for one in writing.schedule.resources}
    entities = {one.id: _resource(one, writing) for one in writing.schedule.resources}
    nested: dict[str, list[Any]] = {}
    for task in writing.schedule.tasks:
        workers = []
        for number, one in enumerate(task.assignments):
            key = f"{task.id}/{number}"
            if one.resource is None:
                _expense(task, one, key, writing)
            elif one.resource not in known:
                writing.dropped.append(
                    Skipped(what=f"{task.name}: {one.resource}", reason="resource_unknown")
                )
            else:
                workers.append(_assigned(one, known[one.resource], key, writing))
                nested.setdefault(one.resource, []).append(workers[-1])
        if workers:
            writing.root(
                "IfcRelAssignsToProcess",
                f"resources/{task.id}",
                RelatedObjects=workers,
                RelatingProcess=writing.tasks[task.id],
            )
    for resource, parts in nested.items():
        writing.root(
            "IfcRelNests",
            f"assigned/{resource}",
            RelatingObject=entities[resource],
            RelatedObjects=parts,
        )
    projects = writing.file.by_type("IfcProject")
    if projects and entities:
        writing.root(
            "IfcRelDeclares",
            "resources",
            RelatingContext=projects[0],
            RelatedDefinitions=list(entities.values()),
        )


def _resource(resource: Resource, writing: PlanWriting) -> Any:
    entity = writing.root(
        _CLASSES[resource.kind], f"resource/{resource.id}", Name=resource.name, Identification=resource.id
    )
    writing.properties(entity, f"resource/{resource.id}", RESOURCE, {"Unit": resource.unit})
    if resource.calendar in writing.calendars:
        writing.root(
            "IfcRelAssignsToControl",
            f"calendar/resource/{resource.id}",
            RelatedObjects=[entity],
            RelatingControl=writing.calendars[resource.calendar],
        )
    return entity


def _assigned(assignment: Assignment, resource: Resource, key: str, writing: PlanWriting) -> Any:
    file = writing.file
    entity = writing.root(_CLASSES[resource.kind], f"assigned/{key}", Name=resource.name)
    entity.BaseCosts = _costs(assignment, writing)
    timed = resource.kind is not ResourceKind.MATERIAL and (assignment.units or 0) > 0
    share = assignment.units if timed else None
    if assignment.work_minutes is not None or share is not None:
        entity.Usage = file.create_entity(
            "IfcResourceTime",
            ScheduleWork=None if assignment.work_minutes is None else duration_text(assignment.work_minutes),
            ScheduleUsage=share,
        )
    # A quantity of no stated measure and a share of nothing have no attribute in every schema.
    own = {"Resource": resource.id, "Units": None if share == assignment.units else assignment.units}
    writing.properties(entity, f"assigned/{key}", ASSIGNMENT, own)
    return entity


def _expense(task: Task, assignment: Assignment, key: str, writing: PlanWriting) -> None:
    item = writing.root("IfcCostItem", f"expense/{key}", Name=task.name)
    item.CostValues = _costs(assignment, writing)
    writing.root(
        "IfcRelAssignsToControl",
        f"expense/{key}",
        RelatedObjects=[writing.tasks[task.id]],
        RelatingControl=item,
    )


def _costs(assignment: Assignment, writing: PlanWriting) -> list[Any] | None:
    create = writing.file.create_entity
    return [
        create("IfcCostValue", Category=category, AppliedValue=create("IfcMonetaryMeasure", value))
        for category, name in COSTS.items()
        if (value := getattr(assignment, name)) is not None
    ] or None
