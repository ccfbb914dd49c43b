"""A value that a pack works out itself, window by window; and failing at once, before a window is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bim_supervise.checkpoints.conditions.finding import (
    Asked,
    Finding,
    judge,
    window_length,
    window_reference,
)
from bim_supervise.checkpoints.conditions.measured import Measured
from bim_supervise.checkpoints.contract import Limit, Outcome
from bim_supervise.checkpoints.limits import in_force
from bim_supervise.checkpoints.spans import MINUTE_MS, fixed_spans, sliding_spans
from bim_supervise.core.clock import from_epoch_ms
from bim_supervise.events.devices import Device
from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.windows import Window

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What a window was worked out to.

    Args:
        value: unrounded, in the limit's unit; None when it cannot be said.
        share: 0..1 of the needed evidence that was there.
        least: the smallest value that the whole window can have had; None is the value itself.
        most: the largest; None is the value itself.
        doubt: reason code that keeps a value within the limit from passing, or says why there is no value.
        reason: reason code in the place of the general one of a pass or fail.
        limit: the limit as it applies to this device, where it follows from several rows.
        params: further values for the sentence.
        since_ms: when it began to fail [UTC epoch ms], where that can be told.
        used: (device, kind, start ms, end ms) of readings beside the device's own.
        values: plain values behind the evidence.
    """

    value: float | None
    share: float = 1.0
    least: float | None = None
    most: float | None = None
    doubt: str | None = None
    reason: str | None = None
    limit: Limit | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    since_ms: int | None = None
    used: tuple[tuple[str, str, int, int], ...] = ()
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One window that a pack is asked to work out: [start_ms, end_ms) UTC epoch ms and what can be read."""

    asked: Asked
    start_ms: int
    end_ms: int
    limit: Limit
    own: Sequence[Window]
    """Minute windows of the watched kind, from ``looks_back`` before the start to the end."""

    @property
    def device(self) -> Device:
        """Whose readings."""
        return self.asked.device

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the project has set for the rule."""
        return self.asked.parameters

    @property
    def length_ms(self) -> int:
        """Length of the window [ms]."""
        return self.end_ms - self.start_ms

    @property
    def inside(self) -> list[Window]:
        """Minute windows of the watched kind in the window."""
        return [window for window in self.own if window.start_ms >= self.start_ms]

    def other(self, kind: str, device: str | None = None, *, before_ms: int = 0) -> Sequence[Window]:
        """Minute windows of another kind or device in the window, or from ``before_ms`` before it."""
        return self.asked.evidence.windows(
            device or self.device.id,
            kind,
            from_epoch_ms(self.start_ms - before_ms),
            from_epoch_ms(self.end_ms),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A value that the function ``work`` makes of each window, against a limit.

    ``limit_statistic`` is the text in the limit row. ``others`` are further kinds (and purposes) that the
    function reads, so that their readings cause a new judgement. ``at_once``: a window that is not over is
    judged by what is known of it, and said when it fails already: for values that can only get worse. The
    rest is as for ``Measured``.
    """

    kind: ObservationKind
    limit_statistic: str
    work: Callable[[Stretch], Worked | None]
    purpose: str | None = None
    every_minutes: int | None = None
    looks_back: timedelta = timedelta(0)
    calibrated: bool = True
    others: tuple[tuple[ObservationKind, str | None], ...] = ()
    clear_after: int | None = None
    at_once: bool = False

    @property
    def watched(self) -> Measured:
        """The plain statistic of the watched kind."""
        return Measured(kind=self.kind, purpose=self.purpose)

    def leaves(self) -> list[Measured]:
        """The watched kind, and the others that are read."""
        return [self.watched, *(Measured(kind=kind, purpose=purpose) for kind, purpose in self.others)]

    def judge(self, asked: Asked) -> list[Finding]:
        """One finding per closed window for which a limit is in force."""
        rows = [row for row in asked.limits if row.statistic == self.limit_statistic]
        zone, made = asked.evidence.zone, []
        for length in sorted({window_length(row) for row in rows}):
            same = [row for row in rows if window_length(row) == length]
            if self.every_minutes is None:
                spans = list(fixed_spans(asked.start_ms, asked.end_ms, length // _MS, zone))
            else:
                every_ms = self.every_minutes * MINUTE_MS
                spans = list(sliding_spans(asked.start_ms, asked.end_ms, length // _MS, every_ms, zone))
            if spans:
                made += self._judge_spans(asked, same, spans)
            if self.at_once:
                known_ms = asked.end_ms - asked.end_ms % MINUTE_MS
                ahead = asked.end_ms + 2 * (length // _MS)
                start_ms, over_ms = next(fixed_spans(asked.end_ms, ahead, length // _MS, zone))
                if start_ms < known_ms:
                    open_ = self._judge_spans(asked, same, [(start_ms, known_ms)])
                    made += [replace(one, over_ms=over_ms) for one in open_ if one.outcome is Outcome.FAIL]
        return made

    def _judge_spans(
        self, asked: Asked, rows: Sequence[Limit], spans: Sequence[tuple[int, int]]
    ) -> list[Finding]:
        back = self.looks_back // _MS
        windows = asked.evidence.windows(
            asked.device.id, self.kind.key, from_epoch_ms(spans[0][0] - back), from_epoch_ms(spans[-1][1])
        )
        made, left = [], 0
        for start_ms, end_ms in spans:
            at_ms = start_ms if self.every_minutes is None else end_ms - MINUTE_MS
            limit = in_force(rows, from_epoch_ms(at_ms), asked.evidence.zone, asked.phases.at(at_ms))
            if limit is None:
                continue
            while left < len(windows) and windows[left].start_ms < start_ms - back:
                left += 1
            right = left
            while right < len(windows) and windows[right].start_ms < end_ms:
                right += 1
            stretch = Stretch(
                asked=asked, start_ms=start_ms, end_ms=end_ms, limit=limit, own=windows[left:right]
            )
            made.append(self._finding(stretch, self.work(stretch)))
        return made

    def _finding(self, stretch: Stretch, worked: Worked | None) -> Finding:
        worked = worked or Worked(value=None, share=0.0, doubt="no_data")
        limit, device, value = worked.limit or stretch.limit, stretch.device, worked.value
        doubt = worked.doubt or self._doubt(stretch)
        outcome, reason = judge(
            value,
            value if worked.least is None else worked.least,
            value if worked.most is None else worked.most,
            worked.share,
            limit,
            doubt,
        )
        if value is None and limit.value is not None and worked.doubt:
            reason = worked.doubt
        if worked.reason and outcome is not Outcome.UNDETERMINED:
            reason = worked.reason
        kind, start, end = self.kind.key, stretch.start_ms, stretch.end_ms
        used: tuple[str, ...] = ()
        if stretch.own:
            used = (window_reference(device.id, kind, min(start, stretch.own[0].start_ms), end),)
        used += tuple(window_reference(*one) for one in worked.used)
        params: dict[str, Any] = {
            "device": device.id,
            "share": 100 * worked.share,
            "limit": limit.value,
            "unit": limit.unit,
            "value": value,
            **worked.params,
        }
        if self.clear_after is not None:
            params["clear_after"] = self.clear_after
        return Finding(
            start_ms=start,
            end_ms=end,
            outcome=outcome,
            reason=reason,
            value=value,
            unit=limit.unit,
            share=worked.share,
            limit=limit,
            params=params,
            evidence=used,
            evidence_values=(*worked.values, value) if used else (),
            since_ms=worked.since_ms if outcome is Outcome.FAIL else None,
        )

    def _doubt(self, stretch: Stretch) -> str | None:
        if any(window.distrusted for window in stretch.inside):
            return "distrusted"
        until = stretch.device.calibrated_until
        if self.calibrated and until is None:
            return "calibration_unknown"
        day = from_epoch_ms(stretch.start_ms).astimezone(stretch.asked.evidence.zone).date()
        return "calibration_expired" if self.calibrated and until is not None and until < day else None


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Fails as soon as a minute has broken the limit, before the window is over: for life safety.

    ``term`` is about an extreme (``max`` or ``min``), which no later reading can mend. A failing
    finding ends with the first minute that broke the limit, also when the window has closed since.
    """

    term: Measured

    @property
    def at_once(self) -> bool:
        """A new verdict may be due at every minute."""
        return True

    @property
    def watched(self) -> Measured:
        """What the term watches."""
        return self.term.watched

    def leaves(self) -> list[Measured]:
        """Those of the term."""
        return self.term.leaves()

    def judge(self, asked: Asked) -> list[Finding]:
        """The closed windows, and the open one where it fails already."""
        made = []
        for finding in self.term.judge(asked):
            minute = None
            if finding.outcome is Outcome.FAIL:
                minute = self._first(asked, finding.start_ms, finding.end_ms)
            made.append(finding if minute is None else replace(minute, over_ms=finding.end_ms))
        known_ms = asked.end_ms - asked.end_ms % MINUTE_MS
        name = self.term.limit_statistic or self.term.statistic
        for length in sorted({window_length(row) for row in asked.limits if row.statistic == name}):
            length_ms = length // _MS
            ahead = fixed_spans(asked.end_ms, asked.end_ms + 2 * length_ms, length_ms, asked.evidence.zone)
            start_ms, over_ms = next(ahead)
            minute = self._first(asked, start_ms, known_ms) if start_ms < known_ms else None
            if minute is not None:
                made.append(replace(minute, over_ms=over_ms))
        return made

    def _first(self, asked: Asked, start_ms: int, end_ms: int) -> Finding | None:
        rows = [replace(row, window="PT1M", min_completeness=0.0) for row in asked.limits]
        minutes = self.term.judge(replace(asked, limits=rows, start_ms=start_ms, end_ms=end_ms))
        for minute in minutes:
            if minute.outcome is Outcome.FAIL and minute.start_ms >= start_ms:
                limit = next(
                    row
                    for row in asked.limits
                    if minute.limit is not None
                    and replace(row, window="PT1M", min_completeness=0.0) == minute.limit
                )
                reference = window_reference(asked.device.id, self.term.kind.key, start_ms, minute.end_ms)
                return replace(minute, start_ms=start_ms, limit=limit, evidence=(reference,))
        return None


@dataclass(frozen=True, slots=True)
class FinestOf:
    """The first term whose kind the device reports: the statistic asked for, else a coarser one.

    The last term says which devices are watched.
    """

    terms: tuple[Measured | AtOnce, ...]

    @property
    def at_once(self) -> bool:
        """Whether one of its terms fails at once."""
        return any(isinstance(term, AtOnce) for term in self.terms)

    @property
    def watched(self) -> Measured:
        """What the last term watches."""
        return self.terms[-1].watched

    def leaves(self) -> list[Measured]:
        """What the last term watches: the others are about the same device."""
        return self.terms[-1].leaves()

    def judge(self, asked: Asked) -> list[Finding]:
        """The findings of that term."""
        return next(
            (term for term in self.terms if term.watched.kind.key in asked.device.kinds), self.terms[-1]
        ).judge(asked)
