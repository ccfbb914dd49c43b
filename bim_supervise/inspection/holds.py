"""What cases mean for gates: who is frozen, waived, invited or stopped, now and in the past. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Checkpoint, Outcome, Severity, Subject, Verdict
from bim_supervise.checkpoints.gates import INVITED, Missing, Notice, SignOffMade, WaiverGiven
from bim_supervise.checkpoints.releases import Span
from bim_supervise.core.clock import to_utc
from bim_supervise.inspection.cases import Case, CaseKind, escalation, names, overdue_since

CASE_OVERDUE = "QLT-08"
"""Permanent code of the finding that a case has not been answered by its due day."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a checkpoint: its elements and its task."""

    checkpoint: Checkpoint
    elements: Sequence[str]

    def named_by(self, case: Case) -> bool:
        """Whether a case names any of it."""
        return names(case, elements=self.elements, task=self.checkpoint.task, checkpoint=self.checkpoint.id)


class Holds:
    """The cases of a project at a moment (aware UTC), as gates look at them."""

    def __init__(self, cases: Iterable[Case], as_of: datetime, zone: ZoneInfo) -> None:
        self._as_of = as_of
        self._zone = zone
        self._by_kind: dict[CaseKind, list[Case]] = {kind: [] for kind in CaseKind}
        for case in cases:
            self._by_kind[case.kind].append(case)

    def ncrs(self, behind: Behind) -> tuple[str, ...]:
        """The non-conformances that are open behind a checkpoint."""
        return tuple(
            case.id for case in self._by_kind[CaseKind.NCR] if case.ended_at is None and behind.named_by(case)
        )

    def frozen(self, behind: Behind) -> tuple[Span, ...]:
        """When non-conformances were open behind a checkpoint."""
        return tuple(
            Span(since=case.opened.at, until=case.ended_at)
            for case in self._by_kind[CaseKind.NCR]
            if behind.named_by(case)
        )

    def waiver(self, checkpoint: str) -> WaiverGiven | None:
        """The waiver of a checkpoint that is in force."""
        for case in reversed(self._by_kind[CaseKind.WAIVER]):
            until = waived_until(case.opened.data, self._zone)
            if checkpoint in case.listed("checkpoints") and case.ended_at is None and self._as_of < until:
                return WaiverGiven(case=case.id, by=case.opened.user, reason=case.opened.text, until=until)
        return None

    def notice(self, checkpoint: str) -> Notice | None:
        """The latest invitation to a checkpoint that was not withdrawn."""
        for case in reversed(self._by_kind[CaseKind.REQUEST]):
            at = case.moment("inspection_at")
            if checkpoint in case.listed("checkpoints") and case.state == "invited" and at is not None:
                return Notice(case=case.id, given_at=case.opened.at, inspection_at=at)
        return None

    def opened(self, checkpoint: Checkpoint, sign_offs: Sequence[SignOffMade]) -> tuple[Span, ...]:
        """When a gate stood open without all signatures: waived, or nobody came after due notice."""
        spans = [
            Span(since=case.opened.at, until=min(until, case.ended_at or until))
            for case in self._by_kind[CaseKind.WAIVER]
            if checkpoint.id in case.listed("checkpoints")
            for until in [waived_until(case.opened.data, self._zone)]
        ]
        if checkpoint.proceeds_alone:
            for case in self._by_kind[CaseKind.REQUEST]:
                at = case.moment("inspection_at")
                if checkpoint.id in case.listed("checkpoints") and case.state == "invited" and at is not None:
                    came = [
                        one.time
                        for one in sign_offs
                        if one.capacity in INVITED and one.time >= case.opened.at
                    ]
                    first = min(came, default=None)
                    if first is None or first > at:
                        spans.append(Span(since=at, until=first))
        return tuple(spans)

    def stopped(self) -> Mapping[str, str]:
        """The tasks that a stop order in force holds, by id, with the order."""
        return {
            task: case.id
            for case in self._by_kind[CaseKind.STOP]
            if case.state == "issued"
            for task in case.listed("tasks")
        }

    def overdue(self) -> list[Verdict]:
        """A finding for every case that has not been answered by its due day."""
        found = []
        for cases in self._by_kind.values():
            for case in cases:
                since = overdue_since(case, self._zone)
                if since is None or self._as_of < since:
                    continue
                rung = escalation(case, self._as_of, self._zone)
                tasks = case.listed("tasks")
                found.append(
                    Verdict(
                        rule=CASE_OVERDUE,
                        outcome=Outcome.FAIL,
                        reason="case_overdue_owner" if rung > 1 else "case_overdue",
                        subject=Subject(task=tasks[0] if tasks else None, case=case.id),
                        params={"case": case.id, "title": case.title, "day": case.due},
                        since=since,
                        evidence_values=(case.id, case.state, rung),
                        severity=Severity.MAJOR if rung > 1 else Severity.MINOR,
                    )
                )
        return found


def waived_until(opened: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    """The end (aware UTC) of the last site day on which a waiver holds, from what it was opened with."""
    last = date.fromisoformat(str(opened["expires"]))
    return to_utc(datetime.combine(last + timedelta(days=1), time.min), zone)


def superseded_elements(signed: Mapping[str, str], current: Mapping[str, str] | None) -> tuple[Missing, ...]:
    """Why a sign-off no longer speaks of what is there: elements that a later revision changed or dropped.

    Args:
        signed: content hashes by GlobalId as they were signed for.
        current: content hashes of the current revision; None where no model is loaded.
    """
    if current is None:
        return ()
    changed = sorted(key for key, digest in signed.items() if key in current and current[key] != digest)
    gone = sorted(key for key in signed if key not in current)
    causes = []
    if changed:
        causes.append(Missing(code="element_changed", params=_listed(changed)))
    if gone:
        causes.append(Missing(code="element_gone", params=_listed(gone)))
    return tuple(causes)


def _listed(ids: Sequence[str]) -> dict[str, object]:
    return {"count": len(ids), "names": ", ".join(ids[:20])}
