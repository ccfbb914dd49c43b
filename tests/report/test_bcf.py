"""BCF: archives of the standard's tests and of real projects come in whole and go out again as they were."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bim_supervise.api import CaseDraft
from bim_supervise.core.errors import InputRefused, PermissionRefused
from bim_supervise.model.bcf import VERSIONS
from bim_supervise.model.read_bcf import read_bcf, read_in_child
from bim_supervise.report.write_bcf import Topic, TopicComment, packed, rewrite_bcf, topic_guid, write_bcf

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "api"))

from case_steps import close_ncr, raise_ncr, staff
from small_site import FixedClock, build

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)


def read(path):
    return read_in_child(str(path), lambda *_: None)


def counted(path):
    """Topics, comments, viewpoints and component GlobalIds, counted without an XML parser."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        markups = [archive.read(name).decode("utf-8-sig") for name in names if name.endswith("markup.bcf")]
        views = [archive.read(name).decode("utf-8-sig") for name in names if name.endswith(".bcfv")]
    return (
        len(markups),
        sum(len(re.findall(r"<Comment Guid=|<Comment\s+Guid=", text)) for text in markups),
        len(views),
        {guid for text in views for guid in re.findall(r'<Component\b[^>]*IfcGuid="([^"]+)"', text)},
    )


@pytest.mark.shared
def test_every_archive_at_hand_reads_without_loss_and_round_trips(shared_data, tmp_path):
    archives = sorted((shared_data / "bcf").glob("*.bcf*"))
    assert len(archives) == 40
    for path in archives:
        archive = read(path)
        topics, comments, views, components = counted(path)
        assert archive.problems == (), path.name
        assert len(archive.topics) == topics, path.name
        assert sum(len(topic.comments) for topic in archive.topics) == comments, path.name
        assert sum(len(topic.viewpoints) for topic in archive.topics) == views, path.name
        assert {key for topic in archive.topics for key in topic.components} == components, path.name
        assert all(topic.guid and topic.title for topic in archive.topics), path.name
        again = tmp_path / path.name
        again.write_bytes(rewrite_bcf(archive))
        second = read(again)
        assert second.topics == archive.topics, path.name
        assert {name: second.files[name] for name in archive.files} == dict(archive.files), path.name


@pytest.mark.shared
def test_an_archive_of_a_real_project_without_a_version_is_read_in_a_child(shared_data):
    archive = read_bcf(shared_data / "bcf" / "hhs_issues.bcfzip")
    assert archive.version == ""
    assert [len(topic.comments) for topic in archive.topics] == [2, 1, 2]
    comment = archive.topics[-1].comments[0]
    assert (comment.author, comment.status, comment.date.tzinfo) == ("berlolahmv", "Open", UTC)


