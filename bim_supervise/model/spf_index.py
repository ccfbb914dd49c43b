"""Where every record of an SPF file lies and of which class it is, found without parsing it.

Most bytes of a model are geometry that the element table does not need. This index lets a reader go straight
to the records that it does. It understands files in which each record begins on a line of its own, as nearly
every exporter writes; of anything else it says so (None), and the file is parsed the long way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]

_CHUNK = 1 << 24
_LINE, _RETURN, _BLANK, _HASH, _EQUAL, _SEMICOLON, _QUOTE, _OPEN, _CLOSE, _STAR, _SLASH = b"\n\r #=;'()*/"
_MOST_DIGITS = 10
_MOST_BLANKS = 4
_BLOCK = 1 << 17
_MOST_LOOKED_INTO = 20_000
_BINS = 20
_MULTIPLIERS = (
    0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63,
    0xFF51AFD7ED558CCD,
)  # fmt: skip
"""One for eight bytes each: no class name of IFC is longer than 48 signs behind its ``IFC``."""
_STRING = re.compile(rb"'(?:[^']|'')*+'")
_DATA = re.compile(rb"\bDATA\s*;")


@dataclass(frozen=True, slots=True)
class RecordIndex:
    """Records in the order of the file.

    Attributes:
        data: the bytes of the file.
        starts: where each record begins, at its ``#``.
        named: where its class name begins.
        ends: where it ends, at its semicolon.
        kinds: place of its class in ``names``.
        names: upper-case class names.
    """

    data: bytes
    starts: Positions
    named: Positions
    ends: Positions
    kinds: NDArray[np.int16]
    names: list[str]

    def places(self, name: str) -> Positions:
        """Places of the records of a class."""
        return np.flatnonzero(self.kinds == self.names.index(name))

    def numbers(self, places: Positions | None = None) -> Positions:
        """Instance numbers, of all records or of these."""
        at = (self.starts if places is None else self.starts[places]) + 1
        array = np.frombuffer(self.data, np.uint8)
        numbers = np.zeros(len(at), np.int64)
        for _ in range(_MOST_DIGITS):
            digit = array[at] - np.uint8(48)
            more = digit <= 9
            if not more.any():
                break
            numbers = np.where(more, numbers * 10 + digit, numbers)
            at = at + more
        return numbers

    def attributes(self, places: Positions) -> Iterator[bytes]:
        """The text between the outer brackets of records, one after another."""
        data = self.data
        if not len(places):
            return
        skip = len(self.names[self.kinds[places[0]]]) + 1
        firsts, lasts = self.named[places] + skip, self.ends[places] - 1
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            yield data[first:last]


def index_records(data: bytes) -> RecordIndex | None:
    """Index the DATA section; None where the file is written in a way that this does not understand."""
    header = _DATA.search(data)
    end = data.rfind(b"ENDSEC")
    if header is None or end <= header.end() or b"END-ISO-10303-21" not in data[end:]:
        return None
    array = np.frombuffer(data, np.uint8)
    if (array[_positions(array, _STAR, header.end(), end) - 1] == _SLASH).any():
        return None  # perhaps a comment
    spans = _records(array, header.end(), end)
    if spans is None:
        return None
    starts, ends = spans
    if not len(starts) or len(data) - int(starts[-1]) < 8 * len(_MULTIPLIERS) + 16:
        return _index(data, array, starts, ends) if not len(starts) else None
    if not _strings_are_closed(data, array, starts, ends):
        return None
    return _index(data, array, starts, ends)


def _positions(array: NDArray[np.uint8], sign: int, start: int, end: int) -> Positions:
    found = [
        np.flatnonzero(array[at : min(at + _CHUNK, end)] == sign) + at for at in range(start, end, _CHUNK)
    ]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _records(array: NDArray[np.uint8], start: int, end: int) -> tuple[Positions, Positions] | None:
    """First byte of each record and the place of the semicolon that ends it."""
    breaks = _positions(array, _LINE, start, end)
    firsts = np.concatenate(([start], breaks + 1))
    lasts = np.concatenate((breaks, [end])) - 1
    for _ in range(_MOST_BLANKS):
        blank = (lasts >= firsts) & np.isin(array[lasts], (_RETURN, _BLANK))
        if not blank.any():
            break
        lasts -= blank
    for _ in range(_MOST_BLANKS):
        blank = (firsts <= lasts) & np.isin(array[firsts], (_RETURN, _BLANK))
        if not blank.any():
            break
        firsts += blank
    filled = firsts <= lasts
    if not filled.all():
        firsts, lasts = firsts[filled], lasts[filled]
    closes = array[lasts] == _SEMICOLON
    opens = np.concatenate(([True], closes[:-1])) if len(closes) else closes
    starts, ends = firsts[opens], lasts[closes]
    if len(starts) != len(ends) or not (array[starts] == _HASH).all():
        return None
    return starts, ends


def _strings_are_closed(data: bytes, array: NDArray[np.uint8], starts: Positions, ends: Positions) -> bool:
    """Whether each record holds whole strings and one semicolon outside them: its own."""
    first, last = int(starts[0]), int(ends[-1]) + 1
    quotes = np.searchsorted(_positions(array, _QUOTE, first, last), ends)
    if (np.diff(quotes, prepend=0) & 1).any():
        return False
    marks = np.searchsorted(_positions(array, _SEMICOLON, first, last), ends, side="right")
    several = np.flatnonzero(np.diff(marks, prepend=0) != 1)
    if len(several) > _MOST_LOOKED_INTO:
        return False
    return all(
        _STRING.sub(b"", data[starts[place] : ends[place] + 1]).count(b";") == 1 for place in several.tolist()
    )


def _index(data: bytes, array: NDArray[np.uint8], starts: Positions, ends: Positions) -> RecordIndex | None:
    """Find the class names, a block of records after another: a block fits the cache of the processor."""
    named = np.empty(len(starts), np.int64)
    codes = np.empty(len(starts), np.uint64)
    for block in range(0, len(starts), _BLOCK):
        part = slice(block, block + _BLOCK)
        at = _behind_number(array, starts[part])
        code = None if at is None else _codes(data, at)
        if at is None or code is None:
            return None
        named[part], codes[part] = at, code
    for shift in (44, 24):
        grouped = _grouped(data, named, codes, np.uint64(shift))
        if grouped is not None:
            break
    else:
        return None
    names, kinds = grouped
    lengths = np.array([len(name) for name in names], np.int64)
    for block in range(0, len(starts), _BLOCK):
        part = slice(block, block + _BLOCK)
        opens = array[named[part] + lengths[kinds[part]]] if names else array[:0]
        if not (opens == _OPEN).all() or not (array[ends[part] - 1] == _CLOSE).all():
            return None
    return RecordIndex(data, starts, named, ends, kinds, names)


def _behind_number(array: NDArray[np.uint8], starts: Positions) -> Positions | None:
    """Where the class names of records begin, behind ``#123 =``."""
    at = starts + 1
    for _ in range(_MOST_DIGITS):
        more = array[at] - np.uint8(48) <= 9
        if not more.any():
            break
        at += more
    for sign in (_BLANK, _EQUAL, _BLANK):
        for _ in range(1 if sign == _EQUAL else _MOST_BLANKS):
            more = array[at] == sign
            if sign == _EQUAL and not more.all():
                return None
            if not more.any():
                break
            at += more
    return at


