"""Instruments and the series they report: a replaced one carries its series over. Pure.

A registered device is a *measuring point*. It is reported by the sender of the same id until an instrument is
put in its place; from then on what the new sender reports is its series, shifted by the offset that makes it
go on (a new benchmark, a new counter). What the former sender still says is no longer about the point: it is
kept under ``<id>/retired``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bim_supervise.events.batches import joined_readings
from bim_supervise.events.readings import Readings

RETIRED = "/retired"
"""What follows the id of an instrument that was replaced and still reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """From ``from_ms`` [UTC epoch ms] on, ``sender`` reports the series of ``device``.

    ``offsets`` [steps of the kind's resolution] by kind are added to what it reports.
    """

    device: str
    sender: str
    from_ms: int
    offsets: Mapping[str, int] = field(default_factory=dict)


def carried(readings: Readings, instruments: Sequence[Instrument]) -> Readings:
    """Readings under the devices that their senders report at the time of each reading.

    Args:
        readings: under the ids that the messages carry.
        instruments: of all devices, in any order.

    Returns:
        The same readings; those of senders that no instrument names are untouched.
    """
    spans = _spans(instruments)
    affected = [place for place, (device, _) in enumerate(readings.series) if device in spans]
    if not affected:
        return readings
    parts = [_taken(readings, ~np.isin(readings.series_index, affected))]
    for place in affected:
        sender, kind = readings.series[place]
        inside = readings.series_index == place
        for first, last, device, offsets in spans[sender]:
            chosen = inside & (readings.event_ms >= first) & (readings.event_ms < last)
            if chosen.any():
                part = _taken(readings, chosen)
                moved = np.zeros(len(part), np.int32)
                shifted = part.steps + offsets.get(kind, 0)
                parts.append(replace(part, series=((device, kind),), series_index=moved, steps=shifted))
    return joined_readings([part for part in parts if len(part)])


_ALWAYS, _NEVER = -(2**62), 2**62
Span = tuple[int, int, str, Mapping[str, int]]
"""[first, last) in UTC epoch ms, the device that the sender reports then, and the offsets."""


def _spans(instruments: Sequence[Instrument]) -> dict[str, list[Span]]:
    """By sender: which device it reports when."""
    by_device: dict[str, list[Instrument]] = {}
    for item in sorted(instruments, key=lambda item: item.from_ms):
        by_device.setdefault(item.device, []).append(item)
    spans: dict[str, list[Span]] = {}
    for device, changes in by_device.items():
        chain = [Instrument(device=device, sender=device, from_ms=_ALWAYS), *changes]
        for item, following in zip(chain, [*chain[1:], None], strict=True):
            until = following.from_ms if following is not None else _NEVER
            spans.setdefault(item.sender, []).append((item.from_ms, until, device, item.offsets))
    for sender, known in spans.items():
        known.sort(key=lambda span: span[0])
        # Once its own point is reported by another, what a sender goes on saying is about nothing we know.
        spans[sender] = known + _gaps(known, sender + RETIRED if sender in by_device else sender)
    return spans


def _gaps(known: Sequence[Span], name: str) -> list[Span]:
    gaps: list[Span] = []
    end = _ALWAYS
    for first, last, _, _ in known:
        if first > end:
            gaps.append((end, first, name, {}))
        end = max(end, last)
    if end < _NEVER:
        gaps.append((end, _NEVER, name, {}))
    return gaps


def _taken(readings: Readings, chosen: NDArray[np.bool_]) -> Readings:
    return Readings(
        series=readings.series,
        series_index=readings.series_index[chosen],
        event_ms=readings.event_ms[chosen],
        steps=readings.steps[chosen],
        interval_ms=readings.interval_ms[chosen],
        flags=readings.flags[chosen],
    )
