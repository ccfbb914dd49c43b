"""QLT-01: the record that a hold point asks for."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import (
    Evidence,
    Kind,
    Limit,
    Outcome,
    Severity,
    Subject,
    Verdict,
)
from bim_supervise.packs.quality.asked import asked as asked_for
from bim_supervise.tracking.state import Fact

_LISTED = 20
"""How many subjects a verdict lists by name; the counts are always whole."""


class HoldRecord:
    """Every element behind a hold point needs a record that passes, before anybody may sign.

    **Why**: what is covered up or built upon cannot be inspected any more.

    **What it judges**: the elements of the checkpoint's task, or those that the parameter ``elements`` names;
    for a task without elements the task itself; for a checkpoint of the whole site the checkpoint. Of each
    the latest record counts; of two at the same moment the failing one. A kind that has no result, such as
    ``installed``, is a passing record by being stated.

    **Parameters**: ``record``, the kind of fact (default ``inspected``); ``elements``, a list of GlobalIds;
    ``accept_unauthenticated`` (default false), whether a record that nobody vouches for may pass.

    **Fails**: the reinforcement of one wall of twelve was inspected and failed.

    **Passes**: all twelve were inspected, and the latest inspection of each passed.

    **Undetermined**: eleven records are there. Or a passing record came through a door where nobody had to
    say who they are; a failing one counts all the same.

    **Source**: definition of this platform, after the hold point 停止点 of inspection and test plans.
    """

    id: ClassVar[str] = "QLT-01"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {"en": "Record for a hold point", "zh": "停止点验收记录"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "What is covered up or built upon cannot be inspected any more.",
        "zh": "隐蔽或被后续工作覆盖之后就无法再检查。",
    }

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: only a checkpoint asks for records."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict; ``completeness`` is the share of records that are there.

        Raises:
            ValueError: when a parameter is not of its kind; the engine shows it.
        """
        record = parameters.get("record", "inspected")
        if not isinstance(record, str):
            raise ValueError(f"parameter 'record' must name a kind of fact, not {record!r}")
        if subject.task is not None and evidence.task(subject.task) is None:
            return [
                self._verdict(Outcome.UNDETERMINED, "task_unknown", subject, {"record": record}, {}, None)
            ]
        asked = asked_for(subject, parameters, evidence)
        if not asked:
            return [
                self._verdict(Outcome.UNDETERMINED, "nothing_to_judge", subject, {"record": record}, {}, None)
            ]
        latest = {name: _latest(evidence.facts(record, name)) for name in asked}
        found = {name: fact for name, fact in latest.items() if fact is not None}
        failed = [name for name, fact in found.items() if fact.value == "fail"]
        unclear = [name for name, fact in found.items() if fact.value not in ("pass", "fail", None)]
        lacking = [name for name in asked if name not in found]
        trusting = parameters.get("accept_unauthenticated", False) is True
        strange = [name for name, fact in found.items() if not fact.authenticated and not trusting]
        share = len(found) / len(asked)
        params = {"record": record, "required": len(asked), "there": len(found)}
        if failed:
            first = min(found[name].event_time for name in failed)
            return [
                self._verdict(Outcome.FAIL, "record_failed", subject, params, found, share, failed, first)
            ]
        for reason, names in (
            ("record_missing", lacking),
            ("record_unclear", unclear),
            ("record_unauthenticated", strange),
        ):
            if names:
                return [self._verdict(Outcome.UNDETERMINED, reason, subject, params, found, share, names)]
        last = max(fact.event_time for fact in found.values())
        return [self._verdict(Outcome.PASS, "record_passed", subject, params, found, share, since=last)]

    def _verdict(
        self,
        outcome: Outcome,
        reason: str,
        subject: Subject,
        params: Mapping[str, Any],
        found: Mapping[str, Fact],
        share: float | None,
        names: Sequence[str] = (),
        since: datetime | None = None,
    ) -> Verdict:
        facts = [found[name] for name in sorted(found)]
        return Verdict(
            rule=self.id,
            outcome=outcome,
            reason=reason,
            subject=subject,
            params={**params, "count": len(names), "names": ", ".join(sorted(names)[:_LISTED])},
            completeness=share,
            since=since,
            evidence=tuple(f"fact:{fact.id}" for fact in facts),
            evidence_values=tuple(
                [fact.subject, fact.event_time.isoformat(), fact.value, fact.authenticated] for fact in facts
            ),
            severity=Severity.MAJOR,
        )


def _latest(facts: Sequence[Fact]) -> Fact | None:
    return max(facts, key=lambda fact: (fact.event_time, fact.value == "fail", fact.id), default=None)
