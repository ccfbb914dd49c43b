"""How wrong a device's clock is, from when its readings were said to be made and when they came. Pure.

A message needs some time to arrive and never less than none, so the *smallest* delay of a while is the best
look at the clock: by what it is below zero, the clock is ahead; by what it is above the averaging interval,
the clock is behind, or everything was held back. Readings that were stored up and resent have long delays,
which the smallest one ignores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOUR_MS = 3_600_000
LEAST_READINGS = 5
LEAST_HOURS = 6
"""Hours with readings that a drift needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEstimate:
    """What the delays say: the clock is ``ahead_s`` (negative: behind) [s] and drifts by ``drift_s_per_day``.

    ``typical_delay_s`` is the median delay [s]; ``readings`` how many were looked at. A clock that is behind
    by less than the averaging interval cannot be told from one that is right: ``ahead_s`` is 0 then.
    """

    ahead_s: float
    drift_s_per_day: float | None
    typical_delay_s: float
    readings: int


def estimate_clock(
    event_ms: NDArray[np.int64], received_ms: NDArray[np.int64], interval_ms: NDArray[np.int64]
) -> ClockEstimate | None:
    """The clock of one device; None when there are too few readings to say.

    Args:
        event_ms: times the device gave, UTC epoch ms, shape (n,).
        received_ms: times of arrival, UTC epoch ms, shape (n,).
        interval_ms: how long each reading speaks for [ms], shape (n,).
    """
    if len(event_ms) < LEAST_READINGS:
        return None
    delay = received_ms - event_ms
    smallest = int(delay.min())
    held = int(interval_ms[int(delay.argmin())])
    ahead = -smallest if smallest < 0 else min(0, held - smallest)
    return ClockEstimate(
        ahead_s=ahead / 1000,
        drift_s_per_day=_drift(received_ms, delay),
        typical_delay_s=float(np.median(delay)) / 1000,
        readings=len(event_ms),
    )


def _drift(received_ms: NDArray[np.int64], delay: NDArray[np.int64]) -> float | None:
    """Change of the clock error [s a day]: the median slope between the smallest delays of the hours.

    The median of all slopes (Theil and Sen) does not mind an hour in which everything was late.
    """
    hours, place = np.unique(received_ms // HOUR_MS, return_inverse=True)
    if len(hours) < LEAST_HOURS:
        return None
    lowest = np.full(len(hours), np.iinfo(np.int64).max)
    np.minimum.at(lowest, place, delay)
    first, second = np.triu_indices(len(hours), 1)
    slopes = (lowest[second] - lowest[first]) / (hours[second] - hours[first])
    return -float(np.median(slopes)) / 1000 * 24
