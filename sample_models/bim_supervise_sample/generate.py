"""Makes the sample model: ``python -m bim_supervise_sample.generate [--out FILE]``.

The same code gives the same bytes: names decide the GlobalIds, no clock is read, and sets are written in
the order of their entities.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.api.owner.settings
import ifcopenshell.api.project

from bim_supervise_sample.history import write_history
from bim_supervise_sample.ids import global_id
from bim_supervise_sample.ifc_building import BuildingWriter
from bim_supervise_sample.ifc_plan import CREATED, PlanWriter
from bim_supervise_sample.ifc_shapes import Entity
from bim_supervise_sample.paths import history_path, model_path

SETS = (
    "RelatedObjects",
    "RelatedElements",
    "RelatedDefinitions",
    "HasProperties",
    "RelatedBuildings",
)
"""Attributes that are sets in the schema: their order means nothing, so it is made the same every time."""


def build() -> ifcopenshell.file:
    """The sample model, in memory."""
    file = ifcopenshell.api.project.create_file(version="IFC4")
    building = BuildingWriter(file)
    building.write()
    PlanWriter(file, building.elements).write()
    _settle_ids(file)
    _settle_sets(file)
    header = file.header
    header.file_description.description = ("ViewDefinition [DesignTransferView_V1.0]",)
    header.file_name.name = "pump_station.ifc"
    header.file_name.time_stamp = CREATED
    header.file_name.author = ("bim-supervise",)
    header.file_name.organization = ("bim-supervise",)
    header.file_name.preprocessor_version = "bim-supervise sample generator"
    header.file_name.originating_system = "bim-supervise sample generator"
    header.file_name.authorization = ""
    return file


def write_model(path: Path) -> None:
    """Write the sample model to a file."""
    build().write(str(path))


_NAMED = ("IfcElement", "IfcTask", "IfcCostItem", "IfcRelSequence")


def _settle_ids(file: Any) -> None:
    """Give everything that has no id of its own yet one that follows from its class, name and place."""
    used: dict[str, int] = {}
    later: list[Entity] = []
    for entity in file.by_type("IfcRoot"):
        if any(entity.is_a(named) for named in _NAMED):
            continue
        if entity.is_a("IfcRelationship") or entity.is_a("IfcPropertySetDefinition"):
            later.append(entity)
        else:
            entity.GlobalId = _unique(used, entity.is_a(), f"{entity.is_a()}/{entity.Name}")
    for space in file.by_type("IfcSpace"):
        space.GlobalId = global_id("space", space.Name)
    # Relations follow what they relate, so that a new element does not rename all that come after it.
    definitions = [entity for entity in later if entity.is_a("IfcPropertySetDefinition")]
    for entity in definitions:
        owner = entity.DefinesOccurrence[0].RelatedObjects[0].GlobalId
        entity.GlobalId = _unique(used, entity.is_a(), f"{owner}/{entity.Name}")
    for entity in later:
        if entity.is_a("IfcRelationship"):
            entity.GlobalId = _unique(used, entity.is_a(), _relating(entity))


def _relating(relation: Entity) -> str:
    """What a relation hangs on: the attribute that is one thing, not a set."""
    for name, value in relation.get_info(recursive=False).items():
        if name.startswith("Relating") and value is not None:
            return str(value.GlobalId) if value.is_a("IfcRoot") else _plain_name(value)
    return ""


def _plain_name(entity: Entity) -> str:
    parts = [getattr(entity, name, None) for name in ("Identification", "Name")]
    return "/".join(str(part) for part in parts if part)


def _unique(used: dict[str, int], kind: str, key: str) -> str:
    count = used[key] = used.get(key, 0) + 1
    return global_id(kind, key if count == 1 else f"{key}#{count}")


def _settle_sets(file: Any) -> None:
    for entity in file.by_type("IfcRoot"):
        # Children of a task or cost item are a list: their order is the WBS and stays.
        if entity.is_a("IfcRelNests"):
            continue
        for name in SETS:
            members = getattr(entity, name, None)
            if members is not None and len(members) > 1:
                setattr(entity, name, sorted(members, key=lambda member: member.id()))


def main(arguments: list[str] | None = None) -> None:
    """Write the model and the history of the sample."""
    parser = argparse.ArgumentParser(prog="python -m bim_supervise_sample.generate", description=__doc__)
    parser.add_argument("--out", type=Path, default=model_path(), help="model file to write")
    parser.add_argument("--history", type=Path, default=history_path(), help="history file to write")
    options = parser.parse_args(arguments)
    write_model(options.out)
    write_history(options.history)


if __name__ == "__main__":
    main()
