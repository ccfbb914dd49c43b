"""Where machines and people's tags were: GPS to site coordinates, and stays in zones. Pure."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bim_supervise.events.senders import Permission

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_2 = 6.694_379_990_141e-3
"""WGS 84: semi-major axis [m] and first eccentricity squared."""
PERSON = "person-"
"""What the pseudonym of a person's tag begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A point that is known both ways: WGS 84 [degrees, m] and project coordinates [m].

    ``rotation_deg`` is the angle from east to the project's x axis, counter-clockwise.
    """

    latitude: float
    longitude: float
    altitude: float = 0.0
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    rotation_deg: float = 0.0


def site_positions(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    altitude: NDArray[np.float64],
    anchor: Anchor,
) -> NDArray[np.float64]:
    """WGS 84 positions [degrees, m] in project coordinates [m], shape (n,) to (n, 3).

    The earth is taken as flat around the anchor, with the ellipsoid's curvature there: within 2 km that is
    a few centimetres off, less than a receiver is.
    """
    phi = math.radians(anchor.latitude)
    below = 1 - _ECCENTRICITY_2 * math.sin(phi) ** 2
    along_meridian = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / below**1.5
    across = _SEMI_MAJOR_M / math.sqrt(below)
    east = np.radians(longitude - anchor.longitude) * across * math.cos(phi)
    north = np.radians(latitude - anchor.latitude) * along_meridian
    turn = math.radians(anchor.rotation_deg)
    return np.column_stack(
        (
            anchor.x + east * math.cos(turn) + north * math.sin(turn),
            anchor.y - east * math.sin(turn) + north * math.cos(turn),
            anchor.z + altitude - anchor.altitude,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A stay in a zone, times in UTC epoch ms; ``left_ms`` is None while nothing outside it is known.

    ``last_ms`` is the last position inside. ``lost``: the track ended there, nobody saw it leave.
    """

    zone: int
    entered_ms: int
    last_ms: int
    left_ms: int | None
    lost: bool = False


def visits(
    times_ms: NDArray[np.int64],
    point: NDArray[np.int64],
    zone: NDArray[np.int64],
    *,
    gap_ms: int,
    least_ms: int = 0,
) -> list[Visit]:
    """Stays of one track in zones, by zone and time.

    Args:
        times_ms: times of its positions, UTC epoch ms, shape (n,), in any order.
        point: with ``zone``: which position lies in which zone (indices), shape (k,).
        zone: see ``point``.
        gap_ms: so long [ms] without a position and nobody knows where it is: the stay ends with the last.
        least_ms: a stay or an absence shorter than this [ms] is the receiver's jitter at a border.
    """
    if not len(times_ms):
        return []
    order = np.argsort(times_ms, kind="stable")
    times = times_ms[order]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    found: list[Visit] = []
    for number in np.unique(zone).tolist():
        inside = np.zeros(len(times), np.bool_)
        inside[rank[point[zone == number]]] = True
        found += _stays(times, inside, number, gap_ms, least_ms)
    return found


def _stays(
    times: NDArray[np.int64], inside: NDArray[np.bool_], zone: int, gap_ms: int, least_ms: int
) -> list[Visit]:
    torn = np.diff(times) > gap_ms
    begins = inside & np.concatenate(([True], ~inside[:-1] | torn))
    ends = inside & np.concatenate((~inside[1:] | torn, [True]))
    stays: list[Visit] = []
    for first, last in zip(np.flatnonzero(begins).tolist(), np.flatnonzero(ends).tolist(), strict=True):
        after = last + 1
        known = after < len(times) and not torn[last]
        visit = Visit(
            zone=zone,
            entered_ms=int(times[first]),
            last_ms=int(times[last]),
            left_ms=int(times[after]) if known else None,
            lost=after < len(times) and not known,
        )
        former = stays[-1] if stays else None
        if former and former.left_ms is not None and visit.entered_ms - former.last_ms < least_ms:
            stays[-1] = replace(visit, entered_ms=former.entered_ms)
        else:
            stays.append(visit)
    return [stay for stay in stays if stay.last_ms - stay.entered_ms >= least_ms or stay.left_ms is None]


def pseudonym(tag: str, patterns: Sequence[str], secret: str) -> str:
    """The name under which a person's tag is kept; what is no person's tag keeps its own.

    It is the same for the same tag, cannot be turned back without the secret, and says nothing else.
    """
    if not patterns or tag.startswith(PERSON) or not Permission(devices=tuple(patterns)).covers(tag):
        return tag
    return PERSON + hmac.new(secret.encode(), tag.encode(), hashlib.sha256).hexdigest()[:16]
