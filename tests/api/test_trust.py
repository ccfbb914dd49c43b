"""Trust on the live path: what is doubted proves nothing, a failing value stands, a replay says the same."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bim_supervise.api import Project
from bim_supervise.checkpoints.live import Live
from bim_supervise.checkpoints.trust import doubt_of
from bim_supervise.store.dump import evidence_digest

START = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai."""


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def site(tmp_path):
    """A function that makes a project with these device rows; further projects get a folder of their own."""
    opened = []

    def make(*rows: str, name: str = "site") -> tuple[Project, Clock]:
        clock = Clock()
        folder = tmp_path / name
        project = Project.create(folder, "Trust", clock=clock)
        (folder / "devices.yaml").write_text("devices:\n" + "".join(f"  - {{{row}}}\n" for row in rows))
        project.load_devices(folder / "devices.yaml")
        opened.append(project)
        return project, clock

    yield make
    for project in opened:
        project.close()


def meter(name, kind="noise_level", purpose="boundary", more=""):
    until = "calibrated_until: 2027-12-31"
    return f"id: {name}, name: {name}, kinds: [{kind}], purpose: {purpose}, {until}{more}"


def message(device, kind, minute, value, unit):
    moment = START + timedelta(minutes=minute)
    return json.dumps(
        {"device": device, "kind": kind, "unit": unit, "time": moment.isoformat(), "value": value}
    ).encode()


def live(project, clock, rows, unit="dB(A)", kind="noise_level", every=30):
    """Feed (device, minute, value) rows as a live site would, some minutes a batch."""
    last = max(minute for _, minute, _ in rows)
    for begin in range(0, last + 1, every):
        batch = [row for row in rows if begin <= row[1] < begin + every]
        clock.now = START + timedelta(minutes=begin + every)
        project.ingest(
            [("t", message(name, kind, minute, value, unit)) for name, minute, value in batch],
            authenticated=True,
        )


def verdicts(project, rule, device):
    with project._store.reading() as work:
        found = work.verdicts(rule, subject=f"device={device}")
    return {item.window_start: (item.outcome, item.reason) for item in found}


def at(minute):
    return START + timedelta(minutes=minute)


def test_a_meter_that_says_the_same_for_hours_is_stuck_and_proves_nothing(site):
    project, clock = site(meter("N1"))
    day = 8 * 60
    moving = [("N1", minute, 50 + minute % 7) for minute in range(day, day + 60)]
    stuck = [("N1", minute, 51.3) for minute in range(day + 60, day + 360)]
    loud = [("N1", minute, 91.3) for minute in range(day + 360, day + 600)]
    live(project, clock, moving + stuck + loud)
    said = verdicts(project, "NOI-CN-01", "N1")
    assert said[at(day + 40)][0] == "pass"
    assert said[at(day + 220)][0] == "pass", "an hour or two of silence are no proof of a broken meter"
    assert said[at(day + 300)] == ("undetermined", "stuck")
    assert said[at(day + 340)] == ("undetermined", "stuck")
    assert said[at(day + 580)][0] == "fail", "stuck or not: a failing value stands"


def test_a_lone_minute_that_stands_out_is_doubted_and_a_step_that_lasts_is_not(site):
    dust = "pm10"
    project, clock = site(meter("D1", dust), meter("D2", dust))
    rows = []
    for minute in range(300):
        rows.append(("D1", minute, 999 if minute == 130 else 40 + minute % 5))
        rows.append(("D2", minute, 200 if minute >= 130 else 40 + minute % 5))
    live(project, clock, rows, unit="ug/m3", kind=dust)
    spec = project.kinds[dust]
    with project._store.reading() as work:
        evidence = Live(
            as_of=at(300), zone=project.zone, devices=work.devices(), load=work.windows,
            extent_of=work.extent, tasks=tuple,
        )  # fmt: skip

        def doubt(device, begin, end):
            bounds = (int(at(begin).timestamp() * 1000), int(at(end).timestamp() * 1000))
            found = doubt_of(device, spec, *bounds, evidence)
            return None if found is None else found.reason

        assert doubt("D1", 120, 135) == "spike"
        assert doubt("D1", 60, 120) is None
        assert doubt("D1", 180, 240) is None, "what stood out two hours ago says nothing of now"
        assert doubt("D2", 120, 180) is None


