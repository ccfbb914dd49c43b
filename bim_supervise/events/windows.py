"""Minute windows: exact integer partials that merge in any order.

A reading of value ``v`` speaks for its interval from its event time, but no further than the next
reading of the same series; its time is shared out over the minutes it reaches into. All sums are
integers: values in steps of the kind's resolution, time in milliseconds, sound energy in fixed point
(``events.partials`` gives scale and error bound).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.partials import (
    ENERGY_SCALE,
    MINUTE_MS,
    Affected,
    Integers,
    MinutePartials,
    affected_minutes,
    minute_partials,
)

__all__ = [
    "Affected",
    "Window",
    "affected_minutes",
    "coverage",
    "empty_window",
    "equivalent_level",
    "mean",
    "merge",
    "minute_windows",
]


class Window(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A mergeable aggregate (时段统计) of one device and kind; the minute or longer.

    ``start_ms``/``end_ms`` bound it (UTC epoch milliseconds); ``count`` readings; ``covered_ms`` time
    spoken for; ``weighted_sum`` = sum of value steps x ms; ``energy_sum`` = fixed-point sum of
    10^(0.1 L) x ms for energetic kinds; ``minimum``/``maximum`` in steps of the values that speak in it;
    ``first``/``last`` the values, and ``first_ms``/``last_ms`` the times, of the readings inside it (0 when
    ``count`` is 0); ``distrusted`` the covered time [ms] spoken for by readings whose quality is not good or
    whose sender is unknown.
    """

    device: str
    kind: str
    start_ms: int
    end_ms: int
    count: int
    covered_ms: int
    weighted_sum: int
    energy_sum: int
    minimum: int
    maximum: int
    first_ms: int
    first: int
    last_ms: int
    last: int
    distrusted: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing speaks in it: no reading, and no share of an earlier one."""
        return self.count == 0 and self.covered_ms == 0


def empty_window(device: str, kind: str, start_ms: int = 0, end_ms: int = 0) -> Window:
    """A window in which nothing speaks; without bounds it is the identity of ``merge``."""
    return Window(
        device=device,
        kind=kind,
        start_ms=start_ms,
        end_ms=end_ms,
        count=0,
        covered_ms=0,
        weighted_sum=0,
        energy_sum=0,
        minimum=0,
        maximum=0,
        first_ms=0,
        first=0,
        last_ms=0,
        last=0,
    )


def minute_windows(
    device: str,
    kind: str,
    event_ms: Integers,
    steps: Integers,
    interval_ms: Integers,
    flags: NDArray[np.uint8],
    kind_spec: ObservationKind,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> list[Window]:
    """The minute windows of readings of one series, ascending, whatever the order of the readings.

    To recompute a range of minutes, give the readings that lie in it and the last one before it, which may
    still speak into it. A minute of the range that does not come back has lost its window: a late reading
    has cut short the one that spoke there.

    Args:
        device: device id.
        kind: key of the kind.
        event_ms: event times, UTC epoch milliseconds, shape (n,).
        steps: values in steps of the kind's resolution, shape (n,).
        interval_ms: how long each speaks for [ms], shape (n,).
        flags: bits of ``events.readings``, shape (n,).
        kind_spec: the kind.
        start_ms: return only windows that start here or later.
        end_ms: return only windows that start before this.
    """
    partials = minute_partials(event_ms, steps, interval_ms, flags, kind_spec)
    first, last = 0, len(partials)
    if start_ms is not None:
        first = int(np.searchsorted(partials.start_ms, start_ms, "left"))
    if end_ms is not None:
        last = int(np.searchsorted(partials.start_ms, end_ms, "left"))
    return _as_windows(device, kind, partials, slice(first, last))


def _as_windows(device: str, kind: str, partials: MinutePartials, part: slice) -> list[Window]:
    columns = (
        partials.start_ms,
        partials.count,
        partials.covered_ms,
        partials.weighted_sum,
        partials.energy_sum,
        partials.minimum,
        partials.maximum,
        partials.first_ms,
        partials.first,
        partials.last_ms,
        partials.last,
        partials.distrusted,
    )
    return [
        Window(
            device=device,
            kind=kind,
            start_ms=start,
            end_ms=start + MINUTE_MS,
            count=count,
            covered_ms=covered,
            weighted_sum=weighted,
            energy_sum=energy,
            minimum=minimum,
            maximum=maximum,
            first_ms=first_ms,
            first=first,
            last_ms=last_ms,
            last=last,
            distrusted=distrusted,
        )
        for (
            start,
            count,
            covered,
            weighted,
            energy,
            minimum,
            maximum,
            first_ms,
            first,
            last_ms,
            last,
            distrusted,
        ) in zip(*(column[part].tolist() for column in columns), strict=True)
    ]


def merge(windows: Iterable[Window]) -> Window:
    """All windows in one: associative, commutative, and exact; its bounds enclose theirs.

    The windows are of one device and kind and share no time. A window without readings adds its bounds only;
    ``empty_window(device, kind)``, which has none, adds nothing.

    Raises:
        ValueError: for no window at all, or for windows of different series.
    """
    parts = list(windows)
    if not parts:
        raise ValueError("no windows to merge; use empty_window for a span without any")
    device, kind = parts[0].device, parts[0].kind
    if any(part.device != device or part.kind != kind for part in parts):
        raise ValueError("windows of different series do not merge")
    bounded = [part for part in parts if part.end_ms > part.start_ms]
    speaking = [part for part in parts if not part.is_empty]
    inside = [part for part in parts if part.count]
    first_ms, first = min(((part.first_ms, part.first) for part in inside), default=(0, 0))
    last_ms, last = max(((part.last_ms, part.last) for part in inside), default=(0, 0))
    return Window(
        device=device,
        kind=kind,
        start_ms=min((part.start_ms for part in bounded), default=0),
        end_ms=max((part.end_ms for part in bounded), default=0),
        count=sum(part.count for part in parts),
        covered_ms=sum(part.covered_ms for part in parts),
        weighted_sum=sum(part.weighted_sum for part in parts),
        energy_sum=sum(part.energy_sum for part in parts),
        minimum=min((part.minimum for part in speaking), default=0),
        maximum=max((part.maximum for part in speaking), default=0),
        first_ms=first_ms,
        first=first,
        last_ms=last_ms,
        last=last,
        distrusted=sum(part.distrusted for part in parts),
    )


def mean(window: Window, kind: ObservationKind) -> float | None:
    """Time-weighted mean [kind's unit]; None when no time is covered.

    Of an energetic kind it is the energy mean: the arithmetic mean of decibels means nothing.
    """
    if kind.energetic:
        return equivalent_level(window, kind)
    if window.covered_ms == 0:
        return None
    return float(Fraction(window.weighted_sum, window.covered_ms) * _resolution(kind))


def equivalent_level(window: Window, kind: ObservationKind) -> float | None:
    """Equivalent continuous level [dB of the kind], e.g. LAeq; None when no time is covered.

    ``10 lg((1/T) x sum of 10^(0.1 Li) x dti)`` over the covered time T (GB 12523). Since a mean cannot
    leave the range of its values, the rounding of the fixed point is cut off there: a site that is never
    above a limit is never found above it.

    Raises:
        ValueError: when the kind is not energetic.

    Example: 15 minutes at 68 dB(A) and 5 minutes at 76 dB(A) make 71.67 dB(A).
    """
    if not kind.energetic:
        raise ValueError(f"{kind.key} is not a level: it has no energy mean")
    if window.covered_ms == 0:
        return None
    size = _resolution(kind)
    low, high = float(window.minimum * size), float(window.maximum * size)
    if window.energy_sum <= 0:
        return low
    level = 10 * math.log10(window.energy_sum / (ENERGY_SCALE * window.covered_ms))
    return min(max(level, low), high)


def _resolution(kind: ObservationKind) -> Fraction:
    return Fraction(repr(kind.resolution))


def coverage(windows: Iterable[Window], start_ms: int, end_ms: int) -> float:
    """Share 0..1 of [start_ms, end_ms) that is spoken for by the windows lying in it.

    A window that reaches over a bound does not count: how much of it lies inside is not known.
    """
    if end_ms <= start_ms:
        raise ValueError("the span has no length")
    inside = (part for part in windows if start_ms <= part.start_ms and part.end_ms <= end_ms)
    return sum(part.covered_ms for part in inside) / (end_ms - start_ms)
