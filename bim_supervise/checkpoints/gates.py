"""Gates (放行): the computed state of a checkpoint and of a task boundary; pure logic.

A sign-off binds the digests of the verdicts its signer saw. It counts as long as these equal the current
ones, all of which pass. Made over failing or undetermined evidence it never counts, not even when the
evidence passes later: those are other verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import (
    Boundary,
    Checkpoint,
    Outcome,
    Severity,
    Subject,
    Verdict,
)
from bim_supervise.checkpoints.engine import ENGINE_REASONS
from bim_supervise.core.clock import to_utc
from bim_supervise.tracking.state import TaskState

STARTED_WITHOUT_RELEASE = "QLT-02"
"""Permanent code of the finding that work started behind a shut gate."""


class GateState(StrEnum):
    """The state of a gate."""

    NOT_DUE = "not_due"
    WAITING_FOR_EVIDENCE = "waiting_for_evidence"
    EVIDENCE_FAILED = "evidence_failed"
    UNDETERMINED = "undetermined"
    WAITING_FOR_SIGNATURE = "waiting_for_signature"
    RELEASED = "released"
    STALE = "stale"


_WORST_FIRST = (
    GateState.EVIDENCE_FAILED,
    GateState.STALE,
    GateState.UNDETERMINED,
    GateState.WAITING_FOR_EVIDENCE,
    GateState.WAITING_FOR_SIGNATURE,
    GateState.NOT_DUE,
    GateState.RELEASED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffMade:
    """A sign-off as the gate needs it; ``sequence`` is its place in the ledger, ``time`` aware UTC.

    ``decision`` is ``accept`` or ``reject``. ``digests`` are those of the verdicts the signer saw, and
    ``all_passed`` whether every one of them passed.
    """

    sequence: int
    time: datetime
    signer: str
    capacity: str
    decision: str
    digests: tuple[str, ...]
    all_passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something a gate waits for; its sentence has the catalogue key ``missing.<code>``."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """The state of one checkpoint's gate, what it waits for, and which sign-offs count.

    ``counted`` are the sequences of sign-offs that count now. ``released_at`` is the moment (aware UTC) of
    the sign-off that completed the release; None while shut, and where evidence alone releases.
    """

    state: GateState
    missing: tuple[Missing, ...] = ()
    counted: tuple[int, ...] = ()
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A span of time in which the sign-offs stood complete; ``until`` is None while they still do."""

    since: datetime
    until: datetime | None = None


def is_due(
    checkpoint: Checkpoint,
    task: TaskState | None,
    predecessors: Iterable[TaskState],
    *,
    as_of: datetime,
    zone: ZoneInfo,
) -> bool:
    """Whether anybody has to think about the checkpoint yet.

    A **finish** gate is due as soon as its task is known to have started (or to be in progress). A **start**
    gate is due once a predecessor has finished, once the planned start has come, or when the task has started
    already. A checkpoint throughout, or of the whole site, is always due. A task without a planned start and
    without any statement is not due.

    Args:
        checkpoint: the checkpoint.
        task: the state of its task; None for the whole site or an unknown task.
        predecessors: states of the tasks that must finish before it.
        as_of: aware UTC.
        zone: the site's time zone, for planned times.
    """
    if checkpoint.boundary is Boundary.THROUGHOUT or task is None:
        return True
    running = task.actual_start is not None or task.actual_finish is not None or bool(task.complete)
    if checkpoint.boundary is Boundary.FINISH or running:
        return running
    if any(before.actual_finish is not None for before in predecessors):
        return True
    return task.planned_start is not None and to_utc(task.planned_start, zone) <= as_of


