"""Derived figures of a pack: numbers about a period that it works out and shows, never limits or verdicts."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from bim_supervise.checkpoints.conditions.finding import window_reference
from bim_supervise.checkpoints.contract import Evidence, Outcome, Subject
from bim_supervise.core.clock import epoch_ms, to_utc
from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.windows import Window, mean, merge

_HOUR_MS = 3_600_000


class JudgedSpan(Protocol):
    """A window that a rule has judged; ``outcome`` is a value of ``Outcome``."""

    @property
    def subject(self) -> str:
        """Key of the subject."""

    @property
    def device(self) -> str | None:
        """The device that was judged, if one was."""

    @property
    def outcome(self) -> str:
        """What the rule said."""

    @property
    def value(self) -> float | None:
        """The value [unit of the rule]."""

    @property
    def start(self) -> datetime:
        """Begin of the window, aware."""

    @property
    def end(self) -> datetime:
        """End of the window, aware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a derived figure is worked out of: the evidence, and what the rules it reads have judged.

    ``start`` and ``end`` are aware UTC; ``judged`` holds the windows by rule, by subject and start.
    """

    start: datetime
    end: datetime
    evidence: Evidence
    judged: Mapping[str, Sequence[JudgedSpan]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodValue:
    """One figure about one subject; ``value`` None means undetermined, and ``reason`` says why.

    ``share`` 0..1 is how much of the period it was worked out from. ``evidence`` are references as verdicts
    give them.
    """

    subject: Subject
    value: float | None
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)
    share: float | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFigure:
    """A derived figure that a pack declares.

    ``key`` is permanent and in the form of a rule id; ``title`` and ``note`` map ``en`` and ``zh`` to a text,
    the note says what the number is and what it is not. ``work`` is a pure function of a ``Period``;
    ``rules`` are those whose judged windows it reads.
    """

    key: str
    title: Mapping[str, str]
    unit: str
    work: Callable[[Period], Iterable[PeriodValue]]
    note: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A row of a pack's section: ``of`` is one of its rules or derived figures.

    ``title`` (``en``, ``zh``) replaces the title of the rule or figure there.
    """

    of: str
    title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoursBeyond:
    """Hours [h] of the period in windows that failed ``rule``, per subject; overlapping windows count once.

    Where no window could be judged the figure is undetermined; what could not be judged is said, because it
    may hold further hours.
    """

    rule: str

    def __call__(self, period: Period) -> list[PeriodValue]:
        """One value per subject that was judged."""
        found = []
        for subject, spans in _by_subject(period.judged.get(self.rule, ())).items():
            known = [one for one in spans if one.outcome != Outcome.UNDETERMINED]
            failed = _union_ms(one for one in spans if one.outcome == Outcome.FAIL)
            found.append(_of_windows(subject, spans, known, failed / _HOUR_MS))
        return found


@dataclass(frozen=True, slots=True)
class SumOfValues:
    """Sum of the values of the windows that ``rule`` has judged, per subject: minutes, counts."""

    rule: str

    def __call__(self, period: Period) -> list[PeriodValue]:
        """One value per subject that was judged."""
        found = []
        for subject, spans in _by_subject(period.judged.get(self.rule, ())).items():
            values = [one.value for one in spans if one.value is not None]
            known = [one for one in spans if one.value is not None]
            found.append(_of_windows(subject, spans, known, math.fsum(values)))
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """Devices of one purpose against those of another, over the minutes in which both spoke trustworthily.

    The figure is the ratio of the means; of levels [dB(A)], whose ratio means nothing, it is the difference
    of the energy means [dB]. Several devices of the other purpose: the one that has most minutes in common.
    """

    kind: ObservationKind
    purpose: str
    other: str

    def __call__(self, period: Period) -> list[PeriodValue]:
        """One value per device of ``purpose``; undetermined where nothing stands beside it."""
        evidence = period.evidence
        others = {
            one.id: self._minutes(period, one.id) for one in evidence.devices(self.kind.key, self.other)
        }
        return [
            self._compare(period, device.id, self._minutes(period, device.id), others)
            for device in evidence.devices(self.kind.key, self.purpose)
        ]

    def _minutes(self, period: Period, device: str) -> dict[int, Window]:
        windows = period.evidence.windows(device, self.kind.key, period.start, period.end)
        return {one.start_ms: one for one in windows if not one.is_empty and not one.distrusted}

    def _compare(
        self,
        period: Period,
        device: str,
        own: Mapping[int, Window],
        others: Mapping[str, Mapping[int, Window]],
    ) -> PeriodValue:
        subject = Subject(device=device)
        common = {name: own.keys() & minutes.keys() for name, minutes in others.items()}
        beside = max(common, key=lambda name: (len(common[name]), name), default=None)
        if beside is None or not common[beside]:
            return PeriodValue(subject=subject, value=None, reason="period_not_compared", share=0.0)
        both = sorted(common[beside])
        here = mean(merge([own[minute] for minute in both]), self.kind)
        there = mean(merge([others[beside][minute] for minute in both]), self.kind)
        length_ms = epoch_ms(period.end) - epoch_ms(period.start)
        share = min(1.0, 60_000 * len(both) / length_ms) if length_ms > 0 else 0.0
        params = {
            "own": here, "other": there, "unit": self.kind.unit, "beside": beside, "share": 100 * share,
        }  # fmt: skip
        span = (both[0], both[-1] + 60_000)
        references = tuple(window_reference(name, self.kind.key, *span) for name in (device, beside))
        if here is None or there is None or (not self.kind.energetic and not there):
            return PeriodValue(subject=subject, value=None, reason="period_not_compared", share=share)
        return PeriodValue(
            subject=subject,
            value=here - there if self.kind.energetic else here / there,
            reason="period_compared",
            params=params,
            share=share,
            evidence=references,
        )


