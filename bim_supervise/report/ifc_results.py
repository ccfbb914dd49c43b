"""Results written into a copy of a model: actual dates, status, gates, sign-offs and non-conformances.

A task that the model has is updated where it stands, others are added under a work schedule of what has
happened. Each gate is an ``IfcApproval`` of its task and elements, each sign-off one more that is related to
it; each non-conformance is an ``IfcActionRequest`` assigned to what it names. Property sets
``BimSupervise_*`` say the rest. What an earlier export of the same project wrote is replaced, so that writing
twice is writing once.

Runs in a child process: the model comes from outside, and the library that opens it is not ours.
"""

from __future__ import annotations

import json
import time as clock
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.guid

from bim_supervise import __version__
from bim_supervise.core.child import Progress
from bim_supervise.model.read_source import read_source
from bim_supervise.report.ifc_dialects import Ifc4, dialect_of, label
from bim_supervise.report.results import (
    ElementResult,
    GateRow,
    NonConformance,
    Results,
    SignOffRow,
    TaskResult,
    Written,
)

PROJECT_SET = "BimSupervise_Results"
TASK_SET = "BimSupervise_TaskResult"
ELEMENT_SET = "BimSupervise_ElementResult"
CASE_SET = "BimSupervise_NonConformance"
_OWN_SETS = frozenset({PROJECT_SET, TASK_SET, ELEMENT_SET, CASE_SET})
_APPROVALS = "bim-supervise:"
_NAMESPACE = uuid.UUID("5d7f1c0e-7a55-5b63-9f0b-6f8f2f5f0c11")
STARTED, COMPLETED = "Started", "Completed"


def write_results_in_child(
    source: str, target: str, work_folder: str, results: Results, progress: Progress
) -> Written:
    """Write ``results`` into a copy of the model ``source`` (IFC or ifcZIP) at ``target``.

    Raises:
        InputRefused: what ``model.read_source`` refuses.
    """
    progress("open", 0.0)
    file = ifcopenshell.open(str(read_source(Path(source), Path(work_folder)).path))
    progress("open", 1.0)
    writing = _Writing(file, results)
    steps = (
        writing.forget,
        writing.project,
        writing.tasks,
        writing.gates,
        writing.cases,
        writing.elements,
    )
    for number, step in enumerate(steps):
        progress("write", number / len(steps))
        step()
    file.write(target)
    progress("write", 1.0)
    return writing.written()


