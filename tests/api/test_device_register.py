"""The device register: quarantine and adoption, replaced instruments, clocks, in a real project."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from small_site import build

from bim_supervise.core.errors import InputRefused, NotFound

TOPIC = "bim-supervise/site"


@pytest.fixture
def project(tmp_path, clock):
    made = build(tmp_path / "site", clock, tmp_path / "inputs", people=False)
    yield made
    made.close()


def say(project, device, kind, *values, start="2026-03-20T08:00:00", step=60):
    first = datetime.fromisoformat(start)
    readings = [
        {"time": (first + timedelta(seconds=step * place)).isoformat(), "value": value}
        for place, value in enumerate(values)
    ]
    payload = json.dumps({"device": device, "kind": kind, "readings": readings}).encode()
    return project.ingest([(TOPIC, payload)], authenticated=True)


def steps(project, device, kind="noise_level"):
    with project._store.reading() as work:
        return work.readings(device, kind, 0, 2**60).steps.tolist()


def verdicts(project, device):
    with project._store.reading() as work:
        return [item for item in work.verdicts() if item.device == device]


def test_what_is_unknown_is_kept_listed_and_judged_only_when_it_is_adopted(project):
    say(project, "N9", "noise_level", *[82.0] * 60)
    say(project, "N1", "pm10", 40)
    rows = {row.id: row for row in project.unknown_devices()}
    assert set(rows) == {"N9", "N1"}
    assert (rows["N9"].kinds, rows["N9"].registered, rows["N9"].last_value) == (("noise_level",), False, 82.0)
    assert (rows["N1"].kinds, rows["N1"].registered) == (("pm10",), True)
    assert verdicts(project, "N9") == []
    adopted = project.adopt_device("N9", name="East gate", purpose="boundary", expected_interval_s=60)
    assert adopted["since"] == datetime(2026, 3, 20, 0, 0, tzinfo=UTC)
    assert {item.outcome for item in verdicts(project, "N9")} >= {"fail"}, "its history counts now"
    assert any(alarm.device == "N9" for alarm in project.alarms())
    project.adopt_device("N1")
    assert project.unknown_devices() == []
    assert next(row for row in project.devices() if row.id == "N1").kinds == ("noise_level", "pm10")
    with pytest.raises(NotFound):
        project.adopt_device("N9")


def test_a_replaced_instrument_carries_its_series_over(project):
    say(project, "N1", "noise_level", 60, 61)
    say(project, "NEW", "noise_level", 70, 71, start="2026-03-20T08:02:00")
    done = project.replace_instrument(
        "N1", by="NEW", at=datetime(2026, 3, 20, 8, 2), user="li", note="broken"
    )
    assert done["carried_over"] == 2
    assert steps(project, "N1") == [600, 610, 700, 710]
    say(project, "NEW", "noise_level", 72, start="2026-03-20T08:04:00")
    say(project, "N1", "noise_level", 99, start="2026-03-20T08:05:00")
    assert steps(project, "N1") == [600, 610, 700, 710, 720]
    assert steps(project, "N1/retired") == [990]
    assert project.unknown_devices()[0].id == "NEW", "what it said under its own id stays"
    [view] = project.instruments("N1")
    assert (view.sender, view.note, view.changed_by) == ("NEW", "broken", "li")


def test_a_new_benchmark_shifts_only_what_comes_after_it(project, tmp_path):
    (tmp_path / "d.yaml").write_text("devices: [{id: S1, name: S, kinds: [settlement]}]")
    project.load_devices(tmp_path / "d.yaml")
    say(project, "S1", "settlement", -3.25)
    project.replace_instrument(
        "S1", by="S1", at=datetime(2026, 3, 20, 9, 0), user="li", offsets={"settlement": -3.25}
    )
    say(project, "S1", "settlement", 0.0, start="2026-03-20T10:00:00")
    say(project, "S1", "settlement", 0.0, start="2026-03-20T10:00:00")
    assert steps(project, "S1", "settlement") == [-325, -325]
    assert project.instruments()[0].offsets == {"settlement": -3.25}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"device": "N7"}, "device_unknown"),
        ({"at": datetime(2026, 3, 20, 8, 0)}, "instrument_overlap"),
        ({"by": "N2"}, "instrument_taken"),
        ({"offsets": {"pm10": 1.0}}, "instrument_invalid"),
        ({"offsets": {"noise_level": float("inf")}}, "instrument_invalid"),
    ],
)
def test_a_change_that_would_rewrite_or_mix_series_is_refused(project, tmp_path, change, code):
    (tmp_path / "d.yaml").write_text("devices: [{id: N2, name: S, kinds: [noise_level]}]")
    project.load_devices(tmp_path / "d.yaml")
    say(project, "N1", "noise_level", 60)
    wanted = {"device": "N1", "by": "X", "at": datetime(2026, 3, 20, 9, 0), "user": "li"} | change
    with pytest.raises((InputRefused, NotFound)) as refused:
        project.replace_instrument(wanted.pop("device"), **wanted)
    assert refused.value.code == code
    assert project.instruments() == []


def test_clocks_are_told_from_live_readings_alone(project, clock, tmp_path):
    clock.now = datetime(2026, 3, 20, 0, 0, tzinfo=UTC)
    for minute in range(8):
        clock.now += timedelta(minutes=1)
        ahead = (clock.now + timedelta(hours=8, seconds=120)).replace(tzinfo=None)
        say(project, "N1", "noise_level", 60, start=ahead.isoformat())
        assert bool(project.clocks()) == (minute >= 4)
    [view] = project.clocks()
    assert (view.device, view.ahead_s, view.wrong) == ("N1", 120.0, True)
    played = tmp_path / "played.jsonl"
    played.write_text(
        json.dumps({"device": "N1", "kind": "noise_level", "value": 1, "time": "2026-03-20T06:00"})
    )
    project.observe([played])
    assert project.clocks()[0].readings == 8
