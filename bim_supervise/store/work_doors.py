"""How evidence comes in: feeds, senders, instruments, and zones drawn on site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bim_supervise.core.errors import NotFound
from bim_supervise.store.records_doors import InstrumentRecord, SenderRecord
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_doors import FeedTable, InstrumentTable, SenderTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_FEED = table_of(FeedTable)
_SENDER = table_of(SenderTable)
_INSTRUMENT = table_of(InstrumentTable)


class WorkDoors(WorkBase):
    """Feeds, senders and instruments."""

    def replace_feeds(self, feeds: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Replace all feeds by (name, content as plain data); their order is kept."""
        self._replace_all(
            FeedTable,
            ({"name": name, "place": n, "content": dict(content)} for n, (name, content) in enumerate(feeds)),
        )

    def feeds(self) -> list[tuple[str, Mapping[str, Any]]]:
        """All feeds in their order."""
        rows = self._rows(select(_FEED).order_by(_FEED.c.place))
        return [(row["name"], row["content"]) for row in rows]

    def add_sender(self, sender: SenderRecord) -> None:
        """Remember a sender under its id."""
        self._insert(SenderTable, [to_row(sender)])

    def senders(self) -> list[SenderRecord]:
        """All senders, revoked ones too, in the order they were made."""
        rows = self._rows(select(_SENDER).order_by(_SENDER.c.created_at, _SENDER.c.id))
        return [to_record(row, SenderRecord) for row in rows]

    def sender(self, identity: str) -> SenderRecord | None:
        """A sender, revoked or not, or None."""
        row = self._row(select(_SENDER).where(_SENDER.c.id == identity))
        return None if row is None else to_record(row, SenderRecord)

    def revoke_sender(self, identity: str, at: datetime) -> None:
        """Let a sender send no more; what it has sent stays as it is.

        Raises:
            NotFound: ``sender_unknown``.
        """
        if self.sender(identity) is None:
            raise NotFound(
                "sender_unknown",
                f"There is no sender '{identity}'.",
                "List the senders for their ids.",
                sender=identity,
            )
        revoked = update(_SENDER).where(_SENDER.c.id == identity, _SENDER.c.revoked_at.is_(None))
        self._connection.execute(revoked.values(revoked_at=at))

    def note_sender(self, identity: str, at: datetime) -> None:
        """Remember when a sender was last heard."""
        self._connection.execute(update(_SENDER).where(_SENDER.c.id == identity).values(last_used_at=at))

    def add_instrument(self, record: InstrumentRecord) -> int:
        """Remember which instrument reports the series of a device from when on; returns its number."""
        return self._insert_one(InstrumentTable, to_row(record, without={"id"}))

    def instruments(self, device: str | None = None) -> list[InstrumentRecord]:
        """Instruments of one device or of all, by device and time."""
        columns = _INSTRUMENT.c
        statement = select(_INSTRUMENT).order_by(columns.device, columns.from_ms, columns.id)
        if device is not None:
            statement = statement.where(columns.device == device)
        return [to_record(row, InstrumentRecord) for row in self._rows(statement)]
