"""Read a link table (CSV) and its mapping (YAML) from files."""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.read_yaml import read_yaml
from bim_supervise.model.elements import Element
from bim_supervise.schedule.tasks import Calculation, Schedule
from bim_supervise.tracking.link_mapping import (
    LinkMapping,
    check_columns,
    default_mapping,
    parse_link_mapping,
)
from bim_supervise.tracking.links import LinkResult, join


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTable:
    """A link table as read: headings and rows with their line numbers.

    A row is None where it has more cells than there are headings (usually an unquoted delimiter).
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str] | None], ...]


def read_link_mapping(path: Path) -> LinkMapping:
    """Read the YAML file that says which columns hold what.

    Raises:
        InputRefused: ``file_not_found``, ``file_too_large``, ``yaml_invalid`` or ``mapping_invalid``.
    """
    return parse_link_mapping(read_yaml(path, "link mapping"), path.name)


def read_link_table(path: Path) -> LinkTable:
    """Read a CSV link table; comma, semicolon or tab, in UTF-8, UTF-16 or GB 18030.

    Rows without any content are no rows. Line numbers count the heading as line 1.

    Raises:
        InputRefused: ``file_unreadable`` or ``table_empty``.
    """
    text = _text(path)
    first_line = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first_line.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    headings: tuple[str, ...] | None = None
    rows: list[tuple[int, Mapping[str, str] | None]] = []
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if headings is None:
                headings = tuple(unicodedata.normalize("NFC", cell).strip() for cell in cells)
                continue
            if any(cell.strip() for cell in cells[len(headings) :]):
                rows.append((start, None))
                continue
            padded = [*cells[: len(headings)], *[""] * (len(headings) - len(cells))]
            rows.append((start, dict(zip(headings, padded, strict=True))))
    except csv.Error as error:
        raise InputRefused(
            "file_unreadable",
            f"{path.name} line {reader.line_num} is no CSV ({error}).",
            "Export the table again as CSV.",
            file=path.name,
            line=reader.line_num,
        ) from error
    if headings is None:
        raise InputRefused(
            "table_empty",
            f"{path.name} holds no table.",
            "The first line must name the columns.",
            file=path.name,
        )
    return LinkTable(headings=headings, rows=tuple(rows))


def load_links(
    path: Path,
    elements: Sequence[Element],
    schedule: Schedule,
    *,
    mapping: LinkMapping | None = None,
    calculation: Calculation | None = None,
) -> LinkResult:
    """Read a link table and join it to the model and the plan.

    Args:
        path: the CSV file.
        elements: the elements of the current model.
        schedule: the current plan.
        mapping: which columns hold what; without it the headings decide.
        calculation: CPM dates, for plans that store none.

    Raises:
        InputRefused: ``file_unreadable``, ``table_empty``, ``column_missing`` or ``column_twice``.
    """
    table = read_link_table(path)
    if mapping is None:
        ids = {key for task in schedule.tasks for key in (task.id, task.source_id)}
        values = {
            heading: [cells[heading] for _, cells in table.rows if cells is not None]
            for heading in table.headings
        }
        mapping = default_mapping(table.headings, ids, values)
    check_columns(mapping, table.headings, path.name)
    return join(table.rows, elements, schedule, mapping, calculation=calculation)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputRefused(
            "file_unreadable",
            f"{path} cannot be read ({error.strerror or error}).",
            "Check the path and the permissions of the file.",
            file=str(path),
        ) from error
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputRefused(
        "file_unreadable",
        f"{path.name} is no text file (tried UTF-8, UTF-16 and GB 18030).",
        "Export the table as CSV in UTF-8; a spreadsheet must be saved as CSV first.",
        file=path.name,
    )
