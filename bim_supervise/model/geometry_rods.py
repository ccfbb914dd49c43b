"""Reinforcement and other round rods as six-sided tubes along their centre lines.

A kernel needs half a minute and 700,000 triangles for two cages of bars; on a screen nobody sees the
difference to a hexagon, and nothing may be left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mesh = tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]
"""Vertices (n, 3) [m], faces (m, 3) and edges (k, 2)."""

_SIDES = 6
_MOST_POINTS = 48
"""A centre line is thinned to this many points; a stirrup has about thirty."""
_DEEPEST = 16


class Rods:
    """Meshes elements of one file whose bodies are swept disks and nothing else."""

    def __init__(self, file: Any) -> None:
        import ifcopenshell.util.unit

        self._metres = float(ifcopenshell.util.unit.calculate_unit_scale(file))
        self._lines: dict[int, NDArray[np.float64] | None] = {}

    def mesh(self, element: Any, bodies: Sequence[Any]) -> Mesh | None:
        """The element in project coordinates, or None when it is made of anything but rods."""
        import ifcopenshell.util.placement

        parts: list[tuple[Any, NDArray[np.float64]]] = []
        for body in bodies:
            for item in body.Items:
                if not self._collect(item, np.eye(4), parts, 0):
                    return None
        if not parts:
            return None
        frame = ifcopenshell.util.placement.get_local_placement(element.ObjectPlacement)
        frame = np.array(frame, np.float64)
        frame[:3, 3] *= self._metres
        tubes = []
        for disk, inner in parts:
            line = self._line(disk.Directrix)
            if line is None:
                return None
            matrix = frame @ inner
            placed = line @ matrix[:3, :3].T + matrix[:3, 3]
            size = float(np.cbrt(abs(np.linalg.det(inner[:3, :3]))))
            tubes.append(tube(placed, float(disk.Radius) * self._metres * size))
        return _joined(tubes)

    def _collect(
        self, item: Any, matrix: NDArray[np.float64], parts: list[tuple[Any, NDArray[np.float64]]], depth: int
    ) -> bool:
        import ifcopenshell.util.placement

        if item.is_a("IfcSweptDiskSolid"):
            parts.append((item, matrix))
            return True
        if not item.is_a("IfcMappedItem") or depth > _DEEPEST:
            return False
        step = np.array(ifcopenshell.util.placement.get_mappeditem_transformation(item), np.float64)
        step[:3, 3] *= self._metres
        inner = matrix @ step
        return all(
            self._collect(part, inner, parts, depth + 1)
            for part in item.MappingSource.MappedRepresentation.Items
        )

    def _line(self, directrix: Any) -> NDArray[np.float64] | None:
        """The centre line as points (n, 3) [m] in the order of the curve."""
        if directrix.id() not in self._lines:
            self._lines[directrix.id()] = _polyline(directrix)
        return self._lines[directrix.id()]


def _polyline(directrix: Any) -> NDArray[np.float64] | None:
    import ifcopenshell.geom
    from ifcopenshell import ifcopenshell_wrapper

    settings: Any = ifcopenshell.geom.settings()  # type: ignore[no-untyped-call]
    settings.set("dimensionality", ifcopenshell_wrapper.CURVES)
    try:
        shape: Any = ifcopenshell.geom.create_shape(settings, directrix, geometry_library="opencascade")
    except RuntimeError:
        return None  # the kernel then tries the whole element
    curve = getattr(shape, "geometry", shape)
    points = np.array(curve.verts, np.float64).reshape(-1, 3)
    edges = np.array(curve.edges, np.int64).reshape(-1, 2)
    if len(points) < 2 or not len(edges) or (edges[1:, 0] != edges[:-1, 1]).any():
        return None
    ordered = points[[*edges[:, 0], edges[-1, 1]]]
    apart = np.linalg.norm(np.diff(ordered, axis=0), axis=1) > 1e-7
    ordered = ordered[np.concatenate([[True], apart])]
    return thinned(ordered) if len(ordered) > 1 else None


def thinned(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """At most ``_MOST_POINTS`` points of a line (n, 3): ends and the sharpest bends stay."""
    if len(line) <= _MOST_POINTS:
        return line
    along = np.diff(line, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    bend = 1.0 - (along[1:] * along[:-1]).sum(axis=1)
    kept = np.sort(np.argsort(-bend, kind="stable")[: _MOST_POINTS - 2]) + 1
    return line[[0, *kept, len(line) - 1]]


def tube(line: NDArray[np.float64], radius: float) -> Mesh:
    """A closed six-sided tube of ``radius`` [m] around a line (n, 3) [m], n >= 2."""
    along = np.diff(line, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    tangents = np.concatenate([along[:1], along[1:] + along[:-1], along[-1:]])
    norms = np.linalg.norm(tangents, axis=1)
    tangents[norms < 1e-9] = np.concatenate([along, along[-1:]])[norms < 1e-9]
    tangents /= np.linalg.norm(tangents, axis=1)[:, None]
    side = _carried(tangents)
    up = np.cross(tangents, side)
    turns = [2 * math.pi * index / _SIDES for index in range(_SIDES)]
    rings = np.stack([line + radius * (math.cos(a) * side + math.sin(a) * up) for a in turns], axis=1)
    count = len(line)
    ring = np.arange(count - 1)[:, None] * _SIDES
    one = np.arange(_SIDES)[None, :]
    two = (one + 1) % _SIDES
    a, b, c, d = ring + one, ring + two, ring + _SIDES + two, ring + _SIDES + one
    walls = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    fan = np.array([(0, index + 1, index) for index in range(1, _SIDES - 1)])
    end = fan[:, ::-1] + (count - 1) * _SIDES
    faces = np.concatenate([walls, fan, end]).astype(np.int32)
    return rings.reshape(-1, 3), faces, np.zeros((0, 2), np.int32)


def _carried(tangents: NDArray[np.float64]) -> NDArray[np.float64]:
    """A side direction at each point, carried along the line so that the tube does not twist."""
    first = tangents[0]
    start = np.array([1.0, 0.0, 0.0]) if abs(first[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    sides = []
    for tangent in tangents:
        start = start - tangent * (start @ tangent)
        size = float(np.linalg.norm(start))
        if size < 1e-9:  # the line turns straight into the carried direction
            start = np.cross(tangent, [0.0, 0.0, 1.0] if abs(tangent[2]) < 0.9 else [0.0, 1.0, 0.0])
            size = float(np.linalg.norm(start))
        start = start / size
        sides.append(start)
    return np.array(sides)


def _joined(meshes: Sequence[Mesh]) -> Mesh:
    offsets = np.cumsum([0, *(len(vertices) for vertices, _, _ in meshes)])
    return (
        np.concatenate([vertices for vertices, _, _ in meshes]),
        np.concatenate([faces + offset for (_, faces, _), offset in zip(meshes, offsets, strict=False)]),
        np.concatenate([edges + offset for (_, _, edges), offset in zip(meshes, offsets, strict=False)]),
    )
