"""A rule from one declaration: its watch, window by window, and a checkpoint's answer over a span."""

from __future__ import annotations

import math
from abc import ABC
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bim_supervise.checkpoints.conditions.finding import Asked, Finding, Term, window_reference
from bim_supervise.checkpoints.conditions.phases import Phase, phases_of
from bim_supervise.checkpoints.contract import (
    Evidence,
    Kind,
    Limit,
    Outcome,
    Severity,
    Subject,
    Verdict,
)
from bim_supervise.checkpoints.limits import duration
from bim_supervise.checkpoints.live import shortest_window_ms
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.devices import Device, device_named
from bim_supervise.events.partials import MINUTE_MS

_DAY = timedelta(days=1)


class WindowedRule(ABC):
    """Base of rules about telemetry: a pack states ``id``, ``title``, ``condition`` and its limits.

    By itself it gives a verdict per watched device and closed window. For a checkpoint it gives one verdict
    per device over a span: any failing window fails it, any undetermined one leaves it undetermined.

    **Parameters** of a checkpoint: ``devices``, a list of device ids (default: all that are watched);
    ``purpose``, another purpose; ``last``, an ISO 8601 duration. The span ends now, at the task's actual
    start (for a checkpoint at the start) or at its actual finish. It begins with the task's actual start, and
    no earlier than ``last`` before its end; at a start, and for the whole site, ``last`` is one day unless
    given.
    """

    id: ClassVar[str]
    kind: ClassVar[Kind] = Kind.GREEN
    title: ClassVar[Mapping[str, str]]
    severity: ClassVar[Severity] = Severity.MINOR
    condition: ClassVar[Term]
    phases: ClassVar[Mapping[str, Phase]] = {}
    """Phases that the limit rows name in their condition, by name."""

    @property
    def reads_others(self) -> bool:
        """Whether a verdict about one device also depends on other devices."""
        return len(self.condition.leaves()) > 1 or any(leaf.reference for leaf in self.condition.leaves())

    def step_ms(self, limits: Sequence[Limit]) -> int | None:
        """The time [ms] between two moments at which there can be a new verdict; None: at any."""
        if getattr(self.condition, "at_once", False):
            return MINUTE_MS
        steps = [leaf.every_minutes * MINUTE_MS for leaf in self.condition.leaves() if leaf.every_minutes]
        shortest = shortest_window_ms(limits)
        return None if shortest is None else math.gcd(shortest, *steps)

    @property
    def reads_tasks(self) -> bool:
        """Whether verdicts depend on which tasks are under way."""
        return bool(self.phases)

    def watches(self, evidence: Evidence) -> list[Device]:
        """The devices that the rule watches by itself."""
        return list(evidence.devices(self.condition.watched.kind.key, self.condition.watched.purpose))

    def rate(self, finding: Finding) -> Severity:
        """How grave a finding is; a pack overrides it where severity grows with the value."""
        return finding.severity or self.severity

    def limits_for(self, device: Device, limits: Sequence[Limit], evidence: Evidence) -> Sequence[Limit]:
        """The rows for one device; a pack overrides it where the device or the design tightens them."""
        return limits

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Every watched device."""
        return [Subject(device=device.id) for device in self.watches(evidence)]

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """Verdicts per window of ``subject.device``, or one per device over a checkpoint's span.

        Raises:
            ValueError: when a parameter is not of its kind; the engine shows it.
        """
        if subject.device is not None:
            return self._watch(subject.device, parameters, evidence, limits, since)
        return self._checkpoint(subject, parameters, evidence, limits)

    def companions(
        self, subject: Subject, evidence: Evidence, parameters: Mapping[str, Any]
    ) -> Iterable[str]:
        """Other devices whose readings decide about ``subject``: when they speak, it is judged again."""
        if not self.reads_others:
            return ()
        leaves = self.condition.leaves()
        read = [(leaf.kind.key, leaf.purpose) for leaf in leaves[1:]]
        read += [
            ((leaf.reference.kind or leaf.kind).key, leaf.reference.purpose)
            for leaf in leaves
            if leaf.reference is not None
        ]
        return {device.id for kind, purpose in read for device in evidence.devices(kind, purpose)}

    def _watch(
        self,
        device_id: str,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None,
    ) -> list[Verdict]:
        subject = Subject(device=device_id)
        kind = self.condition.watched.kind.key
        device = device_named(evidence.devices(kind), device_id)
        if device is None:
            return [_nothing(self.id, subject, "no_device", {"device": device_id})]
        extent = evidence.extent(device_id, kind)
        if extent is None:
            return [_nothing(self.id, subject, "no_data", {"device": device_id, "share": 0.0})]
        start = extent[0] if since is None else max(extent[0], since)
        found = self._findings(device, parameters, evidence, limits, start, evidence.as_of)
        if not found and self.phases and not phases_of(self.phases, evidence.tasks()).known:
            return [_nothing(self.id, subject, "phase_unknown", {"device": device_id})]
        return [self._verdict(subject, finding) for finding in found]

    def _findings(
        self,
        device: Device,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        start: datetime,
        end: datetime,
    ) -> list[Finding]:
        return self.condition.judge(
            Asked(
                device=device,
                evidence=evidence,
                limits=self.limits_for(device, limits, evidence),
                start_ms=epoch_ms(start),
                end_ms=epoch_ms(end),
                phases=phases_of(self.phases, evidence.tasks() if self.phases else ()),
                parameters=parameters,
            )
        )

    def _verdict(self, subject: Subject, finding: Finding) -> Verdict:
        end = from_epoch_ms(finding.end_ms)
        return Verdict(
            rule=self.id,
            outcome=finding.outcome,
            reason=finding.reason,
            subject=subject,
            params=finding.params,
            value=finding.value,
            unit=finding.unit,
            limit=finding.limit,
            window_start=from_epoch_ms(finding.start_ms),
            window_end=end,
            window_over=None if finding.over_ms is None else from_epoch_ms(finding.over_ms),
            completeness=finding.share,
            since=end if finding.since_ms is None else from_epoch_ms(finding.since_ms),
            evidence=finding.evidence,
            evidence_values=finding.evidence_values,
            severity=self.rate(finding),
        )

    def _checkpoint(
        self, subject: Subject, parameters: Mapping[str, Any], evidence: Evidence, limits: Sequence[Limit]
    ) -> list[Verdict]:
        devices = self._asked_for(parameters, evidence)
        if not devices:
            return [_nothing(self.id, subject, "no_device")]
        span = asked_span(subject, parameters, evidence)
        if isinstance(span, str):
            return [_nothing(self.id, subject, span)]
        return [self._over(subject, device, parameters, evidence, limits, *span) for device in devices]

    def _asked_for(self, parameters: Mapping[str, Any], evidence: Evidence) -> list[Device]:
        kind = self.condition.watched.kind.key
        named = parameters.get("devices")
        if named is None:
            return list(evidence.devices(kind, parameters.get("purpose", self.condition.watched.purpose)))
        if not isinstance(named, list | tuple) or not all(isinstance(name, str) for name in named):
            raise ValueError(f"parameter 'devices' must be a list of device ids, not {named!r}")
        known = {device.id: device for device in evidence.devices(kind)}
        unknown = sorted(set(named) - set(known))
        if unknown:
            raise ValueError(f"parameter 'devices' names no device that reports {kind}: {', '.join(unknown)}")
        return [known[name] for name in sorted(set(named))]

    def _over(
        self,
        subject: Subject,
        device: Device,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        start: datetime,
        end: datetime,
    ) -> Verdict:
        about = Subject(task=subject.task, device=device.id)
        first_ms = epoch_ms(start)
        found = self._findings(device, parameters, evidence, limits, start, end)
        found = [one for one in found if one.start_ms >= first_ms]
        if not found:
            return _nothing(self.id, about, "nothing_to_judge", {"device": device.id})
        failed = [one for one in found if one.outcome is Outcome.FAIL]
        unknown = [one for one in found if one.outcome is Outcome.UNDETERMINED]
        if failed:
            outcome, reason, shown = Outcome.FAIL, "windows_exceed", max(failed, key=_excess)
        elif unknown:
            outcome, reason, shown = Outcome.UNDETERMINED, "windows_undetermined", unknown[0]
        else:
            outcome, reason, shown = Outcome.PASS, "windows_keep", max(found, key=_excess)
        last_ms = max(one.end_ms for one in found)
        kind = self.condition.watched.kind.key
        spoken = any(one.evidence for one in found)
        return Verdict(
            rule=self.id,
            outcome=outcome,
            reason=reason,
            subject=about,
            params={
                **shown.params,
                "device": device.id,
                "windows": len(found),
                "failed": len(failed),
                "undetermined": len(unknown),
                "because": shown.reason,
            },
            value=shown.value,
            unit=shown.unit,
            limit=shown.limit,
            window_start=from_epoch_ms(found[0].start_ms),
            window_end=from_epoch_ms(last_ms),
            completeness=(len(found) - len(unknown)) / len(found),
            since=from_epoch_ms(min((one.end_ms for one in failed), default=last_ms)),
            evidence=(window_reference(device.id, kind, found[0].start_ms, last_ms),) if spoken else (),
            evidence_values=tuple(self._verdict(about, one).digest for one in found),
            severity=self.rate(shown),
        )


def asked_span(
    subject: Subject, parameters: Mapping[str, Any], evidence: Evidence
) -> tuple[datetime, datetime] | str:
    """The span that a checkpoint asks about, or the reason why there is none; see ``WindowedRule``."""
    last = duration(str(parameters["last"])) if "last" in parameters else None
    end = evidence.as_of
    if subject.task is None:
        return end - (last or _DAY), end
    state = evidence.task(subject.task)
    if state is None:
        return "task_unknown"
    if parameters.get("boundary") == "start":
        end = state.actual_start or end
        return end - (last or _DAY), end
    if state.actual_start is None:
        return "not_started"
    end = state.actual_finish or end
    return max(state.actual_start, end - last) if last else state.actual_start, end


def _excess(finding: Finding) -> float:
    limit = finding.limit.value if finding.limit is not None else None
    if finding.value is None or limit is None or finding.limit is None:
        return float("-inf")
    over = finding.value - limit
    return over if finding.limit.comparator in ("<=", "<") else -over


def _nothing(rule: str, subject: Subject, reason: str, params: Mapping[str, Any] | None = None) -> Verdict:
    return Verdict(
        rule=rule, outcome=Outcome.UNDETERMINED, reason=reason, subject=subject, params=dict(params or {})
    )
