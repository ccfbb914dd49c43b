"""Readings of one series to minute partials, in columns: the hot path behind ``events.windows``.

Sound energy is kept as ``round(10^(0.1 L) x 10)`` per millisecond, half to even, worked out in decimal
arithmetic, so that it is the same on every machine. The level saturates at 130 dB, which keeps the sum of
a minute below 2^63. The error is at most 0.05 / 10^(0.1 L) of the energy: 0.000 002 2 dB at 50 dB,
0.000 22 dB at 30 dB, 0.022 dB at 10 dB.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bim_supervise.events.observations import ObservationKind

MINUTE_MS = 60_000
ENERGY_SCALE = 10
"""Fixed-point units of energy per millisecond at 0 dB."""
LOUDEST_DB = 130
"""Level [dB] at which the energy saturates."""

_EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_TABLE_SPAN = 50_000
_SERIES_KEY = 1 << 32

Integers = NDArray[np.int64]


class Affected(NamedTuple):
    """The minutes [start_ms, end_ms) that new readings can change, UTC epoch milliseconds."""

    start_ms: int
    end_ms: int


def affected_minutes(first_ms: int, last_ms: int, longest_interval_ms: int) -> Affected:
    """The minutes that new readings with event times in [first_ms, last_ms] can change.

    A reading speaks for up to its interval, and it cuts short what the reading before it says: so nothing
    changes before its own minute, and nothing later than the longest interval of the series after it.
    What must be known to recompute them are the readings in [start, end) and the last one before.

    Args:
        first_ms: event time (or its minute) of the earliest new reading, UTC epoch milliseconds.
        last_ms: event time of the latest new reading, or its minute.
        longest_interval_ms: the longest interval [ms] of any reading of the series, old or new.
    """
    end = last_ms - last_ms % MINUTE_MS + MINUTE_MS + longest_interval_ms
    return Affected(first_ms - first_ms % MINUTE_MS, end + -end % MINUTE_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutePartials:
    """Minute partials of one series; all arrays have shape (n,), minutes ascend. Fields as in ``Window``."""

    start_ms: Integers
    count: Integers
    covered_ms: Integers
    weighted_sum: Integers
    energy_sum: Integers
    minimum: Integers
    maximum: Integers
    first_ms: Integers
    first: Integers
    last_ms: Integers
    last: Integers
    distrusted: Integers

    def __len__(self) -> int:
        return len(self.start_ms)

    def take(self, chosen: NDArray[np.bool_]) -> MinutePartials:
        """Those of a mask."""
        return MinutePartials(**{name: getattr(self, name)[chosen] for name in self.__slots__})


def minute_partials(
    event_ms: Integers,
    steps: Integers,
    interval_ms: Integers,
    flags: NDArray[np.uint8],
    kind: ObservationKind,
) -> MinutePartials:
    """Minute partials of the readings of one series, whatever their order.

    Args:
        event_ms: event times, UTC epoch milliseconds, shape (n,).
        steps: values in steps of the kind's resolution, magnitude at most 1e12, shape (n,).
        interval_ms: how long each speaks for, at least 1 ms, shape (n,).
        flags: bits of ``events.readings``; anything but 0 is distrusted, shape (n,).
        kind: gives resolution and whether the level is energetic.

    Returns:
        Every minute in which some reading lies or speaks. Rows that are equal in every column count once;
        of two different values at one time (a conflict, which a store does not let through) both count,
        and the larger speaks.
    """
    times, values, intervals, marks = _sorted(event_ms, steps, interval_ms, flags)
    return series_partials(np.zeros(len(times), np.int64), times, values, intervals, marks, kind)[1]


def series_partials(
    series: Integers,
    times: Integers,
    values: Integers,
    intervals: Integers,
    marks: NDArray[np.uint8],
    kind: ObservationKind,
) -> tuple[Integers, MinutePartials]:
    """Minute partials of the readings of many series of one kind at once.

    Args:
        series: number of the series of each reading, ascending, shape (n,).
        times: event times, UTC epoch milliseconds, ascending within a series.
        values: steps, as for ``minute_partials``.
        intervals: milliseconds.
        marks: flags.
        kind: the kind of all of them.

    Returns:
        The series of each partial, and the partials, by series and minute.
    """
    if not len(times):
        return np.empty(0, np.int64), _no_partials()
    ends = times + np.maximum(intervals, 1)
    follows = series[1:] == series[:-1]
    ends[:-1] = np.where(follows, np.minimum(ends[:-1], times[1:]), ends[:-1])

    # One share per reading and minute it reaches into; the first share lies in the reading's own minute.
    own = times // MINUTE_MS
    shares = np.maximum((ends - 1) // MINUTE_MS - own, 0) + 1
    reading = np.repeat(np.arange(len(times)), shares)
    begins = np.concatenate(([0], np.cumsum(shares)[:-1]))
    minute = own[reading] + (np.arange(len(reading)) - begins[reading])
    share_from = np.maximum(times[reading], minute * MINUTE_MS)
    share_ms = np.minimum(ends[reading], (minute + 1) * MINUTE_MS) - share_from

    whose = series[reading]
    heads = np.flatnonzero(np.concatenate(([True], (minute[1:] != minute[:-1]) | (whose[1:] != whose[:-1]))))
    minutes, owners = minute[heads], whose[heads]
    spoken = values[reading]
    if kind.energetic:
        energy = np.add.reduceat(_energies(values, kind.resolution)[reading] * share_ms, heads)
    else:
        energy = np.zeros(len(heads), np.int64)
    inside_key, window_key = series * _SERIES_KEY + own, owners * _SERIES_KEY + minutes
    first = np.searchsorted(inside_key, window_key, "left")
    last = np.searchsorted(inside_key, window_key, "right") - 1
    count = last - first + 1
    inside = count > 0
    first, last = first[inside], last[inside]
    first_ms, first_value, last_ms, last_value = (np.zeros(len(heads), np.int64) for _ in range(4))
    first_ms[inside], first_value[inside] = times[first], values[first]
    last_ms[inside], last_value[inside] = times[last], values[last]
    return owners, MinutePartials(
        start_ms=minutes * MINUTE_MS,
        count=count,
        covered_ms=np.add.reduceat(share_ms, heads),
        weighted_sum=np.add.reduceat(spoken * share_ms, heads),
        energy_sum=energy,
        minimum=np.minimum.reduceat(spoken, heads),
        maximum=np.maximum.reduceat(spoken, heads),
        first_ms=first_ms,
        first=first_value,
        last_ms=last_ms,
        last=last_value,
        distrusted=np.add.reduceat(np.where(marks[reading] != 0, share_ms, 0), heads),
    )


def _sorted(
    event_ms: Integers, steps: Integers, interval_ms: Integers, flags: NDArray[np.uint8]
) -> tuple[Integers, Integers, Integers, NDArray[np.uint8]]:
    if len(event_ms) < 2 or bool((event_ms[1:] > event_ms[:-1]).all()):
        return event_ms, steps, interval_ms, flags
    order = np.lexsort((flags, interval_ms, steps, event_ms))
    times, values, intervals, marks = event_ms[order], steps[order], interval_ms[order], flags[order]
    same = (times[1:] == times[:-1]) & (values[1:] == values[:-1])
    same &= (intervals[1:] == intervals[:-1]) & (marks[1:] == marks[:-1])
    keep = np.concatenate(([True], ~same))
    return times[keep], values[keep], intervals[keep], marks[keep]


@lru_cache(maxsize=65_536)
def energy_of(step: int, resolution: float) -> int:
    """Fixed-point energy per millisecond of a level of ``step`` steps; correctly rounded."""
    level = min(Decimal(step) * Decimal(repr(resolution)), Decimal(LOUDEST_DB))
    if level < -100:
        return 0
    return int((_EXACT.power(Decimal(10), level / 10) * ENERGY_SCALE).to_integral_value(ROUND_HALF_EVEN))


def _energies(steps: Integers, resolution: float) -> Integers:
    low, high = int(steps.min()), int(steps.max())
    if high - low < min(_TABLE_SPAN, 4 * len(steps)):
        table = np.fromiter((energy_of(step, resolution) for step in range(low, high + 1)), np.int64)
        by_step: Integers = table[steps - low]
        return by_step
    distinct, where = np.unique(steps, return_inverse=True)
    table = np.fromiter((energy_of(int(step), resolution) for step in distinct), np.int64, len(distinct))
    energies: Integers = table[where]
    return energies


def _no_partials() -> MinutePartials:
    none = np.empty(0, np.int64)
    return MinutePartials(
        start_ms=none,
        count=none,
        covered_ms=none,
        weighted_sum=none,
        energy_sum=none,
        minimum=none,
        maximum=none,
        first_ms=none,
        first=none,
        last_ms=none,
        last=none,
        distrusted=none,
    )
