"""Cells of readings in and out through the driver, for each kind of database; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from bim_supervise.store.cells import Cell

Run = tuple[int, int, int]
"""Series, first and last minute."""


class BulkCells(Protocol):
    """What a database has to offer."""

    def around(self, runs: Sequence[Run]) -> list[Cell]:
        """The cells in each run, and the last one before it, by run and minute."""
        ...

    def within(self, runs: Sequence[Run]) -> list[Cell]:
        """The cells in each run."""
        ...

    def put(self, cells: Sequence[Cell]) -> None:
        """Insert cells, or overwrite those of the same series and minute."""
        ...

    def newest(self, until_minute: int) -> list[Cell]:
        """Of every series the last two cells up to a minute: the earlier may hold the newest by then."""
        ...

    def all_of(self, series: int) -> Iterator[Cell]:
        """All cells of a series, ascending."""
        ...


def bulk_cells(connection: Connection) -> BulkCells:
    """The implementation for the database of a connection."""
    return (PostgresCells if connection.dialect.name == "postgresql" else SqliteCells)(connection)


class SqliteCells:
    """Through ``sqlite3`` itself."""

    def __init__(self, connection: Connection) -> None:
        self._cursor: Any = connection.connection.cursor()

    def around(self, runs: Sequence[Run]) -> list[Cell]:
        """One look at the key per run."""
        found: list[Cell] = []
        for series, first, last in runs:
            self._cursor.execute(
                "SELECT series, minute, data FROM reading_cell WHERE series = ?1 AND minute <= ?3"
                " AND minute >= coalesce("
                "(SELECT max(minute) FROM reading_cell WHERE series = ?1 AND minute < ?2), ?2)"
                " ORDER BY minute",
                (series, first, last),
            )
            found += self._cursor.fetchall()
        return found

    def within(self, runs: Sequence[Run]) -> list[Cell]:
        """One range of the key per run."""
        found: list[Cell] = []
        for run in runs:
            self._cursor.execute(
                "SELECT series, minute, data FROM reading_cell"
                " WHERE series = ? AND minute BETWEEN ? AND ? ORDER BY minute",
                run,
            )
            found += self._cursor.fetchall()
        return found

    def put(self, cells: Sequence[Cell]) -> None:
        """One prepared statement, run once per cell."""
        self._cursor.executemany(
            "INSERT INTO reading_cell (series, minute, data) VALUES (?, ?, ?)"
            " ON CONFLICT (series, minute) DO UPDATE SET data = excluded.data",
            cells,
        )

    def newest(self, until_minute: int) -> list[Cell]:
        """Two steps back along the key per series."""
        self._cursor.execute("SELECT id FROM series")
        found: list[Cell] = []
        for (series,) in self._cursor.fetchall():
            self._cursor.execute(
                "SELECT series, minute, data FROM reading_cell WHERE series = ? AND minute <= ?"
                " ORDER BY minute DESC LIMIT 2",
                (series, until_minute),
            )
            found += self._cursor.fetchall()
        return found

    def all_of(self, series: int) -> Iterator[Cell]:
        """In the order of the key."""
        yield from self._cursor.execute(
            "SELECT series, minute, data FROM reading_cell WHERE series = ? ORDER BY minute", (series,)
        )


_RUNS = "unnest(%s::int[], %s::int[], %s::int[]) AS run(series, first, last)"


class PostgresCells:
    """Through COPY in, and set by set out; the table is partitioned by month."""

    def __init__(self, connection: Connection) -> None:
        self._cursor: Any = connection.connection.cursor()

    def around(self, runs: Sequence[Run]) -> list[Cell]:
        """All runs in one round trip."""
        return self._for_runs(
            f"SELECT cell.series, cell.minute, cell.data FROM {_RUNS}"  # noqa: S608 - our own names
            " CROSS JOIN LATERAL (SELECT series, minute, data FROM reading_cell WHERE series = run.series"
            " AND minute BETWEEN run.first AND run.last UNION ALL (SELECT series, minute, data FROM"
            " reading_cell WHERE series = run.series AND minute < run.first ORDER BY minute DESC LIMIT 1)"
            ") AS cell",
            runs,
        )

    def within(self, runs: Sequence[Run]) -> list[Cell]:
        """All runs in one round trip."""
        return self._for_runs(
            f"SELECT cell.series, cell.minute, cell.data FROM {_RUNS}"  # noqa: S608 - our own names
            " JOIN reading_cell AS cell ON cell.series = run.series"
            " AND cell.minute BETWEEN run.first AND run.last",
            runs,
        )

    def put(self, cells: Sequence[Cell]) -> None:
        """COPY into a temporary table, then one statement."""
        self._make_partitions({minute for _, minute, _ in cells})
        self._cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS arriving_cell (series integer, minute integer, data bytea)"
            " ON COMMIT DELETE ROWS"
        )
        self._cursor.execute("TRUNCATE pg_temp.arriving_cell")
        with self._cursor.copy("COPY pg_temp.arriving_cell FROM STDIN WITH (FORMAT BINARY)") as copy:
            copy.set_types(["int4", "int4", "bytea"])
            for cell in cells:
                copy.write_row(cell)
        self._cursor.execute(
            "INSERT INTO reading_cell (series, minute, data)"
            " SELECT series, minute, data FROM pg_temp.arriving_cell"
            " ON CONFLICT (series, minute) DO UPDATE SET data = excluded.data"
        )

    def newest(self, until_minute: int) -> list[Cell]:
        """All series in one round trip."""
        self._cursor.execute(
            "SELECT cell.series, cell.minute, cell.data FROM series CROSS JOIN LATERAL"
            " (SELECT series, minute, data FROM reading_cell WHERE series = series.id AND minute <= %s"
            " ORDER BY minute DESC LIMIT 2) AS cell",
            (until_minute,),
        )
        return list(self._cursor.fetchall())

    def all_of(self, series: int) -> Iterator[Cell]:
        """In the order of the key."""
        self._cursor.execute(
            "SELECT series, minute, data FROM reading_cell WHERE series = %s ORDER BY minute", (series,)
        )
        yield from self._cursor

    def _for_runs(self, statement: str, runs: Sequence[Run]) -> list[Cell]:
        if not runs:
            return []
        self._cursor.execute(statement, tuple(list(column) for column in zip(*runs, strict=True)))
        return list(self._cursor.fetchall())

    def _make_partitions(self, minutes: set[int]) -> None:
        months = {_month(minute) for minute in minutes}
        self._cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL",
            ([partition_name(*month) for month in sorted(months)],),
        )
        absent = {row[0] for row in self._cursor.fetchall()}
        for year, month in sorted(months):
            name = partition_name(year, month)
            if name in absent:
                begin = _first_minute(year, month)
                end = _first_minute(year + month // 12, month % 12 + 1)
                self._cursor.execute(
                    f"CREATE TABLE {name} PARTITION OF reading_cell FOR VALUES FROM ({begin}) TO ({end})"
                )


def partition_name(year: int, month: int) -> str:
    """The partition that holds the readings of a month (UTC)."""
    return f"reading_cell_{year:04d}_{month:02d}"


def _month(minute: int) -> tuple[int, int]:
    moment = datetime.fromtimestamp(minute * 60, UTC)
    return moment.year, moment.month


def _first_minute(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) // 60
