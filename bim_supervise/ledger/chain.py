"""The hash chain: whether it holds, from its first entry to its last.

Every entry names the hash of the one before; the first names 64 zeros. Entries of version 2 are signed, and a
signer's key stands in the chain before it is used. What a chain cannot show by itself is that its end was cut
off: compare the head with one that was handed out before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from bim_supervise.core.canonical import GENESIS_HASH
from bim_supervise.core.side_by_side import side_by_side
from bim_supervise.ledger.checks import ChainRow, Checked, KeyUse, Stretch, check_stretch

ROWS_A_STRETCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerKey:
    """A public key of the chain: who introduced it in which entry."""

    signer: str
    display_name: str
    public_key: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult:
    """What a check of a chain found.

    ``entries`` is how many entries hold, counted from the first; ``first_broken`` the sequence of the first
    that does not (0: the header of an export). ``reason`` is machine-readable; ``head`` the hash of the last
    entry that holds (64 zeros when there is none). ``unsigned`` counts entries of the version before
    signatures; ``keys`` are the signers' keys in the order in which the chain introduces them.
    """

    entries: int
    valid: bool
    first_broken: int | None
    reason: str | None
    head: str
    unsigned: int = 0
    keys: tuple[SignerKey, ...] = ()


def verify(
    rows: Iterable[ChainRow],
    *,
    project: str | None = None,
    head: str | None = None,
    chain_only: bool = False,
    cores: int = 1,
    on_progress: Callable[[int], None] | None = None,
) -> VerifyResult:
    """Check a chain from its first entry; rows are consumed one by one.

    Args:
        rows: the entries in order of sequence.
        project: when given, every entry must belong to it.
        head: a hash that was handed out before; when given, the chain must end with it.
        chain_only: check hashes and links alone, not signatures and form: finds every change made without
            rewriting the chain behind it.
        cores: processes that check side by side.
        on_progress: called with the number of entries checked so far.

    Returns:
        Valid, or the first broken entry with one of the reasons ``sequence_broken`` (removed, inserted or
        reordered), ``bytes_changed``, ``entry_malformed``, ``format_unknown``, ``format_downgraded``,
        ``link_broken``, ``project_differs``, ``not_canonical``, ``signature_missing``, ``signature_wrong``,
        ``key_unknown`` (not the signer's key at that place), ``head_differs`` (cut off, or rewritten).
    """
    # Hashing alone is faster than handing the bytes to another process.
    parts = side_by_side(check_stretch, _stretches(rows, project, chain_only), 1 if chain_only else cores)
    with closing(parts):
        return put_together(parts, head=head, on_progress=on_progress)


def put_together(
    parts: Iterable[Checked],
    *,
    head: str | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> VerifyResult:
    """What stretches that follow each other say about the whole chain; see :func:`verify`.

    Args:
        parts: what was found in each, each checked against the number and the hash that it must follow.
        head: see there.
        on_progress: see there.
    """
    found = _Found()
    for checked in parts:
        if not found.take(checked):
            break
        if on_progress:
            on_progress(found.entries)
    if found.reason is None and head is not None and head != found.head:
        found.reason = "head_differs"
    return found.result()


def _stretches(rows: Iterable[ChainRow], project: str | None, chain_only: bool) -> Iterator[Stretch]:
    iterator, expected, last = iter(rows), 1, GENESIS_HASH
    # Plain tuples, so that a helper needs no module of the store.
    while part := [(*row,) for row in islice(iterator, ROWS_A_STRETCH)]:
        yield Stretch(part, expected, last, project, chain_only)
        # Each stretch trusts the hash that the one before says it ends with, and that one is checked there.
        expected, last = expected + len(part), part[-1][2]


class _Found:
    """What the stretches say together."""

    def __init__(self) -> None:
        self.entries = 0
        self.head = GENESIS_HASH
        self.reason: str | None = None
        self._unsigned = 0
        self._signed = False
        self._current: dict[str, str] = {}
        self._keys: list[SignerKey] = []

    def take(self, checked: Checked) -> bool:
        """Add what was found in the next stretch; False when the chain breaks there."""
        first, held, head, reason = checked.first, checked.held, checked.last, checked.reason
        if self._signed and checked.last_unsigned is not None:
            # A stretch tells only of unsigned entries before its signed ones: it begins with one.
            held, head, reason = 0, self.head, "format_downgraded"
        for use in checked.uses:
            if use.sequence > first + held - 1:
                break
            if not self._known(use):
                held, head, reason = use.sequence - first, use.previous, "key_unknown"
                break
        if checked.last_unsigned is not None and checked.last_unsigned < first + held:
            self._unsigned = checked.last_unsigned
        self._signed = self._signed or checked.first_signed is not None
        self.entries += held
        self.head = head
        self.reason = reason
        return reason is None

    def _known(self, use: KeyUse) -> bool:
        if not use.introduced:
            return self._current.get(use.signer) == use.public_key
        if self._current.get(use.signer) != use.replaces:
            return False
        self._current[use.signer] = use.public_key
        self._keys.append(
            SignerKey(
                signer=use.signer,
                display_name=use.display_name,
                public_key=use.public_key,
                entry=use.sequence,
            )
        )
        return True

    def result(self) -> VerifyResult:
        return VerifyResult(
            entries=self.entries,
            valid=self.reason is None,
            first_broken=None if self.reason is None else self.entries + 1,
            reason=self.reason,
            head=self.head,
            unsigned=self._unsigned,
            keys=tuple(self._keys),
        )
