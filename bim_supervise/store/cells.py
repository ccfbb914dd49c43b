"""Raw readings in cells: all readings of one series and minute as one value, in columns and in bytes.

A row per reading would cost the database more than all the rest of the intake together, and PostgreSQL even
more than SQLite. A cell is exact and self-contained: a head that begins with a byte for the layout, then one
record per reading in ascending order of time. What a busy instrument sends comes together and by one door,
and the head says so once; the narrow layout is for what came at several times, and whatever does not fit that
(long intervals, large values, messages that were years under way) takes the wide one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

_TAG = np.dtype([("layout", "u1")])
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
_HEAD = np.dtype(
    [
        ("layout", "u1"),
        ("flags", "u1"),
        ("source", "u1"),
        ("interval", "<u2"),
        ("delay", "<u4"),
        ("first", "<i4"),
    ]
)
_TOGETHER = np.dtype([("offset", "<u2"), ("beyond", "<i2")])
_LAYOUTS = {1: (_TAG, _NARROW), 2: (_TAG, _WIDE), 3: (_HEAD, _TOGETHER)}
"""By the first byte: what the head of a cell says of all its readings, and what is said of each."""
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


def to_cells(kept: Kept, wanted: Mask | None = None) -> list[Cell]:
    """Readings, sorted by series and time, as cells in the same order: all, or the wanted ones of these."""
    if not len(kept):
        return []
    minute = kept.minute
    starts = starts_of(kept.series, minute)
    lengths = np.append(starts[1:], len(kept)) - starts
    start_ms = minute * MINUTE_MS
    first = np.repeat(kept.steps[starts], lengths)
    said = {
        "offset": kept.event_ms - start_ms,
        "flags": kept.flags,
        "source": kept.source,
        "steps": kept.steps,
        "interval": kept.interval_ms,
        "delay": kept.received_ms - start_ms,
        "received": kept.received_ms,
        "first": first,
        "beyond": kept.steps - first,
    }
    layouts = _layouts(said, starts)
    said["layout"] = np.repeat(layouts, lengths)
    if wanted is not None:
        layouts[~wanted] = 0
    data: list[bytes] = [b""] * len(starts)
    for layout, (head, each) in _LAYOUTS.items():
        chosen = layouts == layout
        if not chosen.any():
            continue
        heads = _packed(head, said, starts[chosen])
        records = _packed(each, said, np.repeat(chosen, lengths))
        ends = (np.cumsum(lengths[chosen]) * each.itemsize).tolist()
        begin, size = 0, head.itemsize
        for number, (place, end) in enumerate(zip(np.flatnonzero(chosen).tolist(), ends, strict=True)):
            data[place] = heads[number * size : (number + 1) * size] + records[begin:end]
            begin = end
    cells = zip(kept.series[starts].tolist(), minute[starts].tolist(), data, strict=True)
    return [cell for cell in cells if cell[2]]


def _layouts(said: Mapping[str, Ints], starts: Ints) -> Ints:
    """The layout of each cell: the first that holds all its readings."""
    fits = (
        (np.abs(said["steps"]) < 1 << 31)
        & (said["interval"] < 1 << 16)
        & (said["source"] < 1 << 8)
        & (said["delay"] >= 0)
        & (said["delay"] < 1 << 32)
    )
    alike = np.abs(said["beyond"]) < 1 << 15
    for name in ("flags", "source", "interval", "received"):
        alike[1:] &= said[name][1:] == said[name][:-1]
    alike[starts] = True
    layouts = np.where(np.logical_and.reduceat(fits & alike, starts), 3, 1)
    layouts[~np.logical_and.reduceat(fits, starts)] = 2
    return layouts


def _packed(layout: np.dtype[np.void], said: Mapping[str, Ints], rows: NDArray[Any]) -> bytes:
    names = layout.names or ()
    records = np.empty(len(said[names[0]][rows]), layout)
    for name in names:
        records[name] = said[name][rows]
    return records.tobytes()


def from_cells(cells: Iterable[Cell]) -> Kept:
    """The readings of cells, sorted by series and time, whatever the order of the cells."""
    listed = list(cells)
    parts = []
    for layout, (head, each) in _LAYOUTS.items():
        chosen = [cell for cell in listed if cell[2][0] == layout]
        if not chosen:
            continue
        size = head.itemsize
        counts = np.array([(len(cell[2]) - size) // each.itemsize for cell in chosen])
        heads = np.frombuffer(b"".join([cell[2][:size] for cell in chosen]), head)
        records = np.frombuffer(b"".join([cell[2][size:] for cell in chosen]), each)

        def column(name: str) -> Ints:
            told = records[name] if name in (each.names or ()) else np.repeat(heads[name], counts)  # noqa: B023
            return told.astype(np.int64)

        start_ms = np.repeat(np.array([cell[1] for cell in chosen], np.int64) * MINUTE_MS, counts)
        parts.append(
            Kept(
                series=np.repeat(np.array([cell[0] for cell in chosen], np.int64), counts),
                event_ms=column("offset") + start_ms,
                steps=column("first") + column("beyond") if each is _TOGETHER else column("steps"),
                interval_ms=column("interval"),
                flags=column("flags"),
                received_ms=column("received") if each is _WIDE else column("delay") + start_ms,
                source=column("source"),
            )
        )
    return joined(parts)


def last_of(cell: Cell) -> Cell:
    """The cell with its last reading alone."""
    head, each = (layout.itemsize for layout in _LAYOUTS[cell[2][0]])
    return cell[0], cell[1], cell[2][:head] + cell[2][-each:]


def nothing_kept() -> Kept:
    """No readings."""
    return Kept(**{name: np.empty(0, np.int64) for name in _NAMES})


def joined(parts: Iterable[Kept]) -> Kept:
    """All parts, by series and time; no two have an identity in common."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return nothing_kept()
    whole = filled[0]
    if len(filled) > 1:
        whole = Kept(**{name: np.concatenate([getattr(part, name) for part in filled]) for name in _NAMES})
    keys = keys_of(whole.series, whole.event_ms)
    return whole if bool((keys[1:] > keys[:-1]).all()) else whole.take(np.argsort(keys, kind="stable"))
