"""The register of sign-offs through the facade, in both languages and both formats."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from bim_supervise.core.errors import InputRefused

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "api"))

from small_site import PASSWORD, FixedClock, build


@pytest.fixture
def project(tmp_path):
    made = build(tmp_path / "site", FixedClock(), tmp_path / "inputs")
    yield made
    made.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_register_lists_what_the_ledger_holds(project, tmp_path, language):
    project.sign("CP-RB", "liu", "reject", "spacing 250 mm instead of 200 mm", password=PASSWORD)
    head = project.verify_ledger()["head"]
    answer = project.report("sign-off-register", tmp_path / "register.xlsx", language=language)
    with zipfile.ZipFile(answer["file"]) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "spacing 250 mm" in text
    assert head in text
    assert ("不同意" if language == "zh" else "rejected") in text
    assert (
        "专业监理工程师" if language == "zh" else "Specialist supervision engineer"
    ).lower() in text.lower()
    pdf = project.report("sign-off-register", tmp_path / "register.pdf", language=language)
    assert Path(pdf["file"]).read_bytes().startswith(b"%PDF-")


def test_an_empty_period_says_so(project):
    project.sign("CP-RB", "liu", "reject", "no", password=PASSWORD)
    data = project.report_bytes(
        "sign-off-register", ".xlsx", language="en", first_day=date(2025, 1, 1), last_day=date(2025, 1, 31)
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "Nothing has been signed" in archive.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("poem", "x.pdf"), "report_kind_unknown"),
        (("sign-off-register", "x.docx"), "report_format_unknown"),
        (("sign-off-register", "nowhere/x.xlsx"), "file_not_writable"),
    ],
)
def test_what_cannot_be_written_is_refused(project, tmp_path, arguments, code):
    with pytest.raises(InputRefused) as refusal:
        project.report(arguments[0], tmp_path / arguments[1])
    assert refusal.value.code == code
    assert list(tmp_path.glob("*.p*")) == []


def test_every_kind_of_document_is_documented(project):
    page = (Path(__file__).resolve().parents[2] / "docs" / "documents.md").read_text("utf-8")
    assert all(f"| `{kind}` |" in page for kind in project.report_kinds())
