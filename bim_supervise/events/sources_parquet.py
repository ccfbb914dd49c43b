"""Parquet files to rows: decoded in a child process, since the format is binary and its reader native code.

The child writes the rows as JSON lines, which are then read like any other such file: a damaged Parquet file
can neither crash nor fill the process that stores.
"""

from __future__ import annotations

import importlib
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.fields import ObservationMapping
from bim_supervise.events.rows import Row
from bim_supervise.events.sources_file import read_batches

_ROWS = 20_000
_MEMORY = 4 << 30
_TIMEOUT_S = 3_600.0
_LARGEST = 16 << 30
"""Most bytes of JSON lines that one file may become."""


def is_parquet(path: Path) -> bool:
    """Whether a file is named like a Parquet file."""
    return path.suffix.lower() in (".parquet", ".pq")


def parquet_batches(
    path: Path, mapping: ObservationMapping, *, on_progress: Callable[[float], None] | None = None
) -> Iterator[list[tuple[int, Row]]]:
    """The rows of a Parquet file in chunks, numbered from 1, read as the mapping says.

    Times of a time zone keep their offset; naive ones are site wall time, as in every other file.

    Raises:
        InputRefused: ``parquet_unreadable``, ``parquet_too_large``, ``column_missing``, or that the child ran
            out of time or memory.
    """

    def report(_stage: str, share: float) -> None:
        if on_progress:
            on_progress(share / 2)

    with tempfile.TemporaryDirectory(prefix="bim-supervise-parquet-") as folder:
        lines = Path(folder) / "rows.jsonl"
        names = run_limited(
            write_json_lines,
            str(path),
            str(lines),
            timeout_s=_TIMEOUT_S,
            memory_bytes=_MEMORY,
            on_progress=report,
        )
        missing = mapping.missing_columns(names)
        if missing:
            columns = ", ".join(f"'{column}'" for column in dict.fromkeys(missing))
            raise InputRefused(
                "column_missing",
                f"'{path.name}' has no column {columns}, needed by the mapping; it has: {', '.join(names)}.",
                "Choose the mapping that belongs to this table, or correct the column name in it.",
                file=path.name,
                column=columns,
                columns=", ".join(names),
            )
        yield from read_batches(
            lines,
            replace(mapping, encoding="utf-8-sig"),
            on_progress=(lambda share: on_progress(0.5 + share / 2)) if on_progress else None,
        )


def write_json_lines(source: str, target: str, progress: Progress) -> list[str]:
    """Write the rows of a Parquet file as JSON lines; returns the names of its columns. Runs in the child."""
    # Loaded in the child alone; it has no annotations, and strict typing would refuse every call into it.
    arrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    name = Path(source).name
    encoder = msgspec.json.Encoder(enc_hook=str)
    try:
        with parquet.ParquetFile(source) as file, Path(target).open("wb") as out:
            names = [str(column) for column in file.schema_arrow.names]
            total, done = max(1, file.metadata.num_rows), 0
            for batch in file.iter_batches(batch_size=_ROWS, use_threads=False):
                rows = batch.to_pylist()
                out.write(b"".join(encoder.encode(_plain(row)) + b"\n" for row in rows))
                if out.tell() > _LARGEST:
                    raise InputRefused(
                        "parquet_too_large",
                        f"'{name}' unpacks to more than {_LARGEST >> 30} GiB.",
                        "Split it by time.",
                        file=name,
                        gibibytes=_LARGEST >> 30,
                    )
                done += len(rows)
                progress("parquet", done / total)
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise InputRefused(
            "parquet_unreadable",
            f"'{name}' cannot be read as a Parquet file: {error}.",
            "Write it again; Parquet files are made by pandas, polars, DuckDB or Spark.",
            file=name,
            problem=str(error).splitlines()[0][:200],
        ) from None
    return names


def _plain(value: Any) -> Any:
    """A value as JSON knows it: NaN is missing, times are ISO 8601, bytes are nothing."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _plain(float(value))
    return None if isinstance(value, bytes) else value
