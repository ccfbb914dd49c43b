"""What is known of every drawn element, as codes to colour by and as times to play back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bim_supervise.api.geometry import Geometry
from bim_supervise.api.known import KnownReader
from bim_supervise.checkpoints.contract import Boundary, Outcome
from bim_supervise.core.clock import to_utc
from bim_supervise.supervise import Situation
from bim_supervise.tracking.fold import fold_elements, life_of
from bim_supervise.tracking.state import ElementState, TaskState

LATE_START, LATE_FINISH = "PRG-01", "PRG-02"
CODES: Mapping[str, tuple[str, ...]] = {
    "state": ("unlinked", "future", "due", "delivered", "running", "done", "missing"),
    "float": ("none", "finished", "critical", "low", "medium", "high", "undetermined"),
    "late": ("none", "on_time", "undetermined", "late_start", "late_finish"),
    "gate": (
        "none", "released", "waived", "not_due", "notice_running", "waiting_for_signature",
        "waiting_for_evidence", "undetermined", "stale", "blocked_by_ncr", "evidence_failed",
    ),
    "evidence": ("nothing", "claimed", "accepted", "corroborated", "proven"),
    "verdict": ("none", "pass", "undetermined", "fail"),
}  # fmt: skip
"""What an element can be coloured by, and the codes of each; where several apply the later one shows."""

LOW_FLOAT_H, MEDIUM_FLOAT_H = 40.0, 160.0
"""Working hours of total float up to which it counts as low and as medium: a week and a month of shifts."""

TIMES = ("planned_start", "planned_finish", "actual_start", "actual_finish", "accepted", "proven")
UNKNOWN = -1
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_CONFIRMED = frozenset({"corroborated", "proven"})


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known at a moment, arranged by element."""

    situation: Situation
    zone: ZoneInfo
    tasks: Mapping[str, Sequence[TaskState]]
    lives: Mapping[str, ElementState]
    late: Mapping[tuple[str, str | None, str | None], str]
    verdicts: Mapping[tuple[str | None, str | None], Sequence[str]]
    accepted_at: Mapping[str, datetime]


