"""Tables of what inspection leaves behind: notes of cases, and the lines of the inspection plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant
from bim_supervise.store.tables_base import Base


class CaseNoteTable(Base, table=True):
    """One note of a case; notes are added and never changed. ``number`` orders all notes of the project."""

    __tablename__ = "case_note"

    number: int | None = Field(default=None, primary_key=True)
    case: str = Field(index=True)
    kind: str = Field(index=True)
    action: str
    user: str
    capacity: str
    at: datetime = Field(sa_type=Instant)
    text: str
    files: Any = Field(sa_type=Document)
    data: Any = Field(sa_type=Document)
    entry: int | None = None


class ItpLineTable(Base, table=True):
    """A line of the inspection and test plan as it was read; ``place`` keeps the order of the plan."""

    __tablename__ = "itp_line"

    id: str = Field(primary_key=True)
    place: int
    body: Any = Field(sa_type=Document)
