"""Why the devices that report now are not trusted, by what they have said in the last hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.api.views import Missing
from bim_supervise.checkpoints.live import Live
from bim_supervise.checkpoints.trust import doubt_of
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.devices import Device
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.windows import Window
from bim_supervise.store.work import Work

LOOKED_AT_MS = 3_600_000
"""How far back [ms] the readings are looked at."""
GAP_SHARE = 0.75
"""A device of whose time less than this share is spoken for has gaps; platform default."""


def doubts_now(
    work: Work,
    devices: Sequence[Device],
    latest: Mapping[tuple[str, str], tuple[int, int, int]],
    moment: datetime,
    zone: ZoneInfo,
    kinds: KindTable,
) -> dict[str, list[Missing]]:
    """Reasons by device: ``gap``, ``stuck``, ``spike``, ``drifting``; only devices with one are named.

    Args:
        work: an open transaction.
        devices: the register, by id.
        latest: the newest reading of each series; what has fallen silent is not looked at.
        moment: now, aware UTC.
        zone: the site's time zone.
        kinds: all kinds.
    """
    evidence = Live(
        as_of=moment, zone=zone, devices=devices, load=work.windows, extent_of=work.extent, tasks=tuple
    )
    end_ms = epoch_ms(moment)
    begin_ms = end_ms - LOOKED_AT_MS
    found: dict[str, list[Missing]] = {}
    for device in devices:
        for key in device.kinds:
            kind = kinds.get(key)
            if kind is None or latest.get((device.id, key), (0, 0, 0))[0] < begin_ms:
                continue
            reasons = found.setdefault(device.id, [])
            share = _share(evidence.windows(device.id, key, from_epoch_ms(begin_ms), moment))
            if share < GAP_SHARE:
                reasons.append(Missing(code="gap", params={"share": round(100 * share)}))
            doubt = doubt_of(device.id, kind, begin_ms, end_ms, evidence)
            if doubt is not None:
                reasons.append(Missing(code=doubt.reason, params={"unit": kind.unit, **doubt.params}))
    return {name: reasons for name, reasons in found.items() if reasons}


def _share(windows: Sequence[Window]) -> float:
    """The share of the time between the first and the last window that is spoken for; 1 without any."""
    if not windows:
        return 1.0
    return sum(one.covered_ms for one in windows) / (windows[-1].end_ms - windows[0].start_ms)
