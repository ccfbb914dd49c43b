"""The use cases, without I/O: what is known at a moment, judged.

``assess`` is a pure function of what the store holds (``Known``) and a moment; the screens, ``status`` and
the command line all show its answer, so that a replay of history gives the same picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.alarms import Alarm, fold_alarms
from bim_supervise.checkpoints.contract import Checkpoint, Outcome, Rule, Severity, Verdict
from bim_supervise.checkpoints.engine import (
    ENGINE_REASONS,
    evaluate,
    evaluate_checkpoint,
    evaluate_devices,
)
from bim_supervise.checkpoints.gates import (
    Circumstances,
    GateResult,
    GateState,
    Missing,
    SignOffMade,
    checkpoint_state,
    is_due,
    task_gate,
)
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.checkpoints.releases import Guard, Span, signed_against_superseded, started_without_release
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import from_epoch_ms, to_utc, to_wall
from bim_supervise.core.errors import SupervisionError
from bim_supervise.events.devices import Device
from bim_supervise.events.windows import Window
from bim_supervise.inspection.cases import Note, fold_cases
from bim_supervise.inspection.green_delay import Standstill, green_delays, standstills
from bim_supervise.inspection.holds import Behind, Holds, superseded_elements
from bim_supervise.metrics.figures import figures
from bim_supervise.schedule.graph import BoundaryNode, task_graph, tasks_behind
from bim_supervise.schedule.tasks import Calculation, LinkType, Schedule
from bim_supervise.tracking.fold import fold_states
from bim_supervise.tracking.forecast import forecast
from bim_supervise.tracking.state import Fact, TaskState

LoadWindows = Callable[[str, str, int, int], Sequence[Window]]
Extent = tuple[int, int]
REVIEW_HOURS = 24.0
"""How long opening a gate is assumed to take where its terms do not say; platform default, no legal limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything the store holds that bears on a judgement; see the rooms for the types.

    ``windowed`` are the stored recent verdicts about devices and ``raised`` the stored alarms about them, as
    they stood; ``load_windows`` reads minute windows of a device and kind in a span [UTC epoch ms],
    ``extents`` says from when to when there are any. ``notes`` are those of all cases; ``content_hashes``
    the elements of the current model by GlobalId, None without a model.
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
    notes: Sequence[Note] = ()
    content_hashes: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A defined checkpoint with its verdicts, its gate and the sign-offs made on it."""

    checkpoint: Checkpoint
    verdicts: tuple[Verdict, ...]
    gate: GateResult
    sign_offs: tuple[SignOffMade, ...]
    opened: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()

    @property
    def guard(self) -> Guard:
        """The checkpoint with all that ever opened or shut its gate."""
        return Guard(
            checkpoint=self.checkpoint,
            verdicts=self.verdicts,
            sign_offs=self.sign_offs,
            opened=self.opened,
            frozen=self.frozen,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Why the forecast lets a task start no earlier: a gate before it is shut.

    ``not_before`` is site wall time: the data date plus the time of notice and of review [h] that opening the
    gate takes at least. It is assumed, not known.
    """

    task: str
    checkpoint: str
    not_before: datetime
    notice_hours: float
    review_hours: float


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
    """Tasks that may not go on: a gate at their start or at a predecessor's finish is shut, or a stop order
    holds them.
    """
    alarms: tuple[Alarm, ...]
    forecast: Calculation | None = None
    calculation: Calculation | None = None
    released_tasks: frozenset[str] = field(default_factory=frozenset)
    stopped: Mapping[str, str] = field(default_factory=dict)
    """Tasks that a stop order in force holds, with the order."""
    assumptions: tuple[Assumption, ...] = ()
    """What the forecast assumes about gates that are shut."""
    green_delays: tuple[Standstill, ...] = ()
    """What tasks have lost under stop orders over green findings."""


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


