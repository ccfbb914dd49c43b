"""Minute windows: exact, mergeable, independent of order; LAeq by its definition."""

from __future__ import annotations

import itertools
import math
import pickle
import random
from datetime import UTC, datetime
from fractions import Fraction

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.core.clock import epoch_ms
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.partials import ENERGY_SCALE, affected_minutes, energy_of
from bim_supervise.events.windows import (
    Window,
    coverage,
    empty_window,
    equivalent_level,
    mean,
    merge,
    minute_windows,
)

NOISE = KindTable()["noise_level"]
WIND = KindTable()["wind_speed"]
MINUTE = 60_000
BASE = epoch_ms(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))

Reading = tuple[int, int, int, int]


def windows_of(readings, kind=NOISE, **within) -> list[Window]:
    columns = np.array(readings, np.int64).reshape(-1, 4)
    times, steps, intervals, flags = columns.T
    return minute_windows("n1", kind.key, times, steps, intervals, flags.astype(np.uint8), kind, **within)


@st.composite
def series(draw, most=40) -> list[Reading]:
    times = draw(st.lists(st.integers(0, 15 * MINUTE), unique=True, min_size=1, max_size=most))
    return [
        (
            BASE + time,
            draw(st.integers(-50, 1450)),
            draw(st.sampled_from([1, 900, 1000, 15_000, 60_000, 200_000])),
            draw(st.sampled_from([0, 0, 0, 1, 2])),
        )
        for time in times
    ]


def by_definition(readings: list[Reading]) -> dict[int, dict[str, int]]:
    """The same windows, millisecond share by share, in plain Python."""
    ordered = sorted(readings)
    found: dict[int, dict[str, int]] = {}
    for place, (time, step, interval, flag) in enumerate(ordered):
        end = time + interval
        if place + 1 < len(ordered):
            end = min(end, ordered[place + 1][0])
        level = min(Fraction(step, 10), 130)
        energy = round(Fraction(str(10 ** (float(level) / 10))) * ENERGY_SCALE) if level > -100 else 0
        at = time
        while at < end:
            minute = at - at % MINUTE
            share = min(end, minute + MINUTE) - at
            part = found.setdefault(
                minute, {"count": 0, "covered": 0, "weighted": 0, "energy": 0, "distrusted": 0, "values": []}
            )
            part["count"] += at == time
            part["covered"] += share
            part["weighted"] += step * share
            part["energy"] += energy * share
            part["distrusted"] += share if flag else 0
            part["values"].append(step)
            at += share
    return found


@given(series())
def test_equals_the_definition(readings):
    found = by_definition(readings)
    windows = windows_of(readings)
    assert [window.start_ms for window in windows] == sorted(found)
    for window in windows:
        part = found[window.start_ms]
        assert window.end_ms == window.start_ms + MINUTE
        assert window.count == part["count"]
        assert window.covered_ms == part["covered"] <= MINUTE
        assert window.weighted_sum == part["weighted"]
        assert window.energy_sum == pytest.approx(part["energy"], abs=window.covered_ms, rel=1e-9)
        assert window.distrusted == part["distrusted"]
        assert (window.minimum, window.maximum) == (min(part["values"]), max(part["values"]))
        inside = sorted(entry for entry in readings if window.start_ms <= entry[0] < window.end_ms)
        if inside:
            assert (window.first_ms, window.first) == inside[0][:2]
            assert (window.last_ms, window.last) == inside[-1][:2]


