"""Dates against MPXJ's schedulers on random networks; every difference has its reason in the docs.

Two dozen networks in CI, two hundred of up to 2,000 tasks with ``BIM_SUPERVISE_FULL=1``.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from mpxj_oracle import differences, mpxj_dates, network

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.read_mpxj import java_found, mpxj_installed
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import Method

needs_java = pytest.mark.skipif(
    not (mpxj_installed() and java_found()), reason="needs the extra mpxj and a Java runtime"
)
FULL = bool(os.environ.get("BIM_SUPERVISE_FULL"))
SIZES = (50, 80, 120, 200, 500, 1000, 2000) if FULL else (50, 60, 80, 120)
COUNT = 50 if FULL else 5
DOCUMENT = Path(__file__).parents[2] / "docs" / "schedule-agreement.md"


def compared(method, calendars, folder):
    """Reasons of all differences, early and late apart, and how many dates of tasks were compared."""
    plans = {
        f"n{seed}": network(seed, method, SIZES[seed % len(SIZES)], calendars=calendars)
        for seed in range(COUNT)
    }
    theirs = mpxj_dates(plans, method, folder)
    reasons, dates = Counter(), 0
    for name, plan in plans.items():
        if name not in theirs:
            continue
        dates += 4 * len(plan.tasks)
        for found in differences(plan, theirs[name], calculate(plan)):
            reasons["late" if found.which > 1 else "early", found.why] += 1
    assert len(theirs) >= COUNT * 0.9
    return reasons, dates


@needs_java
@pytest.mark.parametrize("method", list(Method))
def test_one_calendar(method, tmp_path):
    """All link types, lags and constraints: what differs is the same moment, or a slip of MPXJ's."""
    reasons, dates = compared(method, 1, tmp_path)
    print(method.value, dates, dict(reasons))
    assert {why for _, why in reasons} <= {
        "same moment of work", "follows another", "start and finish apart", "link not kept"
    }  # fmt: skip
    slips = sum(n for (_, why), n in reasons.items() if why in ("start and finish apart", "link not kept"))
    assert slips <= 0.002 * dates
    if method is Method.MS_PROJECT:
        assert {why for _, why in reasons} == {"same moment of work"}


@needs_java
@pytest.mark.parametrize("method", list(Method))
def test_three_calendars(method, tmp_path):
    reasons, dates = compared(method, 3, tmp_path)
    print(method.value, dates, dict(reasons))
    assert "unexplained" not in {why for _, why in reasons}
    first = sum(
        n for (side, why), n in reasons.items() if side == "early" and why == "link between calendars"
    )
    assert first <= 0.02 * dates


def test_every_reason_is_in_the_document():
    text = DOCUMENT.read_text("utf-8").casefold()
    for why in (
        "same moment of work", "follows another", "start and finish apart", "link not kept",
        "link between calendars",
    ):  # fmt: skip
        assert f"### {why}" in text


@needs_java
@pytest.mark.shared
def test_an_mpp_is_read(shared_data):
    schedule = read_schedule(shared_data / "schedule" / "msp_slack9.mpp")
    assert (len(schedule.tasks), len(schedule.links), schedule.source_format) == (15, 15, "mpp")
    dates = calculate(schedule).dates
    assert all(
        (dates[task.id].early_start, dates[task.id].early_finish) == (task.start, task.finish)
        for task in schedule.tasks
    )
    assert schedule.converted[0].reason == "read_through_mpxj"


def test_without_the_extra_an_mpp_is_refused_with_a_way_out(tmp_path, monkeypatch):
    file = tmp_path / "plan.mpp"
    file.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(3000))
    monkeypatch.setattr("bim_supervise.schedule.read_schedule.mpxj_installed", lambda: False)
    with pytest.raises(InputRefused) as refused:
        read_schedule(file)
    assert refused.value.code == "schedule_needs_mpxj"
    assert "bim-supervise[mpxj]" in refused.value.hint


@needs_java
def test_what_mpxj_cannot_read_is_refused(tmp_path):
    file = tmp_path / "plan.mpp"
    file.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(3000))
    with pytest.raises(InputRefused) as refused:
        read_schedule(file)
    assert refused.value.code == "mpxj_unreadable"
