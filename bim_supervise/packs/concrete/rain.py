"""Which rain stops which pour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.packs.concrete.kinds import RAIN_CLASS

FRESH = timedelta(hours=6)
"""How old a statement about the weather may be; platform default."""

_STOPS_ALL, _STOPS_LARGE = ("heavy", "storm"), ("light", "moderate")


class RainRule:
    """Base of the rule about rain.

    **Parameters**: ``large`` (default true), whether the pour is a large open one.
    """

    id: ClassVar[str]

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: a checkpoint before a pour asks."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict by the latest statement about the task or the checkpoint."""
        names = [subject.task, parameters.get("checkpoint")]
        found = [
            fact
            for name in names
            if isinstance(name, str)
            for fact in evidence.facts(RAIN_CLASS.key, name)
            if evidence.as_of - fact.event_time <= FRESH
        ]
        fact = max(found, key=lambda one: (one.event_time, one.id), default=None)
        rain = None if fact is None else str(fact.value)
        if rain is None:
            outcome, reason = Outcome.UNDETERMINED, "weather_unknown"
        elif rain in _STOPS_ALL or (rain in _STOPS_LARGE and parameters.get("large", True)):
            outcome, reason = Outcome.FAIL, "rain_stops"
        elif fact is not None and not fact.authenticated:
            outcome, reason = Outcome.UNDETERMINED, "statement_unauthenticated"
        else:
            outcome, reason = Outcome.PASS, "rain_allows"
        return [
            Verdict(
                rule=self.id,
                outcome=outcome,
                reason=reason,
                subject=subject,
                params={"rain": rain, "record": RAIN_CLASS.key},
                since=None if fact is None else fact.event_time,
                evidence=() if fact is None else (f"fact:{fact.id}",),
                evidence_values=() if fact is None else (rain, fact.event_time.isoformat()),
                severity=Severity.MAJOR,
            )
        ]
