"""Comparing an earned-value index of a task with its limit; shared by CST-01 and CST-02."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bim_supervise.checkpoints.contract import Evidence, Figure, Limit, Outcome, Subject, Verdict
from bim_supervise.checkpoints.limits import in_force, satisfies


def amount(evidence: Evidence, name: str, subject: Subject) -> float | None:
    """A figure of the subject's task (of the project where it names none) [currency]; None when unknown."""
    figure = evidence.figure(name, subject.task)
    return figure.value if figure is not None else None


def undetermined(rule: str, reason: str, subject: Subject, limit: Limit | None = None) -> Verdict:
    """A verdict that says what is not known."""
    return Verdict(rule=rule, outcome=Outcome.UNDETERMINED, reason=reason, subject=subject, limit=limit)


def limit_now(limits: Sequence[Limit], evidence: Evidence) -> Limit | None:
    """The row in force at the moment of the evidence."""
    return in_force(limits, evidence.as_of, evidence.zone)


def compared(
    rule: str,
    subject: Subject,
    index: float,
    limit: Limit,
    amounts: Mapping[str, float],
    used: Sequence[Figure | None],
    since: datetime | None,
) -> Verdict:
    """Pass or fail of an index [ratio]; ``amounts`` [currency] are what it was worked out from."""
    keeps = satisfies(index, limit)
    references = dict.fromkeys(ref for figure in used if figure is not None for ref in figure.evidence)
    return Verdict(
        rule=rule,
        outcome=Outcome.PASS if keeps else Outcome.FAIL,
        reason="index_kept" if keeps else "index_low",
        subject=subject,
        params={**amounts, "index": index, "limit": limit.value},
        value=index,
        limit=limit,
        since=since,
        evidence=tuple(references),
        evidence_values=tuple(amounts.values()),
    )
