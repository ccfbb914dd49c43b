"""Derived figures of a period: worked out from what was judged and heard, undetermined where nothing was."""

from datetime import UTC, datetime, timedelta

import pytest

from bim_supervise.api.green import _worse
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.period_figures import (
    Compared,
    HoursBeyond,
    Period,
    PeriodFigure,
    ReportRow,
    SumOfValues,
)
from bim_supervise.checkpoints.registry import load_packs, registry_of
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import epoch_ms, site_zone
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.devices import Device
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.windows import Window
from bim_supervise.store.work_periods import JudgedWindow

START = datetime(2026, 3, 2, tzinfo=UTC)


def judged(hour, outcome, value=None, *, hours=1.0, limit=None, comparator=None):
    start = START + timedelta(hours=hour)
    end = start + timedelta(hours=hours)
    return JudgedWindow("R-1", "device=D1", "D1", outcome, value, start, end, start, limit, comparator)


def period(*spans, evidence=None):
    end = START + timedelta(days=1)
    seen = evidence or Snapshot(as_of=end, zone=site_zone("Asia/Shanghai"))
    return Period(start=START, end=end, evidence=seen, judged={"R-1": spans})


def test_hours_beyond_count_overlaps_once_and_say_what_could_not_be_judged():
    spans = (judged(0, "fail"), judged(0.5, "fail"), judged(3, "pass"), judged(5, "undetermined"))
    [found] = HoursBeyond("R-1")(period(*spans))
    assert (found.value, found.share, found.reason) == (1.5, 0.75, "period_worked_partly")
    assert found.params == {"windows": 4, "undetermined": 1}


@pytest.mark.parametrize("work", [HoursBeyond("R-1"), SumOfValues("R-1")])
def test_nothing_judged_is_undetermined_and_never_zero(work):
    [found] = work(period(judged(0, "undetermined")))
    assert (found.value, found.reason) == (None, "period_undetermined")
    assert work(period()) == []


def minutes(device, values, *, distrusted=0):
    for number, value in values.items():
        begin = epoch_ms(START) + 60_000 * number
        yield Window(
            device=device, kind="pm10", start_ms=begin, end_ms=begin + 60_000, count=1, covered_ms=60_000,
            weighted_sum=value * 60_000, energy_sum=0, minimum=value, maximum=value,
            first_ms=begin, first=value, last_ms=begin, last=value, distrusted=distrusted,
        )  # fmt: skip


def beside(**windows):
    devices = [
        Device(id=name, name=name, kinds=("pm10",), purpose={"I": "inside", "O": "outside"}[name[0]])
        for name in windows
    ]
    series = {(name, "pm10"): list(found) for name, found in windows.items()}
    end = START + timedelta(days=1)
    evidence = Snapshot(as_of=end, zone=site_zone("Asia/Shanghai"), devices=devices, windows=series)
    return Compared(kind=KindTable()["pm10"], purpose="inside", other="outside")(period(evidence=evidence))


def test_a_ratio_is_made_of_the_minutes_in_which_both_spoke():
    [found] = beside(I1=minutes("I1", {0: 30, 1: 90, 2: 500}), O1=minutes("O1", {0: 100, 1: 140, 7: 9}))
    assert found.value == pytest.approx(0.5)
    assert found.share == pytest.approx(2 / 1440)
    assert [one.partition("|")[0] for one in found.evidence] == ["window:I1", "window:O1"]


def test_a_distrusted_or_silent_neighbour_makes_no_ratio():
    [found] = beside(I1=minutes("I1", {0: 30}), O1=minutes("O1", {0: 100}, distrusted=60_000))
    assert (found.value, found.reason) == (None, "period_not_compared")
    [found] = beside(I1=minutes("I1", {0: 30}), O1=minutes("O1", {0: 0}))
    assert (found.value, found.reason) == (None, "period_not_compared")


AT_MOST = {"limit": 60.0, "comparator": "<="}
AT_LEAST = {"limit": 4.0, "comparator": ">="}


@pytest.mark.parametrize(
    ("mine", "theirs", "worse"),
    [
        (judged(0, "fail", 3.0, **AT_LEAST), judged(1, "fail", 2.0, **AT_LEAST), False),
        (judged(0, "fail", 90.0, **AT_MOST), judged(1, "fail", 3.9, **AT_LEAST), True),
        (judged(0, "pass", 1.0, **AT_MOST), judged(1, "fail", 3.9, **AT_LEAST), False),
        (judged(0, "fail", 71.0, **AT_MOST), judged(1, "fail", 70.5, **AT_MOST), True),
        (judged(0, "fail"), judged(1, "fail", 3.0, **AT_LEAST), False),
    ],
)
def test_a_window_is_worse_by_the_limit_that_it_was_judged_by(mine, theirs, worse):
    assert _worse(mine, theirs) is worse


def a_pack(**more):
    return Pack(name="one", version="1", title={"en": "One", "zh": "一"}, **more)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"rows": (ReportRow(of="X"),)}, "neither a rule nor a figure"),
        ({"figures": (PeriodFigure(key="F", title={}, unit="h", work=list, rules=("X",)),)}, "reads rules"),
        ({"figures": (PeriodFigure(key="F", title={}, unit="h", work=list),) * 2}, "is taken"),
    ],
)
def test_a_figure_or_row_that_names_what_is_not_there_is_refused(more, problem):
    with pytest.raises(InputRefused) as refused:
        registry_of([a_pack(**more)])
    assert problem in refused.value.message


def test_rows_without_a_declaration_follow_the_declared_ones():
    figures = tuple(PeriodFigure(key=key, title={}, unit="h", work=list) for key in "FG")
    rows = a_pack(figures=figures, rows=(ReportRow(of="G"),)).section_rows
    assert [row.of for row in rows] == ["G", "F"]


def test_every_shipped_figure_reads_only_rules_of_its_pack_and_is_worded_twice():
    figures = [figure for pack in load_packs().packs for figure in pack.figures]
    assert {figure.key for figure in figures} >= {"AIR-RATIO-PM10", "MCH-HOURS-WIND", "NOI-HOURS-NIGHT"}
    for figure in figures:
        assert set(figure.title) == set(figure.note) == {"en", "zh"}, figure.key
