"""A document as a workbook: a cover with the source of the figures, one sheet a table, typed cells."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import xlsxwriter

from bim_supervise.report.document import (
    Document,
    Fields,
    Heading,
    Paragraph,
    Picture,
    Plot,
    Signatures,
    Table,
    Value,
)
from bim_supervise.report.words import UNKNOWN, Words

_WIDEST = 60
_OPTIONS = {
    "in_memory": True,
    # What a person typed is text, also when it begins with an equals sign: a workbook must not calculate it.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def write_xlsx(document: Document, words: Words) -> bytes:
    """The bytes of a workbook; times are site wall times, unknown is an empty cell.

    Plots and photos are named on the cover with their captions; they stand in the PDF.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    book.set_properties(
        {"title": document.title, "subject": document.form, "company": document.origin.project}
    )
    book.set_properties({"created": words.wall(document.origin.made_at), "title": document.title})
    sheets = _Sheets(book, words, document)
    sheets.cover()
    for block in document.blocks:
        if isinstance(block, Table):
            sheets.table(block)
    book.close()
    return out.getvalue()


class _Sheets:
    def __init__(self, book: Any, words: Words, document: Document) -> None:
        self._book, self._words, self._document = book, words, document
        self._names: set[str] = set()
        make = book.add_format
        self._title = make({"font_size": 16})
        self._section = make({"font_size": 12, "top": 1, "top_color": "#c9d0d9"})
        self._label = make({"font_color": "#5b6675", "valign": "top"})
        self._text = make({"text_wrap": True, "valign": "top"})
        self._note = make({"font_color": "#5b6675", "font_size": 9, "text_wrap": True, "valign": "top"})
        self._head = make({"bg_color": "#eef1f5", "bottom": 1, "text_wrap": True, "valign": "top"})
        self._day = make({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
        self._minute = make({"num_format": "yyyy-mm-dd hh:mm", "align": "left", "valign": "top"})
        self._number = make({"valign": "top"})
        self._rounded = {
            digits: make({"num_format": f"#,##0.{'#' * digits}" if digits else "#,##0", "valign": "top"})
            for digits in range(7)
        }

    def cover(self) -> None:
        words, document, origin = self._words, self._document, self._document.origin
        sheet = self._sheet(words.text("document.cover"))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 80)
        sheet.write_string(0, 0, document.title, self._title)
        row = 2
        rows: list[tuple[str, Value]] = [
            (words.text("document.project"), origin.project),
            (words.text("document.form"), document.form),
            (words.text("document.as_of_label"), origin.as_of),
            (words.text("document.made_label"), origin.made_at),
            (words.text("document.zone"), str(words.zone)),
            (words.text("document.source_label"), origin.source),
            (words.text("document.ledger_entries"), origin.ledger_entries),
            (words.text("document.ledger_head"), origin.ledger_head),
        ]
        row = self._fields(sheet, row, rows) + 1
        for block in document.blocks:
            match block:
                case Heading():
                    sheet.write_string(row, 0, block.text, self._section)
                    sheet.write_blank(row, 1, None, self._section)
                    row += 1
                case Paragraph():
                    sheet.write_string(row, 1, block.text, self._note if block.note else self._text)
                    row += 1
                case Fields():
                    row = self._fields(sheet, row, block.rows)
                case Plot() | Picture():
                    sheet.write_string(row, 0, words.text("document.in_pdf"), self._label)
                    sheet.write_string(row, 1, block.caption, self._note)
                    row += 1
                case Table():
                    sheet.write_string(
                        row, 0, words.text("document.rows", count=len(block.rows)), self._label
                    )
                    sheet.write_string(row, 1, block.name, self._text)
                    row += 1
                case Signatures():
                    for label in block.labels:
                        sheet.write_string(row, 0, label, self._label)
                        row += 1

    def table(self, table: Table) -> None:
        words = self._words
        sheet = self._sheet(table.name)
        widths = [len(words.heading(column)) for column in table.columns]
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, words.heading(column), self._head)
        for number, row in enumerate(table.rows, 1):
            for at, (value, column) in enumerate(zip(row, table.columns, strict=True)):
                self._value(sheet, number, at, value, column.digits, column.to_minute)
                widths[at] = max(widths[at], _shown_width(words.cell(value, column)))
        for at, width in enumerate(widths):
            sheet.set_column(at, at, min(max(width + 2, 8), _WIDEST))
        if not table.rows:
            sheet.write_string(1, 0, table.empty, self._note)
        else:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if table.source:
            sheet.write_string(max(len(table.rows), 1) + 2, 0, table.source, self._note)

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(_sheet_name(name, self._names))
        origin = self._document.origin
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        head = f"{origin.ledger_entries} · {origin.ledger_head[:16]}…"
        sheet.set_header(f"&L&8{_plain(origin.project)}&R&8{_plain(self._document.title)}")
        sheet.set_footer(f"&L&8{_plain(self._words.text('document.ledger_short'))} {head}&R&8&P / &N")
        return sheet

    def _fields(self, sheet: Any, row: int, rows: Iterable[tuple[str, Value]]) -> int:
        for name, value in rows:
            sheet.write_string(row, 0, name, self._label)
            self._value(sheet, row, 1, value, None, to_minute=True)
            row += 1
        return row

    def _value(
        self, sheet: Any, row: int, column: int, value: Value, digits: int | None, to_minute: bool
    ) -> None:
        if value is None or value in ("", UNKNOWN):
            sheet.write_blank(row, column, None, self._text)
        elif isinstance(value, bool):
            sheet.write_string(row, column, self._words.cell(value), self._text)
        elif isinstance(value, (int, float)):
            sheet.write_number(row, column, value, self._number if digits is None else self._rounded[digits])
        elif isinstance(value, datetime):
            wall = self._words.wall(value)
            # A workbook knows no seconds worth printing here; rounding up would move an event past its day.
            wall -= timedelta(seconds=wall.second, microseconds=wall.microsecond)
            sheet.write_datetime(row, column, wall, self._minute if to_minute else self._day)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), self._day)  # noqa: DTZ001
        else:
            sheet.write_string(row, column, value, self._text)


def _plain(text: str) -> str:
    """Text for a header or footer, where an ampersand begins a command and 255 signs are the most."""
    return text.replace("&", "&&")[:80]


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that a workbook takes: at most 31 signs, no brackets, colons or slashes, not used before."""
    base = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ") or "-"
    chosen, number = base[:31], 2
    while chosen.lower() in taken:
        tail = f" {number}"
        chosen, number = base[: 31 - len(tail)] + tail, number + 1
    taken.add(chosen.lower())
    return chosen


def _shown_width(text: str) -> int:
    """About how many columns of a fixed font the longest line takes; a Chinese character takes two."""
    return max(
        (sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in text.splitlines()), default=0
    )
