"""The element table of a file without its geometry: straight from the bytes, else by the parser."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ifcopenshell import ifcopenshell_wrapper as wrapper

from bim_supervise.core.child import Progress
from bim_supervise.model.element_table import ElementTable, told_apart
from bim_supervise.model.elements import Element, ModelWarning
from bim_supervise.model.instances import Instances, Ref
from bim_supervise.model.placement import Placements
from bim_supervise.model.read_instances import (
    attributes_of,
    header_is_readable,
    parse,
    supertypes_of,
    value_kind,
)
from bim_supervise.model.read_source import Source, read_source
from bim_supervise.model.relations import Locations, read_relations
from bim_supervise.model.spf_index import RecordIndex, index_records
from bim_supervise.model.spf_text import scan, schema_identifier
from bim_supervise.model.spf_values import NotUnderstood, Values, doubtful_text
from bim_supervise.model.units import project_units
from bim_supervise.model.wholeness import judge

_WANTED = frozenset(
    {
        "IfcElement", "IfcSpatialElement", "IfcSpatialStructureElement", "IfcTypeObject", "IfcGroup",
        "IfcProject", "IfcPropertySetDefinition", "IfcProperty", "IfcPhysicalQuantity", "IfcMaterial",
        "IfcMaterialDefinition", "IfcMaterialList", "IfcMaterialLayer", "IfcMaterialLayerSet",
        "IfcMaterialUsageDefinition", "IfcMaterialLayerSetUsage", "IfcClassification",
        "IfcExternalReference", "IfcClassificationNotation", "IfcClassificationNotationFacet",
        "IfcUnitAssignment", "IfcNamedUnit", "IfcDerivedUnit", "IfcDerivedUnitElement",
        "IfcMeasureWithUnit", "IfcRelContainedInSpatialStructure", "IfcRelAggregates", "IfcRelNests",
        "IfcRelVoidsElement", "IfcRelProjectsElement", "IfcRelAdheresToElement", "IfcRelFillsElement",
        "IfcRelCoversBldgElements", "IfcRelCoversSpaces", "IfcRelDefinesByType", "IfcRelAssociatesMaterial",
        "IfcRelAssociatesClassification", "IfcRelDefinesByProperties", "IfcRelAssignsToGroup",
    }
)  # fmt: skip
"""Classes, with their subtypes, that the table is made from."""
_UNWANTED_ATTRIBUTES = frozenset(
    {"OwnerHistory", "Description", "ObjectPlacement", "Representation", "RepresentationMaps", "Dimensions"}
)
_REFERRED = (("IfcPropertyReferenceValue", "PropertyReference"), ("IfcMaterialProfile", "Profile"))
"""Attributes that lead out of the wanted classes to things whose name is shown."""
_REFERRING = tuple(name.upper() for name, _ in _REFERRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The element table of one file: no content hashes, no bounding boxes.

    Attributes:
        elements: as in ``elements.ModelReading``.
        properties: by ``global_id``, ``"<set>.<name>"`` to value in SI units.
        warnings: what was recovered on the way.
        fast: whether it came straight from the bytes.
        partial: whether part of the file is missing (only where that was accepted).
    """

    elements: tuple[Element, ...]
    properties: Mapping[str, Mapping[str, Any]]
    warnings: tuple[ModelWarning, ...]
    fast: bool
    partial: bool = False


def read_table_in_child(path: str, work_folder: str, accept_partial: bool, progress: Progress) -> Table:
    """Read the element table of a file; what is refused is what ``read_ifc.read_model`` refuses."""
    source = read_source(Path(path), Path(work_folder))
    return table_of(source, Path(path).name, accept_partial, progress)


def table_of(source: Source, name: str, accept_partial: bool, progress: Progress) -> Table:
    """The element table of a checked file.

    Raises:
        InputRefused: the file is not whole, and that was not accepted.
    """
    progress("table", 0.0)
    gc.disable()  # of hundreds of thousands of live rows none is garbage
    try:
        instances = fast_instances(source.data) if header_is_readable(source.data) else None
        if instances is not None:
            return _table(instances, source.warnings, fast=True, partial=False)
        scanned = scan(source.data)
        total = max(scanned.instances, 1)
        parsed = parse(source.path, lambda count: progress("table", count / total))
        whole = judge(name, source.data, scanned, parsed)
        if whole.refusal is not None and not accept_partial:
            raise whole.refusal
        warnings = (*source.warnings, *whole.warnings)
        return _table(parsed.instances, warnings, fast=False, partial=whole.refusal is not None)
    finally:
        gc.enable()
        progress("table", 1.0)


