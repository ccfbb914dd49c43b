"""A life-safety device that reads beyond what its instrument can say: an alarm, whatever the limits are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bim_supervise.checkpoints.contract import Outcome, Severity, Subject, Verdict
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.devices import Device
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.windows import Window

OVER_RANGE = "DEV-01"
"""Id under which the engine itself raises it; no pack brings it and no project switches it off."""
_HOUR_MS = 3_600_000


def over_range(touched: Mapping[str, datetime | None], evidence: Snapshot, kinds: KindTable) -> list[Verdict]:
    """One verdict per hour [UTC] and kind of each touched life-safety device in which something was heard.

    An hour fails with the first minute that holds a value beyond the bounds of its kind, before it is over;
    it passes when it is over and held none. An hour of silence has no verdict.

    Args:
        touched: device ids, and since when (aware UTC) their readings have changed; None is from the first.
        evidence: the world.
        kinds: all kinds.
    """
    verdicts: list[Verdict] = []
    for device in evidence.all_devices():
        if device.life_safety and device.id in touched:
            for key in device.kinds:
                kind = kinds.get(key)
                if kind is not None and (kind.minimum is not None or kind.maximum is not None):
                    verdicts += _hours(device, kind, touched[device.id], evidence)
    return _worst_of_each_hour(verdicts)


def _hours(
    device: Device, kind: ObservationKind, since: datetime | None, evidence: Snapshot
) -> list[Verdict]:
    extent = evidence.extent(device.id, kind.key)
    if extent is None:
        return []
    start_ms = epoch_ms(extent[0] if since is None else max(extent[0], since))
    start_ms -= start_ms % _HOUR_MS
    by_hour: dict[int, list[Window]] = {}
    for window in evidence.windows(device.id, kind.key, from_epoch_ms(start_ms), evidence.as_of):
        if not window.is_empty:
            by_hour.setdefault(window.start_ms - window.start_ms % _HOUR_MS, []).append(window)
    now_ms = epoch_ms(evidence.as_of)
    made = []
    for hour_ms, windows in by_hour.items():
        beyond = next((one for one in windows if _beyond(one, kind) is not None), None)
        if beyond is not None:
            made.append(_verdict(device, kind, hour_ms, beyond))
        elif hour_ms + _HOUR_MS <= now_ms:
            made.append(_verdict(device, kind, hour_ms, None))
    return made


def _beyond(window: Window, kind: ObservationKind) -> float | None:
    """The value [kind's unit] of a window that its instrument cannot say, or None."""
    high, low = window.maximum * kind.resolution, window.minimum * kind.resolution
    if kind.maximum is not None and high > kind.maximum + kind.resolution / 2:
        return high
    return low if kind.minimum is not None and low < kind.minimum - kind.resolution / 2 else None


def _verdict(device: Device, kind: ObservationKind, hour_ms: int, beyond: Window | None) -> Verdict:
    end_ms = hour_ms + _HOUR_MS if beyond is None else beyond.end_ms
    value = None if beyond is None else _beyond(beyond, kind)
    return Verdict(
        rule=OVER_RANGE,
        outcome=Outcome.PASS if beyond is None else Outcome.FAIL,
        reason="range_kept" if beyond is None else "over_range",
        subject=Subject(device=device.id),
        params={
            "device": device.id,
            "value": value,
            "unit": kind.unit,
            "lowest": kind.minimum,
            "highest": kind.maximum,
        },
        value=value,
        unit=kind.unit,
        window_start=from_epoch_ms(hour_ms),
        window_end=from_epoch_ms(end_ms),
        window_over=from_epoch_ms(hour_ms + _HOUR_MS),
        since=from_epoch_ms(end_ms),
        evidence=(f"window:{device.id}|{kind.key}|{hour_ms}|{end_ms}",),
        evidence_values=() if beyond is None else (beyond.minimum, beyond.maximum),
        severity=Severity.LIFE_SAFETY,
    )


def _worst_of_each_hour(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Of the kinds of a device the one that failed first speaks for the hour."""
    chosen: dict[tuple[str, datetime | None], Verdict] = {}
    for verdict in verdicts:
        key = (verdict.subject.key, verdict.window_start)
        known = chosen.get(key)
        if known is None or _rank(verdict) < _rank(known):
            chosen[key] = verdict
    return list(chosen.values())


def _rank(verdict: Verdict) -> tuple[bool, str]:
    return verdict.outcome is not Outcome.FAIL, verdict.window_end.isoformat() if verdict.window_end else ""
