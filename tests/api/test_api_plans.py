"""Several plans in one project, through the facade."""

import pytest

from bim_supervise.api import Project
from bim_supervise.core.errors import InputRefused, NotFound

CSV = "id,name,start,duration,predecessors,budget\n1,Dig,2026-03-02,2d,,10\n2,Pour,,{pour}d,1FS+1d,20\n"


@pytest.fixture
def project(tmp_path):
    project = Project.create(tmp_path / "p", "Yard")
    for number, pour in enumerate((3, 5)):
        (tmp_path / f"{number}.csv").write_text(CSV.format(pour=pour))
        project.load_schedule(tmp_path / f"{number}.csv")
    yield project
    project.close()


def test_stored_plans_are_listed_compared_and_used_again(project, tmp_path):
    first, second = (row["id"] for row in reversed(project.schedules()))
    found = project.compare_schedules(str(first), "current")
    assert [row["fields"][0]["field"] for row in found["changed"]] == ["duration_minutes"]
    assert project.compare_schedules(str(second), str(tmp_path / "1.csv"))["unchanged"] == 2
    project.use_schedule(first)
    assert [row["id"] for row in project.schedules()] == [first, second]
    for wrong in ("77", "no-such-file.xml"):
        with pytest.raises(NotFound) as refused:
            project.compare_schedules(wrong, "current")
        assert refused.value.code == "schedule_unknown"
    with pytest.raises(NotFound):
        project.use_schedule(77)


def test_a_plan_goes_out_and_comes_back(project, tmp_path):
    project.calculate_schedule()
    for file, write in (("p.xml", project.export_mspdi), ("p.ifc", project.export_ifc_plan)):
        written = write(tmp_path / file)
        assert (written["tasks"], written["links"]) == (2, 1)
        found = project.compare_schedules("current", str(tmp_path / file))
        assert (found["unchanged"], found["changed"], found["links"]) == (2, [], [])
    with pytest.raises(InputRefused) as refused:
        project.export_mspdi(tmp_path / "none" / "p.xml")
    assert refused.value.code == "file_not_writable"
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".plan")]


def test_a_preview_says_what_loading_says_and_stores_nothing(project, tmp_path):
    before = project.schedules()
    report = project.preview_schedule(tmp_path / "0.csv")
    assert project.schedules() == before
    loaded = project.load_schedule(tmp_path / "0.csv")
    assert loaded.items() >= report.items()
    assert (report["tasks"], report["links"], report["open_starts"], report["open_finishes"]) == (2, 1, 1, 1)
    assert project.calculate_schedule()["longest_path"] == ["1", "2"]


def test_risk_of_the_current_plan(project):
    found = project.schedule_risk(runs=40)
    assert found["finish"]["p10"] <= found["finish"]["p90"]
    assert {row["id"]: row["share"] for row in found["driving"]} == {"1": 1.0, "2": 1.0}
