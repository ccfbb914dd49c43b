"""Conditions of windowed rules: statistics, spans, how terms combine; live and history say the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar

import pytest
from checkpoint_samples import a_limit
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.checkpoints.alarms import fold_alarms
from bim_supervise.checkpoints.case_worlds import read_world
from bim_supervise.checkpoints.conditions import (
    FailsWhenAll,
    FailsWhenAny,
    Lasting,
    Measured,
    Phase,
    Reference,
    Repeated,
)
from bim_supervise.checkpoints.contract import Outcome, Severity, Subject
from bim_supervise.checkpoints.engine import ask
from bim_supervise.checkpoints.spans import fixed_spans, sliding_spans
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.core.clock import epoch_ms, from_epoch_ms, site_zone
from bim_supervise.events.kinds import KindTable

KINDS = KindTable()
SHANGHAI = site_zone("Asia/Shanghai")
PM10, PRESSURE, SWITCH = KINDS["pm10"], KINDS["dome_pressure"], KINDS["purifier_state"]
ENERGY, SETTLEMENT, WIND = KINDS["energy_total"], KINDS["settlement"], KINDS["wind_speed"]
CALIBRATED = {"calibrated_until": date(2026, 12, 31)}


def a_rule(term, **changes):
    fields = {"id": "X-01", "title": {"en": "x", "zh": "x"}, "condition": term, **changes}
    return type("ARule", (WindowedRule,), fields)()


def row(**changes):
    fields = {
        "edition": "e", "effective_to": None, "value": 100.0, "unit": "ug/m3", "window": "PT15M",
        "statistic": "mean", "min_completeness": 0.75,
    }  # fmt: skip
    return a_limit(**{**fields, **changes})


def world(as_of, devices, readings, tasks=()):
    given_ = {
        "devices": [{**CALIBRATED, **device} for device in devices],
        "readings": list(readings),
        "tasks": list(tasks),
    }
    return read_world(given_, as_of, SHANGHAI, KINDS)


def verdicts(term, limits, as_of, devices, readings, *, device="D1", tasks=(), since=None, **changes):
    evidence = world(as_of, devices, readings, tasks).snapshot()
    return ask(a_rule(term, **changes), Subject(device=device), {}, evidence, limits, since)


def said(found):
    return [(one.outcome.value, one.reason) for one in found]


DUST = {"id": "D1", "kinds": ["pm10"]}


def dust(at, minutes, value, device="D1"):
    return {"device": device, "kind": "pm10", "from": f"2026-03-02 {at}", "minutes": minutes, "value": value}


def test_a_mean_keeps_or_breaks_its_limit_and_exactly_the_limit_is_kept():
    found = verdicts(
        Measured(kind=PM10), [row()], "2026-03-02 10:45", [DUST],
        [dust("10:00", 15, 100), dust("10:15", 15, 100.1), dust("10:30", 5, 30)],
    )  # fmt: skip
    assert said(found) == [
        ("pass", "limit_kept"),
        ("fail", "limit_exceeded"),
        ("undetermined", "coverage_low"),
    ]
    assert [one.value for one in found] == [100.0, 100.1, 30.0]
    assert found[1].evidence == (
        f"window:D1|pm10|{epoch_ms(found[1].window_start)}|{epoch_ms(found[1].window_end)}",
    )


def test_gaps_hide_no_failing_mean_and_make_none():
    loud = [dust("10:00", 5, 400)]  # 400 over a third: at least 133 over the whole
    faint = [dust("10:00", 5, 250)]  # 250 over a third: at least 83, perhaps within the limit
    ask_about = (Measured(kind=PM10), [row()], "2026-03-02 10:15", [DUST])
    assert said(verdicts(*ask_about, loud)) == [("fail", "limit_exceeded_despite_gaps")]
    assert said(verdicts(*ask_about, faint)) == [("undetermined", "coverage_low")]


def test_an_unvouched_or_uncalibrated_reading_blocks_a_pass_but_hides_no_failure():
    high = {**dust("10:00", 15, 300), "authenticated": False}
    low = {**dust("10:15", 15, 30), "authenticated": False}
    found = verdicts(Measured(kind=PM10), [row()], "2026-03-02 10:30", [DUST], [high, low])
    assert said(found) == [("fail", "limit_exceeded"), ("undetermined", "distrusted")]
    expired = [{**DUST, "calibrated_until": date(2026, 3, 1)}]
    found = verdicts(Measured(kind=PM10), [row()], "2026-03-02 10:15", expired, [dust("10:00", 15, 30)])
    assert said(found) == [("undetermined", "calibration_expired")]


def test_windows_slide_by_a_step():
    term = Measured(kind=PM10, every_minutes=5)
    readings = [dust("10:00", 20, 40), dust("10:20", 10, 200)]
    found = verdicts(term, [row()], "2026-03-02 10:30", [DUST], readings)
    ends = [one.window_end.astimezone(SHANGHAI).strftime("%H:%M") for one in found]
    assert ends == ["10:05", "10:10", "10:15", "10:20", "10:25", "10:30"]
    assert [one.outcome.value for one in found[2:]] == ["pass", "pass", "pass", "fail"]
    assert found[-1].value == pytest.approx((5 * 40 + 10 * 200) / 15)


def test_an_increment_over_a_station_is_capped_and_needs_the_station():
    term = Measured(kind=PM10, purpose="boundary", reference=Reference(purpose="station", cap=150))
    limits = [row(window="PT1H", value=80.0)]
    devices = [{**DUST, "purpose": "boundary"}, {"id": "S", "kinds": ["pm10"], "purpose": "station"}]
    polluted = [dust("10:00", 60, 240), dust("10:00", 60, 200, "S")]
    (found,) = verdicts(term, limits, "2026-03-02 11:00", devices, polluted)
    assert (found.outcome, found.value) == (Outcome.FAIL, 90.0)  # 240 - min(200, 150)
    assert found.params["measured"] == 240.0
    assert found.params["reference"] == 150.0
    assert len(found.evidence) == 2
    (alone,) = verdicts(term, limits, "2026-03-02 11:00", devices, polluted[:1])
    assert said([alone]) == [("undetermined", "reference_missing")]


def test_the_station_of_the_own_zone_comes_first_and_of_several_the_one_that_hides_least():
    term = Measured(kind=PM10, purpose="boundary", reference=Reference(purpose="station"))
    limits = [row(window="PT1H", value=80.0)]
    devices = [
        {**DUST, "purpose": "boundary", "zone": "north"},
        {"id": "S1", "kinds": ["pm10"], "purpose": "station"},
        {"id": "S2", "kinds": ["pm10"], "purpose": "station"},
    ]
    readings = [dust("10:00", 60, 200), dust("10:00", 60, 190, "S1"), dust("10:00", 60, 100, "S2")]
    (found,) = verdicts(term, limits, "2026-03-02 11:00", devices, readings)
    assert (found.outcome, found.params["station"]) == (Outcome.FAIL, "S2")
    devices[1]["zone"] = "north"
    (found,) = verdicts(term, limits, "2026-03-02 11:00", devices, readings)
    assert (found.outcome, found.params["station"]) == (Outcome.PASS, "S1")


def pressure(at, values):
    return {"device": "D1", "kind": "dome_pressure", "from": f"2026-03-02 {at}", "values": values}


def test_a_breach_counts_only_when_it_lasts():
    dome = [{"id": "D1", "kinds": ["dome_pressure"]}]
    limits = [row(value=200.0, unit="Pa", comparator=">=", statistic="min", window=None, min_completeness=1)]
    term = Lasting(Measured(kind=PRESSURE, statistic="min"), minutes=3)
    readings = [pressure("10:00", [250, 150, 250, 150, 150, 150, 250])]
    found = verdicts(term, limits, "2026-03-02 10:08", dome, readings)
    assert said(found) == [
        ("pass", "limit_kept"),
        ("pass", "not_lasting"),
        ("pass", "limit_kept"),
        ("pass", "not_lasting"),
        ("pass", "not_lasting"),
        ("fail", "limit_exceeded"),
        ("pass", "limit_kept"),
        ("undetermined", "no_data"),
    ]


def test_a_breach_that_began_in_the_dark_is_not_called_short():
    dome = [{"id": "D1", "kinds": ["dome_pressure"]}]
    limits = [row(value=200.0, unit="Pa", comparator=">=", statistic="min", window=None, min_completeness=1)]
    term = Lasting(Measured(kind=PRESSURE, statistic="min"), minutes=3)
    found = verdicts(term, limits, "2026-03-02 10:02", dome, [pressure("10:00", [150, 150])])
    assert {one.outcome for one in found} == {Outcome.UNDETERMINED}


def test_a_daily_count_fails_at_once_and_passes_only_when_the_day_is_over():
    term = Repeated(term=Measured(kind=PM10))
    limits = [row(), row(statistic="count", window="P1D", value=1.0, unit="n/d", min_completeness=None)]
    quiet = [{**dust("00:00", 1440, 50)}]
    once = [dust("00:00", 600, 50), dust("10:00", 15, 200), dust("10:15", 825, 50)]
    twice = [dust("00:00", 600, 50), dust("10:00", 30, 200), dust("10:30", 30, 50)]
    assert said(verdicts(term, limits, "2026-03-03 00:00", [DUST], quiet)) == [("pass", "count_kept")]
    assert said(verdicts(term, limits, "2026-03-03 00:00", [DUST], once)) == [("pass", "count_kept")]
    (early,) = verdicts(term, limits, "2026-03-02 11:00", [DUST], twice)
    assert said([early]) == [("fail", "count_exceeded")]
    assert early.window_end.astimezone(SHANGHAI).strftime("%H:%M") == "10:30"
    assert verdicts(term, limits, "2026-03-02 11:00", [DUST], quiet[:0] + once[:2]) == []
    gap = [dust("00:00", 600, 50), dust("10:00", 15, 200)]
    assert said(verdicts(term, limits, "2026-03-03 00:00", [DUST], gap)) == [
        ("undetermined", "count_unknown")
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_a_count_in_an_or_fails_at_once_and_the_same_when_the_day_is_over(turned):
    mean = Measured(kind=PM10, limit_statistic="day")
    terms = (mean, Repeated(term=Measured(kind=PM10)))
    term = FailsWhenAny(terms[::-1] if turned else terms)
    limits = [
        row(),
        row(statistic="day", window="P1D", value=500.0),
        row(statistic="count", window="P1D", value=1.0, unit="n/d", min_completeness=None),
    ]
    quiet = [dust("00:00", 1440, 50)]
    twice = [dust("00:00", 600, 50), dust("10:00", 30, 200), dust("10:30", 810, 50)]
    assert said(verdicts(term, limits, "2026-03-03 00:00", [DUST], quiet))[0][0] == "pass"
    (early,) = verdicts(term, limits, "2026-03-02 11:00", [DUST], twice)
    (closed,) = verdicts(term, limits, "2026-03-03 00:00", [DUST], twice)
    for found in (early, closed):
        assert said([found]) == [("fail", "count_exceeded")]
        assert found.window_end.astimezone(SHANGHAI).strftime("%H:%M") == "10:30"
    assert early == closed


def test_a_count_in_an_and_fails_when_the_other_term_does():
    term = FailsWhenAll((Repeated(term=Measured(kind=PM10)), Measured(kind=PM10, limit_statistic="day")))
    limits = [
        row(),
        row(statistic="day", window="P1D", value=10.0),
        row(statistic="count", window="P1D", value=1.0, unit="n/d", min_completeness=None),
    ]
    twice = [dust("00:00", 600, 50), dust("10:00", 30, 200), dust("10:30", 810, 50)]
    (found,) = verdicts(term, limits, "2026-03-03 00:00", [DUST], twice)
    assert found.outcome is Outcome.FAIL


def switch(device, kind, at, values):
    return {"device": device, "kind": kind, "from": f"2026-03-02 {at}", "values": values}


@pytest.mark.parametrize(
    ("purifier", "together", "either"),
    [(1, "pass", "fail"), (0, "fail", "fail"), (None, "undetermined", "fail")],
)
def test_terms_combine_across_devices(purifier, together, either):
    fan = Measured(kind=WIND, purpose="exhaust", statistic="max", limit_statistic="fan", calibrated=False)
    idle = Measured(kind=SWITCH, purpose="purifier", statistic="min", calibrated=False)
    limits = [
        row(statistic="fan", value=0.5, unit="m/s", window="PT1M"),
        row(statistic="min", value=1.0, unit="", comparator=">=", window="PT1M"),
    ]
    devices = [
        {"id": "D1", "kinds": ["wind_speed"], "purpose": "exhaust", "zone": "dome"},
        {"id": "P1", "kinds": ["purifier_state"], "purpose": "purifier", "zone": "dome"},
        {"id": "P2", "kinds": ["purifier_state"], "purpose": "purifier", "zone": "elsewhere"},
    ]
    readings = [switch("D1", "wind_speed", "10:00", [4.0]), switch("P2", "purifier_state", "10:00", [0])]
    if purifier is not None:
        readings.append(switch("P1", "purifier_state", "10:00", [purifier]))
    (found,) = verdicts(FailsWhenAll((fan, idle)), limits, "2026-03-02 10:01", devices, readings)
    assert found.outcome.value == together
    (found,) = verdicts(FailsWhenAny((fan, idle)), limits, "2026-03-02 10:01", devices, readings)
    assert found.outcome.value == either


def test_rates_reach_back_to_the_reading_before_the_window():
    point = [{"id": "D1", "kinds": ["settlement"]}]
    limits = [row(statistic="abs_rate", value=2.0, unit="mm/d", window="P1D", min_completeness=None)]
    readings = [
        {"device": "D1", "kind": "settlement", "from": f"2026-03-0{day} 09:00", "values": [value]}
        for day, value in ((2, 0.0), (3, -1.5), (4, -4.5))
    ]
    found = verdicts(
        Measured(kind=SETTLEMENT, statistic="abs_rate", looks_back=timedelta(days=3)),
        limits, "2026-03-05 00:00", point, readings,
    )  # fmt: skip
    assert [one.value for one in found] == [None, 1.5, 3.0]
    assert [one.outcome.value for one in found] == ["undetermined", "pass", "fail"]


def test_a_counter_survives_its_reset():
    meter = [{"id": "D1", "kinds": ["energy_total"], "interval_s": 900}]
    limits = [row(statistic="increase", value=50.0, unit="kWh", window="PT1H", min_completeness=0.75)]
    readings = [
        {
            "device": "D1", "kind": "energy_total", "from": "2026-03-02 09:45", "interval_s": 900,
            "values": [100, 110, 120, 5, 15, 20],
        }
    ]  # fmt: skip
    found = verdicts(Measured(kind=ENERGY, statistic="increase"), limits, "2026-03-02 11:00", meter, readings)
    assert found[-1].value == 35.0  # 100 -> 110 -> 120 | reset, 5 -> 15


def test_hours_in_a_state_and_coverage_as_limits_of_their_own():
    device = [{"id": "D1", "kinds": ["purifier_state"]}]
    readings = [switch("D1", "purifier_state", "10:00", [1] * 30 + [0] * 15)]
    limits = [
        row(statistic="hours_on", value=0.75, unit="h", comparator=">=", window="PT1H", min_completeness=1)
    ]
    (found,) = verdicts(
        Measured(kind=SWITCH, statistic="hours_on"), limits, "2026-03-02 11:00", device, readings
    )
    assert (found.value, found.outcome, found.reason) == (0.5, Outcome.UNDETERMINED, "coverage_low")
    limits = [
        row(statistic="coverage", value=90.0, unit="%", comparator=">=", window="PT1H", min_completeness=None)
    ]
    (found,) = verdicts(
        Measured(kind=SWITCH, statistic="coverage"), limits, "2026-03-02 11:00", device, readings
    )
    assert (found.value, found.outcome) == (75.0, Outcome.FAIL)


def test_a_device_too_coarse_for_the_statistic_shows_breaches_only():
    term = Measured(kind=WIND, statistic="max", finest_s=3)
    limits = [row(statistic="max", value=9.0, unit="m/s", window="PT10M")]
    mast = [{"id": "D1", "kinds": ["wind_speed"], "interval_s": 60}]
    calm = switch("D1", "wind_speed", "10:00", [5.0] * 10)
    storm = switch("D1", "wind_speed", "10:10", [12.0] * 10)
    found = verdicts(term, limits, "2026-03-02 10:20", mast, [calm, storm])
    assert said(found) == [("undetermined", "statistic_too_coarse"), ("fail", "limit_exceeded")]


def test_the_phase_under_way_chooses_the_row():
    limits = [
        row(value=80.0, condition={"phase": "earthwork"}),
        row(value=70.0, condition={"phase": "structure"}),
    ]
    phases = {"earthwork": Phase(words=["excavat"]), "structure": Phase(trades=["concrete"])}
    tasks = [
        {
            "id": "T1", "name": "Excavation",
            "actual_start": "2026-03-02 08:00", "actual_finish": "2026-03-02 10:30",
        },
        {"id": "T2", "name": "Slab", "trade": "concrete", "actual_start": "2026-03-02 10:15"},
    ]  # fmt: skip
    found = verdicts(
        Measured(kind=PM10), limits, "2026-03-02 10:45", [DUST], [dust("10:00", 45, 75)],
        tasks=tasks, phases=phases,
    )  # fmt: skip
    assert [(one.outcome.value, one.limit.value) for one in found] == [
        ("pass", 80.0),
        ("fail", 70.0),
        ("fail", 70.0),
    ]
    lost = verdicts(
        Measured(kind=PM10), limits, "2026-03-02 10:45", [DUST], [dust("10:00", 45, 75)], phases=phases
    )
    assert said(lost) == [("undetermined", "phase_unknown")]


def test_an_alarm_clears_only_by_the_margin_and_after_as_many_windows_as_the_rule_says():
    term = Measured(kind=PM10, margin=10.0, clear_after=1)
    values = (120, 95, 95, 95, 89, 60)
    readings = [
        dust(f"{10 + place // 4}:{place % 4 * 15:02}", 15, value) for place, value in enumerate(values)
    ]
    found = verdicts(term, [row()], "2026-03-02 11:30", [DUST], readings)
    assert [one.outcome.value for one in found] == ["fail"] + ["pass"] * 5
    (alarm,) = fold_alarms(found, as_of=found[-1].window_end)
    assert alarm.cleared_at == found[4].window_end


def test_severity_can_grow_with_the_value():
    class Tiered(WindowedRule):
        id: ClassVar = "X-01"
        title: ClassVar = {"en": "x", "zh": "x"}
        condition: ClassVar = Measured(kind=PM10)

        def rate(self, finding):
            return Severity.MAJOR if (finding.value or 0) > 200 else Severity.MINOR

    evidence = world("2026-03-02 10:30", [DUST], [dust("10:00", 15, 150), dust("10:15", 15, 250)]).snapshot()
    found = ask(Tiered(), Subject(device="D1"), {}, evidence, [row()])
    assert [one.severity for one in found] == [Severity.MINOR, Severity.MAJOR]


def test_a_checkpoint_gets_one_verdict_per_device_over_its_span():
    evidence = world("2026-03-02 11:00", [DUST], [dust("10:00", 30, 50), dust("10:30", 15, 150)]).snapshot()
    rule = a_rule(Measured(kind=PM10))
    (found,) = ask(rule, Subject(), {"last": "PT1H"}, evidence, [row()])
    assert (found.outcome, found.params["failed"], found.params["windows"]) == (Outcome.FAIL, 1, 4)
    (found,) = ask(rule, Subject(), {"last": "PT15M"}, evidence, [row()])
    assert found.outcome is Outcome.UNDETERMINED
    (broken,) = ask(rule, Subject(), {"devices": ["nobody"]}, evidence, [row()])
    assert broken.reason == "rule_failed"


def test_days_keep_local_midnight_over_a_clock_change():
    amsterdam = site_zone("Europe/Amsterdam")
    start = epoch_ms(datetime(2026, 3, 28, 12, tzinfo=amsterdam))
    spans = list(fixed_spans(start, start + 4 * 86_400_000, 86_400_000, amsterdam))
    assert [(end - begin) // 3_600_000 for begin, end in spans] == [24, 23, 24, 24]
    assert {from_epoch_ms(begin).astimezone(amsterdam).hour for begin, _ in spans} == {0}


@given(
    start=st.integers(0, 5_000), length=st.integers(1, 30), every=st.sampled_from([1, 5, 10, 15]),
)  # fmt: skip
def test_sliding_windows_end_on_the_step_and_after_the_start(start, length, every):
    spans = list(
        sliding_spans(start * 1000, start * 1000 + 3_600_000, length * 60_000, every * 60_000, SHANGHAI)
    )
    assert all(end - begin == length * 60_000 for begin, end in spans)
    assert all(
        start * 1000 < end <= start * 1000 + 3_600_000 and end % (every * 60_000) == 0 for _, end in spans
    )
    assert len(spans) == len({end for _, end in spans}) == 60 // every


TERMS = [
    (Measured(kind=PM10), [row()]),
    (Measured(kind=PM10, every_minutes=5, statistic="max"), [row(statistic="max")]),
    (Lasting(Measured(kind=PM10), minutes=30), [row()]),
    (
        Repeated(term=Measured(kind=PM10)),
        [row(), row(statistic="count", window="PT2H", value=1.0, min_completeness=None)],
    ),
    (Measured(kind=PM10, statistic="rate"), [row(statistic="rate", value=500.0)]),
]


@settings(max_examples=25, deadline=None)
@given(data=st.data(), values=st.lists(st.sampled_from([0, 60, 99, 130, 300]), min_size=20, max_size=60))
@pytest.mark.parametrize(("term", "limits"), TERMS)
def test_what_the_live_path_adds_up_is_what_history_says(term, limits, data, values):
    """Judging only windows that ended after the last evaluation gives all verdicts of a replay."""
    readings = [
        {"device": "D1", "kind": "pm10", "from": "2026-03-02 10:00", "interval_s": 300, "values": values}
    ]
    total = len(values) * 5
    ends = [f"2026-03-02 {10 + minute // 60}:{minute % 60:02}" for minute in range(0, total + 1, 5)]
    chosen = sorted(data.draw(st.sets(st.sampled_from(ends), max_size=4)) | {ends[-1]})
    live = {}
    since = None
    for end in chosen:
        evidence = world(end, [DUST], readings).snapshot()
        for verdict in ask(a_rule(term), Subject(device="D1"), {}, evidence, limits, since):
            live[verdict.window_start] = verdict.digest
        since = evidence.as_of
    evidence = world(ends[-1], [DUST], readings).snapshot()
    whole = ask(a_rule(term), Subject(device="D1"), {}, evidence, limits)
    assert {one.window_start: one.digest for one in whole if one.window_start} == {
        start: digest for start, digest in live.items() if start
    }
