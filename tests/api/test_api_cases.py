"""Cases through the facade: who may do what, in which order, and what each means for the gates."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from case_steps import CaseDraft, close_ncr, in_days, raise_ncr, step
from small_site import PASSWORD
from test_api_gates import fact, state, task

from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused

PHOTO = ("bars.jpg", "image/jpeg", b"\xff\xd8\xff\xe0 not quite a photo")


@pytest.fixture
def project(staffed):
    return staffed


def ready(project, clock, value="pass"):
    """The reinforcement has begun and was inspected."""
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    fact(project, clock, "inspected", "B", "2026-03-05T15:00:00", value)


# -- non-conformances -------------------------------------------------------------------------------


def test_an_open_ncr_shuts_the_gate_until_another_person_verified_it_and_it_was_signed_off(project, clock):
    ready(project, clock, "fail")
    assert state(project) == "evidence_failed"
    ncr = raise_ncr(project)
    assert (ncr.id, ncr.state, state(project)) == ("NCR-001", "open", "blocked_by_ncr")
    missing = {item.code: item.params for item in project.checkpoint("CP-RB").missing}
    assert missing["ncr_open"]["case"] == "NCR-001"
    assert "evidence_failed" in missing, "a blocked gate hides no failing value"
    fact(project, clock, "inspected", "B", "2026-03-05T18:00:00", "pass")
    project.sign("CP-RB", "liu", "accept", "bars are right now", password=PASSWORD)
    assert state(project) == "blocked_by_ncr", "a signature does not close a non-conformance"
    assert close_ncr(project, ncr.id).state == "closed"
    assert state(project) == "released"
    closed = project.case(ncr.id)
    assert [note.action for note in closed.notes] == ["raise", "correct", "verify", "close"]
    assert closed.notes[-1].entry == project.verify_ledger()["entries"] == 3
    assert project.verify_ledger()["valid"]


@pytest.mark.parametrize(
    ("user", "code"), [("sun", "not_appointed"), ("wang", "not_appointed"), ("guest", "not_appointed")]
)
def test_who_may_not_verify_is_refused(project, user, code):
    ncr = raise_ncr(project)
    step(project, ncr.id, "correct", "wang", "bars moved")
    with pytest.raises(PermissionRefused) as refused:
        step(project, ncr.id, "verify", user)
    assert refused.value.code == code
    assert project.case(ncr.id).state == "corrected"


def test_the_author_of_a_non_conformance_does_not_verify_it(project):
    ncr = raise_ncr(project, "qian")
    step(project, ncr.id, "correct", "wang", "bars moved")
    with pytest.raises(PermissionRefused) as refused:
        step(project, ncr.id, "verify", "qian")
    assert refused.value.code == "case_needs_another"
    assert step(project, ncr.id, "verify", "liu").state == "verified"


@pytest.mark.parametrize(
    ("action", "user"), [("verify", "liu"), ("close", "liu"), ("refuse", "liu"), ("raise", "sun")]
)
def test_a_step_out_of_turn_is_refused_and_leaves_the_case_as_it_was(project, action, user):
    ncr = raise_ncr(project)
    with pytest.raises(InputRefused) as refused:
        step(project, ncr.id, action, user)
    assert refused.value.code == "case_state_wrong"
    assert len(project.case(ncr.id).notes) == 1


def test_a_correction_that_does_not_hold_is_sent_back(project):
    ncr = raise_ncr(project)
    step(project, ncr.id, "correct", "wang", "done")
    assert step(project, ncr.id, "refuse", "liu", "not done").state == "open"
    assert close_ncr(project, ncr.id).state == "closed"


def test_photos_and_comments_stay_with_the_case(project):
    ncr = raise_ncr(project)
    draft = CaseDraft(text="Here it is", photos=[PHOTO])
    commented = project.act_on_case(ncr.id, "comment", "wu", draft)
    (digest,) = commented.notes[-1].files
    assert project.attachment(digest) == (PHOTO[2], "image/jpeg")
    assert commented.state == "open"


def test_an_unanswered_case_goes_up_step_by_step(project, clock):
    ncr = raise_ncr(project, days=1)
    assert project.case(ncr.id).escalation == 0
    clock.now += timedelta(days=2)
    assert project.case(ncr.id).escalation == 1
    assert {alarm.reason for alarm in project.alarms()} >= {"case_overdue"}
    clock.now += timedelta(days=3)
    assert project.case(ncr.id).escalation == 2
    assert {alarm.reason for alarm in project.alarms()} >= {"case_overdue_owner"}
    close_ncr(project, ncr.id)
    clock.now += timedelta(minutes=2)
    assert not {alarm.reason for alarm in project.alarms()} & {"case_overdue", "case_overdue_owner"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"due": None}, "case_incomplete"),
        ({"tasks": []}, "case_incomplete"),
        ({"text": "  "}, "case_words_missing"),
        ({"due": date(2020, 1, 1)}, "case_day_past"),
        ({"photos": [("a.exe", "application/x-dosexec", b"MZ")]}, "photo_refused"),
    ],
)
def test_an_incomplete_non_conformance_is_refused(project, change, code):
    fields = {"title": "t", "text": "x", "tasks": ["B"], "due": in_days(project, 2), **change}
    with pytest.raises(InputRefused) as refused:
        project.open_case("ncr", "sun", CaseDraft(**fields))
    assert refused.value.code == code
    assert project.cases() == []


@pytest.mark.parametrize("about", [{"tasks": ["X"]}, {"elements": ["x"]}, {"checkpoints": ["CP-X"]}])
def test_what_is_not_there_cannot_be_named(project, about):
    with pytest.raises(NotFound):
        raise_ncr(project, **about)
    with pytest.raises(NotFound):
        project.case("NCR-009")


# -- waivers ----------------------------------------------------------------------------------------


def waive(project, user="zhao", days=5, checkpoint="CP-RB"):
    draft = CaseDraft(
        title="Mill certificate late", text="Test certificate follows", checkpoints=[checkpoint],
        expires=in_days(project, days),
    )  # fmt: skip
    return project.open_case("waiver", user, draft)


def test_a_waiver_opens_a_gate_for_a_time_and_says_so(project, clock):
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    waiver = waive(project)
    point = project.checkpoint("CP-RB")
    assert (point.state, task(project, "B").finish_gate) == ("waived", "waived")
    assert {"waived", "evidence_missing_for", "signature_missing"} <= {item.code for item in point.missing}
    clock.now += timedelta(days=6)
    assert state(project) == "waiting_for_evidence", "it has run out"
    clock.now -= timedelta(days=5)
    step(project, waiver.id, "withdraw", "zhao", "certificate refused")
    assert state(project) == "waiting_for_evidence"
    assert project.verify_ledger()["entries"] == 3


def test_work_that_starts_behind_a_waiver_did_not_start_without_release(project, clock):
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    waive(project)
    clock.now += timedelta(hours=2)
    fact(project, clock, "task_started", "C", "2026-03-20T13:00:00")
    assert "started_without_release" not in {alarm.reason for alarm in project.alarms()}


@pytest.mark.parametrize("user", ["liu", "sun", "wang", "wu", "guest"])
def test_only_the_chief_waives(project, user):
    with pytest.raises(PermissionRefused):
        waive(project, user)


def test_an_open_non_conformance_is_not_waived_away(project, clock):
    ready(project, clock)
    raise_ncr(project)
    waive(project)
    assert state(project) == "blocked_by_ncr"


def test_a_mandatory_life_safety_clause_is_never_waived(project, clock, tmp_path):
    plan = tmp_path / "more.yaml"
    plan.write_text(
        """checkpoints:
  - {id: CP-LIFE, kind: quality, control: H, boundary: finish, rule: QLT-01, task: B,
     required_capacities: [chief_supervision_engineer], terms: {mandatory_clause: GB 55034 3.4.7}}
