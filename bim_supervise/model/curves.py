"""Curves of the file as point sequences in metres: polylines exactly, arcs in steps of 10 degrees."""

from __future__ import annotations

import math

from bim_supervise.model.instances import Instances, Ref, Typed, number_of
from bim_supervise.model.placement import Frame, Vector, apply, axis_frame, cross, numbers, point_of
from bim_supervise.model.units import Units

Path3 = list[Vector]

_ARC_STEP = math.radians(10)
_MAX_DEPTH = 12


class Curves:
    """Works out the points of bounded curves; a curve that is not understood gives None."""

    def __init__(self, instances: Instances, units: Units) -> None:
        self._instances = instances
        self._metres = units.length
        self._radians = units.angle

    def points(self, number: Ref, depth: int = 0) -> Path3 | None:
        """Points along a curve [m] in its own system; a plane curve has z = 0."""
        instances = self._instances
        if depth > _MAX_DEPTH:
            return None
        if instances.is_a(number, "IfcPolyline"):
            return [point_of(instances, point, self._metres) for point in instances.refs(number, "Points")]
        if instances.is_a(number, "IfcIndexedPolyCurve"):
            return self._indexed(number)
        if instances.is_a(number, "IfcCompositeCurve"):
            return self._composite(number, depth)
        if instances.is_a(number, "IfcTrimmedCurve"):
            return self._trimmed(number)
        if instances.is_a(number, "IfcConic"):
            conic = self._conic(number)
            return None if conic is None else arc(*conic, 0.0, 2 * math.pi)
        return None

    def _composite(self, number: Ref, depth: int) -> Path3 | None:
        instances = self._instances
        path: Path3 = []
        for segment in instances.refs(number, "Segments"):
            parent = instances.ref(segment, "ParentCurve")
            part = None if parent is None else self.points(parent, depth + 1)
            if part is None:
                return None
            if instances.get(segment, "SameSense") is False:
                part = part[::-1]
            path += part[1:] if path and part and same(path[-1], part[0]) else part
        return path

    def _indexed(self, number: Ref) -> Path3 | None:
        instances = self._instances
        listed = instances.get(instances.ref(number, "Points"), "CoordList")
        if not isinstance(listed, tuple):
            return None
        vectors = [numbers(point) for point in listed]
        metres = self._metres
        flat = [
            (vector[0] * metres, vector[1] * metres, vector[2] * metres)
            for vector in vectors
            if vector is not None
        ]
        segments = instances.get(number, "Segments")
        if segments is None:
            return flat
        path: Path3 = []
        for segment in segments:
            if not isinstance(segment, Typed) or not all(1 <= place <= len(flat) for place in segment.value):
                return None
            part = [flat[place - 1] for place in segment.value]
            if segment.type == "IfcArcIndex" and len(part) == 3:
                part = _arc_through(*part)
            path += part[1:] if path and same(path[-1], part[0]) else part
        return path

    def _conic(self, number: Ref) -> tuple[Frame, float, float] | None:
        frame = axis_frame(self._instances, self._instances.ref(number, "Position"), self._metres)
        radius = self._length(number, "Radius")
        if radius is not None:
            return frame, radius, radius
        a, b = self._length(number, "SemiAxis1"), self._length(number, "SemiAxis2")
        return None if a is None or b is None else (frame, a, b)

    def _length(self, number: Ref, name: str) -> float | None:
        value = number_of(self._instances.get(number, name))
        return None if value is None else value * self._metres

    def _trimmed(self, number: Ref) -> Path3 | None:
        instances = self._instances
        basis = instances.ref(number, "BasisCurve")
        ends = [self._trim_point(number, name) for name in ("Trim1", "Trim2")]
        if basis is None:
            return None
        if instances.is_a(basis, "IfcLine"):
            ends = [
                self._on_line(basis, number, name) if end is None else end
                for name, end in zip(("Trim1", "Trim2"), ends, strict=True)
            ]
            return None if ends[0] is None or ends[1] is None else [ends[0], ends[1]]
        conic = self._conic(basis) if instances.is_a(basis, "IfcConic") else None
        if conic is None:
            return None
        angles = []
        for name, end in zip(("Trim1", "Trim2"), ends, strict=True):
            value = self._trim_value(number, name)
            angle = None if value is None else value * self._radians
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
        return arc(*conic, start, stop)

    def _on_line(self, line: Ref, number: Ref, name: str) -> Vector | None:
        value = self._trim_value(number, name)
        vector = self._instances.ref(line, "Dir")
        along = numbers(self._instances.get(self._instances.ref(vector, "Orientation"), "DirectionRatios"))
        magnitude = self._length(vector, "Magnitude") if vector is not None else None
        if value is None or along is None or magnitude is None:
            return None
        length = math.sqrt(sum(part * part for part in along))
        if length < 1e-12:
            return None
        ox, oy, oz = point_of(self._instances, self._instances.ref(line, "Pnt"), self._metres)
        step = value * magnitude / length
        return (ox + along[0] * step, oy + along[1] * step, oz + along[2] * step)

    def _trim_point(self, number: Ref, name: str) -> Vector | None:
        for point in self._instances.refs(number, name):
            return point_of(self._instances, point, self._metres)
        return None

    def _trim_value(self, number: Ref, name: str) -> float | None:
        value = self._instances.get(number, name)
        for part in value if isinstance(value, tuple) else ():
            if isinstance(part, Typed) and isinstance(part.value, (int, float)):
                return float(part.value)
        return None


