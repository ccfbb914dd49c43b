"""Reads the points of an inspection lot from a table, as an instrument or a spreadsheet writes it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bim_supervise.core.errors import InputRefused

_COLUMNS = ("check", "element", "value", "result", "serious")
_TRUE = frozenset({"1", "true", "yes", "x", "是"})


def read_points(file: Path) -> list[dict[str, Any]]:
    """Rows of a CSV table (``check``, ``element``, ``value``, ``result``, ``serious``) or a JSON list.

    Empty cells are left out, and so are empty rows. Whether a row is a point of the lot is asked later.

    Raises:
        InputRefused: ``lot_points_unreadable``, naming the line.
    """
    try:
        text = file.read_text("utf-8-sig")
        rows = json.loads(text) if file.suffix.lower() == ".json" else _table(text)
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise ValueError("it is no list of rows")
        if not rows:
            raise ValueError("it is empty")
    except (OSError, ValueError, csv.Error) as error:
        raise InputRefused(
            "lot_points_unreadable",
            f"{file.name} holds no points: {error}.",
            "Write a CSV table with the columns check, element, value, result and serious,"
            " or a JSON list of such rows.",
            file=file.name,
            problem=str(error),
        ) from error
    return [dict(row) for row in rows]


def _table(text: str) -> list[dict[str, Any]]:
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(text.splitlines(), delimiter=separator)
    names = [name.strip().casefold() for name in reader.fieldnames or ()]
    strange = [name for name in names if name not in _COLUMNS]
    if "check" not in names or strange:
        raise ValueError(f"'{strange[0]}' is no column" if strange else "there is no column 'check'")
    reader.fieldnames = names
    rows = []
    for number, cells in enumerate(reader, 2):
        if None in cells:
            raise ValueError(f"line {number} has more cells than the head")
        said = {name: cell.strip() for name, cell in cells.items() if cell and cell.strip()}
        if said:
            rows.append(_row(said, number))
    return rows


def _row(said: dict[str, str], number: int) -> dict[str, Any]:
    row: dict[str, Any] = dict(said)
    if "value" in row:
        try:
            row["value"] = float(said["value"])
        except ValueError:
            raise ValueError(f"line {number}: '{said['value']}' is no number") from None
    if "serious" in row:
        row["serious"] = said["serious"].casefold() in _TRUE
    return row
