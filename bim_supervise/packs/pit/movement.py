"""How far and how fast a point has moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.checkpoints.contract import Limit
from bim_supervise.checkpoints.limits import in_force, satisfies
from bim_supervise.core.clock import from_epoch_ms
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.partials import MINUTE_MS
from bim_supervise.packs.pit.kinds import KINDS

TIERS = (85, 70)
"""Percent of a warning value from which a verdict says so; platform default."""

_DAY_MS = 86_400_000
_LEAST_APART_MS = _DAY_MS // 2
_KINDS = KindTable().with_kinds(KINDS)


@dataclass(frozen=True, slots=True)
class Point:
    """How a device's readings become movement: ``sign x (reading - initial) + carried_over`` [mm]."""

    initial: float | None = None
    sign: float = 1.0
    carried_over: float = 0.0


@dataclass(frozen=True, slots=True)
class Moved:
    """One reading of a point: when its minute ended, its time and the movement [mm]."""

    end_ms: int
    at_ms: int
    value: float
    distrusted: bool


def cumulative(stretch: Stretch) -> Worked | None:
    """Largest movement [mm] since the initial reading, against the stricter of the two limits."""
    point = _point(stretch)
    if point.initial is None:
        return None
    found = [one for one in _moved(stretch, point) if one.end_ms > stretch.start_ms]
    if not found:
        return None
    limit, known = _stricter(stretch)
    return _worst(stretch, [(one, one.value) for one in found], limit, None if known else "depth_unknown")


def rate(stretch: Stretch) -> Worked | None:
    """Largest movement per day [mm/d]: each reading against the one a day before, or the nearest older."""
    readings = _moved(stretch, replace_initial(_point(stretch)))
    found = []
    for place, one in enumerate(readings):
        if one.end_ms <= stretch.start_ms:
            continue
        older = [other for other in readings[:place] if one.at_ms - other.at_ms >= _DAY_MS]
        base = older[-1] if older else readings[0]
        if one.at_ms - base.at_ms >= _LEAST_APART_MS:
            found.append((one, (one.value - base.value) * _DAY_MS / (one.at_ms - base.at_ms)))
    if not found:
        inside = any(one.end_ms > stretch.start_ms for one in readings)
        return Worked(value=None, share=0.0, doubt="rate_unknown") if inside else None
    return _worst(stretch, found, stretch.limit, None)


def replace_initial(point: Point) -> Point:
    """The point with any initial reading: of a difference it falls out."""
    return replace(point, initial=0.0) if point.initial is None else point


def _worst(stretch: Stretch, found: list[tuple[Moved, float]], limit: Limit, doubt: str | None) -> Worked:
    moved = max((size for _, size in found), key=abs)
    value = round(abs(moved), 6)
    beyond = [
        other
        for other, size in found
        if limit.value is not None and not satisfies(round(abs(size), 6), limit)
    ]
    reason = None
    if limit.value is not None and not beyond:
        reason = next((f"tier_{tier}" for tier in TIERS if value >= limit.value * tier / 100), None)
    elif len(beyond) == 1 and beyond[0] is found[-1][0] and _sudden(found, limit):
        reason = "jump_single"
    return Worked(
        value=value,
        limit=limit,
        doubt=doubt or ("distrusted" if any(other.distrusted for other, _ in found) else None),
        reason=reason,
        since_ms=beyond[0].end_ms if beyond else None,
        params={"moved": round(moved, 6)},
        values=tuple([other.at_ms, size] for other, size in found),
    )


def _sudden(found: list[tuple[Moved, float]], limit: Limit) -> bool:
    """Whether the last reading stands apart: nothing before it in the window, or something well within."""
    return len(found) == 1 or abs(found[-2][1]) < 0.9 * (limit.value or 0.0)


def _point(stretch: Stretch) -> Point:
    given: Mapping[str, Any] = (stretch.parameters.get("points") or {}).get(stretch.device.id) or {}
    initial = given.get("initial")
    if initial is None and stretch.own:
        initial = _first_reading(stretch, stretch.own[0].kind)
    return Point(
        initial=None if initial is None else float(initial),
        sign=float(given.get("sign", 1)),
        carried_over=float(given.get("carried_over", 0)),
    )


def _first_reading(stretch: Stretch, kind: str) -> float | None:
    evidence, device = stretch.asked.evidence, stretch.device.id
    extent = evidence.extent(device, kind)
    if extent is None:
        return None
    first = evidence.windows(device, kind, extent[0], extent[0] + timedelta(minutes=1))
    return next((window.first * _scale(kind) for window in first if window.count), None)


def _moved(stretch: Stretch, point: Point) -> list[Moved]:
    return [
        Moved(
            window.start_ms + MINUTE_MS,
            window.last_ms,
            point.sign * (window.last * _scale(window.kind) - (point.initial or 0.0)) + point.carried_over,
            bool(window.distrusted),
        )
        for window in stretch.own
        if window.count
    ]


def _scale(kind: str) -> float:
    """Millimetres per step of a kind."""
    spec = _KINDS[kind]
    return spec.resolution * (1000 if spec.unit == "m" else 1)


def _stricter(stretch: Stretch) -> tuple[Limit, bool]:
    """The stricter of the absolute value and the share of depth, and whether both are known."""
    limit, asked = stretch.limit, stretch.asked
    rows = [row for row in asked.limits if row.statistic == "share of depth"]
    share = in_force(rows, from_epoch_ms(stretch.start_ms), asked.evidence.zone)
    if share is None or share.value is None:
        return limit, True
    depth = stretch.parameters.get("depth_m")
    if not isinstance(depth, int | float) or depth <= 0:
        return limit, False
    of_depth = round(share.value / 100 * depth * 1000, 6)
    if limit.value is not None and of_depth < limit.value:
        return replace(limit, value=of_depth, note=f"{share.value:g} % of {depth:g} m"), True
    return limit, True
