"""Reads the points of an inspection lot from a table, as an instrument or a spreadsheet writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bim_supervise.core.csv_text import read_csv_text
from bim_supervise.core.errors import InputRefused

_COLUMNS = ("check", "element", "value", "result", "serious")
_TRUTH = {
    **dict.fromkeys(("1", "true", "yes", "x", "是"), True),
    **dict.fromkeys(("0", "false", "no", "否"), False),
}


def read_points(file: Path) -> list[dict[str, Any]]:
    """Rows of a CSV table (``check``, ``element``, ``value``, ``result``, ``serious``) or a JSON list.

    Empty cells are left out, and so are empty rows. Whether a row is a point of the lot is asked later.

    Raises:
        InputRefused: ``lot_points_unreadable``, naming the line; ``encoding_unknown``, ``csv_malformed`` or
            ``file_empty`` where it is no table at all.
    """
    try:
        rows = _listed(file) if file.suffix.lower() == ".json" else _table(file)
        if not rows:
            raise ValueError("it is empty")
    except (OSError, ValueError) as error:
        raise InputRefused(
            "lot_points_unreadable",
            f"{file.name} holds no points: {error}.",
            "Write a CSV table with the columns check, element, value, result and serious,"
            " or a JSON list of such rows.",
            file=file.name,
            problem=str(error),
        ) from error
    return rows


def _listed(file: Path) -> list[dict[str, Any]]:
    rows = json.loads(file.read_text("utf-8-sig"))
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ValueError("it is no list of rows")
    for row in rows:
        _known(row)
    return [dict(row) for row in rows]


def _table(file: Path) -> list[dict[str, Any]]:
    text = read_csv_text(file)
    names = [name.casefold() for name in text.headings]
    _known(names)
    if "check" not in names:
        raise ValueError("there is no column 'check'")
    rows = []
    for line, cells in text.rows:
        said = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if cell.strip()}
        rows.append(_row(said, line))
    return rows


def _known(names: Mapping[str, Any] | list[str]) -> None:
    strange = next((name for name in names if name not in _COLUMNS), None)
    if strange is not None:
        raise ValueError(f"'{strange}' is no column")


def _row(said: dict[str, str], line: int) -> dict[str, Any]:
    row: dict[str, Any] = dict(said)
    if "value" in said:
        try:
            row["value"] = float(said["value"])
        except ValueError:
            raise ValueError(f"line {line}: '{said['value']}' is no number") from None
    if "serious" in said:
        try:
            row["serious"] = _TRUTH[said["serious"].casefold()]
        except KeyError:
            raise ValueError(f"line {line}: '{said['serious']}' is neither yes nor no") from None
    return row
