"""The inspection plan through the facade: the checkpoints it makes and the evidence they ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_steps import PEOPLE
from small_site import PASSWORD
from test_api_gates import fact

from bim_supervise.api import CaseDraft, SiteRecord
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused

PLAN = """itp:
  - id: REBAR
    title: {zh: 钢筋, en: Reinforcement}
    applies: {work: [reinforcement]}
    kind: quality
    control: H
    boundary: finish
    rule: QLT-01
    required_capacities: [specialist_supervision_engineer]
    terms: {evidence: [{rule: QLT-04, parameters: {count: 1}}]}
  - id: STAND
    title: {zh: 旁站, en: Standing}
    applies: {work: [POUR]}
    kind: quality
    control: S
    boundary: finish
    rule: QLT-06
    required_capacities: [supervision_assistant]
  - id: STRIP
    title: {zh: 拆模, en: Formwork}
    applies: {work: [curing]}
    kind: quality
    control: H
    boundary: finish
    rule: %s
    parameters: %s
    required_capacities: [specialist_supervision_engineer]
    terms: {evidence: [{rule: QLT-03, parameters: {test: compressive_strength, minimum: 22.5, unit: MPa}}]}
  - id: NOWHERE
    title: {zh: 无, en: None}
    applies: {classes: [IfcPile]}
    kind: quality
    control: M
    boundary: throughout
    rule: QLT-01
