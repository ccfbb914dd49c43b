"""Points to zones: the grid says what the polygons say, only faster."""

from __future__ import annotations

import statistics
import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.events import place
from bim_supervise.events.place import Zone, ZoneIndex


def zones(dice, count, extent=400.0):
    made = []
    for number in range(count):
        x, y = dice.uniform(0, extent, 2)
        angles = np.sort(dice.uniform(0, 2 * np.pi, dice.integers(3, 12)))
        radius = dice.uniform(5, 60) * dice.uniform(0.5, 1, len(angles))
        ring = tuple(zip(x + radius * np.cos(angles), y + radius * np.sin(angles), strict=True))
        low, high = sorted(dice.uniform(-10, 40, 2)) if number % 3 else (None, None)
        if shapely.Polygon(ring).area > 1:
            made.append(Zone(id=f"Z{number}", name=f"Z{number}", polygon=ring, z_min=low, z_max=high))
    return made


def points(dice, count, extent=400.0):
    return np.column_stack((dice.uniform(-50, extent + 50, (count, 2)), dice.uniform(-15, 45, count)))


def by_tree(index, positions):
    """The same answer by one vectorised query of the tree."""
    chosen = np.full(len(positions), len(index.zones), np.int64)
    point, zone = index.pairs(positions)
    np.minimum.at(chosen, point, zone)
    chosen[chosen == len(index.zones)] = -1
    return chosen


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 25))
def test_the_grid_and_the_tree_agree(seed, count):
    dice = np.random.default_rng(seed)
    index = ZoneIndex(zones(dice, count) or zones(np.random.default_rng(1), 5))
    positions = points(dice, 400)
    corners = np.array([(*corner, 0.0) for zone in index.zones for corner in zone.polygon])
    positions = np.concatenate((positions, corners, [[np.nan, 0, 0], [0, np.inf, 0]]))
    expected = by_tree(index, positions)
    place_worth, place._WORTH_A_GRID = place._WORTH_A_GRID, 1
    try:
        assert index.assign(positions).tolist() == expected.tolist()
    finally:
        place._WORTH_A_GRID = place_worth


def test_cells_on_the_rim_and_points_on_borders_are_inside():
    square = Zone(id="S", name="S", polygon=((0, 0), (10, 0), (10, 10), (0, 10)))
    index = ZoneIndex([square])
    rim = np.array([(x, y, 0.0) for x in np.linspace(0, 10, 200) for y in (0.0, 10.0)] * 100)
    assert (index.assign(rim) == 0).all()
    assert len(rim) > place._WORTH_A_GRID


@pytest.mark.timeout(120)
def test_many_points_are_assigned_at_least_twice_as_fast_as_by_a_vectorised_tree_query():
    dice = np.random.default_rng(5)
    index = ZoneIndex(zones(dice, 200, 2000.0))
    positions = points(dice, 200_000, 2000.0)
    index.assign(positions)
    tree, grid = [], []
    for _ in range(3):
        began = time.perf_counter()
        expected = by_tree(index, positions)
        tree.append(time.perf_counter() - began)
        began = time.perf_counter()
        found = index.assign(positions)
        grid.append(time.perf_counter() - began)
    assert found.tolist() == expected.tolist()
    ratio = statistics.median(tree) / statistics.median(grid)
    print(f"points to zones: {len(positions) / min(grid) / 1e6:.1f} M/s, {ratio:.1f}x a vectorised STRtree")
    assert ratio >= 2
