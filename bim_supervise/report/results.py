"""What supervision found, as plain rows that are written into a copy of a model.

Times are naive site wall time to the second; None always means *unknown*. States, outcomes and capacities are
the codes of the API; titles are in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """A task with what was observed; ``percent`` 0..100; ``stopped_by`` is the stop order that holds it."""

    id: str
    name: str
    wbs: str | None
    parent: str | None
    milestone: bool
    planned_start: datetime | None
    planned_finish: datetime | None
    actual_start: datetime | None
    actual_finish: datetime | None
    percent: float | None
    percent_basis: str | None
    start_gate: str | None
    finish_gate: str | None
    stopped_by: str | None
    elements: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """The gate of one checkpoint; ``missing`` are the sentences of what it waits for."""

    id: str
    title: str
    task: str | None
    boundary: str
    kind: str
    control: str
    rule: str
    state: str
    outcome: str
    released_at: datetime | None
    missing: Sequence[str]
    elements: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffRow:
    """One sign-off of the ledger: ``standing`` is ``counts``, ``superseded`` or ``withdrawn``."""

    sequence: int
    hash: str
    checkpoint: str
    signer: str
    signer_name: str
    capacity: str
    decision: str
    reason: str
    at: datetime
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NonConformance:
    """A non-conformance with the elements and tasks that it names, itself or by its checkpoints."""

    id: str
    title: str
    text: str
    state: str
    author: str
    opened_at: datetime
    ended_at: datetime | None
    due: date | None
    elements: Sequence[str]
    tasks: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementResult:
    """What is known of one element; ``life`` is ``delivered``, ``installed`` or ``missing``."""

    global_id: str
    life: str | None
    delivered_at: datetime | None
    installed_at: datetime | None
    inspection: str | None
    gate: str | None
    """The worst state among the gates of its tasks."""
    gates: Sequence[str]
    """Each gate as ``checkpoint: state``."""
    non_conformances: Sequence[str]
    open_non_conformances: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All of it, with the state of knowledge it is of and the ledger head it stands on."""

    project: str
    project_name: str
    as_of: datetime
    timezone: str
    model_sha256: str
    ledger_entries: int
    ledger_head: str
    tasks: Sequence[TaskResult]
    gates: Sequence[GateRow]
    sign_offs: Sequence[SignOffRow]
    non_conformances: Sequence[NonConformance]
    elements: Sequence[ElementResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the copy holds: counts, and GlobalIds of elements that this model does not have."""

    schema: str
    tasks_updated: int
    tasks_added: int
    approvals: int
    non_conformances: int
    elements: int
    absent: Sequence[str]
