"""What the store hands out: frozen records, times aware UTC, None where nothing is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from bim_supervise.checkpoints.contract import Verdict
from bim_supervise.model.elements import Georeference, ModelWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    """The project. ``id`` is stable and given by the store when the project is first saved.

    ``site_now`` is the simulated present of a replay, ``last_received`` the machine time of the last ingested
    batch; both aware UTC.
    """

    name: str
    timezone: str
    currency: str
    replay: bool = False
    site_now: datetime | None = None
    last_received: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """A stored model revision with the counts of what it holds."""

    id: int
    file_name: str
    sha256: str
    size_bytes: int
    schema: str
    authoring_tool: str | None
    project_name: str | None
    partial: bool
    discipline: str
    loaded_at: datetime
    elements: int
    storeys: int
    spaces: int
    bill_items: int
    georeference: Georeference
    warnings: tuple[ModelWarning, ...]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionRecord:
    """An element under another GlobalId in a later revision, or the question which one it has become.

    Attributes:
        before: its GlobalId in ``before_model``.
        after: its GlobalId in ``after_model``; None while undecided, and where a person said that it is gone.
        evidence: ``model.compare``'s evidence, ``person`` where somebody decided.
        changes: what differs beside the GlobalId: ``placement``, ``shape`` or ``content``.
        candidates: GlobalIds that it may have become, the likeliest first.
        state: ``carried`` (sure: links and statements follow), ``review`` (nothing follows),
            ``confirmed`` (a person vouches: sign-offs may follow too), ``refused``.
    """

    id: int
    before_model: int
    after_model: int
    before: str
    after: str | None
    evidence: str
    changes: tuple[str, ...]
    candidates: tuple[str, ...]
    state: str
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of a batch of facts: the three counts add up to its length."""

    stored: int
    duplicates: int
    conflicts: int


Touched = tuple[str, str, int, int]
"""Device, kind, start of the first and of the last minute [UTC epoch ms] whose windows may have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedReadings:
    """What became of a batch of readings: the three counts add up to its length.

    ``touched`` are the ranges of minutes to recompute, ascending and apart from each other per series.
    """

    stored: int
    duplicates: int
    conflicts: int
    touched: list[Touched]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRecord:
    """Two different statements under one identity: the one that counts and the other, both kept.

    ``shape`` is ``fact`` or ``reading``; ``identity`` the id of the fact, or ``device|kind|event ms``.
    """

    id: str
    shape: str
    identity: str
    kind: str
    subject: str
    event_time: datetime
    kept: Mapping[str, Any]
    other: Mapping[str, Any]
    source: str
    received_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """A verdict as it is stored; its key is rule, subject, window start, window span and checkpoint.

    ``checkpoint`` is empty when the rule watches by itself. ``subject`` is ``Subject.key``. ``limit`` holds
    all fields of the limit as plain data. ``window_span`` [us] is how long the window is, also where the
    verdict fails before it is over; 0 without a window. Silent windows in a row, all of that span, are one
    verdict, from ``window_start`` to ``window_end``: ``first_end`` is then the end of the first of them,
    ``steps`` counts how far [us] the next ones start after each other; see ``store.silences``. Both are None
    for any other verdict.
    """

    rule: str
    subject: str
    outcome: str
    reason: str
    digest: str
    checkpoint: str = ""
    task: str | None = None
    element: str | None = None
    device: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    value: float | None = None
    unit: str = ""
    limit: Mapping[str, Any] | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    completeness: float | None = None
    since: datetime | None = None
    evidence: tuple[str, ...] = ()
    severity: str = "minor"
    first_end: datetime | None = None
    steps: tuple[tuple[int, int], ...] | None = None
    window_span: int = 0


def span_of(verdict: Verdict) -> int:
    """How long the window of a verdict is [us]; 0 where it is about none."""
    end = verdict.window_over or verdict.window_end
    if verdict.window_start is None or end is None:
        return 0
    return (end - verdict.window_start) // timedelta(microseconds=1)


def stored_verdict(verdict: Verdict, checkpoint: str = "") -> StoredVerdict:
    """A verdict of a rule in the form that is stored; its digest is worked out here."""
    return StoredVerdict(
        rule=verdict.rule,
        subject=verdict.subject.key,
        checkpoint=checkpoint,
        task=verdict.subject.task,
        element=verdict.subject.element,
        device=verdict.subject.device,
        outcome=verdict.outcome.value,
        reason=verdict.reason,
        params=msgspec.to_builtins(dict(verdict.params)),
        value=verdict.value,
        unit=verdict.unit,
        limit=None if verdict.limit is None else msgspec.to_builtins(verdict.limit),
        window_start=verdict.window_start,
        window_end=verdict.window_end,
        completeness=verdict.completeness,
        since=verdict.since,
        evidence=tuple(verdict.evidence),
        digest=verdict.digest,
        severity=verdict.severity.value,
        window_span=span_of(verdict),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAlarm:
    """One alarm; ``id`` is a digest of what raised it, so a replay finds the same alarm again.

    ``kind`` is the checkpoint kind of its rule; ``cleared_at`` is None while it stands.
    """

    id: str
    rule: str
    subject: str
    severity: str
    kind: str
    reason: str
    raised_at: datetime
    verdict_digest: str
    task: str | None = None
    element: str | None = None
    device: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    value: float | None = None
    unit: str = ""
    limit: Mapping[str, Any] | None = None
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmActionRecord:
    """What a person did about an alarm, e.g. ``acknowledge``."""

    id: int
    alarm_id: str
    user: str
    action: str
    comment: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """An account; ``language`` is ``zh`` or ``en``."""

    name: str
    display_name: str
    password_hash: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRecord:
    """An appointment; days are site days, both inclusive."""

    id: int
    user: str
    capacity: str
    first_day: date
    last_day: date | None
    certificate: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A login session, found by the hash of its token."""

    token_hash: str
    user: str
    created: datetime
    expires: datetime


class LedgerRow(NamedTuple):
    """One entry of the ledger; a tuple, because that is what a chain is verified from."""

    sequence: int
    previous_hash: str
    hash: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """How long the ledger is and the hash of its last entry."""

    entries: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRecord:
    """A file kept under its SHA-256; ``size`` in bytes."""

    sha256: str
    media_type: str
    name: str
    size: int
    added_at: datetime
