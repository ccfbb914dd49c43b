"""QLT-03: the laboratory's report of a witnessed sample."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.packs.quality.asked import around
from bim_supervise.tracking.state import Fact


class LabReport:
    """A sample that supervision saw being taken, and the laboratory's word about it.

    **Why**: what a sensor or a curve suggests is supporting evidence; strength is accepted on specimens, and
    a specimen that nobody saw being taken may come from anywhere.

    **What it judges**: the reports ``lab_report`` of the kind of test asked for, about the checkpoint, its
    task or its elements. Of each sample the latest report counts. A sample counts when a
    ``sample_witnessed`` of the same sample was stated by another person than who took it (见证取样).

    **Parameters**: ``test``, the kind of test (payload ``test``; default any); ``minimum``, the least result
    that passes, in the report's unit, from the design; ``unit``, the unit asked for with it; ``samples``, how
    many witnessed samples must be there (default 1).

    **Fails**: the cubes reached 18 MPa and 22.5 MPa is asked for; or the report says ``fail``.

    **Passes**: three witnessed samples, three reports that pass.

    **Undetermined**: no report; a sample that nobody witnessed; a report without a result where a minimum is
    set, or in another unit; a report that nobody vouches for.

    **Source**: 见证取样 after 建建〔2000〕211号; the shares and strengths come from design and contract.
    """

    id: ClassVar[str] = "QLT-03"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {"en": "Report of a witnessed sample", "zh": "见证取样检测报告"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "Strength is accepted on specimens that supervision saw being taken.",
        "zh": "强度以有人见证取样的试件为准。",
    }

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: only a checkpoint asks for reports."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict; ``value`` is the least result where a minimum is set."""
        places = around(subject, parameters, evidence)
        test, minimum = parameters.get("test"), parameters.get("minimum")
        wanted = max(int(parameters.get("samples", 1)), 1)
        reports = _latest(
            fact
            for place in places
            for fact in evidence.facts("lab_report", place)
            if test is None or fact.payload.get("test") == test
        )
        witnessed = {
            str(fact.payload.get("sample")): fact
            for place in places
            for fact in evidence.facts("sample_witnessed", place)
            if fact.authenticated
        }
        taken = {
            str(fact.payload.get("sample")): fact
            for place in places
            for fact in evidence.facts("sample_taken", place)
        }
        params = {"test": str(test or ""), "required": wanted, "there": len(reports)}
        used = [*reports.values(), *(witnessed[name] for name in reports if name in witnessed)]

        def verdict(
            outcome: Outcome, reason: str, names: Sequence[str] = (), value: float | None = None
        ) -> Verdict:
            ordered = sorted(used, key=lambda fact: fact.id)
            return Verdict(
                rule=self.id,
                outcome=outcome,
                reason=reason,
                subject=subject,
                params={**params, "count": len(names), "names": ", ".join(names[:20]), "minimum": minimum},
                value=value,
                unit=str(parameters.get("unit") or ""),
                completeness=min(len(reports) / wanted, 1.0),
                since=max((fact.event_time for fact in ordered), default=None),
                evidence=tuple(f"fact:{fact.id}" for fact in ordered),
                evidence_values=tuple(
                    [fact.subject, fact.event_time.isoformat(), fact.value, fact.authenticated, _result(fact)]
                    for fact in ordered
                ),
                severity=Severity.MAJOR,
            )

        results = {name: _result(fact) for name, fact in reports.items()}
        known = {name: value for name, value in results.items() if value is not None}
        least = min(known.values(), default=None) if minimum is not None else None
        failed = sorted(
            name
            for name, fact in reports.items()
            if fact.value == "fail"
            or (minimum is not None and name in known and known[name] < float(minimum))
        )
        if failed:
            return [verdict(Outcome.FAIL, "report_failed", failed, least)]
        if len(reports) < wanted:
            return [verdict(Outcome.UNDETERMINED, "report_missing")]
        alone = sorted(
            name
            for name in reports
            if name not in witnessed or (name in taken and taken[name].reporter == witnessed[name].reporter)
        )
        strange = sorted(name for name, fact in reports.items() if not fact.authenticated)
        unclear = sorted(name for name, fact in reports.items() if fact.value not in ("pass", None))
        if minimum is not None:
            unit = parameters.get("unit")
            unclear += [
                name
                for name, fact in reports.items()
                if name not in known or (unit and fact.payload.get("unit") not in (unit, None))
            ]
        for reason, names in (
            ("sample_not_witnessed", alone),
            ("report_unclear", sorted(set(unclear))),
            ("report_unauthenticated", strange),
        ):
            if names:
                return [verdict(Outcome.UNDETERMINED, reason, names, least)]
        return [verdict(Outcome.PASS, "report_passed", (), least)]


def _latest(facts: Iterable[Fact]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda one: (one.event_time, one.value == "fail", one.id)):
        found[str(fact.payload.get("sample"))] = fact
    return found


def _result(fact: Fact) -> float | None:
    value = fact.payload.get("result")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
