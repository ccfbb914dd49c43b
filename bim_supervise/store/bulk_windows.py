"""Minute windows in and out through the driver: a busy batch touches a thousand of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import Connection

from bim_supervise.events.partials import MINUTE_MS, MinutePartials
from bim_supervise.events.periods import MinuteSums
from bim_supervise.events.windows import Window
from bim_supervise.store.cells import Ints

_FIELDS = (
    "start_ms", "end_ms", "count", "covered_ms", "weighted_sum", "energy_sum", "minimum", "maximum",
    "first_ms", "first", "last_ms", "last", "distrusted",
)  # fmt: skip
_VALUES: Callable[[Window], tuple[int, ...]] = attrgetter(*_FIELDS)
_COLUMNS = ", ".join(f'"{name}"' for name in _FIELDS)
_UPDATES = ", ".join(f'"{name}" = excluded."{name}"' for name in _FIELDS[1:])


def upsert_windows(connection: Connection, numbered: Iterable[tuple[int, Window]]) -> None:
    """Insert windows under their series numbers, or overwrite those of the same series and start."""
    rows = [(series, *_VALUES(window)) for series, window in numbered]
    if not rows:
        return
    mark = _mark(connection)
    places = ", ".join([mark] * (len(_FIELDS) + 1))
    _cursor(connection).executemany(
        f"INSERT INTO minute_window (series, {_COLUMNS}) VALUES ({places})"  # noqa: S608 - our own names
        f" ON CONFLICT (series, start_ms) DO UPDATE SET {_UPDATES}",
        rows,
    )


def put_partials(connection: Connection, series: Ints, partials: MinutePartials) -> None:
    """Insert windows given in columns, or overwrite those of the same series and start."""
    if not len(series):
        return
    columns = [
        series, partials.start_ms, partials.start_ms + MINUTE_MS, partials.count, partials.covered_ms,
        partials.weighted_sum, partials.energy_sum, partials.minimum, partials.maximum, partials.first_ms,
        partials.first, partials.last_ms, partials.last, partials.distrusted,
    ]  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    if connection.dialect.name == "postgresql":
        _copy(_cursor(connection), rows)
        return
    places = ", ".join(["?"] * len(columns))
    _cursor(connection).executemany(
        f"INSERT INTO minute_window (series, {_COLUMNS}) VALUES ({places})"  # noqa: S608 - our own names
        f" ON CONFLICT (series, start_ms) DO UPDATE SET {_UPDATES}",
        rows,
    )


def _copy(cursor: Any, rows: Iterable[tuple[int, ...]]) -> None:
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS arriving_window (LIKE minute_window) ON COMMIT DELETE ROWS"
    )
    cursor.execute("TRUNCATE pg_temp.arriving_window")
    line = "\t".join(["%d"] * (len(_FIELDS) + 1)) + "\n"
    with cursor.copy(f"COPY pg_temp.arriving_window (series, {_COLUMNS}) FROM STDIN") as copy:
        copy.write("".join([line % row for row in rows]))
    cursor.execute(
        f"INSERT INTO minute_window (series, {_COLUMNS}) SELECT series, {_COLUMNS}"  # noqa: S608
        f" FROM pg_temp.arriving_window ON CONFLICT (series, start_ms) DO UPDATE SET {_UPDATES}"
    )


def windows_between(
    connection: Connection, series: int, device: str, kind: str, start_ms: int, end_ms: int
) -> list[Window]:
    """The windows of a series that start in [start, end) [UTC epoch ms], ascending."""
    mark = _mark(connection)
    cursor = _cursor(connection)
    cursor.execute(
        f"SELECT {_COLUMNS} FROM minute_window WHERE series = {mark} AND start_ms >= {mark}"  # noqa: S608
        f" AND start_ms < {mark} ORDER BY start_ms",
        (series, start_ms, end_ms),
    )
    rows: Sequence[tuple[int, ...]] = cursor.fetchall()
    return [
        Window(
            device=device,
            kind=kind,
            start_ms=start,
            end_ms=end,
            count=count,
            covered_ms=covered,
            weighted_sum=weighted,
            energy_sum=energy,
            minimum=minimum,
            maximum=maximum,
            first_ms=first_ms,
            first=first,
            last_ms=last_ms,
            last=last,
            distrusted=distrusted,
        )
        for (
            start,
            end,
            count,
            covered,
            weighted,
            energy,
            minimum,
            maximum,
            first_ms,
            first,
            last_ms,
            last,
            distrusted,
        ) in rows
    ]


def minute_sums(
    connection: Connection, series: int, energetic: bool, start_ms: int, end_ms: int
) -> MinuteSums:
    """The same windows in columns, with what a level (energetic) or mean needs."""
    mark, sums = _mark(connection), "energy_sum" if energetic else "weighted_sum"
    cursor = _cursor(connection)
    cursor.execute(
        f'SELECT start_ms, "count", covered_ms, {sums}, minimum, maximum FROM minute_window'  # noqa: S608
        f" WHERE series = {mark} AND start_ms >= {mark} AND start_ms < {mark} ORDER BY start_ms",
        (series, start_ms, end_ms),
    )
    columns = np.array(cursor.fetchall(), np.int64).reshape(-1, 6).T
    return MinuteSums(
        start_ms=columns[0],
        count=columns[1],
        covered_ms=columns[2],
        sums=columns[3],
        minimum=columns[4],
        maximum=columns[5],
    )


def window_extent(connection: Connection, series: int) -> tuple[int, int] | None:
    """Start of the first and end of the last window of a series [UTC epoch ms], or None."""
    mark, cursor = _mark(connection), _cursor(connection)
    bounds = []
    for column, order in (("start_ms", "ASC"), ("end_ms", "DESC")):
        cursor.execute(
            f"SELECT {column} FROM minute_window WHERE series = {mark}"  # noqa: S608 - our own names
            f" ORDER BY start_ms {order} LIMIT 1",
            (series,),
        )
        row = cursor.fetchone()
        if row is None:
            return None
        bounds.append(int(row[0]))
    return bounds[0], bounds[1]


def _mark(connection: Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()
