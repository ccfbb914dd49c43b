"""A CSV as a person saved it: encoding and delimiter recognised, rows with their line numbers."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bim_supervise.core.errors import InputRefused

_DELIMITERS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class CsvText:
    """The headings, the encoding that was recognised, and the rows as (line, cells)."""

    headings: tuple[str, ...]
    encoding: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_csv_text(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> CsvText:
    """Read a CSV file. Empty rows are left out; short rows are filled up with empty cells.

    Raises:
        InputRefused: ``encoding_unknown``, ``csv_malformed`` with the line, ``file_empty``.
    """
    text, used = _decoded(path.read_bytes(), path.name, encoding)
    lines = text.splitlines()
    heading_line = next((line for line in lines if line.strip()), "")
    if not heading_line:
        raise InputRefused(
            "file_empty",
            f"{path.name} has no rows.",
            "Write a line of headings, and below it a row for each entry.",
            file=path.name,
        )
    mark = delimiter or max(_DELIMITERS, key=heading_line.count)
    rows = list(_rows(text, mark, path.name))
    headings = tuple(cell.strip() for cell in rows[0][1])
    wide = len(headings)
    for line, cells in rows[1:]:
        if any(cell.strip() for cell in cells[wide:]):
            raise InputRefused(
                "csv_malformed",
                f"{path.name}, line {line}: {len(cells)} cells, but there are {wide} headings.",
                f"Put text that holds the delimiter '{mark}' in double quotes.",
                line=line,
                file=path.name,
                cells=len(cells),
                headings=wide,
                delimiter=mark,
            )
    filled = ((line, (*cells[:wide], *[""] * (wide - len(cells)))) for line, cells in rows[1:])
    return CsvText(headings=headings, encoding=used, rows=tuple(filled))


def _rows(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputRefused(
            "csv_malformed",
            f"{name}, line {reader.line_num}: the CSV is malformed ({error}).",
            "Check the double quotes of that row.",
            line=reader.line_num,
            file=name,
            problem=str(error),
        ) from error


def _decoded(data: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    wanted = [encoding] if encoding else [used for bom, used in _BOMS if data.startswith(bom)] or ["utf-8"]
    for candidate in wanted:
        try:
            return data.decode(candidate), candidate
        except (UnicodeDecodeError, LookupError):
            continue
    if encoding is None:
        chinese = _as_chinese(data)
        if chinese is not None:
            return chinese, "gb18030"
        if b"\0" not in data:
            return data.decode("cp1252", "replace"), "cp1252"
    raise InputRefused(
        "encoding_unknown",
        f"{name} is not in the encoding {wanted[0]}.",
        "Save the CSV as UTF-8, or name its encoding in the mapping file.",
        encoding=wanted[0],
        file=name,
    )


def _as_chinese(data: bytes) -> str | None:
    """The text when the bytes beyond ASCII are mostly common Chinese characters of GB 2312."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    beyond = [sign for sign in text if sign > "\x7f"]
    common = 0
    for sign in beyond:
        try:
            common += len(sign.encode("gb2312")) == 2
        except UnicodeEncodeError:
            continue
    return text if common >= 0.9 * len(beyond) else None