def topic(**changes):
    values = {
        "key": "case:NCR-001", "title": "钢筋 <间距> & \x07", "type": "NCR", "status": "Open", "author": "孙",
        "created": NOW, "modified": NOW, "priority": "Major", "description": "60 mm\nnot 100 mm", "due": NOW,
        "labels": ("open", "钢筋"),
        "comments": (TopicComment(key="note:2", author="王", date=NOW, text="moved"),),
        "elements": ("2O2Fr$t4X7Zf8NOew3FLOH", "1hqIFTRjfV6AWq_bMtnZwI"),
        "boxes": ((0.0, 0.0, 0.0, 1.0, 0.3, 3.0),), "around": ((5.0, 5.0, 0.0, 6.0, 9.0, 3.0),),
    }  # fmt: skip
    return Topic(**(values | changes))


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_what_is_written_is_read_back(version, tmp_path):
    path = tmp_path / "out.bcf"
    topics = [topic(), topic(key="b", elements=(), boxes=())]
    path.write_bytes(write_bcf(topics, project="p", project_name="泵站", version=version))
    archive = read(path)
    assert archive.version == version
    first = next(item for item in archive.topics if item.guid == topic_guid("p", "case:NCR-001"))
    assert (first.title, first.status, first.type, first.priority) == (
        "钢筋 <间距> &",
        "Open",
        "NCR",
        "Major",
    )
    assert (first.author, first.created, first.description) == ("孙", NOW, "60 mm\nnot 100 mm")
    assert first.labels == ("open", "钢筋")
    assert [(item.author, item.text, item.date) for item in first.comments] == [("王", "moved", NOW)]
    (view,) = first.viewpoints
    assert view.selection == ("2O2Fr$t4X7Zf8NOew3FLOH", "1hqIFTRjfV6AWq_bMtnZwI")
    assert (view.camera, view.default_visible) == ("perspective", True)
    with Image.open(io.BytesIO(archive.files[f"{first.guid}/{view.snapshot}"])) as picture:
        reds = sum(
            1 for red, green, _ in picture.convert("RGB").get_flattened_data() if red > 150 and green < 130
        )
        assert picture.size == (960, 720)
        assert 2000 < reds < 400_000, "the box is in the picture and does not fill it"
    assert write_bcf([topic()], project="p", project_name="x") == write_bcf(
        [topic()], project="p", project_name="x"
    )


def archive_with(tmp_path, markup, **more):
    path = tmp_path / "x.bcf"
    path.write_bytes(packed({"a/markup.bcf": markup, **more}))
    return path


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bcf_unreadable"),
        (b"PK\x03\x04 broken", "bcf_unreadable"),
        (packed({"a.txt": b"x"}), "bcf_without_topics"),
    ],
)
def test_what_is_no_archive_is_refused(content, code, tmp_path):
    path = tmp_path / "x.bcf"
    path.write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        read(path)
    assert refused.value.code == code


