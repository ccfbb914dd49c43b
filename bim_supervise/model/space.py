"""Plan geometry of spaces: outlines, areas, and which space holds a point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from shapely.geometry import Point, Polygon

from bim_supervise.model.elements import Space

Ring = tuple[tuple[float, float], ...]


def footprint(rings: Iterable[Sequence[tuple[float, float]]]) -> Ring | None:
    """The exterior ring around one or several outlines [m], anticlockwise, first point not repeated.

    Outlines that touch or overlap are joined; if they stay apart, the largest is meant. None when no
    outline encloses an area.
    """
    polygons = []
    for ring in rings:
        if len(ring) < 3:
            continue
        polygon = Polygon(ring)
        polygons.append(polygon if polygon.is_valid else shapely.make_valid(polygon))
    joined = _largest(shapely.union_all(polygons)) if polygons else None
    if joined is None or joined.area <= 0:
        return None
    outline = shapely.orient_polygons(Polygon(joined.exterior))
    return tuple((float(x), float(y)) for x, y in outline.exterior.coords[:-1])


def _largest(shape: shapely.Geometry) -> Polygon | None:
    if isinstance(shape, Polygon):
        return shape
    parts = getattr(shape, "geoms", ())
    polygons = [found for part in parts if (found := _largest(part)) is not None]
    return max(polygons, key=lambda polygon: polygon.area, default=None)


def area(ring: Sequence[tuple[float, float]]) -> float:
    """Area of a ring [m2]."""
    return float(Polygon(ring).area)


def overlap(a: Sequence[tuple[float, float]], b: Sequence[tuple[float, float]]) -> float:
    """Area that two rings share [m2]."""
    return float(Polygon(a).intersection(Polygon(b)).area)


class SpaceIndex:
    """Finds the space that holds a point; boundaries belong to the space."""

    def __init__(self, spaces: Iterable[Space]) -> None:
        self._spaces = [space for space in spaces if space.polygon is not None]
        self._polygons = [Polygon(space.polygon) for space in self._spaces]
        self._tree = shapely.STRtree(self._polygons)

    def holding(self, x: float, y: float, z: float | None = None) -> Space | None:
        """The smallest space around a point in project coordinates [m].

        Args:
            x: easting in project coordinates [m].
            y: northing in project coordinates [m].
            z: height [m]; None to look at the plan alone.
        """
        places = self._tree.query(Point(x, y), predicate="intersects")
        best: Space | None = None
        best_area = 0.0
        for place in sorted(int(found) for found in places):
            space = self._spaces[place]
            if z is not None and (
                (space.z_min is not None and z < space.z_min) or (space.z_max is not None and z > space.z_max)
            ):
                continue
            size = self._polygons[place].area
            if best is None or size < best_area:
                best, best_area = space, size
        return best