""",
        "utf-8",
    )
    project.load_checkpoints(plan)
    with pytest.raises(InputRefused) as refused:
        waive(project, checkpoint="CP-LIFE")
    assert refused.value.code == "waiver_never"


# -- stop and resume --------------------------------------------------------------------------------


def test_only_the_chief_stops_and_lifts_and_the_tasks_are_held_meanwhile(project, clock):
    draft = CaseDraft(title="Pit wall", text="Crack behind the wall", tasks=["B", "C"])
    proposed = project.open_case("stop", "sun", draft)
    assert (proposed.state, project.status().tasks.blocked) == ("proposed", 1)
    with pytest.raises(PermissionRefused):
        step(project, proposed.id, "issue", "liu")
    issued = step(project, proposed.id, "issue", "zhao", "stop at once")
    assert issued.state == "issued"
    assert project.status().tasks.blocked == 2
    assert task(project, "C").stopped_by == "STOP-001"
    with pytest.raises(PermissionRefused):
        step(project, proposed.id, "lift", "liu")
    step(project, proposed.id, "lift", "zhao", "wall propped")
    assert task(project, "C").stopped_by is None
    assert project.verify_ledger()["entries"] == 3


def test_the_chief_stops_at_once(project):
    draft = CaseDraft(title="Pit wall", text="Crack", tasks=["C"])
    assert project.open_case("stop", "zhao", draft, action="issue").state == "issued"


# -- supervision notice -----------------------------------------------------------------------------


def test_a_supervision_notice_is_replied_to_and_closed(project):
    draft = CaseDraft(title="Guard rails", text="Rails missing", tasks=["A"], due=in_days(project, 2))
    with pytest.raises(PermissionRefused):
        project.open_case("notice", "sun", draft)
    notice = project.open_case("notice", "liu", draft)
    assert (notice.id, notice.state) == ("SN-001", "issued")
    step(project, notice.id, "reply", "wang", "rails are up")
    assert step(project, notice.id, "close", "liu", "seen").state == "closed"
    entries = list(project.case(notice.id).notes)
    assert [note.entry for note in entries] == [2, None, 3]


# -- inspection requests ----------------------------------------------------------------------------

WITNESS = """checkpoints:
  - {id: CP-RB, kind: quality, control: %s, boundary: finish, rule: QLT-01, task: B,
     required_capacities: [quality_inspector, specialist_supervision_engineer],
     terms: {notice_hours: 24, if_absent: %s}}
