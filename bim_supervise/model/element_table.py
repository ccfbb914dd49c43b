"""The flat element table: every IfcElement of a file with what supervision needs to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bim_supervise.model.boxes import Boxes
from bim_supervise.model.content_hash import Content, ContentHasher, Hashes
from bim_supervise.model.elements import Element, Fingerprint
from bim_supervise.model.instances import Instances, Ref
from bim_supervise.model.materials import classification_codes, material_text
from bim_supervise.model.placement import Placements
from bim_supervise.model.properties import Properties, PropertySets, properties_hash
from bim_supervise.model.quantities import grades_of, quantities_of
from bim_supervise.model.relations import Locations, Relations
from bim_supervise.model.units import Units

_REPORT_EVERY = 512


def element_numbers(instances: Instances) -> list[int]:
    """Every IfcElement except openings and voids (they are part of the element that they cut)."""
    return [
        number
        for number in instances.of("IfcElement")
        if not instances.is_a(number, "IfcFeatureElementSubtraction")
    ]


def predefined_type(instances: Instances, number: int, type_number: int | None) -> str | None:
    """The type's predefined type, else the element's own; user-defined ones by their given name."""
    if type_number is not None:
        stated = instances.text(type_number, "PredefinedType")
        if stated is None or stated == "USERDEFINED":
            stated = instances.text(type_number, "ElementType")
        if stated is not None and stated != "NOTDEFINED":
            return stated
    stated = instances.text(number, "PredefinedType")
    if stated is None or stated == "USERDEFINED":
        return instances.text(number, "ObjectType") or stated
    return stated


class ElementTable:
    """Builds the elements of one file; relations, type data and placements are worked out once."""

    def __init__(
        self,
        instances: Instances,
        relations: Relations,
        locations: Locations,
        units: Units,
        placements: Placements,
    ) -> None:
        self._instances = instances
        self._relations = relations
        self._locations = locations
        self._units = units
        self._placements = placements
        self._hashes: dict[int, Hashes] = {}
        self._type_sets: dict[int, list[Ref]] = {}
        self._type_quantities: dict[int, dict[str, float]] = {}
        self._properties = Properties(instances, units)
        self._type_properties: dict[int, PropertySets] = {}
        self._texts: dict[tuple[Ref, ...], str | None] = {}

    def elements(self, progress: Callable[[float], None]) -> list[tuple[int, Element]]:
        """Instance number and element, without content hash, in the order of the file."""
        numbers = sorted(element_numbers(self._instances))
        found = []
        for place, number in enumerate(numbers):
            if place % _REPORT_EVERY == 0:
                progress(place / len(numbers))
            found.append((number, self._element(number)))
        return found

    def hashed(
        self, elements: list[tuple[int, Element]], progress: Callable[[float], None]
    ) -> list[tuple[int, Element]]:
        """The same elements with their content hashes; what ``fingerprints`` needs is kept."""
        hasher = ContentHasher(self._instances, self._units)
        found = []
        for place, (number, element) in enumerate(elements):
            if place % _REPORT_EVERY == 0:
                progress(place / len(elements))
            content = self._content(number, element)
            hashes = hasher.hashes(content)
            self._hashes[number] = hashes
            found.append((number, replace(element, content_hash=hashes.content)))
        return found

    def boxed(
        self, elements: list[tuple[int, Element]], progress: Callable[[float], None]
    ) -> list[tuple[int, Element]]:
        """The same elements with their bounding boxes."""
        boxes = Boxes(self._instances, self._units)
        found = []
        for place, (number, element) in enumerate(elements):
            if place % _REPORT_EVERY == 0:
                progress(place / len(elements))
            frame = self._placements.frame(self._instances.ref(number, "ObjectPlacement"))
            found.append((number, replace(element, bounding_box=boxes.box(number, frame))))
        return found

    def fingerprints(self, elements: list[tuple[int, Element]]) -> dict[str, Fingerprint]:
        """Fingerprints of hashed elements under the ids that they have by now."""
        names = {number: element.global_id for number, element in elements}
        found = {}
        for number, name in names.items():
            hashes = self._hashes[number]
            whole = self._relations.whole.get(number)
            found[name] = Fingerprint(
                shape_hash=hashes.shape,
                placement_hash=hashes.placement,
                part_of=None if whole is None else names.get(whole),
                properties_hash=properties_hash(self._own_properties(number)),
            )
        return found

    def properties(self, elements: list[tuple[int, Element]]) -> dict[str, PropertySets]:
        """Properties of each element that has any, by its id; its own win over those of its type."""
        found = {}
        for number, element in elements:
            own = self._own_properties(number)
            inherited = self._properties_of_type(self._relations.type_of.get(number))
            if own or inherited:
                found[element.global_id] = inherited | own
        return found

    def _element(self, number: int) -> Element:
        instances, relations = self._instances, self._relations
        type_number = relations.type_of.get(number)
        return Element(
            global_id=instances.text(number, "GlobalId") or "",
            ifc_class=instances.classes[number],
            name=instances.text(number, "Name"),
            predefined_type=predefined_type(instances, number, type_number),
            tag=instances.text(number, "Tag"),
            type_name=instances.text(type_number, "Name"),
            storey=self._name(self._locations.storey(number)),
            space=self._name(self._locations.space(number)),
            material=self._material_text(self._materials(number, type_number)),
            classifications=self._codes(number, type_number),
            systems=self._systems(number),
            quantities=self._quantities(number, type_number),
        )

    def _content(self, number: int, element: Element) -> Content:
        instances, relations = self._instances, self._relations
        type_number = relations.type_of.get(number)
        sets = [*relations.property_sets.get(number, ()), *self._sets_of_type(type_number)]
        return Content(
            number=number,
            type_number=type_number,
            predefined_type=element.predefined_type,
            frame=self._placements.frame(instances.ref(number, "ObjectPlacement")),
            openings=tuple(
                (opening, self._placements.frame(instances.ref(opening, "ObjectPlacement")))
                for opening in relations.openings.get(number, ())
            ),
            materials=self._materials(number, type_number),
            grades=tuple(dict.fromkeys(grades_of(instances, sets))),
            quantities=element.quantities,
        )

    def _name(self, number: Ref | None) -> str | None:
        if number is None:
            return None
        return self._instances.text(number, "Name") or self._instances.text(number, "GlobalId")

    def _materials(self, number: int, type_number: int | None) -> tuple[Ref, ...]:
        own = self._relations.materials.get(number)
        if not own and type_number is not None:
            own = self._relations.materials.get(type_number)
        return tuple(own or ())

    def _material_text(self, materials: tuple[Ref, ...]) -> str | None:
        if not materials:
            return None
        if materials not in self._texts:
            self._texts[materials] = material_text(self._instances, materials, self._units.length)
        return self._texts[materials]

    def _codes(self, number: int, type_number: int | None) -> tuple[str, ...]:
        references = [*self._relations.classifications.get(number, ())]
        if type_number is not None:
            references += self._relations.classifications.get(type_number, ())
        return tuple(classification_codes(self._instances, references)) if references else ()

    def _systems(self, number: int) -> tuple[str, ...]:
        names = (self._name(group) for group in self._relations.groups.get(number, ()))
        return tuple(dict.fromkeys(name for name in names if name))

    def _own_properties(self, number: int) -> PropertySets:
        return self._properties.of(self._relations.property_sets.get(number, ()))

    def _properties_of_type(self, type_number: int | None) -> PropertySets:
        if type_number is None:
            return PropertySets()
        if type_number not in self._type_properties:
            self._type_properties[type_number] = self._properties.of(self._sets_of_type(type_number))
        return self._type_properties[type_number]

    def _sets_of_type(self, type_number: int | None) -> list[Ref]:
        if type_number is None:
            return []
        if type_number not in self._type_sets:
            self._type_sets[type_number] = self._instances.refs(type_number, "HasPropertySets")
        return self._type_sets[type_number]

    def _quantities(self, number: int, type_number: int | None) -> dict[str, float]:
        found = quantities_of(self._instances, self._relations.property_sets.get(number, ()), self._units)
        if type_number is None:
            return found
        if type_number not in self._type_quantities:
            self._type_quantities[type_number] = quantities_of(
                self._instances, self._sets_of_type(type_number), self._units
            )
        return self._type_quantities[type_number] | found


def told_apart(elements: list[tuple[int, Element]]) -> tuple[list[tuple[int, Element]], dict[str, int]]:
    """Give every element an id of its own where a GlobalId was given twice or not at all.

    Of several elements under one GlobalId the first keeps it and the others get ``~2``, ``~3`` ... behind
    it, in the order of their content hashes, so that another order of the same file gives the same ids. An
    element without GlobalId is called ``~`` and the beginning of its content hash.

    Returns:
        The elements, and each repeated GlobalId with its number of uses (``""``: elements without one).
    """
    groups: dict[str, list[tuple[int, Element]]] = {}
    for number, element in elements:
        groups.setdefault(element.global_id, []).append((number, element))
    repeated = {key: len(group) for key, group in groups.items() if len(group) > 1 or not key}
    if not repeated:
        return elements, repeated
    names: dict[int, str] = {}
    for key in repeated:
        ordered = sorted(groups[key], key=lambda pair: (pair[1].content_hash, pair[0]))
        for place, (number, element) in enumerate(ordered):
            if not key:
                suffix = "" if place == 0 else f"~{place + 1}"
                names[number] = f"~{element.content_hash[:20]}{suffix}"
            elif place:
                names[number] = f"{key}~{place + 1}"
    return [
        (number, replace(element, global_id=names[number]) if number in names else element)
        for number, element in elements
    ], repeated
