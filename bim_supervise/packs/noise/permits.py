"""Work at night and the permits for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.packs.noise.kinds import NIGHT_PERMIT
from bim_supervise.schedule.tasks import TaskKind
from bim_supervise.tracking.state import Fact, TaskState

NIGHT_FROM, NIGHT_TO = time(22), time(6)
"""The night in which work needs a permit, site wall time."""


class PermitRule:
    """Base of the rule about permits; a permit is stated about its task, with ``permit`` and ``until``."""

    id: ClassVar[str]

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Every task that was stated to start or finish at night; a summary only repeats its tasks."""
        return [
            Subject(task=state.task.id)
            for state in evidence.tasks()
            if state.task.kind is not TaskKind.SUMMARY and _at_night(state, evidence)
        ]

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict about a task."""
        state = evidence.task(subject.task) if subject.task is not None else None
        moments = _at_night(state, evidence) if state is not None else []
        if state is None or not moments:
            reason = "no_night_work" if state is not None else "task_unknown"
            return [Verdict(rule=self.id, outcome=Outcome.UNDETERMINED, reason=reason, subject=subject)]
        permits = evidence.facts(NIGHT_PERMIT.key, state.task.id)
        open_ = [moment for moment in moments if not any(_covers(permit, moment) for permit in permits)]
        shown = min(open_ or moments)
        stated = [fact for fact in (state.started, state.finished) if fact is not None]
        used = [*stated, *permits]
        return [
            Verdict(
                rule=self.id,
                outcome=Outcome.FAIL if open_ else Outcome.PASS,
                reason="night_without_permit" if open_ else "night_permitted",
                subject=subject,
                params={
                    "moment": f"{shown.astimezone(evidence.zone):%Y-%m-%d %H:%M}",
                    "permit": ", ".join(str(permit.payload.get("permit", "?")) for permit in permits),
                },
                since=shown,
                evidence=tuple(f"fact:{fact.id}" for fact in used) or (f"plan:{state.task.id}",),
                evidence_values=tuple([fact.event_time.isoformat(), dict(fact.payload)] for fact in used)
                or (shown.isoformat(),),
                severity=Severity.MAJOR,
            )
        ]


def _at_night(state: TaskState, evidence: Evidence) -> list[datetime]:
    stated = [moment for moment in (state.actual_start, state.actual_finish) if moment is not None]
    walls = [(moment, moment.astimezone(evidence.zone).time()) for moment in stated]
    return [moment for moment, wall in walls if wall >= NIGHT_FROM or wall < NIGHT_TO]


def _covers(permit: Fact, moment: datetime) -> bool:
    until = permit.payload.get("until")
    try:
        end = datetime.fromisoformat(str(until))
    except ValueError:
        return False
    return permit.authenticated and end.tzinfo is not None and permit.event_time <= moment <= end
