"""Phases of the work: when which kind of task was under way, as far as anybody has stated it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bim_supervise.core.clock import epoch_ms
from bim_supervise.schedule.tasks import Task
from bim_supervise.tracking.state import TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Which tasks make a phase: by id, by trade, or by a word in their name (case does not matter)."""

    tasks: Collection[str] = ()
    trades: Collection[str] = ()
    words: Collection[str] = ()

    def holds(self, task: Task) -> bool:
        """Whether the task belongs to the phase."""
        name = task.name.casefold()
        return (
            task.id in self.tasks
            or (task.trade is not None and task.trade in self.trades)
            or any(word.casefold() in name for word in self.words)
        )


@dataclass(frozen=True, slots=True)
class Phases:
    """The times [start, end) UTC epoch ms in which each phase was under way; ``end`` None: it still is.

    A phase lasts from the actual start of each of its tasks to its actual finish. ``known`` tells whether the
    plan has any task of any of the phases.
    """

    spans: Mapping[str, Sequence[tuple[int, int | None]]] = field(default_factory=dict)
    known: bool = True

    def at(self, moment_ms: int) -> frozenset[str]:
        """The phases under way at a moment, UTC epoch ms."""
        return frozenset(
            name
            for name, spans in self.spans.items()
            if any(start <= moment_ms and (end is None or moment_ms < end) for start, end in spans)
        )


NO_PHASES = Phases()
"""Of a rule that does not ask for phases."""


def phases_of(declared: Mapping[str, Phase], states: Iterable[TaskState]) -> Phases:
    """The phases of a plan as observed."""
    if not declared:
        return NO_PHASES
    spans: dict[str, list[tuple[int, int | None]]] = {name: [] for name in declared}
    known = False
    for state in states:
        for name, phase in declared.items():
            if not phase.holds(state.task):
                continue
            known = True
            if state.actual_start is not None:
                finish = state.actual_finish
                spans[name].append((epoch_ms(state.actual_start), epoch_ms(finish) if finish else None))
    return Phases(spans, known)
