"""From judgement to rows: plain, frozen, ready to show."""

from __future__ import annotations

from datetime import UTC, datetime

from bim_supervise.api.views import AlarmView, LimitView, Missing, SignOffView, VerdictView
from bim_supervise.checkpoints.alarm_life import AlarmLife
from bim_supervise.checkpoints.alarms import Alarm, Consequence
from bim_supervise.checkpoints.contract import Limit, Verdict
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.supervise import Judged, Situation


def kind_of(registry: Registry, rule: str) -> str:
    """The checkpoint kind of a rule; empty when its pack is not installed."""
    found = registry.rules.get(rule)
    return found.kind.value if found else ""


def limit_view(limit: Limit | None) -> LimitView | None:
    """A limit with its source."""
    if limit is None:
        return None
    return LimitView(
        rule_id=limit.rule_id,
        value=limit.value,
        unit=limit.unit,
        comparator=limit.comparator,
        statistic=limit.statistic,
        window=limit.window,
        clause=limit.clause,
        edition=limit.edition,
        evidence_class=limit.evidence_class,
        jurisdiction=limit.jurisdiction,
        action=limit.action,
        note=limit.note,
    )


def verdict_view(verdict: Verdict, registry: Registry) -> VerdictView:
    """A verdict with its limit and evidence references."""
    return VerdictView(
        rule=verdict.rule,
        kind=kind_of(registry, verdict.rule),
        outcome=verdict.outcome.value,
        reason=verdict.reason,
        params=verdict.params,
        value=verdict.value,
        unit=verdict.unit,
        limit=limit_view(verdict.limit),
        window_start=verdict.window_start,
        window_end=verdict.window_end,
        completeness=verdict.completeness,
        since=verdict.since,
        evidence=verdict.evidence,
        digest=verdict.digest,
        task=verdict.subject.task,
        element=verdict.subject.element,
        device=verdict.subject.device,
        severity=verdict.severity.value,
    )


def alarm_view(
    rank: int,
    alarm: Alarm,
    situation: Situation,
    registry: Registry,
    life: AlarmLife,
    weight: Consequence,
    storm: str | None,
) -> AlarmView:
    """An alarm with what people did about it and what hangs on it."""
    verdict, action, shelf = alarm.verdict, life.acknowledged, life.shelved
    state = situation.by_task.get(verdict.subject.task or "")
    return AlarmView(
        id=alarm.id,
        rank=rank,
        severity=alarm.severity.value,
        state=life.state.value,
        rule=verdict.rule,
        kind=kind_of(registry, verdict.rule),
        reason=verdict.reason,
        params=verdict.params,
        task=verdict.subject.task,
        task_name=state.task.name if state else None,
        element=verdict.subject.element,
        device=verdict.subject.device,
        value=verdict.value,
        unit=verdict.unit,
        limit=limit_view(verdict.limit),
        raised_at=alarm.raised_at,
        cleared_at=alarm.cleared_at,
        acknowledged_by=action.user if action else None,
        acknowledged_at=action.at if action else None,
        comment=action.comment if action else None,
        level=life.level,
        shelved_until=shelf.until if shelf else None,
        shelved_by=[name for name in (shelf.user, life.confirmed_by) if name] if shelf else (),
        shelved_because=shelf.comment if shelf else None,
        shelving_proposed_by=life.proposed.user if life.proposed else None,
        shelving_proposed_until=life.proposed.until if life.proposed else None,
        storm=storm,
        tasks=weight.tasks,
        float_hours=weight.total_float_hours,
        money=weight.money,
    )


def missing_views(judged: Judged) -> tuple[Missing, ...]:
    """What a checkpoint's gate waits for."""
    return tuple(Missing(code=item.code, params=item.params) for item in judged.gate.missing)


def sign_off_view(
    sequence: int, digest: str, entry: dict[str, object], *, counts: bool, withdrawn: bool
) -> SignOffView:
    """A ledger entry as a row."""
    return SignOffView(
        sequence=sequence,
        hash=digest,
        time=datetime.fromisoformat(str(entry["time"])).astimezone(UTC),
        checkpoint=str(entry["checkpoint"]),
        signer=str(entry["signer"]),
        signer_name=str(entry["display_name"]),
        capacity=str(entry["capacity"]),
        decision=str(entry["decision"]),
        reason=str(entry["reason"]),
        counts=counts,
        typed_at=_typed_at(entry),
        withdrawn=withdrawn,
    )


def _typed_at(entry: dict[str, object]) -> datetime | None:
    text = entry.get("typed_at")
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
