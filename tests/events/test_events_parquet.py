"""Parquet files are replayed like any other file, and a damaged one is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.fields import DEFAULT_MAPPING
from bim_supervise.events.mapping import parse_mapping
from bim_supervise.events.sources_parquet import parquet_batches

START = datetime(2026, 3, 20, tzinfo=UTC)


def test_types_come_as_text_and_numbers_and_progress_is_told(tmp_path):
    table = pa.table(
        {
            "device": ["N1", "N1", "N1"],
            "kind": ["noise_level"] * 3,
            "value": [61.5, float("nan"), 63.0],
            "time": pa.array([START + timedelta(minutes=n) for n in range(3)], pa.timestamp("ms", "UTC")),
            "day": [START.date()] * 3,
            "exact": [Decimal("1.50")] * 3,
            "blob": [b"\xff"] * 3,
            "nested": [{"a": [1, 2]}] * 3,
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    shares = []
    [rows] = parquet_batches(tmp_path / "a.parquet", DEFAULT_MAPPING, on_progress=shares.append)
    assert [line for line, _ in rows] == [1, 2, 3]
    first, second = rows[0][1], rows[1][1]
    assert (first["value"], second["value"]) == (61.5, None)
    assert datetime.fromisoformat(first["time"]) == START
    assert (first["day"], first["exact"], first["blob"], first["nested"]) == (
        "2026-03-20", 1.5, None, {"a": [1, 2]}
    )  # fmt: skip
    assert shares[-1] == 1.0


def test_a_missing_column_and_a_damaged_file_are_refused(tmp_path):
    pq.write_table(pa.table({"x": [1]}), tmp_path / "a.parquet")
    mapping = parse_mapping(
        {"observations": [{"kind": "pm10", "subject": {"type": "device", "id": "N1"},
                           "time": {"column": "when"}, "value": {"column": "x"}}]}
    )  # fmt: skip
    with pytest.raises(InputRefused) as missing:
        list(parquet_batches(tmp_path / "a.parquet", mapping))
    assert missing.value.code == "column_missing"
    whole = (tmp_path / "a.parquet").read_bytes()
    for number, data in enumerate((b"", b"PAR1", whole[:-9], whole[:20] + b"\xff" * 40 + whole[60:])):
        (tmp_path / f"{number}.parquet").write_bytes(data)
        with pytest.raises(InputRefused) as damaged:
            list(parquet_batches(tmp_path / f"{number}.parquet", DEFAULT_MAPPING))
        assert damaged.value.code in ("parquet_unreadable", "column_missing")