@given(series(), st.randoms())
def test_order_and_exact_duplicates_change_nothing(readings, rng):
    shuffled = readings + rng.sample(readings, len(readings) // 2)
    rng.shuffle(shuffled)
    assert windows_of(shuffled) == windows_of(readings)


@given(series(), st.randoms())
def test_merge_is_a_commutative_monoid(readings, rng):
    windows = windows_of(readings)
    whole = merge(windows)
    shuffled = list(windows)
    rng.shuffle(shuffled)
    assert merge(shuffled) == whole
    cut = rng.randint(0, len(windows))
    nothing = empty_window("n1", NOISE.key)
    left, right = merge([nothing, *shuffled[:cut]]), merge([*shuffled[cut:], nothing])
    assert merge([left, right]) == merge([right, left]) == whole
    assert merge([whole, nothing]) == merge([nothing, whole]) == whole
    assert merge([nothing]) == nothing


@given(series())
def test_merging_all_minutes_equals_the_whole(readings):
    whole = merge(windows_of(readings))
    ordered = sorted(readings)
    ends = [min(a[0] + a[2], b[0]) for a, b in itertools.pairwise(ordered)]
    ends.append(ordered[-1][0] + ordered[-1][2])
    shares = [end - entry[0] for entry, end in zip(ordered, ends, strict=True)]
    assert whole.count == len(readings)
    assert whole.covered_ms == sum(shares)
    assert whole.weighted_sum == sum(entry[1] * share for entry, share in zip(ordered, shares, strict=True))
    assert (whole.first_ms, whole.last_ms) == (ordered[0][0], ordered[-1][0])
    level = equivalent_level(whole, NOISE)
    exact = sum(
        10 ** (min(entry[1] / 10, 130) / 10) * share for entry, share in zip(ordered, shares, strict=True)
    )
    if all(200 <= entry[1] <= 1300 for entry in ordered):
        assert level == pytest.approx(10 * math.log10(exact / whole.covered_ms), abs=0.003)
    assert min(entry[1] for entry in ordered) / 10 <= level <= max(entry[1] for entry in ordered) / 10


@given(series(), st.data())
def test_late_readings_change_the_affected_minutes_only(readings, data):
    late = data.draw(st.lists(st.sampled_from(readings), min_size=1, unique=True))
    early = [entry for entry in readings if entry not in late]
    affected = affected_minutes(
        min(entry[0] for entry in late),
        max(entry[0] for entry in late),
        max(entry[2] for entry in readings),
    )
    ordered = sorted(readings)
    needed = [entry for entry in ordered if affected.start_ms <= entry[0] < affected.end_ms]
    needed += [entry for entry in ordered if entry[0] < affected.start_ms][-1:]
    stored = {window.start_ms: window for window in windows_of(early)} if early else {}
    stored = {
        start: window for start, window in stored.items() if not affected.start_ms <= start < affected.end_ms
    }
    for window in windows_of(needed, start_ms=affected.start_ms, end_ms=affected.end_ms):
        stored[window.start_ms] = window
    assert [stored[start] for start in sorted(stored)] == windows_of(readings)


def test_a_reading_speaks_into_later_minutes_until_the_next_one():
    windows = windows_of([(BASE + 30_000, 500, 120_000, 0), (BASE + 100_000, 700, 10_000, 1)])
    assert [(w.count, w.covered_ms, w.minimum, w.maximum, w.distrusted) for w in windows] == [
        (1, 30_000, 500, 500, 0),
        (1, 50_000, 500, 700, 10_000),
    ]
    late = [(BASE + 30_000, 500, 120_000, 0), (BASE + 50_000, 700, 5_000, 0)]
    assert len(windows_of(late)) == 1


def test_minute_without_a_reading_of_its_own():
    second = windows_of([(BASE, 500, 90_000, 0)])[1]
    assert (second.count, second.covered_ms, second.minimum, second.first_ms) == (0, 30_000, 500, 0)
    assert not second.is_empty
    assert mean(second, NOISE) == 50.0


def test_no_readings_no_windows():
    assert windows_of([]) == []


def test_equivalent_level_of_the_published_vector():
    """15 min at 68 and 5 min at 76 make 71.67 dB(A); the arithmetic mean would be 70 and pass."""
    readings = [(BASE, 680, 15 * MINUTE, 0), (BASE + 15 * MINUTE, 760, 5 * MINUTE, 0)]
    whole = merge(windows_of(readings))
    assert whole.covered_ms == 20 * MINUTE
    assert equivalent_level(whole, NOISE) == pytest.approx(71.67, abs=0.005)
    assert mean(whole, NOISE) == equivalent_level(whole, NOISE)
    minutes = [(BASE + k * MINUTE, 680 if k < 15 else 760, MINUTE, 0) for k in range(20)]
    assert equivalent_level(merge(windows_of(minutes)), NOISE) == equivalent_level(whole, NOISE)


@given(st.integers(0, 1400))
def test_a_constant_level_is_exactly_itself(step):
    whole = merge(windows_of([(BASE + k * 7_000, step, 7_000, 0) for k in range(20)]))
    assert equivalent_level(whole, NOISE) == float(Fraction(step, 10))


@given(st.lists(st.integers(0, 550), min_size=2, max_size=30))
def test_never_above_the_loudest_reading(steps):
    whole = merge(windows_of([(BASE + k * 1000, step, 1000, 0) for k, step in enumerate(steps)]))
    assert equivalent_level(whole, NOISE) <= max(steps) / 10


def test_energy_is_rounded_correctly_and_stays_in_64_bits():
    assert energy_of(700, 0.1) == 10**8
    assert energy_of(0, 0.1) == 10
    assert energy_of(680, 0.1) == round(10**7.8)
    assert energy_of(1300, 0.1) == energy_of(5000, 0.1) == 10**14
    assert energy_of(-(10**12), 0.1) == 0
    assert energy_of(1300, 0.1) * MINUTE < 2**63
    for step in range(300, 1300):
        exact = 10 ** (step / 100) * ENERGY_SCALE
        assert abs(energy_of(step, 0.1) - exact) <= 0.5 + exact * 1e-12


def test_mean_is_exact_and_none_without_evidence():
    whole = merge(windows_of([(BASE, 3, 60_000, 0), (BASE + MINUTE, 3, 60_000, 0)], WIND))
    assert mean(whole, WIND) == 0.3
    assert mean(empty_window("n1", "wind_speed"), WIND) is None
    assert equivalent_level(empty_window("n1", "noise_level"), NOISE) is None
    with pytest.raises(ValueError, match="not a level"):
        equivalent_level(whole, WIND)


def test_saturated_values_do_not_overflow():
    whole = merge(windows_of([(BASE + k, 10**12, 1, 1) for k in range(2000)]))
    assert whole.weighted_sum == 2000 * 10**12
    assert whole.energy_sum == 2000 * 10**14


def test_merge_refuses_what_does_not_belong_together():
    window = windows_of([(BASE, 500, 1000, 0)])[0]
    with pytest.raises(ValueError, match="different series"):
        merge([window, msgspec.structs.replace(window, device="n2")])
    with pytest.raises(ValueError, match="no windows"):
        merge([])


def test_coverage_counts_windows_inside_only():
    windows = windows_of([(BASE + k * MINUTE, 500, 45_000, 0) for k in range(4)])
    assert coverage(windows, BASE, BASE + 4 * MINUTE) == 0.75
    assert coverage(windows, BASE, BASE + 8 * MINUTE) == 0.375
    assert coverage(windows, BASE + 1, BASE + 4 * MINUTE + 1) < 0.57
    assert coverage([], BASE, BASE + MINUTE) == 0.0
    with pytest.raises(ValueError, match="no length"):
        coverage(windows, BASE, BASE)


def test_windows_are_picklable():
    windows = windows_of([(BASE, 500, 45_000, 0)])
    assert pickle.loads(pickle.dumps(windows)) == windows


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 2**31))
def test_large_series_agree_with_the_definition(seed):
    rng = random.Random(seed)
    at, readings = BASE, []
    for _ in range(3000):
        at += rng.choice([1000, 1000, 1000, 61_000, 400])
        readings.append((at, rng.randint(300, 900), 1000, 0))
    found = by_definition(readings)
    assert {w.start_ms: (w.count, w.covered_ms, w.weighted_sum) for w in windows_of(readings)} == {
        start: (part["count"], part["covered"], part["weighted"]) for start, part in found.items()
    }
