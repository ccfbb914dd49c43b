"""Tables as plain data: for the grid on the page and for the file people take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence


def columns(rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """Rows as columns, as the grid wants them; every row has the same keys."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def csv_file(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Rows as a CSV file that spreadsheet programs open with Chinese intact.

    A cell that a spreadsheet would run as a formula is led by an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_harmless(value) for value in row.values()] for row in rows)
    # The mark at the start tells them the encoding.
    return buffer.getvalue().encode("utf-8-sig")


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
