"""Places: which zone holds a position on site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.place_grid import ZoneGrid
from bim_supervise.model.elements import Space

_WORTH_A_GRID = 20_000
"""From so many positions on the grid pays for being built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A polygon with z range on site (区域): exterior ring and heights [m], project coordinates.

    An open end of the z range (None) reaches to the sky or to the ground. ``purpose`` says what it is for
    (pit, dome, crane radius, boundary ...).
    """

    id: str
    name: str
    polygon: tuple[tuple[float, float], ...]
    z_min: float | None = None
    z_max: float | None = None
    purpose: str | None = None


def zones_of_spaces(spaces: Iterable[Space]) -> list[Zone]:
    """The spaces of a model that have a footprint, as zones; the others hold nothing."""
    return [
        Zone(
            id=space.global_id,
            name=space.long_name or space.name,
            polygon=space.polygon,
            z_min=space.z_min,
            z_max=space.z_max,
            purpose="space",
        )
        for space in spaces
        if space.polygon is not None and len(set(space.polygon)) >= 3
    ]


class ZoneIndex:
    """Finds the zones that hold a position; a point on the border is inside.

    Zones may overlap (a room in a storey in a crane radius); the smallest one in plan is the most specific.

    Raises:
        InputRefused: ``zone_polygon_invalid`` for fewer than three corners, an area of nothing, or corners
            that are no numbers.
    """

    def __init__(self, zones: Iterable[Zone]) -> None:
        named = [(_polygon(zone), zone) for zone in zones]
        named.sort(key=lambda entry: (entry[0].area, entry[1].id))
        self.zones: tuple[Zone, ...] = tuple(zone for _, zone in named)
        self._tree = shapely.STRtree([polygon for polygon, _ in named])
        self._grid: ZoneGrid | None = None
        unknown = float("inf")
        self._low = np.array([-unknown if zone.z_min is None else zone.z_min for zone in self.zones], float)
        self._high = np.array([unknown if zone.z_max is None else zone.z_max for zone in self.zones], float)

    def holding(self, position: tuple[float, float, float]) -> tuple[str, ...]:
        """Ids of all zones that hold the position (x, y, z) [m], the most specific first."""
        _, found = self.pairs(np.array([position], float))
        return tuple(self.zones[index].id for index in sorted(found.tolist()))

    def assign(self, positions: NDArray[np.float64]) -> NDArray[np.int64]:
        """The most specific zone of each position.

        Args:
            positions: x, y, z [m], shape (n, 3).

        Returns:
            Index into ``zones``, -1 for none, shape (n,).
        """
        if len(positions) >= _WORTH_A_GRID and self.zones:
            if self._grid is None:
                self._grid = ZoneGrid(self._tree.geometries, self._low, self._high)
            return self._grid.assign(positions)
        chosen = np.full(len(positions), len(self.zones), np.int64)
        point, zone = self.pairs(positions)
        np.minimum.at(chosen, point, zone)
        chosen[chosen == len(self.zones)] = -1
        return chosen

    def pairs(self, positions: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All (position, zone) pairs of which the zone holds the position, as two arrays of indices."""
        usable = np.flatnonzero(np.isfinite(positions).all(axis=1))
        points = shapely.points(positions[usable, :2])
        point, zone = self._tree.query(points, predicate="intersects")
        height = positions[usable, 2][point]
        inside = (self._low[zone] <= height) & (height <= self._high[zone])
        return usable[point[inside]].astype(np.int64), zone[inside].astype(np.int64)


def _polygon(zone: Zone) -> BaseGeometry:
    corners: Sequence[tuple[float, float]] = zone.polygon
    if len(set(corners)) >= 3 and np.isfinite(np.array(corners, float)).all():
        polygon = shapely.make_valid(shapely.Polygon(corners))
        if polygon.area > 0:
            shapely.prepare(polygon)
            return polygon
    raise InputRefused(
        "zone_polygon_invalid",
        f"The zone '{zone.name}' ({zone.id}) encloses no area.",
        "A zone needs at least three corners (x, y) in metres that are not on one line.",
        zone=zone.id,
        name=zone.name,
    )
