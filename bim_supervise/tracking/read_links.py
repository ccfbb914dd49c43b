"""Read a link table (CSV) and its mapping (YAML) from files."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.read_yaml import read_yaml
from bim_supervise.events.rows import Unreadable
from bim_supervise.events.sources_file import read_rows
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
    """A link table as read: headings, and rows with their line numbers (the heading is line 1)."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str] | Unreadable], ...]


def read_link_mapping(path: Path) -> LinkMapping:
    """Read the YAML file that says which columns hold what.

    Raises:
        InputRefused: ``file_not_found``, ``file_too_large``, ``yaml_invalid`` or ``mapping_invalid``.
    """
    return parse_link_mapping(read_yaml(path, "link mapping"), path.name)


def read_link_table(path: Path) -> LinkTable:
    """Read a CSV link table (or JSON lines); comma, semicolon, tab or bar, in UTF-8, UTF-16 or GB 18030.

    Rows without any content are no rows.

    Raises:
        InputRefused: ``table_empty``, and what ``events.sources_file.read_rows`` refuses.
    """
    rows: list[tuple[int, Mapping[str, str] | Unreadable]] = []
    headings: dict[str, None] = {}
    for line, row in read_rows(path, encoding=_encoding(path)):
        if not isinstance(row, Mapping):
            rows.append((line, row or Unreadable("row_unreadable")))
            continue
        cells = {_heading(name): "" if cell is None else str(cell) for name, cell in row.items()}
        if any(cell.strip() for cell in cells.values()):
            rows.append((line, cells))
            headings |= dict.fromkeys(cells)
    if not headings:
        raise InputRefused(
            "table_empty",
            f"{path.name} holds no table with rows.",
            "The first line must name the columns; the links follow, one a line.",
            file=path.name,
        )
    return LinkTable(headings=tuple(headings), rows=tuple(rows))


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
        InputRefused: what ``read_link_table`` refuses, and ``column_missing``.
    """
    table = read_link_table(path)
    if mapping is None:
        ids = {key for task in schedule.tasks for key in (task.id, task.source_id)}
        values = {
            heading: [cells.get(heading, "") for _, cells in table.rows if isinstance(cells, Mapping)]
            for heading in table.headings
        }
        mapping = default_mapping(table.headings, ids, values)
    check_columns(mapping, table.headings, path.name)
    return join(table.rows, elements, schedule, mapping, calculation=calculation)


def _heading(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _encoding(path: Path) -> str:
    """UTF-16 shows by its mark; what is no UTF-8 comes from a Chinese spreadsheet, and GB 18030 reads it."""
    try:
        data = path.read_bytes()
        data.decode("utf-8")
    except OSError:
        return "utf-8-sig"  # the reader that opens the file says what is wrong with it
    except UnicodeDecodeError:
        utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return "utf-16" if utf16 else "gb18030"
    return "utf-8-sig"
