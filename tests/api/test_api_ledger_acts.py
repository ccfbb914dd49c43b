"""Keys, withdrawal, deputies and the second pair of eyes, through the facade."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from small_site import PASSWORD

from bim_supervise.api import WorkReport, verify_ledger_file
from bim_supervise.core.errors import AuthenticationFailed, InputRefused, NotFound, PermissionRefused
from bim_supervise.ledger.sign_off_form import read_sign_off

NEW = "another battery staple"


def inspected(project, value="pass", when="2026-03-05T18:00:00"):
    line = f'{{"kind":"inspected","task":"B","time":"{when}","reporter":"zhang","value":"{value}"}}'
    started = '{"kind":"task_started","task":"B","time":"2026-03-04T08:00:00","reporter":"zhang"}'
    for message in (started, line):
        project.ingest([("bim-supervise/site/observations", message.encode())], authenticated=True)


def sign(project, user="liu", decision="accept", password=PASSWORD, **more):
    return project.sign("CP-RB", user, decision, "checked on site", password=password, **more)


def state(project):
    return project.checkpoint("CP-RB").state


def entries(project):
    with project._store.reading() as work:
        return [json.loads(row.data) for row in work.entries()]


def test_the_first_signature_introduces_a_key_and_the_next_uses_it(project):
    first, second = sign(project, decision="reject"), sign(project, decision="reject")
    assert (first["entry"], second["entry"]) == (2, 3)
    kinds = [(entry["type"], entry["signer"]) for entry in entries(project)]
    assert kinds == [("signing_key", "liu"), ("sign_off", "liu"), ("sign_off", "liu")]
    assert len({entry["public_key"] for entry in entries(project)}) == 1
    answer = project.verify_ledger()
    assert (answer["valid"], answer["keys"][0]["public_key"]) == (
        True,
        project.signer_keys("liu")[0]["public_key"],
    )


def test_the_projects_own_chain_is_checked_side_by_side_and_its_sign_offs_the_quick_way(project, monkeypatch):
    monkeypatch.setattr("bim_supervise.ledger.chain.ROWS_A_STRETCH", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for _ in range(6):
        sign(project, decision="reject")
    answer = project.verify_ledger()
    assert (answer["valid"], answer["entries"], answer["unsigned"]) == (True, 7, 0)
    with project._store.reading() as work:
        assert [read_sign_off(row.data) is not None for row in work.entries()] == [False, *[True] * 6]


def test_a_wrong_password_signs_nothing_and_makes_no_key(project):
    with pytest.raises(AuthenticationFailed) as refused:
        sign(project, password="wrong horse battery")
    assert refused.value.code == "wrong_credentials"
    assert entries(project) == []
    assert project.signer_keys("liu") == []


def test_an_own_change_of_password_keeps_the_key(project):
    sign(project, decision="reject")
    key = project.signer_keys("liu")
    token = project.login("liu", PASSWORD)
    project.change_password("liu", PASSWORD, NEW)
    assert project.session_user(token) is None
    sign(project, decision="reject", password=NEW)
    assert project.signer_keys("liu") == key
    with pytest.raises(AuthenticationFailed):
        project.change_password("liu", PASSWORD, NEW)


def test_a_reset_password_makes_a_new_key_that_names_the_old_one(project):
    sign(project, decision="reject")
    project.set_password("liu", NEW)
    sign(project, decision="reject", password=NEW)
    old, new = (item["public_key"] for item in project.signer_keys("liu"))
    assert entries(project)[2] | {"signature": ""} == entries(project)[2] | {
        "signature": "", "type": "signing_key", "public_key": new, "replaces": old
    }  # fmt: skip
    assert project.verify_ledger()["valid"]


def test_a_withdrawn_sign_off_stays_and_no_longer_counts(project):
    inspected(project)
    made = sign(project)
    assert state(project) == "released"
    taken = project.withdraw(made["entry"], "liu", "the bars were moved", PASSWORD)
    assert taken["entry"] == made["entry"] + 1
    assert state(project) == "waiting_for_signature"
    (view,) = project.sign_offs()
    assert (view.withdrawn, view.counts) == (True, False)
    assert project.verify_ledger()["valid"]
    for call, kind, code in (
        (lambda: project.withdraw(made["entry"], "liu", "x", PASSWORD), InputRefused, "entry_withdrawn"),
        (lambda: project.withdraw(taken["entry"], "liu", "x", PASSWORD), InputRefused, "entry_not_revocable"),
        (lambda: project.withdraw(1, "liu", "x", PASSWORD), InputRefused, "entry_not_revocable"),
        (lambda: project.withdraw(99, "liu", "x", PASSWORD), NotFound, "entry_unknown"),
        (lambda: project.withdraw(0, "liu", "x", PASSWORD), NotFound, "entry_unknown"),
        (lambda: project.withdraw(made["entry"], "sun", "x", PASSWORD), PermissionRefused, "not_own_entry"),
        (lambda: project.withdraw(made["entry"], "liu", " ", PASSWORD), InputRefused, "reason_missing"),
    ):
        with pytest.raises(kind) as refused:
            call()
        assert refused.value.code == code
    assert sign(project)["state"] == "released"


def hand_on(project, delegate="sun", first=date(2026, 3, 20), last=date(2026, 3, 22), user="liu", **more):
    values = {"capacity": "specialist_supervision_engineer", "reason": "on leave", "password": PASSWORD}
    values |= more
    return project.delegate(
        user, values["capacity"], delegate, first, last, values["reason"], values["password"]
    )


def test_a_deputy_signs_on_the_days_of_the_delegation_and_the_entry_says_for_whom(project, clock):
    inspected(project)
    with pytest.raises(PermissionRefused):
        sign(project, "sun")
    handed = hand_on(project, first=date(2026, 3, 21))
    with pytest.raises(PermissionRefused):
        sign(project, "sun")
    clock.now += timedelta(days=1)
    assert sign(project, "sun")["state"] == "released"
    last = entries(project)[-1]
    assert last["capacity"] == "specialist_supervision_engineer"
    assert last["appointment"]["delegated_by"] == "liu"
    assert last["appointment"]["delegation"] == handed["entry"]
    clock.now += timedelta(days=2)
    with pytest.raises(PermissionRefused):
        sign(project, "sun")


def test_a_delegation_ends_when_it_is_withdrawn_or_its_giver_loses_the_capacity(project, clock):
    handed = hand_on(project)
    sign(project, "sun", "reject")
    project.withdraw(handed["entry"], "liu", "back from leave", PASSWORD)
    with pytest.raises(PermissionRefused):
        sign(project, "sun", "reject")
    project.add_user("he", PASSWORD)
    project.appoint("he", "specialist_supervision_engineer", date(2026, 1, 1), date(2026, 3, 20))
    hand_on(project, user="he", last=date(2026, 4, 20))
    sign(project, "sun", "reject")
    clock.now += timedelta(days=1)
    with pytest.raises(PermissionRefused):
        sign(project, "sun", "reject")


@pytest.mark.parametrize(
    ("change", "kind", "code"),
    [
        ({"user": "sun", "delegate": "wang"}, PermissionRefused, "not_own_capacity"),
        ({"delegate": "liu"}, InputRefused, "capacity_not_delegable"),
        ({"capacity": "administrator"}, InputRefused, "capacity_not_delegable"),
        ({"delegate": "ghost"}, NotFound, "user_unknown"),
        ({"last": date(2026, 3, 1)}, InputRefused, "appointment_days"),
        ({"reason": ""}, InputRefused, "reason_missing"),
        ({"password": "wrong horse battery"}, AuthenticationFailed, "wrong_credentials"),
    ],
)
def test_what_cannot_be_handed_on(project, change, kind, code):
    with pytest.raises(kind) as refused:
        hand_on(project, **change)
    assert refused.value.code == code
    assert "delegation" not in {entry["type"] for entry in entries(project)}


def test_a_deputy_cannot_hand_the_capacity_on(project):
    hand_on(project)
    with pytest.raises(PermissionRefused) as refused:
        hand_on(project, user="sun", delegate="wang")
    assert refused.value.code == "not_own_capacity"


def test_nobody_accepts_their_own_work_as_its_supervisor(project):
    project.appoint("wang", "specialist_supervision_engineer", date(2026, 1, 1))
    project.report_work("wang", WorkReport(task="B", started=datetime(2026, 3, 4, 8, 0)))
    with pytest.raises(PermissionRefused) as refused:
        sign(project, "wang", capacity="specialist_supervision_engineer")
    assert refused.value.code == "four_eyes_own_work"
    sign(project, "wang", "reject", capacity="specialist_supervision_engineer")


def test_the_photos_of_a_task_are_bound_by_the_signature(project):
    photo = ("a.jpg", "image/jpeg", b"\xff\xd8\xff photo")
    project.report_work("wang", WorkReport(task="B", started=datetime(2026, 3, 4, 8, 0), photos=(photo,)))
    sign(project, decision="reject")
    assert len(entries(project)[-1]["attachments"]) == 1


def test_the_export_carries_the_keys_and_a_broken_ledger_is_not_exported(project, tmp_path):
    sign(project, decision="reject")
    answer = project.export_ledger(tmp_path / "ledger.jsonl")
    found = verify_ledger_file(tmp_path / "ledger.jsonl", head=answer["head"])
    assert found["valid"]
    assert [key["signer"] for key in found["keys"]] == ["liu"]
    header = json.loads((tmp_path / "ledger.jsonl").read_bytes().splitlines()[0])
    assert header["keys"][0]["public_key"] == project.signer_keys("liu")[0]["public_key"]
