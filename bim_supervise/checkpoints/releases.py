"""When a gate stood open, and the findings about work that did not wait for it; pure logic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bim_supervise.checkpoints.contract import Checkpoint, Outcome, Severity, Subject, Verdict
from bim_supervise.checkpoints.gates import SignOffMade
from bim_supervise.tracking.state import TaskState

STARTED_WITHOUT_RELEASE = "QLT-02"
"""Permanent code of the finding that work started behind a shut gate."""
SIGNED_SUPERSEDED = "QLT-07"
"""Permanent code of the finding that work goes on behind a release that no longer holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span of time (aware UTC); ``until`` is None while it lasts."""

    since: datetime
    until: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """Whether the moment lies in the span; its end does not."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A checkpoint before a task, with all that ever opened or shut its gate.

    ``verdicts`` are the current ones and ``sign_offs`` all that were made. ``opened`` are spans in which the
    gate stood open without all signatures (waived, or nobody came after due notice), ``frozen`` spans in
    which a non-conformance was open behind it.
    """

    checkpoint: Checkpoint
    verdicts: Sequence[Verdict]
    sign_offs: Sequence[SignOffMade]
    opened: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()

    def open_at(self, moment: datetime) -> bool:
        """Whether work might start at a moment, by what was known then."""
        if any(span.covers(moment) for span in self.frozen):
            return False
        if any(span.covers(moment) for span in self.opened):
            return True
        if self.checkpoint.required_capacities:
            return any(span.covers(moment) for span in releases(self.checkpoint, self.sign_offs))
        return bool(self.verdicts) and all(
            verdict.outcome is Outcome.PASS and (verdict.since is None or verdict.since <= moment)
            for verdict in self.verdicts
        )


def releases(checkpoint: Checkpoint, sign_offs: Iterable[SignOffMade]) -> tuple[Span, ...]:
    """When the required sign-offs stood complete, from the sign-offs alone, ascending.

    They stand complete while every required capacity's latest word is an acceptance over the same passing
    verdicts. This is what was known at the time: evidence that changes later makes a gate stale, but does not
    turn work that started behind an open gate into work without release. A repeated acceptance over newer
    evidence keeps an open gate open.
    """
    spans: list[Span] = []
    standing: dict[str, frozenset[str]] = {}
    for sign_off in sorted(sign_offs, key=lambda one: one.sequence):
        if sign_off.capacity not in checkpoint.required_capacities:
            continue
        opened = bool(spans) and spans[-1].until is None
        if sign_off.decision != "accept":
            standing.pop(sign_off.capacity, None)
            if opened:
                spans[-1] = Span(since=spans[-1].since, until=sign_off.time)
        elif sign_off.all_passed:
            standing[sign_off.capacity] = frozenset(sign_off.digests)
            complete = len(standing) == len(set(checkpoint.required_capacities))
            if complete and len(set(standing.values())) == 1 and not opened:
                spans.append(Span(since=sign_off.time))
    return tuple(spans)


def started_without_release(task: TaskState, guards: Iterable[Guard]) -> Verdict | None:
    """The finding that a task started although a gate before it was shut.

    Args:
        task: the task, with its actual start.
        guards: every checkpoint before it (its own start, its predecessors' finish). Those that guard
            nothing are left out here.

    Returns:
        None when nothing guards the start; undetermined while no start is stated; fail, since the start, when
        some gate was not open at that moment (for a gate without signatures: when its evidence does not
        pass, or passed only later); otherwise pass.
    """
    before = [guard for guard in guards if guard.checkpoint.guards]
    if not before:
        return None
    if task.actual_start is None:
        return Verdict(
            rule=STARTED_WITHOUT_RELEASE,
            outcome=Outcome.UNDETERMINED,
            reason="not_started",
            subject=Subject(task=task.task.id),
        )
    shut = sorted(guard.checkpoint.id for guard in before if not guard.open_at(task.actual_start))
    return _finding(
        task, STARTED_WITHOUT_RELEASE, "started_without_release" if shut else "started_after_release", shut
    )


def signed_against_superseded(task: TaskState, stale: Iterable[Guard]) -> Verdict | None:
    """The finding that a task goes on behind a release whose ground has changed since.

    The road behind the work is not closed, since it has been walked: what was signed has to be looked at
    again while the work is still accessible.

    Args:
        task: the task, with its actual start.
        stale: the checkpoints before it whose gate is stale now.

    Returns:
        Fail, since the start, when some of these gates was open when the task started; None otherwise.
    """
    if task.actual_start is None:
        return None
    passed = sorted(guard.checkpoint.id for guard in stale if guard.open_at(task.actual_start))
    return _finding(task, SIGNED_SUPERSEDED, "signed_against_superseded", passed) if passed else None


def _finding(task: TaskState, rule: str, reason: str, checkpoints: Sequence[str]) -> Verdict:
    started = task.actual_start
    assert started is not None
    return Verdict(
        rule=rule,
        outcome=Outcome.FAIL if checkpoints else Outcome.PASS,
        reason=reason,
        subject=Subject(task=task.task.id),
        params={"checkpoints": list(checkpoints), "count": len(checkpoints)} if checkpoints else {},
        since=started,
        evidence=(f"fact:{task.started.id}" if task.started else f"plan:{task.task.id}",),
        evidence_values=(started.isoformat(), *checkpoints),
        severity=Severity.MAJOR,
    )
