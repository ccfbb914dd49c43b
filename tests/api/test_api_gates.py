"""The story of a hold point, through the facade: evidence, signature, gate, and who may sign."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from small_site import PASSWORD

from bim_supervise.api import WorkReport
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused


def fact(project, clock, kind, subject, when, value=None, reporter="zhang"):
    line = f'{{"kind":"{kind}","task":"{subject}","time":"{when}","reporter":"{reporter}"'
    if value is not None:
        line += f',"value":"{value}"'
    return project.ingest([("bim-supervise/site/observations", (line + "}").encode())], authenticated=True)


def state(project):
    return project.checkpoint("CP-RB").state


def task(project, name):
    return next(row for row in project.tasks() if row.id == name)


def test_a_gate_waits_fails_passes_and_opens_by_signature(project, clock):
    assert state(project) == "not_due"
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    assert state(project) == "waiting_for_evidence"
    assert {item.code for item in project.checkpoint("CP-RB").missing} >= {"signature_missing"}
    fact(project, clock, "inspected", "B", "2026-03-05T15:00:00", "fail")
    assert state(project) == "evidence_failed"
    fact(project, clock, "inspected", "B", "2026-03-05T18:00:00", "pass")
    assert state(project) == "waiting_for_signature"
    signed = project.sign("CP-RB", "liu", "accept", "checked on site", password=PASSWORD)
    assert signed["state"] == "released"
    assert task(project, "B").finish_gate == "released"
    assert project.verify_ledger()["valid"]


@pytest.mark.parametrize("value", ["fail", None])
def test_a_signature_over_failing_or_undetermined_evidence_leaves_it_shut_for_good(project, clock, value):
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    if value:
        fact(project, clock, "inspected", "B", "2026-03-05T15:00:00", value)
    signed = project.sign("CP-RB", "liu", "accept", "in a hurry", password=PASSWORD)
    assert signed["state"] == ("evidence_failed" if value else "waiting_for_evidence")
    assert task(project, "B").finish_gate != "released"
    clock.now += timedelta(minutes=5)
    fact(project, clock, "inspected", "B", "2026-03-06T10:00:00", "pass")
    assert state(project) == "waiting_for_signature"
    assert [view.counts for view in project.checkpoint("CP-RB").sign_offs] == [False]


def test_a_successor_that_starts_anyway_is_recorded_and_raises_an_alarm(project, clock):
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    project.report_work("wang", WorkReport(task="C", started=datetime(2026, 3, 6, 8, 0)))
    alarms = {alarm.reason: alarm for alarm in project.alarms()}
    assert alarms["started_without_release"].task == "C"
    assert task(project, "C").actual_start is not None
    clock.now += timedelta(minutes=5)
    fact(project, clock, "inspected", "B", "2026-03-06T10:00:00", "pass")
    project.sign("CP-RB", "liu", "accept", "checked too late", password=PASSWORD)
    assert "started_without_release" in {alarm.reason for alarm in project.alarms()}


def test_a_blocked_task_is_counted_until_its_gate_opens(project, clock):
    fact(project, clock, "task_started", "B", "2026-03-04T08:00:00")
    assert project.status().tasks.blocked == 1
    fact(project, clock, "inspected", "B", "2026-03-05T18:00:00", "pass")
    project.sign("CP-RB", "liu", "accept", "fine", password=PASSWORD)
    clock.now += timedelta(minutes=2)
    assert project.status().tasks.blocked == 0


@pytest.mark.parametrize(
    ("user", "code"),
    [("sun", "capacity_not_required"), ("guest", "not_appointed"), ("nobody", "not_appointed")],
)
def test_who_is_not_appointed_is_refused_and_nothing_is_recorded(project, clock, user, code):
    with pytest.raises(PermissionRefused) as refused:
        project.sign("CP-RB", user, "accept", "let me in", password=PASSWORD)
    assert refused.value.code == code
    assert project.sign_offs() == []


def test_an_appointment_counts_only_between_its_dates(project, clock):
    project.add_user("late", PASSWORD)
    project.appoint("late", "specialist_supervision_engineer", date(2026, 3, 21))
    project.add_user("gone", PASSWORD)
    project.appoint("gone", "specialist_supervision_engineer", date(2026, 1, 1), date(2026, 3, 19))
    for user in ("late", "gone"):
        with pytest.raises(PermissionRefused):
            project.sign("CP-RB", user, "accept", "x", password=PASSWORD)
    clock.now += timedelta(days=1)
    project.sign("CP-RB", "late", "accept", "now I may", password=PASSWORD)


def test_wrong_decisions_and_unknown_checkpoints_are_refused(project):
    with pytest.raises(InputRefused, match="decision"):
        project.sign("CP-RB", "liu", "maybe", "x", password=PASSWORD)
    with pytest.raises(InputRefused, match="reason"):
        project.sign("CP-RB", "liu", "accept", "  ", password=PASSWORD)
    with pytest.raises(NotFound):
        project.sign("CP-XX", "liu", "accept", "x", password=PASSWORD)


def test_what_people_report_counts_and_photos_are_kept(project):
    photo = b"\xff\xd8\xff\xe0 not quite a photo"
    project.report_work(
        "wang",
        WorkReport(
            task="A", started=datetime(2026, 3, 2, 8, 30), quantity=120, remark="half way",
            photos=[("pit.jpg", "image/jpeg", photo)],
        ),
    )  # fmt: skip
    row = task(project, "A")
    assert row.percent == 60
    assert row.percent_basis == "quantity"
    said = project.facts(subject="A")
    digest = said[0].payload["photos"][0]
    assert project.attachment(digest) == (photo, "image/jpeg")
    status = project.status()
    assert status.tasks.actual_started == 1
    assert status.percent.claimed is not None
    assert status.percent.accepted in (None, 0)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (WorkReport(task="A"), "report_empty"),
        (WorkReport(task="A", started=datetime(2027, 1, 1)), "report_in_future"),
        (WorkReport(task="A", quantity=-1), "quantity_negative"),
        (WorkReport(task="A", percent=101), "percent_out_of_range"),
        (
            WorkReport(task="A", started=datetime(2026, 3, 3), finished=datetime(2026, 3, 2)),
            "report_finish_before_start",
        ),
        (
            WorkReport(task="A", remark="x", photos=[("a.exe", "application/x-dosexec", b"MZ")]),
            "photo_refused",
        ),
    ],
)
def test_a_report_that_cannot_be_is_refused_and_stores_nothing(project, report, code):
    with pytest.raises(InputRefused) as refused:
        project.report_work("wang", report)
    assert refused.value.code == code
    assert project.facts() == []


def test_an_observer_cannot_report(project):
    with pytest.raises(PermissionRefused):
        project.report_work("guest", WorkReport(task="A", percent=10))


def test_a_mistyped_start_is_corrected_by_reporting_again(project):
    project.report_work("wang", WorkReport(task="A", started=datetime(2026, 3, 1, 8, 0)))
    project.report_work("wang", WorkReport(task="A", started=datetime(2026, 3, 2, 8, 0)))
    assert task(project, "A").actual_start.astimezone(project.zone).day == 2
    assert len(project.facts(subject="A")) == 2, "both statements are kept"
