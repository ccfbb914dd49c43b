"""A gate over readings that are doubted stays shut, whoever signs; and what fails is shown as failing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from small_site import PASSWORD, build

DEVICES = """\
devices:
  - {id: N1, name: North gate, kinds: [noise_level], purpose: boundary, expected_interval_s: 60,
     calibrated_until: 2026-12-31}
  - {id: N2, name: Old meter, kinds: [noise_level], purpose: old, expected_interval_s: 60,
     calibrated_until: 2026-01-31}
"""
DUST = """\
  - {id: T%d, name: Dust %d, kinds: [tsp], purpose: boundary, zone: gate, expected_interval_s: 300,
     calibrated_until: 2026-12-31}
"""
POINT = (
    "  - {{id: {id}, kind: quality, control: H, boundary: finish, rule: {rule}, task: B,"
    " parameters: {{devices: [{device}]}}, title: {{zh: 测, en: Measured}},"
    " required_capacities: [specialist_supervision_engineer]}}\n"
)
RULES = "profiles: [national-fenceline]\n"
HOURS = 30


@pytest.fixture
def site(tmp_path, clock):
    """A project with noise meters and four dust monitors, and a gate over one of each."""
    project = build(tmp_path / "site", clock, tmp_path / "inputs")
    devices = DEVICES + "".join(DUST % (number, number) for number in range(4))
    points = "checkpoints:\n" + "".join(
        POINT.format(id=f"CP-{device}", rule=rule, device=device)
        for device, rule in (("N1", "NOI-CN-01"), ("N2", "NOI-CN-01"), ("T0", "DUS-CN-04"))
    )
    for name, text in (("devices", devices), ("points", points), ("rules", RULES)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    project.load_devices(tmp_path / "devices.yaml")
    project.load_checkpoints(tmp_path / "points.yaml")
    project.load_rules(tmp_path / "rules.yaml")
    yield project
    project.close()


def say(project, clock, device, kind, unit, level, every=1, hours=HOURS, started=None):
    """Readings of some hours up to now; ``level`` gives the value of a minute, None for silence."""
    begin = clock.now - timedelta(hours=hours)
    readings = [
        {"time": (begin + timedelta(minutes=minute)).isoformat(), "value": value}
        for minute in range(0, 60 * hours, every)
        if (value := level(minute)) is not None
    ]
    message = {"device": device, "kind": kind, "unit": unit, "interval_s": 60 * every, "readings": readings}
    started = started or begin + timedelta(hours=hours - 4)
    task = {"kind": "task_started", "task": "B", "time": started.isoformat(), "reporter": "wang"}
    for payload in (message, task):
        project.ingest([("bim-supervise/site", json.dumps(payload).encode())], authenticated=True)


def because(project, name):
    """Reasons of what the gate says, and of the window that decided it."""
    found = project.checkpoint(name).verdicts
    return {verdict.reason for verdict in found} | {verdict.params.get("because") for verdict in found}


def sign(project, name):
    return project.sign(name, "liu", "accept", "looks fine to me", password=PASSWORD)["state"]


def noise(minute):
    return 50.0 + minute % 7


def dust(minute):
    return 100.0 + minute % 35


def say_dust(project, clock, own):
    for number in (1, 2, 3):
        say(project, clock, f"T{number}", "tsp", "ug/m3", lambda minute, n=number: dust(minute) + n, every=5)
    say(project, clock, "T0", "tsp", "ug/m3", own)


def stuck(minute):
    return noise(minute) if minute < 60 * (HOURS - 5) else 51.3


def gap(minute):
    return None if 60 * (HOURS - 3) <= minute < 60 * (HOURS - 2) else noise(minute)


def impossible(minute):
    return -5.0 if minute == 60 * (HOURS - 2) + 5 else noise(minute)


def spike(minute):
    return 900.0 if minute == 60 * (HOURS - 2) + 30 else dust(minute)


def drift(minute):
    return dust(minute) + 500


@pytest.mark.parametrize(
    ("device", "level", "reason"),
    [
        ("N1", noise, None),
        ("N1", stuck, "stuck"),
        ("N1", gap, "no_data"),
        ("N1", impossible, "distrusted"),
        ("N2", noise, "calibration_expired"),
        ("T0", dust, None),
        ("T0", spike, "spike"),
        ("T0", drift, "drifting"),
    ],
    ids=["calm noise", "stuck", "gap", "impossible", "calibration", "calm dust", "spike", "drift"],
)
def test_doubt_keeps_the_gate_shut_also_when_it_is_signed(site, clock, device, level, reason):
    if device == "T0":
        say_dust(site, clock, level)
    else:
        say(site, clock, device, "noise_level", "dB(A)", level)
    name = f"CP-{device}"
    if reason is None:
        assert sign(site, name) == "released"
        return
    assert reason in because(site, name)
    assert sign(site, name) not in ("released", "evidence_failed")
    assert {item.code for item in site.checkpoint(name).missing} >= {"evidence_undetermined"}


@pytest.mark.parametrize("device", ["N1", "N2", "T0"])
def test_a_failing_value_of_a_doubted_device_is_a_failure(site, clock, device):
    def loud(level, value):
        return lambda minute: value + minute % 3 if minute >= 60 * (HOURS - 1) else level(minute)

    if device == "T0":
        say_dust(site, clock, loud(drift, 5000))
    else:
        say(site, clock, device, "noise_level", "dB(A)", loud(stuck, 95))
    name = f"CP-{device}"
    assert site.checkpoint(name).state == "evidence_failed"
    assert sign(site, name) == "evidence_failed"
    assert because(site, name) & {"level_exceeded", "limit_exceeded"}
