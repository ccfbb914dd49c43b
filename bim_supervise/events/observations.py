"""An observation is one immutable fact from site; its identity decides what a duplicate is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bim_supervise.events.readings import Readings, no_readings


class SubjectType(StrEnum):
    """What an observation is about."""

    DEVICE = "device"
    ELEMENT = "element"
    TASK = "task"
    CHECKPOINT = "checkpoint"


class Shape(StrEnum):
    """How the value of a kind is kept."""

    TELEMETRY = "telemetry"
    """A number of a device, kept as a reading and in minute windows."""
    FACT = "fact"
    """One statement about an element, task or checkpoint, kept as a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationKind:
    """A frozen description of what can be observed; packs add their own.

    ``resolution`` is the step [unit] to which a telemetry value is quantised, once, to an integer:
    sums of integers are exact, so their order cannot matter. ``energetic`` marks levels in decibels whose
    mean is an energy mean. ``minimum`` and ``maximum`` [unit] bound what is physically possible.
    """

    key: str
    shape: Shape
    unit: str = ""
    resolution: float = 1.0
    energetic: bool = False
    minimum: float | None = None
    maximum: float | None = None
    subjects: tuple[SubjectType, ...] = (SubjectType.DEVICE,)
    values: tuple[str, ...] = ()
    """Allowed text values of a fact, if it is a choice (e.g. inspected: pass, fail)."""
    varies: bool = False
    """A true value never stays the same for hours: an instrument that says so is stuck."""
    plausible_gap: float | None = None
    """The difference [unit] that a true value neither makes for a lone minute nor keeps from its neighbours
    over a day: a larger one stands out as a spike or a drift. None: it may. A platform default, no limit."""
    numeric: bool = False
    """A fact that states a number (e.g. a quantity); telemetry always is a number."""


class Quality(StrEnum):
    """Why a value is distrusted; distrust blocks a release but never hides a failing value."""

    GOOD = "good"
    FUTURE = "future"
    OUT_OF_RANGE = "out_of_range"
    FLAGGED = "flagged"
    """The source itself marked the value as invalid or under maintenance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One fact from site (观测); telemetry travels as columns, see ``events.readings``.

    ``source`` is the door it came through (``mqtt``, ``csv``, ``ui`` ...), ``reporter`` the device or
    person. Times are aware UTC. ``value`` is a number (telemetry, quantities) or a text of the kind's
    ``values``; ``payload`` carries remarks, photo digests and the like. ``interval_s`` is how long [s] a
    telemetry value speaks for. ``authenticated`` is False when nobody vouches for the sender.
    """

    source: str
    reporter: str
    kind: str
    subject_type: SubjectType
    subject: str
    event_time: datetime
    received_time: datetime
    value: float | str | None = None
    unit: str = ""
    interval_s: float | None = None
    quality: Quality = Quality.GOOD
    authenticated: bool = False
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An input row that could not become an observation: line (1-based; 0 unknown) and reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What some input was normalised to: facts, telemetry in columns, and what had to be rejected."""

    facts: tuple[Observation, ...] = ()
    readings: Readings = field(default_factory=no_readings)
    rejected: tuple[Rejected, ...] = ()
    read: int = 0
    """Rows or readings read, rejected ones included."""
