"""GPS to site coordinates, stays in zones, pseudonyms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise.events.read_zones import parse_zones
from bim_supervise.events.tracks import Anchor, Visit, pseudonym, site_positions, visits

SHANGHAI = Anchor(latitude=31.23, longitude=121.47, altitude=4.0, x=100.0, y=200.0, z=1.0)


def geodetic_to_ecef(latitude, longitude, height):
    a, e2 = 6_378_137.0, 6.694_379_990_141e-3
    phi, lam = math.radians(latitude), math.radians(longitude)
    n = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    return np.array([
        (n + height) * math.cos(phi) * math.cos(lam),
        (n + height) * math.cos(phi) * math.sin(lam),
        (n * (1 - e2) + height) * math.sin(phi),
    ])  # fmt: skip


@settings(deadline=None)
@given(st.floats(-0.009, 0.009), st.floats(-0.009, 0.009), st.floats(-180, 180))
def test_positions_within_a_kilometre_are_right_to_the_receivers_accuracy(north, east, rotation):
    anchor = Anchor(latitude=31.23, longitude=121.47, rotation_deg=rotation)
    there = np.array([31.23 + north]), np.array([121.47 + east]), np.array([0.0])
    [[x, y, z]] = site_positions(*there, anchor)
    exact = geodetic_to_ecef(31.23 + north, 121.47 + east, 0) - geodetic_to_ecef(31.23, 121.47, 0)
    assert math.hypot(x, y) == pytest.approx(float(np.linalg.norm(exact)), abs=0.7, rel=1e-4)
    assert z == 0
    turn = math.radians(rotation)
    back = math.atan2(x * math.sin(turn) + y * math.cos(turn), x * math.cos(turn) - y * math.sin(turn))
    if math.hypot(x, y) > 50:
        assert back == pytest.approx(
            math.atan2(north * 110_857, east * 95_259), abs=0.01
        ) or abs(abs(back) - math.pi) < 0.02  # fmt: skip


def test_the_anchor_itself_is_its_own_place():
    [position] = site_positions(np.array([31.23]), np.array([121.47]), np.array([6.0]), SHANGHAI)
    assert position.tolist() == [100.0, 200.0, 3.0]


def stays(inside, times=None, **more):
    times = np.array(times if times is not None else range(0, 60_000 * len(inside), 60_000), np.int64)
    point = np.flatnonzero(np.array(inside, bool))
    return visits(times, point, np.zeros(len(point), np.int64), gap_ms=600_000, **more)


def test_a_stay_begins_and_ends_and_the_last_one_is_still_open():
    first, second = stays([0, 1, 1, 0, 1])
    assert first == Visit(zone=0, entered_ms=60_000, last_ms=120_000, left_ms=180_000)
    assert second == Visit(zone=0, entered_ms=240_000, last_ms=240_000, left_ms=None)


def test_whoever_is_not_seen_for_long_is_lost_not_left():
    [first, second] = stays([1, 1], times=[0, 3_600_000])
    assert (first.left_ms, first.lost) == (None, True)
    assert (second.left_ms, second.lost) == (None, False)


def test_jitter_at_a_border_is_one_stay():
    assert len(stays([1, 0, 1, 0, 1, 0, 0])) == 3
    [stay] = stays([1, 0, 1, 0, 1, 0, 0], least_ms=180_000)
    assert (stay.entered_ms, stay.left_ms) == (0, 300_000)
    assert stays([0, 1, 0, 0, 0], least_ms=120_000) == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=40), st.randoms())
def test_the_order_of_positions_changes_nothing(track, dice):
    track = [(minute * 60_000, inside) for minute, inside in dict(track).items()]
    shuffled = list(track)
    dice.shuffle(shuffled)

    def of(part):
        return stays([inside for _, inside in part], times=[moment for moment, _ in part])

    assert of(shuffled) == of(sorted(track))


def test_a_pseudonym_is_stable_secret_and_only_for_people():
    named = pseudonym("tag-7", ["tag-*"], "s")
    assert named.startswith("person-")
    assert "7" not in named.split("-")[1] or len(named) == 23
    assert named == pseudonym("tag-7", ["tag-*"], "s") != pseudonym("tag-7", ["tag-*"], "t")
    assert pseudonym(named, ["*"], "s") == named
    assert pseudonym("crane-1", ["tag-*"], "s") == "crane-1"


@pytest.mark.parametrize(
    "entry",
    [
        3, {}, {"id": "a"}, {"id": "a", "polygon": [[0, 0], [1, 1]]}, {"id": "a", "polygon": [[0, 0, 0]]},
        {"id": "a", "polygon": [[0, 0], [1, 0], [1, 1]], "z_min": 3, "z_max": 1},
        {"id": "a", "polygon": [[0, 0], [1, 0], [1, 1]], "z_min": "low"}, {"id": "a", "colour": "red"},
        {"id": "a", "polygon": [[0, 0], [1, 0], [float("nan"), 1]]},
    ],
)  # fmt: skip
def test_a_zone_that_is_none_is_refused(entry):
    with pytest.raises(SupervisionError) as refused:
        parse_zones({"zones": [entry]})
    assert refused.value.code in ("zones_invalid", "zone_polygon_invalid")
