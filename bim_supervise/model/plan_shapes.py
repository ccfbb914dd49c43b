"""Plan outlines of simple solids: extruded profiles as polygons with a z range."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bim_supervise.model.curves import Curves, arc
from bim_supervise.model.instances import Instances, Ref, number_of
from bim_supervise.model.placement import (
    IDENTITY,
    Frame,
    apply,
    axis_frame,
    compose,
    direction_of,
    point_of,
)
from bim_supervise.model.units import Units

Ring = list[tuple[float, float]]

_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Prism:
    """A vertical prism in project coordinates: outline [m] and its z range [m]."""

    ring: tuple[tuple[float, float], ...]
    z_min: float
    z_max: float


class PlanShapes:
    """Works out prisms of representation items; what is not a vertical extrusion gives None."""

    def __init__(self, instances: Instances, units: Units) -> None:
        self._instances = instances
        self._metres = units.length
        self._curves = Curves(instances, units)

    def prisms(self, product: int, frame: Frame | None) -> list[Prism] | None:
        """The prisms of a product's body; None if any part of it is something else, or there is none."""
        if frame is None:
            return None
        instances = self._instances
        definition = instances.ref(product, "Representation")
        found: list[Prism] = []
        for representation in instances.refs(definition, "Representations"):
            if (instances.text(representation, "RepresentationIdentifier") or "Body").casefold() != "body":
                continue
            for item in instances.refs(representation, "Items"):
                parts = self._item(item, frame, 0)
                if parts is None:
                    return None
                found += parts
        return found or None

    def _item(self, item: Ref, frame: Frame, depth: int) -> list[Prism] | None:
        instances = self._instances
        if depth > _MAX_DEPTH:
            return None
        if instances.is_a(item, "IfcExtrudedAreaSolid"):
            prism = self._extrusion(item, frame)
            return None if prism is None else [prism]
        if instances.is_a(item, "IfcBooleanClippingResult"):
            # A space cut by a roof keeps the plan outline of the uncut solid; its top is an upper bound.
            first = instances.ref(item, "FirstOperand")
            return None if first is None else self._item(first, frame, depth + 1)
        if instances.is_a(item, "IfcMappedItem"):
            return self._mapped(item, frame, depth)
        return None

    def _mapped(self, item: Ref, frame: Frame, depth: int) -> list[Prism] | None:
        instances = self._instances
        source = instances.ref(item, "MappingSource")
        target = instances.ref(item, "MappingTarget")
        scale = number_of(instances.get(target, "Scale"))
        if scale not in (None, 1.0) or instances.get(target, "Scale2") not in (None, 1.0):
            return None
        origin = axis_frame(instances, instances.ref(source, "MappingOrigin"), self._metres)
        if origin != IDENTITY:
            return None
        x = direction_of(instances, instances.ref(target, "Axis1")) or (1.0, 0.0, 0.0)
        y = direction_of(instances, instances.ref(target, "Axis2")) or (0.0, 1.0, 0.0)
        z = direction_of(instances, instances.ref(target, "Axis3")) or (0.0, 0.0, 1.0)
        moved = Frame(point_of(instances, instances.ref(target, "LocalOrigin"), self._metres), x, y, z)
        found: list[Prism] = []
        for part in instances.refs(instances.ref(source, "MappedRepresentation"), "Items"):
            parts = self._item(part, compose(frame, moved), depth + 1)
            if parts is None:
                return None
            found += parts
        return found

    def _extrusion(self, item: Ref, frame: Frame) -> Prism | None:
        instances = self._instances
        position = axis_frame(instances, instances.ref(item, "Position"), self._metres)
        world = compose(frame, position)
        direction = direction_of(instances, instances.ref(item, "ExtrudedDirection"))
        depth = number_of(instances.get(item, "Depth"))
        profile = instances.ref(item, "SweptArea")
        if direction is None or depth is None or profile is None:
            return None
        length = math.sqrt(sum(part * part for part in direction))
        if length < 1e-12 or abs(world.z[2]) < 1 - 1e-6:
            return None
        sweep = [part / length * depth * self._metres for part in direction]
        if math.hypot(sweep[0], sweep[1]) > 1e-3:
            return None
        ring = self.outline(profile)
        if ring is None or len(ring) < 3:
            return None
        outline = [apply(world, (x, y, 0.0)) for x, y in ring]
        bottom = outline[0][2]
        top = apply(world, (ring[0][0], ring[0][1], sweep[2]))[2]
        return Prism(tuple((x, y) for x, y, _ in outline), min(bottom, top), max(bottom, top))

    # --- profiles and curves -------------------------------------------------------------------

    def outline(self, number: Ref) -> Ring | None:
        """The outer outline of a profile [m] in the plane of its sweep; None if it is not understood."""
        instances = self._instances
        if instances.is_a(number, "IfcArbitraryClosedProfileDef"):
            curve = instances.ref(number, "OuterCurve")
            ring = None if curve is None else self._flat(curve)
            return ring[:-1] if ring and len(ring) > 1 and math.dist(ring[0], ring[-1]) < 1e-6 else ring
        position = axis_frame(instances, instances.ref(number, "Position"), self._metres)
        ring = self._plain_profile(number)
        if ring is None:
            return None
        return [apply(position, (x, y, 0.0))[:2] for x, y in ring]

    def _plain_profile(self, number: Ref) -> Ring | None:
        instances = self._instances
        if instances.is_a(number, "IfcRectangleProfileDef"):
            width, height = self._length(number, "XDim"), self._length(number, "YDim")
            if width is None or height is None:
                return None
            a, b = width / 2, height / 2
            return [(-a, -b), (a, -b), (a, b), (-a, b)]
        if instances.is_a(number, "IfcCircleProfileDef"):
            radius = self._length(number, "Radius")
            return None if radius is None else _ellipse(radius, radius)
        if instances.is_a(number, "IfcEllipseProfileDef"):
            a, b = self._length(number, "SemiAxis1") or 0.0, self._length(number, "SemiAxis2") or 0.0
            return _ellipse(a, b) if a and b else None
        return None

    def _length(self, number: Ref, name: str) -> float | None:
        value = number_of(self._instances.get(number, name))
        return None if value is None else value * self._metres

    def _flat(self, curve: Ref) -> Ring | None:
        path = self._curves.points(curve)
        return None if path is None else [(x, y) for x, y, _ in path]


def _ellipse(a: float, b: float) -> Ring:
    return [(x, y) for x, y, _ in arc(IDENTITY, a, b, 0.0, 2 * math.pi)[:-1]]
