"""The ledger: entries are added behind the head, and nothing else ever happens to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from bim_supervise.core.canonical import GENESIS_HASH, sha256_hex
from bim_supervise.store.records import LedgerHead, LedgerRow
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_ledger import LedgerEntryTable
from bim_supervise.store.work_base import WorkBase

_ENTRY = table_of(LedgerEntryTable)
_CHUNK = 1000


class WorkLedger(WorkBase):
    """What was signed."""

    def append_entry(self, make: Callable[[int, str], bytes]) -> LedgerRow:
        """Append one entry.

        The write transaction keeps every other writer out until it ends, so the head cannot move between
        reading it and writing behind it.

        Args:
            make: given the sequence and the hash of the entry before, returns the canonical bytes.

        Returns:
            The entry as stored, with the SHA-256 of its bytes.
        """
        head = self.ledger_head()
        sequence = head.entries + 1
        data = make(sequence, head.hash)
        row = LedgerRow(sequence, head.hash, sha256_hex(data), data)
        self._insert(LedgerEntryTable, [row._asdict()])
        return row

    def ledger_head(self) -> LedgerHead:
        """The number of entries and the hash of the last (64 zeros when there is none)."""
        row = self._row(select(_ENTRY.c.sequence, _ENTRY.c.hash).order_by(_ENTRY.c.sequence.desc()).limit(1))
        if row is None:
            return LedgerHead(entries=0, hash=GENESIS_HASH)
        return LedgerHead(entries=int(row["sequence"]), hash=str(row["hash"]))

    def entry(self, sequence: int) -> LedgerRow | None:
        """One entry, or None where the chain has none with this number."""
        row = self._connection.execute(select(_ENTRY).where(_ENTRY.c.sequence == sequence)).one_or_none()
        return None if row is None else _row(row)

    def entries_at(self, sequences: Sequence[int]) -> Iterator[LedgerRow]:
        """The entries with these numbers, in order, read in portions; a number that none has is left out."""
        for first in range(0, len(sequences), _CHUNK):
            numbers = sequences[first : first + _CHUNK]
            statement = select(_ENTRY).where(_ENTRY.c.sequence.in_(numbers)).order_by(_ENTRY.c.sequence)
            for row in self._connection.execute(statement).all():
                yield _row(row)

    def entries(self, after: int = 0) -> Iterator[LedgerRow]:
        """Entries with a sequence greater than ``after``, in order, read in portions."""
        last = after
        while True:
            statement = select(_ENTRY).where(_ENTRY.c.sequence > last).order_by(_ENTRY.c.sequence)
            rows = self._connection.execute(statement.limit(_CHUNK)).all()
            for row in rows:
                yield _row(row)
            if len(rows) < _CHUNK:
                return
            last = rows[-1].sequence


def _row(row: Any) -> LedgerRow:
    return LedgerRow(row.sequence, row.previous_hash, row.hash, bytes(row.data))
