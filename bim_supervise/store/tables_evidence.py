"""Tables of evidence: facts, telemetry, minute windows, and conflicts between statements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Double, Index, UniqueConstraint
from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant
from bim_supervise.store.tables_base import Base

_CLUSTERED = {"sqlite_with_rowid": False}
"""The key is the table: half the size and one look-up less than a key beside hidden row numbers."""


class FactTable(Base, table=True):
    """One statement from site; ``id`` is the digest of its identity."""

    __tablename__ = "fact"
    __table_args__ = (
        Index(None, "event_time", "id"),
        Index(None, "subject", "kind"),
        Index(None, "kind", "event_time"),
    )

    id: str = Field(primary_key=True)
    source: str
    reporter: str
    kind: str
    subject_type: str
    subject: str
    event_time: datetime = Field(sa_type=Instant)
    received_time: datetime = Field(sa_type=Instant)
    value_number: float | None = Field(default=None, sa_type=Double)
    value_text: str | None = None
    unit: str
    interval_s: float | None = Field(default=None, sa_type=Double)
    quality: str
    authenticated: bool
    payload: Any = Field(sa_type=Document)


class SeriesTable(Base, table=True):
    """A device and kind, under a small number that the readings use."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("device", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    device: str
    kind: str


class SourceTable(Base, table=True):
    """A door that readings came through, under a small number."""

    __tablename__ = "source"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class ReadingCellTable(Base, table=True):
    """All readings of one series in one minute as bytes; ``store.cells`` reads and writes them.

    ``series`` is not a foreign key: the store gives the numbers itself, and checking one per cell would
    only slow the intake. PostgreSQL keeps a partition per month.
    """

    __tablename__ = "reading_cell"
    __table_args__ = {**_CLUSTERED, "postgresql_partition_by": "RANGE (minute)"}

    series: int = Field(primary_key=True)
    minute: int = Field(primary_key=True)
    data: bytes


class MinuteWindowTable(Base, table=True):
    """A mergeable aggregate of one series."""

    __tablename__ = "minute_window"
    __table_args__ = _CLUSTERED

    series: int = Field(primary_key=True)
    start_ms: int = Field(primary_key=True, sa_type=BigInteger)
    end_ms: int = Field(sa_type=BigInteger)
    count: int = Field(sa_type=BigInteger)
    covered_ms: int = Field(sa_type=BigInteger)
    weighted_sum: int = Field(sa_type=BigInteger)
    energy_sum: int = Field(sa_type=BigInteger)
    minimum: int = Field(sa_type=BigInteger)
    maximum: int = Field(sa_type=BigInteger)
    first_ms: int = Field(sa_type=BigInteger)
    first: int = Field(sa_type=BigInteger)
    last_ms: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)
    distrusted: int = Field(sa_type=BigInteger)


class ConflictTable(Base, table=True):
    """What another statement under the same identity said; the kept one is in ``fact`` or ``reading``."""

    __tablename__ = "conflict"

    id: str = Field(primary_key=True)
    shape: str
    identity: str = Field(index=True)
    kind: str
    subject: str
    event_time: datetime = Field(sa_type=Instant, index=True)
    content: Any = Field(sa_type=Document)
    source: str
    received_time: datetime = Field(sa_type=Instant)
