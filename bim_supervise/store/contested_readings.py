"""Readings of one series and time that do not say the same: which counts, inside one batch and across."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from bim_supervise.events.readings import DISTRUSTED, UNAUTHENTICATED, Readings
from bim_supervise.store.cells import Columns, Ints
from bim_supervise.store.statements import Statement

Values = tuple[int, int, int]
"""Steps, interval [ms] and flags of a reading."""


def one_each(readings: Readings, numbers: Ints) -> tuple[Columns, dict[int, list[Values]]]:
    """Sort a batch by series and time and leave one reading of each.

    Args:
        readings: the batch as it came.
        numbers: the number of each of its series, shape (len(readings.series),).

    Returns:
        The readings that count within the batch, and, by their position, the others under the same series
        and time (copies that say the same are merged and do not appear).
    """
    series = numbers[readings.series_index]
    order = np.lexsort((readings.event_ms, series))
    batch = Columns(
        series=series[order],
        event_ms=readings.event_ms[order].astype(np.int64),
        steps=readings.steps[order].astype(np.int64),
        interval_ms=readings.interval_ms[order].astype(np.int64),
        flags=readings.flags[order].astype(np.int64),
    )
    if not (_same(batch.series) & _same(batch.event_ms)).any():
        return batch, {}
    return _thin_out(batch)


def _thin_out(batch: Columns) -> tuple[Columns, dict[int, list[Values]]]:
    alike = batch.take(np.lexsort((batch.interval_ms, batch.steps, batch.event_ms, batch.series)))
    copies = _same(alike.series) & _same(alike.event_ms) & _same(alike.steps) & _same(alike.interval_ms)
    starts = np.flatnonzero(~copies)
    anonymous = np.bitwise_and.reduceat(alike.flags, starts) & UNAUTHENTICATED
    distrusted = np.bitwise_or.reduceat(alike.flags, starts) & DISTRUSTED
    merged = alike.take(starts)
    ranked = np.lexsort(
        (-merged.interval_ms, -merged.steps, distrusted, anonymous, merged.event_ms, merged.series)
    )
    stated = Columns(
        series=merged.series[ranked],
        event_ms=merged.event_ms[ranked],
        steps=merged.steps[ranked],
        interval_ms=merged.interval_ms[ranked],
        flags=(anonymous | distrusted)[ranked],
    )
    loses = _same(stated.series) & _same(stated.event_ms)
    place = np.cumsum(~loses) - 1
    others: dict[int, list[Values]] = {}
    for index in np.flatnonzero(loses).tolist():
        others.setdefault(int(place[index]), []).append(stated.values(index))
    return stated.take(~loses), others


def _same(column: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each value equals the one before it."""
    return np.concatenate((np.zeros(min(1, len(column)), np.bool_), column[1:] == column[:-1]))


def stated_reading(steps: int, interval_ms: int, flags: int, *, source: str, received: datetime) -> Statement:
    """A reading as a statement; the larger value ranks first, see ``WorkReadings.add_readings``."""
    return Statement(
        content=(steps, interval_ms),
        order=(-steps, -interval_ms),
        authenticated=not flags & UNAUTHENTICATED,
        distrust=flags & DISTRUSTED,
        received=received,
        source=source,
    )


def reading_values(statement: Statement) -> dict[str, int]:
    """The columns of a reading that counts or contradicts."""
    steps, interval_ms = statement.content
    anonymous = 0 if statement.authenticated else UNAUTHENTICATED
    distrusted = DISTRUSTED if statement.distrust else 0
    return {"steps": steps, "interval_ms": interval_ms, "flags": anonymous | distrusted}
