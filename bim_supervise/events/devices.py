"""Devices: what measures, where it stands, and whether it may be trusted for a release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
