"""Plan outlines of simple solids: extruded profiles as polygons with a z range."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bim_supervise.model.instances import Instances, Ref, Typed, number_of
from bim_supervise.model.placement import (
    IDENTITY,
    Frame,
    Vector,
    apply,
    axis_frame,
    compose,
    direction_of,
    numbers,
    point_of,
)
from bim_supervise.model.units import Units

Ring = list[tuple[float, float]]

_ARC_STEP = math.radians(10)
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
        self._radians = units.angle

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
        ring = self._profile(profile)
        if ring is None or len(ring) < 3:
            return None
        outline = [apply(world, (x, y, 0.0)) for x, y in ring]
        bottom = outline[0][2]
        top = apply(world, (ring[0][0], ring[0][1], sweep[2]))[2]
        return Prism(tuple((x, y) for x, y, _ in outline), min(bottom, top), max(bottom, top))

    # --- profiles and curves -------------------------------------------------------------------

    def _profile(self, number: Ref) -> Ring | None:
        instances = self._instances
        if instances.is_a(number, "IfcArbitraryClosedProfileDef"):
            curve = instances.ref(number, "OuterCurve")
            ring = None if curve is None else self._curve(curve, 0)
            return ring[:-1] if ring and len(ring) > 1 and _same(ring[0], ring[-1]) else ring
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
            return None if radius is None else _arc(IDENTITY, radius, radius, 0.0, 2 * math.pi)[:-1]
        if instances.is_a(number, "IfcEllipseProfileDef"):
            a, b = self._length(number, "SemiAxis1") or 0.0, self._length(number, "SemiAxis2") or 0.0
            return _arc(IDENTITY, a, b, 0.0, 2 * math.pi)[:-1] if a and b else None
        return None

    def _length(self, number: Ref, name: str) -> float | None:
        value = number_of(self._instances.get(number, name))
        return None if value is None else value * self._metres

    def _curve(self, number: Ref, depth: int) -> Ring | None:
        instances = self._instances
        if depth > _MAX_DEPTH:
            return None
        if instances.is_a(number, "IfcPolyline"):
            return [
                point_of(instances, point, self._metres)[:2] for point in instances.refs(number, "Points")
            ]
        if instances.is_a(number, "IfcIndexedPolyCurve"):
            return self._indexed(number)
        if instances.is_a(number, "IfcCompositeCurve"):
            return self._composite(number, depth)
        if instances.is_a(number, "IfcTrimmedCurve"):
            return self._trimmed(number, depth)
        if instances.is_a(number, "IfcConic"):
            conic = self._conic(number)
            return None if conic is None else _arc(*conic, 0.0, 2 * math.pi)
        return None

    def _composite(self, number: Ref, depth: int) -> Ring | None:
        instances = self._instances
        ring: Ring = []
        for segment in instances.refs(number, "Segments"):
            parent = instances.ref(segment, "ParentCurve")
            part = None if parent is None else self._curve(parent, depth + 1)
            if part is None:
                return None
            if instances.get(segment, "SameSense") is False:
                part = part[::-1]
            ring += part[1:] if ring and part and _same(ring[-1], part[0]) else part
        return ring

    def _indexed(self, number: Ref) -> Ring | None:
        instances = self._instances
        points = instances.get(instances.ref(number, "Points"), "CoordList")
        if not isinstance(points, tuple):
            return None
        vectors = [numbers(point) for point in points]
        flat = [
            (vector[0] * self._metres, vector[1] * self._metres) for vector in vectors if vector is not None
        ]
        segments = instances.get(number, "Segments")
        if segments is None:
            return flat
        ring: Ring = []
        for segment in segments:
            if not isinstance(segment, Typed) or not all(1 <= place <= len(flat) for place in segment.value):
                return None
            part = [flat[place - 1] for place in segment.value]
            if segment.type == "IfcArcIndex" and len(part) == 3:
                part = _arc_through(*part)
            ring += part[1:] if ring and _same(ring[-1], part[0]) else part
        return ring

    def _conic(self, number: Ref) -> tuple[Frame, float, float] | None:
        frame = axis_frame(self._instances, self._instances.ref(number, "Position"), self._metres)
        radius = self._length(number, "Radius")
        if radius is not None:
            return frame, radius, radius
        a, b = self._length(number, "SemiAxis1"), self._length(number, "SemiAxis2")
        return None if a is None or b is None else (frame, a, b)

    def _trimmed(self, number: Ref, depth: int) -> Ring | None:
        instances = self._instances
        basis = instances.ref(number, "BasisCurve")
        ends = [self._trim_point(number, name) for name in ("Trim1", "Trim2")]
        if basis is None:
            return None
        if instances.is_a(basis, "IfcLine"):
            return None if ends[0] is None or ends[1] is None else [ends[0], ends[1]]
        conic = self._conic(basis) if instances.is_a(basis, "IfcConic") else None
        if conic is None:
            return None
        angles = []
        for name, end in zip(("Trim1", "Trim2"), ends, strict=True):
            angle = self._trim_angle(number, name)
            if angle is None and end is not None:
                angle = _angle_on(conic, end)
            if angle is None:
                return None
            angles.append(angle)
        start, stop = angles
        if instances.get(number, "SenseAgreement") is False:
            if stop >= start:
                stop -= 2 * math.pi
        elif stop <= start:
            stop += 2 * math.pi
        return _arc(*conic, start, stop)

    def _trim_point(self, number: Ref, name: str) -> tuple[float, float] | None:
        for point in self._instances.refs(number, name):
            return point_of(self._instances, point, self._metres)[:2]
        return None

    def _trim_angle(self, number: Ref, name: str) -> float | None:
        value = self._instances.get(number, name)
        for part in value if isinstance(value, tuple) else ():
            if isinstance(part, Typed) and isinstance(part.value, (int, float)):
                return float(part.value) * self._radians
        return None


def _same(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-6


def _arc(frame: Frame, a: float, b: float, start: float, stop: float) -> Ring:
    count = max(2, math.ceil(abs(stop - start) / _ARC_STEP))
    ring: Ring = []
    for place in range(count + 1):
        angle = start + (stop - start) * place / count
        point: Vector = (a * math.cos(angle), b * math.sin(angle), 0.0)
        x, y, _ = apply(frame, point)
        ring.append((x, y))
    return ring


def _angle_on(conic: tuple[Frame, float, float], point: tuple[float, float]) -> float:
    frame, a, b = conic
    dx, dy = point[0] - frame.origin[0], point[1] - frame.origin[1]
    x = dx * frame.x[0] + dy * frame.x[1]
    y = dx * frame.y[0] + dy * frame.y[1]
    return math.atan2(y / b if b else 0.0, x / a if a else 0.0)


def _arc_through(first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]) -> Ring:
    (ax, ay), (bx, by), (cx, cy) = first, middle, last
    d = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
    if abs(d) < 1e-12:
        return [first, middle, last]
    a2, b2, c2 = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    ux = (a2 * (by - cy) + b2 * (cy - ay) + c2 * (ay - by)) / d
    uy = (a2 * (cx - bx) + b2 * (ax - cx) + c2 * (bx - ax)) / d
    radius = math.hypot(ax - ux, ay - uy)
    start = math.atan2(ay - uy, ax - ux)
    stop = math.atan2(cy - uy, cx - ux)
    turn = (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
    if turn > 0 and stop <= start:
        stop += 2 * math.pi
    if turn < 0 and stop >= start:
        stop -= 2 * math.pi
    centre = Frame((ux, uy, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    ring = _arc(centre, radius, radius, start, stop)
    return [first, *ring[1:-1], last]
