"""Snapshots: evidence as known at a moment, nothing later, in any order of arrival."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bim_supervise.checkpoints.contract import Figure
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import epoch_ms
from bim_supervise.events.devices import Device
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import SubjectType
from bim_supervise.events.windows import minute_windows
from bim_supervise.tracking.state import Fact

START = datetime(2026, 3, 2, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SERIES = ("N1", "noise_level")


def minutes(count):
    times = epoch_ms(START) + np.arange(count, dtype=np.int64) * 60_000
    return minute_windows(
        *SERIES,
        times,
        np.full(count, 600, np.int64),
        np.full(count, 60_000, np.int64),
        np.zeros(count, np.uint8),
        KindTable()["noise_level"],
    )


def a_fact(name, minute, **more):
    time = START + timedelta(minutes=minute)
    fields = {
        "id": name, "kind": "inspected", "subject_type": SubjectType.ELEMENT, "subject": "W1",
        "event_time": time, "received_time": time, "source": "ui", "reporter": "li", "value": "pass",
    }  # fmt: skip
    return Fact(**(fields | more))


def at(minute, **given):
    return Snapshot(as_of=START + timedelta(minutes=minute), zone=ZONE, **given)


@pytest.fixture(params=["rows", "loader"])
def with_windows(request):
    rows = minutes(10)

    def load(device, kind, first, last):
        return [row for row in rows if (device, kind) == SERIES and first <= row.start_ms < last]

    def make(minute):
        if request.param == "rows":
            return at(minute, windows={SERIES: list(reversed(rows))})
        return at(minute, windows=load, extents={SERIES: (rows[0].start_ms, rows[-1].end_ms)})

    return make


def test_windows_of_a_span_that_have_ended(with_windows):
    evidence = with_windows(5.5)
    found = evidence.windows(*SERIES, START + timedelta(minutes=2), START + timedelta(hours=1))
    assert [(row.start_ms - epoch_ms(START)) // 60_000 for row in found] == [2, 3, 4]
    assert evidence.windows(*SERIES, START + timedelta(minutes=7), START + timedelta(hours=1)) == []
    assert evidence.windows("N2", "noise_level", START, START + timedelta(hours=1)) == []


def test_the_extent_ends_with_the_moment(with_windows):
    assert with_windows(100).extent(*SERIES) == (START, START + timedelta(minutes=10))
    assert with_windows(5).extent(*SERIES) == (START, START + timedelta(minutes=5))
    assert with_windows(0).extent(*SERIES) is None
    assert with_windows(5).extent("N2", "noise_level") is None


def test_a_loader_needs_extents():
    with pytest.raises(ValueError, match="extents"):
        at(1, windows=lambda *_: [])


def test_facts_are_those_standing_at_the_moment_in_order():
    facts = [
        a_fact("c", 9),
        a_fact("b", 2),
        a_fact("a", 1, payload={}),
        a_fact("d", 3, payload={"corrects": "b"}),
        a_fact("e", 1, subject="W2"),
    ]
    assert [fact.id for fact in at(5, facts=facts).facts("inspected", "W1")] == ["a", "d"]
    assert at(5, facts=facts).facts("delivered", "W1") == []


def test_devices_by_kind_and_purpose():
    devices = [
        Device(id="N2", name="", kinds=("noise_level", "pm10"), purpose="boundary"),
        Device(id="N1", name="", kinds=("noise_level",)),
    ]
    evidence = at(1, devices=devices)
    assert [device.id for device in evidence.devices("noise_level")] == ["N1", "N2"]
    assert [device.id for device in evidence.devices("noise_level", "boundary")] == ["N2"]
    assert evidence.devices("co") == []


def test_a_figure_that_was_not_worked_out_is_none():
    evidence = at(1, figures={("spi", None): Figure(value=0.9, unit="")})
    assert evidence.figure("spi").value == 0.9
    assert evidence.figure("spi", "T") is None
    assert evidence.task("T") is None
    assert evidence.tasks() == []
