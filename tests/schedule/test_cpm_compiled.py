"""``calculate`` gives the same answer by the compiled passes as by the plain ones, summaries and all."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from mpxj_oracle import network
from schedule_builders import MONDAY, link, plan, plans, task

from bim_supervise.schedule import cpm
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.tasks import Constraint, ConstraintType, Method


@pytest.fixture
def taken(monkeypatch):
    """Whether each calculation took the compiled passes."""
    answers = []

    def watched(schedule, data_date):
        found = whole(schedule, data_date)
        answers.append(found is not None)
        return found

    whole = cpm.calculate_compiled
    monkeypatch.setattr(cpm, "calculate_compiled", watched)
    return answers


def same(schedule, data_date=None):
    compiled = calculate(schedule, data_date=data_date, fast_from=0)
    assert compiled == calculate(schedule, data_date=data_date, fast_from=10**9)
    return compiled


@settings(max_examples=40, deadline=None)
@given(plans())
def test_any_plan(schedule):
    same(schedule)


@settings(max_examples=40, deadline=None)
@given(plans(summaries=True))
def test_any_plan_with_summaries(schedule):
    same(schedule)


@pytest.mark.parametrize("seed", range(6))
def test_constraints_holidays_and_a_data_date(seed, taken):
    schedule = network(seed, Method.MS_PROJECT, 90, calendars=1 + seed % 3)
    same(schedule)
    start = min(dates.early_start for dates in calculate(schedule).dates.values())
    same(schedule, data_date=start + timedelta(days=20))
    assert taken == [True, True]


def test_broken_links_are_listed(taken):
    held = Constraint(type=ConstraintType.MUST_START_ON, at=MONDAY)
    schedule = plan([task("b", constraint=held), task("a"), task("c")], [link("a", "b"), link("a", "c")])
    (problem,) = same(schedule).problems
    assert (problem.reason, problem.what) == (
        "link_broken_by_constraint",
        "FS link from 'Task a' to 'Task b'",
    )
    assert taken == [True]


def test_summaries_that_only_gather_take_the_compiled_passes(taken):
    schedule = plan(
        [task("top"), task("a", parent="top"), task("b", parent="top"), task("c")],
        [link("a", "b"), link("b", "c", lag=60)],
    )
    same(schedule)
    linked = replace(schedule, links=(*schedule.links, link("top", "c")))
    same(linked)
    held = Constraint(type=ConstraintType.START_NO_EARLIER_THAN, at=MONDAY + timedelta(days=9))
    same(replace(schedule, tasks=(replace(schedule.tasks[0], constraint=held), *schedule.tasks[1:])))
    same(replace(schedule, tasks=(*schedule.tasks, task("d", actual_start=MONDAY))))
    assert taken == [True, False, False, False]
