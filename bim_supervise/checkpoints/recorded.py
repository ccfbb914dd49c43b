"""The base of rules about what people state: the latest statement of a kind against a limit."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.checkpoints.limits import duration, in_force, satisfies
from bim_supervise.tracking.state import Fact, TaskState


class RecordedRule(ABC):
    """A rule about numbers that people or laboratories state, asked by a checkpoint.

    It gives one verdict per statistic that its limit rows name. The statement is sought at the elements that
    the parameter ``elements`` names, at the checkpoint's task and at the checkpoint; the latest counts.
    A row with a window asks for a statement that is no older than that.

    **Parameters**: ``elements``, a list of GlobalIds; ``accept_unauthenticated`` (default false), whether a
    statement that nobody vouches for may pass.
    """

    id: ClassVar[str]
    kind: ClassVar[Kind] = Kind.GREEN
    title: ClassVar[Mapping[str, str]]
    severity: ClassVar[Severity] = Severity.MINOR
    records: ClassVar[Mapping[str, str]]
    """Which kind of statement each statistic is about."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """Statistics that count only where the parameter ``criterion`` names them."""

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: only a checkpoint asks for records."""
        return ()

    def measure(
        self, fact: Fact, limit: Limit, parameters: Mapping[str, Any]
    ) -> tuple[float | None, str | None]:
        """The value [limit's unit] of a statement, and a reason code that keeps it from passing."""
        if isinstance(fact.value, int | float):
            return float(fact.value), None
        return None, "statement_unclear"

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict per statistic.

        Raises:
            ValueError: when a parameter is not of its kind; the engine shows it.
        """
        wanted = parameters.get("criterion")
        verdicts = []
        for statistic, record in self.records.items():
            if (statistic in self.optional or wanted is not None) and statistic != wanted:
                continue
            rows = [row for row in limits if row.statistic == statistic]
            fact = self.latest(record, subject, parameters, evidence)
            limit = in_force(rows, self.asked_at(fact, evidence), evidence.zone)
            if limit is not None:
                verdicts.append(self._judge(subject, record, limit, fact, parameters, evidence))
        return verdicts

    def latest(
        self, record: str, subject: Subject, parameters: Mapping[str, Any], evidence: Evidence
    ) -> Fact | None:
        """The latest statement of a kind about what is asked for, or None.

        Raises:
            ValueError: when the parameter ``elements`` is no list of texts.
        """
        found = [fact for name in _sought(subject, parameters) for fact in evidence.facts(record, name)]
        return max(found, key=lambda one: (one.event_time, one.id), default=None)

    def asked_at(self, fact: Fact | None, evidence: Evidence) -> datetime:
        """The moment (aware) whose edition of the limit counts for a statement."""
        return evidence.as_of

    def _judge(
        self,
        subject: Subject,
        record: str,
        limit: Limit,
        fact: Fact | None,
        parameters: Mapping[str, Any],
        evidence: Evidence,
    ) -> Verdict:
        params: dict[str, Any] = {"record": record, "limit": limit.value, "unit": limit.unit}
        value: float | None = None
        outcome, reason = Outcome.UNDETERMINED, "record_absent"
        if fact is not None:
            value, doubt = self.measure(fact, limit, parameters)
            params |= {"value": value, "by": fact.reporter}
            trusting = parameters.get("accept_unauthenticated", False) is True
            old = limit.window is not None and evidence.as_of - fact.event_time > duration(limit.window)
            if value is None:
                reason = doubt or "statement_unclear"
            elif limit.value is None:
                reason = "limit_not_set"
            elif not satisfies(value, limit) and not old:
                outcome, reason = Outcome.FAIL, "record_beyond"
            elif old:
                reason = "record_old"
            elif doubt is not None:
                reason = doubt
            elif not fact.authenticated and not trusting:
                reason = "statement_unauthenticated"
            else:
                outcome, reason = Outcome.PASS, "record_kept"
        return Verdict(
            rule=self.id,
            outcome=outcome,
            reason=reason,
            subject=subject,
            params=params,
            value=value,
            unit=limit.unit,
            limit=limit,
            completeness=0.0 if fact is None else 1.0,
            since=fact.event_time if fact is not None else None,
            evidence=(f"fact:{fact.id}",) if fact is not None else (),
            evidence_values=(fact.event_time.isoformat(), fact.value, fact.authenticated, dict(fact.payload))
            if fact is not None
            else (),
            severity=self.severity,
        )


def task_named(evidence: Evidence, text: str) -> TaskState | None:
    """The one task with this id, WBS code or name; None when none or several fit."""
    for key in ("id", "wbs", "name"):
        fits = [state for state in evidence.tasks() if getattr(state.task, key) == text]
        if fits:
            return fits[0] if len(fits) == 1 else None
    return None


def _sought(subject: Subject, parameters: Mapping[str, Any]) -> list[str]:
    named = parameters.get("elements", ())
    if not isinstance(named, list | tuple) or not all(isinstance(name, str) for name in named):
        raise ValueError(f"parameter 'elements' must be a list of GlobalIds, not {named!r}")
    ids = [*named, subject.element, subject.task, parameters.get("checkpoint")]
    return list(dict.fromkeys(name for name in ids if isinstance(name, str)))
