"""Results written into a copy of the model, opened again and held against what the project says."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import ifcopenshell
import ifcopenshell.util.element
import ifcopenshell.validate
import pytest
from case_steps import close_ncr, raise_ncr
from small_site import PASSWORD
from test_api_gates import fact

from bim_supervise.api import Project
from bim_supervise.core.errors import InputRefused, NotFound

sys.path.append(str(Path(__file__).resolve().parent.parent / "model"))
from small_models import GUIDS, SCHEMAS, Builder, hashes, read_here

LINKS = f"element,task\n{GUIDS['slab']},C\n{GUIDS['rebar']},B\n{GUIDS['beam_a']},B\n"
MAPPING = "element: {by: global_id, column: element}\ntask: {by: id, column: task}\n"


def problems(path, *, rules=True) -> list[tuple]:
    """What the validator finds; where a builder's own file is not perfect, the copy may not be worse."""
    logger = ifcopenshell.validate.json_logger()
    ifcopenshell.validate.validate(str(path), logger, express_rules=rules)
    return sorted((str(row.get("attribute")), str(row.get("instance"))[:12]) for row in logger.statements)


def loaded(project: Project, folder: Path, schema: str) -> Path:
    """The small site with a small model, its elements tied to tasks."""
    (folder / "links.csv").write_text(LINKS, "utf-8")
    (folder / "links.yaml").write_text(MAPPING, "utf-8")
    model = Builder(schema).write(folder / "model.ifc")
    project.load_model(model)
    project.load_links(folder / "links.csv", mapping=folder / "links.yaml")
    return model


def inspected(project: Project, value: str, at: str) -> None:
    for element in (GUIDS["rebar"], GUIDS["beam_a"]):
        line = {"kind": "inspected", "element": element, "value": value, "time": at, "reporter": "zhang"}
        project.ingest([("bim-supervise/site", json.dumps(line).encode())], authenticated=True)


def walked(project: Project, clock) -> None:
    """Work begins, the reinforcement fails, is put right, passes and is signed; another case stays open."""
    fact(project, clock, "task_started", "A", "2026-03-02T08:00:00")
    fact(project, clock, "task_finished", "A", "2026-03-03T16:30:00")
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    inspected(project, "fail", "2026-03-05T10:00:00")
    ncr = raise_ncr(project, elements=[GUIDS["rebar"]])
    project.sign("CP-RB", "liu", "reject", "bars too close", password=PASSWORD)
    close_ncr(project, ncr.id)
    inspected(project, "pass", "2026-03-05T15:00:00")
    project.sign("CP-RB", "liu", "accept", "间距合格", password=PASSWORD)
    raise_ncr(project, elements=[GUIDS["slab"]])


def sets(entity) -> dict:
    return ifcopenshell.util.element.get_psets(entity)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_copy_says_what_the_project_says(staffed, clock, tmp_path, schema):
    project = staffed
    model = loaded(project, tmp_path, schema)
    walked(project, clock)
    rules = schema != "IFC4X3_ADD2"  # whose rules take five times as long and are IFC4's here
    before = problems(model, rules=rules)
    answer = project.export_ifc(tmp_path / "out.ifc", language="en")
    assert (answer["schema"], answer["tasks_added"], answer["absent"]) == (schema.split("_")[0], 4, 0)
    assert problems(tmp_path / "out.ifc", rules=rules) == before

    copy = ifcopenshell.open(str(tmp_path / "out.ifc"))
    (top,) = copy.by_type("IfcProject")
    about = sets(top)["BimSupervise_Results"]
    assert about["LedgerHead"] == project.verify_ledger()["head"]
    assert about["LedgerEntries"] == project.verify_ledger()["entries"]

    tasks = {
        sets(item)["BimSupervise_TaskResult"]["Id"]: item for item in copy.by_type("IfcTask") if sets(item)
    }
    rows = {row.id: row for row in project.tasks()}
    assert tasks.keys() == rows.keys()
    assert {name: item.Status for name, item in tasks.items()} == {
        "A": "Completed", "B": "Started", "C": None, "D": None,
    }  # fmt: skip
    for name, item in tasks.items():
        said, row = sets(item)["BimSupervise_TaskResult"], rows[name]
        for key, moment in (("ActualStart", row.actual_start), ("ActualFinish", row.actual_finish)):
            wall = moment and moment.astimezone(project.zone).replace(tzinfo=None)
            assert (said.get(key) and datetime.fromisoformat(said[key])) == wall
            assert _time(item, key) == wall
    gate = sets(tasks["B"])["BimSupervise_TaskResult"]
    assert gate["FinishGate"] == "released"
    said = {key: str(value) for key, value in gate.items() if key.startswith("Gate ")}
    assert "released" in said["Gate CP-RB"]
    assert "pass" in said["Gate CP-RB"]

    approvals = {_of(item, "Identifier"): item for item in copy.by_type("IfcApproval")}
    assert len(approvals) == answer["approvals"] == 3
    opened = approvals["bim-supervise:gate:CP-RB"]
    assert _of(opened, "Status", "ApprovalStatus") == "RELEASED"
    signed = sorted(
        (_of(item, "Status", "ApprovalStatus"), _of(item, "Qualifier", "ApprovalQualifier"), item.Description)
        for key, item in approvals.items()
        if "gate" not in key
    )
    assert signed == [("APPROVED", "counts", "间距合格"), ("REJECTED", "superseded", "bars too close")]
    assert {key.rpartition(":")[2] for key in approvals if "gate" not in key} == {
        view.hash for view in project.sign_offs()
    }
    about = {
        item.GlobalId
        for relation in copy.by_type("IfcRelAssociatesApproval")
        if relation.RelatingApproval == opened
        for item in relation.RelatedObjects
    }
    assert about == {GUIDS["rebar"], GUIDS["beam_a"], tasks["B"].GlobalId}

    requests = {item.Name: item for item in copy.by_type("IfcActionRequest")}
    assert requests.keys() == {"NCR-001", "NCR-002"}
    assert sets(requests["NCR-001"])["BimSupervise_NonConformance"]["State"] == "closed"
    controlled = {
        relation.RelatingControl.Name: {item.GlobalId for item in relation.RelatedObjects}
        for relation in copy.by_type("IfcRelAssignsToControl")
        if relation.RelatingControl.is_a("IfcActionRequest")
    }
    assert controlled == {"NCR-001": {GUIDS["rebar"]}, "NCR-002": {GUIDS["slab"]}}
    bar = sets(copy.by_guid(GUIDS["rebar"]))["BimSupervise_ElementResult"]
    assert (bar["Gate"], bar["Gates"]) == ("released", ["CP-RB: released"])
    assert (bar["NonConformances"], bar["OpenNonConformances"]) == (["NCR-001: closed"], 0)
    assert sets(copy.by_guid(GUIDS["slab"]))["BimSupervise_ElementResult"]["OpenNonConformances"] == 1
    assert "BimSupervise_ElementResult" not in sets(copy.by_guid(GUIDS["wall"]))

    # what was built is what it was: nothing that a signature binds has changed
    assert hashes(read_here(tmp_path / "out.ifc", tmp_path)) == hashes(read_here(model, tmp_path))