def _codes(data: bytes, at: Positions) -> NDArray[np.uint64] | None:
    """A number for each class name, the same for the same name."""
    words = np.ndarray((len(data) - 7,), "<u8", buffer=data, strides=(1,))
    code = np.zeros(len(at), np.uint64)
    pending: Positions | slice = slice(None)
    for word, multiplier in enumerate(_MULTIPLIERS):
        taken = words[at[pending] + (3 + 8 * word)]
        # The lowest byte that is '(' ends the name: keep what lies below it (little-endian, so before it).
        other = taken ^ np.uint64(0x2828282828282828)
        found = (other - np.uint64(0x0101010101010101)) & ~other & np.uint64(0x8080808080808080)
        lowest = found & (~found + np.uint64(1))
        keep = np.where(found != 0, (lowest >> np.uint64(7)) - np.uint64(1), ~np.uint64(0))
        code[pending] ^= (taken & keep) * np.uint64(multiplier)
        left = np.flatnonzero(found == 0)
        if not len(left):
            return code
        pending = left if isinstance(pending, slice) else pending[left]
    return None


def _grouped(
    data: bytes, named: Positions, codes: NDArray[np.uint64], shift: np.uint64
) -> tuple[list[str], NDArray[np.int16]] | None:
    """Class names and the class of each record; None where two names fall into one bin."""
    bins = np.full(1 << _BINS, -1, np.int16)
    known = np.zeros(1 << _BINS, np.uint64)
    kinds = np.empty(len(codes), np.int16)
    names: list[str] = []
    for block in range(0, len(codes), _BLOCK):
        part = codes[block : block + _BLOCK]
        place = ((part >> shift) & np.uint64((1 << _BINS) - 1)).astype(np.int64)
        for new in np.unique(place[bins[place] < 0]).tolist():
            first = int(np.argmax(place == new))
            start = int(named[block + first])
            name = data[start : data.index(b"(", start)]
            if not name.startswith(b"IFC") or not name.isalnum() or not name.isupper():
                return None
            bins[new], known[new] = len(names), part[first]
            names.append(name.decode("ascii"))
        if not (known[place] == part).all():
            return None
        kinds[block : block + _BLOCK] = bins[place]
    return (names, kinds) if len(set(names)) == len(names) else None
