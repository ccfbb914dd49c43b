"""The use cases, without I/O: what is known at a moment, judged.

``assess`` is a pure function of what the store holds (``Known``) and a moment; the screens, ``status`` and
the command line all show its answer, so that a replay of history gives the same picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.alarms import Alarm, fold_alarms
from bim_supervise.checkpoints.contract import Checkpoint, Outcome, Rule, Severity, Verdict
from bim_supervise.checkpoints.engine import evaluate, evaluate_checkpoint
from bim_supervise.checkpoints.gates import (
    GateResult,
    GateState,
    SignOffMade,
    checkpoint_state,
    is_due,
    started_without_release,
    task_gate,
)
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import to_utc
from bim_supervise.core.errors import SupervisionError
from bim_supervise.events.devices import Device
from bim_supervise.events.windows import Window
from bim_supervise.metrics.figures import figures
from bim_supervise.schedule.graph import BoundaryNode, task_graph, tasks_behind
from bim_supervise.schedule.tasks import Calculation, LinkType, Schedule
from bim_supervise.tracking.fold import fold_states
from bim_supervise.tracking.forecast import forecast
from bim_supervise.tracking.state import Fact, TaskState

LoadWindows = Callable[[str, str, int, int], Sequence[Window]]
Extent = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything the store holds that bears on a judgement; see the rooms for the types.

    ``windowed`` are the stored recent verdicts about devices and ``raised`` the stored alarms about them, as
    they stood; ``load_windows`` reads minute windows of a device and kind in a span [UTC epoch ms],
    ``extents`` says from when to when there are any.
    """

    zone: ZoneInfo
    currency: str
    schedule: Schedule | None
    calculation: Calculation | None
    links: Sequence[tuple[str, str, str]]
    facts: Sequence[Fact]
    devices: Sequence[Device]
    checkpoints: Sequence[Checkpoint]
    sign_offs: Mapping[str, Sequence[SignOffMade]]
    windowed: Sequence[Verdict]
    raised: Sequence[Alarm]
    load_windows: LoadWindows
    extents: Mapping[tuple[str, str], Extent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A defined checkpoint with its verdicts, its gate and the sign-offs made on it."""

    checkpoint: Checkpoint
    verdicts: tuple[Verdict, ...]
    gate: GateResult
    sign_offs: tuple[SignOffMade, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The project at a moment, judged."""

    as_of: datetime
    states: tuple[TaskState, ...]
    by_task: Mapping[str, TaskState]
    evidence: Snapshot
    verdicts: tuple[Verdict, ...]
    """What the rules watch by themselves, windowed ones included."""
    judged: Mapping[str, Judged]
    gates: Mapping[tuple[str, str], GateState]
    """(task id, ``start`` or ``finish``) -> gate state, for guarded boundaries only."""
    blocked: frozenset[str]
    """Tasks that may not start: a gate at their start or at a predecessor's finish is shut."""
    alarms: tuple[Alarm, ...]
    forecast: Calculation | None = None
    calculation: Calculation | None = None
    released_tasks: frozenset[str] = field(default_factory=frozenset)


def snapshot(known: Known, as_of: datetime) -> Snapshot:
    """The evidence that rules may read at a moment."""
    devices = [device.id for device in known.devices]
    states: list[TaskState] = []
    if known.schedule is not None:
        states = fold_states(
            known.schedule,
            known.calculation,
            known.links,
            known.facts,
            as_of=as_of,
            zone=known.zone,
            instruments=devices,
        )
    return Snapshot(
        as_of=as_of,
        zone=known.zone,
        tasks=states,
        facts=known.facts,
        devices=known.devices,
        windows=known.load_windows,
        extents=known.extents,
        figures=figures(states, known.facts, as_of, known.zone, known.currency),
    )


def device_verdicts(registry: Registry, evidence: Snapshot, since: datetime | None = None) -> list[Verdict]:
    """Verdicts about devices; with ``since`` (UTC) only of windows that end after it."""
    return [
        verdict
        for verdict in evaluate(registry, evidence, since=since)
        if verdict.subject.device is not None and verdict.window_start is not None
    ]


def watches_devices(rule: Rule, evidence: Snapshot) -> bool:
    """Whether a rule watches devices by itself: its verdicts are stored window by window."""
    try:
        return any(subject.device is not None for subject in rule.subjects(evidence))
    except Exception:  # foreign code: the engine asks it again and shows its failure as a verdict
        return False


def assess(known: Known, registry: Registry, as_of: datetime) -> Situation:
    """Judge everything that is known at ``as_of`` (aware UTC)."""
    evidence = snapshot(known, as_of)
    by_task = {state.task.id: state for state in evidence.tasks()}
    own = [rule.id for rule in registry.rules.values() if not watches_devices(rule, evidence)]
    judged = _judge(known, registry, evidence, by_task)
    gates = _gates(judged.values())
    waiting = _waiting_for(known, judged.values())
    points = [
        *evaluate(registry, evidence, rules=own),
        *_started_without_release(waiting, by_task),
    ]
    return Situation(
        as_of=as_of,
        states=tuple(evidence.tasks()),
        by_task=by_task,
        evidence=evidence,
        verdicts=(*points, *known.windowed),
        judged=judged,
        gates=gates,
        blocked=_blocked(waiting, by_task, as_of, known.zone),
        alarms=(*fold_alarms(_grouped(points), as_of=as_of), *known.raised),
        forecast=_forecast(known, evidence.tasks(), as_of),
        calculation=known.calculation,
        released_tasks=frozenset(
            task
            for (task, boundary), state in gates.items()
            if boundary == "finish" and state == GateState.RELEASED
        ),
    )


def _judge(
    known: Known, registry: Registry, evidence: Snapshot, by_task: Mapping[str, TaskState]
) -> dict[str, Judged]:
    before = _finish_predecessors(known.schedule, by_task)
    judged = {}
    for checkpoint in known.checkpoints:
        made = tuple(item for item in known.sign_offs.get(checkpoint.id, ()) if item.time <= evidence.as_of)
        verdicts = tuple(evaluate_checkpoint(checkpoint, registry, evidence))
        task = by_task.get(checkpoint.task or "")
        due = is_due(
            checkpoint, task, before.get(checkpoint.task or "", ()), as_of=evidence.as_of, zone=known.zone
        )
        gate = checkpoint_state(checkpoint, verdicts, made, due=due)
        judged[checkpoint.id] = Judged(checkpoint=checkpoint, verdicts=verdicts, gate=gate, sign_offs=made)
    return judged


def _finish_predecessors(
    schedule: Schedule | None, by_task: Mapping[str, TaskState]
) -> dict[str, list[TaskState]]:
    before: dict[str, list[TaskState]] = defaultdict(list)
    for link in schedule.links if schedule else ():
        if link.type is LinkType.FS and link.predecessor in by_task:
            before[link.successor].append(by_task[link.predecessor])
    return before


def _gates(judged: Iterable[Judged]) -> dict[tuple[str, str], GateState]:
    guarding: dict[tuple[str, str], list[GateResult]] = defaultdict(list)
    for item in judged:
        point = item.checkpoint
        if point.task and point.guards:
            guarding[point.task, point.boundary.value].append(item.gate)
    states = {key: task_gate(results) for key, results in guarding.items()}
    return {key: state for key, state in states.items() if state is not None}


def _waiting_for(known: Known, judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The guarding checkpoints that a task waits for: at its own start and at its predecessors' finishes."""
    if known.schedule is None:
        return {}
    tasks = {task.id for task in known.schedule.tasks}
    guards = [item for item in judged if item.checkpoint.guards and item.checkpoint.task in tasks]
    graph = task_graph(
        known.schedule,
        [
            BoundaryNode(
                checkpoint_id=item.checkpoint.id,
                kind=item.checkpoint.kind.value,
                task=item.checkpoint.task or "",
                at=item.checkpoint.boundary.value,
            )
            for item in guards
        ],
    )
    waiting: dict[str, list[Judged]] = defaultdict(list)
    for item in guards:
        for task in tasks_behind(graph, item.checkpoint.id):
            waiting[task].append(item)
    return waiting


def _started_without_release(
    waiting: Mapping[str, Sequence[Judged]], by_task: Mapping[str, TaskState]
) -> list[Verdict]:
    found = []
    for task, guards in waiting.items():
        if task in by_task:
            finding = started_without_release(
                by_task[task], [(item.checkpoint, item.verdicts, item.sign_offs) for item in guards]
            )
            if finding is not None:
                found.append(finding)
    return found


def _grouped(points: Sequence[Verdict]) -> list[Verdict]:
    """Verdicts that raise alarms of their own: elements that fail with their task are one alarm, the task's.

    Life safety is never grouped away.
    """
    failing = {
        (item.rule, item.subject.task)
        for item in points
        if item.outcome is Outcome.FAIL and item.subject.element is None
    }
    return [
        item
        for item in points
        if item.subject.element is None
        or item.severity is Severity.LIFE_SAFETY
        or (item.rule, item.subject.task) not in failing
    ]


def _blocked(
    waiting: Mapping[str, Sequence[Judged]],
    by_task: Mapping[str, TaskState],
    as_of: datetime,
    zone: ZoneInfo,
) -> frozenset[str]:
    """Tasks that should have started by the plan, have not, and may not: a gate before them is shut."""
    blocked = set()
    for task, guards in waiting.items():
        state = by_task.get(task)
        if state is None or state.actual_start is not None or state.planned_start is None:
            continue
        if to_utc(state.planned_start, zone) <= as_of and any(
            item.gate.state is not GateState.RELEASED for item in guards
        ):
            blocked.add(task)
    return frozenset(blocked)


def _forecast(known: Known, states: Sequence[TaskState], as_of: datetime) -> Calculation | None:
    """Where the plan's logic leads from what was observed; None when that cannot be worked out."""
    if known.schedule is None:
        return None
    try:
        return forecast(known.schedule, states, as_of=as_of, zone=known.zone)
    except SupervisionError:
        return None
