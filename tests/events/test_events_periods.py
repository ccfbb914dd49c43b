"""Whole histories in columns say the same as windows merged one by one, also where the clock is set."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.core.clock import epoch_ms, from_epoch_ms, to_wall
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.partials import MINUTE_MS as MINUTE
from bim_supervise.events.partials import minute_partials
from bim_supervise.events.periods import MinuteSums, in_periods, no_minutes
from bim_supervise.events.windows import _as_windows, mean, merge

KINDS = KindTable()
NOISE, DUST = KINDS["noise_level"], KINDS["pm10"]
BASE = epoch_ms(datetime(2026, 3, 1, 16, tzinfo=UTC))
ZONES = ["Asia/Shanghai", "Asia/Kolkata", "Europe/Amsterdam", "Australia/Lord_Howe", "America/St_Johns"]


def minutes_of(rows, kind=NOISE):
    """(time, steps, interval) rows as minutes in columns, and as windows."""
    times, steps, intervals = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    partials = minute_partials(times, steps, intervals, np.zeros(len(rows), np.uint8), kind)
    sums = partials.energy_sum if kind.energetic else partials.weighted_sum
    columns = MinuteSums(
        start_ms=partials.start_ms, count=partials.count, covered_ms=partials.covered_ms, sums=sums,
        minimum=partials.minimum, maximum=partials.maximum,
    )  # fmt: skip
    return columns, _as_windows("D1", kind.key, partials, slice(0, len(partials)))


def day_of(start, hours):
    first = epoch_ms(start)
    return minutes_of([(first + k * MINUTE, 500, MINUTE) for k in range(hours * 60)])[0]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("length", [5, 15, 20, 60, 72, 720, 1440])
@pytest.mark.parametrize("kind", [NOISE, DUST], ids=lambda kind: kind.key)
@settings(max_examples=8, deadline=None)
@given(
    begin=st.sampled_from(
        [
            BASE,
            epoch_ms(datetime(2026, 10, 24, 12, tzinfo=UTC)),
            epoch_ms(datetime(2026, 4, 4, 3, tzinfo=UTC)),
        ]
    ),
    gaps=st.lists(st.integers(1, 90), min_size=1, max_size=60),
    loud=st.integers(0, 9),
)
def test_columns_say_what_merged_windows_say(name, length, kind, begin, gaps, loud):
    zone, at, rows = ZoneInfo(name), begin, []
    for number, gap in enumerate(gaps):
        at += gap * 37_000
        rows.append((at, 300 + (number * 37 + loud) % 800, 40_000))
    columns, windows = minutes_of(rows, kind)
    found = in_periods(columns, length, zone, kind)
    grouped = defaultdict(list)
    for window in windows:
        place = np.searchsorted(found.start_ms, window.start_ms, "right") - 1
        grouped[int(place)].append(window)
    assert sorted(grouped) == list(range(len(found)))
    for place, parts in grouped.items():
        whole = merge(parts)
        start, end = int(found.start_ms[place]), int(found.end_ms[place])
        wall = to_wall(from_epoch_ms(start), zone)
        if length <= 60:
            assert end - start == length * MINUTE
        assert (wall.hour * 60 + wall.minute) % length == 0
        assert start <= parts[0].start_ms
        wanted = mean(whole, kind)
        assert found.covered[place] == pytest.approx(whole.covered_ms / (end - start), rel=1e-12)
        if wanted is None:
            assert math.isnan(found.value[place])
        else:
            assert found.value[place] == pytest.approx(wanted, rel=1e-12)


def test_the_loudest_day_does_not_overflow():
    rows = [(BASE + k * MINUTE, 1300, MINUTE) for k in range(1440)]
    found = in_periods(minutes_of(rows)[0], 1440, ZoneInfo("Asia/Shanghai"), NOISE)
    assert found.value.tolist() == [pytest.approx(130.0)]
    assert found.covered.tolist() == [1.0]


def test_days_of_23_and_25_hours():
    zone = ZoneInfo("Europe/Amsterdam")
    for start, hours in (
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
    ):
        found = in_periods(day_of(start, hours), 1440, zone, NOISE)
        assert ((found.end_ms - found.start_ms) // 3_600_000).tolist() == [hours]
        assert found.covered.tolist() == [1.0]


def test_the_repeated_hour_has_periods_of_its_own():
    day = day_of(datetime(2026, 10, 24, 22, tzinfo=UTC), 25)
    found = in_periods(day, 60, ZoneInfo("Europe/Amsterdam"), NOISE)
    assert len(set(found.start_ms.tolist())) == len(found) == 25
    assert found.covered.tolist() == [1.0] * 25


def test_nothing_heard_and_lengths_that_do_not_divide_the_day():
    assert len(in_periods(no_minutes(), 20, ZoneInfo("UTC"), NOISE)) == 0
    with pytest.raises(ValueError, match="do not divide"):
        in_periods(no_minutes(), 7, ZoneInfo("UTC"), NOISE)
