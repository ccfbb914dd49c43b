"""Tables of how evidence comes in: feeds, senders, instruments, and zones drawn on site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Double
from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant
from bim_supervise.store.tables_base import Base


class FeedTable(Base, table=True):
    """How one kind of message is read; ``content`` is the feed as plain data, ``place`` its order."""

    __tablename__ = "feed"

    name: str = Field(primary_key=True)
    place: int
    content: Any = Field(sa_type=Document)


class SenderTable(Base, table=True):
    """A device or gateway that may send; only the hash of its secret is known."""

    __tablename__ = "sender"

    id: str = Field(primary_key=True)
    name: str
    door: str
    secret_hash: str
    devices: Any = Field(sa_type=Document)
    addresses: Any = Field(sa_type=Document)
    statements: bool
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)


class InstrumentTable(Base, table=True):
    """From ``from_ms`` on, what ``sender`` reports is the series of ``device``, shifted by ``offsets``."""

    __tablename__ = "instrument"

    id: int | None = Field(default=None, primary_key=True)
    device: str = Field(index=True)
    sender: str
    from_ms: int = Field(sa_type=BigInteger)
    offsets: Any = Field(sa_type=Document)
    note: str
    changed_by: str
    changed_at: datetime = Field(sa_type=Instant)


class SiteZoneTable(Base, table=True):
    """A zone drawn on site, beside those of the model."""

    __tablename__ = "site_zone"

    id: str = Field(primary_key=True)
    name: str
    polygon: Any = Field(sa_type=Document)
    z_min: float | None = Field(default=None, sa_type=Double)
    z_max: float | None = Field(default=None, sa_type=Double)
    purpose: str | None = None
