"""One stretch of a chain, checked: hashes, links, canonical form, signatures, and who used which key.

Pure and picklable, so that stretches are checked side by side: each knows the hash that it must follow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from bim_supervise.ledger.canonical_form import NOT_CANONICAL, is_canonical, read_canonical
from bim_supervise.ledger.entries import ALGORITHMS, FORMAT_VERSION, EntryType
from bim_supervise.ledger.signatures import SIGNATURE, signature_holds

ChainRow = tuple[int, str, str, bytes]
"""Sequence, previous hash, hash and canonical bytes of one entry, as a store keeps them."""


class Stretch(NamedTuple):
    """Consecutive rows, and what they follow: ``last`` is the hash before, ``expected`` the first number."""

    rows: Sequence[ChainRow]
    expected: int
    last: str
    project: str | None
    chain_only: bool


class KeyUse(NamedTuple):
    """From this entry on a signer uses this key; ``replaces`` is given where the entry introduces it.

    ``previous`` is the hash of the entry before.
    """

    sequence: int
    previous: str
    signer: str
    display_name: str
    public_key: str
    introduced: bool
    replaces: str | None


class Checked(NamedTuple):
    """What was found in a stretch; ``held`` entries hold, the next breaks for ``reason`` (None: all hold).

    ``first`` is the number of its first entry, ``last`` the hash of the last one that holds (that of the
    entry before the stretch when none does). Once an entry is signed, all after it must be:
    ``first_signed`` and ``last_unsigned`` tell it further on.
    """

    first: int
    held: int
    reason: str | None
    last: str
    uses: tuple[KeyUse, ...]
    first_signed: int | None
    last_unsigned: int | None


def check_stretch(stretch: Stretch) -> Checked:
    """Check consecutive rows, from the first until one does not hold."""
    last, expected = stretch.last, stretch.expected
    uses: list[KeyUse] = []
    current: dict[str, str] = {}
    first_signed: int | None = None
    last_unsigned: int | None = None
    held = 0
    digest, link = hashlib.sha256, _LINK

    def found(reason: str | None) -> Checked:
        return Checked(stretch.expected, held, reason, last, tuple(uses), first_signed, last_unsigned)

    for row in stretch.rows:
        sequence, previous, hexadecimal, data = row
        signed = data.startswith(link % (expected - 1, last.encode()))
        if not signed or sequence != expected or previous != last or digest(data).hexdigest() != hexadecimal:
            reason = _fault(row, expected, last, stretch)
            if reason is not None:
                return found(reason)
        if signed:
            first_signed = first_signed or expected
            if not stretch.chain_only:
                use = _use_of(data, expected, last, stretch.project)
                if isinstance(use, str):
                    return found(use)
                if use.introduced or current.get(use.signer) != use.public_key:
                    current[use.signer] = use.public_key
                    uses.append(use)
        else:
            last_unsigned = expected
            if first_signed is not None:
                return Checked(
                    stretch.expected,
                    held,
                    "format_downgraded",
                    last,
                    tuple(uses),
                    first_signed,
                    last_unsigned,
                )
        held += 1
        expected += 1
        last = hexadecimal
    return found(None)


# The first bytes of every signed entry are the link.
_LINK = b'{"_after":{"entries":%d,"hash":"%b"},'
_BEGINS = b'{"_after":'


def _use_of(data: bytes, sequence: int, previous: str, project: str | None) -> KeyUse | str:
    """Who signed an entry with which key, once signature and form hold; else the reason why not."""
    entry = read_canonical(data)
    if entry is NOT_CANONICAL:
        return "not_canonical"
    try:
        found = SIGNATURE.search(data)
        if found is None or entry["signature"].encode() != found[1]:
            return "signature_missing"
        if entry["format_version"] != FORMAT_VERSION or entry["algorithms"] != ALGORITHMS:
            return "format_unknown"
        if project is not None and entry["project"] != project:
            return "project_differs"
        introduced = entry["type"] == EntryType.SIGNING_KEY
        use = KeyUse(
            sequence, previous, entry["signer"], entry["display_name"], entry["public_key"], introduced,
            entry["replaces"] if introduced else None,
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError):
        return "signature_missing" if "signature" not in entry else "entry_malformed"
    return use if signature_holds(data, use.public_key) else "signature_wrong"


# ---- what is wrong with a row that is not the next signed entry; also entries of version 1 ---------


class _Spine(msgspec.Struct):
    """What every type of unsigned entry has; the rest is skipped while decoding."""

    format_version: int
    sequence: int
    previous_hash: str
    project: str


class _After(msgspec.Struct):
    entries: int
    hash: str


class _SignedSpine(msgspec.Struct):
    after: _After
    algorithms: Any
    format_version: int


_SPINE = msgspec.json.Decoder(_Spine)
_SIGNED_SPINE = msgspec.json.Decoder(_SignedSpine)
_UNSIGNED_VERSION = 1


def _fault(row: ChainRow, expected: int, last: str, stretch: Stretch) -> str | None:
    sequence, previous, hexadecimal, data = row
    if sequence != expected:
        return "sequence_broken"
    if hashlib.sha256(data).hexdigest() != hexadecimal:
        return "bytes_changed"
    try:
        if data.startswith(_BEGINS):
            signed = _SIGNED_SPINE.decode(data)
            if signed.after.entries != expected - 1:
                return "sequence_broken"
            if signed.after.hash != last or previous != last:
                return "link_broken"
            return "format_unknown"
        spine = _SPINE.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "entry_malformed"
    if spine.format_version != _UNSIGNED_VERSION:
        return "format_unknown"
    if spine.sequence != sequence:
        return "sequence_broken"
    if spine.previous_hash != last or previous != last:
        return "link_broken"
    if stretch.project is not None and spine.project != stretch.project:
        return "project_differs"
    return None if is_canonical(data) else "not_canonical"
