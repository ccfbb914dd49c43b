"""Tables of what other tools sent: topics of BCF archives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant
from bim_supervise.store.tables_base import Base


class BcfTopicTable(Base, table=True):
    """A topic as it was last loaded; ``archive`` is the SHA-256 of the archive, which is kept whole.

    ``case`` is the project's own case that the topic is about, where it came from here.
    """

    __tablename__ = "bcf_topic"

    guid: str = Field(primary_key=True)
    archive: str
    case: str | None = None
    body: Any = Field(sa_type=Document)
    loaded_by: str
    loaded_at: datetime = Field(sa_type=Instant)
