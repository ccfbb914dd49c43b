"""QLT-05: a measured value within its tolerance."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.packs.quality.asked import asked


class MeasuredValue:
    """Every element behind a checkpoint was measured and lies within its tolerance.

    **Why**: a tolerance that is not measured is a hope.

    **What it judges**: of each element (or the task) the latest ``measured`` of the item asked for.

    **Parameters**: ``item``, what is measured (payload ``item``); ``lower`` and ``upper``, the bounds, both
    included, at least one of them, from the design or the code; ``unit``.

    **Fails**: one column of twelve is 12 mm out of plumb and 10 mm is allowed.

    **Passes**: all twelve lie within.

    **Undetermined**: one is not measured, in another unit, or by nobody who said who they are. No bounds are
    set: what is measured is shown and judged by nobody.

    **Source**: definition of this platform; the bounds belong to the line of the plan that sets them.
    """

    id: ClassVar[str] = "QLT-05"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {"en": "Measured value", "zh": "实测值"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "A tolerance that is not measured is a hope.",
        "zh": "不实测的允许偏差只是愿望。",
    }

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: only a checkpoint asks for measurements."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict; ``value`` is the one furthest out, or furthest towards a bound."""
        item = str(parameters.get("item") or "")
        lower, upper, unit = (
            parameters.get("lower"),
            parameters.get("upper"),
            str(parameters.get("unit") or ""),
        )
        names = asked(subject, parameters, evidence)
        found = {}
        for name in names:
            facts = [fact for fact in evidence.facts("measured", name) if fact.payload.get("item") == item]
            if facts:
                found[name] = max(facts, key=lambda fact: (fact.event_time, fact.id))
        values = {
            name: float(fact.value)
            for name, fact in found.items()
            if isinstance(fact.value, int | float) and (not unit or fact.unit == unit)
        }

        def out(value: float) -> float:
            """How far beyond a bound; negative within."""
            beyond = [value - float(upper)] if upper is not None else []
            return max([*beyond, float(lower) - value] if lower is not None else beyond, default=0.0)

        bounded = lower is not None or upper is not None
        failed = sorted(name for name, value in values.items() if bounded and out(value) > 0)
        lacking = sorted(name for name in names if name not in values)
        strange = sorted(name for name in values if not found[name].authenticated)
        outcome, reason, listed = Outcome.PASS, "measured_within", list[str]()
        if failed:
            outcome, reason, listed = Outcome.FAIL, "measured_outside", failed
        elif not bounded:
            outcome, reason = Outcome.UNDETERMINED, "limit_not_set"
        elif lacking or not names:
            outcome, reason, listed = Outcome.UNDETERMINED, "measured_missing", lacking
        elif strange:
            outcome, reason, listed = Outcome.UNDETERMINED, "measured_unauthenticated", strange
        facts = [found[name] for name in sorted(found)]
        return [
            Verdict(
                rule=self.id,
                outcome=outcome,
                reason=reason,
                subject=subject,
                params={
                    "item": item,
                    "lower": "" if lower is None else lower,
                    "upper": "" if upper is None else upper,
                    "unit": unit,
                    "required": len(names),
                    "there": len(values),
                    "count": len(listed),
                    "names": ", ".join(listed[:20]),
                },
                value=max(values.values(), key=out, default=None),
                unit=unit,
                completeness=len(values) / len(names) if names else None,
                since=max((fact.event_time for fact in facts), default=None),
                evidence=tuple(f"fact:{fact.id}" for fact in facts),
                evidence_values=tuple(
                    [fact.subject, fact.event_time.isoformat(), fact.value, fact.unit, fact.authenticated]
                    for fact in facts
                ),
                severity=Severity.MAJOR,
            )
        ]
