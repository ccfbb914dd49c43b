"""CST-01: earned value against planned value."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Subject, Verdict
from bim_supervise.core.clock import to_utc
from bim_supervise.packs.cost.judging import amount, compared, limit_now, undetermined
from bim_supervise.tracking.planned_share import moment_of_share


class SchedulePerformance:
    """Earned value of a task, by units complete, against its planned value: SPI = EV / PV.

    **Why**: it says in money how far the work is behind the plan, before the planned finish has passed.

    **Fails**: a task of budget 1,000 should have 400 of it done by now; the quantity reported is worth 300:
    SPI = 0.75.

    **Passes**: EV 360 against PV 400: SPI = 0.90 exactly keeps the limit of 0.90.

    **Undetermined**: no budget; nobody has reported a quantity (missing is not zero); nothing was planned to
    be done yet (PV = 0 has no ratio).

    **Source**: earned-value management (ISO 21508:2018); the limit of 0.90 is a platform default, not a legal
    limit.
    """

    id: ClassVar[str] = "CST-01"
    kind: ClassVar[Kind] = Kind.COST
    title: ClassVar[Mapping[str, str]] = {"en": "Earned against planned value", "zh": "挣值与计划值"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "It says in money how far the work is behind the plan, before the planned finish has passed.",
        "zh": "在计划完工之前，用金额说明工作落后计划多少。",
    }

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Every task that has a budget."""
        tasks = [Subject(task=state.task.id) for state in evidence.tasks()]
        return [subject for subject in tasks if amount(evidence, "budget_at_completion", subject)]

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
        planned = amount(evidence, "planned_value", subject)
        if not budget:
            return [undetermined(self.id, "no_budget", subject, limit)]
        if earned is None:
            return [undetermined(self.id, "no_quantity_reported", subject, limit)]
        if planned is None:
            return [undetermined(self.id, "not_planned", subject, limit)]
        if planned == 0:
            return [undetermined(self.id, "nothing_planned_yet", subject, limit)]
        return [
            compared(
                self.id,
                subject,
                earned / planned,
                limit,
                {"earned": earned, "planned": planned, "budget": budget},
                [evidence.figure("earned_value", subject.task)],
                _behind_since(subject, evidence, earned / limit.value / budget),
            )
        ]


def _behind_since(subject: Subject, evidence: Evidence, share: float) -> datetime | None:
    # The moment when the plan overtook what is earned: it does not move with the moment of asking.
    state = evidence.task(subject.task) if subject.task is not None else None
    if state is None or state.planned_start is None or state.planned_finish is None:
        return None
    overtaken = to_utc(moment_of_share(state.planned_start, state.planned_finish, share), evidence.zone)
    return min(overtaken, evidence.as_of)