def test_a_device_that_leaves_its_neighbours_drifts_also_when_they_speak_late(site):
    rows = [meter(f"D{n}", "pm10", more=", zone: gate") for n in range(4)]
    made = [
        (f"D{n}", minute, (260 if n == 3 else 40) + n + minute % 3)
        for n in range(4)
        for minute in range(0, 26 * 60, 5)
    ]
    every = ", expected_interval_s: 300"
    calm, clock = site(*(row + every for row in rows))
    live(calm, clock, made, unit="ug/m3", kind="pm10", every=60)
    with calm._store.reading() as work:
        evidence = calm._live_evidence(work, calm._devices_of(work), at(26 * 60))
        bounds = (int(at(25 * 60).timestamp() * 1000), int(at(26 * 60).timestamp() * 1000))
        said = {n: doubt_of(f"D{n}", calm.kinds["pm10"], *bounds, evidence) for n in range(4)}
        wanted = evidence_digest(work)
    assert said[3] is not None
    assert said[3].reason == "drifting"
    assert [said[n] for n in range(3)] == [None] * 3
    late, other = site(*(row + every for row in rows), name="late")
    own = [row for row in made if row[0] == "D3"]
    rest = [row for row in made if row[0] != "D3"]
    live(late, other, own, unit="ug/m3", kind="pm10", every=60)
    random.Random(4).shuffle(rest)
    for begin in range(0, len(rest), 100):
        late.ingest(
            [
                ("t", message(name, "pm10", minute, value, "ug/m3"))
                for name, minute, value in rest[begin : begin + 100]
            ],
            authenticated=True,
        )
    late.ingest([("t", message(*own[0][:1], "pm10", *own[0][1:], "ug/m3"))], authenticated=True)
    with late._store.reading() as work:
        assert evidence_digest(work) == wanted


def test_impossible_values_and_old_certificates_prove_nothing_and_hide_nothing(site):
    day = 8 * 60
    expired = meter("N2").replace("2027-12-31", "2026-01-31")
    project, clock = site(meter("N1"), expired)
    rows = [("N1", minute, -5 if minute == day + 5 else 50 + minute % 3) for minute in range(day, day + 80)]
    rows += [("N1", minute, 160 if minute == day + 65 else 50) for minute in range(day + 80, day + 81)]
    rows += [
        ("N2", minute, (80 if minute >= day + 40 else 50) + minute % 3) for minute in range(day, day + 80)
    ]
    live(project, clock, rows)
    first, second = verdicts(project, "NOI-CN-01", "N1"), verdicts(project, "NOI-CN-01", "N2")
    assert first[at(day)] == ("undetermined", "distrusted")
    assert first[at(day + 20)][0] == "pass"
    assert second[at(day)] == ("undetermined", "calibration_expired")
    assert second[at(day + 40)][0] == "fail"


def test_a_life_safety_device_beyond_its_range_is_an_alarm_at_once_and_clears(site):
    project, clock = site(meter("G1", "co", "gas", ", life_safety: true"), meter("G2", "co", "gas"))
    rows = [
        (name, minute, 9000 if minute == 70 else 5 + minute % 4)
        for name in ("G1", "G2")
        for minute in range(75)
    ]
    live(project, clock, rows, unit="mg/m3", kind="co", every=15)
    [alarm] = [item for item in project.alarms() if item.rule == "DEV-01"]
    assert (alarm.device, alarm.severity, alarm.state) == ("G1", "life_safety", "open")
    assert project.alarms()[0].rule == "DEV-01"
    live(
        project, clock, [("G1", minute, 6 + minute % 4) for minute in range(75, 260)], unit="mg/m3", kind="co"
    )
    assert [item for item in project.alarms() if item.rule == "DEV-01" and item.state == "open"] == []
    with project._store.reading() as work:
        before = evidence_digest(work)
    project.evaluate(clock.now)
    with project._store.reading() as work:
        assert evidence_digest(work) == before, "the whole history gives what the live path gave"


def test_what_a_rule_judges_no_more_is_forgotten_with_its_alarm(site):
    """A meter that is not at the boundary any more is none that the noise rules watch."""
    project, clock = site(meter("N1"))
    day = 8 * 60
    live(project, clock, [("N1", minute, 85 + minute % 3) for minute in range(day, day + 120)])
    assert verdicts(project, "NOI-CN-01", "N1")[at(day)][0] == "fail"
    assert [item.device for item in project.alarms() if item.rule == "NOI-CN-01"] == ["N1"]
    [device] = project.registered_devices()
    project.save_device(replace(device, purpose="indoor"))
    early = at(day + 60)
    project.evaluate(early)
    assert sorted(verdicts(project, "NOI-CN-01", "N1")) == [at(day + 60), at(day + 80), at(day + 100)]
    project.evaluate(clock.now)
    assert verdicts(project, "NOI-CN-01", "N1") == {}
    assert [item for item in project.alarms() if item.rule == "NOI-CN-01"] == []


def test_two_items_measured_on_one_element_at_one_moment_are_two_facts(site):
    project, _ = site(meter("N1"))
    rows = [
        {"kind": "measured", "element": "1kTvXnbbzCWw8lcMd1dR4o", "time": "2026-03-01T10:00:00Z",
         "unit": "mm", "item": item, "value": value}
        for item, value in (("plumb", 3), ("cover", 31), ("plumb", 3), ("plumb", 4))
    ]  # fmt: skip
    report = project.ingest([("t", json.dumps(row).encode()) for row in rows], authenticated=True)
    assert (report["stored"], report["duplicates"], report["conflicts"]) == (2, 1, 1)
    with project._store.reading() as work:
        said = {fact.payload["item"]: fact.value for fact in work.facts(kinds=["measured"])}
    assert said.keys() == {"plumb", "cover"}
