"""Telemetry: readings, minute windows, and what changed so that windows are worked out again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select, update

from bim_supervise.core.canonical import digest_of
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.readings import Readings
from bim_supervise.events.windows import Window
from bim_supervise.store.bulk_readings import Columns, Ints, Run, bulk_readings
from bim_supervise.store.bulk_windows import upsert_windows, windows_between
from bim_supervise.store.contested_readings import Values, one_each, reading_values, stated_reading
from bim_supervise.store.records import AddedReadings, Touched
from bim_supervise.store.statements import settle
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_evidence import (
    ConflictTable,
    MinuteWindowTable,
    ReadingTable,
    SeriesTable,
    SourceTable,
)
from bim_supervise.store.work_base import WorkBase

MINUTE_MS = 60_000
RUN_GAP_MS = 3_600_000
"""Changes further apart than this are reported as two ranges [ms]."""

_READING = table_of(ReadingTable)
_WINDOW = table_of(MinuteWindowTable)
_SERIES = table_of(SeriesTable)
_CONFLICT = table_of(ConflictTable)


class WorkReadings(WorkBase):
    """Series of readings and their minute windows."""

    def add_readings(self, readings: Readings, source: str, received: datetime) -> AddedReadings:
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
        """
        if not len(readings):
            return AddedReadings(stored=0, duplicates=0, conflicts=0, touched=[])
        used = [readings.series[place] for place in np.unique(readings.series_index).tolist()]
        numbers = self._series_numbers(used)
        batch, contested = one_each(
            readings, np.array([numbers.get(key, -1) for key in readings.series], np.int64)
        )
        bulk = bulk_readings(self._connection)
        existing = np.array(bulk.existing(batch), np.int64).reshape(-1, 4)
        places = existing[:, 0]
        new = np.ones(len(batch), np.bool_)
        new[places] = False
        reach_before = np.zeros(len(batch), np.int64)
        reach_before[places] = batch.event_ms[places] + existing[:, 2]
        arrived = np.column_stack((batch.steps[places], batch.interval_ms[places], batch.flags[places]))
        for place in places[(arrived != existing[:, 1:]).any(axis=1)].tolist():
            contested.setdefault(place, []).append(batch.values(place))
        number = self._source_number(source)
        stored = int(new.sum())
        if stored:
            bulk.insert(batch, new, epoch_ms(received), number)
        names = {number: key for key, number in numbers.items()}
        changed, conflicts = self._contest(batch, contested, names, source, received)
        changed |= new
        return AddedReadings(
            stored=stored,
            duplicates=len(readings) - stored - conflicts,
            conflicts=conflicts,
            touched=_touched(batch.take(changed), reach_before[changed], names, bulk.reaches),
        )

    def readings(
        self, device: str, kind: str, start_ms: int, end_ms: int, *, lead_in: bool = False
    ) -> Readings:
        """The readings of one series with start <= event time < end [UTC epoch ms], ascending.

        With ``lead_in`` the last reading before the start comes too: its value may speak for the first
        minutes of the range.
        """
        number = self._series_number(device, kind)
        columns = _READING.c
        first = start_ms
        if lead_in and number is not None:
            before = select(func.max(columns.event_ms)).where(
                columns.series == number, columns.event_ms < start_ms
            )
            first = self._connection.execute(before).scalar() or start_ms
        statement = select(columns.event_ms, columns.steps, columns.interval_ms, columns.flags).where(
            columns.series == number, columns.event_ms >= first, columns.event_ms < end_ms
        )
        rows = self._connection.execute(statement.order_by(columns.event_ms)).all() if number else []
        table = np.array([tuple(row) for row in rows], np.int64).reshape(len(rows), 4)
        return Readings(
            series=((device, kind),),
            series_index=np.zeros(len(rows), np.int32),
            event_ms=table[:, 0].copy(),
            steps=table[:, 1].copy(),
            interval_ms=table[:, 2].copy(),
            flags=table[:, 3].astype(np.uint8),
        )

    def latest_readings(self, until_ms: int | None = None) -> dict[tuple[str, str], tuple[int, int, int]]:
        """The newest reading of every series as (event ms, steps, flags), up to ``until_ms`` if given."""
        newest = select(func.max(_READING.c.event_ms)).where(_READING.c.series == _SERIES.c.id)
        if until_ms is not None:
            newest = newest.where(_READING.c.event_ms <= until_ms)
        statement = select(
            _SERIES.c.device, _SERIES.c.kind, _READING.c.event_ms, _READING.c.steps, _READING.c.flags
        ).where(
            _READING.c.series == _SERIES.c.id,
            _READING.c.event_ms == newest.correlate(_SERIES).scalar_subquery(),
        )
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in self._connection.execute(statement)}

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

    def extents(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Start of the first and end of the last window of every series that has one [UTC epoch ms]."""
        start = select(func.min(_WINDOW.c.start_ms)).where(_WINDOW.c.series == _SERIES.c.id)
        end = (
            select(_WINDOW.c.end_ms)
            .where(_WINDOW.c.series == _SERIES.c.id)
            .order_by(_WINDOW.c.start_ms.desc())
            .limit(1)
        )
        statement = select(
            _SERIES.c.device,
            _SERIES.c.kind,
            start.correlate(_SERIES).scalar_subquery(),
            end.correlate(_SERIES).scalar_subquery(),
        )
        rows = self._connection.execute(statement.order_by(_SERIES.c.device, _SERIES.c.kind))
        return {(row[0], row[1]): (row[2], row[3]) for row in rows if row[2] is not None}

    # ---- conflicts --------------------------------------------------------------------------------

    def _contest(
        self,
        batch: Columns,
        contested: dict[int, list[Values]],
        names: Mapping[int, tuple[str, str]],
        source: str,
        received: datetime,
    ) -> tuple[NDArray[np.bool_], int]:
        """Settle what was stated differently: which readings changed, and how many conflicts are new."""
        changed = np.zeros(len(batch), np.bool_)
        conflicts = 0
        if not contested:
            return changed, conflicts
        doors = {number: name for name, number in self._source_numbers().items()}
        for place, stated in contested.items():
            number, event_ms = int(batch.series[place]), int(batch.event_ms[place])
            device, kind = names[number]
            identity = f"{device}|{kind}|{event_ms}"
            here = (_READING.c.series == number) & (_READING.c.event_ms == event_ms)
            kept = self._rows(select(_READING).where(here))[0]
            before = self._rows(select(_CONFLICT).where(_CONFLICT.c.identity == identity))
            settled = settle(
                [
                    stated_reading(
                        kept["steps"],
                        kept["interval_ms"],
                        kept["flags"],
                        source=doors[kept["source"]],
                        received=from_epoch_ms(kept["received_ms"]),
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
            if winner != {name: kept[name] for name in winner}:
                changed[place] = True
                self._connection.execute(
                    update(_READING)
                    .where(here)
                    .values(
                        **winner,
                        received_ms=epoch_ms(settled[0].received),
                        source=self._source_number(settled[0].source),
                    )
                )
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
        statement = select(_SERIES.c.id).where(_SERIES.c.device == device, _SERIES.c.kind == kind)
        number = self._connection.execute(statement).scalar()
        return None if number is None else int(number)

    def _series_numbers(self, wanted: Iterable[tuple[str, str]] = ()) -> dict[tuple[str, str], int]:
        """The numbers of all series; those wanted that have none yet get one."""
        statement = select(_SERIES.c.device, _SERIES.c.kind, _SERIES.c.id)
        numbers = {(row[0], row[1]): int(row[2]) for row in self._connection.execute(statement)}
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


def _touched(
    changed: Columns,
    reach_before: Ints,
    names: Mapping[int, tuple[str, str]],
    reaches: Callable[[Sequence[Run]], list[int]],
) -> list[Touched]:
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
    runs = [
        (int(changed.series[start]), int(changed.event_ms[start]), int(changed.event_ms[end]))
        for start, end in zip(starts, ends, strict=True)
    ]
    earlier = np.maximum.reduceat(reach_before, starts).tolist()
    touched: list[Touched] = []
    for (series, first, last), reach, before in zip(runs, reaches(runs), earlier, strict=True):
        device, kind = names[series]
        start = first // MINUTE_MS * MINUTE_MS
        end = (max(reach, before, last + 1) - 1) // MINUTE_MS * MINUTE_MS
        if touched and touched[-1][:2] == (device, kind) and start <= touched[-1][3] + MINUTE_MS:
            start, end = touched[-1][2], max(end, touched[-1][3])
            touched.pop()
        touched.append((device, kind, start, end))
    return touched
