"""Gates (放行): the computed state of a checkpoint and of a task boundary; pure logic.

A sign-off binds the digests of the verdicts its signer saw. It counts as long as these equal the current
ones, all of which pass, and nothing that it names has been superseded. Made over failing or undetermined
evidence it never counts, not even when the evidence passes later: those are other verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Boundary, Checkpoint, Outcome, Verdict
from bim_supervise.checkpoints.engine import ENGINE_REASONS
from bim_supervise.core.clock import to_utc
from bim_supervise.tracking.state import TaskState


class GateState(StrEnum):
    """The state of a gate."""

    NOT_DUE = "not_due"
    NOTICE_RUNNING = "notice_running"
    WAITING_FOR_EVIDENCE = "waiting_for_evidence"
    EVIDENCE_FAILED = "evidence_failed"
    UNDETERMINED = "undetermined"
    WAITING_FOR_SIGNATURE = "waiting_for_signature"
    BLOCKED_BY_NCR = "blocked_by_ncr"
    RELEASED = "released"
    STALE = "stale"
    WAIVED = "waived"

    @property
    def open(self) -> bool:
        """Whether work may go on behind a gate in this state."""
        return self in (GateState.RELEASED, GateState.WAIVED)


_WORST_FIRST = (
    GateState.BLOCKED_BY_NCR,
    GateState.EVIDENCE_FAILED,
    GateState.STALE,
    GateState.UNDETERMINED,
    GateState.WAITING_FOR_EVIDENCE,
    GateState.WAITING_FOR_SIGNATURE,
    GateState.NOTICE_RUNNING,
    GateState.NOT_DUE,
    GateState.WAIVED,
    GateState.RELEASED,
)

INVITED = frozenset(
    {
        "supervision_assistant",
        "specialist_supervision_engineer",
        "chief_supervision_engineer",
        "owner_project_manager",
    }
)
"""Capacities that are invited by notice; the contractor's own people are there anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffMade:
    """A sign-off as the gate needs it; ``sequence`` is its place in the ledger, ``time`` aware UTC.

    ``decision`` is ``accept`` or ``reject``. ``digests`` are those of the verdicts the signer saw, and
    ``all_passed`` whether every one of them passed. ``elements`` are the content hashes by GlobalId of what
    was signed for.
    """

    sequence: int
    time: datetime
    signer: str
    capacity: str
    decision: str
    digests: tuple[str, ...]
    all_passed: bool
    elements: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something a gate waits for; its sentence has the catalogue key ``missing.<code>``."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """The state of one checkpoint's gate, what it waits for, and which sign-offs count.

    ``counted`` are the sequences of sign-offs that count now. ``released_at`` is the moment (aware UTC) of
    the sign-off that completed the release; None while shut, and where evidence alone releases. ``remarks``
    say what is out of the ordinary about an open gate, as ``missing`` does of a shut one.
    """

    state: GateState
    missing: tuple[Missing, ...] = ()
    counted: tuple[int, ...] = ()
    released_at: datetime | None = None
    remarks: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An invitation to an inspection: given at ``given_at`` for ``inspection_at`` (both aware UTC)."""

    case: str
    given_at: datetime
    inspection_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverGiven:
    """A waiver (让步放行) in force: who gave it, why, and until when (aware UTC)."""

    case: str
    by: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What bears on a gate besides its evidence and its signatures.

    Args:
        due: see ``is_due``.
        as_of: the moment (aware UTC) at which a notice is looked at; None where there is no notice.
        ncrs: ids of the non-conformances that are open behind it.
        waiver: the waiver in force.
        notice: the latest invitation to it.
        superseded: by sequence of a sign-off, why what it was made over no longer is what it was.
    """

    due: bool = True
    as_of: datetime | None = None
    ncrs: tuple[str, ...] = ()
    waiver: WaiverGiven | None = None
    notice: Notice | None = None
    superseded: Mapping[int, tuple[Missing, ...]] = field(default_factory=dict)


_ORDINARY = Circumstances()


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


def nobody_came(
    checkpoint: Checkpoint, sign_offs: Iterable[SignOffMade], around: Circumstances
) -> datetime | None:
    """Since when (aware UTC) an inspection is overdue to which nobody invited has come; None otherwise.

    Somebody came when an invited capacity has signed, either way, since the notice was given.
    """
    notice = around.notice
    if notice is None or around.as_of is None or around.as_of < notice.inspection_at:
        return None
    came = any(one.capacity in INVITED and one.time >= notice.given_at for one in sign_offs)
    return None if came else notice.inspection_at


def checkpoint_state(
    checkpoint: Checkpoint,
    verdicts: Sequence[Verdict],
    sign_offs: Iterable[SignOffMade],
    around: Circumstances = _ORDINARY,
) -> GateResult:
    """The gate of one checkpoint.

    An open non-conformance *blocks* whatever else is so; a waiver in force comes next. Failing evidence is
    shown whatever was signed and whether or not the gate is due. Then: a sign-off that was made over other
    passing verdicts than the current ones, or over something that was superseded, is *stale*; all required
    sign-offs over the current passing verdicts *release*; what is not due asks for nothing; before the
    inspection to which a notice invites, the *notice runs*; undetermined evidence is *waiting for evidence*
    while nothing at all was observed and *undetermined* after that; what is left is *waiting for signature*.
    A checkpoint without required capacities is released by its evidence. Where the terms say so, nobody
    waits for an invited capacity that does not come after due notice.

    Args:
        checkpoint: the checkpoint; its ``required_capacities`` must all sign.
        verdicts: what its rules say now; none at all is nothing observed.
        sign_offs: all sign-offs of this checkpoint, in any order. Of each capacity the sign-offs after its
            latest rejection count.
        around: what else bears on it.
    """
    made = sorted(sign_offs, key=lambda one: one.sequence)
    absent = nobody_came(checkpoint, made, around)
    required = checkpoint.required_capacities
    if absent is not None and checkpoint.proceeds_alone:
        required = tuple(capacity for capacity in required if capacity not in INVITED)
    passing = bool(verdicts) and all(verdict.outcome is Outcome.PASS for verdict in verdicts)
    words = _Words({verdict.digest for verdict in verdicts} if passing else None, around.superseded)
    for sign_off in made:
        if sign_off.capacity in checkpoint.required_capacities:
            words.take(sign_off)
    lacking = [capacity for capacity in required if capacity not in words.signed]
    state = _state(verdicts, passing, lacking, words, around)
    missing = [*_conditions_missing(checkpoint, around, absent, state), *_evidence_missing(verdicts)]
    for capacity in lacking:
        missing += _signature_missing(capacity, words, around)
    if state is GateState.NOT_DUE:
        missing = [Missing(code="not_due")]
    remarks: list[Missing] = []
    if state.open and around.waiver is not None and state is GateState.WAIVED:
        remarks.append(_waived(around.waiver))
    if state.open and len(required) < len(checkpoint.required_capacities):
        assert around.notice is not None
        remarks.append(Missing(code="nobody_came", params={"case": around.notice.case, "moment": absent}))
    return GateResult(
        state=state,
        missing=() if state is GateState.RELEASED else tuple(missing),
        counted=tuple(sorted(sign_off.sequence for sign_off in words.signed.values())),
        released_at=_released_at(words, absent if remarks else None) if state is GateState.RELEASED else None,
        remarks=tuple(remarks),
    )


def task_gate(results: Iterable[GateResult]) -> GateState | None:
    """The worst state among the gates of one boundary; None where nothing guards it."""
    return worst_gate(result.state for result in results)


def worst_gate(states: Iterable[GateState]) -> GateState | None:
    """The state that stands for several: the one that is furthest from open; None for none."""
    present = set(states)
    return next((state for state in _WORST_FIRST if state in present), None)


class _Words:
    """The word of each capacity: signed, signed over what has changed, or rejected."""

    def __init__(self, current: set[str] | None, superseded: Mapping[int, tuple[Missing, ...]]) -> None:
        self._current = current
        self._superseded = superseded
        self.signed: dict[str, SignOffMade] = {}
        self.stale: dict[str, SignOffMade] = {}
        self.rejected: dict[str, SignOffMade] = {}

    def take(self, sign_off: SignOffMade) -> None:
        """Take one sign-off; they come in the order of the ledger."""
        capacity = sign_off.capacity
        if sign_off.decision != "accept":
            self.signed.pop(capacity, None)
            self.stale.pop(capacity, None)
            self.rejected[capacity] = sign_off
        elif sign_off.all_passed:
            if sign_off.sequence not in self._superseded and set(sign_off.digests) == self._current:
                # The first one that counts completes the release; a repetition changes nothing.
                self.signed.setdefault(capacity, sign_off)
            else:
                self.stale[capacity] = sign_off
            self.rejected.pop(capacity, None)

    @property
    def any(self) -> bool:
        """Whether anybody has said anything."""
        return bool(self.signed or self.stale or self.rejected)


def _state(
    verdicts: Sequence[Verdict],
    passing: bool,
    lacking: Sequence[str],
    words: _Words,
    around: Circumstances,
) -> GateState:
    if around.ncrs:
        return GateState.BLOCKED_BY_NCR
    if around.waiver is not None and not (passing and not lacking):
        return GateState.WAIVED
    if any(verdict.outcome is Outcome.FAIL for verdict in verdicts):
        return GateState.EVIDENCE_FAILED
    if any(capacity in words.stale for capacity in lacking):
        return GateState.STALE
    if passing and not lacking and (around.due or words.any):
        return GateState.RELEASED
    notice = around.notice
    if notice is not None and around.as_of is not None and around.as_of < notice.inspection_at:
        return GateState.NOTICE_RUNNING
    if not around.due and not words.any and notice is None:
        return GateState.NOT_DUE
    if not passing:
        observed = any(_observed(verdict) for verdict in verdicts)
        return GateState.UNDETERMINED if observed else GateState.WAITING_FOR_EVIDENCE
    return GateState.WAITING_FOR_SIGNATURE


def _released_at(words: _Words, absent: datetime | None) -> datetime | None:
    moments = [one.time for one in words.signed.values()]
    return max([*moments, absent] if absent else moments, default=None)


def _conditions_missing(
    checkpoint: Checkpoint, around: Circumstances, absent: datetime | None, state: GateState
) -> list[Missing]:
    """What a gate waits for besides evidence and signatures."""
    missing = [Missing(code="ncr_open", params={"case": case}) for case in around.ncrs]
    if state is GateState.WAIVED and around.waiver is not None:
        missing.append(_waived(around.waiver))
    if around.notice is None:
        if checkpoint.notice_hours and not state.open:
            missing.append(Missing(code="notice_missing", params={"hours": checkpoint.notice_hours}))
    elif state is GateState.NOTICE_RUNNING:
        params = {"case": around.notice.case, "moment": around.notice.inspection_at}
        missing.append(Missing(code="notice_running", params=params))
    elif absent is not None and not state.open:
        missing.append(Missing(code="nobody_came", params={"case": around.notice.case, "moment": absent}))
    return missing


def _waived(waiver: WaiverGiven) -> Missing:
    params = {"case": waiver.case, "signer": waiver.by, "moment": waiver.until, "reason_given": waiver.reason}
    return Missing(code="waived", params=params)


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


def _signature_missing(capacity: str, words: _Words, around: Circumstances) -> list[Missing]:
    if capacity in words.stale:
        one = words.stale[capacity]
        causes = around.superseded.get(one.sequence, ())
        return [Missing(code="signature_stale", params=_signature(one)), *causes]
    if capacity in words.rejected:
        return [Missing(code="signature_rejected", params=_signature(words.rejected[capacity]))]
    return [Missing(code="signature_missing", params={"capacity": capacity})]


def _signature(one: SignOffMade) -> dict[str, Any]:
    return {"capacity": one.capacity, "signer": one.signer, "sequence": one.sequence}