def same(a: Vector, b: Vector) -> bool:
    """Whether two points are closer than a micrometre."""
    return math.dist(a, b) < 1e-6


def arc(frame: Frame, a: float, b: float, start: float, stop: float) -> Path3:
    """Points of an ellipse arc with semi-axes ``a`` and ``b`` [m] between two angles [rad], ends included."""
    count = max(2, math.ceil(abs(stop - start) / _ARC_STEP))
    path: Path3 = []
    for place in range(count + 1):
        angle = start + (stop - start) * place / count
        path.append(apply(frame, (a * math.cos(angle), b * math.sin(angle), 0.0)))
    return path


def _angle_on(conic: tuple[Frame, float, float], point: Vector) -> float:
    frame, a, b = conic
    away = tuple(point[i] - frame.origin[i] for i in range(3))
    x = sum(away[i] * frame.x[i] for i in range(3))
    y = sum(away[i] * frame.y[i] for i in range(3))
    return math.atan2(y / b if b else 0.0, x / a if a else 0.0)


def _arc_through(first: Vector, middle: Vector, last: Vector) -> Path3:
    """The circular arc from ``first`` through ``middle`` to ``last``; points in a row stay as they are."""
    u = (middle[0] - first[0], middle[1] - first[1], middle[2] - first[2])
    v = (last[0] - first[0], last[1] - first[1], last[2] - first[2])
    w = cross(u, v)
    uu, vv, ww = (sum(part * part for part in vector) for vector in (u, v, w))
    if ww < 1e-24 or ww < 1e-18 * uu * vv:
        return [first, middle, last]
    a, b = cross(v, w), cross(w, u)
    centre = (
        first[0] + (uu * a[0] + vv * b[0]) / (2 * ww),
        first[1] + (uu * a[1] + vv * b[1]) / (2 * ww),
        first[2] + (uu * a[2] + vv * b[2]) / (2 * ww),
    )
    radius = math.dist(centre, first)
    size = math.sqrt(ww)
    z = (w[0] / size, w[1] / size, w[2] / size)
    x = tuple((first[i] - centre[i]) / radius for i in range(3))
    turned = Frame(centre, (x[0], x[1], x[2]), cross(z, (x[0], x[1], x[2])), z)
    stop = _angle_on((turned, 1.0, 1.0), last)
    path = arc(turned, radius, radius, 0.0, stop if stop > 0 else stop + 2 * math.pi)
    return [first, *path[1:-1], last]