class _Writing:
    def __init__(self, file: Any, results: Results) -> None:
        self._file = file
        self._results = results
        self._say: Ifc4 = dialect_of(file)
        self._history = self._own_history()
        self._products = {item.GlobalId: item for item in file.by_type("IfcProduct")}
        self._tasks: dict[str, Any] = {}
        self._known_tasks = {item.GlobalId: item for item in file.by_type("IfcTask")}
        self._plan: Any = None
        self._updated = self._added = self._approvals = 0
        self._absent: set[str] = set()

    def written(self) -> Written:
        return Written(
            schema=self._file.schema,
            tasks_updated=self._updated,
            tasks_added=self._added,
            approvals=self._approvals,
            non_conformances=len(self._results.non_conformances),
            elements=sum(item.global_id in self._products for item in self._results.elements),
            absent=sorted(self._absent),
        )

    # -- what was there ------------------------------------------------------------------------------

    def forget(self) -> None:
        """Remove what an earlier export wrote; its tasks stay and are updated."""
        file = self._file
        gone: list[Any] = []
        for approval in file.by_type("IfcApproval"):
            if self._say.identifier_of(approval).startswith(_APPROVALS):
                gone += [*(user for user in file.get_inverse(approval)), approval]
        for item in file.by_type("IfcPropertySet"):
            if item.Name in _OWN_SETS:
                gone += [user for user in file.get_inverse(item) if user.is_a("IfcRelDefinesByProperties")]
                gone += [part for row in item.HasProperties for part in (*_parts(row), row)]
                gone.append(item)
        for item in file.by_type("IfcActionRequest"):
            if item.GlobalId == self._identity("case", item.Name or ""):
                gone += [user for user in file.get_inverse(item) if user.is_a("IfcRelAssigns")]
                gone.append(item)
        for one in {item.id(): item for item in gone}.values():
            file.remove(one)

    def _own_history(self) -> Any:
        file = self._file
        application = next(
            (
                item
                for item in file.by_type("IfcApplication")
                if (item.ApplicationIdentifier, item.Version) == ("bim-supervise", __version__)
            ),
            None,
        )
        owner = next(
            (
                item
                for item in file.by_type("IfcPersonAndOrganization")
                if item.TheOrganization.Name == "bim-supervise"
            ),
            None,
        )
        if owner is None:
            owner = file.create_entity(
                "IfcPersonAndOrganization",
                file.create_entity("IfcPerson", FamilyName="bim-supervise"),
                file.create_entity("IfcOrganization", Name="bim-supervise"),
            )
        if application is None:
            application = file.create_entity(
                "IfcApplication", owner.TheOrganization, __version__, "bim-supervise", "bim-supervise"
            )
        return file.create_entity(
            "IfcOwnerHistory",
            OwningUser=owner,
            OwningApplication=application,
            ChangeAction="ADDED",
            LastModifiedDate=int(clock.time()),
            CreationDate=int(clock.time()),
        )

    # -- building blocks -----------------------------------------------------------------------------

    def _identity(self, kind: str, key: str) -> str:
        found: str = ifcopenshell.guid.compress(
            uuid.uuid5(_NAMESPACE, f"{self._results.project}/{kind}/{key}").hex
        )
        return found

    def _root(self, kind: str, key: str, **values: Any) -> Any:
        """A new entity whose GlobalId is the same each time the same project is written."""
        return self._file.create_entity(
            kind, GlobalId=self._identity(kind, key), OwnerHistory=self._history, **values
        )

    def _values(self, values: Mapping[str, Any]) -> list[Any]:
        """Properties of the values that are known."""
        file, made = self._file, []
        for name, value in values.items():
            if value is None or value == () or value == []:
                continue
            if isinstance(value, dict):
                inner = self._values(value["values"])
                made.append(
                    file.create_entity(
                        "IfcComplexProperty", Name=name, UsageName=value["usage"], HasProperties=inner
                    )
                )
            elif isinstance(value, list | tuple):
                texts = [file.create_entity("IfcText", str(item)) for item in value]
                made.append(file.create_entity("IfcPropertyListValue", Name=name, ListValues=texts))
            else:
                made.append(
                    file.create_entity("IfcPropertySingleValue", Name=name, NominalValue=self._single(value))
                )
        return made

    def _single(self, value: Any) -> Any:
        file = self._file
        if isinstance(value, bool):
            return file.create_entity("IfcBoolean", value)
        if isinstance(value, int):
            return file.create_entity("IfcInteger", value)
        if isinstance(value, float):
            return file.create_entity("IfcReal", value)
        if isinstance(value, datetime):
            return file.create_entity(self._say.moment_type, value.isoformat())
        if isinstance(value, date):
            return file.create_entity("IfcLabel", value.isoformat())
        return file.create_entity("IfcText", str(value))

    def _property_set(self, name: str, key: str, objects: Sequence[Any], values: Mapping[str, Any]) -> None:
        rows = self._values(values)
        if not rows or not objects:
            return
        made = self._root("IfcPropertySet", f"{name}/{key}", Name=name, HasProperties=rows)
        self._root(
            "IfcRelDefinesByProperties",
            f"{name}/{key}",
            RelatedObjects=list(objects),
            RelatingPropertyDefinition=made,
        )

    def _found(self, elements: Iterable[str]) -> list[Any]:
        found = []
        for key in elements:
            if key in self._products:
                found.append(self._products[key])
            else:
                self._absent.add(key)
        return found

    # -- the parts -----------------------------------------------------------------------------------

    def project(self) -> None:
        results = self._results
        self._property_set(
            PROJECT_SET,
            "project",
            self._file.by_type("IfcProject")[:1],
            {
                "Project": results.project_name,
                "AsOf": results.as_of,
                "TimeZone": results.timezone,
                "ModelSha256": results.model_sha256,
                "LedgerEntries": results.ledger_entries,
                "LedgerHead": results.ledger_head,
                "Software": f"bim-supervise {__version__}",
            },
        )

    def tasks(self) -> None:
        for task in self._results.tasks:
            own = self._identity("IfcTask", task.id)
            entity = self._known_tasks.get(task.id) or self._known_tasks.get(own)
            if entity is None:
                entity = self._root(
                    "IfcTask",
                    task.id,
                    Name=label(task.name or task.id),
                    IsMilestone=task.milestone,
                    **self._say.task(task),
                )
                self._added += 1
            else:
                self._updated += 1
            self._tasks[task.id] = entity
        self._place_new()
        gates: dict[str, list[GateRow]] = defaultdict(list)
        for gate in self._results.gates:
            gates[gate.task or ""].append(gate)
        tied = self._tied()
        for task in self._results.tasks:
            entity = self._tasks[task.id]
            self._times(entity, task)
            self._property_set(TASK_SET, task.id, [entity], _task_values(task, gates[task.id]))
            for product in self._found(task.elements):
                if (entity.id(), product.id()) not in tied:
                    self._root(
                        "IfcRelAssignsToProduct",
                        f"{task.id}/{product.GlobalId}",
                        RelatedObjects=[entity],
                        RelatingProduct=product,
                    )

    def _place_new(self) -> None:
        """Put added tasks below their summary, or below the schedule of what has happened."""
        below: dict[str | None, list[Any]] = defaultdict(list)
        for task in self._results.tasks:
            entity = self._tasks[task.id]
            if entity.GlobalId not in self._known_tasks:
                below[task.parent if task.parent in self._tasks else None].append(entity)
        for parent, children in below.items():
            if parent is not None:
                self._root(
                    "IfcRelNests",
                    f"below/{parent}",
                    RelatingObject=self._tasks[parent],
                    RelatedObjects=children,
                )
            else:
                self._root(
                    "IfcRelAssignsToControl", "top", RelatedObjects=children, RelatingControl=self._schedule()
                )

    def _schedule(self) -> Any:
        """The schedule of what has happened; made when it is first needed."""
        if self._plan is None:
            identity = self._identity("IfcWorkSchedule", "actual")
            self._plan = next(
                (item for item in self._file.by_type("IfcWorkSchedule") if item.GlobalId == identity), None
            )
        if self._plan is None:
            self._plan = self._root(
                "IfcWorkSchedule",
                "actual",
                Name=label(self._results.project_name),
                **self._say.work_schedule(self._results.as_of),
            )
            projects = self._file.by_type("IfcProject")
            if projects and self._file.schema != "IFC2X3":
                self._root(
                    "IfcRelDeclares", "actual", RelatingContext=projects[0], RelatedDefinitions=[self._plan]
                )
        return self._plan

    def _tied(self) -> set[tuple[int, int]]:
        """Pairs of task and product that the file ties already."""
        found = set()
        for relation in self._file.by_type("IfcRelAssignsToProduct"):
            found |= {(item.id(), relation.RelatingProduct.id()) for item in relation.RelatedObjects}
        for relation in self._file.by_type("IfcRelAssignsToProcess"):
            found |= {(relation.RelatingProcess.id(), item.id()) for item in relation.RelatedObjects}
        return found

    def _times(self, entity: Any, task: TaskResult) -> None:
        say = self._say
        if task.actual_finish is not None:
            entity.Status = COMPLETED
        elif task.actual_start is not None or task.percent:
            entity.Status = STARTED
        known = {
            "ActualStart": task.actual_start,
            "ActualFinish": task.actual_finish,
            "ScheduleStart": task.planned_start,
            "ScheduleFinish": task.planned_finish,
        }
        if not any(known.values()) and not task.percent:
            return
        times = say.times(entity, None if self._file.schema != "IFC2X3" else self._schedule(), self._root)
        for name, moment in known.items():
            observed = name.startswith("Actual")
            # A planned date that the model has stays; an actual one is what is known now, or nothing.
            if observed or (moment is not None and getattr(times, name) is None):
                setattr(times, name, say.moment(moment))
        times.StatusTime = say.moment(self._results.as_of)
        # A ratio in IFC is greater than zero: that nothing is done is what the property set says.
        times.Completion = min(1.0, task.percent / 100) if task.percent else None

    def gates(self) -> None:
        signed: dict[str, list[SignOffRow]] = defaultdict(list)
        for row in self._results.sign_offs:
            signed[row.checkpoint].append(row)
        for gate in self._results.gates:
            approval = self._say.approval(
                actor=None,
                at=gate.released_at or (self._results.as_of if self._file.schema == "IFC2X3" else None),
                identifier=f"{_APPROVALS}gate:{gate.id}",
                name=f"{gate.id} {gate.title}",
                description="\n".join(gate.missing) or None,
                status=gate.state.upper(),
                level=gate.control,
                qualifier=f"{gate.kind} {gate.boundary} {gate.rule}",
            )
            self._approvals += 1
            objects = self._found(gate.elements)
            if gate.task in self._tasks:
                objects.append(self._tasks[gate.task])
            self._associate(f"gate/{gate.id}", approval, objects)
            made = [self._sign_off(row, objects) for row in signed[gate.id]]
            if made:
                self._say.relate(approval, made)

    def _sign_off(self, row: SignOffRow, objects: Sequence[Any]) -> Any:
        approval = self._say.approval(
            actor=(row.signer, row.signer_name),
            at=row.at,
            identifier=f"{_APPROVALS}{row.sequence}:{row.hash}",
            name=f"{row.checkpoint} · {row.sequence}",
            description=row.reason,
            status="APPROVED" if row.decision == "accept" else "REJECTED",
            level=row.capacity,
            qualifier=row.standing,
        )
        self._approvals += 1
        self._associate(f"entry/{row.sequence}", approval, objects)
        return approval

    def _associate(self, key: str, approval: Any, objects: Sequence[Any]) -> None:
        if objects:
            self._root(
                "IfcRelAssociatesApproval", key, RelatedObjects=list(objects), RelatingApproval=approval
            )

    def cases(self) -> None:
        for case in self._results.non_conformances:
            request = self._file.create_entity(
                "IfcActionRequest",
                GlobalId=self._identity("case", case.id),
                OwnerHistory=self._history,
                Name=label(case.id),
                Description=case.text or None,
                **self._say.request(case.id),
            )
            if hasattr(request, "Status"):
                request.Status = label(case.state)
            objects = [*self._found(case.elements)]
            objects += [self._tasks[name] for name in case.tasks if name in self._tasks]
            if objects:
                self._root(
                    "IfcRelAssignsToControl",
                    f"case/{case.id}",
                    RelatedObjects=objects,
                    RelatingControl=request,
                )
            self._property_set(CASE_SET, case.id, [request], _case_values(case))

    def elements(self) -> None:
        """One property set for all elements of which the same is known."""
        groups: dict[str, tuple[dict[str, Any], list[Any]]] = {}
        for element in self._results.elements:
            values = _element_values(element)
            known = {name: value for name, value in values.items() if value not in (None, [], ())}
            if not known:
                continue
            key = json.dumps(known, default=str, ensure_ascii=False)
            groups.setdefault(key, (known, []))[1].extend(self._found([element.global_id]))
        for key, (values, objects) in groups.items():
            self._property_set(ELEMENT_SET, key, objects, values)


