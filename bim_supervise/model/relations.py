"""The objectified relationships of IFC as look-up tables: one pass per relationship class."""

from __future__ import annotations

from dataclasses import dataclass, field

from bim_supervise.model.instances import Instances, Ref

_MAX_CHAIN = 64


@dataclass(slots=True)
class Relations:
    """Look-ups by instance number; each value is an existing instance.

    Attributes:
        container: element to the spatial structure element that directly contains it.
        whole: part to whole (aggregation and nesting).
        parts: whole to parts.
        host_of_opening: opening to the element it voids; also projections and adhering features.
        openings: element to its openings.
        opening_filled: filling element to the opening it fills.
        covered: covering to the element or space it covers.
        type_of: element to its type object.
        materials: element or type to its material definitions.
        classifications: element or type to classification references.
        property_sets: element to property and quantity sets.
        groups: element to the systems and other groups that it is assigned to.
    """

    container: dict[int, Ref] = field(default_factory=dict)
    whole: dict[int, Ref] = field(default_factory=dict)
    parts: dict[int, list[Ref]] = field(default_factory=dict)
    host_of_opening: dict[int, Ref] = field(default_factory=dict)
    openings: dict[int, list[Ref]] = field(default_factory=dict)
    opening_filled: dict[int, Ref] = field(default_factory=dict)
    covered: dict[int, Ref] = field(default_factory=dict)
    type_of: dict[int, Ref] = field(default_factory=dict)
    materials: dict[int, list[Ref]] = field(default_factory=dict)
    classifications: dict[int, list[Ref]] = field(default_factory=dict)
    property_sets: dict[int, list[Ref]] = field(default_factory=dict)
    groups: dict[int, list[Ref]] = field(default_factory=dict)


def _one_to_one(
    instances: Instances, relation: str, many: str, one: str, table: dict[int, Ref], *kinds: str
) -> None:
    for sources, targets in instances.referring(relation, many, one):
        for target in targets[:1]:
            if kinds and not instances.is_a(target, *kinds):
                continue
            for source in sources:
                table.setdefault(source, target)


def _one_to_many(
    instances: Instances, relation: str, many: str, one: str, table: dict[int, list[Ref]]
) -> None:
    for sources, targets in instances.referring(relation, many, one):
        for target in targets:
            for source in sources:
                table.setdefault(source, []).append(target)


def read_relations(instances: Instances) -> Relations:
    """Walk every relationship class that this room needs, once."""
    found = Relations()
    _one_to_one(
        instances,
        "IfcRelContainedInSpatialStructure",
        "RelatedElements",
        "RelatingStructure",
        found.container,
    )
    for relation in ("IfcRelAggregates", "IfcRelNests"):
        _one_to_one(instances, relation, "RelatedObjects", "RelatingObject", found.whole)
    for part, whole in found.whole.items():
        found.parts.setdefault(whole, []).append(Ref(part))
    for relation, many, one in (
        ("IfcRelVoidsElement", "RelatedOpeningElement", "RelatingBuildingElement"),
        ("IfcRelProjectsElement", "RelatedFeatureElement", "RelatingElement"),
        ("IfcRelAdheresToElement", "RelatedSurfaceFeatures", "RelatingElement"),
    ):
        _one_to_one(instances, relation, many, one, found.host_of_opening)
    for opening, host in found.host_of_opening.items():
        if instances.is_a(opening, "IfcFeatureElementSubtraction", "IfcFeatureElementAddition"):
            found.openings.setdefault(host, []).append(Ref(opening))
    _one_to_one(
        instances,
        "IfcRelFillsElement",
        "RelatedBuildingElement",
        "RelatingOpeningElement",
        found.opening_filled,
    )
    _one_to_one(
        instances, "IfcRelCoversBldgElements", "RelatedCoverings", "RelatingBuildingElement", found.covered
    )
    for space_attribute in ("RelatingSpace", "RelatedSpace"):  # renamed between IFC2X3 and IFC4
        _one_to_one(
            instances, "IfcRelCoversSpaces", "RelatedCoverings", space_attribute, found.covered, "IfcSpace"
        )
    _one_to_one(
        instances, "IfcRelDefinesByType", "RelatedObjects", "RelatingType", found.type_of, "IfcTypeObject"
    )
    _one_to_many(instances, "IfcRelAssociatesMaterial", "RelatedObjects", "RelatingMaterial", found.materials)
    _one_to_many(
        instances,
        "IfcRelAssociatesClassification",
        "RelatedObjects",
        "RelatingClassification",
        found.classifications,
    )
    _one_to_many(
        instances,
        "IfcRelDefinesByProperties",
        "RelatedObjects",
        "RelatingPropertyDefinition",
        found.property_sets,
    )
    _one_to_many(instances, "IfcRelAssignsToGroup", "RelatedObjects", "RelatingGroup", found.groups)
    return found


class Locations:
    """Which storey and which space a product belongs to, through assemblies, openings and coverings."""

    def __init__(self, instances: Instances, relations: Relations) -> None:
        self._instances = instances
        self._relations = relations
        self._containers: dict[int, Ref | None] = {}

    def container(self, product: int) -> Ref | None:
        """The spatial structure element that holds a product, directly or through what carries it."""
        chain: list[int] = []
        at: int | None = product
        result: Ref | None = None
        while at is not None and at not in chain and len(chain) < _MAX_CHAIN:
            if at in self._containers:
                result = self._containers[at]
                break
            chain.append(at)
            direct = self._relations.container.get(at)
            if direct is not None:
                result = direct
                break
            at = self._carrier(at)
            if at is not None and self._instances.is_a(at, "IfcSpatialStructureElement", "IfcSpatialElement"):
                result = Ref(at)
                break
        for step in chain:
            self._containers[step] = result
        return result

    def storey(self, product: int) -> Ref | None:
        """The IfcBuildingStorey around a product."""
        return self._around(self.container(product), "IfcBuildingStorey")

    def space(self, product: int) -> Ref | None:
        """The IfcSpace that contains a product."""
        return self._around(self.container(product), "IfcSpace")

    def _carrier(self, number: int) -> Ref | None:
        relations = self._relations
        for table in (
            relations.whole,
            relations.opening_filled,
            relations.host_of_opening,
            relations.covered,
        ):
            carrier = table.get(number)
            if carrier is not None:
                return carrier
        return None

    def _around(self, container: Ref | None, kind: str) -> Ref | None:
        at = container
        for _ in range(_MAX_CHAIN):
            if at is None or self._instances.is_a(at, kind):
                return at
            at = self._relations.whole.get(at)
        return None

    def storey_around(self, spatial: Ref | None) -> Ref | None:
        """The storey that a spatial structure element is, or is part of."""
        return self._around(spatial, "IfcBuildingStorey")
