"""What all noise rules share: which meters they watch, and a checkpoint's answer over a span of time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.checkpoints.limits import duration
from bim_supervise.checkpoints.live import shortest_window_ms
from bim_supervise.core.clock import epoch_ms
from bim_supervise.events.devices import Device, device_named
from bim_supervise.packs.noise.kinds import BOUNDARY, NOISE_LEVEL
from bim_supervise.packs.noise.levels import (
    DueWindow,
    Statistic,
    due_windows,
    judge_series,
    no_data,
    window_reference,
)

_DAY = timedelta(days=1)


class BoundaryRule(ABC):
    """A rule about the meters at the site boundary.

    By itself it gives a verdict per meter and closed window. For a checkpoint it gives one verdict per meter
    over a span: any failing window fails it, any undetermined one leaves it undetermined.

    **Parameters** of a checkpoint: ``devices``, a list of meter ids (default: all with the purpose
    ``boundary``); ``purpose``, another purpose; ``last``, an ISO 8601 duration. The span ends now, at the
    task's actual start (for a checkpoint at the start) or at its actual finish. It begins with the task's
    actual start, and no earlier than ``last`` before its end; at a start, and for the whole site, ``last`` is
    one day unless given.
    """

    id: ClassVar[str]
    kind: ClassVar[Kind] = Kind.GREEN
    title: ClassVar[Mapping[str, str]]
    severity: ClassVar[Severity] = Severity.MINOR
    _asked: tuple[Sequence[Limit], tuple[int, int, ZoneInfo], Sequence[DueWindow]] | None = None

    @abstractmethod
    def statistic(self, device: Device) -> Statistic:
        """How the readings of a meter are judged."""

    def step_ms(self, limits: Sequence[Limit]) -> int | None:
        """The time [ms] between two moments at which there can be a new verdict."""
        return shortest_window_ms(limits)

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Every boundary meter."""
        return [Subject(device=device.id) for device in _meters(evidence, BOUNDARY)]

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """Verdicts per window of ``subject.device``, or one per meter over a checkpoint's span.

        Raises:
            ValueError: when a parameter is not of its kind; the engine shows it.
        """
        if subject.device is not None:
            return self._watch(subject.device, evidence, limits, since)
        return self._checkpoint(subject, parameters, evidence, limits)

    def _watch(
        self, device_id: str, evidence: Evidence, limits: Sequence[Limit], since: datetime | None
    ) -> list[Verdict]:
        subject = Subject(device=device_id)
        device = device_named(evidence.devices(NOISE_LEVEL.key), device_id)
        if device is None:
            return [no_data(self.id, subject, "no_device", {"device": device_id})]
        statistic = self.statistic(device)
        extent = evidence.extent(device_id, statistic.kind.key)
        if extent is None:
            return [no_data(self.id, subject, "no_data", {"device": device_id, "share": 0.0})]
        start = extent[0] if since is None else max(extent[0], since)
        asked = self._due_windows(limits, start, evidence.as_of, evidence.zone)
        return judge_series(self.id, device, statistic, evidence, asked, self.severity)

    def _due_windows(
        self, limits: Sequence[Limit], start: datetime, end: datetime, zone: ZoneInfo
    ) -> Sequence[DueWindow]:
        # The meters of a site are asked one after the other, and mostly about the same span.
        span = (epoch_ms(start), epoch_ms(end), zone)
        if self._asked is None or self._asked[0] is not limits or self._asked[1] != span:
            self._asked = (limits, span, due_windows(limits, *span))
        return self._asked[2]

    def _checkpoint(
        self, subject: Subject, parameters: Mapping[str, Any], evidence: Evidence, limits: Sequence[Limit]
    ) -> list[Verdict]:
        meters = _asked(parameters, evidence)
        if not meters:
            return [no_data(self.id, subject, "no_device")]
        span = _span(subject, parameters, evidence)
        if isinstance(span, str):
            return [no_data(self.id, subject, span)]
        return [self._over(subject, device, evidence, limits, *span) for device in meters]

    def _over(
        self,
        subject: Subject,
        device: Device,
        evidence: Evidence,
        limits: Sequence[Limit],
        start: datetime,
        end: datetime,
    ) -> Verdict:
        about = Subject(task=subject.task, device=device.id)
        statistic = self.statistic(device)
        asked = self._due_windows(limits, start, end, evidence.zone)
        windows = judge_series(self.id, device, statistic, evidence, asked, self.severity)
        windows = [one for one in windows if one.window_start is not None and one.window_start >= start]
        if not windows:
            return no_data(self.id, about, "nothing_to_judge", {"device": device.id})
        failed = [one for one in windows if one.outcome is Outcome.FAIL]
        unknown = [one for one in windows if one.outcome is Outcome.UNDETERMINED]
        if failed:
            outcome, reason, shown = Outcome.FAIL, "span_exceeded", max(failed, key=_excess)
        elif unknown:
            outcome, reason, shown = Outcome.UNDETERMINED, "span_undetermined", unknown[0]
        else:
            outcome, reason, shown = Outcome.PASS, "span_kept", max(windows, key=_excess)
        first, last = windows[0].window_start, windows[-1].window_end
        assert first is not None
        assert last is not None
        spoken = any(one.evidence for one in windows)
        return Verdict(
            rule=self.id,
            outcome=outcome,
            reason=reason,
            subject=about,
            params={
                **shown.params,
                "windows": len(windows),
                "failed": len(failed),
                "undetermined": len(unknown),
                "because": shown.reason,
            },
            value=shown.value,
            unit=shown.unit,
            limit=shown.limit,
            window_start=first,
            window_end=last,
            completeness=(len(windows) - len(unknown)) / len(windows),
            since=min((one.window_end for one in failed if one.window_end), default=last),
            evidence=(window_reference(device.id, statistic.kind.key, epoch_ms(first), epoch_ms(last)),)
            if spoken
            else (),
            evidence_values=tuple(one.digest for one in windows),
            severity=self.severity,
        )


def _meters(evidence: Evidence, purpose: str | None) -> list[Device]:
    return list(evidence.devices(NOISE_LEVEL.key, purpose))


def _asked(parameters: Mapping[str, Any], evidence: Evidence) -> list[Device]:
    named = parameters.get("devices")
    if named is None:
        return _meters(evidence, str(parameters.get("purpose", BOUNDARY)))
    if not isinstance(named, list | tuple) or not all(isinstance(name, str) for name in named):
        raise ValueError(f"parameter 'devices' must be a list of device ids, not {named!r}")
    known = {device.id: device for device in _meters(evidence, None)}
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise ValueError(f"parameter 'devices' names no noise meter of the site: {', '.join(unknown)}")
    return [known[name] for name in sorted(set(named))]


def _span(
    subject: Subject, parameters: Mapping[str, Any], evidence: Evidence
) -> tuple[datetime, datetime] | str:
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


def _excess(verdict: Verdict) -> float:
    limit = verdict.limit.value if verdict.limit is not None else None
    return (verdict.value or 0.0) - (limit or 0.0)
