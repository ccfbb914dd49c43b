"""The hot path of telemetry: arrays to rows and back through the driver, for each kind of database.

A batch arrives here sorted by series and time, with one reading per series and time. Nothing here decides
anything: it says what is there already, inserts what is not, and finds how far changes reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

Ints = NDArray[np.int64]


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


Existing = Sequence[tuple[int, int, int, int]]
"""Position in the batch, and the steps, interval [ms] and flags stored under that series and time."""

Run = tuple[int, int, int]
"""Series, first and last event time [UTC epoch ms] of neighbouring changes."""


class BulkReadings(Protocol):
    """What a database has to offer."""

    def existing(self, batch: Columns) -> Existing:
        """Which readings of a batch are stored already, and as what."""
        ...

    def insert(self, batch: Columns, new: NDArray[np.bool_], received_ms: int, source: int) -> None:
        """Insert the readings of a batch that are new."""
        ...

    def reaches(self, runs: Sequence[Run]) -> list[int]:
        """For each run, the latest ms that a reading in it, or the last one before it, speaks for."""
        ...


def bulk_readings(connection: Connection) -> BulkReadings:
    """The implementation for the database of a connection."""
    return (PostgresReadings if connection.dialect.name == "postgresql" else SqliteReadings)(connection)


_REACH = """
SELECT max(event_ms + interval_ms) FROM reading WHERE series = {series} AND event_ms <= {last} AND event_ms >=
  coalesce((SELECT max(event_ms) FROM reading WHERE series = {series} AND event_ms < {first}), {first})
"""


class SqliteReadings:
    """Through ``sqlite3`` itself: one prepared statement, run once per row."""

    def __init__(self, connection: Connection) -> None:
        self._cursor: Any = connection.connection.cursor()

    def existing(self, batch: Columns) -> Existing:
        """Looks a batch up only where a series holds anything between its first and last time."""
        starts, ends = _slices(batch.series)
        overlapping = []
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            self._cursor.execute(
                "SELECT 1 FROM reading WHERE series = ? AND event_ms BETWEEN ? AND ? LIMIT 1",
                (int(batch.series[start]), int(batch.event_ms[start]), int(batch.event_ms[end - 1])),
            )
            if self._cursor.fetchone():
                overlapping.append(np.arange(start, end))
        if not overlapping:
            return []
        positions = np.concatenate(overlapping)
        self._cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS arriving"
            " (position INTEGER PRIMARY KEY, series INTEGER, event_ms INTEGER)"
        )
        self._cursor.execute("DELETE FROM temp.arriving")
        self._cursor.executemany(
            "INSERT INTO temp.arriving VALUES (?, ?, ?)",
            zip(
                positions.tolist(),
                batch.series[positions].tolist(),
                batch.event_ms[positions].tolist(),
                strict=True,
            ),
        )
        # CROSS JOIN keeps the small side outside; the planner has no statistics of a temporary table.
        self._cursor.execute(
            "SELECT a.position, r.steps, r.interval_ms, r.flags FROM temp.arriving a CROSS JOIN reading r"
            " ON r.series = a.series AND r.event_ms = a.event_ms"
        )
        found: Existing = self._cursor.fetchall()
        self._cursor.execute("DELETE FROM temp.arriving")
        return found

    def insert(self, batch: Columns, new: NDArray[np.bool_], received_ms: int, source: int) -> None:
        """One prepared statement, run once per row."""
        chosen = batch if bool(new.all()) else batch.take(new)
        self._cursor.executemany(
            "INSERT INTO reading (series, event_ms, steps, interval_ms, flags, received_ms, source)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            zip(
                chosen.series.tolist(),
                chosen.event_ms.tolist(),
                chosen.steps.tolist(),
                chosen.interval_ms.tolist(),
                chosen.flags.tolist(),
                repeat(received_ms),
                repeat(source),
            ),
        )

    def reaches(self, runs: Sequence[Run]) -> list[int]:
        """One look at the key per run."""
        statement = _REACH.format(series="?1", first="?2", last="?3")
        return [int(self._cursor.execute(statement, run).fetchone()[0]) for run in runs]


class PostgresReadings:
    """Through COPY into a temporary table, then set by set."""

    def __init__(self, connection: Connection) -> None:
        self._cursor: Any = connection.connection.cursor()

    def existing(self, batch: Columns) -> Existing:
        """Copies the batch in, and joins it with what is stored."""
        self._cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS arriving (position integer, series integer, event_ms bigint,"
            " steps bigint, interval_ms bigint, flags smallint) ON COMMIT DELETE ROWS"
        )
        self._cursor.execute("TRUNCATE pg_temp.arriving")
        rows = zip(
            range(len(batch)),
            batch.series.tolist(),
            batch.event_ms.tolist(),
            batch.steps.tolist(),
            batch.interval_ms.tolist(),
            batch.flags.tolist(),
            strict=True,
        )
        with self._cursor.copy("COPY pg_temp.arriving FROM STDIN") as copy:
            copy.write(_copy_text(rows))
        self._cursor.execute("ANALYZE pg_temp.arriving")
        self._cursor.execute(
            "SELECT a.position, r.steps, r.interval_ms, r.flags FROM pg_temp.arriving a JOIN reading r"
            " ON r.series = a.series AND r.event_ms = a.event_ms"
        )
        found: Existing = self._cursor.fetchall()
        return found

    def insert(self, batch: Columns, new: NDArray[np.bool_], received_ms: int, source: int) -> None:
        """What the look-up left in the temporary table, but for what is there."""
        self._cursor.execute(
            "INSERT INTO reading (series, event_ms, steps, interval_ms, flags, received_ms, source)"
            " SELECT series, event_ms, steps, interval_ms, flags, %s, %s FROM pg_temp.arriving"
            " ON CONFLICT DO NOTHING",
            (received_ms, source),
        )

    def reaches(self, runs: Sequence[Run]) -> list[int]:
        """All runs in one round trip."""
        if not runs:
            return []
        reach = _REACH.format(series="run.series", first="run.first", last="run.last")
        self._cursor.execute(
            f"SELECT ({reach}) FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) WITH ORDINALITY"  # noqa: S608
            " AS run(series, first, last, place) ORDER BY run.place",
            tuple(list(column) for column in zip(*runs, strict=True)),
        )
        return [int(row[0]) for row in self._cursor.fetchall()]


def _copy_text(rows: Iterable[tuple[int, ...]]) -> str:
    return "".join(["%d\t%d\t%d\t%d\t%d\t%d\n" % row for row in rows])  # noqa: UP031 - twice as fast


def _slices(series: Ints) -> tuple[Ints, Ints]:
    """Starts and ends of the stretches of equal values in a sorted array."""
    starts = np.flatnonzero(np.concatenate(([True], series[1:] != series[:-1])))
    return starts, np.append(starts[1:], len(series))