def _table(instances: Instances, warnings: tuple[ModelWarning, ...], *, fast: bool, partial: bool) -> Table:
    units = project_units(instances)
    relations = read_relations(instances)
    table = ElementTable(
        instances, relations, Locations(instances, relations), units, Placements(instances, units.length)
    )
    numbered, _ = told_apart(table.elements(lambda share: None))
    return Table(
        elements=tuple(element for _, element in numbered),
        properties=table.properties(numbered),
        warnings=warnings,
        fast=fast,
        partial=partial,
    )


def fast_instances(data: bytes) -> Instances | None:
    """What the element table needs of a file, and nothing else; None where only the parser understands it."""
    index = index_records(data)
    if index is None or doubtful_text(data):
        return None
    schema = _schema(data)
    if schema is None:
        return None
    try:
        return _Reader(index, schema).instances()
    except (NotUnderstood, ValueError):
        return None


def _schema(data: bytes) -> Any:
    name = schema_identifier(data)
    if name is None:
        return None
    try:
        return wrapper.schema_by_name(name)
    except RuntimeError:
        return None


class _Reader:
    """Fills ``Instances`` from an index."""

    def __init__(self, index: RecordIndex, schema: Any) -> None:
        self._index = index
        self._schema = schema
        self._types: dict[str, str] = {}
        self._values = Values(self._type_name)
        self._instances = Instances(schema.name())

    def instances(self) -> Instances:
        found = self._instances
        for upper in self._index.names:
            name = self._type_name(upper)
            supers = supertypes_of(self._schema, name)
            if not supers.isdisjoint(_WANTED):
                self._read(name, supers, self._index.places(upper))
        self._read_referred()
        found.value_kinds = {name: value_kind(self._schema, name) for name in self._values.used_types}
        found.index()
        return found

    def _read(self, name: str, supers: frozenset[str], places: Any) -> None:
        found = self._instances
        attributes = attributes_of(self._schema, name)
        skipped = _UNWANTED_ATTRIBUTES
        if "IfcRelationship" in supers:
            skipped = skipped | {"GlobalId", "Name"}
        elif "IfcPropertyDefinition" in supers:
            skipped = skipped | {"GlobalId"}
        wanted = [attribute.name not in skipped for attribute in attributes]
        found.supertypes[name] = supers
        found.attributes[name] = tuple(item for item, keep in zip(attributes, wanted, strict=True) if keep)
        numbers = self._index.numbers(places).tolist()
        before = len(found.rows)
        rows = self._values.rows(self._index.attributes(places), attributes, wanted)
        found.add(name, numbers, rows)
        if len(found.rows) != before + len(numbers):
            raise NotUnderstood("a number is given twice")

    def _read_referred(self) -> None:
        """What only a name is wanted of, wherever it lies."""
        found = self._instances
        if not any(name.startswith(_REFERRING) for name in self._index.names):
            return
        found.index()
        missing = {
            int(value)
            for kind, attribute in _REFERRED
            for number in found.of(kind)
            if isinstance(value := found.get(number, attribute), Ref) and value not in found.rows
        }
        if not missing:
            return
        inside = np.flatnonzero(np.isin(self._index.numbers(), list(missing)))
        kinds = self._index.kinds[inside]
        for kind in np.unique(kinds).tolist():
            name = self._type_name(self._index.names[kind])
            self._read(name, supertypes_of(self._schema, name), inside[kinds == kind])

    def _type_name(self, upper: str) -> str:
        if upper not in self._types:
            try:
                self._types[upper] = self._schema.declaration_by_name(upper).name()
            except RuntimeError as error:
                raise NotUnderstood(upper) from error
        return self._types[upper]
