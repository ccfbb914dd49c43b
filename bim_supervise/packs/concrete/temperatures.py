"""Temperatures of mass concrete against where it was placed and against the day before."""

from __future__ import annotations

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.checkpoints.limits import satisfies
from bim_supervise.events.windows import mean, merge
from bim_supervise.packs.concrete.kinds import CONCRETE_TEMPERATURE

_DAY_MS = 86_400_000


def rise(stretch: Stretch) -> Worked | None:
    """Highest rise [K] over the placing temperature, ``placing_degc`` of the device's zone or of itself."""
    windows = [window for window in stretch.inside if not window.is_empty]
    if not windows:
        return None
    placed = stretch.parameters.get("placing_degc") or {}
    base = placed.get(stretch.device.id, placed.get(stretch.device.zone))
    if not isinstance(base, int | float):
        return Worked(value=None, share=0.0, doubt="placing_unknown")
    rises = [
        (window.end_ms, round(window.maximum * CONCRETE_TEMPERATURE.resolution - base, 6))
        for window in windows
    ]
    beyond = (
        end_ms
        for end_ms, value in rises
        if stretch.limit.value is not None and not satisfies(value, stretch.limit)
    )
    covered = sum(window.covered_ms for window in windows)
    return Worked(
        value=max(value for _, value in rises),
        share=min(covered / stretch.length_ms, 1.0),
        since_ms=next(beyond, None),
        values=(base, covered),
    )


def cooling(stretch: Stretch) -> Worked | None:
    """Fall [K/d] of the mean of the window against the same window a day before; negative when it warms."""
    if not stretch.inside:
        return None
    before = [
        window
        for window in stretch.own
        if stretch.start_ms - _DAY_MS <= window.start_ms < stretch.end_ms - _DAY_MS
    ]
    now = merge(stretch.inside)
    value, then = mean(now, CONCRETE_TEMPERATURE), None
    if before:
        then = mean(merge(before), CONCRETE_TEMPERATURE)
    if value is None or then is None:
        return Worked(value=None, share=0.0, doubt="day_before_missing")
    covered = min(now.covered_ms, merge(before).covered_ms)
    return Worked(
        value=round(then - value, 6),
        share=min(covered / stretch.length_ms, 1.0),
        doubt="distrusted" if merge(before).distrusted else None,
        values=(now.weighted_sum, covered),
    )