def checkpoint_state(
    checkpoint: Checkpoint, verdicts: Sequence[Verdict], sign_offs: Iterable[SignOffMade], *, due: bool = True
) -> GateResult:
    """The gate of one checkpoint.

    Failing evidence is shown first, whatever was signed and whether or not the gate is due. Then: a sign-off
    that was made over other passing verdicts than the current ones is *stale*; all required sign-offs over
    the current passing verdicts *release*; what is not due asks for nothing; undetermined evidence is
    *waiting for evidence* while nothing at all was observed and *undetermined* after that; what is left is
    *waiting for signature*. A checkpoint without required capacities is released by its evidence.

    Args:
        checkpoint: the checkpoint; its ``required_capacities`` must all sign.
        verdicts: what its rule says now; none at all is nothing observed.
        sign_offs: all sign-offs of this checkpoint, in any order. Of each capacity the sign-offs after its
            latest rejection count.
        due: see ``is_due``.
    """
    current = {verdict.digest for verdict in verdicts}
    passing = bool(verdicts) and all(verdict.outcome is Outcome.PASS for verdict in verdicts)
    signed: dict[str, SignOffMade] = {}
    stale: dict[str, SignOffMade] = {}
    rejected: dict[str, SignOffMade] = {}
    for sign_off in sorted(sign_offs, key=lambda one: one.sequence):
        capacity = sign_off.capacity
        if capacity not in checkpoint.required_capacities:
            continue
        if sign_off.decision != "accept":
            signed.pop(capacity, None)
            stale.pop(capacity, None)
            rejected[capacity] = sign_off
        elif sign_off.all_passed:
            if passing and set(sign_off.digests) == current:
                # The first one that counts completes the release; a repetition changes nothing.
                signed.setdefault(capacity, sign_off)
            else:
                stale[capacity] = sign_off
            rejected.pop(capacity, None)
    lacking = [capacity for capacity in checkpoint.required_capacities if capacity not in signed]
    missing = _evidence_missing(verdicts)
    missing += [_signature_missing(capacity, stale, rejected) for capacity in lacking]
    state = _state(verdicts, passing, lacking, stale, bool(signed or stale or rejected), due)
    released = state is GateState.RELEASED
    return GateResult(
        state=state,
        missing=()
        if released
        else (Missing(code="not_due"),)
        if state is GateState.NOT_DUE
        else tuple(missing),
        counted=tuple(sorted(sign_off.sequence for sign_off in signed.values())),
        released_at=max((one.time for one in signed.values()), default=None) if released else None,
    )


def task_gate(results: Iterable[GateResult]) -> GateState | None:
    """The worst state among the gates of one boundary; None where nothing guards it."""
    states = {result.state for result in results}
    return next((state for state in _WORST_FIRST if state in states), None)


def releases(checkpoint: Checkpoint, sign_offs: Iterable[SignOffMade]) -> tuple[Release, ...]:
    """When the required sign-offs stood complete, from the sign-offs alone, ascending.

    They stand complete while every required capacity's latest word is an acceptance over the same passing
    verdicts. This is what was known at the time: evidence that changes later makes a gate stale, but does not
    turn work that started behind an open gate into work without release. A repeated acceptance over newer
    evidence keeps an open gate open.
    """
    spans: list[Release] = []
    standing: dict[str, frozenset[str]] = {}
    for sign_off in sorted(sign_offs, key=lambda one: one.sequence):
        if sign_off.capacity not in checkpoint.required_capacities:
            continue
        opened = bool(spans) and spans[-1].until is None
        if sign_off.decision != "accept":
            standing.pop(sign_off.capacity, None)
            if opened:
                spans[-1] = Release(since=spans[-1].since, until=sign_off.time)
        elif sign_off.all_passed:
            standing[sign_off.capacity] = frozenset(sign_off.digests)
            complete = len(standing) == len(set(checkpoint.required_capacities))
            if complete and len(set(standing.values())) == 1 and not opened:
                spans.append(Release(since=sign_off.time))
    return tuple(spans)


