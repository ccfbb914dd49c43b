"""Bounding boxes from the representation data, without a geometry kernel.

Each representation item becomes a cloud of points whose convex hull is that of the item (arcs in steps of 10
degrees, so at most 0.4 % of a radius too small). A difference of two solids counts as its first operand: the
box is then an upper bound. An element any part of which is not understood has no box; half a box would be
taken for a whole one.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bim_supervise.model.curves import Curves
from bim_supervise.model.instances import Instances, Ref, number_of
from bim_supervise.model.placement import (
    IDENTITY,
    Frame,
    Vector,
    axis_frame,
    cross,
    direction_of,
    numbers,
    point_of,
)
from bim_supervise.model.profiles import Profiles
from bim_supervise.model.units import Units

Box = tuple[float, float, float, float, float, float]
Cloud = NDArray[np.float64]
"""Points, shape (n, 3), n >= 1 [m]."""

_BODY = frozenset({"body", "facetation", "tessellation"})
_MAX_DEPTH = 64
_TURN_STEP = math.radians(10)
_DISC = [(math.cos(angle), math.sin(angle)) for angle in (math.pi * step / 12 for step in range(24))]


class Boxes:
    """Works out bounding boxes of the products of one file; shared items are worked out once."""

    def __init__(self, instances: Instances, units: Units) -> None:
        self._instances = instances
        self._metres = units.length
        self._radians = units.angle
        self._curves = Curves(instances, units)
        self._profiles = Profiles(instances, units)
        self._mapped: dict[int, Cloud | None] = {}

    def box(self, product: int, frame: Frame | None) -> Box | None:
        """Box of a product's body: xmin, ymin, zmin, xmax, ymax, zmax [m] in project coordinates.

        Args:
            product: instance number.
            frame: its world frame; None (no Cartesian placement) gives no box.
        """
        if frame is None:
            return None
        instances = self._instances
        low: Cloud | None = None
        high: Cloud | None = None
        for representation in instances.refs(instances.ref(product, "Representation"), "Representations"):
            identifier = instances.text(representation, "RepresentationIdentifier") or "body"
            if identifier.casefold() not in _BODY:
                continue
            for item in instances.refs(representation, "Items"):
                cloud = self._cloud(item, 0)
                if cloud is None:
                    return None
                placed = _placed(cloud, frame)
                least, most = placed.min(axis=0), placed.max(axis=0)
                low = least if low is None else np.minimum(low, least)
                high = most if high is None else np.maximum(high, most)
        if low is None or high is None or not np.isfinite(low).all() or not np.isfinite(high).all():
            return None
        least, most = low.round(6) + 0.0, high.round(6) + 0.0
        return (
            *(float(least[0]), float(least[1]), float(least[2])),
            *(float(most[0]), float(most[1]), float(most[2])),
        )

    def _cloud(self, item: Ref, depth: int) -> Cloud | None:
        instances = self._instances
        if depth > _MAX_DEPTH:
            return None
        if instances.is_a(item, "IfcMappedItem"):
            return self._of_mapped(item, depth)
        if instances.is_a(item, "IfcBooleanResult"):
            return self._of_boolean(item, depth)
        if instances.is_a(item, "IfcExtrudedAreaSolid"):
            return self._of_extrusion(item)
        if instances.is_a(item, "IfcManifoldSolidBrep"):
            return None if instances.is_a(item, "IfcAdvancedBrep") else self._of_shells(item, "Outer")
        if instances.is_a(item, "IfcFaceBasedSurfaceModel"):
            return self._of_shells(item, "FbsmFaces")
        if instances.is_a(item, "IfcShellBasedSurfaceModel"):
            return self._of_shells(item, "SbsmBoundary")
        if instances.is_a(item, "IfcTessellatedFaceSet"):
            return self._of_tessellation(item)
        if instances.is_a(item, "IfcSweptDiskSolid"):
            return self._of_disk(item)
        if instances.is_a(item, "IfcRevolvedAreaSolid"):
            return self._of_revolution(item)
        if instances.is_a(item, "IfcCsgSolid"):
            root = instances.ref(item, "TreeRootExpression")
            return None if root is None else self._cloud(root, depth + 1)
        if instances.is_a(item, "IfcBlock"):
            return self._of_block(item)
        return None

    def _of_mapped(self, item: Ref, depth: int) -> Cloud | None:
        instances = self._instances
        source = instances.ref(item, "MappingSource")
        target = instances.ref(item, "MappingTarget")
        if source is None or target is None:
            return None
        if source not in self._mapped:
            self._mapped[source] = None  # a map that leads back to itself has no box
            origin = axis_frame(instances, instances.ref(source, "MappingOrigin"), self._metres)
            parts: list[Cloud] = []
            for part in instances.refs(instances.ref(source, "MappedRepresentation"), "Items"):
                cloud = self._cloud(part, depth + 1)
                if cloud is None:
                    return None
                parts.append(cloud)
            if parts:
                self._mapped[source] = _placed(np.concatenate(parts), origin)
        known = self._mapped[source]
        return None if known is None else _placed(known, self._operator(target))

    def _operator(self, number: Ref) -> Frame:
        """An IfcCartesianTransformationOperator3D as a frame whose axes carry its scales."""
        instances = self._instances
        z = _unit(direction_of(instances, instances.ref(number, "Axis3"))) or (0.0, 0.0, 1.0)
        first = _unit(direction_of(instances, instances.ref(number, "Axis1"))) or (1.0, 0.0, 0.0)
        along = _dot(first, z)
        x = _unit((first[0] - along * z[0], first[1] - along * z[1], first[2] - along * z[2]))
        if x is None:
            x = _unit(cross((0.0, 1.0, 0.0) if abs(z[1]) < 0.9 else (0.0, 0.0, 1.0), z)) or (1.0, 0.0, 0.0)
        y = cross(z, x)
        second = direction_of(instances, instances.ref(number, "Axis2"))
        if second is not None and _dot(second, y) < 0:
            y = (-y[0], -y[1], -y[2])
        scale = number_of(instances.get(number, "Scale"))
        a = 1.0 if scale is None else scale
        b, c = number_of(instances.get(number, "Scale2")), number_of(instances.get(number, "Scale3"))
        origin = point_of(instances, instances.ref(number, "LocalOrigin"), self._metres)
        return Frame(origin, _times(x, a), _times(y, a if b is None else b), _times(z, a if c is None else c))

    def _of_boolean(self, item: Ref, depth: int) -> Cloud | None:
        first = self._instances.ref(item, "FirstOperand")
        cloud = None if first is None else self._cloud(first, depth + 1)
        if cloud is None or self._instances.get(item, "Operator") != "UNION":
            return cloud
        second = self._instances.ref(item, "SecondOperand")
        other = None if second is None else self._cloud(second, depth + 1)
        return None if other is None else np.concatenate((cloud, other))

    def _of_extrusion(self, item: Ref) -> Cloud | None:
        instances = self._instances
        profile = instances.ref(item, "SweptArea")
        along = _unit(direction_of(instances, instances.ref(item, "ExtrudedDirection")))
        length = self._length(item, "Depth")
        ring = None if profile is None else self._profiles.corners(profile)
        if ring is None or along is None or length is None:
            return None
        end = instances.ref(item, "EndSweptArea")
        top = ring if end is None else self._profiles.corners(end)
        if top is None:
            return None
        dx, dy, dz = _times(along, length)
        points = [(x, y, 0.0) for x, y in ring] + [(x + dx, y + dy, dz) for x, y in top]
        return _placed(np.array(points), self._position(item))

    def _of_revolution(self, item: Ref) -> Cloud | None:
        instances = self._instances
        profile, axis = instances.ref(item, "SweptArea"), instances.ref(item, "Axis")
        ring = None if profile is None else self._profiles.corners(profile)
        angle = number_of(instances.get(item, "Angle"))
        if ring is None or axis is None or angle is None:
            return None
        centre = np.array(point_of(instances, instances.ref(axis, "Location"), self._metres))
        k = np.array(_unit(direction_of(instances, instances.ref(axis, "Axis"))) or (0.0, 0.0, 1.0))
        away = np.array([(x, y, 0.0) for x, y in ring]) - centre
        beside, along = np.cross(k, away), np.outer((away * k).sum(axis=1), k)
        turn = angle * self._radians
        count = min(360, max(2, math.ceil(abs(turn) / _TURN_STEP)))
        clouds = [
            along + (away - along) * math.cos(turn * step / count) + beside * math.sin(turn * step / count)
            for step in range(count + 1)
        ]
        return _placed(np.concatenate(clouds) + centre, self._position(item))

    def _of_disk(self, item: Ref) -> Cloud | None:
        directrix = self._instances.ref(item, "Directrix")
        radius = self._length(item, "Radius")
        path = None if directrix is None else self._curves.points(directrix)
        if radius is None or path is None or len(path) < 2:
            return None
        points: list[Vector] = []
        for start, stop in pairwise(path):
            along = _unit((stop[0] - start[0], stop[1] - start[1], stop[2] - start[2]))
            if along is None:
                continue
            x = _unit(cross((1.0, 0.0, 0.0) if abs(along[0]) < 0.9 else (0.0, 1.0, 0.0), along))
            assert x is not None
            y = cross(along, x)
            for c, s in _DISC:
                dx, dy, dz = (radius * (c * x[i] + s * y[i]) for i in range(3))
                points.append((start[0] + dx, start[1] + dy, start[2] + dz))
                points.append((stop[0] + dx, stop[1] + dy, stop[2] + dz))
        return np.array(points) if points else None

    def _of_block(self, item: Ref) -> Cloud | None:
        sizes = [self._length(item, name) for name in ("XLength", "YLength", "ZLength")]
        a, b, c = sizes
        if a is None or b is None or c is None:
            return None
        corners = [(x, y, z) for x in (0.0, a) for y in (0.0, b) for z in (0.0, c)]
        return _placed(np.array(corners), self._position(item))

    def _of_shells(self, item: Ref, name: str) -> Cloud | None:
        """All corners of the faces of the shells; only faces bounded by polygons are understood."""
        instances = self._instances
        rows, classes = instances.rows, instances.classes
        points: set[Ref] = set()
        for shell in instances.refs(item, name):
            for face in instances.refs(shell, "CfsFaces"):
                for bound in rows[face][0]:
                    loop = rows[bound][0] if bound in rows else None
                    if loop is None or classes.get(loop) != "IfcPolyLoop":
                        return None
                    points.update(rows[loop][0])
        if not points:
            return None
        try:
            return np.array([rows[point][0] for point in points], dtype=float).reshape(-1, 3) * self._metres
        except (KeyError, TypeError, ValueError):
            return None

    def _of_tessellation(self, item: Ref) -> Cloud | None:
        listed = self._instances.get(self._instances.ref(item, "Coordinates"), "CoordList")
        try:
            return np.array(listed, dtype=float).reshape(-1, 3) * self._metres if listed else None
        except (TypeError, ValueError):
            return None

    def _position(self, item: Ref) -> Frame:
        return axis_frame(self._instances, self._instances.ref(item, "Position"), self._metres)

    def _length(self, number: Ref, name: str) -> float | None:
        value = number_of(self._instances.get(number, name))
        return None if value is None else value * self._metres


def _placed(cloud: Cloud, frame: Frame) -> Cloud:
    if frame == IDENTITY:
        return cloud
    # Written out: a matrix product would wake the threads of BLAS for every few points, ten times slower.
    origin, x, y, z = (np.array(vector) for vector in frame)
    placed: Cloud = cloud[:, 0:1] * x + cloud[:, 1:2] * y + cloud[:, 2:3] * z + origin
    return placed


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _times(vector: Vector, factor: float) -> Vector:
    return (vector[0] * factor, vector[1] * factor, vector[2] * factor)


def _unit(vector: Vector | None) -> Vector | None:
    if vector is None or numbers(vector) is None:
        return None
    length = math.sqrt(_dot(vector, vector))
    return None if length < 1e-12 else _times(vector, 1.0 / length)
