"""The content hash of an element: what a signature binds.

In the hash: geometry (lengths at 1 mm, directions at 1e-6), openings, world placement, class and type
(predefined type, object type, the type's name and own attributes), the element's own attributes (e.g. bar
diameter, steel grade), materials with layers and profiles, strength grades, quantities in SI at six
significant digits. Not in the hash: GlobalId, name, description, tag, owner history, instance numbers, order
of instances and of EXPRESS sets, colours, layers, styles, shading normals, representation identifiers, storey
and parts of an assembly (each part has its own hash).

Values are the file's numbers in SI, rounded in two steps (first far below the resolution, then half up), so
that noise of a re-written real cannot flip a value that lies exactly between two steps. Every instance is a
JSON array of its class and rounded attributes, a reference being the SHA-256 of what it refers to; shared
sub-graphs are worked out once.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bim_supervise.model.instances import Instances, Kind, Ref, Typed
from bim_supervise.model.placement import IDENTITY, Frame, Vector, axis_frame, numbers, relative
from bim_supervise.model.quantities import is_grade
from bim_supervise.model.units import Units

VERSION = 1
"""Number of this definition; part of every hash. A change of the definition raises it."""

_encode_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode

_SKIPPED: Mapping[str, frozenset[str]] = {
    "IfcRepresentation": frozenset({"ContextOfItems", "RepresentationIdentifier", "RepresentationType"}),
    "IfcTessellatedFaceSet": frozenset({"Normals"}),
    "IfcCartesianPointList": frozenset({"TagList"}),
    "IfcMaterial": frozenset({"Description"}),
    "IfcMaterialLayer": frozenset({"Name", "Description", "Priority"}),
    "IfcMaterialLayerSet": frozenset({"LayerSetName", "Description"}),
    "IfcMaterialLayerSetUsage": frozenset({"ReferenceExtent"}),
    "IfcMaterialProfile": frozenset({"Name", "Description", "Priority"}),
    "IfcMaterialProfileSet": frozenset({"Name", "Description"}),
    "IfcMaterialProfileSetUsage": frozenset({"ReferenceExtent"}),
    "IfcMaterialConstituent": frozenset({"Description"}),
    "IfcMaterialConstituentSet": frozenset({"Name", "Description"}),
}
_FREE_LISTS = {"IfcMaterialList": frozenset({"Materials"})}
_ROOT_ATTRIBUTES = frozenset(
    {
        "GlobalId",
        "OwnerHistory",
        "Name",
        "Description",
        "ObjectType",
        "ObjectPlacement",
        "Representation",
        "Tag",
        "ApplicableOccurrence",
        "HasPropertySets",
        "RepresentationMaps",
    }
)
_SOLID_REPRESENTATIONS = frozenset({"body", "facetation", "tessellation"})
_IGNORED_REPRESENTATIONS = frozenset({"box", "cog", "annotation", "lighting", "clearance"})

Encoder = Callable[[Any], Any]


def steps(value: float, resolution: float) -> int:
    """``value`` in whole steps of ``resolution``, halves rounded up; a tie survives noise of 1e-4 steps.

    >>> steps(0.0125, 0.001), steps(0.012499999999, 0.001), steps(-0.0, 0.001)
    (13, 13, 0)
    """
    return math.floor(round(value / resolution, 4) + 0.5)


def significant(value: float, digits: int) -> float:
    """``value`` at so many significant digits; noise below 12 digits cannot flip a tie.

    >>> significant(1234.5649999999999, 6), significant(0.0, 6)
    (1234.57, 0.0)
    """
    if not math.isfinite(value):
        return 0.0
    return float(f"{float(f'{value:.12g}'):.{digits}g}") + 0.0


def _digest(value: Any) -> str:
    return hashlib.sha256(_encode_json(value).encode("ascii")).hexdigest()


def _turn(vector: Vector) -> list[int]:
    return [steps(part, 1e-6) for part in vector]


def frame_content(frame: Frame) -> list[list[int]]:
    """A frame as origin [mm] and x and z axes in steps of 1e-6."""
    return [[steps(part, 1e-3) for part in frame.origin], _turn(frame.x), _turn(frame.z)]


_IDENTITY_CONTENT = frame_content(IDENTITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What of one element goes into its hash, beside what is found by walking from the element.

    Attributes:
        number: instance number of the element.
        type_number: instance number of its type object, if any.
        predefined_type: resolved predefined type.
        frame: world frame; None where the placement has no Cartesian form.
        openings: instance number and world frame of each opening.
        materials: material definitions of the element, else of its type.
        grades: property name and value of each stated strength grade.
        quantities: SI quantities by name.
    """

    number: int
    type_number: int | None
    predefined_type: str | None
    frame: Frame | None
    openings: tuple[tuple[int, Frame | None], ...]
    materials: tuple[Ref, ...]
    grades: tuple[tuple[str, str], ...]
    quantities: Mapping[str, float]


