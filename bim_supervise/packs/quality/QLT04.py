"""QLT-04: photos that show what was done."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.packs.quality.asked import around

_KINDS = (
    "remark",
    "inspected",
    "parallel_inspection",
    "patrol",
    "standing_note",
    "measured",
    "task_finished",
)


class Photos:
    """So many photos of the work must be there before it is covered.

    **Why**: a picture is what is left to look at once the concrete is in.

    **What it judges**: photos that statements about the checkpoint, its task or its elements carry; the same
    picture counts once, however often it is stated. What a picture shows, the signer judges.

    **Parameters**: ``count`` (default 1); ``kinds``, the kinds of statement whose photos count; ``during``
    (default false), whether only photos from before the task's stated finish count.

    **Fails**: with ``during``, the work has finished and too few were taken: they cannot be taken any more.

    **Passes**: two are asked for, and two different ones were handed in by people who said who they are.

    **Undetermined**: fewer; without ``during`` a picture that is missing is no defect of the work.

    **Source**: definition of this platform.
    """

    id: ClassVar[str] = "QLT-04"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {"en": "Photos", "zh": "影像资料"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "A picture is what is left to look at once the work is covered.",
        "zh": "工程覆盖之后，能看的只有照片。",
    }

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: only a checkpoint asks for photos."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict; ``completeness`` is the share of the photos that are there."""
        wanted = max(int(parameters.get("count", 1)), 1)
        state = evidence.task(subject.task) if subject.task and parameters.get("during") is True else None
        end = state.actual_finish if state else None
        found: dict[str, str] = {}
        when: dict[str, datetime] = {}
        for place in around(subject, parameters, evidence):
            for kind in parameters.get("kinds", _KINDS):
                for fact in evidence.facts(str(kind), place):
                    if end is not None and fact.event_time > end:
                        continue
                    for digest in fact.payload.get("photos", ()) if fact.authenticated else ():
                        found.setdefault(str(digest), fact.id)
                        when.setdefault(str(digest), fact.event_time)
        passed = len(found) >= wanted
        ordered = sorted(found, key=lambda digest: (when[digest], digest))
        outcome, reason = Outcome.UNDETERMINED, "photos_missing"
        if passed:
            outcome, reason = Outcome.PASS, "photos_there"
        elif end is not None:
            outcome, reason = Outcome.FAIL, "photos_too_late"
        return [
            Verdict(
                rule=self.id,
                outcome=outcome,
                reason=reason,
                subject=subject,
                params={"required": wanted, "there": len(found)},
                completeness=min(len(found) / wanted, 1.0),
                since=when[ordered[wanted - 1]] if passed else end,
                evidence=tuple(f"fact:{name}" for name in sorted(set(found.values()))),
                evidence_values=tuple(ordered),
                severity=Severity.MINOR,
            )
        ]
