"""Table of what happened with outside identities."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from bim_supervise.store.column_types import Instant
from bim_supervise.store.tables_base import Base


class IdentityEventTable(Base, table=True):
    """An outside identity was linked, unlinked, let in or refused; rows are only ever added."""

    __tablename__ = "identity_event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant, index=True)
    event: str
    issuer: str
    subject: str
    user: str | None = None
    by: str | None = None
