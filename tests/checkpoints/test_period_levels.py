"""Levels by hours of the day: energy means of a whole period, undetermined where nobody measured."""

import math
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bim_supervise.checkpoints.period_figures import MeanWithin, Period
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import epoch_ms, to_utc
from bim_supervise.events.devices import Device
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.windows import minute_windows

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOISE = KindTable()["noise_level"]
START = to_utc(datetime(2026, 3, 2), SHANGHAI)
DAY, NIGHT = (time(6), time(22)), (time(22), time(6))


def windows(device, kind, rows):
    """Of rows (minute since START, value in steps of the kind, flag)."""
    minutes, values, flags = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return minute_windows(
        device,
        kind.key,
        epoch_ms(START) + minutes * 60_000,
        values,
        np.full(len(rows), 60_000, np.int64),
        flags.astype(np.uint8),
        kind,
    )


def period(series, purposes, *, hours=24, zone=SHANGHAI, start=START):
    kinds = {device: tuple(kind for name, kind in series if name == device) for device in purposes}
    devices = [
        Device(id=name, name=name, kinds=kinds[name], purpose=purpose, calibrated_until=date(2027, 1, 1))
        for name, purpose in purposes.items()
    ]
    end = start + timedelta(hours=hours)
    evidence = Snapshot(as_of=end, zone=zone, devices=devices, windows=series)
    return Period(start=start, end=end, evidence=evidence)


def test_a_level_of_day_and_night_is_the_energy_mean_of_its_own_hours():
    # 60 dB(A) the whole day, half an hour of 80 at noon, half an hour of 70 after midnight.
    rows = [
        (minute, 800 if 720 <= minute < 750 else 700 if 30 <= minute < 60 else 600, 0)
        for minute in range(24 * 60)
    ]
    asked = period({("N1", "noise_level"): windows("N1", NOISE, rows)}, {"N1": "boundary"})
    (day,) = MeanWithin(NOISE, "boundary", *DAY)(asked)
    (night,) = MeanWithin(NOISE, "boundary", *NIGHT)(asked)
    assert day.value == pytest.approx(10 * math.log10((930 * 1e6 + 30 * 1e8) / 960), abs=1e-3)
    assert night.value == pytest.approx(10 * math.log10((450 * 1e6 + 30 * 1e7) / 480), abs=1e-3)
    assert (day.share, night.share) == (1.0, 1.0)


def test_distrusted_minutes_are_left_out_and_lower_the_share():
    rows = [(minute, 900 if minute < 90 else 600, 2 if minute < 90 else 0) for minute in range(120)]
    asked = period({("N1", "noise_level"): windows("N1", NOISE, rows)}, {"N1": "boundary"}, hours=2)
    (found,) = MeanWithin(NOISE, "boundary", *NIGHT)(asked)
    assert (found.value, found.share) == (60.0, 0.25)


def test_what_nobody_measured_is_undetermined_never_zero():
    asked = period({("N1", "noise_level"): []}, {"N1": "boundary"})
    (found,) = MeanWithin(NOISE, "boundary", *DAY)(asked)
    assert (found.value, found.reason, found.share) == (None, "period_not_measured", 0.0)


def test_the_night_of_a_clock_change_has_its_real_length():
    berlin = ZoneInfo("Europe/Berlin")
    start = to_utc(datetime(2026, 3, 28, 22), berlin)
    asked = period({("N1", "noise_level"): []}, {"N1": "boundary"}, hours=7, zone=berlin, start=start)
    ((low, high),) = MeanWithin(NOISE, "boundary", *NIGHT)._spans(asked)
    assert (high - low) / 3_600_000 == 7