class Hashes(NamedTuple):
    """Hex SHA-256 of an element: of all that a signature binds, of all but its placement, of its placement.

    In ``shape`` the openings stand in the element's own system, so that moving an element with its openings
    leaves it alone.
    """

    content: str
    shape: str
    placement: str


class ContentHasher:
    """Content hashes of the elements of one file; digests of shared instances are kept and reused."""

    def __init__(self, instances: Instances, units: Units) -> None:
        self._instances = instances
        self._metres = units.length
        self._radians = units.angle
        self._areas = units.factor("area")
        self._volumes = units.factor("volume")
        self._known: dict[int, Any] = {}
        self._plans: dict[str, list[tuple[int, Encoder]]] = {}
        self._material_grades = self._grades_by_material()

    def element_hash(self, content: Content) -> str:
        """Hex SHA-256 of one element."""
        return self.hashes(content).content

    def hashes(self, content: Content) -> Hashes:
        """The hash of one element, and those of what it is and of where it stands, each on its own."""
        instances = self._instances
        number = content.number
        own_type = content.type_number
        kind = [
            VERSION,
            instances.classes[number],
            content.predefined_type,
            instances.text(number, "ObjectType"),
            self._own_attributes(number),
            None
            if own_type is None
            else [
                instances.classes[own_type],
                instances.text(own_type, "Name"),
                self._own_attributes(own_type),
            ],
        ]
        placed = self._placed(number, content.frame)
        shape = self._shape(number)
        openings = [
            (instances.classes[opening], opening, frame, self._shape(opening))
            for opening, frame in content.openings
        ]
        rest = [
            sorted(str(self._value(material)) for material in content.materials),
            sorted(content.grades),
            sorted([name, significant(value, 6)] for name, value in content.quantities.items()),
        ]
        in_world = [[name, self._placed(opening, frame), part] for name, opening, frame, part in openings]
        in_element = [
            [
                name,
                self._placed(
                    opening,
                    frame if frame is None or content.frame is None else relative(content.frame, frame),
                ),
                part,
            ]
            for name, opening, frame, part in openings
        ]
        return Hashes(
            content=_digest([*kind, placed, shape, sorted(map(_encode_json, in_world)), *rest]),
            shape=_digest([*kind, shape, sorted(map(_encode_json, in_element)), *rest]),
            placement=_digest([VERSION, placed]),
        )

    def _placed(self, number: int, frame: Frame | None) -> Any:
        if frame is not None:
            return frame_content(frame)
        placement = self._instances.ref(number, "ObjectPlacement")
        return None if placement is None else self._value(placement)

    def _own_attributes(self, number: int) -> list[Any]:
        name = self._instances.classes[number]
        row = self._instances.rows[number]
        plan = self._plan(name)
        self._prepare([value for place, _ in plan for value in _references(row[place])])
        return [encode(row[place]) for place, encode in plan]

    def _shape(self, number: int) -> list[str]:
        instances = self._instances
        definition = instances.ref(number, "Representation")
        solid: list[Ref] = []
        other: list[Ref] = []
        for representation in instances.refs(definition, "Representations"):
            identifier = (instances.text(representation, "RepresentationIdentifier") or "body").casefold()
            if identifier in _SOLID_REPRESENTATIONS:
                solid.append(representation)
            elif identifier not in _IGNORED_REPRESENTATIONS:
                other.append(representation)
        return sorted(str(self._in_context(representation)) for representation in solid or other)

    def _in_context(self, representation: Ref) -> str:
        context = self._instances.ref(representation, "ContextOfItems")
        parent = self._instances.ref(context, "ParentContext") or context
        world = self._instances.ref(parent, "WorldCoordinateSystem")
        frame = frame_content(axis_frame(self._instances, world, self._metres))
        digest = str(self._value(representation))
        return digest if frame == _IDENTITY_CONTENT else _digest([frame, digest])

    def _grades_by_material(self) -> dict[int, list[tuple[str, Any]]]:
        found: dict[int, list[tuple[str, Any]]] = {}
        instances = self._instances
        for number in instances.of("IfcMaterialProperties"):
            material = instances.ref(number, "Material")
            if material is None:
                continue
            stated = [
                (name, value)
                for name, value in instances.named(number).items()
                if is_grade(name) and isinstance(value, (int, float))
            ]
            for entry in (
                *instances.refs(number, "Properties"),
                *instances.refs(number, "ExtendedProperties"),
            ):
                name = instances.text(entry, "Name")
                value = instances.get(entry, "NominalValue")
                if name and is_grade(name) and isinstance(value, Typed):
                    stated.append((name, value.value))
            found.setdefault(material, []).extend(
                (name, significant(value, 9) if isinstance(value, float) else str(value))
                for name, value in stated
            )
        return found

    # --- the walk -------------------------------------------------------------------------------

    def _value(self, number: int) -> Any:
        self._prepare([number])
        return self._known.get(number)

    def _prepare(self, wanted: Iterable[int]) -> None:
        """Work out the digests of these instances, deepest first, without recursion.

        A deep chain of boolean operations would exhaust Python's stack; a reference that leads back to itself
        (a damaged file) counts as nothing.
        """
        known = self._known
        rows = self._instances.rows
        stack = [number for number in wanted if number not in known]
        opened: set[int] = set()
        while stack:
            number = stack[-1]
            if number in known:
                stack.pop()
                continue
            row = rows.get(number)
            if row is None:
                known[number] = None
                continue
            if number not in opened:
                opened.add(number)
                before = len(stack)
                for value in row:
                    kind = type(value)
                    if kind is Ref:
                        if value not in known and value not in opened:
                            stack.append(value)
                    elif kind is tuple or kind is Typed:
                        stack.extend(
                            part for part in _references(value) if part not in known and part not in opened
                        )
                if len(stack) > before:
                    continue
            known[number] = self._encode(number, row)
            stack.pop()

    def _encode(self, number: int, row: tuple[Any, ...]) -> Any:
        name = self._instances.classes[number]
        if name == "IfcCartesianPoint":
            return [self._millimetres(part) for part in row[0]] if isinstance(row[0], tuple) else None
        if name == "IfcDirection":
            return self._direction(row[0])
        if name in ("IfcAxis2Placement3D", "IfcAxis2Placement2D"):
            content = frame_content(axis_frame(self._instances, Ref(number), self._metres))
            return None if content == _IDENTITY_CONTENT else content
        if name == "IfcStyledItem":
            return self._known.get(self._instances.ref(number, "Item") or 0)
        values = [encode(row[place]) for place, encode in self._plan(name)]
        if name.startswith("IfcCartesianTransformationOperator"):
            values = self._operator(number)
        elif name == "IfcMaterial":
            values.append(sorted(self._material_grades.get(number, []), key=repr))
        return _digest([name, values])

    def _operator(self, number: int) -> list[Any]:
        named = self._instances.named(number)
        scale = named.get("Scale")
        first = 1.0 if scale is None else float(scale)
        return [
            self._known.get(named["LocalOrigin"]) if isinstance(named.get("LocalOrigin"), Ref) else None,
            *(
                self._known.get(axis) if isinstance(axis := named.get(key), Ref) else default
                for key, default in (
                    ("Axis1", [1_000_000, 0, 0]),
                    ("Axis2", [0, 1_000_000, 0]),
                    ("Axis3", [0, 0, 1_000_000]),
                )
            ),
            *(
                significant(first if named.get(key) is None else float(named[key]), 9)
                for key in ("Scale", "Scale2", "Scale3")
            ),
        ]

    def _plan(self, name: str) -> list[tuple[int, Encoder]]:
        plan = self._plans.get(name)
        if plan is None:
            supers = self._instances.supertypes[name]
            skipped = frozenset().union(*(_SKIPPED.get(kind, frozenset()) for kind in supers))
            if "IfcObjectDefinition" in supers:
                skipped |= _ROOT_ATTRIBUTES
            free = _FREE_LISTS.get(name, frozenset())
            plan = self._plans[name] = [
                (place, self._encoder(Kind("set", attribute.kind.item)))
                if attribute.name in free
                else (place, self._encoder(attribute.kind))
                for place, attribute in enumerate(self._instances.attributes[name])
                if attribute.name not in skipped
            ]
        return plan

    def _encoder(self, kind: Kind) -> Encoder:
        form = kind.form
        if form == "entity":
            return self._reference
        if form == "length":
            return self._millimetres
        if form in ("list", "set"):
            assert kind.item is not None
            inner = self._encoder(kind.item)
            return _sequence(inner) if form == "list" else _collection(inner)
        if form == "select":
            return self._selected
        factors = {"area": self._areas, "volume": self._volumes, "real": 1.0}
        if form == "angle":
            return _number(lambda value: steps(value * self._radians, 1e-6))
        if form in factors:
            factor = factors[form]
            return _number(lambda value: significant(value * factor, 9))
        return _plain

    def _reference(self, value: Any) -> Any:
        return self._known.get(value) if isinstance(value, Ref) else None

    def _millimetres(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            return math.floor(round(value * self._metres * 1000.0, 4) + 0.5)
        except (OverflowError, ValueError, TypeError):
            return None

    def _direction(self, value: Any) -> Any:
        vector = numbers(value)
        length = 0.0 if vector is None else math.sqrt(sum(part * part for part in vector))
        if vector is None or length < 1e-12:
            return None
        return [steps(part / length, 1e-6) for part in vector[: len(value)]]

    def _selected(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return self._known.get(value)
        if isinstance(value, Typed):
            kind = self._instances.value_kinds.get(value.type, Kind("string"))
            return [value.type, self._encoder(kind)(value.value)]
        if isinstance(value, tuple):
            return [self._selected(part) for part in value]
        return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return significant(value, 9)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _number(inner: Callable[[float], Any]) -> Encoder:
    def encode(value: Any) -> Any:
        if isinstance(value, (int, float)) and math.isfinite(value):
            return inner(float(value))
        return _plain(value)

    return encode


def _sequence(inner: Encoder) -> Encoder:
    return lambda value: [inner(part) for part in value] if isinstance(value, tuple) else None


def _collection(inner: Encoder) -> Encoder:
    def encode(value: Any) -> Any:
        if not isinstance(value, tuple):
            return None
        parts = [inner(part) for part in value]
        if len(parts) > 1:
            parts.sort(key=_order)
        return parts

    return encode


def _order(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _references(value: Any) -> list[Ref]:
    kind = type(value)
    if kind is Ref:
        return [value]
    if kind is Typed:
        return _references(value.value)
    if kind is tuple:
        if value and type(value[0]) is float:
            return []
        found: list[Ref] = []
        for part in value:
            if type(part) is Ref:
                found.append(part)
            elif type(part) is tuple or type(part) is Typed:
                found.extend(_references(part))
        return found
    return []
