"""Tables of what is signed: the append-only ledger and the attachments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from bim_supervise.store.column_types import Instant
from bim_supervise.store.tables_base import Base


class LedgerEntryTable(Base, table=True):
    """One entry as its canonical bytes.

    Triggers of the database refuse UPDATE and DELETE and any insert that does not follow the head; the
    unique ``previous_hash`` makes a fork impossible.
    """

    __tablename__ = "ledger_entry"

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    previous_hash: str = Field(unique=True)
    hash: str = Field(unique=True)
    data: bytes


class AttachmentTable(Base, table=True):
    """A file kept beside the database under its SHA-256."""

    __tablename__ = "attachment"

    sha256: str = Field(primary_key=True)
    media_type: str
    name: str
    size: int = Field(sa_type=BigInteger)
    added_at: datetime = Field(sa_type=Instant)