def started_without_release(
    task: TaskState,
    gates: Iterable[tuple[Checkpoint, Sequence[Verdict], Sequence[SignOffMade]]],
) -> Verdict | None:
    """The finding that a task started although a gate before it was shut.

    Args:
        task: the task, with its actual start.
        gates: every checkpoint before it (its own start, its predecessors' finish) with current verdicts and
            all sign-offs. Those that guard nothing are left out here.

    Returns:
        None when nothing guards the start; undetermined while no start is stated; fail, since the start, when
        the sign-offs of some gate did not stand complete at that moment (for a gate without signatures: when
        its evidence does not pass, or passed only later); otherwise pass.
    """
    guards = [gate for gate in gates if gate[0].guards]
    if not guards:
        return None
    subject = Subject(task=task.task.id)
    if task.actual_start is None:
        return Verdict(
            rule=STARTED_WITHOUT_RELEASE, outcome=Outcome.UNDETERMINED, reason="not_started", subject=subject
        )
    started = task.actual_start
    shut = sorted(
        checkpoint.id
        for checkpoint, verdicts, sign_offs in guards
        if not _open_at(checkpoint, verdicts, sign_offs, started)
    )
    return Verdict(
        rule=STARTED_WITHOUT_RELEASE,
        outcome=Outcome.FAIL if shut else Outcome.PASS,
        reason="started_without_release" if shut else "started_after_release",
        subject=subject,
        params={"checkpoints": shut, "count": len(shut)} if shut else {},
        since=started,
        evidence=(f"fact:{task.started.id}" if task.started else f"plan:{task.task.id}",),
        evidence_values=(started.isoformat(), *shut),
        severity=Severity.MAJOR,
    )


def _open_at(
    checkpoint: Checkpoint, verdicts: Sequence[Verdict], sign_offs: Sequence[SignOffMade], moment: datetime
) -> bool:
    if checkpoint.required_capacities:
        return any(
            span.since <= moment and (span.until is None or moment < span.until)
            for span in releases(checkpoint, sign_offs)
        )
    return bool(verdicts) and all(
        verdict.outcome is Outcome.PASS and (verdict.since is None or verdict.since <= moment)
        for verdict in verdicts
    )


def _state(
    verdicts: Sequence[Verdict],
    passing: bool,
    lacking: Sequence[str],
    stale: Mapping[str, SignOffMade],
    spoken: bool,
    due: bool,
) -> GateState:
    if any(verdict.outcome is Outcome.FAIL for verdict in verdicts):
        return GateState.EVIDENCE_FAILED
    if any(capacity in stale for capacity in lacking):
        return GateState.STALE
    if passing and not lacking and (due or spoken):
        return GateState.RELEASED
    if not due and not spoken:
        return GateState.NOT_DUE
    if not passing:
        observed = any(_observed(verdict) for verdict in verdicts)
        return GateState.UNDETERMINED if observed else GateState.WAITING_FOR_EVIDENCE
    return GateState.WAITING_FOR_SIGNATURE


def _observed(verdict: Verdict) -> bool:
    return (
        verdict.outcome is not Outcome.UNDETERMINED
        or bool(verdict.evidence)
        or bool(verdict.completeness)
        or verdict.reason in ENGINE_REASONS
    )


def _evidence_missing(verdicts: Sequence[Verdict]) -> list[Missing]:
    if not verdicts:
        return [Missing(code="evidence_missing")]
    missing = []
    for verdict in sorted(verdicts, key=lambda one: one.outcome is not Outcome.FAIL):
        if verdict.outcome is Outcome.PASS:
            continue
        if verdict.outcome is Outcome.FAIL:
            code = "evidence_failed"
        else:
            code = "evidence_undetermined" if _observed(verdict) else "evidence_missing_for"
        params = {"rule": verdict.rule, "reason": verdict.reason, "subject": verdict.subject.key}
        missing.append(Missing(code=code, params={**verdict.params, **params}))
    return missing


def _signature_missing(
    capacity: str, stale: Mapping[str, SignOffMade], rejected: Mapping[str, SignOffMade]
) -> Missing:
    if capacity in stale:
        one = stale[capacity]
        return Missing(code="signature_stale", params=_signature(one))
    if capacity in rejected:
        return Missing(code="signature_rejected", params=_signature(rejected[capacity]))
    return Missing(code="signature_missing", params={"capacity": capacity})


def _signature(one: SignOffMade) -> dict[str, Any]:
    return {"capacity": one.capacity, "signer": one.signer, "sequence": one.sequence}
