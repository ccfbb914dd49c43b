"""The hash chain: whether it holds, and its one-file export that a stranger can check offline.

Export format, version 1. The file is UTF-8, every line ends with one line feed:

- line 1, the header, canonical JSON: ``format``, ``format_version``, ``algorithms``, ``project``,
  ``entries`` (their number), ``head`` (hash of the last entry) and ``digest`` (SHA-256 of the canonical JSON
  of the header without ``digest``);
- then one line an entry: ``{"entry":<canonical bytes of the entry>,"hash":"<their SHA-256>"}``.

Each entry names the hash of the one before; the first names 64 zeros. What a chain cannot show by itself is
that its end was cut off and the header rewritten: compare ``head`` with one that was handed out before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from bim_supervise.core.canonical import GENESIS_HASH, canonical_json, digest_of
from bim_supervise.ledger.entries import ALGORITHMS, FORMAT_VERSION

EXPORT_FORMAT = "bim-supervise-ledger"

ChainRow = tuple[int, str, str, bytes]
"""Sequence, previous hash, hash and canonical bytes of one entry, as a store keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult:
    """What a check of a chain found.

    ``entries`` is how many entries hold, counted from the first; ``first_broken`` the sequence of the first
    that does not (0: the header of an export). ``reason`` is machine-readable; ``head`` the hash of the last
    entry that holds (64 zeros when there is none).
    """

    entries: int
    valid: bool
    first_broken: int | None
    reason: str | None
    head: str


def verify(rows: Iterable[ChainRow], *, project: str | None = None, head: str | None = None) -> VerifyResult:
    """Check a chain from its first entry; rows are consumed one by one.

    Args:
        rows: the entries in order of sequence.
        project: when given, every entry must belong to it.
        head: a hash that was handed out before; when given, the chain must end with it.

    Returns:
        Valid, or the first broken entry with one of the reasons ``sequence_broken`` (removed, inserted or
        reordered), ``bytes_changed``, ``entry_malformed``, ``format_unknown``, ``link_broken``,
        ``project_differs``, ``not_canonical``, ``head_differs`` (cut off, or rewritten).
    """
    last = GENESIS_HASH
    count = 0
    for row in rows:
        reason = _fault(row, count + 1, last, project)
        if reason is not None:
            return _broken(count, count + 1, reason, last)
        count += 1
        last = row[2]
    if head is not None and head != last:
        return _broken(count, count + 1, "head_differs", last)
    return VerifyResult(entries=count, valid=True, first_broken=None, reason=None, head=last)


def export_lines(rows: Iterable[ChainRow], *, project: str, entries: int, head: str) -> Iterator[bytes]:
    """The lines of an export, each with its line feed; ``entries`` and ``head`` describe the whole chain."""
    yield canonical_json(_header(project, entries, head)) + b"\n"
    for _, _, hexadecimal, data in rows:
        yield b"".join((_ENTRY, data, _HASH, hexadecimal.encode("ascii"), _END))


def verify_export(lines: Iterable[bytes], *, head: str | None = None) -> VerifyResult:
    """Check an export, given as the lines of a file opened in binary mode.

    Any single changed byte is found: in an entry, in the header, in white space or in a line feed.

    Args:
        lines: lines with their line feeds.
        head: a hash that was handed out before; when given, the chain must end with it.

    Returns:
        As :func:`verify`, with the further reasons ``header_malformed``, ``header_changed``,
        ``line_malformed`` and ``entries_missing``.
    """
    iterator = iter(lines)
    header, reason = _read_header(next(iterator, b""))
    if header is None:
        return _broken(0, 0, reason, GENESIS_HASH)
    reading = _ExportRows(iterator)
    result = verify(reading, project=header["project"])
    if not result.valid:
        return result
    place = result.entries + 1
    if reading.malformed:
        return _broken(result.entries, place, "line_malformed", result.head)
    if result.entries != header["entries"]:
        reason = "entries_missing" if result.entries < header["entries"] else "sequence_broken"
        first = place if result.entries < header["entries"] else header["entries"] + 1
        return _broken(min(result.entries, header["entries"]), first, reason, result.head)
    if result.head != header["head"] or head not in (None, result.head):
        return _broken(result.entries, place, "head_differs", result.head)
    return result


def is_canonical(data: bytes) -> bool:
    """Whether bytes are exactly the RFC 8785 form of the JSON they hold."""
    if not _NEEDS_REFERENCE.search(data):
        try:
            return bool(_ENCODER.encode(_DECODER.decode(data)) == data)
        except _FloatSeen:
            pass
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
    try:
        return canonical_json(json.loads(data, parse_int=_whole_number)) == data
    except (ValueError, OverflowError, RecursionError):
        return False


