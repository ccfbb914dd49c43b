"""Attributes of SPF records as plain values, many records of one class at a time: one pattern per class."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bim_supervise.model.instances import Attribute, Kind, Ref, Typed

_BLOCK = 1 << 14
_REALS = frozenset({"real", "length", "area", "volume", "mass", "time", "angle"})
_STRING = rb"'[^']*+(?:''[^']*+)*+'"
_OUTSIDE = rb"[^(),']++|" + _STRING
_INSIDE = rb"[^()']++|" + _STRING
_VALUE = rb"(?:" + _OUTSIDE + rb"|\((?:" + _INSIDE + rb"|\((?:" + _INSIDE + rb")*+\))*+\))*+"
_QUICK = {
    "string": rb"(?:" + _STRING + rb"|\$)",
    "entity": rb"(?:#\d++|\$)",
    "entities": rb"(?:\([#\d,]*+\)|\$)",
}
"""What most exporters write for such an attribute; tried first because it is quick."""
_TOKEN = re.compile(
    rb"\s*(?:("
    + _STRING
    + rb")|#(\d+)|\.([A-Z0-9_]+)\.|([-+]?\d+(?!\d*[.Ee\d]))|([-+]?[\d.]+(?:[Ee][-+]?\d+)?)"
    rb"|([A-Z][A-Z0-9_]*)\s*\(|([$*])|(\()|(\))|,|\"([0-9A-F]*)\")"
)
_TYPED = re.compile(
    rb"([A-Z][A-Z0-9_]*)\((?:(" + _STRING + rb")|(\.[TF]\.)|([-+]?\d+\.\d*(?:[Ee][-+]?\d+)?))\)"
)
_ESCAPE = re.compile(
    r"\\X2\\((?:[0-9A-F]{4})*)\\X0\\|\\X4\\((?:[0-9A-F]{8})*)\\X0\\|\\X\\([0-9A-F]{2})|\\S\\(.)|\\P([A-I])\\|\\\\",
    re.DOTALL,
)
_DOUBTFUL = re.compile(rb"\\X2\\(?!(?:[0-9A-F]{4})++\\X0\\)|\\X4\\(?!(?:[0-9A-F]{8})++\\X0\\)|\\\\X[24]\\")
_PLAIN_WORDS = {b".T.": True, b".F.": False, b"$": None, b"*": None}


class NotUnderstood(ValueError):
    """A record is written in a way that this module does not read; the file is parsed the long way."""


def doubtful_text(data: bytes) -> bool:
    """Whether the bytes hold characters, anywhere, that are written in a way the standard does not allow."""
    at = data.find(b"\\")  # a plain search for one sign is far quicker than a pattern
    while at >= 0:
        if _DOUBTFUL.match(data, at):
            return True
        at = data.find(b"\\", at + 1)
    return False


def decoded(raw: bytes) -> str:
    r"""The text of an SPF string with its apostrophes; ISO 10303-21 directives are resolved.

    >>> decoded(rb"'it''s \X2\94A2\X0\ \X\E9t\X\E9'")
    "it's 钢 été"
    """
    inner = raw[1:-1]
    if not inner.isascii():
        raise NotUnderstood("raw characters above 127")
    text = inner.decode("ascii")
    if "'" in text:
        text = text.replace("''", "'")
    if "\\" in text:
        text = _unescaped(text)
    return text


def _unescaped(text: str) -> str:
    page = "A"

    def resolve(found: re.Match[str]) -> str:
        nonlocal page
        two, four, one, shifted, alphabet = found.groups()
        if two is not None:
            return bytes.fromhex(two).decode("utf-16-be", "replace")
        if four is not None:
            return bytes.fromhex(four).decode("utf-32-be", "replace")
        if one is not None:
            return chr(int(one, 16))
        if shifted is not None:
            if page != "A":
                raise NotUnderstood("another alphabet than Latin-1")
            return chr(ord(shifted) + 128)
        if alphabet is not None:
            page = alphabet
            return ""
        return "\\"

    return _ESCAPE.sub(resolve, text)


class _Texts(dict[bytes, str | None]):
    """Strings by how they are written; one object each, however often it is written."""

    def __missing__(self, raw: bytes) -> str | None:
        text = raw.strip()
        if text[:1] == b"'" and text[-1:] == b"'":
            found: str | None = decoded(text)
        elif text in _PLAIN_WORDS:
            found = None
        else:
            raise NotUnderstood(raw[:40].decode("latin-1"))
        self[raw] = found
        return found


class _References(dict[bytes, Ref | None]):
    """``#12`` to the reference; one object each, however often it is written."""

    def __missing__(self, raw: bytes) -> Ref | None:
        text = raw.strip()
        if text[:1] == b"#":
            found = Ref(text[1:])
        elif text in _PLAIN_WORDS:
            found = None
        else:
            raise NotUnderstood(raw[:40].decode("latin-1"))
        self[raw] = found
        return found


class _Selected(dict[bytes, Any]):
    """Values of SELECTs by how they are written."""

    def __init__(self, values: Values) -> None:
        super().__init__()
        self._values = values

    def __missing__(self, raw: bytes) -> Any:
        found = self[raw] = self._values.selected(raw)
        return found


def _form(kind: Kind) -> str:
    if kind.form in ("list", "set") and kind.item is not None and kind.item.form == "entity":
        return "entities"
    return kind.form


