"""A calibration that is revoked after the signature makes it stale, also behind work that went on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from small_site import PASSWORD, build

POINT = """\
checkpoints:
  - {id: CP-N, kind: quality, control: H, boundary: finish, rule: NOI-CN-01, task: B,
     title: {zh: 场界噪声, en: Noise at the boundary},
     required_capacities: [specialist_supervision_engineer]}
"""


@pytest.fixture
def signed(tmp_path, clock):
    """A gate that was opened over readings of a calibrated meter."""
    project = build(tmp_path / "site", clock, tmp_path / "inputs")
    (tmp_path / "points.yaml").write_text(POINT, "utf-8")
    project.load_checkpoints(tmp_path / "points.yaml")
    started = clock.now - timedelta(hours=3)
    readings = [
        {"time": (started + timedelta(minutes=place)).isoformat(), "value": 55.0} for place in range(180)
    ]
    say(project, {"device": "N1", "kind": "noise_level", "readings": readings})
    say(project, {"kind": "task_started", "task": "B", "time": "2026-03-20T09:00:00", "reporter": "wang"})
    assert project.checkpoint("CP-N").state != "released"
    assert project.sign("CP-N", "liu", "accept", "quiet enough", password=PASSWORD)["state"] == "released"
    yield project
    project.close()


def say(project, payload):
    project.ingest([("bim-supervise/site", json.dumps(payload).encode())], authenticated=True)


def revoke(project, last_day=date(2026, 3, 19)):
    """The laboratory says that the meter was out of calibration since a day before the readings."""
    device = next(item for item in project.registered_devices() if item.id == "N1")
    project.save_device(replace(device, calibrated_until=last_day))


def reasons(project):
    return {alarm.reason for alarm in project.alarms()}


def test_the_sign_off_is_stale_and_says_why(signed):
    revoke(signed)
    point = signed.checkpoint("CP-N")
    assert point.state == "stale"
    assert [view.counts for view in point.sign_offs] == [False]
    assert [item.code for item in point.missing] == ["evidence_undetermined", "signature_stale"]
    assert [item.params["because"] for item in point.verdicts] == ["calibration_expired"]
    assert "signed_against_superseded" not in reasons(signed), "nothing stands on it yet"
    assert signed.verify_ledger()["valid"], "what was signed stays as it was signed"


@pytest.mark.parametrize("last_day", [date(2026, 3, 20), date(2027, 12, 31)])
def test_a_calibration_that_still_covers_the_readings_or_is_renewed_changes_nothing(signed, last_day):
    revoke(signed, last_day)
    assert signed.checkpoint("CP-N").state == "released"


def test_behind_a_successor_that_started_it_is_signed_against_a_superseded_state(signed, clock):
    clock.now += timedelta(minutes=10)
    say(signed, {"kind": "task_started", "task": "C", "time": clock.now.isoformat(), "reporter": "wang"})
    assert not {"started_without_release", "signed_against_superseded"} & reasons(signed)
    revoke(signed)
    assert signed.checkpoint("CP-N").state == "stale"
    assert "signed_against_superseded" in reasons(signed)
    task = next(item for item in signed.tasks() if item.id == "C")
    assert task.actual_start == datetime.fromisoformat(clock.now.isoformat()), "the road behind stays open"
    revoke(signed, date(2026, 12, 31))
    assert "signed_against_superseded" not in reasons(signed), "the revocation was a mistake"