def _parts(row: Any) -> list[Any]:
    return list(row.HasProperties) if row.is_a("IfcComplexProperty") else []


def _task_values(task: TaskResult, gates: Sequence[GateRow]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "Id": task.id,
        "ActualStart": task.actual_start,
        "ActualFinish": task.actual_finish,
        "Percent": task.percent,
        "PercentBasis": task.percent_basis,
        "StartGate": task.start_gate,
        "FinishGate": task.finish_gate,
        "StoppedBy": task.stopped_by,
    }
    for gate in gates:
        values[f"Gate {gate.id}"] = {
            "usage": "gate",
            "values": {
                "State": gate.state,
                "Outcome": gate.outcome,
                "Boundary": gate.boundary,
                "Control": gate.control,
                "Rule": gate.rule,
                "ReleasedAt": gate.released_at,
                "Missing": list(gate.missing),
            },
        }
    return values


def _case_values(case: NonConformance) -> dict[str, Any]:
    return {
        "Id": case.id,
        "Title": case.title,
        "State": case.state,
        "Author": case.author,
        "OpenedAt": case.opened_at,
        "EndedAt": case.ended_at,
        "Due": case.due,
    }


def _element_values(element: ElementResult) -> dict[str, Any]:
    return {
        "Life": element.life,
        "DeliveredAt": element.delivered_at,
        "InstalledAt": element.installed_at,
        "Inspection": element.inspection,
        "Gate": element.gate,
        "Gates": list(element.gates),
        "NonConformances": list(element.non_conformances),
        "OpenNonConformances": element.open_non_conformances if element.non_conformances else None,
    }
