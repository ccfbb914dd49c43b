"""The engine: asks the rules. What goes wrong inside a rule is shown, and is never a pass."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bim_supervise.checkpoints.contract import (
    Checkpoint,
    Evidence,
    Limit,
    Outcome,
    Requirement,
    Rule,
    Severity,
    Subject,
    Verdict,
)
from bim_supervise.checkpoints.live import Closing, earliest, judged_step_ms
from bim_supervise.checkpoints.over_range import over_range
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.checkpoints.trust import beside, trusted
from bim_supervise.core.canonical import canonical_json
from bim_supervise.core.clock import epoch_ms

ENGINE_REASONS = frozenset({"rule_failed", "rule_not_installed"})
"""Reasons that the engine itself gives: nothing was asked, so nothing is known."""

_log = logging.getLogger(__name__)


def evaluate(
    registry: Registry,
    evidence: Evidence,
    *,
    rules: Collection[str] | None = None,
    since: datetime | None = None,
) -> list[Verdict]:
    """What the rules say about everything they watch by themselves.

    Args:
        registry: installed packs.
        evidence: the world at ``evidence.as_of``.
        rules: only these rule ids; one that is not installed gives an undetermined verdict.
        since: aware UTC; windowed rules may leave out windows that ended by then.

    Returns:
        Verdicts by rule in the order of the packs, then as the rule gives them.
    """
    verdicts: list[Verdict] = []
    for rule_id in registry.rules if rules is None else rules:
        rule = registry.rules.get(rule_id)
        if rule is None:
            verdicts.append(_not_installed(rule_id, Subject()))
            continue
        try:
            subjects = list(rule.subjects(evidence))
        except Exception as error:  # foreign code: its failure is shown as a verdict, never swallowed
            verdicts.append(_failed(rule_id, Subject(), error))
            continue
        limits, parameters = registry.limits(rule_id), registry.parameters(rule_id)
        for subject in subjects:
            verdicts += ask(rule, subject, parameters, evidence, limits, since)
    return trusted(verdicts, evidence, registry.kind_table)


def evaluate_devices(
    registry: Registry,
    evidence: Snapshot,
    touched: Mapping[str, datetime | None],
    *,
    alone: bool = False,
    moved: datetime | None = None,
) -> list[Verdict]:
    """What the rules say about devices whose readings have changed.

    Args:
        registry: installed packs.
        evidence: the world, with all devices: a rule may read those beside the one it judges.
        touched: device ids, and since when (aware UTC) their readings have changed; None is from the first.
        alone: judge exactly these devices, not those that are judged by the readings of these.
        moved: since when (aware UTC) a phase of the work may have moved; None when none has.

    A rule that tells by ``step_ms`` when its windows end is asked only where one has ended.
    """
    now_ms = epoch_ms(evidence.as_of)
    register = Snapshot(as_of=evidence.as_of, zone=evidence.zone, devices=evidence.all_devices())
    verdicts: list[Verdict] = []
    for rule_id, rule in registry.rules.items():
        try:
            # Which devices a rule watches depends on the register alone; the plan need not be read for it.
            subjects = [subject for subject in rule.subjects(register) if subject.device is not None]
        except Exception as error:  # foreign code: its failure is logged here and shown by ``evaluate``
            _log.error("rule %s cannot say what it watches", rule_id, exc_info=error)
            continue
        shifted = [moved] if moved is not None and getattr(rule, "reads_tasks", False) else []
        limits = registry.limits(rule_id)
        due = Closing(judged_step_ms(rule, limits), now_ms, evidence.zone)
        if not due.since(earliest([*touched.values(), *shifted])):
            continue
        parameters = registry.parameters(rule_id) if subjects else {}
        for subject in subjects:
            names = {subject.device or ""}
            if not alone:
                names |= _companions(rule, subject, evidence, parameters)
                names |= beside(subject.device or "", evidence, registry.kind_table)
            moments = [touched[name] for name in names if name in touched] + shifted
            if moments and due.since(since := earliest(moments)):
                verdicts += ask(rule, subject, parameters, evidence, limits, since)
    found = trusted(verdicts, evidence, registry.kind_table)
    return found + over_range(touched, evidence, registry.kind_table)


def _companions(rule: Rule, subject: Subject, evidence: Evidence, parameters: Mapping[str, Any]) -> set[str]:
    asked = getattr(rule, "companions", None)
    if asked is None:
        return set()
    try:
        return set(asked(subject, evidence, parameters))
    except Exception as error:  # foreign code: asked again by the rule itself, which shows the failure
        _log.error("rule %s cannot say what it reads", rule.id, exc_info=error)
        return set()


def evaluate_checkpoint(checkpoint: Checkpoint, registry: Registry, evidence: Evidence) -> list[Verdict]:
    """What its rule, and the rules of its further evidence, say about the checkpoint's task or the site.

    Never nothing: each rule that is asked answers with at least one verdict.
    """
    asked = [Requirement(rule=checkpoint.rule, parameters=checkpoint.parameters)]
    asked += checkpoint.terms.evidence if checkpoint.terms else ()
    verdicts: list[Verdict] = []
    for number, requirement in enumerate(asked):
        found = _asked(requirement, checkpoint, registry, evidence)
        # Two lines of evidence of one rule are two things; their digests must not be taken for each other.
        verdicts += found if number == 0 else [_apart(verdict, requirement) for verdict in found]
    return verdicts


def _asked(
    requirement: Requirement, checkpoint: Checkpoint, registry: Registry, evidence: Evidence
) -> list[Verdict]:
    subject = Subject(task=checkpoint.task)
    rule = registry.rules.get(requirement.rule)
    if rule is None:
        return [_not_installed(requirement.rule, subject)]
    parameters = {
        **registry.parameters(rule.id),
        **requirement.parameters,
        "checkpoint": checkpoint.id,
        "boundary": checkpoint.boundary.value,
    }
    verdicts = ask(rule, subject, parameters, evidence, registry.limits(rule.id))
    return trusted(verdicts, evidence, registry.kind_table) or [
        Verdict(rule=rule.id, outcome=Outcome.UNDETERMINED, reason="nothing_to_judge", subject=subject)
    ]


def _apart(verdict: Verdict, requirement: Requirement) -> Verdict:
    return replace(
        verdict,
        evidence_values=(*verdict.evidence_values, canonical_json(dict(requirement.parameters)).decode()),
    )


def ask(
    rule: Rule,
    subject: Subject,
    parameters: Mapping[str, Any],
    evidence: Evidence,
    limits: Sequence[Limit],
    since: datetime | None = None,
) -> list[Verdict]:
    """What one rule says about one subject; a rule that breaks down gives ``rule_failed``, undetermined."""
    try:
        verdicts = list(rule.evaluate(subject, parameters, evidence, limits, since))
        strangers = {verdict.rule for verdict in verdicts} - {rule.id}
        if strangers:
            raise ValueError(f"{rule.id} speaks for another rule: {', '.join(sorted(strangers))}")
    except Exception as error:  # foreign code: its failure is shown as a verdict, never swallowed
        return [_failed(rule.id, subject, error)]
    return verdicts


def _not_installed(rule_id: str, subject: Subject) -> Verdict:
    return Verdict(
        rule=rule_id,
        outcome=Outcome.UNDETERMINED,
        reason="rule_not_installed",
        subject=subject,
        params={"rule": rule_id},
    )


def _failed(rule_id: str, subject: Subject, error: Exception) -> Verdict:
    _log.error("rule %s failed for %s", rule_id, subject.key, exc_info=error)
    return Verdict(
        rule=rule_id,
        outcome=Outcome.UNDETERMINED,
        reason="rule_failed",
        subject=subject,
        params={"rule": rule_id, "error": type(error).__name__, "message": str(error)},
        severity=Severity.MAJOR,
    )
