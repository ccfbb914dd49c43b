"""From the store to judgement: what is known at a moment, assessed once per state of the store."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bim_supervise.api.base import EVIDENCE, PLAN, ProjectBase
from bim_supervise.checkpoints.alarms import Alarm
from bim_supervise.checkpoints.contract import Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.checkpoints.gates import SignOffMade
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.config import Settings
from bim_supervise.core.clock import Clock
from bim_supervise.store.records import StoredAlarm, StoredVerdict, stored_verdict
from bim_supervise.store.store import Store
from bim_supervise.store.work import Work
from bim_supervise.supervise import Known, Situation, assess
from bim_supervise.tracking.succession import Succession, carried_facts, heirs

RECENT = timedelta(hours=24)
"""How far back windowed verdicts are part of the present situation; older ones are history and alarms."""
_KEPT_SITUATIONS = 4


@dataclass(frozen=True, slots=True)
class _Key:
    plan: int
    evidence: int
    as_of: datetime


class KnownReader(ProjectBase):
    """Reads what is known and judges it; the answer is kept until the store changes."""

    def __init__(self, settings: Settings, store: Store, registry: Registry, clock: Clock) -> None:
        super().__init__(settings, store, registry, clock)
        self._situations: dict[_Key, Situation] = {}

    def situation(self, as_of: str | date | datetime | None = None) -> Situation:
        """The project at a moment, judged. The same state of the store is judged once."""
        moment = self.moment(as_of)
        if as_of is None:
            # A second more or less changes no verdict of a building site, but would be judged anew.
            moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        with self._lock:
            kept = self._situations
            with self._store.reading() as work:
                self._renew_registry(work)
                key = _Key(int(work.setting(PLAN, 0)), int(work.setting(EVIDENCE, 0)), moment)
                if key in kept:
                    return kept[key]
                found = assess(self._known(work, moment), self.registry, moment)
            while len(kept) >= _KEPT_SITUATIONS:
                kept.pop(next(iter(kept)))
            kept[key] = found
            return found

    def _known(self, work: Work, as_of: datetime) -> Known:
        content_hashes = work.content_hashes()
        checkpoints = work.checkpoints()
        successions = (Succession(item.before, item.after, item.state) for item in work.successions())
        return Known(
            zone=self.zone,
            currency=work.project().currency,
            schedule=work.current_schedule(),
            calculation=work.calculation(),
            links=work.links(),
            facts=carried_facts(work.facts(), heirs(successions, content_hashes or ())),
            devices=work.devices(),
            checkpoints=checkpoints,
            sign_offs=self._sign_offs_made(work, content_hashes or (), [point.id for point in checkpoints]),
            windowed=[
                self._verdict(item)
                for item in work.verdicts(until=as_of, since=as_of - RECENT, checkpoint="")
            ],
            raised=[alarm for item in work.alarms() if (alarm := self._alarm_at(item, as_of)) is not None],
            load_windows=work.windows,
            extents=work.extents(),
            notes=work.notes(),
            content_hashes=content_hashes,
        )

    def _sign_offs_made(
        self, work: Work, present: Container[str], checkpoints: Sequence[str]
    ) -> Mapping[str, Sequence[SignOffMade]]:
        """Sign-offs; what was signed for follows to another GlobalId only where a person confirmed it."""
        confirmed = heirs(
            (Succession(item.before, item.after, item.state) for item in work.successions(["confirmed"])),
            present,
        )
        made = self._ledger_memory.sign_offs(work, checkpoints)
        if not confirmed:
            return made
        return {
            checkpoint: [
                replace(
                    item, elements={confirmed.get(key, key): value for key, value in item.elements.items()}
                )
                for item in group
            ]
            for checkpoint, group in made.items()
        }

    def _stored(self, verdict: Verdict) -> StoredVerdict:
        return stored_verdict(verdict)

    def _verdict(self, stored: StoredVerdict) -> Verdict:
        return Verdict(
            rule=stored.rule,
            outcome=Outcome(stored.outcome),
            reason=stored.reason,
            subject=Subject(task=stored.task, element=stored.element, device=stored.device),
            params=stored.params,
            value=stored.value,
            unit=stored.unit,
            limit=limit_of(stored.limit),
            window_start=stored.window_start,
            window_end=stored.window_end,
            completeness=stored.completeness,
            since=stored.since,
            evidence=stored.evidence,
            severity=Severity(stored.severity),
        )

    def _stored_alarm(self, alarm: Alarm) -> StoredAlarm:
        verdict = alarm.verdict
        rule = self.registry.rules.get(verdict.rule)
        limit = stored_verdict(verdict).limit
        return StoredAlarm(
            id=alarm.id,
            rule=verdict.rule,
            subject=verdict.subject.key,
            severity=alarm.severity.value,
            kind=rule.kind.value if rule else "",
            reason=verdict.reason,
            raised_at=alarm.raised_at,
            cleared_at=alarm.cleared_at,
            verdict_digest=verdict.digest,
            task=verdict.subject.task,
            element=verdict.subject.element,
            device=verdict.subject.device,
            params=dict(verdict.params),
            value=verdict.value,
            unit=verdict.unit,
            limit=limit,
        )

    def _alarm_at(self, stored: StoredAlarm, as_of: datetime) -> Alarm | None:
        """A stored alarm as it stood at a moment; None when it had not been raised yet."""
        if stored.raised_at > as_of:
            return None
        cleared = stored.cleared_at if stored.cleared_at and stored.cleared_at <= as_of else None
        verdict = Verdict(
            rule=stored.rule,
            outcome=Outcome.FAIL,
            reason=stored.reason,
            subject=Subject(task=stored.task, element=stored.element, device=stored.device),
            params=stored.params,
            value=stored.value,
            unit=stored.unit,
            limit=limit_of(stored.limit),
            since=stored.raised_at,
            severity=Severity(stored.severity),
        )
        return Alarm(
            id=stored.id,
            verdict=verdict,
            latest=verdict,
            failures=1,
            raised_at=stored.raised_at,
            cleared_at=cleared,
        )


def limit_of(data: Mapping[str, Any] | None) -> Limit | None:
    """A limit from its stored fields."""
    if data is None:
        return None
    fields = dict(data)
    for name in ("effective_from", "effective_to"):
        if isinstance(fields.get(name), str):
            fields[name] = date.fromisoformat(fields[name])
    return Limit(**fields)
