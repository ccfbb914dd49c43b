"""Minute windows in columns to the level or mean of every period: what charts and histories read.

Verdicts are given from exact integers, window by window (``events.windows``); here whole histories are worked
out at once, in floating point, from the same minutes. The two agree to a few units of the last place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bim_supervise.core.clock import epoch_ms, from_epoch_ms, to_utc
from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.partials import ENERGY_SCALE, MINUTE_MS, Integers

_MS = timedelta(milliseconds=1)
_DAY_MS = 86_400_000
_QUARTER_MS = 15 * MINUTE_MS
_HALF = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteSums:
    """What a level or mean needs of the minutes of one series; all arrays have shape (n,), times ascend.

    ``sums`` is the energy of an energetic kind, else value steps x ms; the other fields are as in ``Window``.
    """

    start_ms: Integers
    count: Integers
    covered_ms: Integers
    sums: Integers
    minimum: Integers
    maximum: Integers

    def __len__(self) -> int:
        return len(self.start_ms)


def no_minutes() -> MinuteSums:
    """No minutes at all."""
    none = np.empty(0, np.int64)
    return MinuteSums(start_ms=none, count=none, covered_ms=none, sums=none, minimum=none, maximum=none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Periods of one series in which something was heard; all arrays have shape (n,), times ascend.

    ``start_ms`` and ``end_ms`` bound them [UTC epoch ms]; ``value`` is the energy mean of an energetic kind,
    else the time-weighted mean [kind's unit], NaN where no time is covered; ``covered`` the share of
    time spoken for.
    """

    start_ms: Integers
    end_ms: Integers
    value: NDArray[np.float64]
    covered: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.start_ms)


def in_periods(minutes: MinuteSums, length: int, zone: ZoneInfo, kind: ObservationKind) -> Periods:
    """Levels or means of periods that are aligned to the site's clock.

    Periods begin at local midnight and every ``length`` minutes after it, and have their full bounds even
    where nothing was measured. Over a daylight-saving change, periods up to an hour keep their length and a
    repeated hour has its own; longer ones keep their wall times, so that such a day has 23 or 25 hours.

    Args:
        minutes: minute windows of one series.
        length: of a period [min]; a divisor of a day.
        zone: the site's time zone.
        kind: gives resolution and whether the level is energetic.

    Raises:
        ValueError: when the length does not divide a day.
    """
    if length <= 0 or 1440 % length:
        raise ValueError(f"{length} minutes do not divide a day")
    spoken = (minutes.count > 0) | (minutes.covered_ms > 0)
    begins, ends = _bounds(minutes.start_ms, length, zone)
    # Where the clock is set back a long period may be met twice, with another between.
    order = np.lexsort((minutes.start_ms, begins)) if np.any(np.diff(begins) < 0) else np.arange(len(begins))
    chosen = order[spoken[order]]
    begins, ends = begins[chosen], ends[chosen]
    first = np.flatnonzero(np.append(True, begins[1:] != begins[:-1])) if len(begins) else chosen
    if not len(first):
        none = np.empty(0, np.int64)
        return Periods(start_ms=none, end_ms=none, value=np.empty(0), covered=np.empty(0))
    covered = np.add.reduceat(minutes.covered_ms[chosen], first)
    sums = minutes.sums[chosen]
    # Halves of the sums, each far below 2^63 for any period: together they are exact before they are rounded.
    high, low = np.add.reduceat(sums >> _HALF, first), np.add.reduceat(sums & (2**_HALF - 1), first)
    total = high * 2.0**_HALF + low
    size = kind.resolution
    least = np.minimum.reduceat(minutes.minimum[chosen], first) * size
    most = np.maximum.reduceat(minutes.maximum[chosen], first) * size
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind.energetic:
            value = np.where(total > 0, 10 * np.log10(total / (ENERGY_SCALE * covered)), least)
            value = np.clip(value, least, most)
        else:
            value = total / covered * size
    return Periods(
        start_ms=begins[first],
        end_ms=ends[first],
        value=np.where(covered > 0, value, np.nan),
        covered=covered / (ends[first] - begins[first]),
    )


def _bounds(start_ms: Integers, length: int, zone: ZoneInfo) -> tuple[Integers, Integers]:
    """Begin and end of the period that each minute lies in, UTC epoch milliseconds."""
    length_ms, offsets = length * MINUTE_MS, _offsets(start_ms, zone)
    into = (start_ms + offsets) % length_ms
    if length <= 60:
        return start_ms - into, start_ms - into + length_ms
    walls, place = np.unique(start_ms + offsets - into, return_inverse=True)
    edges = [_instant(wall, zone) for wall in walls.tolist()]
    ends = [_instant(wall + length_ms, zone) for wall in walls.tolist()]
    return np.array(edges, np.int64)[place], np.array(ends, np.int64)[place]


def _offsets(start_ms: Integers, zone: ZoneInfo) -> Integers:
    """The zone's distance from UTC [ms] at each time; clocks are set at full quarters of an hour."""
    days, of_day = np.unique(start_ms // _DAY_MS, return_inverse=True)
    begun = [_offset(day * _DAY_MS, zone) for day in days.tolist()]
    ended = [_offset((day + 1) * _DAY_MS, zone) for day in days.tolist()]
    offsets = np.array(begun, np.int64)[of_day]
    moving = (np.array(begun, np.int64) != np.array(ended, np.int64))[of_day]
    if moving.any():
        quarters, of_quarter = np.unique(start_ms[moving] // _QUARTER_MS, return_inverse=True)
        exact = [_offset(quarter * _QUARTER_MS, zone) for quarter in quarters.tolist()]
        offsets[moving] = np.array(exact, np.int64)[of_quarter]
    return offsets


def _offset(ms: int, zone: ZoneInfo) -> int:
    offset = from_epoch_ms(ms).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // _MS


def _instant(wall_ms: int, zone: ZoneInfo) -> int:
    wall: datetime = from_epoch_ms(wall_ms).replace(tzinfo=None)
    return epoch_ms(to_utc(wall, zone))
