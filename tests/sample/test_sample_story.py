"""The story of the sample: what people state, in which order, and what stays open at the end."""

from datetime import datetime, timedelta

import pytest
import yaml
from bim_supervise_sample import START, checkpoints_path, people, sign_offs, story
from bim_supervise_sample.facts import delays, statements
from bim_supervise_sample.model.layout import parts, parts_by_task
from bim_supervise_sample.plan.tasks import plan_tasks, tasks_by_code
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def told():
    return statements(1)


@pytest.fixture(scope="module")
def checkpoints():
    return yaml.safe_load(checkpoints_path().read_text("utf-8"))["checkpoints"]


def _about(told, kind, *, tag=None, code=None):
    if tag is not None:
        wanted = next(part.global_id for part in parts() if part.tag == tag)
        return [s for s in told if s.body["kind"] == kind and s.body.get("element") == wanted]
    wanted = tasks_by_code()[code].global_id
    return [s for s in told if s.body["kind"] == kind and s.body.get("task") == wanted]


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_nobody_states_what_has_not_happened_yet(seed):
    for statement in statements(seed):
        assert datetime.fromisoformat(statement.body["time"]) <= statement.sent


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_seed_continues_the_same_history(seed):
    assert statements(seed, until=START) == statements(1, until=START)


def test_tasks_start_before_they_finish_and_quantities_only_grow(told):
    for task in plan_tasks():
        if task.summary:
            continue
        starts, finishes = (_about(told, kind, code=task.code) for kind in ("task_started", "task_finished"))
        if finishes:
            assert starts[0].body["time"] <= finishes[0].body["time"]
        amounts = [s.body["value"] for s in _about(told, "quantity_reported", code=task.code)]
        assert amounts == sorted(amounts)
        if finishes and task.quantity:
            assert amounts[-1] == pytest.approx(task.quantity)


def test_reinforcement_of_a1_fails_then_passes_before_the_pour(told):
    results = [s.body["value"] for s in _about(told, "inspected", tag="RB-A1-TY")]
    assert results == ["fail", "pass"]
    repaired = _about(told, "inspected", tag="RB-A1-TY")[-1].body["time"]
    assert repaired < _about(told, "task_started", code="5.1.4")[0].body["time"]


def test_a2_is_poured_by_night_without_release(told):
    started = _about(told, "task_started", code="5.2.4")[0].body["time"]
    finished = _about(told, "task_finished", code="5.2.4")[0].body["time"]
    assert started == "2026-04-09T14:00:00+08:00"
    assert finished == "2026-04-10T01:30:00+08:00"
    assert "CP-RB-A2" not in {made.checkpoint for made in sign_offs()}
    for part in parts_by_task()["5.2.3"]:
        assert [s.body["value"] for s in _about(told, "inspected", tag=part.tag)] == ["pass"]


def test_b2_passes_and_waits_for_a_signature(told):
    assert _about(told, "task_finished", code="5.4.3")
    assert not _about(told, "task_started", code="5.4.4")
    for part in parts_by_task()["5.4.3"]:
        assert _about(told, "inspected", tag=part.tag)[-1].body["value"] == "pass"


def test_b3_fails_and_stays_failed(told):
    assert _about(told, "inspected", tag="RB-B3-TY")[-1].body["value"] == "fail"
    assert not _about(told, "task_started", code="5.5.4")


def test_walls_of_a_lack_records_and_their_formwork_stays(told):
    assert _about(told, "task_finished", code="6.1.3")
    for tag in story.UNINSPECTED:
        assert _about(told, "installed", tag=tag)
        assert not _about(told, "inspected", tag=tag)
    assert not _about(told, "task_started", code="6.1.4")


def test_the_cold_week_delays_the_chain():
    late = delays()
    assert late["4.4"] >= timedelta(days=4)
    assert timedelta(days=1) <= late["4.7"] <= timedelta(days=5)
    assert late["2.2"] == timedelta(0)


def test_scanners_state_what_comes_ready_made(told):
    reporters = {s.body["reporter"] for s in told if s.body["kind"] in ("delivered", "installed")}
    assert reporters == {"RFID-GATE", "RFID-PIT", "site.foreman"}


def test_checkpoints_name_tasks_of_the_plan_and_people_who_can_sign(checkpoints):
    assert len(checkpoints) >= 12
    held = {appointment["capacity"] for person in people() for appointment in person["appointments"]}
    for point in checkpoints:
        assert "task" not in point or point["task"] in tasks_by_code()
        assert set(point.get("required_capacities", ())) <= held
        assert set(point["title"]) == {"zh", "en"}
    assert {point["kind"] for point in checkpoints} == {"progress", "cost", "quality", "green"}


def test_sign_offs_of_the_story_are_in_order_and_entitled(checkpoints):
    required = {point["id"]: set(point.get("required_capacities", ())) for point in checkpoints}
    holds = {p["name"]: {a["capacity"] for a in p["appointments"]} for p in people()}
    assert list(sign_offs()) == sorted(sign_offs(), key=lambda made: made.time)
    for made in sign_offs():
        assert holds[made.user] & required[made.checkpoint]


def test_one_gate_waits_for_a_signature_from_the_first_moment(told, checkpoints):
    assert {"id": "CP-BORE", "task": "2.10"}.items() <= next(
        p for p in checkpoints if p["id"] == "CP-BORE"
    ).items()
    before = [s for s in told if s.sent < START]
    assert _about(before, "task_finished", code="2.10")
    for part in parts_by_task()["2.10"]:
        assert [s.body["value"] for s in _about(before, "inspected", tag=part.tag)] == ["pass"]
    assert not _about(told, "task_started", code="9.2")
