"""The one-file export of a chain that a stranger can check offline.

Format, version 2. The file is UTF-8, every line ends with one line feed:

- line 1, the header, canonical JSON: ``format``, ``format_version``, ``algorithms``, ``project``,
  ``entries`` (their number), ``head`` (hash of the last entry), ``keys`` (every signer's public keys and the
  entry that introduces each) and ``digest`` (SHA-256 of the canonical JSON of the header without ``digest``);
- then one line an entry: ``{"entry":<canonical bytes of the entry>,"hash":"<their SHA-256>"}``.

Version 1 has no ``keys`` and names no signature; it is still read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from bim_supervise.core.canonical import GENESIS_HASH, canonical_json, digest_of
from bim_supervise.ledger.chain import SignerKey, VerifyResult, verify
from bim_supervise.ledger.checks import ChainRow
from bim_supervise.ledger.entries import ALGORITHMS, FORMAT_VERSION

EXPORT_FORMAT = "bim-supervise-ledger"


def export_lines(
    rows: Iterable[ChainRow], *, project: str, entries: int, head: str, keys: Sequence[SignerKey]
) -> Iterator[bytes]:
    """The lines of an export, each with its line feed; what is not ``rows`` describes the whole chain."""
    yield canonical_json(_header(FORMAT_VERSION, project, entries, head, _key_rows(keys))) + b"\n"
    for _, _, hexadecimal, data in rows:
        yield b"".join((ENTRY, data, HASH, hexadecimal.encode("ascii"), END))


def verify_export(
    lines: Iterable[bytes],
    *,
    head: str | None = None,
    chain_only: bool = False,
    cores: int = 1,
    on_progress: Callable[[int], None] | None = None,
) -> VerifyResult:
    """Check an export, given as the lines of a file opened in binary mode.

    Any single changed byte is found: in an entry, in the header, in white space or in a line feed.

    Args:
        lines: lines with their line feeds.
        head: a hash that was handed out before; when given, the chain must end with it.
        chain_only: see :func:`~bim_supervise.ledger.chain.verify`.
        cores: see there.
        on_progress: see there.

    Returns:
        As :func:`~bim_supervise.ledger.chain.verify`, with the further reasons ``header_malformed``,
        ``header_changed``, ``keys_differ``, ``line_malformed`` and ``entries_missing``.
    """
    iterator = iter(lines)
    header, reason = read_header(next(iterator, b""))
    if header is None:
        return header_broken(reason)
    reading = _ExportRows(iterator)
    result = verify(
        reading, project=header["project"], chain_only=chain_only, cores=cores, on_progress=on_progress
    )
    if result.valid and reading.malformed:
        return replace(result, valid=False, first_broken=result.entries + 1, reason="line_malformed")
    return against_header(result, header, head=head, chain_only=chain_only)


def header_broken(reason: str) -> VerifyResult:
    """The answer for a file whose header does not hold."""
    return VerifyResult(entries=0, valid=False, first_broken=0, reason=reason, head=GENESIS_HASH)


def against_header(
    result: VerifyResult, header: Mapping[str, Any], *, head: str | None, chain_only: bool
) -> VerifyResult:
    """What was found in the entries of an export, held against what its header declares."""
    if not result.valid:
        return result
    place, declared = result.entries + 1, header["entries"]
    if result.entries < declared:
        return replace(result, valid=False, first_broken=place, reason="entries_missing")
    if result.entries > declared:
        return replace(
            result, valid=False, entries=declared, first_broken=declared + 1, reason="sequence_broken"
        )
    if result.head != header["head"] or head not in (None, result.head):
        return replace(result, valid=False, first_broken=place, reason="head_differs")
    if not chain_only and header.get("keys", []) != _key_rows(result.keys):
        return replace(result, valid=False, first_broken=0, reason="keys_differ")
    return result


ENTRY = b'{"entry":'
HASH = b',"hash":"'
END = b'"}\n'
TAIL = len(HASH) + 64 + len(END)
"""What stands in a line before its entry, and behind it: the hash of the entry between two pieces."""


class ExportLine(NamedTuple):
    """One line: the hash it states, and the bytes of its entry."""

    hexadecimal: str
    data: bytes


def read_line(line: bytes) -> ExportLine | None:
    """A line of an export taken apart; None when it is none."""
    start = len(line) - TAIL
    end = len(line) - len(END)
    if start < len(ENTRY) or not line.startswith(ENTRY) or not line.endswith(END):
        return None
    if line[start : start + len(HASH)] != HASH:
        return None
    try:
        hexadecimal = line[end - 64 : end].decode("ascii")
    except UnicodeDecodeError:
        return None
    return ExportLine(hexadecimal, line[len(ENTRY) : start])


class _ExportRows:
    """Rows out of lines; stops at the first line that is none and remembers it."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.malformed = False

    def __iter__(self) -> Iterator[ChainRow]:
        last = GENESIS_HASH
        for sequence, line in enumerate(self._lines, start=1):
            read = read_line(line)
            if read is None:
                self.malformed = True
                return
            yield sequence, last, read.hexadecimal, read.data
            last = read.hexadecimal


def _key_rows(keys: Sequence[SignerKey]) -> list[dict[str, Any]]:
    return [
        {
            "signer": key.signer,
            "display_name": key.display_name,
            "public_key": key.public_key,
            "entry": key.entry,
        }
        for key in keys
    ]


def _header(
    version: int, project: str, entries: int, head: str, keys: list[dict[str, Any]] | None
) -> dict[str, Any]:
    header: dict[str, Any] = {
        "format": EXPORT_FORMAT,
        "format_version": version,
        "algorithms": dict(ALGORITHMS)
        if version == FORMAT_VERSION
        else dict(ALGORITHMS) | {"signature": None},
        "project": project,
        "entries": entries,
        "head": head,
    }
    if keys is not None:
        header["keys"] = keys
    return header | {"digest": digest_of(header)}


def read_header(line: bytes) -> tuple[Mapping[str, Any] | None, str]:
    """The header of an export, or None and the reason why it does not hold."""
    try:
        header = json.loads(line)
        project, entries, head = header["project"], header["entries"], header["head"]
        version, keys = header["format_version"], header.get("keys")
        known = header["format"] == EXPORT_FORMAT and version in (1, FORMAT_VERSION)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, "header_malformed"
    if not (isinstance(project, str) and isinstance(entries, int) and isinstance(head, str)):
        return None, "header_malformed"
    if not known:
        return None, "format_unknown"
    if (keys is None) != (version == 1):
        return None, "header_malformed"
    try:
        # The header has one possible spelling, so comparing bytes also covers white space and unknown keys.
        if canonical_json(_header(version, project, entries, head, keys)) + b"\n" == line:
            return header, ""
    except ValueError:
        return None, "header_malformed"
    return None, "header_changed"
