"""Many points to zones at once: a grid that knows, for most of the plan, the answer without geometry.

Every cell lists the zones that reach into it, the most specific first, and whether each covers it wholly.
Only points in cells that a border crosses are compared with the polygon itself.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

CELLS = 256
"""Cells along each side of the grid."""
_NONE = -1


class ZoneGrid:
    """A grid over zones, given in the order in which they win.

    Args:
        polygons: of the zones, prepared, shape (m,).
        low: lower ends of their z ranges [m], shape (m,).
        high: upper ends [m], shape (m,).
    """

    def __init__(
        self, polygons: NDArray[np.object_], low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> None:
        self._polygons, self._low, self._high = polygons, low, high
        bounds = shapely.bounds(polygons)
        self._origin = bounds[:, :2].min(axis=0)
        # A hair's breadth more, so that rounding never puts a point into the cell beside its own.
        self._size = (bounds[:, 2:].max(axis=0) - self._origin) / CELLS * (1 + 1e-12) + 1e-12
        cell, zone, whole = self._reach(bounds)
        order = np.lexsort((zone, cell))
        cell, self._zone, self._whole = cell[order], zone[order], whole[order]
        counts = np.bincount(cell, minlength=CELLS * CELLS)
        self._first = np.concatenate(([0], np.cumsum(counts)))

    def _reach(
        self, bounds: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """(cell, zone) pairs that meet, and whether the zone covers the cell."""
        cells, zones, wholes = [], [], []
        pad = self._size * 1e-6
        for number, (x0, y0, x1, y1) in enumerate(bounds):
            first = np.clip((np.array([x0, y0]) - self._origin) // self._size, 0, CELLS - 1).astype(int)
            last = np.clip((np.array([x1, y1]) - self._origin) // self._size, 0, CELLS - 1).astype(int)
            columns, rows = np.meshgrid(
                np.arange(max(first[0] - 1, 0), min(last[0] + 1, CELLS - 1) + 1),
                np.arange(max(first[1] - 1, 0), min(last[1] + 1, CELLS - 1) + 1),
            )
            corner_x = self._origin[0] + columns.ravel() * self._size[0]
            corner_y = self._origin[1] + rows.ravel() * self._size[1]
            boxes = shapely.box(
                corner_x - pad[0],
                corner_y - pad[1],
                corner_x + self._size[0] + pad[0],
                corner_y + self._size[1] + pad[1],
            )
            polygon = self._polygons[number]
            met = np.flatnonzero(shapely.intersects(polygon, boxes))
            cells.append((rows.ravel() * CELLS + columns.ravel())[met])
            zones.append(np.full(len(met), number))
            wholes.append(shapely.covers(polygon, boxes[met]))
        return np.concatenate(cells), np.concatenate(zones), np.concatenate(wholes)

    def assign(self, positions: NDArray[np.float64]) -> NDArray[np.int64]:
        """The first zone that holds each position (x, y, z) [m], shape (n, 3) to (n,); -1 for none."""
        chosen = np.full(len(positions), _NONE, np.int64)
        place = (positions[:, :2] - self._origin) / self._size
        inside = np.isfinite(positions).all(axis=1) & (place >= 0).all(axis=1) & (place <= CELLS).all(axis=1)
        waiting = np.flatnonzero(inside)
        column_row = np.minimum(place[waiting].astype(np.int64), CELLS - 1)
        cell = column_row[:, 1] * CELLS + column_row[:, 0]
        at, end = self._first[cell], self._first[cell + 1]
        while len(waiting):
            left = at < end
            waiting, at, end = waiting[left], at[left], end[left]
            zone = self._zone[at]
            height = positions[waiting, 2]
            fits = (self._low[zone] <= height) & (height <= self._high[zone])
            near = np.flatnonzero(fits & ~self._whole[at])
            if len(near):
                fits[near] = self._hold(zone[near], positions[waiting[near], :2])
            chosen[waiting[fits]] = zone[fits]
            waiting, at, end = waiting[~fits], at[~fits] + 1, end[~fits]
        return chosen

    def _hold(self, zone: NDArray[np.int64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each zone's polygon holds its point; a point on the border is inside."""
        found = np.empty(len(zone), np.bool_)
        order = np.argsort(zone, kind="stable")
        starts = np.flatnonzero(np.diff(zone[order], prepend=-1))
        for chosen in np.split(order, starts[1:]):
            polygon = self._polygons[zone[chosen[0]]]
            found[chosen] = shapely.intersects_xy(polygon, points[chosen, 0], points[chosen, 1])
        return found
