"""The tables of a Primavera XER: tab-separated text, ``%T`` table, ``%F`` columns, ``%R`` row, ``%E`` end."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.p6_rows import P6Row

_EXPORT_AGAIN = "The file is damaged or was cut off: export it again from Primavera P6."
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(slots=True)
class XerTables:
    """Rows by table. ``encoding_assumed`` when nothing in the file proves the encoding that was taken."""

    encoding: str
    encoding_assumed: bool
    rows: dict[str, list[P6Row]] = field(default_factory=dict)

    def of(self, table: str) -> list[P6Row]:
        """The rows of a table; none when the file does not have it."""
        return self.rows.get(table, [])


def decoded(data: bytes) -> tuple[str, str, bool]:
    """The text of an XER, its encoding, and whether that had to be assumed.

    Primavera writes the code page of the machine and does not say which. Text that is valid UTF-8 is UTF-8.
    Otherwise Chinese (GB 18030) shows in high bytes that come in pairs, Western text (Windows-1252) in single
    ones.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding, False
    try:
        return data.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError:
        pass
    # The separator 0x7f of notebooks and calendars is no high byte and so splits no pair.
    runs = [len(run) for run in _HIGH_RUNS.findall(data)]
    paired = sum(length for length in runs if length % 2 == 0)
    if paired >= 0.8 * sum(runs):
        try:
            return data.decode("gb18030"), "gb18030", True
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("cp1252"), "cp1252", True
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1", True


def read_xer_tables(path: Path, used: Mapping[str, frozenset[str]]) -> XerTables:
    """Read all tables.

    Args:
        path: the XER file.
        used: for each table that the plan is made of, the columns it is made of; damage there is refused,
            elsewhere (notes and the like) it does not matter.

    Raises:
        InputRefused: ``xer_row_damaged`` with the line, ``xer_truncated``, ``xer_no_tables``.
    """
    text, encoding, assumed = decoded(path.read_bytes())
    tables = XerTables(encoding=encoding, encoding_assumed=assumed)
    table, columns, ended = "", [""], False
    for line, content in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        mark, _, rest = content.partition("\t")
        if mark == "%R":
            cells = rest.split("\t")
            if table in used:
                _check_row(table, columns, cells, used[table], line)
            row = P6Row(line, dict(zip(columns, cells, strict=False)))
            tables.rows.setdefault(table, []).append(row)
        elif mark == "%F":
            columns = [name.strip() for name in rest.split("\t")]
        elif mark == "%T":
            table, columns = rest.strip(), []
            tables.rows.setdefault(table, [])
        elif mark.strip() == "%E":
            ended = True
            break
        elif content.strip() and table in used:
            raise _damaged(line, table, "it does not begin with %R")
    if not tables.rows:
        raise InputRefused("xer_no_tables", "The XER holds no table.", _EXPORT_AGAIN)
    if not ended:
        raise InputRefused(
            "xer_truncated", "The XER does not end with %E: rows at its end are missing.", _EXPORT_AGAIN
        )
    return tables


def _check_row(table: str, columns: list[str], cells: list[str], used: frozenset[str], line: int) -> None:
    if not columns:
        raise _damaged(line, table, "no %F line names the columns before it")
    if len(cells) > len(columns):
        raise _damaged(line, table, f"it has {len(cells)} cells for {len(columns)} columns")
    missing = used.intersection(columns[len(cells) :])
    if missing:
        raise _damaged(line, table, f"it ends before the column {min(missing, key=columns.index)}")


def _damaged(line: int, table: str, reason: str) -> InputRefused:
    return InputRefused(
        "xer_row_damaged",
        f"line {line}: a row of the table {table} is damaged: {reason}.",
        _EXPORT_AGAIN,
        line=line,
        table=table,
        reason=reason,
    )
