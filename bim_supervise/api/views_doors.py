"""What faces show of how evidence comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bim_supervise.events.devices import Device

DeviceEntry = Device
"""A device of the register as it is kept; change it with ``dataclasses.replace``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """A feed; ``own_mapping`` when it reads messages otherwise than its format."""

    name: str
    door: str
    topics: tuple[str, ...]
    format: str
    own_mapping: bool
    vouched: bool
    devices: tuple[str, ...]
    statements: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderView:
    """A sender; its secret is shown nowhere."""

    id: str
    name: str
    door: str
    devices: tuple[str, ...]
    addresses: tuple[str, ...]
    statements: bool
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDevice:
    """What reports without being registered; ``registered`` when only some of its kinds are not."""

    id: str
    kinds: tuple[str, ...]
    registered: bool
    first_event: datetime
    last_event: datetime
    last_kind: str
    last_value: float
    unit: str
    authenticated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentView:
    """From ``since`` on, ``sender`` reports the series of ``device``; ``offsets`` by kind [its unit]."""

    device: str
    sender: str
    since: datetime
    offsets: Mapping[str, float]
    note: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """How far the clock of a device is ahead [s] (negative: behind), and how it drifts [s a day]."""

    device: str
    ahead_s: float
    drift_s_per_day: float | None
    typical_delay_s: float
    readings: int
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """A stay in a zone; ``left`` is None while it is there, or when it was ``lost`` from sight inside.

    ``dwell_s`` [s] counts to when it left, or to its last position inside.
    """

    device: str
    zone: str
    zone_name: str
    purpose: str | None
    storey: str | None
    entered: datetime
    left: datetime | None
    last_seen: datetime
    dwell_s: float
    lost: bool
