"""Placements: where a product stands in project coordinates."""

from __future__ import annotations

import math
from typing import NamedTuple

from bim_supervise.model.instances import Instances, Ref

Vector = tuple[float, float, float]
_MAX_CHAIN = 1000


class Frame(NamedTuple):
    """A coordinate system: origin [m] and its three axes (unit vectors) in the parent's system."""

    origin: Vector
    x: Vector
    y: Vector
    z: Vector


IDENTITY = Frame((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def apply(frame: Frame, point: Vector) -> Vector:
    """A point of the frame's own system in its parent's system."""
    (ox, oy, oz), (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = frame
    a, b, c = point
    return (ox + a * xx + b * yx + c * zx, oy + a * xy + b * yy + c * zy, oz + a * xz + b * yz + c * zz)


def compose(parent: Frame, child: Frame) -> Frame:
    """The frame ``child``, given in ``parent``, in the system of the parent's parent."""
    turn = Frame((0.0, 0.0, 0.0), parent.x, parent.y, parent.z)
    return Frame(
        apply(parent, child.origin), apply(turn, child.x), apply(turn, child.y), apply(turn, child.z)
    )


def relative(parent: Frame, child: Frame) -> Frame:
    """The frame ``child`` in the system of ``parent``, both given in one system (inverse of ``compose``)."""

    def turned(vector: Vector) -> Vector:
        a, b, c = (sum(p * q for p, q in zip(vector, axis, strict=True)) for axis in parent[1:])
        return (a, b, c)

    (px, py, pz), (cx, cy, cz) = parent.origin, child.origin
    return Frame(turned((cx - px, cy - py, cz - pz)), turned(child.x), turned(child.y), turned(child.z))


def numbers(value: object, size: int = 3) -> Vector | None:
    """Two or three coordinates as a 3-vector; None if they are not finite numbers."""
    if not isinstance(value, tuple) or not 2 <= len(value) <= size:
        return None
    if not all(isinstance(part, (int, float)) and math.isfinite(part) for part in value):
        return None
    return (float(value[0]), float(value[1]), float(value[2]) if len(value) > 2 else 0.0)


def _unit(vector: Vector | None, default: Vector) -> Vector:
    if vector is None:
        return default
    length = math.sqrt(vector[0] ** 2 + vector[1] ** 2 + vector[2] ** 2)
    if length < 1e-12:
        return default
    return (vector[0] / length, vector[1] / length, vector[2] / length)


def cross(a: Vector, b: Vector) -> Vector:
    """Cross product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def point_of(instances: Instances, number: Ref | None, factor: float) -> Vector:
    """Coordinates of an IfcCartesianPoint [m]; the origin if there is none."""
    vector = numbers(instances.get(number, "Coordinates")) or (0.0, 0.0, 0.0)
    return (vector[0] * factor, vector[1] * factor, vector[2] * factor)


def direction_of(instances: Instances, number: Ref | None) -> Vector | None:
    """Ratios of an IfcDirection, not normalised."""
    return numbers(instances.get(number, "DirectionRatios"))


def axis_frame(instances: Instances, number: Ref | None, factor: float) -> Frame:
    """The frame of an IfcAxis2Placement2D/3D with its defaults filled in and its axes made square."""
    if number is None:
        return IDENTITY
    origin = point_of(instances, instances.ref(number, "Location"), factor)
    z = _unit(direction_of(instances, instances.ref(number, "Axis")), (0.0, 0.0, 1.0))
    wanted = _unit(direction_of(instances, instances.ref(number, "RefDirection")), (1.0, 0.0, 0.0))
    along = sum(a * b for a, b in zip(wanted, z, strict=True))
    flat = (wanted[0] - along * z[0], wanted[1] - along * z[1], wanted[2] - along * z[2])
    fallback = (1.0, 0.0, 0.0) if abs(z[0]) < 0.9 else (0.0, 1.0, 0.0)
    if abs(along) > 1 - 1e-12:
        along = sum(a * b for a, b in zip(fallback, z, strict=True))
        flat = (fallback[0] - along * z[0], fallback[1] - along * z[1], fallback[2] - along * z[2])
    x = _unit(flat, (1.0, 0.0, 0.0))
    return Frame(origin, x, cross(z, x), z)


class Placements:
    """World frames of IfcLocalPlacement, each worked out once.

    A grid or linear placement has no frame here (None) unless it states its Cartesian equivalent.
    """

    def __init__(self, instances: Instances, length_factor: float) -> None:
        self._instances = instances
        self._factor = length_factor
        self._known: dict[int, Frame | None] = {}

    def frame(self, number: Ref | None) -> Frame | None:
        """World frame of a placement; the world itself when a product has none."""
        if number is None:
            return IDENTITY
        chain: list[Ref] = []
        seen: set[int] = set()
        at: Ref | None = number
        while at is not None and at not in self._known and at not in seen and len(chain) < _MAX_CHAIN:
            chain.append(at)
            seen.add(at)
            at = self._instances.ref(at, "PlacementRelTo")
        known: Frame | None = IDENTITY
        if at is not None:
            known = None if at in seen or len(chain) >= _MAX_CHAIN else self._known[at]
        for step in reversed(chain):
            known = self._step(known, step)
            self._known[step] = known
        return known

    def _step(self, parent: Frame | None, number: Ref) -> Frame | None:
        if parent is None:
            return None
        if self._instances.is_a(number, "IfcLocalPlacement"):
            return compose(parent, axis_frame(self._instances, self._relative(number), self._factor))
        cartesian = self._instances.ref(number, "CartesianPosition")
        if cartesian is None:
            return None
        return compose(parent, axis_frame(self._instances, cartesian, self._factor))

    def _relative(self, number: Ref) -> Ref | None:
        return self._instances.ref(number, "RelativePlacement")
