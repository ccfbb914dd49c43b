"""Devices: what measures, where it stands, and whether it may be trusted for a release."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

NEARBY_M = 100.0
"""Devices of one kind and purpose within this distance [m], or in one zone, are neighbours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """An instrument on site.

    ``position`` is (x, y, z) [m] in project coordinates; ``expected_interval_s`` the time [s] between
    readings; ``calibrated_until`` the last day its certificate holds (None: no certificate known).
    ``purpose`` says what the device stands for in rules, e.g. ``boundary`` for a noise meter there.
    """

    id: str
    name: str
    kinds: tuple[str, ...]
    purpose: str | None = None
    zone: str | None = None
    position: tuple[float, float, float] | None = None
    expected_interval_s: float = 60.0
    calibrated_until: date | None = None
    life_safety: bool = False
    owner: str | None = None


def device_named(devices: Sequence[Device], name: str) -> Device | None:
    """The device with this id among devices in the order of their ids, or None."""
    place = bisect_left(devices, name, key=lambda device: device.id)
    return devices[place] if place < len(devices) and devices[place].id == name else None


def are_neighbours(one: Device, other: Device) -> bool:
    """Whether two devices of the same kind stand for the same purpose, side by side."""
    if one.id == other.id or one.purpose != other.purpose:
        return False
    if one.zone is not None and one.zone == other.zone:
        return True
    if one.position is None or other.position is None:
        return False
    return math.dist(one.position, other.position) <= NEARBY_M