"""


def invite(project, clock, control="W", absent="null", hours=24):
    plan = project.settings.directory / "witness.yaml"
    plan.write_text(WITNESS % (control, absent), "utf-8")
    project.load_checkpoints(plan)
    at = (clock.now + timedelta(hours=hours)).astimezone(project.zone).replace(tzinfo=None)
    return project.open_case("request", "zhou", CaseDraft(checkpoints=["CP-RB"], inspection_at=at))


def test_a_notice_runs_and_when_nobody_comes_a_witness_point_does_not_wait(project, clock):
    ready(project, clock)
    request = invite(project, clock)
    assert state(project) == "notice_running"
    project.sign("CP-RB", "zhou", "accept", "own inspection", password=PASSWORD)
    clock.now += timedelta(hours=25)
    point = project.checkpoint("CP-RB")
    assert point.state == "released"
    assert [(item.code, item.params["case"]) for item in point.remarks] == [("nobody_came", request.id)]
    fact(project, clock, "task_started", "C", "2026-03-21T12:45:00")
    assert "started_without_release" not in {alarm.reason for alarm in project.alarms()}


def test_a_hold_point_waits_for_those_who_did_not_come_and_says_so(project, clock):
    ready(project, clock)
    invite(project, clock, "H")
    project.sign("CP-RB", "zhou", "accept", "own inspection", password=PASSWORD)
    clock.now += timedelta(hours=25)
    point = project.checkpoint("CP-RB")
    assert point.state == "waiting_for_signature"
    assert "nobody_came" in {item.code for item in point.missing}
    project.sign("CP-RB", "liu", "accept", "late but seen", password=PASSWORD)
    assert state(project) == "released"


def test_failing_evidence_is_not_excused_by_absence(project, clock):
    ready(project, clock, "fail")
    invite(project, clock)
    clock.now += timedelta(hours=25)
    assert state(project) == "evidence_failed"


def test_an_invitation_must_come_early_enough(project, clock):
    with pytest.raises(InputRefused) as refused:
        invite(project, clock, hours=2)
    assert refused.value.code == "notice_too_short"
    assert project.checkpoint("CP-RB").state == "not_due"
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    assert "notice_missing" in {item.code for item in project.checkpoint("CP-RB").missing}


# -- forecast and history ---------------------------------------------------------------------------


def test_a_shut_gate_pushes_its_successors_and_the_assumption_is_said(project, clock):
    fact(project, clock, "task_started", "A", "2026-03-02T08:00:00")
    fact(project, clock, "task_finished", "A", "2026-03-03T17:00:00")
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    fact(project, clock, "task_finished", "B", "2026-03-05T17:00:00")
    fact(project, clock, "inspected", "B", "2026-03-05T18:00:00", "pass")
    (assumed,) = project.status().forecast_assumptions
    assert (assumed["task"], assumed["checkpoint"]) == ("C", "CP-RB")
    assert (assumed["notice_hours"], assumed["review_hours"]) == (0, 24)
    shut = project.status().finish_forecast
    assert shut >= assumed["not_before"] >= datetime(2026, 3, 21, 12)
    project.sign("CP-RB", "liu", "accept", "fine", password=PASSWORD)
    clock.now += timedelta(minutes=1)
    assert project.status().forecast_assumptions == []
    assert project.status().finish_forecast < shut


def test_the_state_of_an_earlier_moment_can_be_told_again(project, clock):
    ready(project, clock)
    before = clock.now
    clock.now += timedelta(hours=1)
    raise_ncr(project)
    assert state(project) == "blocked_by_ncr"
    assert project.checkpoint("CP-RB", as_of=before).state == "waiting_for_signature"


def test_what_is_signed_for_a_case_stands_in_the_ledger_with_its_history(project, tmp_path):
    ncr = raise_ncr(project)
    close_ncr(project, ncr.id)
    file = tmp_path / "ledger.jsonl"
    project.export_ledger(file)
    entry = json.loads(file.read_text("utf-8").splitlines()[2])["entry"]
    assert (entry["type"], entry["case"], entry["action"]) == ("case_ncr", ncr.id, "close")
    assert entry["capacity"] == "specialist_supervision_engineer"
    assert len(entry["history"]) == 64