def _time(task, name):
    """A time of a task, in either way of the schemas."""
    if hasattr(task, "TaskTime"):
        said = getattr(task.TaskTime, name) if task.TaskTime else None
        return datetime.fromisoformat(said) if said else None
    for relation in task.HasAssignments:
        if relation.is_a("IfcRelAssignsTasks") and (said := getattr(relation.TimeForTask, name)):
            day, clock = said.DateComponent, said.TimeComponent
            return datetime(
                day.YearComponent, day.MonthComponent, day.DayComponent,
                clock.HourComponent, clock.MinuteComponent, int(clock.SecondComponent),
            )  # fmt: skip
    return None


def _of(approval, *names):
    return next(getattr(approval, name) for name in names if hasattr(approval, name))


@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4"] if os.environ.get("BIM_SUPERVISE_FULL") else ["IFC2X3"])
def test_a_copy_of_a_copy_replaces_what_the_first_one_said(staffed, clock, tmp_path, schema):
    project = staffed
    loaded(project, tmp_path, schema)
    walked(project, clock)
    project.export_ifc(tmp_path / "first.ifc")
    project.load_model(tmp_path / "first.ifc")
    assert project.checkpoint("CP-RB").state == "released", "a copy with results is the same building"
    answer = project.export_ifc(tmp_path / "second.ifc")
    assert answer["tasks_added"] == 0
    first, second = (ifcopenshell.open(str(tmp_path / name)) for name in ("first.ifc", "second.ifc"))
    for kind in ("IfcTask", "IfcApproval", "IfcActionRequest", "IfcPropertySet", "IfcRelAssociatesApproval",
                 "IfcRelAssignsToProduct", "IfcWorkSchedule", "IfcApprovalRelationship"):  # fmt: skip
        assert len(second.by_type(kind)) == len(first.by_type(kind)), kind
    assert problems(tmp_path / "second.ifc", rules=False) == problems(tmp_path / "model.ifc", rules=False)


def test_what_cannot_be_written_is_refused(staffed, tmp_path):
    with pytest.raises(NotFound) as missing:
        staffed.export_ifc(tmp_path / "out.ifc")
    assert missing.value.code == "model_missing"
    model = loaded(staffed, tmp_path, "IFC4")
    with pytest.raises(InputRefused) as unknown:
        staffed.export_ifc(tmp_path / "out.ifc", discipline="plumbing")
    assert unknown.value.code == "discipline_unknown"
    with pytest.raises(InputRefused) as nowhere:
        staffed.export_ifc(tmp_path / "no" / "folder" / "out.ifc")
    assert nowhere.value.code == "file_not_writable"
    assert model.is_file()
    assert sorted(path.name for path in tmp_path.glob("*.ifc")) == ["model.ifc"]
