"""Labels with QR codes, for elements and devices: what a phone reads, and the same in clear."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import segno
import typst

from bim_supervise.report.words import Words
from bim_supervise.report.write_pdf import document_fonts


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label: what its code holds, a title, a line below it, and the id in clear."""

    code: str
    title: str
    line: str
    id: str


def labels_pdf(labels: Sequence[Label], *, project: str, made_at: datetime, words: Words) -> bytes:
    """The bytes of a PDF: 24 labels of 63 by 33 mm on each A4 page, with lines to cut along."""
    data = {
        "title": words.text("labels.title"),
        "project": project,
        "language": words.language,
        "made": words.text("labels.made", moment=words.moment(made_at)),
        "labels": [
            {"svg": _svg(one.code), "title": one.title, "line": one.line, "id": one.id} for one in labels
        ],
    }
    with tempfile.TemporaryDirectory(prefix="bim-supervise-labels-") as folder:
        root = Path(folder)
        (root / "labels.typ").write_bytes((files("bim_supervise.report") / "labels.typ").read_bytes())
        return bytes(
            typst.compile(
                root / "labels.typ",
                root=root,
                font_paths=document_fonts(),
                format="pdf",
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                timestamp=int(made_at.timestamp()),
            )
        )


def _svg(code: str) -> str:
    # Level Q: a quarter of the code may be under mud or paint.
    out = io.BytesIO()
    segno.make(code, error="q", micro=False).save(out, kind="svg", xmldecl=False, border=2)
    return out.getvalue().decode()
