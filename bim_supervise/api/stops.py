"""What the software proposes to stop, and why; a named person orders."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bim_supervise.checkpoints.contract import Outcome, Severity, Verdict
from bim_supervise.checkpoints.recorded import task_named
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.supervise import Situation
from bim_supervise.tracking.lexicon import Lexicon
from bim_supervise.tracking.read_lexicon import read_lexicon
from bim_supervise.tracking.state import TaskState

STOPS = "stops"
"""A rule's attribute: the work that a failure of it proposes to stop, as concepts of the lexicon; a project's
rule setting of the same name lists tasks instead; a verdict's parameter of the same name lists task ids.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopProposal:
    """A breach that stands and the tasks it proposes to stop.

    ``finding`` is the id of the alarm, or of the checkpoint with the moment it failed, that a stop answers.
    """

    finding: str
    verdict: Verdict
    since: datetime | None
    tasks: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Plain values for screens and commands."""
        return {
            "alarm": self.finding,
            "rule": self.verdict.rule,
            "severity": self.verdict.severity.value,
            "reason": self.verdict.reason,
            "params": dict(self.verdict.params),
            "since": self.since,
            "tasks": list(self.tasks),
        }


def proposals(situation: Situation, registry: Registry, answered: Container[str]) -> list[StopProposal]:
    """Every standing breach that asks for a stop and that no case has answered; life safety first.

    A life-safety breach always proposes one: of its own task, of the work its rule names, or of everything
    under way. Any other does so only where its rule, or the project's setting of it, names the work, and
    only for tasks under way that no order holds already.
    """
    found = []
    for finding, verdict, since in _breaches(situation):
        if finding in answered:
            continue
        tasks = _tasks(verdict, situation, registry)
        if tasks:
            found.append(StopProposal(finding=finding, verdict=verdict, since=since, tasks=tasks))
    return sorted(found, key=lambda one: one.verdict.severity is not Severity.LIFE_SAFETY)


def _breaches(situation: Situation) -> Iterator[tuple[str, Verdict, datetime | None]]:
    for alarm in situation.alarms:
        if alarm.cleared_at is None:
            yield alarm.id, alarm.latest, alarm.raised_at
    for point, judged in situation.judged.items():
        for verdict in judged.verdicts:
            if verdict.outcome is Outcome.FAIL and STOPS in verdict.params:
                moment = verdict.since.isoformat() if verdict.since else ""
                yield f"{point}@{moment}", verdict, verdict.since


def _tasks(verdict: Verdict, situation: Situation, registry: Registry) -> tuple[str, ...]:
    going = [
        state
        for state in situation.states
        if state.actual_start is not None
        and state.actual_finish is None
        and state.task.id not in situation.stopped
    ]
    named = _named(verdict, situation, registry)
    if named is not None:
        chosen = [state.task.id for state in going if state.task.id in named]
    elif words := frozenset(getattr(registry.rules.get(verdict.rule), STOPS, ())):
        lexicon = read_lexicon()
        chosen = [state.task.id for state in going if words & _concepts(state, lexicon)]
    else:
        chosen = []
    if chosen or verdict.severity is not Severity.LIFE_SAFETY:
        return tuple(chosen)
    own = verdict.subject.task
    return (own,) if own else tuple(state.task.id for state in going)


def _named(verdict: Verdict, situation: Situation, registry: Registry) -> frozenset[str] | None:
    """The task ids that the verdict itself or the project's rule settings name; None where they do not."""
    if STOPS in verdict.params:
        return frozenset(verdict.params[STOPS])
    set_by_project = registry.parameters(verdict.rule).get(STOPS)
    if set_by_project is None:
        return None
    states = (task_named(situation.evidence, str(name)) for name in set_by_project)
    return frozenset(state.task.id for state in states if state is not None)


def _concepts(state: TaskState, lexicon: Lexicon) -> frozenset[str]:
    return lexicon.with_implied(lexicon.in_text(state.task.name))
