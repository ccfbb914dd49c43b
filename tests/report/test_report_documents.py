"""Documents from the small project: they open, say where they come from, and lose no sign."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from PIL import Image

import bim_supervise.report
from bim_supervise.core.catalogue import LANGUAGES, Catalogue, flatten
from bim_supervise.core.wording import placeholders
from bim_supervise.report.document import (
    Column,
    Document,
    Fields,
    Heading,
    Origin,
    Paragraph,
    Picture,
    Plot,
    Signatures,
    Table,
)
from bim_supervise.report.pictures import printable
from bim_supervise.report.plots import bar_plot, line_plot, plot_svg
from bim_supervise.report.words import Words
from bim_supervise.report.write_pdf import write_pdf
from bim_supervise.report.write_xlsx import write_xlsx

FOLDER = Path(bim_supervise.report.__file__).parent / "catalogue"
GAPPED = {"温度": [("2026-03-01T00:00", 20.0), ("2026-03-02T00:00", None), ("2026-03-03T00:00", 22.0)]}
NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)


def words(language="zh"):
    return Words(language=language, zone=ZoneInfo("Asia/Shanghai"), currency="CNY", catalogue=Catalogue({}))


def photo(size=(2400, 1200)):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # held sideways
    exif[0x010F] = "SecretPhone"
    Image.new("RGB", size, "#447799").save(out, "JPEG", exif=exif)
    return out.getvalue()


def everything(rows=90):
    long = "构件 2O2Fr$t4X7Zf8NOew3FLOH " + "very_long_identifier_without_any_space" * 3
    table = Table(
        name="表[一]: 混凝土/养护*?",
        columns=[
            Column(title="序号", digits=0),
            Column(title="说明", width=3),
            Column(title="V", unit="m3", digits=2),
        ],
        rows=[(at, long if at % 30 == 0 else "=1+1 #strong[*x*] $a$", at * 1.234) for at in range(rows)],
        empty="无",
        source="来源：测试",
    )
    return Document(
        title="监理月报 #let x = 1",
        form="表 A.0.1 & 说明",
        origin=Origin(
            project="泵站 & dome", as_of=NOW, made_at=NOW, source="模型 m.ifc", ledger_entries=3,
            ledger_head="ab" * 32,
        ),
        blocks=[
            Heading(text="一 / 概况"),
            Paragraph(text="#panic()"),
            Fields(rows=[("a", None), ("b", date(2026, 3, 1)), ("c", NOW), ("d", 0), ("e", True)]),
            table,
            Table(name="表[一]: 混凝土/养护*?", columns=[Column(title="x")], rows=[], empty="无记录"),
            Plot(spec=line_plot(GAPPED, y_title="dB", limit=21), caption="图 1"),
            Plot(spec=bar_plot([("甲", 3.0), ("乙", 1.0)], x_title="t"), caption="图 2"),
            Picture(data=photo(), caption="照片", sha256="cd" * 32),
            Picture(data=b"no picture", caption="坏照片", sha256="ef" * 32),
            Signatures(labels=["监理工程师", "日期"]),
        ],
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_of_every_block_is_set_and_evaluates_nothing_it_is_given(language):
    pdf = write_pdf(everything(), words(language))
    assert pdf.startswith(b"%PDF-")
    assert pdf == write_pdf(everything(), words(language))


def test_a_workbook_keeps_values_and_never_calculates_text():
    data = write_xlsx(everything(5), words())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        text = "".join(archive.read(name).decode() for name in names if name.endswith(".xml"))
    assert sum("worksheets/sheet" in name for name in names) == 3
    assert "<f>" not in text
    assert "=1+1" in text
    assert "<v>1.234</v>" in text
    assert "ab" * 32 in text


def test_photos_are_upright_small_and_tell_nothing_else():
    good, bad = printable([photo(), b"\xff\xd8 broken"])
    assert bad is None
    with Image.open(io.BytesIO(good)) as image:
        assert image.size == (700, 1400)
        assert not image.getexif()
    assert b"SecretPhone" not in good


def test_a_chart_carries_its_words_and_breaks_at_a_gap():
    svg = plot_svg(
        line_plot(GAPPED, y_title="°C")
    )  # fmt: skip
    assert "温度" in svg
    assert "Noto Sans SC" in svg


def test_both_languages_have_the_same_words():
    texts = {
        code: flatten(yaml.safe_load((FOLDER / f"{code}.yaml").read_text("utf-8"))) for code in LANGUAGES
    }
    assert texts["en"].keys() == texts["zh"].keys()
    for key, english in texts["en"].items():
        assert english.strip(), key
        assert texts["zh"][key].strip(), key
        assert placeholders(english) == placeholders(texts["zh"][key]), key
