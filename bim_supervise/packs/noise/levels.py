"""Judging the levels of boundary meters window by window; shared by all noise rules."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Severity, Subject, Verdict
from bim_supervise.checkpoints.limits import duration, in_force, satisfies
from bim_supervise.core.clock import from_epoch_ms
from bim_supervise.events.devices import Device
from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.windows import Window, merge

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """How a noise rule reads a window.

    ``level`` gives the value [dB(A)] of a window in which something speaks. ``floor`` gives, of that value
    and the share 0..1 of the window that was measured, the least level that the whole window can have had.
    ``conclusive`` tells whether a value within the limit shows that the limit was kept, or only that this
    kind of reading is too coarse to show a breach.
    """

    kind: ObservationKind
    level: Callable[[Window, ObservationKind], float | None]
    floor: Callable[[float, float], float]
    conclusive: bool = True


def energy_floor(level: float, share: float) -> float:
    """Equivalent level [dB] of a window whose unmeasured part was silent: ``L + 10 lg(share)``."""
    return level + 10 * math.log10(share)


def same_floor(level: float, share: float) -> float:
    """A maximum holds whatever the unmeasured part was."""
    return level


def maximum(window: Window, kind: ObservationKind) -> float | None:
    """Highest value [kind's unit] of a window."""
    return None if window.is_empty else round(window.maximum * kind.resolution, 9)


class DueWindow(NamedTuple):
    """A window to be judged, from and to UTC epoch ms, and the limit in force when it begins."""

    start_ms: int
    end_ms: int
    limit: Limit


def due_windows(limits: Sequence[Limit], start_ms: int, end_ms: int, zone: ZoneInfo) -> list[DueWindow]:
    """The windows in a span [UTC epoch ms] for which a limit is in force: by length, then ascending.

    Windows are aligned to the site's clock. The one that ``start_ms`` falls into is among them, none that
    ends after ``end_ms`` is.
    """
    found = []
    for text in sorted({limit.window for limit in limits if limit.window is not None}):
        rows = [limit for limit in limits if limit.window == text]
        length = duration(text) // _MS
        for first_ms in aligned_starts(start_ms, end_ms, length, zone):
            limit = in_force(rows, from_epoch_ms(first_ms), zone)
            if limit is not None:
                found.append(DueWindow(first_ms, first_ms + length, limit))
    return found


def judge_series(
    rule: str,
    device: Device,
    statistic: Statistic,
    evidence: Evidence,
    asked: Sequence[DueWindow],
    severity: Severity,
) -> list[Verdict]:
    """One verdict per window that is asked about.

    A window without any reading is undetermined: a silent meter proves nothing.

    Args:
        rule: rule id.
        device: the meter.
        statistic: how to read a window.
        evidence: readings and moment.
        asked: the windows with their limits.
        severity: of the verdicts.
    """
    if not asked:
        return []
    first, last = min(one.start_ms for one in asked), max(one.end_ms for one in asked)
    windows = evidence.windows(device.id, statistic.kind.key, from_epoch_ms(first), from_epoch_ms(last))
    starts = [window.start_ms for window in windows]
    verdicts = []
    for start_ms, end_ms, limit in asked:
        left, right = bisect_left(starts, start_ms), bisect_left(starts, end_ms)
        merged = merge(windows[left:right]) if right > left else None
        bounds = (start_ms, end_ms)
        verdicts.append(_judge(rule, device, statistic, merged, bounds, limit, evidence.zone, severity))
    return verdicts


def aligned_starts(start_ms: int, end_ms: int, length_ms: int, zone: ZoneInfo) -> Iterator[int]:
    """Starts of the windows that hold or follow ``start_ms`` and end by ``end_ms`` (UTC epoch ms).

    Windows begin at full multiples of their length after local midnight, for lengths that divide an hour's
    multiple; after a clock change they are aligned anew.
    """
    position = start_ms
    while True:
        offset = from_epoch_ms(position).astimezone(zone).utcoffset() or timedelta(0)
        position -= (position + offset // _MS) % length_ms
        if position + length_ms > end_ms:
            return
        yield position
        position += length_ms


def _judge(
    rule: str,
    device: Device,
    statistic: Statistic,
    window: Window | None,
    bounds: tuple[int, int],
    limit: Limit,
    zone: ZoneInfo,
    severity: Severity,
) -> Verdict:
    value = None if window is None else statistic.level(window, statistic.kind)
    share = 0.0 if window is None else min(window.covered_ms / (bounds[1] - bounds[0]), 1.0)
    first, last = from_epoch_ms(bounds[0]), from_epoch_ms(bounds[1])
    outcome, reason = _reason(device, statistic, window, value, share, limit, first, zone)
    params: dict[str, Any] = {"device": device.id, "share": 100 * share, "limit": limit.value}
    if value is not None:
        params["level"] = value
    return Verdict(
        rule=rule,
        outcome=outcome,
        reason=reason,
        subject=Subject(device=device.id),
        params=params,
        value=value,
        unit=statistic.kind.unit,
        limit=limit,
        window_start=first,
        window_end=last,
        completeness=share,
        since=last,
        evidence=() if window is None else (window_reference(device.id, statistic.kind.key, *bounds),),
        # As text: an energy sum may be larger than canonical JSON allows an integer to be.
        evidence_values=()
        if window is None
        else (str(window.energy_sum), window.maximum, window.covered_ms, window.distrusted),
        severity=severity,
    )


def _reason(
    device: Device,
    statistic: Statistic,
    window: Window | None,
    value: float | None,
    share: float,
    limit: Limit,
    start: datetime,
    zone: ZoneInfo,
) -> tuple[Outcome, str]:
    if limit.value is None:
        return Outcome.UNDETERMINED, "limit_not_set"
    if window is None or value is None or share == 0:
        return Outcome.UNDETERMINED, "no_data"
    needed = limit.min_completeness or 0.0
    if not satisfies(value, limit):
        # Distrust and gaps never hide a failing value; but a few loud minutes are not yet a loud window.
        if share >= needed:
            return Outcome.FAIL, "level_exceeded"
        if not satisfies(statistic.floor(value, share), limit):
            return Outcome.FAIL, "level_exceeded_despite_gaps"
        return Outcome.UNDETERMINED, "coverage_low"
    if not statistic.conclusive:
        return Outcome.UNDETERMINED, "statistic_too_coarse"
    if share < needed:
        return Outcome.UNDETERMINED, "coverage_low"
    if window.distrusted:
        return Outcome.UNDETERMINED, "distrusted"
    if device.calibrated_until is None:
        return Outcome.UNDETERMINED, "calibration_unknown"
    if device.calibrated_until < start.astimezone(zone).date():
        return Outcome.UNDETERMINED, "calibration_expired"
    return Outcome.PASS, "level_kept"


def window_reference(device: str, kind: str, start_ms: int, end_ms: int) -> str:
    """How a verdict names the readings it was given for."""
    return f"window:{device}|{kind}|{start_ms}|{end_ms}"


def no_data(rule: str, subject: Subject, reason: str, params: Mapping[str, Any] | None = None) -> Verdict:
    """An undetermined verdict that is about no window."""
    return Verdict(
        rule=rule, outcome=Outcome.UNDETERMINED, reason=reason, subject=subject, params=dict(params or {})
    )
