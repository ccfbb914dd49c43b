"""Earned value and earned schedule: the published vectors, the guards, and what always holds."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bim_supervise.metrics.earned_schedule
import bim_supervise.metrics.earned_value
import bim_supervise.tracking.planned_share
from bim_supervise.metrics.earned_schedule import (
    earned_schedule,
    estimate_duration,
    schedule_performance_index_time,
    schedule_variance_time,
)
from bim_supervise.metrics.earned_value import (
    ToComplete,
    cost_performance_index,
    cost_variance,
    cost_variance_share,
    estimate_atypical,
    estimate_combined,
    estimate_recent,
    estimate_to_complete,
    estimate_typical,
    estimate_weighted,
    schedule_performance_index,
    schedule_variance,
    schedule_variance_share,
    to_complete_budget,
    to_complete_estimate,
    units_complete,
    variance_at_completion,
)

BAC, PV, EV, AC = 1000.0, 400.0, 360.0, 450.0
CURVE = [0, 100, 250, 400, 600, 800, 1000]


@pytest.mark.parametrize(
    "module",
    [
        bim_supervise.metrics.earned_value,
        bim_supervise.metrics.earned_schedule,
        bim_supervise.tracking.planned_share,
    ],
    ids=lambda module: module.__name__,
)
def test_the_examples_in_the_docstrings_run(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_the_published_vector():
    cpi, spi = cost_performance_index(EV, AC), schedule_performance_index(EV, PV)
    es = earned_schedule(CURVE, EV)
    spi_time = schedule_performance_index_time(es, 3)
    assert (cpi, spi) == (0.80, 0.90)
    assert estimate_typical(BAC, cpi) == 1250
    assert estimate_atypical(BAC, EV, AC) == 1090
    assert estimate_combined(BAC, EV, AC, cpi, spi) == pytest.approx(1338.89, abs=0.005)
    assert estimate_weighted(BAC, EV, AC, cpi, spi) == pytest.approx(1230.49, abs=0.005)
    assert estimate_weighted(BAC, EV, AC, cpi, spi_time) == pytest.approx(1228.38, abs=0.005)
    assert to_complete_budget(BAC, EV, AC).value == pytest.approx(1.1636, abs=0.00005)
    assert variance_at_completion(BAC, 1250) == -250
    assert estimate_to_complete(1250, AC) == 800
    assert (cost_variance(EV, AC), schedule_variance(EV, PV)) == (-90, -40)
    assert (cost_variance_share(EV, AC), schedule_variance_share(EV, PV)) == (-0.25, -0.1)
    assert es == pytest.approx(2.7333, abs=0.00005)
    assert spi_time == pytest.approx(0.9111, abs=0.00005)
    assert schedule_variance_time(es, 3) == pytest.approx(-0.2667, abs=0.00005)
    assert estimate_duration(6, spi_time) == pytest.approx(6.585, abs=0.0005)


def test_no_ratio_where_nothing_was_spent_or_planned():
    assert cost_performance_index(0, 0) is None
    assert schedule_performance_index(10, 0) is None
    assert estimate_typical(BAC, 0) is None
    assert estimate_combined(BAC, EV, AC, 0, 0) is None
    assert cost_variance_share(0, 10) is None
    assert schedule_performance_index_time(1.0, 0) is None
    assert estimate_duration(6, 0) is None
    assert units_complete(BAC, 10, 0) is None


def test_what_is_unknown_stays_unknown():
    assert cost_performance_index(None, AC) is None
    assert schedule_variance(EV, None) is None
    assert estimate_atypical(BAC, None, AC) is None
    assert estimate_weighted(BAC, EV, AC, None, 0.9) is None
    assert estimate_recent(BAC, EV, AC, None, 0) is None
    assert to_complete_budget(None, EV, AC) == ToComplete(value=None, achievable=None)
    assert earned_schedule(CURVE, None) is None


def test_a_spent_budget_cannot_be_kept_unless_the_work_is_done():
    assert to_complete_budget(1000, 900, 1000) == ToComplete(value=None, achievable=False)
    assert to_complete_budget(1000, 900, 1100) == ToComplete(value=None, achievable=False)
    assert to_complete_budget(1000, 1000, 1100) == ToComplete(value=None, achievable=True)
    assert to_complete_estimate(1000, 360, 450, 1250) == ToComplete(value=0.8, achievable=True)


@pytest.mark.parametrize("curve", [[], [0], [5, 10], [0, 10, 5]])
def test_what_is_no_curve_is_refused(curve):
    with pytest.raises(ValueError, match="planned-value curve"):
        earned_schedule(curve, 1)


@pytest.mark.parametrize(
    ("earned", "periods"), [(-1, 0), (0, 0), (50, 0.5), (100, 1), (999.999, 5.999995), (1000, 6), (2000, 6)]
)
def test_earned_schedule_at_the_ends(earned, periods):
    assert earned_schedule(CURVE, earned) == pytest.approx(periods)


AMOUNT = st.floats(0.01, 1e9)


@given(st.lists(AMOUNT, min_size=1, max_size=20), st.floats(0, 1))
def test_earned_schedule_turns_the_curve_around(steps, share):
    curve = [0.0]
    for step in steps:
        curve.append(curve[-1] + step)
    periods = share * len(steps)
    below = min(int(periods), len(steps) - 1)
    earned = curve[below] + (periods - below) * (curve[below + 1] - curve[below])
    assert earned_schedule(curve, earned) == pytest.approx(periods, abs=1e-4)


@given(AMOUNT, AMOUNT, AMOUNT)
def test_on_cost_work_is_forecast_at_its_budget(bac, ev, pv):
    assert estimate_typical(bac, cost_performance_index(ev, ev)) == pytest.approx(bac)
    assert estimate_atypical(bac, ev, ev) == pytest.approx(bac)


@given(AMOUNT, st.floats(0, 1e9), AMOUNT)
def test_units_never_earn_more_than_the_budget(bac, done, planned):
    assert 0 <= units_complete(bac, done, planned) <= bac
