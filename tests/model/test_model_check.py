"""Models held against an IDS: what passes, what fails, and what fails as BCF."""

from __future__ import annotations

import io
import zipfile

import pytest
from small_models import GUIDS, Builder

from bim_supervise.api import Project
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.model.read_ids import SUPERVISION_IDS

pytest.importorskip("ifctester")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ids")
    project = Project.create(folder / "site", "IDS")
    with pytest.raises(NotFound):
        project.check_models()
    project.load_model(Builder("IFC4").write(folder / "model.ifc"))
    yield project
    project.close()


def test_our_own_ids_says_what_supervision_misses(project, tmp_path):
    bcf = tmp_path / "failed.bcf"
    found = project.check_models(bcf=bcf)
    assert found["ids"] == "supervision.ids"
    by_name = {item["name"]: item for item in found["specifications"]}
    named = by_name["Built elements are named"]
    assert (named["status"], named["failed"]) == ("pass", 0)
    assert named["passed"] > 3
    classified = by_name["Built elements are classified"]
    assert classified["status"] == "fail"
    assert classified["failed"] == len({item["global_id"] for item in classified["failures"]})
    assert {item["global_id"] for item in classified["failures"]} <= set(GUIDS.values())
    failed = [item for item in found["specifications"] if item["status"] == "fail"]
    with zipfile.ZipFile(io.BytesIO(bcf.read_bytes())) as archive:
        topics = [name for name in archive.namelist() if name.endswith("markup.bcf")]
    assert len(topics) == len(failed)


def test_another_ids_and_one_that_is_none(project, tmp_path):
    text = SUPERVISION_IDS.read_text("utf-8").replace("Built elements are named", "Named")
    other = tmp_path / "other.ids"
    other.write_text(text, "utf-8")
    assert project.check_models(other)["specifications"][0]["name"] == "Named"
    broken = tmp_path / "broken.ids"
    broken.write_text(text.replace("<applicability", "<nonsense"), "utf-8")
    with pytest.raises(InputRefused) as refused:
        project.check_models(broken)
    assert refused.value.code == "ids_invalid"
