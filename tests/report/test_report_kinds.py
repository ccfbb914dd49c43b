"""Every document of a site with cases, records and readings is made, in both languages, and says what is."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bim_supervise.api import Project, WorkReport
from bim_supervise.core.errors import InputRefused, NotFound

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "api"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "model"))

from case_steps import CaseDraft, close_ncr, raise_ncr, staff, step
from small_models import GUIDS, Builder
from small_site import PASSWORD, FixedClock, build

CLOCK = FixedClock()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    project = build(folder / "site", CLOCK, folder / "inputs")
    staff(project)
    project.report_work(
        "wang", WorkReport(task="B", started=datetime(2026, 3, 4, 8, 0), remark="绑扎 <开始>")
    )
    lines = [
        '{"kind":"standing_started","task":"C","time":"2026-03-06T08:00:00","reporter":"sun"}',
        '{"kind":"standing_ended","task":"C","time":"2026-03-06T11:30:00","reporter":"sun",'
        '"remark":"坍落度 180"}',
        '{"kind":"noise_level","device":"N1","time":"2026-03-20T02:00:00Z","value":61.5}',
        '{"kind":"noise_level","device":"N1","time":"2026-03-20T02:01:00Z","value":66.5}',
    ]
    project.ingest([("bim-supervise/site/observations", line.encode()) for line in lines], authenticated=True)
    close_ncr(project, raise_ncr(project).id)
    notice = project.open_case(
        "notice", "liu", CaseDraft(title="Edge", text="No rail", due=project.today(), tasks=["C"])
    )
    step(project, notice.id, "reply", "wang", "rail is up")
    project.open_case("stop", "zhao", CaseDraft(text="dome pressure low", tasks=["C"]), action="issue")
    project.open_case(
        "request",
        "zhou",
        CaseDraft(
            title="Bars of B", text="ready", checkpoints=["CP-RB"], inspection_at=datetime(2026, 3, 21, 14)
        ),
    )
    project.load_model(Builder("IFC4").write(folder / "model.ifc"))
    elements = [GUIDS["wall"], GUIDS["slab"]]
    lot = project.define_lot("zhou", "CAST-FRAME", elements, "Walls axis A")
    points = [{"check": "axis", "element": element, "value": 3.0} for element in elements]
    project.measure_lot(lot.case.id, "zhou", points)
    project.sign("CP-RB", "liu", "reject", "not yet", password=PASSWORD)
    yield project
    project.close()


SUBJECTS = {
    "supervision-notice": "SN-001", "notice-reply": "SN-001", "suspension-order": "STOP-001",
    "resumption-order": "STOP-001", "ncr": "NCR-001",
    "inspection-request": "REQ-001", "inspection-lot": "LOT-001",
}  # fmt: skip
PERIOD = {"first_day": datetime(2026, 3, 1).date(), "last_day": datetime(2026, 3, 20).date()}


def words_of(data):
    """All texts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ET.fromstring(archive.read("xl/sharedStrings.xml"))
    return " | ".join("".join(item.itertext()) for item in root)


def document(project: Project, kind, suffix=".xlsx", language="zh", **more):
    return project.report_bytes(kind, suffix, language=language, subject=SUBJECTS.get(kind), **more)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_is_made_and_leaves_no_key_of_a_catalogue(site, language):
    for kind, described in site.report_kinds().items():
        assert not described.subject or kind in SUBJECTS, kind
        said = words_of(document(site, kind, language=language, **PERIOD))
        for group in (
            "document.",
            "case.",
            "log.",
            "diary.",
            "green.",
            "periodic.",
            "form.",
            "sign_offs.",
            "lot.",
        ):
            assert f"| {group}" not in said, (kind, group)
        assert document(site, kind, ".pdf", language=language, **PERIOD).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("supervision-diary", ["噪声", "dB(A)", "Edge", "not yet"]),
        ("weekly-report", ["进度绩效 SPI", "NCR-001", "SN-001", "STOP-001", "not yet"]),
        ("standing-log", ["坍落度 180", "旁站记录"]),
        ("supervision-notice", ["No rail", "监理通知单（GB/T 50319）"]),
        ("notice-reply", ["rail is up"]),
        ("suspension-order", ["dome pressure low", "总监理工程师（签字、执业印章）"]),
        ("resumption-order", ["尚未复工。"]),
        ("ncr", ["Spacing 60 mm, drawing 100 mm", "bars moved", "已关闭"]),
    ],
)
def test_a_document_says_what_was_recorded(site, kind, said):
    text = words_of(document(site, kind))
    assert [item for item in said if item not in text and kind != "standing-log"] == []
    if kind == "standing-log":
        text = words_of(document(site, kind, **PERIOD))
        assert all(item in text for item in said)


def test_a_diary_of_another_day_knows_nothing_of_this_one(site):
    before = words_of(document(site, "supervision-diary", last_day=(CLOCK.now - timedelta(days=90)).date()))
    assert "rail is up" not in before
    assert "本时段内无签认" in before


def test_a_case_of_another_kind_is_refused(site):
    with pytest.raises(InputRefused) as refused:
        site.report_bytes("ncr", ".pdf", subject="SN-001")
    assert refused.value.code == "report_case_kind"
    with pytest.raises(InputRefused) as refused:
        site.report_bytes("ncr", ".pdf")
    assert refused.value.code == "report_subject_missing"
    with pytest.raises(NotFound):
        site.report_bytes("ncr", ".pdf", subject="NCR-999")


def test_every_document_names_the_waivers_in_force_and_until_when(site):
    expires = (CLOCK.now + timedelta(days=5)).date()
    draft = CaseDraft(
        title="Mill certificate late", text="Certificate of the bars follows", checkpoints=["CP-RB"],
        expires=expires,
    )  # fmt: skip
    number = site.open_case("waiver", "zhao", draft).id
    now = CLOCK.now
    try:
        for kind in site.report_kinds():
            said = words_of(document(site, kind, language="en"))
            wanted = ("Waivers in force", number, draft.text, str(expires))
            assert [item for item in wanted if item not in said] == [], kind
        CLOCK.now += timedelta(days=6)
        assert "Waivers in force" not in words_of(document(site, "ncr", language="en")), "it has run out"
        assert "No waiver is in force." in words_of(document(site, "weekly-report", language="en"))
    finally:
        CLOCK.now = now
        step(site, number, "withdraw", "zhao", "certificate came")
    assert "Waivers in force" not in words_of(document(site, "ncr", language="en"))


SOURCES = {"zh": ("进度计划 ", "证据接收至"), "en": ("plan plan", "evidence received up to")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_document_carries_its_source_and_the_head_of_the_ledger(site, language):
    head = site.verify_ledger()["head"]
    for kind in site.report_kinds():
        said = words_of(document(site, kind, language=language))
        assert head in said, kind
        for source in ("model.ifc", *SOURCES[language]):
            assert source in said, (kind, source)
