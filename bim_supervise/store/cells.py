"""Raw readings in cells: all readings of one series and minute as one value, in columns and in bytes.

A row per reading would cost the database more than all the rest of the intake together, and PostgreSQL even
more than SQLite. A cell is exact and self-contained: a byte that names the layout, then one record per
reading in ascending order of time. The narrow layout holds what a busy instrument sends; whatever does not
fit it (long intervals, large values, messages that were years under way) takes the wide one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bim_supervise.events.readings import Readings

MINUTE_MS = 60_000

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Cell = tuple[int, int, bytes]
"""Series number, minute (UTC epoch ms / 60,000, floored) and the bytes of its readings."""

_NARROW = np.dtype(
    [
        ("offset", "<u2"),
        ("flags", "u1"),
        ("source", "u1"),
        ("steps", "<i4"),
        ("interval", "<u2"),
        ("delay", "<u4"),
    ]
)
_WIDE = np.dtype(
    [
        ("offset", "<u2"),
        ("flags", "u1"),
        ("source", "<u2"),
        ("steps", "<i8"),
        ("interval", "<i8"),
        ("received", "<i8"),
    ]
)
_LAYOUTS = {1: _NARROW, 2: _WIDE}
_KEY_MS = 1 << 43
"""More than the milliseconds between the earliest and the latest time that is plausible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Readings of a batch, all arrays of shape (n,): series numbers, UTC epoch ms, value steps, ms, bits."""

    series: Ints
    event_ms: Ints
    steps: Ints
    interval_ms: Ints
    flags: Ints

    def __len__(self) -> int:
        return len(self.event_ms)

    def values(self, place: int) -> tuple[int, int, int]:
        """Steps, interval [ms] and flags of one reading."""
        return int(self.steps[place]), int(self.interval_ms[place]), int(self.flags[place])

    def take(self, chosen: NDArray[Any]) -> Columns:
        """The chosen readings (indices or a mask)."""
        return Columns(
            series=self.series[chosen],
            event_ms=self.event_ms[chosen],
            steps=self.steps[chosen],
            interval_ms=self.interval_ms[chosen],
            flags=self.flags[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Stored readings, all arrays of shape (n,): ``Columns``, and when and by which door they came."""

    series: Ints
    event_ms: Ints
    steps: Ints
    interval_ms: Ints
    flags: Ints
    received_ms: Ints
    source: Ints

    def __len__(self) -> int:
        return len(self.event_ms)

    @property
    def minute(self) -> Ints:
        """The minute of each reading."""
        return self.event_ms // MINUTE_MS

    def take(self, chosen: NDArray[Any]) -> Kept:
        """The chosen readings (indices or a mask)."""
        return Kept(**{name: getattr(self, name)[chosen] for name in _NAMES})

    def readings(self, name: tuple[str, str]) -> Readings:
        """As readings of one series."""
        return Readings(
            series=(name,),
            series_index=np.zeros(len(self), np.int32),
            event_ms=self.event_ms,
            steps=self.steps,
            interval_ms=self.interval_ms,
            flags=self.flags.astype(np.uint8),
        )


_NAMES = tuple(field.name for field in fields(Kept))


def keep(batch: Columns, received_ms: int, source: int) -> Kept:
    """A batch as it is to be stored."""
    return Kept(
        series=batch.series,
        event_ms=batch.event_ms,
        steps=batch.steps,
        interval_ms=batch.interval_ms,
        flags=batch.flags,
        received_ms=np.full(len(batch), received_ms, np.int64),
        source=np.full(len(batch), source, np.int64),
    )


def keys_of(series: Ints, event_ms: Ints) -> Ints:
    """One ascending number per (series, event time)."""
    return series * _KEY_MS + event_ms


def merged(one: Kept, other: Kept) -> Kept:
    """Both, by series and time; they have no identity in common."""
    if not len(one):
        return other
    if not len(other):
        return one
    both = {name: np.concatenate((getattr(one, name), getattr(other, name))) for name in _NAMES}
    order = np.argsort(keys_of(both["series"], both["event_ms"]), kind="stable")
    return Kept(**{name: column[order] for name, column in both.items()})