def test_entities_and_broken_topics_are_named_and_the_rest_is_kept(tmp_path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Markup><Topic Guid="1"><Title>&a;</Title></Topic></Markup>'
    good = '<Markup><Topic Guid="2"><Title>好</Title></Topic></Markup>'.encode()
    path = archive_with(tmp_path, bomb, **{"b/markup.bcf": good, "c/markup.bcf": b"<Markup/>"})
    archive = read(path)
    assert [item.title for item in archive.topics] == ["好"]
    assert [problem.split(":")[0] for problem in archive.problems] == ["a/markup.bcf", "c/markup.bcf"]


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_no_bytes_bring_the_reader_down(tmp_path_factory, data):
    path = archive_with(tmp_path_factory.mktemp("bcf"), data, **{"a/v.bcfv": data})
    archive = read(path)
    assert archive.topics or archive.problems


@pytest.fixture
def project(tmp_path):
    made = build(tmp_path / "site", FixedClock(), tmp_path / "inputs")
    staff(made)
    yield made
    made.close()


def test_a_case_goes_out_and_comments_come_back_once(project, tmp_path):
    case = raise_ncr(project)
    out = tmp_path / "out.bcf"
    assert project.export_bcf(out)["topics"] >= 1
    archive = read(out)
    (sent,) = [item for item in archive.topics if item.title.startswith(case.id)]
    assert (sent.status, sent.type) == ("Open", "NCR")
    markup = archive.files[f"{sent.guid}/markup.bcf"].decode()
    reply = (
        '<Comment Guid="7f9b1a3c-0000-4000-8000-000000000001"><Date>2026-03-21T08:00:00Z</Date>'
        "<Author>designer@example.org</Author><Comment>加两根箍筋</Comment></Comment></Markup>"
    )
    back = tmp_path / "back.bcf"
    back.write_bytes(
        packed(
            dict(archive.files)
            | {
                f"{sent.guid}/markup.bcf": markup.replace("</Markup>", reply)
                .replace("Open", "Closed")
                .encode()
            }
        )
    )
    for added in (1, 0):
        assert project.load_bcf(back, "liu")["comments_added"] == added
    found = project.case(case.id)
    assert (found.state, found.notes[-1].text) == ("open", "加两根箍筋"), "a status elsewhere closes nothing"
    assert found.notes[-1].data["bcf_author"] == "designer@example.org"
    topics = {item.guid: item for item in project.bcf_topics()}
    assert (topics[sent.guid].case, topics[sent.guid].status) == (case.id, "Closed")
    project.export_bcf(out, version="3.0")
    again = next(item for item in read(out).topics if item.guid == sent.guid)
    assert [item.text for item in again.comments] == [], "what came from there is not sent back as ours"
    close_ncr(project, case.id)
    project.export_bcf(out)
    closed = next(item for item in read(out).topics if item.guid == sent.guid)
    assert closed.status == "Closed"
    assert [item.text.split("]")[0] for item in closed.comments] == ["[correct", "[verify", "[close"]


def test_who_may_not_comment_loads_nothing(project, tmp_path):
    out = tmp_path / "out.bcf"
    project.export_bcf(out)
    with pytest.raises(PermissionRefused):
        project.load_bcf(out, "nobody")
    with pytest.raises(InputRefused) as refused:
        project.export_bcf(out, version="1.0")
    assert refused.value.code == "bcf_version_unknown"


def test_a_view_of_the_viewer_goes_into_the_case_its_document_and_out_and_comes_back(project, tmp_path):
    view = {
        "perspective_camera": {
            "camera_view_point": {"x": 30.0, "y": -12.5, "z": 18.0},
            "camera_direction": {"x": 0.0, "y": 0.8, "z": -0.6},
            "camera_up_vector": {"x": 0.0, "y": 0.6, "z": 0.8},
            "field_of_view": 42.0,
            "aspect_ratio": 1.5,
        },
        "clipping_planes": [],
    }
    picture = io.BytesIO()
    Image.new("RGB", (8, 6), "#d55e00").save(picture, "PNG")
    case = raise_ncr(project)
    draft = CaseDraft(
        text="seen from the gate",
        photos=[("view.png", "image/png", picture.getvalue())],
        data={"viewpoint": view},
    )
    project.act_on_case(case.id, "comment", "liu", draft)
    assert len(case_pictures_of(project, case.id)) == 1
    for version in VERSIONS:
        out = tmp_path / f"out-{version}.bcf"
        project.export_bcf(out, version=version)
        project.load_bcf(out, "liu")
        topic = next(item for item in project.bcf_topics() if item.case == case.id)
        camera = topic.view["perspective_camera"]
        for part in ("camera_view_point", "camera_direction", "camera_up_vector"):
            assert camera[part] == pytest.approx(view["perspective_camera"][part])
        assert camera["field_of_view"] == 42.0
        assert project.bcf_snapshot(topic.guid) == picture.getvalue()
    assert project.bcf_snapshot("unknown") is None


def case_pictures_of(project, case):
    """The pictures in the PDF of the case: what the report was given to print."""
    pdf = project.report_bytes("ncr", ".pdf", subject=case, language="en")
    return re.findall(rb"/Subtype\s*/Image", pdf)


@pytest.mark.parametrize("number", ["nan", "inf", "", "1e999", "x"])
def test_a_camera_with_no_real_number_is_no_view(number, tmp_path):
    place = "".join(
        f"<{part}><X>{number}</X><Y>1</Y><Z>1</Z></{part}>"
        for part in ("CameraViewPoint", "CameraDirection", "CameraUpVector")
    )
    markup = '<Markup><Topic Guid="g"><Title>T</Title></Topic></Markup>'
    info = f"<VisualizationInfo Guid='v'><PerspectiveCamera>{place}</PerspectiveCamera></VisualizationInfo>"
    path = archive_with(tmp_path, markup, **{"a/viewpoint.bcfv": info})
    (found,) = read(path).topics
    assert [item.seen for item in found.viewpoints] == [None]
