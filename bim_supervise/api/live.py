"""Judging what a batch has touched, inside the transaction that stores it; and the whole history again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bim_supervise.api.base import PLAN
from bim_supervise.api.known import KnownReader
from bim_supervise.checkpoints.alarms import fold_alarms
from bim_supervise.checkpoints.contract import Outcome, Subject, Verdict
from bim_supervise.checkpoints.live import Live
from bim_supervise.checkpoints.over_range import OVER_RANGE
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.config import Settings
from bim_supervise.core.clock import Clock, epoch_ms, from_epoch_ms
from bim_supervise.events.devices import Device
from bim_supervise.events.observations import Observation
from bim_supervise.events.partials import MINUTE_MS
from bim_supervise.store.records import StoredAlarm, Touched, span_of
from bim_supervise.store.silences import watched_verdict
from bim_supervise.store.store import Store
from bim_supervise.store.work import Work
from bim_supervise.supervise import device_history, device_verdicts, snapshot, telling_rules
from bim_supervise.tracking.state import TaskState

JUDGED = "judged.until"
"""Setting: until when [UTC epoch ms] the windows of each device have been judged."""
JUDGE_SILENT_AFTER_MS = 20 * MINUTE_MS
"""A device that has fallen silent is judged (undetermined) this often all the same."""
_MOVES_PHASES = ("task_started", "task_finished", "work_stopped", "work_resumed")


class LiveJudgement(KnownReader):
    """Windowed verdicts and alarms, worked out anew where something has changed, and nowhere else."""

    def __init__(self, settings: Settings, store: Store, registry: Registry, clock: Clock) -> None:
        super().__init__(settings, store, registry, clock)
        self._known_devices: tuple[int, tuple[Device, ...]] | None = None

    def _judge_touched(
        self, work: Work, touched: Sequence[Touched], facts: Sequence[Observation] = ()
    ) -> None:
        """Verdicts and alarms of the devices that a batch has touched, and of those long not judged.

        A window that closes between two batches is judged by the next one: judgement goes on from the first
        touched minute or from where it last ended, whichever is earlier. Rules that depend on phases of the
        work are asked again from the earliest statement that moves one.
        """
        moved = [epoch_ms(fact.event_time) for fact in facts if fact.kind in _MOVES_PHASES]
        if not touched and not moved:
            return
        self._renew_registry(work)
        first: dict[str, int] = {}
        for name, _, start, _ in touched:
            first[name] = min(start, first.get(name, start))
        now_ms = epoch_ms(self._now(work.project()))
        judged: dict[str, int] = dict(work.setting(JUDGED, {}))
        due: dict[str, int] = {}
        devices = self._devices_of(work)
        for device in devices:
            until, since = judged.get(device.id), first.get(device.id)
            if since is None:
                if until is None or now_ms - until < JUDGE_SILENT_AFTER_MS:
                    continue
                since = until
            due[device.id] = since if until is None else min(since, until)
        if due or moved:
            evidence = self._live_evidence(work, devices, from_epoch_ms(now_ms))
            changed = {name: from_epoch_ms(since) for name, since in due.items()}
            earliest = from_epoch_ms(min(moved)) if moved else None
            self._store_windowed(work, device_verdicts(self.registry, evidence, changed, moved=earliest))
        for name in due:
            judged[name] = max(now_ms, judged.get(name, now_ms))
        work.set_setting(JUDGED, judged)

    def _judge_history(self, work: Work, as_of: datetime) -> None:
        """All windowed verdicts and alarms from the observations alone."""
        self._renew_registry(work)
        devices = self._devices_of(work)
        evidence = self._live_evidence(work, devices, as_of)
        telling = telling_rules(self.registry, evidence)
        for device in devices:
            found, broken = device_history(self.registry, evidence, device.id)
            self._store_windowed(work, found)
            self._retire(work, Subject(device=device.id).key, found, telling - broken, as_of)
            evidence.forget()

    def _retire(
        self, work: Work, subject: str, found: Sequence[Verdict], working: Collection[str], as_of: datetime
    ) -> None:
        """Forget what rules once said about windows for which they have no limit any more.

        What a rule has said that is broken or not installed stands until it can be asked again.
        """
        judged: dict[str, set[tuple[datetime, int]]] = defaultdict(set)
        for verdict in found:
            if verdict.window_start is not None:
                judged[verdict.rule].add((verdict.window_start, span_of(verdict)))
        for rule in work.watching_rules(subject):
            if rule in working or rule == OVER_RANGE:
                first = work.retire_watch(rule, subject, judged[rule], as_of)
                if first is not None:
                    self._renew_alarms(work, rule, subject, first)

    def _live_evidence(self, work: Work, devices: Sequence[Device], as_of: datetime) -> Live:
        def tasks() -> Sequence[TaskState]:
            return snapshot(self._known(work, as_of), as_of).tasks()

        return Live(
            as_of=as_of,
            zone=self.zone,
            devices=devices,
            load=work.windows,
            extent_of=work.extent,
            tasks=tasks,
        )

    def _devices_of(self, work: Work) -> tuple[Device, ...]:
        """The device register, read anew only when the plan has changed."""
        revision = int(work.setting(PLAN, 0))
        if self._known_devices is None or self._known_devices[0] != revision:
            self._known_devices = (revision, tuple(work.devices()))
        return self._known_devices[1]

    def _store_windowed(self, work: Work, verdicts: Sequence[Verdict]) -> None:
        if not verdicts:
            return
        work.renew_watch([watched_verdict(verdict) for verdict in verdicts])
        first: dict[tuple[str, str], datetime] = {}
        failing: set[tuple[str, str]] = set()
        for verdict in verdicts:
            assert verdict.window_start is not None
            key = (verdict.rule, verdict.subject.key)
            first[key] = min(verdict.window_start, first.get(key, verdict.window_start))
            if verdict.outcome is Outcome.FAIL:
                failing.add(key)
        former: dict[str, list[StoredAlarm]] = defaultdict(list)
        for scope, alarm in work.alarms_after(min(first.values())):
            former[scope].append(alarm)
        for (rule, subject), start in first.items():
            scope = f"{rule}|{subject}"
            standing = any(alarm.cleared_at is None or alarm.cleared_at > start for alarm in former[scope])
            if standing or (rule, subject) in failing:
                self._renew_alarms(work, rule, subject, start)

    def _renew_alarms(self, work: Work, rule: str, subject: str, start: datetime) -> None:
        """Fold the alarms of one rule and subject anew, from the last alarm that was raised before ``start``.

        A fold that begins at the first failing window of an alarm, or where none was open, gives exactly
        the alarms of the whole history.
        """
        scope = f"{rule}|{subject}"
        former = work.alarms(scope)
        before = [alarm for alarm in former if alarm.raised_at <= start]
        begin = start
        if before and (before[-1].cleared_at is None or before[-1].cleared_at > start):
            begin = before.pop().raised_at - timedelta(hours=24)
            while before and before[-1].cleared_at is not None and before[-1].cleared_at > begin:
                begin = before.pop().raised_at - timedelta(hours=24)
        verdicts = [
            self._verdict(item) for item in work.verdicts(rule, subject=subject, since=begin, checkpoint="")
        ]
        renewed = [self._stored_alarm(alarm) for alarm in fold_alarms(verdicts, as_of=self.now())]
        kept_ids = {alarm.id for alarm in renewed}
        work.replace_alarms(scope, [*(item for item in before if item.id not in kept_ids), *renewed])