def starts_of(*sorted_columns: Ints) -> Ints:
    """Where a stretch of equal values begins in columns that are sorted together."""
    length = len(sorted_columns[0])
    if not length:
        return np.empty(0, np.int64)
    breaks = np.zeros(length, np.bool_)
    breaks[0] = True
    for column in sorted_columns:
        breaks[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(breaks)


def to_cells(kept: Kept) -> list[Cell]:
    """Readings, sorted by series and time, as cells in the same order."""
    if not len(kept):
        return []
    minute = kept.minute
    starts = starts_of(kept.series, minute)
    ends = np.append(starts[1:], len(kept))
    delay = kept.received_ms - minute * MINUTE_MS
    fits = (
        (np.abs(kept.steps) < 1 << 31)
        & (kept.interval_ms < 1 << 16)
        & (kept.source < 1 << 8)
        & (delay >= 0)
        & (delay < 1 << 32)
    )
    narrow = np.logical_and.reduceat(fits, starts)
    data: list[bytes] = [b""] * len(starts)
    for layout, chosen in ((1, narrow), (2, ~narrow)):
        if not chosen.any():
            continue
        lengths = (ends - starts)[chosen]
        rows = np.repeat(chosen, ends - starts)
        records = np.empty(int(lengths.sum()), _LAYOUTS[layout])
        records["offset"] = (kept.event_ms - minute * MINUTE_MS)[rows]
        records["flags"] = kept.flags[rows]
        records["source"] = kept.source[rows]
        records["steps"] = kept.steps[rows]
        records["interval"] = kept.interval_ms[rows]
        if layout == 1:
            records["delay"] = delay[rows]
        else:
            records["received"] = kept.received_ms[rows]
        size, head = records.dtype.itemsize, bytes([layout])
        packed = records.tobytes()
        bounds = np.concatenate(([0], np.cumsum(lengths))) * size
        cuts = bounds.tolist()
        for place, begin, end in zip(np.flatnonzero(chosen).tolist(), cuts[:-1], cuts[1:], strict=True):
            data[place] = head + packed[begin:end]
    return list(zip(kept.series[starts].tolist(), minute[starts].tolist(), data, strict=True))


def from_cells(cells: Iterable[Cell]) -> Kept:
    """The readings of cells, sorted by series and time, whatever the order of the cells."""
    listed = list(cells)
    parts = []
    for layout, dtype in _LAYOUTS.items():
        chosen = [cell for cell in listed if cell[2][0] == layout]
        if not chosen:
            continue
        records = np.frombuffer(b"".join([cell[2][1:] for cell in chosen]), dtype)
        counts = np.array([(len(cell[2]) - 1) // dtype.itemsize for cell in chosen])
        base = np.repeat(np.array([cell[1] for cell in chosen], np.int64) * MINUTE_MS, counts)
        received = records["received"] if layout == 2 else records["delay"] + base
        parts.append(
            Kept(
                series=np.repeat(np.array([cell[0] for cell in chosen], np.int64), counts),
                event_ms=records["offset"] + base,
                steps=records["steps"].astype(np.int64),
                interval_ms=records["interval"].astype(np.int64),
                flags=records["flags"].astype(np.int64),
                received_ms=received.astype(np.int64),
                source=records["source"].astype(np.int64),
            )
        )
    if not parts:
        return nothing_kept()
    if len(parts) == 2:
        return merged(*parts)
    (only,) = parts
    order = keys_of(only.series, only.event_ms)
    return only if bool((order[1:] > order[:-1]).all()) else only.take(np.argsort(order, kind="stable"))


def last_of(cell: Cell) -> Cell:
    """The cell with its last reading alone."""
    size = _LAYOUTS[cell[2][0]].itemsize
    return cell[0], cell[1], cell[2][:1] + cell[2][-size:]


def nothing_kept() -> Kept:
    """No readings."""
    return Kept(**{name: np.empty(0, np.int64) for name in _NAMES})


def joined(parts: Sequence[Kept]) -> Kept:
    """All parts, by series and time."""
    whole = nothing_kept()
    for part in parts:
        whole = merged(whole, part)
    return whole
