"""What the bytes of an IFC file say about themselves before a library reads them.

Parsers of IFC can drop half of a damaged file without a word. These counts, taken from the bytes
alone, are what their result is held against. Syntax: ISO 10303-21.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_STRING_OR_COMMENT = re.compile(
    rb"/\*.*?\*/"  # comment
    rb"|'(?>[^'\\]++|\\\\|\\S\\.|\\)*+'",  # string; \S\' is a paragraph sign, not the end
    re.DOTALL,
)
_INSTANCE = re.compile(rb"#(\d+)\s*=")
_DATA = re.compile(rb"\bDATA\s*(?:\([^;]*\))?\s*;")
_DATA_END = re.compile(rb"\bENDSEC\s*;|\bEND-ISO-10303-21\b")
_EMPTY_STATEMENT = re.compile(rb";(?=\s*;)")
_SCHEMA = re.compile(rb"FILE_SCHEMA\s*\(\s*\(\s*'([^']*)'", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DataScan:
    """Counts from the bytes of the DATA sections.

    Attributes:
        instances: number of ``#n=`` outside strings and comments.
        statements: number of statements ended by ``;``.
        data_sections: number of DATA sections.
        closed: the last DATA section is ended by ENDSEC.
        end_marker: END-ISO-10303-21 follows.
        open_string: an apostrophe is left over: a string is not closed.
    """

    instances: int
    statements: int
    data_sections: int
    closed: bool
    end_marker: bool
    open_string: bool


def without_strings(data: bytes) -> bytes:
    """The bytes with every string and every comment taken out."""
    return _STRING_OR_COMMENT.sub(b"", data)


def _sections(bare: bytes) -> Iterator[tuple[bytes, int]]:
    """The body of each DATA section and where it ends."""
    start = _DATA.search(bare)
    while start is not None:
        end = _DATA_END.search(bare, start.end())
        stop = len(bare) if end is None else end.start()
        yield bare[start.end() : stop], stop
        start = _DATA.search(bare, stop)


def scan(data: bytes) -> DataScan:
    """Count what the DATA sections hold, without understanding it."""
    bare = without_strings(data)
    instances = statements = sections = 0
    end = len(bare)
    for body, stop in _sections(bare):
        end = stop
        sections += 1
        found = len(_INSTANCE.findall(body))
        ended = body.count(b";")
        if ended > found:
            ended -= len(_EMPTY_STATEMENT.findall(body))
        instances += found
        statements += ended
    tail = bare[end:]
    return DataScan(
        instances=instances,
        statements=statements,
        data_sections=sections,
        closed=b"ENDSEC" in tail,
        end_marker=b"END-ISO-10303-21" in bare[-4096:],
        open_string=b"'" in bare,
    )


def missing_numbers(data: bytes, held: Collection[int], most: int = 5) -> list[int]:
    """The first instance numbers that stand in the bytes but that the reader does not hold."""
    missing: list[int] = []
    for body, _ in _sections(without_strings(data)):
        for found in _INSTANCE.finditer(body):
            number = int(found.group(1))
            if number not in held:
                missing.append(number)
                if len(missing) >= most:
                    return missing
    return missing


def line_of(data: bytes, number: int) -> int | None:
    """Line on which instance ``#number`` is defined, counted from 1."""
    found = re.search(rb"#%d\s*=" % number, data)
    return None if found is None else data.count(b"\n", 0, found.start()) + 1


def line_count(data: bytes) -> int:
    """Number of lines."""
    return data.count(b"\n") + (0 if data.endswith(b"\n") else 1)


def schema_identifier(data: bytes) -> str | None:
    """The schema that the header names, upper case."""
    found = _SCHEMA.search(data[: 1 << 20])
    return None if found is None else found.group(1).decode("latin-1").strip().upper()


def raw_encoding(data: bytes) -> str | None:
    """The likely encoding of bytes above 127, which the format does not allow; None if there are none.

    UTF-8 proves itself. Of the rest, text in pairs of high bytes is taken as Chinese (GB 18030),
    anything else as Western European (CP 1252).
    """
    if data.isascii():
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        runs = re.findall(rb"[\x80-\xff]+", data)
        paired = sum(1 for run in runs if len(run) % 2 == 0)
        if paired >= 0.9 * len(runs):
            try:
                data.decode("gb18030")
            except UnicodeDecodeError:
                return "cp1252"
            return "gb18030"
        return "cp1252"
    return "utf-8"


def escaped(data: bytes, encoding: str) -> bytes:
    r"""The same file with every character above 127 written as ``\X2\....\X0\``, as the format demands."""
    text = data.decode(encoding, "replace")

    def directive(found: re.Match[str]) -> str:
        run = found.group()
        if all(ord(character) < 0x10000 for character in run):
            return "\\X2\\" + "".join(f"{ord(character):04X}" for character in run) + "\\X0\\"
        return "\\X4\\" + "".join(f"{ord(character):08X}" for character in run) + "\\X0\\"

    return re.sub(r"[^\x00-\x7f]+", directive, text).encode("ascii")


def recovered_text(suspects: Collection[str]) -> str | None:
    """The encoding that was written byte by byte as Latin-1, if all suspect strings agree on one.

    Some exporters escape each byte of a Shift-JIS or UTF-8 name as if it were Latin-1; the strings
    then hold control characters U+0080..U+009F, which no name does.
    """
    for encoding in ("utf-8", "cp932", "gb18030"):
        try:
            for text in suspects:
                text.encode("latin-1").decode(encoding)
        except (UnicodeDecodeError, UnicodeEncodeError):
            continue
        return encoding
    return None
