"""Statistics of minute windows over a span: the words that limits use, as pure functions.

Every statistic says what the measured part of a span is, and what the *whole* span can have been at least and
at most when the rest was not measured. That is how a gap is prevented from turning into a pass, and a failing
value from being hidden by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.windows import Window, equivalent_level, mean, merge

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Span:
    """The minute windows of one series in [start_ms, end_ms), and those before it that a baseline needs."""

    kind: ObservationKind
    start_ms: int
    end_ms: int
    windows: Sequence[Window]
    before: Sequence[Window] = ()

    @property
    def length_ms(self) -> int:
        """Length of the span [ms]."""
        return self.end_ms - self.start_ms

    def merged(self) -> Window | None:
        """All windows in one; None when nothing speaks in the span."""
        return merge(self.windows) if self.windows else None


Measure = Callable[[Span, Window], float | None]
"""The span and its windows merged -> the value of the measured part; None when it cannot be said."""
Bound = Callable[[float, float, Span], float]
"""Value, share 0..1 of the span that was measured, span -> a bound of the whole span's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One statistic. ``baseline``: it needs the last reading before the span, not only those inside."""

    name: str
    measure: Measure
    least: Bound
    most: Bound
    per: str = ""
    """What the unit is divided by: empty, or ``d``. A unit of its own is given in ``unit``."""
    unit: str | None = None
    baseline: bool = False

    def unit_of(self, kind: ObservationKind) -> str:
        """Unit of the value, from the kind's."""
        if self.unit is not None:
            return self.unit
        return f"{kind.unit}/{self.per}" if self.per else kind.unit


def _value(steps: int, kind: ObservationKind) -> float:
    return float(steps * Fraction(repr(kind.resolution)))


def _same(value: float, share: float, span: Span) -> float:
    return value


def _no_least(value: float, share: float, span: Span) -> float:
    return -math.inf


def _no_most(value: float, share: float, span: Span) -> float:
    return math.inf


def _mean_least(value: float, share: float, span: Span) -> float:
    if span.kind.energetic:
        return value + 10 * math.log10(share) if share > 0 else -math.inf
    low = span.kind.minimum
    return -math.inf if low is None and share < 1 else value * share + (1 - share) * (low or 0.0)


def _mean_most(value: float, share: float, span: Span) -> float:
    high = span.kind.maximum
    if share >= 1:
        return value
    if high is None:
        return math.inf
    if span.kind.energetic:
        return 10 * math.log10(share * 10 ** (value / 10) + (1 - share) * 10 ** (high / 10))
    return value * share + (1 - share) * high


def _kind_least(value: float, share: float, span: Span) -> float:
    if share >= 1:
        return value
    return -math.inf if span.kind.minimum is None else min(value, span.kind.minimum)


def _kind_most(value: float, share: float, span: Span) -> float:
    if share >= 1:
        return value
    return math.inf if span.kind.maximum is None else max(value, span.kind.maximum)


def _mean(span: Span, window: Window) -> float | None:
    return mean(window, span.kind)


def _level(span: Span, window: Window) -> float | None:
    return equivalent_level(window, span.kind)


def _maximum(span: Span, window: Window) -> float | None:
    return None if window.is_empty else _value(window.maximum, span.kind)


def _minimum(span: Span, window: Window) -> float | None:
    return None if window.is_empty else _value(window.minimum, span.kind)


def _range(span: Span, window: Window) -> float | None:
    return None if window.is_empty else _value(window.maximum - window.minimum, span.kind)


def _last(span: Span, window: Window) -> float | None:
    return _value(window.last, span.kind) if window.count else None


def _from_baseline(span: Span, window: Window) -> tuple[int, int] | None:
    """(steps, ms) from the last reading before the span, or the first inside it, to the last inside."""
    if not window.count:
        return None
    base = next((one for one in reversed(span.before) if one.count), None)
    at, steps = (window.first_ms, window.first) if base is None else (base.last_ms, base.last)
    return (window.last - steps, window.last_ms - at) if window.last_ms > at else None


def _change(span: Span, window: Window) -> float | None:
    found = _from_baseline(span, window)
    return None if found is None else _value(found[0], span.kind)


def _per_day(span: Span, window: Window) -> float | None:
    found = _from_baseline(span, window)
    if found is None:
        return None
    return float(found[0] * Fraction(repr(span.kind.resolution)) * DAY_MS / found[1])


