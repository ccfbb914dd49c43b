"""Readings of a minute in one cell instead of a row each; by month on PostgreSQL.

Revision ID: 0006
Revises: 0005
"""

import struct
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The wide layout of a cell as it was when this migration was written: a byte 2, then one record a reading.
_RECORD = struct.Struct("<HBHqqq")
_MINUTE_MS = 60_000


def upgrade() -> None:
    op.create_table(
        "reading_cell",
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("series", "minute", name=op.f("pk_reading_cell")),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (minute)",
    )
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT series, event_ms, steps, interval_ms, flags, received_ms, source FROM reading"
            " ORDER BY series, event_ms"
        ).execution_options(stream_results=True, yield_per=10_000)
    )
    cells, here, data = [], None, bytearray()
    for series, event_ms, steps, interval_ms, flags, received_ms, source in rows:
        minute = event_ms // _MINUTE_MS
        if here != (series, minute):
            if here is not None:
                cells.append({"series": here[0], "minute": here[1], "data": bytes(data)})
            if len(cells) >= 5_000:
                _store(connection, cells)
                cells = []
            here, data = (series, minute), bytearray(b"\x02")
        data += _RECORD.pack(
            event_ms - minute * _MINUTE_MS, flags, source, steps, interval_ms, received_ms
        )
    if here is not None:
        cells.append({"series": here[0], "minute": here[1], "data": bytes(data)})
    _store(connection, cells)
    op.drop_table("reading")


def _store(connection: sa.Connection, cells: list[dict[str, Any]]) -> None:
    if not cells:
        return
    if connection.dialect.name == "postgresql":
        import datetime

        months = {
            (moment.year, moment.month)
            for moment in (
                datetime.datetime.fromtimestamp(cell["minute"] * 60, datetime.timezone.utc) for cell in cells
            )
        }
        for year, month in sorted(months):
            first = datetime.datetime(year, month, 1, tzinfo=datetime.timezone.utc)
            following = datetime.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=datetime.timezone.utc)
            bounds = [int(moment.timestamp()) // 60 for moment in (first, following)]
            connection.exec_driver_sql(
                f"CREATE TABLE IF NOT EXISTS reading_cell_{year:04d}_{month:02d} PARTITION OF reading_cell"
                f" FOR VALUES FROM ({bounds[0]}) TO ({bounds[1]})"
            )
    connection.execute(
        sa.text("INSERT INTO reading_cell (series, minute, data) VALUES (:series, :minute, :data)"), cells
    )
