"""What the ledger says about sign-offs, kept in memory and read on from where it was left.

Entries are never changed, so each is read once a process; a signature costs the same behind a million
entries as behind ten. Should the entry that was read last not be in the store (a transaction that was rolled
back, an older snapshot, a restored backup), everything is read anew.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bim_supervise.checkpoints.contract import Outcome
from bim_supervise.checkpoints.gates import SignOffMade
from bim_supervise.core.canonical import GENESIS_HASH
from bim_supervise.ledger.entries import EntryType
from bim_supervise.store.records import LedgerRow
from bim_supervise.store.work import Work


class LedgerMemory:
    """Sign-offs by checkpoint, and which entries were taken back; safe to ask from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def withdrawn(self, work: Work) -> frozenset[int]:
        """Sequences of the entries that were taken back."""
        with self._lock:
            self._renew(work)
            return frozenset(self._withdrawn)

    def sign_offs(self, work: Work) -> dict[str, Sequence[SignOffMade]]:
        """Sign-offs by checkpoint, in the order of the chain, without those taken back."""
        with self._lock:
            self._renew(work)
            return {checkpoint: self._standing(made) for checkpoint, made in self._made.items()}

    def sign_offs_of(self, work: Work, checkpoint: str) -> Sequence[SignOffMade]:
        """The same for one checkpoint."""
        with self._lock:
            self._renew(work)
            return self._standing(self._made.get(checkpoint, ()))

    def typed(self, work: Work, signer: str, checkpoint: str, typed_at: str) -> tuple[int, str] | None:
        """Sequence and hash of the entry of words that a person wrote at a moment, or None."""
        with self._lock:
            self._renew(work)
            return self._typed.get((signer, checkpoint, typed_at))

    def _standing(self, made: Sequence[SignOffMade]) -> tuple[SignOffMade, ...]:
        return tuple(item for item in made if item.sequence not in self._withdrawn)

    def _forget(self) -> None:
        self._last, self._hash = 0, GENESIS_HASH
        self._withdrawn: set[int] = set()
        self._made: defaultdict[str, list[SignOffMade]] = defaultdict(list)
        self._typed: dict[tuple[str, str, str], tuple[int, str]] = {}

    def _renew(self, work: Work) -> None:
        if self._last:
            known = work.entry(self._last)
            if known is None or known.hash != self._hash:
                self._forget()
        for row in work.entries(after=self._last):
            self._take(row, json.loads(row.data))
            self._last, self._hash = row.sequence, row.hash

    def _take(self, row: LedgerRow, entry: Mapping[str, Any]) -> None:
        if entry["type"] == EntryType.WITHDRAWAL:
            self._withdrawn.add(int(entry["withdraws"]["entry"]))
        elif entry["type"] == EntryType.SIGN_OFF:
            self._made[entry["checkpoint"]].append(_made(row.sequence, entry))
            if "typed_at" in entry:
                key = (entry["signer"], entry["checkpoint"], entry["typed_at"])
                self._typed.setdefault(key, (row.sequence, row.hash))


def _made(sequence: int, entry: Mapping[str, Any]) -> SignOffMade:
    return SignOffMade(
        sequence=sequence,
        time=datetime.fromisoformat(entry["time"]).astimezone(UTC),
        signer=entry["signer"],
        capacity=entry["capacity"],
        decision=entry["decision"],
        digests=tuple(item["digest"] for item in entry["verdicts"]),
        all_passed=bool(entry["verdicts"])
        and all(item["outcome"] == Outcome.PASS.value for item in entry["verdicts"]),
        elements={item["global_id"]: item["content_hash"] for item in entry["elements"]},
    )
