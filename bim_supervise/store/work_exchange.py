"""Topics that other tools sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_exchange import BcfTopicTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_TOPIC = table_of(BcfTopicTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class BcfTopicRecord:
    """A loaded topic; ``body`` are its fields as plain data."""

    guid: str
    archive: str
    case: str | None
    body: Mapping[str, Any]
    loaded_by: str
    loaded_at: datetime


class WorkExchange(WorkBase):
    """What came from other tools."""

    def upsert_bcf_topics(self, topics: Sequence[BcfTopicRecord]) -> None:
        """Keep topics; one that was loaded before is replaced by its newer state."""
        self._upsert(BcfTopicTable, [to_row(topic) for topic in topics])

    def bcf_topics(self) -> list[BcfTopicRecord]:
        """All loaded topics by their identifier."""
        return [to_record(row, BcfTopicRecord) for row in self._rows(select(_TOPIC).order_by(_TOPIC.c.guid))]
