"""What the parts of a plan written as IFC share: the file, GlobalIds that stay, property sets."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import ifcopenshell.guid

from bim_supervise.schedule.tasks import Calculation, Schedule, Skipped

_NAMESPACE = uuid.UUID("6f2a5a43-9a6f-5c2b-9b3e-1d2f6c6b7a10")


@dataclass(slots=True)
class PlanWriting:
    """One plan on its way into one IFC file; tasks and calendars by their ids once they are written."""

    file: Any
    schedule: Schedule
    calculation: Calculation | None
    history: Any
    products: Mapping[str, Any] = field(default_factory=dict)
    dropped: list[Skipped] = field(default_factory=list)
    tasks: dict[str, Any] = field(default_factory=dict)
    calendars: dict[str, Any] = field(default_factory=dict)

    def root(self, kind: str, key: str, **values: Any) -> Any:
        """An entity with a GlobalId that is the same each time the same plan is written."""
        identity = ifcopenshell.guid.compress(
            uuid.uuid5(_NAMESPACE, f"{self.schedule.sha256}/{kind}/{key}").hex
        )
        return self.file.create_entity(kind, GlobalId=identity, OwnerHistory=self.history, **values)

    def properties(self, owner: Any, key: str, name: str, values: Mapping[str, Any]) -> None:
        """A property set ``name`` on ``owner`` with what is not None; none at all when nothing is left."""
        rows = [
            self.file.create_entity(
                "IfcPropertySingleValue", Name=each, NominalValue=self.file.create_entity(_type(value), value)
            )
            for each, value in values.items()
            if value is not None
        ]
        if rows:
            own = self.root("IfcPropertySet", f"{key}/{name}", Name=name, HasProperties=rows)
            self.root(
                "IfcRelDefinesByProperties",
                f"{key}/{name}",
                RelatedObjects=[owner],
                RelatingPropertyDefinition=own,
            )


def _type(value: Any) -> str:
    return "IfcBoolean" if isinstance(value, bool) else "IfcReal" if isinstance(value, float) else "IfcText"


def moment_text(moment: datetime) -> str:
    """A wall time as IfcDateTime, to the second."""
    return moment.replace(microsecond=0).isoformat()


def duration_text(minutes: int) -> str:
    """Minutes as IfcDuration in hours and minutes."""
    sign = "-" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}PT{hours}H{rest}M" if rest else f"{sign}PT{hours}H"
