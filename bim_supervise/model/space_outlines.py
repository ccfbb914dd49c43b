"""What an element covers in plan: its mesh seen from above."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

Rings = tuple[tuple[tuple[float, float], ...], ...]

_MOST_TRIANGLES = 4000
"""Above this the convex hull stands for the outline: nobody sees the difference on a phone."""
_GRID_M = 0.002
_SIMPLER_M = 0.01


def seen_from_above(corners: NDArray[np.float64], faces: NDArray[np.int64]) -> Rings | None:
    """Rings [m] of what a mesh covers, outer ones and holes alike (to be filled even-odd).

    Args:
        corners: (n, 3) [m].
        faces: (m, 3) places of corners.

    Returns:
        None when the mesh covers no area, e.g. a sheet that stands upright.
    """
    flat = corners[:, :2]
    if len(faces) > _MOST_TRIANGLES:
        shape = shapely.MultiPoint(flat).convex_hull
    else:
        triangles = flat[faces]
        one, two = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
        broad = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]) > 1e-7
        shape = shapely.union_all(shapely.polygons(triangles[broad]), grid_size=_GRID_M)
    return _rings(shape.simplify(_SIMPLER_M)) or None


def box_from_above(box: Sequence[float]) -> Rings | None:
    """The same of a bounding box (xmin, ymin, zmin, xmax, ymax, zmax) [m]."""
    west, south, _, east, north, _ = box
    if east - west < _GRID_M or north - south < _GRID_M:
        return None
    return (((west, south), (east, south), (east, north), (west, north)),)


def _rings(shape: shapely.Geometry) -> Rings:
    parts = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    return tuple(
        tuple((round(float(x), 3), round(float(y), 3)) for x, y in ring.coords[:-1])
        for part in parts
        if isinstance(part, Polygon) and not part.is_empty
        for ring in (part.exterior, *part.interiors)
    )
