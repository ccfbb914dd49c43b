"""What is known of elements and tasks at a moment, folded from facts; plain data for rules and screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bim_supervise.events.observations import SubjectType
from bim_supervise.schedule.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A stored statement from site about an element, task or checkpoint (an Observation with its id).

    ``id`` is the hex digest of its identity (site, source, kind, subject, event time); times are aware UTC.
    """

    id: str
    kind: str
    subject_type: SubjectType
    subject: str
    event_time: datetime
    received_time: datetime
    source: str
    reporter: str
    value: float | str | None = None
    unit: str = ""
    authenticated: bool = False
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementState:
    """The life of one element as far as anybody has stated it. Absent statements are None, never False."""

    global_id: str
    delivered: Fact | None = None
    """The earliest statement that it was delivered."""
    installed: Fact | None = None
    """The earliest statement that it was installed."""
    installed_last: Fact | None = None
    """The latest one; an element seen missing after it does not count as installed."""
    installed_by_device: Fact | None = None
    """The earliest authenticated statement reported by a registered device."""
    missing: tuple[Fact, ...] = ()
    """Every statement that it was seen missing, by event time."""
    inspected: Fact | None = None
    """The latest inspection; its value is ``pass`` or ``fail``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """One task at a moment: its plan (site wall time), what was observed (UTC), and its elements."""

    task: Task
    planned_start: datetime | None
    planned_finish: datetime | None
    started: Fact | None = None
    """The earliest standing statement that it started; see ``tracking.fold`` for corrections."""
    finished: Fact | None = None
    actual_start: datetime | None = None
    """UTC; from ``started``, else from the plan file's own actuals."""
    actual_finish: datetime | None = None
    elements: tuple[ElementState, ...] = ()
    quantity_facts: tuple[Fact, ...] = ()
    quantity_done: float | None = None
    """Quantity reported so far, in the task's unit; None when nobody has reported."""
    quantity_planned: float | None = None
    complete: float | None = None
    """Share complete 0..1 by ``basis``; None when unknown."""
    basis: str | None = None
    """``finished``, ``quantity``, ``elements`` or ``percent`` (typed or from the plan)."""
