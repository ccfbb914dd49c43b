"""Places in a real project: zones, stays of machines, GPS, and the protection of people."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from small_site import build

from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused

ZONES = """\
zones:
  - {id: pit, name: Pit, polygon: [[0, 0], [20, 0], [20, 20], [0, 20]], z_max: 0, purpose: pit}
  - {id: crane, name: Crane, polygon: [[-50, -50], [50, -50], [50, 50], [-50, 50]]}
"""
START = datetime(2026, 3, 20, 0, 0, tzinfo=UTC)


@pytest.fixture
def project(tmp_path, clock):
    made = build(tmp_path / "site", clock, tmp_path / "inputs", people=False)
    (tmp_path / "zones.yaml").write_text(ZONES)
    assert made.load_zones(tmp_path / "zones.yaml") == {"zones": 2}
    yield made
    made.close()


def move(project, device, *positions, kinds=("position_x", "position_y", "position_z"), start=START):
    rows = [
        {"device": device, "kind": kind, "time": moment.isoformat(), "value": value}
        for minute, position in enumerate(positions)
        for moment in [start + timedelta(minutes=minute)]
        for kind, value in zip(kinds, position, strict=False)
    ]  # fmt: skip
    return project.ingest([("bim-supervise/x", json.dumps(rows).encode())], authenticated=True)


def seen(project, device, **more):
    found = project.visits(device, START, START + timedelta(hours=3), **more)
    return [(item.zone, (item.entered - START).seconds // 60, item.dwell_s / 60) for item in found]


def test_a_machine_enters_dwells_and_leaves_and_late_positions_belong_where_they_were(project):
    track = [(60, 0, 0), (30, 5, 0), (10, 5, -3), (10, 6, -3), (10, 6, 2), (60, 0, 0)]
    move(project, "X1", *track[:2])
    move(project, "X1", *track[3:], start=START + timedelta(minutes=3))
    move(project, "X1", track[2], start=START + timedelta(minutes=2))
    assert seen(project, "X1") == [("crane", 1, 4.0), ("pit", 2, 2.0)]
    [crane, pit] = project.visits("X1", START, START + timedelta(hours=3))
    assert pit.left == START + timedelta(minutes=4)
    assert not crane.lost


def test_without_heights_zones_are_judged_in_plan(project):
    move(project, "X2", (10, 5), (60, 60))
    assert [item[0] for item in seen(project, "X2")] == ["crane", "pit"]


def test_gps_positions_need_to_know_where_the_site_lies(project):
    gps = ("latitude", "longitude")
    move(project, "G1", (31.2300000, 121.4700000), (31.2309, 121.4700000), kinds=gps)
    with pytest.raises(NotFound) as missing:
        seen(project, "G1")
    assert missing.value.code == "anchor_missing"
    project.place_site(latitude=31.23, longitude=121.47, x=10, y=10)
    assert seen(project, "G1") == [("crane", 0, 1.0), ("pit", 0, 1.0)]
    project.place_site(latitude=31.2309, longitude=121.47, x=10, y=10)
    assert seen(project, "G1")[0][:2] == ("crane", 1), "a corrected anchor corrects the past"
    with pytest.raises(InputRefused):
        project.place_site(latitude=95, longitude=0)
    with pytest.raises(NotFound) as unknown:
        seen(project, "N1")
    assert unknown.value.code == "track_missing"


def test_people_are_pseudonymous_and_forgotten(project, clock):
    project.protect_people(["tag-*"], days=7)
    with pytest.raises(InputRefused):
        project.protect_people(["tag-*"], days=0)
    clock.now = START
    move(project, "tag-7", (10, 5, -1))
    [heard] = project.unknown_devices()
    assert heard.id.startswith("person-")
    with project._store.reading() as work:
        assert not any(device == "tag-7" for device, _ in work.latest_readings())
    with pytest.raises(PermissionRefused) as refused:
        project.visits(heard.id, START, START + timedelta(hours=1))
    assert refused.value.code == "reads_are_recorded"
    clock.now = START + timedelta(days=8)
    move(project, "tag-7", (10, 5, -1), start=clock.now)
    with project._store.reading() as work:
        kept = work.readings(heard.id, "position_x", 0, 2**60)
    assert len(kept) == 1, "the first day is forgotten with the evidence of another day"
    assert project.people_protection() == {"tags": ["tag-*"], "days": 7}
    clock.now += timedelta(days=8)
    assert project.forget_people()["minutes"] == 3
