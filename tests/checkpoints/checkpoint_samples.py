"""Small builders that the tests of this room share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bim_supervise.checkpoints.contract import (
    Boundary,
    Checkpoint,
    Control,
    Kind,
    Limit,
    Outcome,
    Severity,
    Subject,
    Verdict,
)
from bim_supervise.checkpoints.gates import SignOffMade
from bim_supervise.schedule.tasks import Task
from bim_supervise.tracking.state import TaskState

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
"""2026-03-02 12:00 in Shanghai."""


def a_limit(**changes) -> Limit:
    limit = Limit(
        rule_id="X-01",
        jurisdiction="CN",
        edition="2011",
        effective_from=date(2012, 7, 1),
        effective_to=date(2025, 12, 31),
        clause="1",
        evidence_class="V1",
        value=70.0,
        unit="dB(A)",
        window="PT20M",
        statistic="LAeq",
        comparator="<=",
        action="alarm",
    )
    return replace(limit, **changes)


def a_verdict(outcome=Outcome.PASS, value=1.0, *, rule="X-01", task="T", window=None, **changes) -> Verdict:
    start = None if window is None else NOON + window * timedelta(minutes=20)
    known = outcome is not Outcome.UNDETERMINED
    fields = {
        "rule": rule,
        "outcome": outcome,
        "reason": outcome.value,
        "subject": Subject(task=task),
        "value": value,
        "window_start": start,
        "window_end": start + timedelta(minutes=20) if start else None,
        "evidence": ("fact:1",) if known else (),
        "evidence_values": (value,),
        "severity": Severity.MINOR,
    }
    return Verdict(**(fields | changes))


def a_checkpoint(
    *capacities, boundary=Boundary.FINISH, control=Control.HOLD, name="C", task="T"
) -> Checkpoint:
    return Checkpoint(
        id=name,
        kind=Kind.QUALITY,
        control=control,
        boundary=boundary,
        rule="X-01",
        task=task,
        required_capacities=capacities,
    )


def a_sign_off(sequence, verdicts, *, capacity="chief", decision="accept", hours=0) -> SignOffMade:
    return SignOffMade(
        sequence=sequence,
        time=NOON + timedelta(hours=hours or sequence),
        signer="li",
        capacity=capacity,
        decision=decision,
        digests=tuple(verdict.digest for verdict in verdicts),
        all_passed=bool(verdicts) and all(verdict.outcome is Outcome.PASS for verdict in verdicts),
    )


def a_state(task="T", *, start=None, finish=None, planned=None, complete=None) -> TaskState:
    return TaskState(
        task=Task(id=task, source_id=task, name=task),
        planned_start=planned,
        planned_finish=None,
        actual_start=start,
        actual_finish=finish,
        complete=complete,
    )