"""
PHOTO = ("bars.jpg", "image/jpeg", b"\xff\xd8\xff\xe0 not quite a photo")


@pytest.fixture
def project(staffed):
    assert PEOPLE
    file = staffed.settings.directory / "itp.yaml"
    file.write_text(PLAN % ("QLT-05", "{item: maturity, lower: 1000, unit: degC.h}"), "utf-8")
    loaded = staffed.load_itp(file)
    assert loaded == {
        "lines": 4, "checkpoints": 3, "unmatched": ["NOWHERE"],
        "by_line": {"REBAR": 1, "STAND": 1, "STRIP": 1, "NOWHERE": 0},
    }  # fmt: skip
    return staffed


def record(project, user, kind, subject, subject_type="task", **more):
    return project.record(user, SiteRecord(kind=kind, subject=subject, subject_type=subject_type, **more))


def test_lines_make_checkpoints_and_leave_those_written_by_hand(project):
    points = {item.id: item for item in project.checkpoints()}
    assert list(points) == ["CP-RB", "REBAR@B", "STAND@C", "STRIP@D"]
    assert points["REBAR@B"].origin == "REBAR"
    assert [line["id"] for line in project.itp()] == ["REBAR", "STAND", "STRIP", "NOWHERE"]
    project.save_itp(project.itp()[:1])
    assert [item.id for item in project.checkpoints()] == ["CP-RB", "REBAR@B"]
    project.save_itp([])
    assert [item.id for item in project.checkpoints()] == ["CP-RB"]


def test_a_new_plan_gets_its_checkpoints_at_once(project, tmp_path):
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "id,name,start,finish,duration,predecessors\n"
        "B,Reinforcement,2026-03-04 08:00,2026-03-05 17:00,2d,\n"
        "E,Reinforcement of walls,2026-03-09 08:00,2026-03-10 17:00,2d,B\n",
        "utf-8",
    )
    project.load_schedule(plan)
    assert {"REBAR@B", "REBAR@E"} <= {item.id for item in project.checkpoints()}


@pytest.mark.parametrize("name", ["cn", "fidic"])
def test_the_plans_that_ship_are_read_and_say_how_sure_they_are(project, name):
    assert name in project.itp_profiles()
    project.load_itp(name)
    assert all(line["evidence_class"] and line["terms"]["clause"] for line in project.itp())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("control: S", "control: X"), "Invalid enum value"),
        (("applies: {work: [POUR]}", "applies: {}"), "applies"),
        (("id: STAND", "id: REBAR"), "twice"),
        (("[supervision_assistant]", "[plumber]"), "plumber"),
        (("rule: QLT-06", "rule: QLT-06\n    colour: red"), "colour"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_stored(project, tmp_path, change, problem):
    file = tmp_path / "wrong.yaml"
    file.write_text((PLAN % ("QLT-01", "{}")).replace(*change), "utf-8")
    with pytest.raises(InputRefused) as refused:
        project.load_itp(file)
    assert refused.value.code == "itp_invalid"
    assert problem in refused.value.message
    assert len(project.itp()) == 4
    with pytest.raises(InputRefused):
        project.load_itp("nowhere")
    with pytest.raises(NotFound):
        project.load_itp(tmp_path / "absent.yaml")


def test_the_further_evidence_of_a_line_is_asked_for_as_well(project, clock):
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    record(project, "wang", "inspected", "B", value="pass")
    assert project.checkpoint("REBAR@B").state == "waiting_for_evidence" or "photos_missing" in {
        item.reason for item in project.checkpoint("REBAR@B").verdicts
    }
    project.sign("REBAR@B", "liu", "accept", "too early", password=PASSWORD)
    assert project.checkpoint("REBAR@B").state != "released"
    record(project, "wang", "remark", "B", text="bars", photos=[PHOTO])
    assert project.checkpoint("REBAR@B").state == "waiting_for_signature"
    assert project.sign("REBAR@B", "liu", "accept", "seen", password=PASSWORD)["state"] == "released"


def test_maturity_without_a_strength_of_the_laboratory_keeps_the_formwork_gate_shut(project, clock):
    fact(project, clock, "task_started", "D", "2026-03-09T08:00:00")
    record(project, "wang", "measured", "D", value=1440.0, unit="degC.h", item="maturity")
    point = project.checkpoint("STRIP@D")
    assert {item.rule: item.outcome for item in point.verdicts} == {
        "QLT-05": "pass", "QLT-03": "undetermined",
    }  # fmt: skip
    assert (
        project.sign("STRIP@D", "liu", "accept", "maturity reached", password=PASSWORD)["state"] != "released"
    )
    report = {"test": "compressive_strength", "result": 25.1, "unit": "MPa"}
    record(project, "wang", "sample_taken", "D", sample="S1")
    record(project, "wang", "lab_report", "D", value="pass", sample="S1", data=report)
    reasons = {item.rule: item.reason for item in project.checkpoint("STRIP@D").verdicts}
    assert reasons["QLT-03"] == "sample_not_witnessed"
    record(project, "sun", "sample_witnessed", "D", sample="S1")
    assert project.checkpoint("STRIP@D").state == "waiting_for_signature"
    assert (
        project.sign("STRIP@D", "liu", "accept", "25.1 MPa of 22.5 MPa", password=PASSWORD)["state"]
        == "released"
    )
    clock.now += timedelta(hours=1)
    record(project, "wang", "lab_report", "D", value="pass", sample="S1", data={**report, "result": 18.0})
    assert project.checkpoint("STRIP@D").state == "evidence_failed"


def test_a_pour_that_nobody_watched_from_its_start_fails(project, clock):
    fact(project, clock, "task_started", "C", "2026-03-20T08:00:00")
    assert project.checkpoint("STAND@C").state == "evidence_failed"
    (verdict,) = project.checkpoint("STAND@C").verdicts
    assert verdict.reason == "standing_absent"


def test_a_pour_that_was_watched_to_its_end_is_signed(project, clock):
    day = clock.now.astimezone(project.zone).replace(tzinfo=None)
    fact(project, clock, "task_started", "C", f"{day - timedelta(hours=4):%Y-%m-%dT%H:%M:%S}")
    record(project, "sun", "standing_started", "C", at=day - timedelta(hours=4))
    assert [item.reason for item in project.checkpoint("STAND@C").verdicts] == ["standing_running"]
    record(project, "sun", "standing_note", "C", text="slump 180 mm", at=day - timedelta(hours=2))
    fact(project, clock, "task_finished", "C", f"{day - timedelta(minutes=10):%Y-%m-%dT%H:%M:%S}")
    record(project, "sun", "standing_ended", "C", at=day)
    assert project.checkpoint("STAND@C").state == "waiting_for_signature"
    assert (
        project.sign("STAND@C", "sun", "accept", "watched throughout", password=PASSWORD)["state"]
        == "released"
    )


@pytest.mark.parametrize(
    ("user", "kind", "more", "code"),
    [
        ("wang", "patrol", {}, "not_appointed"),
        ("guest", "remark", {}, "not_appointed"),
        ("sun", "parallel_inspection", {}, "record_result_missing"),
        ("wang", "measured", {"item": "axis"}, "record_value_missing"),
        ("sun", "sample_witnessed", {}, "record_sample_missing"),
        ("sun", "cost_incurred", {}, "record_kind_unknown"),
        ("sun", "patrol", {"subject": "X"}, "task_unknown"),
    ],
)
def test_records_that_cannot_be_are_refused(project, user, kind, more, code):
    fields = {"subject": "C", **more}
    with pytest.raises((InputRefused, PermissionRefused, NotFound)) as refused:
        record(project, user, kind, **fields)
    assert refused.value.code == code
    assert project.facts(subject="C") == []


def test_an_invitation_uses_the_notice_of_its_line(project, clock):
    rows = project.itp()
    rows[0]["terms"]["notice_hours"] = 48
    project.save_itp(rows)
    soon = (clock.now + timedelta(hours=24)).astimezone(project.zone).replace(tzinfo=None)
    with pytest.raises(InputRefused, match="48 hours"):
        project.open_case("request", "zhou", CaseDraft(checkpoints=["REBAR@B"], inspection_at=soon))
