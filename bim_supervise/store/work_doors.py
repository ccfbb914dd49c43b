"""How evidence comes in: feeds, senders, instruments, and zones drawn on site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from bim_supervise.core.errors import NotFound
from bim_supervise.events.place import Zone
from bim_supervise.store.cells import MINUTE_MS
from bim_supervise.store.records_doors import InstrumentRecord, SenderRecord
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_doors import FeedTable, InstrumentTable, SenderTable, SiteZoneTable
from bim_supervise.store.tables_evidence import MinuteWindowTable, ReadingCellTable, SeriesTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_FEED = table_of(FeedTable)
_SENDER = table_of(SenderTable)
_INSTRUMENT = table_of(InstrumentTable)
_ZONE = table_of(SiteZoneTable)
_CELL = table_of(ReadingCellTable)
_WINDOW = table_of(MinuteWindowTable)
_SERIES = table_of(SeriesTable)


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

    def replace_zones(self, zones: Sequence[Zone]) -> None:
        """Replace the zones drawn on site."""
        self._replace_all(SiteZoneTable, (to_row(zone) for zone in zones))

    def zones(self) -> list[Zone]:
        """The zones drawn on site, by id."""
        return [to_record(row, Zone) for row in self._rows(select(_ZONE).order_by(_ZONE.c.id))]

    def forget_readings(self, prefix: str, before_ms: int) -> int:
        """Delete readings and windows of the devices whose id begins with ``prefix``, older than a moment.

        Returns:
            How many minutes with readings were deleted.
        """
        series = select(_SERIES.c.id).where(_SERIES.c.device.startswith(prefix, autoescape=True))
        minute = before_ms // MINUTE_MS
        gone = self._connection.execute(
            delete(_CELL).where(_CELL.c.series.in_(series), _CELL.c.minute < minute)
        )
        self._connection.execute(
            delete(_WINDOW).where(_WINDOW.c.series.in_(series), _WINDOW.c.start_ms < minute * MINUTE_MS)
        )
        return int(gone.rowcount)

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
