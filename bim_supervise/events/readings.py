"""Telemetry in flat columns: the hot path handles arrays, never an object per reading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DISTRUSTED = 1
"""Bit of ``flags``: quality is not good (future, out of range, flagged by the source)."""
UNAUTHENTICATED = 2
"""Bit of ``flags``: nobody vouches for the sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """``n`` readings of some series; all arrays have shape (n,).

    ``series`` lists the (device, kind) pairs that ``series_index`` points into. ``event_ms`` is UTC epoch
    milliseconds, ``steps`` the value in integer steps of its kind's resolution, ``interval_ms`` how long the
    value speaks for, ``flags`` the bits above.
    """

    series: tuple[tuple[str, str], ...]
    series_index: NDArray[np.int32]
    event_ms: NDArray[np.int64]
    steps: NDArray[np.int64]
    interval_ms: NDArray[np.int64]
    flags: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.event_ms)


def no_readings() -> Readings:
    """An empty set of readings."""
    return Readings(
        series=(),
        series_index=np.empty(0, np.int32),
        event_ms=np.empty(0, np.int64),
        steps=np.empty(0, np.int64),
        interval_ms=np.empty(0, np.int64),
        flags=np.empty(0, np.uint8),
    )
