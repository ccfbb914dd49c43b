"""A canonical dump of the evidence: two stores hold the same if, and only if, their digests agree.

Left out is what may differ between two runs over the same input: when something was received, through
which door a reading came first, and the numbers that a database gives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import select

from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_evidence import (
    ConflictTable,
    FactTable,
    MinuteWindowTable,
    SeriesTable,
)
from bim_supervise.store.tables_judgement import AlarmTable, VerdictTable
from bim_supervise.store.work import Work

_FACT = table_of(FactTable)
_SERIES = table_of(SeriesTable)
_WINDOW = table_of(MinuteWindowTable)
_CONFLICT = table_of(ConflictTable)
_VERDICT = table_of(VerdictTable)
_ALARM = table_of(AlarmTable)
_ENCODER = msgspec.json.Encoder(order="sorted")


def evidence_digest(work: Work) -> str:
    """SHA-256 over all facts, readings, windows, conflicts, verdicts and alarms in canonical order."""
    digest = hashlib.sha256()
    for line in evidence_lines(work):
        digest.update(line)
    return digest.hexdigest()


def evidence_lines(work: Work) -> Iterator[bytes]:
    """The same as lines of JSON with sorted keys, one a row, to see where two stores differ."""
    for name, statement in (
        ("fact", _without(_FACT, "received_time").order_by(_FACT.c.id)),
        ("window", _of_series(_WINDOW, order="start_ms")),
        ("conflict", _without(_CONFLICT, "received_time", "source").order_by(_CONFLICT.c.id)),
        ("verdict", select(_VERDICT).order_by(*_VERDICT.primary_key)),
        ("alarm", select(_ALARM).order_by(_ALARM.c.id)),
    ):
        if name == "window":
            for reading in work.all_readings():
                yield _ENCODER.encode(["reading", *reading]) + b"\n"
        for row in work.raw_rows(statement):
            yield _ENCODER.encode([name, *row]) + b"\n"


def _without(table: Any, *names: str) -> Any:
    return select(*(column for column in table.c if column.name not in names))


def _of_series(table: Any, *names: str, order: str) -> Any:
    columns = [column for column in table.c if column.name not in ("series", *names)]
    statement = select(_SERIES.c.device, _SERIES.c.kind, *columns).join(
        _SERIES, _SERIES.c.id == table.c.series
    )
    return statement.order_by(_SERIES.c.device, _SERIES.c.kind, table.c[order])
