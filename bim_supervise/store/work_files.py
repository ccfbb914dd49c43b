"""Attachments: a row in the database, the content in a file beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bim_supervise.core.errors import StoreFailed
from bim_supervise.store.attachments import read_attachment, write_attachment
from bim_supervise.store.records import AttachmentRecord
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_ledger import AttachmentTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_ATTACHMENT = table_of(AttachmentTable)


class WorkFiles(WorkBase):
    """Photos and other files that observations and sign-offs name by their SHA-256."""

    def add_attachment(self, data: bytes, media_type: str, name: str, at: datetime) -> AttachmentRecord:
        """Keep a file; the same content again returns the row that is there.

        The file is written before the row. If the transaction fails, the file stays without a row, which
        harms nobody; a row without its file cannot come about.

        Raises:
            StoreFailed: ``attachments_folder_unknown``, ``attachment_unwritable`` or ``store_full``.
        """
        digest = write_attachment(self._folder(), data)
        known = self.attachment(digest)
        if known is not None:
            return known
        record = AttachmentRecord(
            sha256=digest, media_type=media_type, name=name, size=len(data), added_at=at
        )
        self._insert(AttachmentTable, [to_row(record)])
        return record

    def attachment(self, sha256: str) -> AttachmentRecord | None:
        """What is known of an attachment, or None."""
        row = self._row(select(_ATTACHMENT).where(_ATTACHMENT.c.sha256 == sha256))
        return None if row is None else to_record(row, AttachmentRecord)

    def attachment_bytes(self, sha256: str) -> bytes:
        """The content of an attachment, checked against its SHA-256.

        Raises:
            NotFound: ``attachment_missing``.
            StoreFailed: ``attachment_damaged`` or ``attachments_folder_unknown``.
        """
        return read_attachment(self._folder(), sha256)

    def _folder(self) -> Path:
        if self._attachments is None:
            raise StoreFailed(
                "attachments_folder_unknown",
                "This database is not a file, so the place of its attachments has to be named.",
                "Open the project with its directory.",
            )
        return self._attachments