# ---- one entry ------------------------------------------------------------------------------------


class _Spine(msgspec.Struct):
    """What every type of entry has; the rest is skipped while decoding."""

    format_version: int
    sequence: int
    previous_hash: str
    project: str


_SPINE = msgspec.json.Decoder(_Spine)


def _fault(row: ChainRow, expected: int, last: str, project: str | None) -> str | None:
    sequence, previous, hexadecimal, data = row
    if sequence != expected:
        return "sequence_broken"
    if hashlib.sha256(data).hexdigest() != hexadecimal:
        return "bytes_changed"
    try:
        spine = _SPINE.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "entry_malformed"
    if spine.format_version != FORMAT_VERSION:
        return "format_unknown"
    if spine.sequence != sequence:
        return "sequence_broken"
    if spine.previous_hash != last or previous != last:
        return "link_broken"
    if project is not None and spine.project != project:
        return "project_differs"
    return None if is_canonical(data) else "not_canonical"


def _broken(entries: int, first: int, reason: str, head: str) -> VerifyResult:
    return VerifyResult(entries=entries, valid=False, first_broken=first, reason=reason, head=head)


# ---- the export file ------------------------------------------------------------------------------

_ENTRY = b'{"entry":'
_HASH = b',"hash":"'
_END = b'"}\n'
_TAIL = len(_HASH) + 64 + len(_END)


class _ExportLine(NamedTuple):
    hexadecimal: str
    data: bytes


def _read_line(line: bytes) -> _ExportLine | None:
    start = len(line) - _TAIL
    end = len(line) - len(_END)
    if start < len(_ENTRY) or not line.startswith(_ENTRY) or not line.endswith(_END):
        return None
    if line[start : start + len(_HASH)] != _HASH:
        return None
    try:
        hexadecimal = line[end - 64 : end].decode("ascii")
    except UnicodeDecodeError:
        return None
    return _ExportLine(hexadecimal, line[len(_ENTRY) : start])


class _ExportRows:
    """Rows out of lines; stops at the first line that is none and remembers it."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.malformed = False

    def __iter__(self) -> Iterator[ChainRow]:
        last = GENESIS_HASH
        for sequence, line in enumerate(self._lines, start=1):
            read = _read_line(line)
            if read is None:
                self.malformed = True
                return
            yield sequence, last, read.hexadecimal, read.data
            last = read.hexadecimal


def _header(project: str, entries: int, head: str) -> dict[str, Any]:
    header: dict[str, Any] = {
        "format": EXPORT_FORMAT,
        "format_version": FORMAT_VERSION,
        "algorithms": dict(ALGORITHMS),
        "project": project,
        "entries": entries,
        "head": head,
    }
    return header | {"digest": digest_of(header)}


def _read_header(line: bytes) -> tuple[Mapping[str, Any] | None, str]:
    try:
        header = json.loads(line)
        project, entries, head = header["project"], header["entries"], header["head"]
        known = header["format"] == EXPORT_FORMAT and header["format_version"] == FORMAT_VERSION
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, "header_malformed"
    if not (isinstance(project, str) and isinstance(entries, int) and isinstance(head, str)):
        return None, "header_malformed"
    try:
        # The header has one possible spelling, so comparing bytes also covers white space and unknown keys.
        if canonical_json(_header(project, entries, head)) + b"\n" == line:
            return header, ""
    except ValueError:
        return None, "header_malformed"
    return None, "header_changed" if known else "format_unknown"


# ---- canonical form, quickly ----------------------------------------------------------------------

# The C encoder agrees with RFC 8785 except for floats, integers beyond 2^53 and the order of keys outside the
# basic multilingual plane; input that may hold one of these goes the slow way of the reference.
_NEEDS_REFERENCE = re.compile(rb"[\xf0-\xf4]|[0-9]{16}")


def _whole_number(text: str) -> int | float:
    # Canonical JSON knows no integers beyond 2^53, only floats that are written without a fraction.
    number = int(text)
    return number if abs(number) < 2**53 else float(number)


class _FloatSeen(Exception):
    pass


def _float_seen(_: str) -> float:
    raise _FloatSeen


_DECODER = msgspec.json.Decoder(float_hook=_float_seen)
_ENCODER = msgspec.json.Encoder(order="sorted")
