"""What the ledger says about sign-offs, kept in memory and read on from where it was left.

Entries are never changed, so each is read once a process; a signature costs the same behind a million
entries as behind ten. Of every entry only its place is kept; what it says is kept for the checkpoints that
are asked for. Should the entry that was read last not be in the store (a transaction that was rolled back, an
older snapshot, a restored backup), everything is read anew.
"""

from __future__ import annotations

import json
import threading
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

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

    def sign_offs(self, work: Work, checkpoints: Iterable[str]) -> dict[str, Sequence[SignOffMade]]:
        """Sign-offs of some checkpoints, in the order of the chain, without those taken back."""
        with self._lock:
            self._renew(work)
            asked = [checkpoint for checkpoint in checkpoints if checkpoint in self._places]
            self._read(work, [checkpoint for checkpoint in asked if checkpoint not in self._standing])
            return {checkpoint: self._standing[checkpoint] for checkpoint in asked}

    def sign_offs_of(self, work: Work, checkpoint: str) -> Sequence[SignOffMade]:
        """The same for one checkpoint."""
        return self.sign_offs(work, [checkpoint]).get(checkpoint, ())

    def places(self, work: Work, checkpoints: Iterable[str]) -> list[int]:
        """Sequences of the sign-offs of some checkpoints, those taken back too."""
        with self._lock:
            self._renew(work)
            return sorted(place for one in checkpoints for place in self._places.get(one, ()))

    def typed(self, work: Work, signer: str, checkpoint: str, typed_at: str) -> tuple[int, str] | None:
        """Sequence and hash of the entry of words that a person wrote at a moment, or None."""
        with self._lock:
            self._renew(work)
            return self._typed.get((signer, checkpoint, typed_at))

    def _forget(self) -> None:
        self._last, self._hash = 0, GENESIS_HASH
        self._withdrawn: set[int] = set()
        self._places: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
        self._typed: dict[tuple[str, str, str], tuple[int, str]] = {}
        self._made: dict[str, list[SignOffMade]] = {}
        self._standing: dict[str, tuple[SignOffMade, ...]] = {}

    def _renew(self, work: Work) -> None:
        if self._last:
            known = work.entry(self._last)
            if known is None or known.hash != self._hash:
                self._forget()
        for row in work.entries(after=self._last):
            self._take(row, _SAID.decode(row.data))
            self._last, self._hash = row.sequence, row.hash

    def _take(self, row: LedgerRow, said: _Said) -> None:
        if said.type == EntryType.WITHDRAWAL:
            self._withdrawn.add(int(said.withdraws["entry"]))
            self._standing.clear()
        elif said.type == EntryType.SIGN_OFF:
            self._places[said.checkpoint].append(row.sequence)
            self._standing.pop(said.checkpoint, None)
            if said.typed_at is not None:
                key = (said.signer, said.checkpoint, said.typed_at)
                self._typed.setdefault(key, (row.sequence, row.hash))

    def _read(self, work: Work, checkpoints: Sequence[str]) -> None:
        """Read what was signed on checkpoints and is not in memory yet."""
        missing: list[int] = []
        for checkpoint in checkpoints:
            missing += self._places[checkpoint][len(self._made.setdefault(checkpoint, [])) :]
        for row in work.entries_at(sorted(missing)):
            entry = json.loads(row.data)
            self._made[entry["checkpoint"]].append(_made(row.sequence, entry))
        for checkpoint in checkpoints:
            made = self._made[checkpoint]
            self._standing[checkpoint] = tuple(item for item in made if item.sequence not in self._withdrawn)


class _Said(msgspec.Struct):
    """What is kept of an entry, whatever its type makes of these names; the rest is skipped."""

    type: str
    signer: str
    checkpoint: Any = None
    typed_at: Any = None
    withdraws: Any = None


_SAID = msgspec.json.Decoder(_Said)


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
