"""Instruments that replace each other, and clocks that are wrong."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.events.batches import joined_readings
from bim_supervise.events.clocks import estimate_clock
from bim_supervise.events.instruments import Instrument, carried
from bim_supervise.events.readings import Readings

HOUR = 3_600_000


def readings(*items):
    """Readings of (device, event_ms, steps)."""
    series = tuple(dict.fromkeys((device, "settlement") for device, _, _ in items))
    return Readings(
        series=series,
        series_index=np.array([series.index((item[0], "settlement")) for item in items], np.int32),
        event_ms=np.array([item[1] for item in items], np.int64),
        steps=np.array([item[2] for item in items], np.int64),
        interval_ms=np.full(len(items), 60_000, np.int64),
        flags=np.zeros(len(items), np.uint8),
    )


def said(part):
    return sorted(
        (part.series[place][0], when, steps)
        for place, when, steps in zip(
            part.series_index.tolist(), part.event_ms.tolist(), part.steps.tolist(), strict=True
        )
    )


def test_without_instruments_nothing_is_touched():
    part = readings(("A", 1, 10), ("B", 2, 20))
    assert carried(part, []) is part
    assert carried(part, [Instrument(device="C", sender="D", from_ms=0)]) is part


def test_a_new_instrument_carries_the_series_on_and_the_old_one_is_retired():
    change = Instrument(device="P1", sender="S9", from_ms=100, offsets={"settlement": 7})
    part = readings(("P1", 99, 1), ("P1", 100, 2), ("S9", 99, 3), ("S9", 100, 4), ("X", 5, 5))
    assert said(carried(part, [change])) == [
        ("P1", 99, 1), ("P1", 100, 11), ("P1/retired", 100, 2), ("S9", 99, 3), ("X", 5, 5)
    ]  # fmt: skip


def test_a_new_benchmark_shifts_what_the_same_sender_reports():
    change = Instrument(device="P1", sender="P1", from_ms=100, offsets={"settlement": -5})
    again = Instrument(device="P1", sender="P1", from_ms=200, offsets={"settlement": 3})
    part = readings(("P1", 99, 10), ("P1", 150, 10), ("P1", 250, 10))
    assert said(carried(part, [again, change])) == [("P1", 99, 10), ("P1", 150, 5), ("P1", 250, 13)]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 300), st.integers(-50, 50)), max_size=30),
    st.lists(
        st.tuples(st.sampled_from("AB"), st.sampled_from("ABCD"), st.integers(0, 300), st.integers(-9, 9)),
        max_size=4,
    ),
    st.randoms(),
)
def test_no_reading_is_lost_and_order_and_batches_change_nothing(items, changes, dice):
    instruments = [
        Instrument(device=device, sender=sender, from_ms=moment, offsets={"settlement": offset})
        for device, sender, moment, offset in {(c[0], c[2]): c for c in changes}.values()
    ]
    whole = carried(readings(*items), instruments) if items else readings()
    shuffled = list(items)
    dice.shuffle(shuffled)
    cut = len(shuffled) // 2
    parts = [readings(*part) for part in (shuffled[:cut], shuffled[cut:]) if part]
    assert said(joined_readings([carried(part, instruments) for part in parts])) == said(whole)
    assert len(whole) >= len(items), "a sender of two points at once reports both"
    if len(changes) <= 1:
        assert len(whole) == len(items)


def clock(delays, interval=60_000, step=60_000):
    received = np.arange(len(delays), dtype=np.int64) * step + 10**12
    event = received - np.array(delays, np.int64)
    return estimate_clock(event, received, np.full(len(delays), interval, np.int64))


def test_a_right_clock_is_right_and_a_wrong_one_is_told():
    assert clock([61_000] * 4) is None
    assert clock([60_500, 61_000, 62_000, 400_000, 60_800]).ahead_s == -0.5
    assert clock([1_000, 900, 2_000, 500, 700]).ahead_s == 0.0, "stamped at the end of the interval"
    assert clock([-30_000, -29_000, 90_000, -28_000, -29_500]).ahead_s == 30.0
    assert clock([660_000, 661_000, 900_000, 660_500, 662_000]).ahead_s == -600.0


@settings(deadline=None)
@given(st.floats(-20, 20), st.integers(0, 2**16))
def test_a_drift_is_found_beneath_jitter_and_resent_hours(per_day, seed):
    dice = np.random.default_rng(seed)
    step, count = 60_000, 48 * 60
    true = np.arange(count) * step / 86_400_000 * per_day * 1000
    delay = 500 + dice.exponential(2_000, count) - true
    delay[600:660] += 3_600_000
    estimate = clock(delay.astype(np.int64), step=step)
    assert abs(estimate.drift_s_per_day - per_day) < 0.5
