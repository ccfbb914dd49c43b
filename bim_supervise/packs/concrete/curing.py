"""How long a pour has been cured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Subject, Verdict
from bim_supervise.checkpoints.limits import in_force, satisfies
from bim_supervise.checkpoints.recorded import task_named
from bim_supervise.tracking.state import TaskState


class CuringRule:
    """Base of the rules about curing.

    **Parameters**: ``pour``, the task (id, WBS code or name) that placed the concrete.
    """

    id: ClassVar[str]

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: a checkpoint before curing ends asks."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict: days since the pour has finished."""
        pour = poured(parameters, evidence)
        if pour is None or pour.actual_finish is None:
            return [
                Verdict(
                    rule=self.id, outcome=Outcome.UNDETERMINED, reason="pour_not_finished", subject=subject
                )
            ]
        limit = in_force(limits, pour.actual_finish, evidence.zone)
        days = (evidence.as_of - pour.actual_finish) / timedelta(days=1)
        if limit is None or limit.value is None:
            outcome, reason = Outcome.UNDETERMINED, "limit_not_set"
        elif satisfies(days, limit):
            outcome, reason = Outcome.PASS, "cured"
        else:
            outcome, reason = Outcome.FAIL, "curing_short"
        return [
            Verdict(
                rule=self.id,
                outcome=outcome,
                reason=reason,
                subject=subject,
                params={"value": days, "limit": limit.value if limit else None},
                value=days,
                unit="d",
                limit=limit,
                since=pour.actual_finish,
                evidence=(f"fact:{pour.finished.id}" if pour.finished else f"plan:{pour.task.id}",),
                # The moment it was counted from, not the days: a signature stays good while they grow.
                evidence_values=(pour.actual_finish.isoformat(),),
            )
        ]


def poured(parameters: Mapping[str, Any], evidence: Evidence) -> TaskState | None:
    """The task of the parameter ``pour``."""
    name = parameters.get("pour")
    return task_named(evidence, name) if isinstance(name, str) else None
