"""Points to zones beside a vectorised query of shapely's STRtree, as a ratio in one run."""

from __future__ import annotations

import time

import numpy as np
import shapely

from bim_supervise.events.place import Zone, ZoneIndex

ZONES = 200


def zones() -> list[Zone]:
    """Polygons of 12 corners that lie apart, one in each field of a grid of 20 x 10 fields of 30 m."""
    dice = np.random.default_rng(3)
    made = []
    for number in range(ZONES):
        middle = 30 * np.array([number % 20, number // 20]) + 15
        angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        reach = dice.uniform(7, 14, 12)[:, None]
        corners = middle + reach * np.column_stack((np.cos(angles), np.sin(angles)))
        made.append(Zone(id=f"Z{number}", name=f"Z{number}", polygon=tuple(map(tuple, corners.tolist()))))
    return made


def test_points_to_zones_beside_a_vectorised_strtree(full, capsys):
    count = 2_000_000 if full else 300_000
    dice = np.random.default_rng(4)
    points = np.column_stack((dice.uniform(0, 600, count), dice.uniform(0, 300, count), np.zeros(count)))
    index = ZoneIndex(zones())
    polygons = [shapely.Polygon(zone.polygon) for zone in index.zones]
    tree = shapely.STRtree(polygons)

    def plain():
        which, where = tree.query(shapely.points(points[:, :2]), predicate="within")
        answer = np.full(count, -1)
        answer[which] = where
        return answer

    times: dict[str, list[float]] = {"plain": [], "ours": []}
    for _ in range(5):
        for name, work in (("plain", plain), ("ours", lambda: index.assign(points))):
            began = time.process_time()
            answer = work()
            times[name].append(time.process_time() - began)
            if name == "plain":
                wanted = answer
    assert np.array_equal(wanted, answer)
    ratio = min(times["plain"]) / min(times["ours"])
    with capsys.disabled():
        rate = count / min(times["ours"])
        print(f"\n{count:,} points to {ZONES} zones: {rate:,.0f} points/s, {ratio:.1f} x STRtree")
    assert ratio >= (2 if full else 1)