class Appearance(Geometry, KnownReader):
    """Codes and times of elements for the viewer."""

    def appearance(self, ids: Sequence[str], as_of: str | date | datetime | None = None) -> dict[str, Any]:
        """Codes and times of elements.

        Args:
            ids: elements in the order of the answer; ``""`` is one that the project does not know.
            as_of: the moment to judge at; None is now.

        Returns:
            ``codes``: dimension -> index into ``CODES`` per element. ``origin``: aware UTC; ``times``: name
            (see ``TIMES``) -> whole minutes after it per element, -1 where unknown.
        """
        situation = self.situation(as_of)
        with self._store.reading() as work:
            links = work.links()
            wholes = {key: item.part_of for key, item in work.fingerprints().items()}
            lives = fold_elements(
                work.facts(), as_of=situation.as_of, instruments=[device.id for device in work.devices()]
            )
        facts = _arranged(situation, self.zone, links, lives)
        known: dict[str, _Look] = {}
        for element in ids:
            if element not in known:
                known[element] = _look(element, wholes, facts)
        looks = [known[element] for element in ids]
        instants = [moment for look in looks for moment in look.times if moment is not None]
        origin = min(instants, default=_EPOCH).replace(second=0, microsecond=0)

        def minutes(moment: datetime | None) -> int:
            return UNKNOWN if moment is None else int((moment - origin).total_seconds() // 60)

        return {
            "as_of": situation.as_of,
            "origin": origin,
            "codes": {
                name: [values.index(look.codes[name]) for look in looks] for name, values in CODES.items()
            },
            "times": {
                name: [minutes(look.times[place]) for look in looks] for place, name in enumerate(TIMES)
            },
        }


@dataclass(frozen=True, slots=True)
class _Look:
    codes: Mapping[str, str]
    times: tuple[datetime | None, ...]


def _arranged(
    situation: Situation,
    zone: ZoneInfo,
    links: Iterable[tuple[str, str, str]],
    lives: Mapping[str, ElementState],
) -> _Facts:
    tasks: dict[str, list[TaskState]] = defaultdict(list)
    for element, task, _ in links:
        if task in situation.by_task:
            tasks[element].append(situation.by_task[task])
    late = {}
    verdicts: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for item in situation.verdicts:
        if item.rule in (LATE_START, LATE_FINISH):
            late[item.rule, item.subject.task, item.subject.element] = item.outcome.value
        if item.window_start is None:
            verdicts[item.subject.task, item.subject.element].append(item.outcome.value)
    accepted_at: dict[str, datetime] = {}
    for judged in situation.judged.values():
        point = judged.checkpoint
        for verdict in judged.verdicts:
            verdicts[point.task, verdict.subject.element].append(verdict.outcome.value)
        if point.task and point.boundary is Boundary.FINISH and judged.gate.released_at:
            moment = judged.gate.released_at
            accepted_at[point.task] = max(moment, accepted_at.get(point.task, moment))
    return _Facts(situation, zone, tasks, lives, late, verdicts, accepted_at)


def _look(element: str, wholes: Mapping[str, str | None], facts: _Facts) -> _Look:
    """What shows of an element; a part that nobody planned by itself shows what its whole does."""
    bearer: str | None = element
    while bearer and bearer not in facts.tasks and bearer not in facts.lives:
        bearer = wholes.get(bearer)
    bearer = bearer or element
    tasks = facts.tasks.get(bearer, ())
    life = facts.lives.get(bearer)
    evidence = _evidence(tasks, life, facts)
    codes = {
        "state": _state(tasks, life, facts),
        "float": _float(tasks, facts),
        "late": _late(bearer, tasks, facts),
        "gate": _gate(tasks, facts),
        "evidence": evidence,
        "verdict": _verdict(bearer, tasks, facts),
    }
    return _Look(codes, _times(tasks, life, evidence, facts))


def _state(tasks: Sequence[TaskState], life: ElementState | None, facts: _Facts) -> str:
    said = life_of(life) if life else None
    if said is not None:
        return {"installed": "done"}.get(said, said)
    if not tasks:
        return "unlinked"
    if all(task.actual_finish for task in tasks):
        return "done"
    if any(task.actual_start or task.complete for task in tasks):
        return "running"
    starts = [to_utc(task.planned_start, facts.zone) for task in tasks if task.planned_start]
    return "due" if starts and min(starts) <= facts.situation.as_of else "future"


def _float(tasks: Sequence[TaskState], facts: _Facts) -> str:
    if not tasks:
        return "none"
    open_tasks = [task for task in tasks if task.actual_finish is None]
    if not open_tasks:
        return "finished"
    dates = facts.situation.calculation.dates if facts.situation.calculation else {}
    floats = [
        hours
        for task in open_tasks
        if task.task.id in dates and (hours := dates[task.task.id].total_float_hours) is not None
    ]
    if not floats:
        return "undetermined"
    least = min(floats)
    if least <= 0:
        return "critical"
    return "low" if least <= LOW_FLOAT_H else "medium" if least <= MEDIUM_FLOAT_H else "high"


def _late(element: str, tasks: Sequence[TaskState], facts: _Facts) -> str:
    found = []
    for task in tasks:
        for rule, name in ((LATE_START, "late_start"), (LATE_FINISH, "late_finish")):
            own = facts.late.get((rule, task.task.id, element))
            outcome = own or facts.late.get((rule, task.task.id, None))
            found.append(
                {Outcome.FAIL.value: name, Outcome.PASS.value: "on_time", None: "none"}.get(
                    outcome, "undetermined"
                )
            )
    return _worst("late", found, "none")


def _gate(tasks: Sequence[TaskState], facts: _Facts) -> str:
    gates = facts.situation.gates
    states = [
        state.value
        for task in tasks
        for end in ("start", "finish")
        if (state := gates.get((task.task.id, end))) is not None
    ]
    return _worst("gate", states, "none")


def _evidence(tasks: Sequence[TaskState], life: ElementState | None, facts: _Facts) -> str:
    claimed = life is not None and life_of(life) == "installed"
    done = [task for task in tasks if task.actual_finish is not None]
    if not claimed and not (tasks and len(done) == len(tasks)):
        return "nothing"
    accepted = bool(tasks) and all(task.task.id in facts.situation.released_tasks for task in tasks)
    seen = life.installed_by_device if life else None
    confirmed = (
        life is not None
        and seen is not None
        and all(missing.event_time <= seen.event_time for missing in life.missing)
    )
    if accepted and confirmed:
        return "proven"
    return "corroborated" if confirmed else "accepted" if accepted else "claimed"


def _verdict(element: str, tasks: Sequence[TaskState], facts: _Facts) -> str:
    found: list[str] = []
    for task in tasks:
        found += facts.verdicts.get((task.task.id, element), ())
        found += facts.verdicts.get((task.task.id, None), ())
    found += facts.verdicts.get((None, element), ())
    return _worst("verdict", found, "none")


def _worst(dimension: str, found: Sequence[str], otherwise: str) -> str:
    order = CODES[dimension]
    return max((code for code in found if code in order), key=order.index, default=otherwise)


def _times(
    tasks: Sequence[TaskState], life: ElementState | None, evidence: str, facts: _Facts
) -> tuple[datetime | None, ...]:
    zone = facts.zone
    starts = [to_utc(task.planned_start, zone) for task in tasks if task.planned_start]
    finishes = [to_utc(task.planned_finish, zone) for task in tasks if task.planned_finish]
    begun = [task.actual_start for task in tasks if task.actual_start]
    ended = [task.actual_finish for task in tasks if task.actual_finish]
    finished = max(ended) if ended and len(ended) == len(tasks) else None
    stated = life.installed if life and life_of(life) == "installed" else None
    installed = stated.event_time if stated else None
    finished = installed or finished
    releases = [facts.accepted_at[task.task.id] for task in tasks if task.task.id in facts.accepted_at]
    accepted = max(releases) if evidence in ("accepted", "proven") and releases else None
    seen = life.installed_by_device if life and evidence in _CONFIRMED else None
    proven = max(accepted, seen.event_time) if accepted and seen else None
    return (
        min(starts, default=None),
        max(finishes, default=None),
        min([*begun, *([installed] if installed else [])], default=None),
        finished,
        accepted,
        proven,
    )
