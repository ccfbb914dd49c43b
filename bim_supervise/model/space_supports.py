"""What carries what, from bounding boxes: whatever stands on or hangs in something comes after it."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

CONTACT_M = 0.05
"""Gaps up to this height still count as standing on each other [m]; models leave joints and rounding."""
OVERLAP_M = 0.01
"""How far two plans have to overlap in x and in y to touch [m]."""


def carrying_pairs(
    boxes: NDArray[np.float64], carriers: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which box carries which.

    A box carries another when their plans overlap, it begins lower, and it reaches up to the other's foot.
    A wall so carries the window in it, a column the beam that ends in its head. As the foot of the carrier
    is always strictly lower, the pairs have no cycle.

    Args:
        boxes: xmin, ymin, zmin, xmax, ymax, zmax [m], shape (n, 6); a row with nan touches nothing.
        carriers: which boxes are fit to carry (structure and ground), shape (n,).

    Returns:
        Indices of carriers and of what they carry, each of shape (pairs,).
    """
    usable = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    low, high = boxes[usable, :2] + OVERLAP_M, boxes[usable, 3:5] - OVERLAP_M
    # A box thinner than the overlap asked for shrinks to its middle line.
    middle = (low + high) / 2
    low, high = np.minimum(low, middle), np.maximum(high, middle)
    plans = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    below = usable[carriers[usable]]
    tree = shapely.STRtree(plans[carriers[usable]])
    above, found = tree.query(plans, predicate="intersects")
    carrier, carried = below[found], usable[above]
    foot, other = boxes[carrier, 2], boxes[carried, 2]
    stands = (foot < other) & (boxes[carrier, 5] >= other - CONTACT_M)
    return carrier[stands].astype(np.int64), carried[stands].astype(np.int64)
