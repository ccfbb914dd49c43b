"""A statistic of telemetry against a limit, alone or as a difference to a reference."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bim_supervise.checkpoints.conditions.finding import (
    Asked,
    Finding,
    judge,
    nearby,
    window_length,
    window_reference,
)
from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome
from bim_supervise.checkpoints.limits import in_force
from bim_supervise.checkpoints.spans import fixed_spans, sliding_spans
from bim_supervise.core.clock import from_epoch_ms
from bim_supervise.events.devices import Device
from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.statistics import STATISTICS, Span
from bim_supervise.events.windows import Window

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A second series that is subtracted: an increment over a station, a difference between two points.

    The device is sought by ``purpose``: in the zone of the watched device if one stands there, else anywhere
    on site. Of several, the one that makes the difference worst counts. ``kind`` None: the same kind.
    ``cap`` [kind's unit] is the highest value that is subtracted. ``absolute``: the sign does not matter.
    ``same_zone``: only a device in the zone of the watched one counts.
    """

    purpose: str
    kind: ObservationKind | None = None
    cap: float | None = None
    absolute: bool = False
    same_zone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A statistic of one kind at each watched device, against a limit.

    ``statistic`` is a key of ``events.statistics.STATISTICS``; ``limit_statistic`` the text in the limit row
    where that is another one (``LAFmax`` for ``max``). ``every_minutes`` makes the window slide by that step
    [min]; otherwise windows lie end to end. ``looks_back`` bounds the search for the reading before the span
    that changes and counters start from. ``finest_s``: a device whose readings speak for longer than this [s]
    cannot show that the limit was kept (a gust of 3 s is not in minute means), only that it was broken.
    ``margin`` [unit] and ``clear_after`` are hysteresis: an alarm clears only after so many windows in a row
    that keep the limit by the margin.
    """

    kind: ObservationKind
    statistic: str = "mean"
    purpose: str | None = None
    limit_statistic: str | None = None
    every_minutes: int | None = None
    reference: Reference | None = None
    looks_back: timedelta = timedelta(days=2)
    finest_s: float | None = None
    calibrated: bool = True
    """Whether a pass needs a valid calibration of the device."""
    margin: float = 0.0
    clear_after: int | None = None

    @property
    def watched(self) -> Measured:
        """Itself."""
        return self

    def leaves(self) -> list[Measured]:
        """Itself."""
        return [self]

    def judge(self, asked: Asked) -> list[Finding]:
        """One finding per span for which a limit is in force; a span without a reading is undetermined."""
        name = self.limit_statistic or self.statistic
        rows = [row for row in asked.limits if row.statistic == name]
        findings: list[Finding] = []
        for length in sorted({window_length(row) for row in rows}):
            same = [row for row in rows if window_length(row) == length]
            findings += self._judge_length(asked, same, length // _MS)
        return findings

    def _judge_length(self, asked: Asked, rows: Sequence[Limit], length_ms: int) -> list[Finding]:
        zone = asked.evidence.zone
        if self.every_minutes is None:
            spans = list(fixed_spans(asked.start_ms, asked.end_ms, length_ms, zone))
        else:
            every_ms = self.every_minutes * 60_000
            spans = list(sliding_spans(asked.start_ms, asked.end_ms, length_ms, every_ms, zone))
        chosen = []
        for start_ms, end_ms in spans:
            # The phase and the hour are those of the moment the window is judged for: its start where
            # windows lie end to end, its last minute where they slide.
            at_ms = start_ms if self.every_minutes is None else end_ms - 60_000
            limit = in_force(rows, from_epoch_ms(at_ms), zone, asked.phases.at(at_ms))
            if limit is not None:
                chosen.append((start_ms, end_ms, limit))
        if not chosen:
            return []
        first, last = min(one[0] for one in chosen), chosen[-1][1]
        series = _Series(asked.evidence, asked.device.id, self.kind, self._needs_baseline, self.looks_back)
        series.load(first, last)
        others = []
        if self.reference is not None:
            kind = self.reference.kind or self.kind
            for device in nearby(asked, kind, self.reference.purpose, itself=False):
                if self.reference.same_zone and device.zone != asked.device.zone:
                    continue
                other = _Series(asked.evidence, device.id, kind, self._needs_baseline, self.looks_back)
                other.load(first, last)
                others.append((device, other))
        return [
            self._judge_span(asked, series, others, start_ms, end_ms, limit)
            for start_ms, end_ms, limit in chosen
        ]

    @property
    def _needs_baseline(self) -> bool:
        return STATISTICS[self.statistic].baseline

    def _judge_span(
        self,
        asked: Asked,
        series: _Series,
        others: Sequence[tuple[Device, _Series]],
        start_ms: int,
        end_ms: int,
        limit: Limit,
    ) -> Finding:
        device, statistic = asked.device, STATISTICS[self.statistic]
        span = series.span(start_ms, end_ms)
        window = span.merged()
        value = None if window is None else statistic.measure(span, window)
        share = 0.0 if window is None else min(window.covered_ms / span.length_ms, 1.0)
        if self.statistic == "coverage":
            value = value or 0.0
        least = most = value
        if value is not None:
            least, most = statistic.least(value, share, span), statistic.most(value, share, span)
        doubt = self._doubt(device, window, start_ms, asked)
        params: dict[str, Any] = {
            "device": device.id,
            "share": 100 * share,
            "limit": limit.value,
            "unit": limit.unit,
        }
        evidence: tuple[str, ...] = ()
        values: tuple[Any, ...] = ()
        if window is not None:
            evidence = (window_reference(device.id, self.kind.key, start_ms, end_ms),)
            values = _plain(window)
        if self.reference is not None:
            found = self._against(asked, others, start_ms, end_ms, value, limit)
            if found is None:
                value = least = most = None
                doubt = "reference_missing"
            else:
                params |= {"measured": value, "reference": found.value, "station": found.device.id}
                evidence += (window_reference(found.device.id, found.kind.key, start_ms, end_ms),)
                values += _plain(found.window)
                doubt = doubt or found.doubt
                assert value is not None
                assert least is not None
                assert most is not None
                value, least, most = value - found.value, least - found.value, most - found.value
                if self.reference.absolute:
                    gap = abs(value)
                    least, most = (gap, gap) if share >= 1 else (0.0, float("inf"))
                    value = gap
        outcome, reason = judge(value, least, most, share, limit, doubt)
        params["value"] = value
        if outcome is Outcome.PASS and value is not None and self.margin:
            params["margin_kept"] = _keeps_margin(value, limit, self.margin)
        if self.clear_after is not None:
            params["clear_after"] = self.clear_after
        return Finding(
            start_ms=start_ms,
            end_ms=end_ms,
            outcome=outcome,
            reason=reason,
            value=value,
            unit=statistic.unit_of(self.kind),
            share=share,
            limit=limit,
            params=params,
            evidence=evidence,
            evidence_values=values,
        )

    def _doubt(self, device: Device, window: Window | None, start_ms: int, asked: Asked) -> str | None:
        """Why a value within the limit would prove nothing."""
        if self.statistic == "coverage":
            return None  # it says whether anything was heard, not what
        if self.finest_s is not None and device.expected_interval_s > self.finest_s:
            return "statistic_too_coarse"
        if window is not None and window.distrusted:
            return "distrusted"
        if self.calibrated and device.calibrated_until is None:
            return "calibration_unknown"
        day = from_epoch_ms(start_ms).astimezone(asked.evidence.zone).date()
        if self.calibrated and device.calibrated_until is not None and device.calibrated_until < day:
            return "calibration_expired"
        return None

    def _against(
        self,
        asked: Asked,
        others: Sequence[tuple[Device, _Series]],
        start_ms: int,
        end_ms: int,
        value: float | None,
        limit: Limit,
    ) -> _Station | None:
        """The reference that makes the difference worst; None when none of them was measured."""
        assert self.reference is not None
        if value is None:
            return None
        statistic, found = STATISTICS[self.statistic], []
        for device, series in others:
            span = series.span(start_ms, end_ms)
            window = span.merged()
            measured = None if window is None else statistic.measure(span, window)
            if window is None or measured is None:
                continue
            share = window.covered_ms / span.length_ms
            doubt = self._doubt(device, window, start_ms, asked)
            if share < (limit.min_completeness or 0.0):
                doubt = doubt or "coverage_low"
            capped = measured if self.reference.cap is None else min(measured, self.reference.cap)
            found.append(_Station(device, span.kind, window, capped, doubt))
        if not found:
            return None
        if self.reference.absolute:
            return max(found, key=lambda one: (abs(value - one.value), one.device.id))
        ceiling = limit.comparator in ("<=", "<")
        return min(found, key=lambda one: (one.value if ceiling else -one.value, one.device.id))


class _Series:
    """The minute windows of one series, loaded once and cut into spans."""

    def __init__(
        self, evidence: Evidence, device: str, kind: ObservationKind, baseline: bool, back: timedelta
    ) -> None:
        self._evidence, self._device, self._kind = evidence, device, kind
        self._back_ms = back // _MS if baseline else 0
        self._windows: Sequence[Window] = ()
        self._starts: list[int] = []

    def load(self, start_ms: int, end_ms: int) -> None:
        self._windows = self._evidence.windows(
            self._device, self._kind.key, from_epoch_ms(start_ms - self._back_ms), from_epoch_ms(end_ms)
        )
        self._starts = [window.start_ms for window in self._windows]

    def span(self, start_ms: int, end_ms: int) -> Span:
        left, right = bisect_left(self._starts, start_ms), bisect_left(self._starts, end_ms)
        before: Sequence[Window] = ()
        if self._back_ms:
            before = self._windows[bisect_left(self._starts, start_ms - self._back_ms) : left]
        return Span(self._kind, start_ms, end_ms, self._windows[left:right], before)


@dataclass(frozen=True, slots=True)
class _Station:
    device: Device
    kind: ObservationKind
    window: Window
    value: float
    doubt: str | None


def _keeps_margin(value: float, limit: Limit, margin: float) -> bool:
    assert limit.value is not None
    ceiling = limit.comparator in ("<=", "<")
    return value <= limit.value - margin if ceiling else value >= limit.value + margin


def _plain(window: Window) -> tuple[Any, ...]:
    # Sums as text: they may be larger than canonical JSON allows an integer to be. The day to which the
    # device is calibrated is none of it: whether it covered the window is in the outcome, and a renewal later
    # on must not question what was signed before.
    return (
        str(window.weighted_sum),
        str(window.energy_sum),
        window.minimum,
        window.maximum,
        window.first,
        window.last,
        window.covered_ms,
        window.distrusted,
    )
