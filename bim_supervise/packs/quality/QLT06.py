"""QLT-06: standing supervision over the whole of the work."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.packs.quality.asked import around
from bim_supervise.tracking.state import Fact


class StandingSupervision:
    """Somebody of the supervision stands by from the start of the work to its end (旁站), and logs it.

    **Why**: what goes wrong while concrete flows is seen by who stands there, or by nobody.

    **What it judges**: ``standing_started`` and ``standing_ended`` about the checkpoint or its task, by
    persons who said who they are, against the stated start and finish of the task. Several watches may follow
    each other.

    **Parameters**: ``grace_minutes`` [min], how much later than the work a watch may begin, and how much
    earlier it may end (default 15; a platform default, no legal limit).

    **Fails**: the pour began at 08:00 and the watch at 09:10; or nobody stood by from 12:00 to 13:00.

    **Passes**: two watches, 07:55 to 14:00 and 14:00 to 19:10, over a pour from 08:00 to 19:00.

    **Undetermined**: the work has not finished, its start is not stated, or the watch has not been ended.

    **Source**: 建市〔2002〕189号 asks for it over the full duration; the grace is this platform's.
    """

    id: ClassVar[str] = "QLT-06"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {"en": "Standing supervision", "zh": "旁站"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "What goes wrong while concrete flows is seen by who stands there, or by nobody.",
        "zh": "浇筑中的问题，只有在场的人看得见。",
    }

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: only a checkpoint asks for it."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict; ``completeness`` is the share of the work's time that somebody stood by."""
        state = evidence.task(subject.task) if subject.task else None
        grace = timedelta(minutes=float(parameters.get("grace_minutes", 15)))
        facts = [
            fact
            for place in around(subject, {**parameters, "elements": []}, evidence)
            for kind in ("standing_started", "standing_ended")
            for fact in evidence.facts(kind, place)
            if fact.authenticated
        ]
        watches, running = _watches(facts, evidence.as_of)
        started = state.actual_start if state else None
        finished = state.actual_finish if state else None
        outcome, reason, share, at = Outcome.UNDETERMINED, "standing_not_begun", None, None
        if started is not None:
            end = finished or evidence.as_of
            gap = _first_gap(watches, started + grace, end - grace if finished else end - 2 * grace)
            share = _covered(watches, started, end)
            if gap is not None:
                outcome, reason, at = Outcome.FAIL, "standing_gap" if watches else "standing_absent", gap
            elif finished is None or running:
                reason = "standing_running" if watches else "standing_not_begun"
            elif watches:
                outcome, reason, at = Outcome.PASS, "standing_complete", watches[-1][1]
        ordered = sorted(facts, key=lambda fact: (fact.event_time, fact.id))
        moment = at.astimezone(evidence.zone).strftime("%Y-%m-%d %H:%M") if at else ""
        return [
            Verdict(
                rule=self.id,
                outcome=outcome,
                reason=reason,
                subject=subject,
                params={"watches": len(watches), "moment": moment},
                completeness=share,
                since=at,
                evidence=tuple(f"fact:{fact.id}" for fact in ordered),
                evidence_values=(
                    started.isoformat() if started else None,
                    finished.isoformat() if finished else None,
                    *(f"{fact.kind} {fact.event_time.isoformat()} {fact.reporter}" for fact in ordered),
                ),
                severity=Severity.MAJOR,
            )
        ]


def _watches(facts: Sequence[Fact], as_of: datetime) -> tuple[list[tuple[datetime, datetime]], bool]:
    """The watches of each person joined where they touch, and whether one has not ended."""
    begun: dict[str, datetime] = {}
    spans = []
    for fact in sorted(facts, key=lambda one: (one.event_time, one.kind == "standing_started", one.id)):
        if fact.kind == "standing_started":
            begun.setdefault(fact.reporter, fact.event_time)
        elif fact.reporter in begun:
            spans.append((begun.pop(fact.reporter), fact.event_time))
    spans += [(start, as_of) for start in begun.values()]
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined, bool(begun)


def _first_gap(
    watches: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime
) -> datetime | None:
    """The first moment in [start, end) at which nobody stood by; None where somebody always did."""
    at = start
    for begun, ended in watches:
        if at >= end:
            return None
        if begun > at:
            return at
        at = max(at, ended)
    return at if at < end else None


def _covered(watches: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime) -> float | None:
    if end <= start:
        return None
    total = sum(
        (max(min(ended, end) - max(begun, start), timedelta()) for begun, ended in watches), timedelta()
    )
    return total / (end - start)
