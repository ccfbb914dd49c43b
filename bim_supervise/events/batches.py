"""Several batches as one, so that what came in together is stored together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from bim_supervise.events.observations import Batch
from bim_supervise.events.readings import Readings, no_readings


def joined(batches: Sequence[Batch]) -> Batch:
    """All batches as one, in their order."""
    if len(batches) == 1:
        return batches[0]
    return Batch(
        facts=tuple(fact for batch in batches for fact in batch.facts),
        readings=joined_readings([batch.readings for batch in batches if len(batch.readings)]),
        rejected=tuple(item for batch in batches for item in batch.rejected),
        read=sum(batch.read for batch in batches),
    )


def named(readings: Readings, name: Callable[[str], str]) -> Readings:
    """The readings with each device under the name that ``name`` gives it."""
    if all(name(device) == device for device, _ in readings.series):
        return readings
    series = tuple((name(device), kind) for device, kind in readings.series)
    return joined_readings([replace(readings, series=series)])


def joined_readings(parts: Sequence[Readings]) -> Readings:
    """Readings of several batches in one set of columns; a series of several batches is named once."""
    if not parts:
        return no_readings()
    numbers: dict[tuple[str, str], int] = {}
    places = [
        np.array([numbers.setdefault(key, len(numbers)) for key in part.series], np.int32)[part.series_index]
        for part in parts
    ]
    return Readings(
        series=tuple(numbers),
        series_index=np.concatenate(places),
        event_ms=np.concatenate([part.event_ms for part in parts]),
        steps=np.concatenate([part.steps for part in parts]),
        interval_ms=np.concatenate([part.interval_ms for part in parts]),
        flags=np.concatenate([part.flags for part in parts]),
    )
