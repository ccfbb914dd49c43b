"""What the evidence means: status, tasks, checkpoints, gates and alarms."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bim_supervise.api.base import EVIDENCE, PLAN
from bim_supervise.api.present import alarm_view, kind_of, missing_views, verdict_view
from bim_supervise.api.signing import Signing, unknown_checkpoint
from bim_supervise.api.views import (
    AlarmView,
    CheckpointView,
    LateCount,
    Missing,
    Percent,
    SignOffView,
    Status,
    TaskCounts,
    TaskRow,
)
from bim_supervise.checkpoints.alarm_life import AlarmState, life_of, storms
from bim_supervise.checkpoints.alarms import Alarm, Consequence, rank
from bim_supervise.checkpoints.contract import Outcome
from bim_supervise.checkpoints.gates import GateState
from bim_supervise.core.errors import NotFound
from bim_supervise.inspection.green_delay import Standstill
from bim_supervise.metrics.progress import percent_complete
from bim_supervise.store.records import AlarmActionRecord
from bim_supervise.supervise import Judged, Situation
from bim_supervise.tracking.links import coverage
from bim_supervise.tracking.progress import actual_counts, planned_counts
from bim_supervise.tracking.state import TaskState

AsOf = str | date | datetime | None
LATE_START, LATE_FINISH = "PRG-01", "PRG-02"


def delay_rows(delays: Sequence[Standstill], situation: Situation) -> list[dict[str, Any]]:
    """Lost time as it is shown: the task and its name, the orders, elapsed days [d], whether one stands."""
    return [
        {
            "task": item.task,
            "name": situation.by_task[item.task].task.name if item.task in situation.by_task else None,
            "orders": list(item.orders),
            "days": item.days,
            "standing": item.standing,
        }
        for item in delays
    ]


class Supervision(Signing):
    """Judging and showing."""

    def evaluate(self, as_of: AsOf = None) -> dict[str, Any]:
        """Judge everything again from the observations: windowed verdicts, alarms, gates.

        The live path stores the same; this is for back-filled history and for new packs.
        """
        moment = self.moment(as_of)
        with self._write(EVIDENCE) as work:
            before = {alarm.id: alarm.cleared_at for alarm in work.alarms()}
            self._judge_history(work, moment)
            after = {alarm.id: alarm.cleared_at for alarm in work.alarms()}
        situation = self.situation(moment)
        counts = self._verdict_counts(situation)
        total: Counter[str] = Counter({outcome.value: 0 for outcome in Outcome})
        for row in counts.values():
            total.update(row)
        return {
            "as_of": moment,
            "verdicts": dict(total),
            "by_kind": counts,
            "alarms": {
                "raised": len(after.keys() - before.keys()),
                "cleared": sum(
                    cleared is not None and before.get(key, cleared) is None for key, cleared in after.items()
                ),
                "open": sum(alarm.cleared_at is None for alarm in situation.alarms),
            },
            "late": self._late(situation),
        }

    def status(self, as_of: AsOf = None) -> Status:
        """The state of the project at a moment; None where nobody has observed anything."""
        situation = self.situation(as_of)
        record = self.info()
        with self._store.reading() as work:
            elements = [item.global_id for item in work.elements()] if work.current_model() else []
            covered = coverage(elements, work.current_schedule(), work.links())
            acknowledged = {item.alarm_id for item in work.alarm_actions() if item.action == "acknowledge"}
        planned = planned_counts(situation.states, situation.as_of, self.zone)
        actual = actual_counts(situation.states)
        late = self._late(situation)
        observed_late = self._observed_late(situation)
        percent = percent_complete(situation.states, situation.released_tasks, situation.as_of, self.zone)
        standing = [alarm for alarm in situation.alarms if alarm.cleared_at is None]
        figure = situation.evidence.figure

        def value(name: str) -> float | None:
            found = figure(name)
            return found.value if found else None

        share = covered.unlinked_elements_share
        finish_planned = max(
            (state.planned_finish for state in situation.states if state.planned_finish), default=None
        )
        return Status(
            as_of=situation.as_of,
            tasks=TaskCounts(
                total=planned.total,
                planned_started=planned.planned_started,
                planned_finished=planned.planned_finished,
                actual_started=actual.actual_started,
                actual_finished=actual.actual_finished,
                late_start=late["start"].tasks if observed_late["start"] else None,
                late_finish=late["finish"].tasks if observed_late["finish"] else None,
                blocked=len(situation.blocked),
            ),
            late=late,
            gates=dict(Counter(state.value for state in situation.gates.values())),
            alarms={
                "open": sum(alarm.id not in acknowledged for alarm in standing),
                "acknowledged": sum(alarm.id in acknowledged for alarm in standing),
                "life_safety": sum(alarm.severity.value == "life_safety" for alarm in standing),
            },
            verdicts=self._verdict_counts(situation),
            percent=Percent(
                basis=percent.basis,
                planned=percent.planned,
                claimed=percent.claimed,
                accepted=percent.accepted,
                corroborated=percent.corroborated,
                proven=percent.proven,
                linked_share=None if share is None else 1.0 - share,
            ),
            planned_value=value("planned_value"),
            earned_value=value("earned_value"),
            actual_cost=value("actual_cost"),
            budget=value("budget_at_completion"),
            spi=value("spi"),
            cpi=value("cpi"),
            estimate_at_completion=value("estimate_at_completion"),
            finish_planned=finish_planned,
            finish_forecast=situation.forecast.finish if situation.forecast else None,
            currency=record.currency,
            forecast_assumptions=[dataclasses.asdict(item) for item in situation.assumptions],
            green_delays=delay_rows(situation.green_delays, situation),
        )

    def tasks(self, as_of: AsOf = None) -> list[TaskRow]:
        """All tasks of the plan, summaries included, in its order."""
        situation = self.situation(as_of)
        with self._store.reading() as work:
            schedule = work.current_schedule()
        if schedule is None:
            return []
        dates = situation.calculation.dates if situation.calculation else {}
        before: dict[str, list[str]] = {}
        for link in schedule.links:
            before.setdefault(link.successor, []).append(link.predecessor)
        late = {
            rule: {
                item.subject.task: item.outcome.value
                for item in situation.verdicts
                if item.rule == rule and item.subject.element is None and item.subject.task
            }
            for rule in (LATE_START, LATE_FINISH)
        }
        for rule, outcomes in late.items():
            for item in situation.verdicts:
                task_id = item.subject.task
                if item.rule == rule and task_id and item.subject.element and item.outcome is Outcome.FAIL:
                    outcomes[task_id] = Outcome.FAIL.value
        lost = {item.task: item.days for item in situation.green_delays}
        rows = []
        for task in schedule.tasks:
            state = situation.by_task.get(task.id)
            calculated = dates.get(task.id)
            rows.append(
                TaskRow(
                    id=task.id,
                    source_id=task.source_id,
                    name=task.name,
                    wbs=task.wbs,
                    kind=task.kind.value,
                    parent=task.parent,
                    start=(state.planned_start if state else None) or task.start,
                    finish=(state.planned_finish if state else None) or task.finish,
                    baseline_start=task.baseline_start,
                    baseline_finish=task.baseline_finish,
                    early_start=calculated.early_start if calculated else None,
                    early_finish=calculated.early_finish if calculated else None,
                    late_start=calculated.late_start if calculated else None,
                    late_finish=calculated.late_finish if calculated else None,
                    total_float_hours=calculated.total_float_hours if calculated else None,
                    free_float_hours=calculated.free_float_hours if calculated else None,
                    critical=calculated.critical if calculated else None,
                    actual_start=state.actual_start if state else None,
                    actual_finish=state.actual_finish if state else None,
                    percent=None if state is None or state.complete is None else 100 * state.complete,
                    percent_basis=state.basis if state else None,
                    elements=len(state.elements) if state else 0,
                    budget=task.budget,
                    quantity=task.quantity,
                    quantity_done=state.quantity_done if state else None,
                    unit=task.unit,
                    late_start_outcome=late[LATE_START].get(task.id),
                    late_finish_outcome=late[LATE_FINISH].get(task.id),
                    start_gate=_value(situation.gates.get((task.id, "start"))),
                    finish_gate=_value(situation.gates.get((task.id, "finish"))),
                    stopped_by=situation.stopped.get(task.id),
                    green_delay_days=lost.get(task.id),
                    predecessors=tuple(before.get(task.id, ())),
                )
            )
        return rows

    def verdicts(self, as_of: AsOf = None, *, kind: str | None = None, task: str | None = None) -> list[Any]:
        """Verdicts of what the rules watch by themselves, optionally of one kind or task."""
        situation = self.situation(as_of)
        return [
            verdict_view(item, self.registry)
            for item in situation.verdicts
            if (kind is None or kind_of(self.registry, item.rule) == kind)
            and (task is None or item.subject.task == task)
        ]

    def checkpoints(self, as_of: AsOf = None, user: str | None = None) -> list[CheckpointView]:
        """All defined checkpoints with verdicts, gate, sign-offs and what is missing."""
        situation = self.situation(as_of)
        return self._checkpoint_views(situation, list(situation.judged.values()), user)

    def checkpoint(self, checkpoint_id: str, as_of: AsOf = None, user: str | None = None) -> CheckpointView:
        """One checkpoint.

        Raises:
            NotFound: ``checkpoint_unknown``.
        """
        situation = self.situation(as_of)
        judged = situation.judged.get(checkpoint_id)
        if judged is None:
            raise unknown_checkpoint(checkpoint_id)
        return self._checkpoint_views(situation, [judged], user)[0]

    def alarms(self, as_of: AsOf = None, *, cleared: bool = False) -> list[AlarmView]:
        """Alarms by rank, life safety first; cleared ones only on request."""
        situation = self.situation(as_of)
        with self._store.reading() as work:
            acts: dict[str, list[AlarmActionRecord]] = defaultdict(list)
            for act in work.alarm_actions():
                acts[act.alarm_id].append(act)
        shown = [alarm for alarm in situation.alarms if cleared or alarm.cleared_at is None]
        now = min(situation.as_of, self.now()) if as_of is not None else self.now()
        in_storm = {name: storm.id for storm in storms(shown) for name in storm.alarms}
        weigh = self._consequence(situation)
        lives = {alarm.id: life_of(alarm, acts[alarm.id], now) for alarm in shown}
        ranked = rank(shown, weigh)
        # What somebody has taken off the list for now stands behind what waits; stable, so rank decides else.
        ranked.sort(key=lambda alarm: lives[alarm.id].state is AlarmState.SHELVED)
        return [
            alarm_view(
                place,
                alarm,
                situation,
                self.registry,
                lives[alarm.id],
                weigh(alarm),
                in_storm.get(alarm.id),
            )
            for place, alarm in enumerate(ranked)
        ]

    def acknowledge(self, alarm_id: str, user: str, comment: str) -> None:
        """Record that a person has seen an alarm and what they make of it.

        Raises:
            NotFound: ``alarm_unknown``.
            PermissionRefused: ``not_appointed``.
        """
        self.require(user, "acknowledge")
        if alarm_id not in {alarm.id for alarm in self.situation().alarms}:
            raise NotFound(
                "alarm_unknown", f"There is no alarm '{alarm_id}'.", "Reload the list.", alarm=alarm_id
            )
        with self._write(EVIDENCE) as work:
            work.add_alarm_action(alarm_id, user, "acknowledge", comment, self.now())

    def _checkpoint_views(
        self, situation: Situation, points: Sequence[Judged], user: str | None
    ) -> list[CheckpointView]:
        with self._store.reading() as work:
            held = [item.capacity.value for item in self._appointments(work, user)] if user else []
            made = self._ledger_views(work, situation, [item.checkpoint.id for item in points])
        return [self._checkpoint_view(item, situation, held, made) for item in points]

    def _checkpoint_view(
        self,
        judged: Judged,
        situation: Situation,
        held: list[str],
        made: Mapping[str, list[SignOffView]],
    ) -> CheckpointView:
        point = judged.checkpoint
        state = situation.by_task.get(point.task or "")
        signable = [
            item for item in held if not point.required_capacities or item in point.required_capacities
        ]
        return CheckpointView(
            id=point.id,
            title=point.title,
            kind=point.kind.value,
            control=point.control.value,
            boundary=point.boundary.value,
            rule=point.rule,
            task=point.task,
            task_name=state.task.name if state else None,
            outcome=worst(judged.verdicts).value,
            state=judged.gate.state.value,
            verdicts=[verdict_view(item, self.registry) for item in judged.verdicts],
            required_capacities=point.required_capacities,
            sign_offs=made.get(point.id, []),
            missing=missing_views(judged),
            elements=[element.global_id for element in state.elements] if state else [],
            may_sign=bool(signable),
            remarks=[Missing(code=item.code, params=item.params) for item in judged.gate.remarks],
            notice_hours=point.notice_hours,
            mandatory_clause=point.terms.mandatory_clause if point.terms else "",
            origin=point.terms.origin if point.terms else "",
        )

    def _verdict_counts(self, situation: Situation) -> dict[str, dict[str, int]]:
        counts = {
            kind: {outcome.value: 0 for outcome in Outcome}
            for kind in ("progress", "cost", "quality", "green")
        }
        judged = [item for point in situation.judged.values() for item in point.verdicts]
        for verdict in [*situation.verdicts, *judged]:
            if verdict.window_start is None:
                kind = kind_of(self.registry, verdict.rule)
                if kind in counts:
                    counts[kind][verdict.outcome.value] += 1
        with self._store.reading() as work:
            stored = work.count_verdicts(situation.as_of)
        for (rule, outcome), number in stored.items():
            kind = kind_of(self.registry, rule)
            if kind in counts:
                counts[kind][outcome] += number
        return counts

    def _late(self, situation: Situation) -> dict[str, LateCount]:
        found = {}
        for name, rule in (("start", LATE_START), ("finish", LATE_FINISH)):
            failing = [
                item.subject
                for item in situation.verdicts
                if item.rule == rule and item.outcome is Outcome.FAIL
            ]
            rows = {(item.task, item.element) for item in failing if item.element}
            found[name] = LateCount(
                tasks=len({item.task for item in failing}),
                elements=len({element for _, element in rows}),
                rows=len(rows),
            )
        return found

    def _observed_late(self, situation: Situation) -> dict[str, bool]:
        """Whether anything at all is known about lateness: else the count is null, not 0."""
        return {
            name: any(
                item.rule == rule and item.outcome is not Outcome.UNDETERMINED for item in situation.verdicts
            )
            for name, rule in (("start", LATE_START), ("finish", LATE_FINISH))
        }

    def _zones_and_places(self) -> tuple[Mapping[str, str], Mapping[str, set[str]]]:
        """Zone of each device, and GlobalIds by space and storey; read anew when the plan has changed."""
        with self._lock, self._store.reading() as work:
            revision = int(work.setting(PLAN, 0))
            kept: tuple[int, dict[str, str], dict[str, set[str]]] | None = getattr(
                self, "_known_places", None
            )
            if kept is None or kept[0] != revision:
                zones = {device.id: device.zone for device in work.devices() if device.zone}
                places: dict[str, set[str]] = defaultdict(set)
                if zones and work.current_model() is not None:
                    for element in work.elements():
                        for place in (element.space, element.storey):
                            if place:
                                places[place].add(element.global_id)
                kept = self._known_places = (revision, zones, dict(places))
            return kept[1], kept[2]

    def _consequence(self, situation: Situation) -> Callable[[Alarm], Consequence]:
        """What hangs on an alarm: the unfinished tasks it reaches, their elements, float and open budget.

        An alarm about a device reaches the tasks that make the elements of its zone, where the zone is a
        space or storey of the model.
        """
        dates = situation.calculation.dates if situation.calculation else {}
        zones, places = self._zones_and_places()
        reached: dict[str, list[TaskState]] = {
            zone: [
                state
                for state in situation.states
                if state.actual_finish is None
                and any(element.global_id in places[zone] for element in state.elements)
            ]
            for zone in set(zones.values())
            if zone in places
        }

        def consequence(alarm: Alarm) -> Consequence:
            state = situation.by_task.get(alarm.subject.task or "")
            zone = zones.get(alarm.subject.device or "", "")
            states = [state] if state is not None else reached.get(zone, [])
            if not states:
                return Consequence()
            slack = [dates[one.task.id].total_float_hours for one in states if one.task.id in dates]
            money = [
                one.task.budget * (1 - (one.complete or 0.0)) for one in states if one.task.budget is not None
            ]
            elements = {element.global_id for one in states for element in one.elements}
            return Consequence(
                tasks=len(states),
                elements=len(elements if state is not None else elements & places[zone]),
                total_float_hours=min(slack, default=None),
                money=sum(money) if money else None,
            )

        return consequence


def worst(verdicts: Any) -> Outcome:
    """The outcome of several verdicts: one failure fails; nothing, or one gap, is undetermined."""
    outcomes = [item.outcome for item in verdicts]
    if Outcome.FAIL in outcomes:
        return Outcome.FAIL
    if not outcomes or Outcome.UNDETERMINED in outcomes:
        return Outcome.UNDETERMINED
    return Outcome.PASS


def _value(state: GateState | None) -> str | None:
    return state.value if state else None
