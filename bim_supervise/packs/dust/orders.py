"""Which work an order on heavy pollution stops, and whether it is under way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.checkpoints.recorded import task_named
from bim_supervise.packs.dust.kinds import POLLUTION_ORDER
from bim_supervise.tracking.state import TaskState


class OrderRule:
    """Base of the rule about orders; they are recorded about the checkpoint that asks.

    **Parameters**: ``yellow``, ``orange`` and ``red``, each a list of tasks (id, WBS code or name) that an
    order of this level stops.
    """

    id: ClassVar[str]

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: orders are recorded about a checkpoint."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict: how many of the tasks that the order names are under way."""
        orders = evidence.facts(POLLUTION_ORDER.key, str(parameters.get("checkpoint", "")))
        order = max(orders, key=lambda one: (one.event_time, one.id), default=None)
        if order is None:
            return [
                Verdict(rule=self.id, outcome=Outcome.UNDETERMINED, reason="order_unknown", subject=subject)
            ]
        level = str(order.value)
        named = [task_named(evidence, str(name)) for name in parameters.get(level, ())]
        going = [state for state in named if state is not None and under_way(state, evidence)]
        working = sorted(state.task.name for state in going)
        if level == "none":
            outcome, reason = Outcome.PASS, "order_none"
        elif working:
            outcome, reason = Outcome.FAIL, "order_worked"
        else:
            outcome, reason = Outcome.PASS, "order_kept"
        return [
            Verdict(
                rule=self.id,
                outcome=outcome,
                reason=reason,
                subject=subject,
                params={
                    "level": level,
                    "names": ", ".join(working),
                    "count": len(working),
                    "stops": sorted(state.task.id for state in going),
                },
                value=float(len(working)),
                since=order.event_time,
                evidence=(f"fact:{order.id}",),
                evidence_values=(order.event_time.isoformat(), level, *working),
                severity=Severity.MAJOR,
            )
        ]


def under_way(state: TaskState, evidence: Evidence) -> bool:
    """Whether a task was started, has not finished and has not been stopped since."""
    if state.actual_start is None or state.actual_finish is not None:
        return False
    stopped = max((one.event_time for one in evidence.facts("work_stopped", state.task.id)), default=None)
    resumed = max((one.event_time for one in evidence.facts("work_resumed", state.task.id)), default=None)
    return stopped is None or (resumed is not None and resumed >= stopped)