def device_verdicts(
    registry: Registry,
    evidence: Snapshot,
    touched: Mapping[str, datetime | None],
    *,
    alone: bool = False,
    moved: datetime | None = None,
) -> list[Verdict]:
    """Windowed verdicts about devices whose readings have changed; see ``engine.evaluate_devices``."""
    return [
        verdict
        for verdict in evaluate_devices(registry, evidence, touched, alone=alone, moved=moved)
        if verdict.window_start is not None
    ]


def device_history(
    registry: Registry, evidence: Snapshot, device: str
) -> tuple[list[Verdict], frozenset[str]]:
    """All windowed verdicts about one device, and the rules that broke down over it."""
    found = evaluate_devices(registry, evidence, {device: None}, alone=True)
    broken = frozenset(verdict.rule for verdict in found if verdict.reason in ENGINE_REASONS)
    return [verdict for verdict in found if verdict.window_start is not None], broken


def telling_rules(registry: Registry, evidence: Snapshot) -> frozenset[str]:
    """The installed rules that can say which devices they watch, be it none."""
    register = Snapshot(as_of=evidence.as_of, zone=evidence.zone, devices=evidence.all_devices())
    return frozenset(rule_id for rule_id, rule in registry.rules.items() if _tells(rule, register))


def _tells(rule: Rule, register: Snapshot) -> bool:
    try:
        list(rule.subjects(register))
    except Exception:  # foreign code: the engine asks it again and shows its failure as a verdict
        return False
    return True


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
    cases = fold_cases(known.notes, as_of)
    holds = Holds(cases, as_of, known.zone)
    judged = _judge(known, registry, evidence, by_task, holds)
    gates = _gates(judged.values())
    waiting = _waiting_for(known, judged.values())
    stopped = holds.stopped()
    assumptions = _assumptions(waiting, by_task, as_of, known.zone)
    points = [
        *evaluate(registry, evidence, rules=own),
        *_findings(waiting, by_task),
        *holds.overdue(),
    ]
    return Situation(
        as_of=as_of,
        states=tuple(evidence.tasks()),
        by_task=by_task,
        evidence=evidence,
        verdicts=(*points, *known.windowed),
        judged=judged,
        gates=gates,
        blocked=_blocked(waiting, by_task, as_of, known.zone) | stopped.keys(),
        alarms=(*fold_alarms(_grouped(points), as_of=as_of), *known.raised),
        forecast=_forecast(known, evidence.tasks(), as_of, assumptions, standstills(cases, as_of=as_of)),
        calculation=known.calculation,
        released_tasks=frozenset(
            task
            for (task, boundary), state in gates.items()
            if boundary == "finish" and state == GateState.RELEASED
        ),
        stopped=stopped,
        assumptions=assumptions,
        green_delays=green_delays(cases, registry.is_green, as_of=as_of),
    )


def _judge(
    known: Known, registry: Registry, evidence: Snapshot, by_task: Mapping[str, TaskState], holds: Holds
) -> dict[str, Judged]:
    before = _finish_predecessors(known.schedule, by_task)
    devices = {device.id: device for device in known.devices}
    judged = {}
    for checkpoint in known.checkpoints:
        made = tuple(item for item in known.sign_offs.get(checkpoint.id, ()) if item.time <= evidence.as_of)
        verdicts = tuple(evaluate_checkpoint(checkpoint, registry, evidence))
        task = by_task.get(checkpoint.task or "")
        due = is_due(
            checkpoint, task, before.get(checkpoint.task or "", ()), as_of=evidence.as_of, zone=known.zone
        )
        behind = Behind(checkpoint, [element.global_id for element in task.elements] if task else [])
        revoked = _calibration_revoked(verdicts, devices, known.zone)
        around = Circumstances(
            due=due,
            as_of=evidence.as_of,
            ncrs=holds.ncrs(behind),
            waiver=holds.waiver(checkpoint.id),
            notice=holds.notice(checkpoint.id),
            superseded={
                item.sequence: causes
                for item in made
                if (causes := (*superseded_elements(item.elements, known.content_hashes), *revoked))
            },
        )
        judged[checkpoint.id] = Judged(
            checkpoint=checkpoint,
            verdicts=verdicts,
            gate=checkpoint_state(checkpoint, verdicts, made, around),
            sign_offs=made,
            opened=holds.opened(checkpoint, made),
            frozen=holds.frozen(behind),
        )
    return judged


