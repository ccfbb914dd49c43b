"""Minute windows: exact integer partials that merge in any order.

A reading of value ``v`` speaks for ``interval_s`` seconds from its event time, but no further than the
next reading of the same series and no further than the end of its minute's share (the rest is carried
by the following minutes). All sums are integers: values in steps of the kind's resolution, time in
milliseconds, sound energy in fixed point.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A mergeable aggregate (时段统计) of one device and kind; the minute or longer.

    ``start_ms``/``end_ms`` bound it (UTC epoch milliseconds); ``count`` readings; ``covered_ms`` time
    spoken for; ``weighted_sum`` = sum of value steps x ms; ``energy_sum`` = fixed-point sum of
    10^(0.1 L) x ms for energetic kinds; ``minimum``/``maximum`` in steps; ``distrusted`` readings whose
    quality is not good or whose sender is unknown.
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
