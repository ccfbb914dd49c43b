"""A document as PDF: set by typst, with fonts that come with the software, never the machine's own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from bim_supervise.report.document import (
    Block,
    Document,
    Fields,
    Heading,
    Paragraph,
    Picture,
    Plot,
    Signatures,
    Table,
)
from bim_supervise.report.pictures import printable
from bim_supervise.report.plots import plot_svg
from bim_supervise.report.words import Words


def write_pdf(document: Document, words: Words) -> bytes:
    """The bytes of a PDF; the same document gives the same pages.

    A photo that cannot be read is named in a frame where it would stand.
    """
    origin = document.origin
    with tempfile.TemporaryDirectory(prefix="bim-supervise-pdf-") as folder:
        root = Path(folder)
        data = {
            "title": document.title,
            "subtitle": words.text("document.as_of", moment=words.moment(origin.as_of)),
            "project": origin.project,
            "form": document.form,
            "language": words.language,
            "region": "cn" if words.language == "zh" else "gb",
            "landscape": document.landscape,
            "source": words.text(
                "document.source", source=origin.source, made_at=words.moment(origin.made_at)
            ),
            "ledger": words.text("document.ledger", entries=origin.ledger_entries),
            "ledger_head": origin.ledger_head,
            "page": words.text("document.page"),
            "blocks": _blocks(document.blocks, words, root),
        }
        (root / "page.typ").write_bytes(_page())
        return bytes(
            typst.compile(
                root / "page.typ",
                root=root,
                font_paths=document_fonts(),
                format="pdf",
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                timestamp=int(origin.made_at.timestamp()),
            )
        )


@cache
def _page() -> bytes:
    return (files("bim_supervise.report") / "page.typ").read_bytes()


@cache
def document_fonts() -> typst.Fonts:
    """The fonts of every document, which come with the software."""
    folder = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def _blocks(blocks: Sequence[Block], words: Words, root: Path) -> list[dict[str, Any]]:
    pictures = iter(printable([item.data for item in blocks if isinstance(item, Picture)]))
    return [_block(item, words, root / f"picture-{at}.jpg", pictures) for at, item in enumerate(blocks)]


def _block(item: Block, words: Words, file: Path, pictures: Any) -> dict[str, Any]:
    match item:
        case Heading():
            return {"type": "heading", "text": item.text}
        case Paragraph():
            return {"type": "paragraph", "text": item.text, "note": item.note}
        case Fields():
            return {"type": "fields", "rows": [[name, words.cell(value)] for name, value in item.rows]}
        case Table():
            return _table(item, words)
        case Plot():
            return {"type": "plot", "svg": plot_svg(item.spec), "caption": item.caption}
        case Signatures():
            return {"type": "signatures", "labels": list(item.labels)}
        case Picture():
            jpeg = next(pictures)
            if jpeg is not None:
                file.write_bytes(jpeg)
            return {
                "type": "picture",
                "file": "" if jpeg is None else f"/{file.name}",
                "missing": words.text("document.picture_unreadable"),
                "caption": item.caption,
                "sha256": f"SHA-256 {item.sha256}",
            }


def _table(table: Table, words: Words) -> dict[str, Any]:
    numeric = [
        any(isinstance(row[at], (int, float)) and not isinstance(row[at], bool) for row in table.rows)
        for at in range(len(table.columns))
    ]
    return {
        "type": "table",
        "headings": [words.heading(column) for column in table.columns],
        "widths": [column.width for column in table.columns],
        "right": numeric,
        "rows": [
            [words.cell(value, column) for value, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ],
        "empty": table.empty,
        "source": table.source,
    }