@dataclass(frozen=True, slots=True)
class MeanWithin:
    """Mean of each device of ``purpose`` over hours of the site's day; of a level its energy mean, e.g. LAeq.

    ``begin`` and ``end`` are site wall time; with ``end`` before ``begin`` the hours reach over midnight.
    Minutes that are distrusted are left out and lower the share.
    """

    kind: ObservationKind
    purpose: str
    begin: time
    end: time

    def __call__(self, period: Period) -> list[PeriodValue]:
        """One value per device; undetermined where nothing trustworthy was measured in these hours."""
        spans = self._spans(period)
        asked_ms = sum(end - start for start, end in spans)
        devices = period.evidence.devices(self.kind.key, self.purpose)
        return [self._of(period, device.id, spans, asked_ms) for device in devices]

    def _of(
        self, period: Period, device: str, spans: Sequence[tuple[int, int]], asked_ms: int
    ) -> PeriodValue:
        windows = period.evidence.windows(device, self.kind.key, period.start, period.end)
        starts = [one.start_ms for one in windows]
        within = [
            one
            for start, end in spans
            for one in windows[bisect_left(starts, start) : bisect_left(starts, end)]
            if not one.is_empty and not one.distrusted
        ]
        value = mean(merge(within), self.kind) if within else None
        share = sum(one.covered_ms for one in within) / asked_ms if asked_ms else None
        return PeriodValue(
            subject=Subject(device=device),
            value=value,
            reason="period_not_measured" if value is None else "period_measured",
            params={"from": f"{self.begin:%H:%M}", "to": f"{self.end:%H:%M}"},
            share=share,
            evidence=(window_reference(device, self.kind.key, within[0].start_ms, within[-1].end_ms),)
            if within
            else (),
        )

    def _spans(self, period: Period) -> list[tuple[int, int]]:
        """The hours of each site day as far as the period reaches [ms since the epoch], ascending."""
        zone = period.evidence.zone
        first, last = period.start.astimezone(zone).date(), period.end.astimezone(zone).date()
        low, high = epoch_ms(period.start), epoch_ms(period.end)
        found = []
        for number in range(-1, (last - first).days + 1):
            day = first + timedelta(days=number)
            until = day if self.begin < self.end else day + timedelta(days=1)
            start = epoch_ms(to_utc(datetime.combine(day, self.begin), zone))
            end = epoch_ms(to_utc(datetime.combine(until, self.end), zone))
            if max(start, low) < min(end, high):
                found.append((max(start, low), min(end, high)))
        return found


def _by_subject(spans: Iterable[JudgedSpan]) -> dict[str, list[JudgedSpan]]:
    found: dict[str, list[JudgedSpan]] = {}
    for one in spans:
        found.setdefault(one.subject, []).append(one)
    return found


def _of_windows(
    key: str, spans: Sequence[JudgedSpan], known: Sequence[JudgedSpan], value: float
) -> PeriodValue:
    device = spans[0].device
    subject = Subject(**dict(part.split("=", 1) for part in key.split(";"))) if "=" in key else Subject()
    params = {"windows": len(spans), "undetermined": len(spans) - len(known)}
    if not known:
        return PeriodValue(
            subject=subject, value=None, reason="period_undetermined", params=params, share=0.0
        )
    return PeriodValue(
        subject=subject if device is None else Subject(task=subject.task, device=device),
        value=round(value, 9),
        reason="period_worked" if len(known) == len(spans) else "period_worked_partly",
        params=params,
        share=len(known) / len(spans),
    )


def _union_ms(spans: Iterable[JudgedSpan]) -> int:
    total, reached = 0, None
    for start, end in sorted((epoch_ms(one.start), epoch_ms(one.end)) for one in spans):
        begin = start if reached is None else max(start, reached)
        total += max(0, end - begin)
        reached = end if reached is None else max(reached, end)
    return total