def _pattern(parts: Sequence[bytes], wanted: Sequence[bool]) -> re.Pattern[bytes]:
    listed = (b"(" + part + b")" if keep else part for part, keep in zip(parts, wanted, strict=True))
    return re.compile(rb"^" + b",".join(listed) + rb"$", re.MULTILINE)


def _groups(pattern: re.Pattern[bytes], record: bytes) -> Any:
    found = pattern.fullmatch(record)
    if found is None:
        raise NotUnderstood("a record does not have the attributes of its class")
    groups = found.groups()
    return groups if len(groups) > 1 else groups[0]


class Values:
    """Reads records of the classes that it is asked for.

    Args:
        type_names: upper-case name of a defined type to that of the schema (``IFCLABEL``, ``IfcLabel``).
    """

    def __init__(self, type_names: Callable[[str], str]) -> None:
        self._type_names = type_names
        self._texts = _Texts()
        self._references = _References()
        self._selected = _Selected(self)
        self.used_types: set[str] = set()

    def rows(
        self, records: Iterable[bytes], attributes: Sequence[Attribute], wanted: Sequence[bool]
    ) -> list[tuple[Any, ...]]:
        """Wanted attributes of records of one class, one tuple a record.

        Args:
            records: the text between the outer brackets of each record.
            attributes: all attributes of the class, in the order of the schema.
            wanted: which of them to read.

        Raises:
            NotUnderstood: a record does not have the attributes of its class.
        """
        forms = [_form(attribute.kind) for attribute in attributes]
        columns = [form for form, keep in zip(forms, wanted, strict=True) if keep]
        quick = _pattern([_QUICK.get(form, _VALUE) for form in forms], wanted)
        slow = _pattern([_VALUE] * len(forms), wanted)
        stream = iter(records)
        rows: list[tuple[Any, ...]] = []
        while block := list(itertools.islice(stream, _BLOCK)):
            found = quick.findall(b"\n".join(block))
            if len(found) != len(block):
                found = [_groups(slow, record) for record in block]
            raw = zip(*found, strict=True) if len(columns) > 1 else [found]
            read = [self._column(form, values) for form, values in zip(columns, raw, strict=True)]
            rows += zip(*read, strict=True)
        return rows

    def _column(self, form: str, values: Iterable[bytes]) -> list[Any]:
        """One attribute of many records."""
        if form == "string":
            return list(map(self._texts.__getitem__, values))
        if form == "entity":
            return list(map(self._references.__getitem__, values))
        if form == "entities":
            return [self._listed(raw) for raw in values]
        if form == "select":
            return list(map(self._selected.__getitem__, values))
        if form in _REALS:
            return [_real(raw) for raw in values]
        return [self._value(raw) for raw in values]

    def _listed(self, raw: bytes) -> Any:
        if raw[:2] == b"(#" and raw[-1:] == b")":
            return tuple(map(self._references.__getitem__, raw[1:-1].split(b",")))
        return self._value(raw)

    def selected(self, raw: bytes) -> Any:
        """A value of a SELECT; one typed value in brackets is by far the most frequent."""
        found = _TYPED.fullmatch(raw)
        if found is None:
            return self._value(raw)
        typed, string, word, real = found.groups()
        name = self._type_names(typed.decode("ascii"))
        self.used_types.add(name)
        if string is not None:
            return Typed(name, self._texts[string])
        return Typed(name, _PLAIN_WORDS[word] if word is not None else float(real))

    def _value(self, raw: bytes) -> Any:
        """Any value: a select, a number, an enumeration, a list of these."""
        raw = raw.strip()
        if raw in _PLAIN_WORDS:
            return _PLAIN_WORDS[raw]
        values, at = self._parse(raw, 0, 0)
        if at != len(raw) or len(values) != 1:
            raise NotUnderstood(raw[:40].decode("latin-1"))
        return values[0]

    def _parse(self, raw: bytes, at: int, depth: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        while at < len(raw):
            token = _TOKEN.match(raw, at)
            if token is None or depth > 8:
                raise NotUnderstood(raw[:40].decode("latin-1"))
            at = token.end()
            string, number, word, whole, real, typed, nothing, opened, closed, binary = token.groups()
            if string is not None:
                values.append(self._texts[string])
            elif number is not None:
                values.append(self._references[b"#" + number])
            elif word is not None:
                plain = b"." + word + b"."
                values.append(_PLAIN_WORDS[plain] if plain in _PLAIN_WORDS else _enumerated(word))
            elif whole is not None:
                values.append(int(whole))
            elif real is not None:
                values.append(float(real))
            elif nothing is not None:
                values.append(None)
            elif typed is not None:
                inner, at = self._parse(raw, at, depth + 1)
                if len(inner) != 1:
                    raise NotUnderstood(raw[:40].decode("latin-1"))
                name = self._type_names(typed.decode("ascii"))
                self.used_types.add(name)
                values.append(Typed(name, inner[0]))
            elif opened is not None:
                inner, at = self._parse(raw, at, depth + 1)
                values.append(tuple(inner))
            elif closed is not None:
                return values, at
            elif binary is not None:
                values.append(binary.decode("ascii"))
        return values, at


def _enumerated(word: bytes) -> str:
    return "UNKNOWN" if word == b"U" else word.decode("ascii")


def _real(raw: bytes) -> Any:
    text = raw.strip()
    return None if text in _PLAIN_WORDS else float(text)