def _negated(measure: Measure) -> Measure:
    def negated(span: Span, window: Window) -> float | None:
        value = measure(span, window)
        return None if value is None else -value

    return negated


def _absolute(measure: Measure) -> Measure:
    def absolute(span: Span, window: Window) -> float | None:
        value = measure(span, window)
        return None if value is None else abs(value)

    return absolute


def counter_increase(windows: Sequence[Window], before: Sequence[Window] = ()) -> int | None:
    """How far a counter ran [steps] over windows in order; None when there are no two readings.

    A counter that falls has been reset and starts again from zero: what it then shows has been added. What it
    ran between the last reading before a reset and the reset itself is unknown: the result is a lower bound.
    """
    base = next((one for one in reversed(before) if one.count), None)
    last = None if base is None else base.last
    total, steps = 0, 0
    for window in windows:
        if not window.count:
            continue
        if last is not None:
            total += window.first - last if window.first >= last else max(window.first, 0)
            steps += 1
        if window.last < window.first:  # reset within the minute
            total += max(window.maximum - window.first, 0) + max(window.last, 0)
        else:
            total += window.last - window.first
        steps += window.count - 1
        last = window.last
    return total if steps else None


def _increase(span: Span, window: Window) -> float | None:
    found = counter_increase(span.windows, span.before)
    return None if found is None else _value(found, span.kind)


def _hours_on(span: Span, window: Window) -> float | None:
    if window.covered_ms == 0:
        return None
    return float(Fraction(window.weighted_sum, HOUR_MS) * Fraction(repr(span.kind.resolution)))


def _hours_most(value: float, share: float, span: Span) -> float:
    return value + (1 - share) * span.length_ms / HOUR_MS


def _share_on(span: Span, window: Window) -> float | None:
    if window.covered_ms == 0:
        return None
    return 100 * float(
        Fraction(window.weighted_sum, window.covered_ms) * Fraction(repr(span.kind.resolution))
    )


def _share_least(value: float, share: float, span: Span) -> float:
    return value * share


def _share_most(value: float, share: float, span: Span) -> float:
    return value * share + 100 * (1 - share)


def _readings(span: Span, window: Window) -> float | None:
    return float(window.count)


def _coverage(span: Span, window: Window) -> float | None:
    return 100 * min(window.covered_ms / span.length_ms, 1.0)


_ALL = (
    Statistic(name="mean", measure=_mean, least=_mean_least, most=_mean_most),
    Statistic(name="LAeq", measure=_level, least=_mean_least, most=_mean_most),
    Statistic(name="max", measure=_maximum, least=_same, most=_kind_most),
    Statistic(name="min", measure=_minimum, least=_kind_least, most=_same),
    Statistic(name="range", measure=_range, least=_same, most=_no_most),
    Statistic(name="last", measure=_last, least=_no_least, most=_no_most),
    Statistic(name="change", measure=_change, least=_no_least, most=_no_most, baseline=True),
    Statistic(name="fall", measure=_negated(_change), least=_no_least, most=_no_most, baseline=True),
    Statistic(name="abs_change", measure=_absolute(_change), least=_no_least, most=_no_most, baseline=True),
    Statistic(name="rate", measure=_per_day, least=_no_least, most=_no_most, per="d", baseline=True),
    Statistic(
        name="fall_rate", measure=_negated(_per_day), least=_no_least, most=_no_most, per="d", baseline=True
    ),
    Statistic(
        name="abs_rate", measure=_absolute(_per_day), least=_no_least, most=_no_most, per="d", baseline=True
    ),
    Statistic(name="increase", measure=_increase, least=_same, most=_no_most, baseline=True),
    Statistic(name="hours_on", measure=_hours_on, least=_same, most=_hours_most, unit="h"),
    Statistic(name="share_on", measure=_share_on, least=_share_least, most=_share_most, unit="%"),
    Statistic(name="readings", measure=_readings, least=_same, most=_no_most, unit=""),
    Statistic(name="coverage", measure=_coverage, least=_same, most=_same, unit="%"),
)

STATISTICS: Mapping[str, Statistic] = {one.name: one for one in _ALL}
"""By name: mean (energy mean of levels), LAeq, max, min, range, last; change, fall, abs_change since the last
reading before the span and rate, fall_rate, abs_rate per day; increase of a counter with resets; hours_on and
share_on of a switch (time in state); readings (their number) and coverage (share of the span spoken for)."""
