"""How IFC2X3 and IFC4 (and 4X3) say the same about times, tasks and approvals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bim_supervise.report.results import TaskResult

_LABEL = 255


def label(text: str | None) -> str | None:
    """A text as an IfcLabel or IfcIdentifier, which hold 255 characters."""
    return text if text is None or len(text) <= _LABEL else text[: _LABEL - 1] + "…"


class Ifc4:
    """IFC4 and IFC4X3: moments are ISO 8601 texts, a task carries its own times."""

    moment_type = "IfcDateTime"

    def __init__(self, file: Any) -> None:
        self.file = file

    def moment(self, moment: datetime | None) -> Any:
        """A moment as an attribute takes it."""
        return None if moment is None else moment.isoformat()

    def work_schedule(self, start: datetime) -> dict[str, Any]:
        """The attributes of a work schedule of what has happened."""
        return {
            "Identification": "bim-supervise",
            "CreationDate": self.moment(start),
            "StartTime": self.moment(start),
            "PredefinedType": "ACTUAL",
        }

    def task(self, task: TaskResult) -> dict[str, Any]:
        """The attributes of a new task."""
        return {"Identification": label(task.wbs or task.id), "PredefinedType": "CONSTRUCTION"}

    def times(self, task: Any, plan: Any, root: Any) -> Any:
        """The times of a task to write into, nobody else's; made where it has none."""
        del plan, root
        times = task.TaskTime
        if times is None:
            times = self.file.create_entity("IfcTaskTime", DataOrigin="MEASURED", DurationType="WORKTIME")
        elif self.file.get_total_inverses(times) > 1:
            info = times.get_info(include_identifier=False)
            times = self.file.create_entity(info.pop("type"), **info)
        task.TaskTime = times
        return times

    def approval(self, *, actor: tuple[str, str] | None, at: datetime | None, **said: str | None) -> Any:
        """An approval; ``said`` has ``identifier name description status level qualifier``."""
        giving = None
        if actor is not None:
            person = self.file.create_entity("IfcPerson", label(actor[0]), label(actor[1]))
            giving = person
        return self.file.create_entity(
            "IfcApproval",
            Identifier=label(said["identifier"]),
            Name=label(said["name"]),
            Description=said["description"],
            TimeOfApproval=self.moment(at),
            Status=label(said["status"]),
            Level=said["level"],
            Qualifier=said["qualifier"],
            GivingApproval=giving,
        )

    def identifier_of(self, approval: Any) -> str:
        """The identifier of an approval."""
        return approval.Identifier or ""

    def relate(self, gate: Any, signed: list[Any]) -> None:
        """Tie sign-offs to the gate that they opened or kept shut."""
        self.file.create_entity(
            "IfcApprovalRelationship",
            Name="signs",
            RelatingApproval=gate,
            RelatedApprovals=signed,
        )

    def request(self, identity: str) -> dict[str, Any]:
        """The attributes of a request for action."""
        return {
            "ObjectType": "NONCONFORMANCE",
            "PredefinedType": "USERDEFINED",
            "Identification": label(identity),
        }


class Ifc2x3(Ifc4):
    """IFC2X3: moments are entities, times are controls that are assigned to a task."""

    moment_type = "IfcLabel"

    def moment(self, moment: datetime | None) -> Any:
        """A moment as an entity of date and time."""
        if moment is None:
            return None
        return self.file.create_entity(
            "IfcDateAndTime",
            self.file.create_entity("IfcCalendarDate", moment.day, moment.month, moment.year),
            self.file.create_entity("IfcLocalTime", moment.hour, moment.minute, float(moment.second)),
        )

    def work_schedule(self, start: datetime) -> dict[str, Any]:
        """The attributes of a work schedule of what has happened."""
        return {
            "Identifier": "bim-supervise",
            "CreationDate": self.moment(start),
            "StartTime": self.moment(start),
            "WorkControlType": "ACTUAL",
        }

    def task(self, task: TaskResult) -> dict[str, Any]:
        """The attributes of a new task."""
        return {"TaskId": label(task.wbs or task.id)}

    def times(self, task: Any, plan: Any, root: Any) -> Any:
        """The times of a task to write into; made and assigned where it has none."""
        assigned = None
        for relation in task.HasAssignments or ():
            if relation.is_a("IfcRelAssignsTasks"):
                assigned = relation
                own = relation.TimeForTask
                if own is not None and len(own.ScheduleTimeControlAssigned) == 1:
                    return own
        times = root("IfcScheduleTimeControl", f"times/{task.GlobalId}")
        if assigned is not None:
            assigned.TimeForTask = times
        else:
            root(
                "IfcRelAssignsTasks",
                f"times-of/{task.GlobalId}",
                RelatedObjects=[task],
                RelatingControl=plan,
                TimeForTask=times,
            )
        return times

    def approval(self, *, actor: tuple[str, str] | None, at: datetime | None, **said: str | None) -> Any:
        """An approval; the one who gave it stands beside it in a relationship."""
        approval = self.file.create_entity(
            "IfcApproval",
            Description=said["description"],
            ApprovalDateTime=self.moment(at),
            ApprovalStatus=label(said["status"]),
            ApprovalLevel=label(said["level"]),
            ApprovalQualifier=said["qualifier"],
            Name=label(said["name"]),
            Identifier=label(said["identifier"]),
        )
        if actor is not None:
            self.file.create_entity(
                "IfcApprovalActorRelationship",
                Actor=self.file.create_entity("IfcPerson", label(actor[0]), label(actor[1])),
                Approval=approval,
                Role=self.file.create_entity("IfcActorRole", "USERDEFINED", label(said["level"])),
            )
        return approval

    def relate(self, gate: Any, signed: list[Any]) -> None:
        """Tie sign-offs to the gate that they opened or kept shut."""
        for one in signed:
            self.file.create_entity(
                "IfcApprovalRelationship", RelatedApproval=one, RelatingApproval=gate, Name="signs"
            )

    def request(self, identity: str) -> dict[str, Any]:
        """The attributes of a request for action."""
        return {"ObjectType": "NONCONFORMANCE", "RequestID": label(identity)}


def dialect_of(file: Any) -> Ifc4:
    """The dialect of an open file."""
    return Ifc2x3(file) if file.schema == "IFC2X3" else Ifc4(file)
