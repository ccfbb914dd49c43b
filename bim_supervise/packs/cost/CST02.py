"""CST-02: earned value against actual cost."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Subject, Verdict
from bim_supervise.packs.cost.judging import amount, compared, limit_now, undetermined


class CostPerformance:
    """Earned value of a task against what it has cost so far: CPI = EV / AC.

    **Why**: it says how much work each unit of money has bought.

    **Fails**: work worth 360 has cost 450: CPI = 0.80.

    **Passes**: work worth 450 has cost 450, or 500 (CPI = 0.90 exactly keeps the limit of 0.90).

    **Undetermined**: no budget, no quantity reported, or no cost stated: cost that nobody has booked is not
    zero.

    **Source**: earned-value management (ISO 21508:2018); the limit of 0.90 is a platform default, not a legal
    limit.
    """

    id: ClassVar[str] = "CST-02"
    kind: ClassVar[Kind] = Kind.COST
    title: ClassVar[Mapping[str, str]] = {"en": "Earned value against actual cost", "zh": "挣值与实际费用"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "It says how much work each unit of money has bought.",
        "zh": "说明每一元费用换来了多少工作。",
    }

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Every task with a budget and a stated cost."""
        tasks = [Subject(task=state.task.id) for state in evidence.tasks()]
        return [
            subject
            for subject in tasks
            if amount(evidence, "budget_at_completion", subject)
            and amount(evidence, "actual_cost", subject) is not None
        ]

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict for a task, or for the whole project when the subject names none."""
        limit = limit_now(limits, evidence)
        if limit is None or limit.value is None:
            return [undetermined(self.id, "limit_not_set", subject, limit)]
        budget = amount(evidence, "budget_at_completion", subject)
        earned = amount(evidence, "earned_value", subject)
        cost = amount(evidence, "actual_cost", subject)
        if not budget:
            return [undetermined(self.id, "no_budget", subject, limit)]
        if cost is None:
            return [undetermined(self.id, "no_cost_stated", subject, limit)]
        if earned is None:
            return [undetermined(self.id, "no_quantity_reported", subject, limit)]
        if cost <= 0:
            return [undetermined(self.id, "cost_not_positive", subject, limit)]
        figures = [evidence.figure(name, subject.task) for name in ("earned_value", "actual_cost")]
        return [
            compared(
                self.id,
                subject,
                earned / cost,
                limit,
                {"earned": earned, "cost": cost, "budget": budget},
                figures,
                _stated_at(subject, evidence),
            )
        ]


def _stated_at(subject: Subject, evidence: Evidence) -> datetime | None:
    # The index is a step: it took its present value with the latest statement behind it.
    state = evidence.task(subject.task) if subject.task is not None else None
    if state is None:
        return None
    facts = [*state.quantity_facts, *evidence.facts("cost_incurred", state.task.id)]
    facts += [state.finished] if state.finished else []
    return max((fact.event_time for fact in facts), default=None)