def _calibration_revoked(
    verdicts: Iterable[Verdict], devices: Mapping[str, Device], zone: ZoneInfo
) -> tuple[Missing, ...]:
    """Instruments behind passing windows that were not calibrated on the day of the window, as known now."""
    found = set()
    for verdict in verdicts:
        if verdict.outcome is not Outcome.PASS:
            continue
        for reference in verdict.evidence:
            kind, _, rest = reference.partition(":")
            name, _, span = rest.partition("|")
            end = span.rpartition("|")[2]
            device = devices.get(name)
            if kind != "window" or device is None or not end.isdigit():
                continue
            day = to_wall(from_epoch_ms(int(end)), zone).date()
            if device.calibrated_until is not None and device.calibrated_until < day:
                found.add(name)
    return tuple(Missing(code="calibration_revoked", params={"device": name}) for name in sorted(found))


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


def _findings(waiting: Mapping[str, Sequence[Judged]], by_task: Mapping[str, TaskState]) -> list[Verdict]:
    """What became of gates that work has passed: started without release, or on a superseded signature."""
    found = []
    for task, guards in waiting.items():
        if task in by_task:
            stale = [item.guard for item in guards if item.gate.state is GateState.STALE]
            found += [
                started_without_release(by_task[task], [item.guard for item in guards]),
                signed_against_superseded(by_task[task], stale),
            ]
    return [finding for finding in found if finding is not None]


def _assumptions(
    waiting: Mapping[str, Sequence[Judged]],
    by_task: Mapping[str, TaskState],
    as_of: datetime,
    zone: ZoneInfo,
) -> tuple[Assumption, ...]:
    """For each task not started, the shut gate before it that opens last, if all goes well."""
    found = []
    for task, guards in waiting.items():
        state = by_task.get(task)
        if state is None or state.actual_start is not None:
            continue
        shut = [_assumption(task, item, as_of, zone) for item in guards if not item.gate.state.open]
        if shut:
            found.append(max(shut, key=lambda one: (one.not_before, one.checkpoint)))
    return tuple(sorted(found, key=lambda one: (one.task, one.checkpoint)))


def _assumption(task: str, item: Judged, as_of: datetime, zone: ZoneInfo) -> Assumption:
    terms = item.checkpoint.terms
    notice = terms.notice_hours if terms and terms.notice_hours is not None else 0.0
    review = terms.review_hours if terms and terms.review_hours is not None else REVIEW_HOURS
    return Assumption(
        task=task,
        checkpoint=item.checkpoint.id,
        not_before=to_wall(as_of + timedelta(hours=notice + review), zone),
        notice_hours=notice,
        review_hours=review,
    )


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
        if to_utc(state.planned_start, zone) <= as_of and any(not item.gate.state.open for item in guards):
            blocked.add(task)
    return frozenset(blocked)


def _forecast(
    known: Known,
    states: Sequence[TaskState],
    as_of: datetime,
    assumptions: Sequence[Assumption],
    stood: Sequence[Standstill],
) -> Calculation | None:
    """Where the plan's logic leads from what was observed; None when that cannot be worked out."""
    if known.schedule is None:
        return None
    not_before = {item.task: item.not_before for item in assumptions}
    try:
        return forecast(
            known.schedule,
            states,
            as_of=as_of,
            zone=known.zone,
            not_before=not_before,
            stood={item.task: item.spans for item in stood},
        )
    except SupervisionError:
        return None
