"""What a plan says beside its dates: codes, work breakdown, resources with cost, baselines.

Amounts are in the plan's currency, work in minutes, quantities in the resource's own unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PercentType(StrEnum):
    """What the planner's percentage of a task measures."""

    DURATION = "duration"
    PHYSICAL = "physical"
    UNITS = "units"


class ResourceKind(StrEnum):
    """What a resource is paid for."""

    LABOUR = "labour"
    EQUIPMENT = "equipment"
    MATERIAL = "material"
    COST = "cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCode:
    """A value of a task under one of the plan's own code types, e.g. ``Trade`` = ``CONC``."""

    type: str
    value: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WbsNode:
    """A node of the work breakdown structure; ``path`` is what ``Task.wbs`` says."""

    path: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """People, machines or material of the plan."""

    id: str
    name: str
    kind: ResourceKind = ResourceKind.LABOUR
    unit: str | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A resource on a task; ``resource`` is None where the file names none (a bare expense)."""

    resource: str | None
    units: float | None = None
    """Share of full time, 1.0 is one full-time unit; of a material its quantity."""
    work_minutes: int | None = None
    cost: float | None = None
    actual_cost: float | None = None
    remaining_cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The dates of a task in one saved baseline; ``name`` is what the file calls it (``0``, ``1`` ...)."""

    name: str
    start: datetime | None = None
    finish: datetime | None = None
    duration_minutes: int | None = None
    cost: float | None = None
