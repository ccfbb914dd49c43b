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
from bim_supervise.ledger.sign_off_form import AlgorithmsForm, message_of, read_sign_off
from bim_supervise.ledger.signatures import belongs, signature_and_message

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
    uses = _Uses(stretch.project)
    first_signed: int | None = None
    last_unsigned: int | None = None
    held = 0
    digest, link = hashlib.sha256, _LINK

    def found(reason: str | None) -> Checked:
        made = tuple(uses.made)
        return Checked(stretch.expected, held, reason, last, made, first_signed, last_unsigned)

    for row in stretch.rows:
        sequence, previous, hexadecimal, data = row
        signed = data.startswith(link % (expected - 1, last.encode()))
        if not signed or sequence != expected or previous != last or digest(data).hexdigest() != hexadecimal:
            reason = _fault(row, expected, last, stretch)
            if reason is not None:
                return found(reason)
        if signed:
            first_signed = first_signed or expected
            if not stretch.chain_only and (reason := uses.take(data, expected, last)):
                return found(reason)
        elif first_signed is not None:
            return found("format_downgraded")
        else:
            last_unsigned = expected
        held += 1
        expected += 1
        last = hexadecimal
    return found(None)


def check_signatures(
    entries: Sequence[bytes], before: Sequence[str], expected: int, last: str, project: str | None
) -> Checked:
    """Check the signatures and the form of signed entries of which the hashes and the links hold.

    Args:
        entries: canonical bytes, in order.
        before: the hash that each follows.
        expected: the number of the first.
        last: the hash of the last.
        project: when given, every entry must belong to it.
    """
    uses = _Uses(project)
    for held, (data, previous) in enumerate(zip(entries, before, strict=True)):
        if reason := uses.take(data, expected + held, previous):
            return Checked(expected, held, reason, previous, tuple(uses.made), expected, None)
    return Checked(expected, len(entries), None, last, tuple(uses.made), expected, None)


class _Uses:
    """Who used which key in a stretch, told whenever it is not the key that the same person used last."""

    def __init__(self, project: str | None) -> None:
        self.made: list[KeyUse] = []
        self._project = project
        self._current: dict[str, str] = {}

    def take(self, data: bytes, sequence: int, previous: str) -> str | None:
        """Check signature and form of an entry; the reason why they do not hold."""
        use = _use_of(data, sequence, previous, self._project)
        if isinstance(use, str):
            return use
        if use.introduced or self._current.get(use.signer) != use.public_key:
            self._current[use.signer] = use.public_key
            self.made.append(use)
        return None


# The first bytes of every signed entry are the link.
_LINK = b'{"_after":{"entries":%d,"hash":"%b"},'
_BEGINS = b'{"_after":'


_ALGORITHMS = AlgorithmsForm(**ALGORITHMS)


def _use_of(data: bytes, sequence: int, previous: str, project: str | None) -> KeyUse | str:
    """Who signed an entry with which key, once signature and form hold; else the reason why not."""
    form = read_sign_off(data)
    if form is None:
        return _use_of_any(data, sequence, previous, project)
    message = message_of(form, data)
    if message is None:
        return "signature_missing"
    if form.format_version != FORMAT_VERSION or form.algorithms != _ALGORITHMS:
        return "format_unknown"
    if project is not None and form.project != project:
        return "project_differs"
    use = KeyUse(sequence, previous, form.signer, form.display_name, form.public_key, False, None)
    return _signed_by(use, form.signature, message)


def _use_of_any(data: bytes, sequence: int, previous: str, project: str | None) -> KeyUse | str:
    """The same for an entry of whatever type."""
    entry = read_canonical(data)
    if entry is NOT_CANONICAL:
        return "not_canonical"
    try:
        found = signature_and_message(data)
        if found is None or entry["signature"] != found[0]:
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
    return _signed_by(use, *found)


def _signed_by(use: KeyUse, signature: str, message: bytes | None) -> KeyUse | str:
    holds = message is not None and belongs(signature, message, use.public_key)
    return use if holds else "signature_wrong"


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
