"""Tables of the project itself and its settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant
from bim_supervise.store.tables_base import Base


class ProjectTable(Base, table=True):
    """The one project of a database."""

    __tablename__ = "project"

    row: int = Field(default=1, primary_key=True)
    id: str
    name: str
    timezone: str
    currency: str
    replay: bool
    site_now: datetime | None = Field(default=None, sa_type=Instant)
    last_received: datetime | None = Field(default=None, sa_type=Instant)


class SettingTable(Base, table=True):
    """Free settings by key."""

    __tablename__ = "setting"

    key: str = Field(primary_key=True)
    value: Any = Field(sa_type=Document, nullable=True)
