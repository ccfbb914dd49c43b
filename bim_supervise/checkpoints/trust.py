"""Whether readings deserve trust: stuck, spiking or drifting away from their neighbours.

Distrust keeps a value within a limit from passing, and so from releasing or proving anything; it never
touches a failing verdict, for a real jump looks like a spike too. What is doubted is worked out from the same
windows as the verdict, and from nothing after them, so that a replay doubts the same. Gaps, readings that are
impossible or that nobody vouches for, and calibration are doubted where the value is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bim_supervise.checkpoints.contract import Evidence, Outcome, Verdict
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import from_epoch_ms
from bim_supervise.events.devices import device_named
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.partials import MINUTE_MS
from bim_supervise.events.windows import Window

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FLAT_MS = 3 * HOUR_MS
"""An instrument that has to vary and says the same for longer than this [ms] is stuck; platform default."""
FLAT_READINGS = 10
"""Fewer equal readings than this show nothing, however long they lasted."""
DEVIATIONS = 6.0
"""What lies further from the median than so many median absolute deviations stands out; platform default."""
LEAST_MINUTES = 10
"""Of fewer minutes in the hour before no spread is known."""
LEAST_NEIGHBOURS = 2
"""One neighbour that says something else may be wrong itself."""
LEAST_COVERED = 0.75
"""Share of the day before that has to be measured before a mean is held against the neighbours'."""
_MOST_NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why readings are doubted: ``stuck``, ``spike`` or ``drifting``, and the values of its sentence."""

    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


def trusted(verdicts: Sequence[Verdict], evidence: Evidence, kinds: KindTable) -> list[Verdict]:
    """The verdicts, with those that pass on doubtful readings turned undetermined; others are untouched."""
    return [_trusted(verdict, evidence, kinds) for verdict in verdicts]


def doubt_of(
    device: str, kind: ObservationKind, start_ms: int, end_ms: int, evidence: Evidence
) -> Doubt | None:
    """Why the readings of a series in [start_ms, end_ms), UTC epoch ms, are doubted; None: they are not."""
    if kind.varies:
        found = _stuck(device, kind, start_ms, end_ms, evidence)
        if found is not None:
            return found
    if kind.plausible_gap is None:
        return None
    gap = kind.plausible_gap / kind.resolution
    return _spike(device, kind, gap, start_ms, end_ms, evidence) or _drift(
        device, kind, gap, end_ms, evidence
    )


def beside(device: str, evidence: Snapshot, kinds: KindTable) -> set[str]:
    """The devices whose readings decide whether those of ``device`` drift."""
    known = device_named(evidence.all_devices(), device)
    watched = [] if known is None else [kinds.get(key) for key in known.kinds]
    return {
        name
        for kind in watched
        if kind is not None and kind.plausible_gap is not None
        for name in evidence.neighbours(device, kind.key)[:_MOST_NEIGHBOURS]
    }


def _trusted(verdict: Verdict, evidence: Evidence, kinds: KindTable) -> Verdict:
    if verdict.outcome is not Outcome.PASS:
        return verdict
    for name in verdict.evidence:
        if not name.startswith("window:"):
            continue
        device, key, start, end = name.removeprefix("window:").rsplit("|", 3)
        kind = kinds.get(key)
        if kind is None:
            continue
        found = doubt_of(device, kind, int(start), int(end), evidence)
        if found is not None:
            return replace(
                verdict,
                outcome=Outcome.UNDETERMINED,
                reason=found.reason,
                params={**verdict.params, "device": device, "unit": kind.unit, **found.params},
            )
    return verdict


def _windows(evidence: Evidence, device: str, kind: str, start_ms: int, end_ms: int) -> Sequence[Window]:
    return evidence.windows(device, kind, from_epoch_ms(start_ms), from_epoch_ms(end_ms))


def _stuck(
    device: str, kind: ObservationKind, start_ms: int, end_ms: int, evidence: Evidence
) -> Doubt | None:
    inside = _windows(evidence, device, kind.key, start_ms, end_ms)
    # A stretch that is long enough and ends in a shorter span must have been there when the span began.
    if not inside or (end_ms - start_ms <= FLAT_MS and inside[0].minimum != inside[0].maximum):
        return None
    windows = _windows(evidence, device, kind.key, start_ms - FLAT_MS - MINUTE_MS, end_ms)
    first, value, readings = 0, None, 0
    for window in windows:
        if window.is_empty:
            continue
        if window.minimum != window.maximum or window.minimum != value:
            value = window.minimum if window.minimum == window.maximum else None
            first, readings = window.start_ms, 0
        readings += window.count
        if (
            value is not None
            and window.end_ms - first > FLAT_MS
            and readings >= FLAT_READINGS
            and window.end_ms > start_ms
        ):
            return Doubt("stuck", {"stuck_at": value * kind.resolution, "hours": FLAT_MS / HOUR_MS})
    return None


def _spike(
    device: str, kind: ObservationKind, gap: float, start_ms: int, end_ms: int, evidence: Evidence
) -> Doubt | None:
    windows = [
        one for one in _windows(evidence, device, kind.key, start_ms - HOUR_MS, end_ms) if one.covered_ms
    ]
    if not windows or max(one.maximum for one in windows) - min(one.minimum for one in windows) <= gap:
        return None
    starts = np.array([one.start_ms for one in windows])
    means = np.array([one.weighted_sum / one.covered_ms for one in windows])
    far = np.zeros(len(windows), np.bool_)
    for place, window in enumerate(windows):
        if window.start_ms < start_ms:
            continue
        before = means[int(np.searchsorted(starts, window.start_ms - HOUR_MS)) : place]
        if len(before) < LEAST_MINUTES:
            continue
        middle = float(np.median(before))
        most = max(DEVIATIONS * float(np.median(np.abs(before - middle))), gap)
        far[place] = max(window.maximum - middle, middle - window.minimum) > most
    for place in np.flatnonzero(far).tolist():
        alone_before = place == 0 or not far[place - 1]
        alone_after = place + 1 >= len(windows) or not far[place + 1]
        if alone_before and alone_after:
            peak = windows[place].maximum
            return Doubt("spike", {"spike": peak * kind.resolution})
    return None


def _drift(device: str, kind: ObservationKind, gap: float, end_ms: int, evidence: Evidence) -> Doubt | None:
    names = evidence.neighbours(device, kind.key)[:_MOST_NEIGHBOURS]
    if len(names) < LEAST_NEIGHBOURS:
        return None
    own = _day_mean(device, kind, end_ms, evidence)
    others = [_day_mean(name, kind, end_ms, evidence) for name in names]
    means = np.array([mean for mean in others if mean is not None])
    if own is None or len(means) < LEAST_NEIGHBOURS:
        return None
    middle = float(np.median(means))
    most = max(DEVIATIONS * float(np.median(np.abs(means - middle))), gap)
    if abs(own - middle) <= most:
        return None
    return Doubt("drifting", {"day_mean": own * kind.resolution, "neighbours_mean": middle * kind.resolution})


def _day_mean(device: str, kind: ObservationKind, end_ms: int, evidence: Evidence) -> float | None:
    """Mean of the 24 hours before, in steps; None when too little of them was measured."""
    windows = _windows(evidence, device, kind.key, end_ms - DAY_MS, end_ms)
    covered = sum(window.covered_ms for window in windows)
    if covered < LEAST_COVERED * DAY_MS:
        return None
    return sum(window.weighted_sum for window in windows) / covered
