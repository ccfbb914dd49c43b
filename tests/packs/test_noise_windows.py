"""Noise on longer series: the live path, late readings and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.checkpoints.contract import Outcome
from bim_supervise.checkpoints.engine import evaluate
from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import epoch_ms, from_epoch_ms, to_utc
from bim_supervise.events.devices import Device
from bim_supervise.events.windows import minute_windows
from bim_supervise.packs.noise.kinds import NOISE_LEVEL
from bim_supervise.packs.noise.levels import aligned_starts

REGISTRY = load_packs()
SHANGHAI = ZoneInfo("Asia/Shanghai")
START = to_utc(datetime(2026, 3, 2, 20), SHANGHAI)
METER = Device(
    id="N1",
    name="N1",
    kinds=("noise_level",),
    purpose="boundary",
    calibrated_until=date(2026, 12, 31),
)
RULES = ["NOI-CN-01", "NOI-CN-02", "NOI-CN-03", "NOI-CN-11"]


def judged(minutes, levels, as_of, *, since=None, zone=SHANGHAI):
    times = epoch_ms(START) + np.array(minutes, np.int64) * 60_000
    windows = minute_windows(
        "N1",
        "noise_level",
        times,
        np.array(levels, np.int64),
        np.full(len(minutes), 60_000, np.int64),
        np.zeros(len(minutes), np.uint8),
        NOISE_LEVEL,
    )
    evidence = Snapshot(as_of=as_of, zone=zone, devices=[METER], windows={("N1", "noise_level"): windows})
    found = evaluate(REGISTRY, evidence, rules=RULES, since=since)
    return {(verdict.rule, verdict.window_start): verdict for verdict in found}


SERIES = st.lists(
    st.tuples(st.integers(0, 299), st.integers(400, 800)), min_size=1, unique_by=lambda row: row[0]
)


@settings(max_examples=30)
@given(SERIES, st.integers(0, 400), st.integers(0, 400))
def test_the_live_path_gives_what_a_full_evaluation_gives(rows, now, asked):
    minutes, levels = zip(*rows, strict=True)
    as_of, since = START + timedelta(minutes=now), START + timedelta(minutes=asked)
    full = judged(minutes, levels, as_of)
    assert judged(minutes, levels, as_of, since=since) == {
        key: verdict
        for key, verdict in full.items()
        if verdict.window_end is None or verdict.window_end > since
    }


@settings(max_examples=30)
@given(SERIES, st.integers(0, 299), st.integers(400, 800))
def test_a_late_reading_changes_only_the_windows_it_falls_into(rows, minute, level):
    known = dict(rows)
    as_of = START + timedelta(hours=5)
    before = judged(list(known), list(known.values()), as_of)
    known.setdefault(minute, level)
    after = judged(list(known), list(known.values()), as_of)
    moment = START + timedelta(minutes=minute)
    for key in before.keys() & after.keys():
        verdict = after[key]
        if before[key] != verdict:
            assert verdict.window_start <= moment < verdict.window_end


@given(SERIES)
@settings(max_examples=30)
def test_no_window_is_judged_by_day_and_by_night(rows):
    minutes, levels = zip(*rows, strict=True)
    found = judged(minutes, levels, START + timedelta(hours=5))
    day, night = ({at for rule, at in found if rule == name} for name in ("NOI-CN-01", "NOI-CN-02"))
    assert not day & night
    assert all(at.astimezone(SHANGHAI).hour < 22 for at in day)
    assert all(at.astimezone(SHANGHAI).hour >= 22 or at.astimezone(SHANGHAI).hour < 6 for at in night)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 2), 24)]
)
def test_windows_cover_a_day_of_any_length_without_gap_or_overlap(day, hours):
    zone = ZoneInfo("Europe/Amsterdam")
    first = to_utc(datetime(day.year, day.month, day.day), zone)
    last = to_utc(datetime(day.year, day.month, day.day) + timedelta(days=1), zone)
    starts = [from_epoch_ms(ms) for ms in aligned_starts(epoch_ms(first), epoch_ms(last), 1_200_000, zone)]
    assert len(starts) == 3 * hours
    assert starts == [first + n * timedelta(minutes=20) for n in range(3 * hours)]
    assert all(start.astimezone(zone).minute in (0, 20, 40) for start in starts)


def test_a_meter_that_falls_silent_is_undetermined_until_it_speaks_again():
    found = judged(range(20), [600] * 20, START + timedelta(hours=2))
    outcomes = [verdict.outcome for (rule, _), verdict in sorted(found.items()) if rule == "NOI-CN-01"]
    assert outcomes == [Outcome.PASS] + [Outcome.UNDETERMINED] * 5


def test_readings_of_another_time_zone_make_no_difference_to_utc_windows():
    found = judged(range(60), [600] * 60, START + timedelta(hours=1), zone=ZoneInfo("UTC"))
    starts = {at for rule, at in found if rule == "NOI-CN-01"}
    assert starts == {START.astimezone(UTC) + n * timedelta(minutes=20) for n in range(3)}
