"""Telemetry: readings, minute windows, and what changed so that windows are worked out again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select

from bim_supervise.core.canonical import digest_of
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.readings import Readings
from bim_supervise.events.windows import Window
from bim_supervise.store.bulk_cells import BulkCells, bulk_cells
from bim_supervise.store.bulk_windows import (
    put_partials,
    upsert_windows,
    windows_between,
)
from bim_supervise.store.cells import (
    MINUTE_MS,
    Cell,
    Columns,
    Ints,
    Kept,
    from_cells,
    joined,
    keep,
    keys_of,
    last_of,
    starts_of,
    to_cells,
)
from bim_supervise.store.contested_readings import Values, one_each, reading_values, stated_reading
from bim_supervise.store.records import AddedReadings, Touched
from bim_supervise.store.renewed_windows import Ranges, Renewed, renewed
from bim_supervise.store.statements import settle
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_evidence import (
    ConflictTable,
    MinuteWindowTable,
    SeriesTable,
    SourceTable,
)
from bim_supervise.store.work_base import WorkBase

RUN_GAP_MS = 3_600_000
"""Changes further apart than this are reported as two ranges [ms]."""
_RUN_GAP_MINUTES = RUN_GAP_MS // MINUTE_MS
_LAST_MINUTE = 2**31 - 1

_WINDOW = table_of(MinuteWindowTable)
_SERIES = table_of(SeriesTable)
_CONFLICT = table_of(ConflictTable)


class WorkReadings(WorkBase):
    """Series of readings and their minute windows."""

    _numbers: dict[tuple[str, str], int] | None = None
    """Numbers of series as this transaction has seen them."""

    def add_readings(
        self, readings: Readings, source: str, received: datetime, *, kinds: KindTable | None = None
    ) -> AddedReadings:
        """Store telemetry; what is known already is counted, what contradicts it is kept as a conflict.

        The identity of a reading is (device, kind, event time). Copies of the same value and interval are one
        reading: vouched for if one copy is, distrusted if one copy is. Of different ones, a vouched-for one
        counts before an anonymous one, a trusted one before a distrusted one, and then the *larger* value
        (most limits of a site are upper limits, and a conflict must not hide a failing value). The result
        never depends on the order of arrival or on how it is cut into batches.

        Args:
            readings: telemetry in columns; it may hold the same series and time more than once.
            source: the door it came through.
            received: machine time of arrival (aware UTC).
            kinds: with them, the windows of the touched minutes are worked out anew and stored too.
        """
        if not len(readings):
            return AddedReadings(stored=0, duplicates=0, conflicts=0, touched=[])
        used = [
            readings.series[place] for place in np.flatnonzero(np.bincount(readings.series_index)).tolist()
        ]
        numbers = self._series_numbers(used)
        batch, contested = one_each(
            readings, np.array([numbers.get(key, -1) for key in readings.series], np.int64)
        )
        names = {number: key for key, number in numbers.items()}
        bulk = bulk_cells(self._connection)
        around = _Around(bulk, batch)
        known, keys = around.known, keys_of(batch.series, batch.event_ms)
        at, hit = _common(keys_of(known.series, known.event_ms), keys)
        fresh = np.ones(len(batch), np.bool_)
        fresh[hit] = False
        reach_before = np.zeros(len(batch), np.int64)
        reach_before[hit] = batch.event_ms[hit] + known.interval_ms[at]
        same = (
            (known.steps[at] == batch.steps[hit])
            & (known.interval_ms[at] == batch.interval_ms[hit])
            & (known.flags[at] == batch.flags[hit])
        )
        for place in hit[~same].tolist():
            contested.setdefault(place, []).append(batch.values(place))
        number = self._source_number(source)
        whole = joined((known, keep(batch.take(fresh), epoch_ms(received), number)))
        changed, conflicts = self._contest(batch, contested, names, source, received, whole)
        changed |= fresh
        altered = batch.take(changed)
        bulk.put(_cells_with(whole, altered))
        stored = int(fresh.sum())
        touched = _touched(altered, reach_before[changed], whole)
        if kinds is not None and touched:
            self._renew_windows(bulk, around, whole, touched, names, kinds)
        return AddedReadings(
            stored=stored,
            duplicates=len(readings) - stored - conflicts,
            conflicts=conflicts,
            touched=[(*names[series], first, last) for series, first, last in touched],
        )

    def _renew_windows(
        self,
        bulk: BulkCells,
        around: _Around,
        whole: Kept,
        touched: Ranges,
        names: Mapping[int, tuple[str, str]],
        kinds: KindTable,
    ) -> None:
        """Windows of touched minutes from readings in memory, and from later ones that cut those short."""
        later = from_cells(bulk.within(around.beyond(touched)))
        made = renewed(joined((whole, later)), touched, lambda series: kinds[names[series][1]])
        self._put_windows(made, touched)

    def _put_windows(self, made: Sequence[Renewed], touched: Ranges) -> None:
        full = {(series, first): 0 for series, first, _ in touched}
        for part in made:
            for key, count in part.counts.items():
                full[key] += count
        for series, first, last in touched:
            if full[series, first] <= (last - first) // MINUTE_MS:
                # A minute loses its window when a late reading cuts short the one that spoke there.
                self._connection.execute(
                    delete(_WINDOW).where(_WINDOW.c.series == series, _WINDOW.c.start_ms.between(first, last))
                )
        for part in made:
            put_partials(self._connection, part.series, part.partials)

    def readings(
        self, device: str, kind: str, start_ms: int, end_ms: int, *, lead_in: bool = False
    ) -> Readings:
        """The readings of one series with start <= event time < end [UTC epoch ms], ascending.

        With ``lead_in`` the last reading before the start comes too: its value may speak for the first
        minutes of the range.
        """
        number = self._series_number(device, kind)
        if number is None or end_ms <= start_ms:
            return from_cells([]).readings((device, kind))
        bulk = bulk_cells(self._connection)
        run = [(number, start_ms // MINUTE_MS, (end_ms - 1) // MINUTE_MS)]
        found = from_cells(bulk.around(run) if lead_in else bulk.within(run))
        first = int(np.searchsorted(found.event_ms, start_ms, "left"))
        if lead_in and first:
            first -= 1
        last = int(np.searchsorted(found.event_ms, end_ms, "left"))
        return found.take(np.arange(first, last)).readings((device, kind))

    def reading_at(self, device: str, kind: str, event_ms: int) -> dict[str, int] | None:
        """Steps, interval [ms] and flags of the reading with this identity, or None."""
        found = self.readings(device, kind, event_ms, event_ms + 1)
        if not len(found):
            return None
        return {
            "steps": int(found.steps[0]),
            "interval_ms": int(found.interval_ms[0]),
            "flags": int(found.flags[0]),
        }

    def delays(
        self, device: str, kind: str, since_ms: int, sources: Sequence[str]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """When the readings of a series were made and came [UTC epoch ms], and their intervals [ms].

        Args:
            device: device id.
            kind: key of the kind.
            since_ms: event time [UTC epoch ms] from which on.
            sources: doors whose readings count.
        """
        number = self._series_number(device, kind)
        doors = [place for name, place in self._source_numbers().items() if name in sources]
        if number is None:
            empty = np.empty(0, np.int64)
            return empty, empty, empty
        cells = bulk_cells(self._connection).within([(number, since_ms // MINUTE_MS, _LAST_MINUTE)])
        found = from_cells(cells)
        live = found.take(np.isin(found.source, doors))
        return live.event_ms, live.received_ms, live.interval_ms

    def all_readings(self) -> Iterator[tuple[str, str, int, int, int, int]]:
        """Every reading as (device, kind, event ms, steps, interval ms, flags), by device, kind and time."""
        bulk = bulk_cells(self._connection)
        for (device, kind), number in sorted(self._series_numbers().items()):
            for cell in bulk.all_of(number):
                kept = from_cells([cell])
                columns = (kept.event_ms, kept.steps, kept.interval_ms, kept.flags)
                for row in zip(*(column.tolist() for column in columns), strict=True):
                    yield (device, kind, *row)

    def latest_readings(self, until_ms: int | None = None) -> dict[tuple[str, str], tuple[int, int, int]]:
        """The newest reading of every series as (event ms, steps, flags), up to ``until_ms`` if given."""
        until_minute = _LAST_MINUTE if until_ms is None else until_ms // MINUTE_MS
        kept = from_cells(bulk_cells(self._connection).newest(until_minute))
        if until_ms is not None:
            kept = kept.take(kept.event_ms <= until_ms)
        names = {number: key for key, number in self._series_numbers().items()}
        starts = starts_of(kept.series)
        lasts = np.append(starts[1:], len(kept))[: len(starts)] - 1
        return {
            names[series]: (event_ms, steps, flags)
            for series, event_ms, steps, flags in zip(
                *(column[lasts].tolist() for column in (kept.series, kept.event_ms, kept.steps, kept.flags)),
                strict=True,
            )
        }

    def replace_windows(self, windows: Sequence[Window], within: Iterable[Touched] = ()) -> None:
        """Store windows; one of the same series and start is overwritten.

        Args:
            windows: minute windows, worked out anew.
            within: ranges as ``add_readings`` returned them. Windows inside them that are not given any more
                are removed: a minute loses its window when a late reading cuts short the one before it.
        """
        numbers = self._series_numbers(dict.fromkeys([(window.device, window.kind) for window in windows]))
        ranges = list(within)
        inside = self._series_numbers(dict.fromkeys([(device, kind) for device, kind, _, _ in ranges]))
        for device, kind, first, last in ranges:
            self._connection.execute(
                delete(_WINDOW).where(
                    _WINDOW.c.series == inside[device, kind], _WINDOW.c.start_ms.between(first, last)
                )
            )
        upsert_windows(
            self._connection, ((numbers[window.device, window.kind], window) for window in windows)
        )

    def windows(self, device: str, kind: str, start_ms: int, end_ms: int) -> list[Window]:
        """The windows of one series whose start lies in [start, end) [UTC epoch ms], ascending."""
        number = self._series_number(device, kind)
        if number is None:
            return []
        return windows_between(self._connection, number, device, kind, start_ms, end_ms)

    # ---- conflicts --------------------------------------------------------------------------------

    def _contest(
        self,
        batch: Columns,
        contested: dict[int, list[Values]],
        names: Mapping[int, tuple[str, str]],
        source: str,
        received: datetime,
        whole: Kept,
    ) -> tuple[NDArray[np.bool_], int]:
        """Settle what was stated differently, in ``whole``: what changed, and how many conflicts are new."""
        changed = np.zeros(len(batch), np.bool_)
        conflicts = 0
        if not contested:
            return changed, conflicts
        doors = {number: name for name, number in self._source_numbers().items()}
        keys = keys_of(whole.series, whole.event_ms)
        for place, stated in contested.items():
            number, event_ms = int(batch.series[place]), int(batch.event_ms[place])
            device, kind = names[number]
            identity = f"{device}|{kind}|{event_ms}"
            here = int(np.searchsorted(keys, keys_of(batch.series[place], batch.event_ms[place])))
            kept = {
                "steps": int(whole.steps[here]),
                "interval_ms": int(whole.interval_ms[here]),
                "flags": int(whole.flags[here]),
            }
            before = self._rows(select(_CONFLICT).where(_CONFLICT.c.identity == identity))
            settled = settle(
                [
                    stated_reading(
                        **kept,
                        source=doors[int(whole.source[here])],
                        received=from_epoch_ms(int(whole.received_ms[here])),
                    ),
                    *(
                        stated_reading(**row["content"], source=row["source"], received=row["received_time"])
                        for row in before
                    ),
                    *(stated_reading(*values, source=source, received=received) for values in stated),
                ]
            )
            conflicts += len(settled) - 1 - len(before)
            winner = reading_values(settled[0])
            if winner != kept:
                changed[place] = True
                whole.steps[here] = winner["steps"]
                whole.interval_ms[here] = winner["interval_ms"]
                whole.flags[here] = winner["flags"]
                whole.received_ms[here] = epoch_ms(settled[0].received)
                whole.source[here] = self._source_number(settled[0].source)
            self._connection.execute(delete(_CONFLICT).where(_CONFLICT.c.identity == identity))
            self._insert(
                ConflictTable,
                (
                    {
                        "id": digest_of([identity, other.content]),
                        "shape": "reading",
                        "identity": identity,
                        "kind": kind,
                        "subject": device,
                        "event_time": from_epoch_ms(event_ms),
                        "content": reading_values(other),
                        "source": other.source,
                        "received_time": other.received,
                    }
                    for other in settled[1:]
                ),
            )
        return changed, conflicts

    # ---- small numbers for long names -------------------------------------------------------------

    def _series_number(self, device: str, kind: str) -> int | None:
        if self._numbers is None or (device, kind) not in self._numbers:
            self._series_numbers()
        assert self._numbers is not None
        return self._numbers.get((device, kind))

    def _series_numbers(self, wanted: Iterable[tuple[str, str]] = ()) -> dict[tuple[str, str], int]:
        """The numbers of all series; those wanted that have none yet get one."""
        statement = select(_SERIES.c.device, _SERIES.c.kind, _SERIES.c.id)
        numbers = {(row[0], row[1]): int(row[2]) for row in self._connection.execute(statement)}
        self._numbers = numbers
        absent = [key for key in dict.fromkeys(wanted) if key not in numbers]
        if not absent:
            return numbers
        self._insert(SeriesTable, ({"device": device, "kind": kind} for device, kind in absent))
        return self._series_numbers()

    def _source_numbers(self) -> dict[str, int]:
        table = table_of(SourceTable)
        return {row[0]: int(row[1]) for row in self._connection.execute(select(table.c.name, table.c.id))}

    def _source_number(self, name: str) -> int:
        number = self._source_numbers().get(name)
        return self._insert_one(SourceTable, {"name": name}) if number is None else number


class _Around:
    """``known`` is what is stored in the minutes of a batch, between them, and last before each stretch."""

    def __init__(self, bulk: BulkCells, batch: Columns) -> None:
        minute = batch.event_ms // MINUTE_MS
        breaks = np.ones(len(batch), np.bool_)
        breaks[1:] = (batch.series[1:] != batch.series[:-1]) | (minute[1:] - minute[:-1] > _RUN_GAP_MINUTES)
        starts = np.flatnonzero(breaks)
        ends = np.append(starts[1:], len(batch)) - 1
        self._runs = list(
            zip(batch.series[starts].tolist(), minute[starts].tolist(), minute[ends].tolist(), strict=True)
        )
        first: dict[int, list[int]] = {}
        for series, begin, _ in self._runs:
            first.setdefault(series, []).append(begin)
        spans = _Spans(self._runs)
        cells = {(cell[0], cell[1]): cell for cell in bulk.around(self._runs)}
        self.known = from_cells(
            cell if spans.hold(series, minute) else last_of(cell) for (series, minute), cell in cells.items()
        )

    def beyond(self, touched: Ranges) -> list[tuple[int, int, int]]:
        """The stretches of touched minutes after those that are in memory."""
        spans = _Spans(self._runs)
        found = []
        for series, first, last in touched:
            begin = spans.end(series, first // MINUTE_MS) + 1
            if begin <= last // MINUTE_MS:
                found.append((series, begin, last // MINUTE_MS))
        return found


class _Spans:
    """Finds the run of a series that holds a minute."""

    def __init__(self, runs: Iterable[tuple[int, int, int]]) -> None:
        self._by_series: dict[int, list[tuple[int, int]]] = {}
        for series, first, last in runs:
            self._by_series.setdefault(series, []).append((first, last))

    def hold(self, series: int, minute: int) -> bool:
        runs = self._by_series[series]
        if len(runs) == 1:
            return runs[0][0] <= minute <= runs[0][1]
        return any(first <= minute <= last for first, last in runs)

    def end(self, series: int, minute: int) -> int:
        return max(last for first, last in self._by_series[series] if first <= minute)


def _common(known_keys: Ints, batch_keys: Ints) -> tuple[Ints, Ints]:
    """Where the keys that both have lie in each; both are sorted."""
    places = np.searchsorted(batch_keys, known_keys)
    at = np.flatnonzero(batch_keys[np.minimum(places, len(batch_keys) - 1)] == known_keys)
    return at, places[at]


def _cells_with(whole: Kept, altered: Columns) -> list[Cell]:
    """The cells in which something is altered, with all that lies in them."""
    cells, wanted = (_cell_keys(one.series, one.event_ms // MINUTE_MS) for one in (whole, altered))
    return to_cells(whole, np.isin(cells, wanted, assume_unique=True))


def _cell_keys(series: Ints, minute: Ints) -> Ints:
    starts = starts_of(series, minute)
    return keys_of(series[starts], minute[starts] * MINUTE_MS)


def _touched(changed: Columns, reach_before: Ints, context: Kept) -> list[tuple[int, int, int]]:
    """The minutes that changed readings, and those cut short or given room by them, may speak for."""
    if not len(changed):
        return []
    breaks = np.concatenate(
        (
            [True],
            (changed.series[1:] != changed.series[:-1])
            | (changed.event_ms[1:] - changed.event_ms[:-1] > RUN_GAP_MS),
        )
    )
    starts = np.flatnonzero(breaks)
    ends = np.append(starts[1:], len(changed)) - 1
    reach = np.maximum(
        _reaches(context, changed.series[starts], changed.event_ms[starts], changed.event_ms[ends]),
        np.maximum.reduceat(reach_before, starts),
    )
    first = changed.event_ms[starts] // MINUTE_MS * MINUTE_MS
    last = (np.maximum(reach, changed.event_ms[ends] + 1) - 1) // MINUTE_MS * MINUTE_MS
    touched: list[tuple[int, int, int]] = []
    for series, start, end in zip(
        changed.series[starts].tolist(), first.tolist(), last.tolist(), strict=True
    ):
        if touched and touched[-1][0] == series and start <= touched[-1][2] + MINUTE_MS:
            _, start, former = touched.pop()
            end = max(end, former)
        touched.append((series, start, end))
    return touched


def _reaches(context: Kept, series: Ints, first_ms: Ints, last_ms: Ints) -> Ints:
    """For each run, the latest ms that a reading in it, or the last one before it, speaks for."""
    keys = keys_of(context.series, context.event_ms)
    left = np.searchsorted(keys, keys_of(series, first_ms), "left")
    right = np.searchsorted(keys, keys_of(series, last_ms), "right")
    earlier = np.maximum(left - 1, 0)
    left = np.where((left > 0) & (context.series[earlier] == series), earlier, left)
    ends = np.append(context.event_ms + context.interval_ms, np.iinfo(np.int64).min)
    bounds = np.column_stack((left, right)).ravel()
    reach: Ints = np.maximum.reduceat(ends, bounds)[::2]
    return reach
