"""The compiled passes give the very dates of the plain ones, also after a change."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from mpxj_oracle import network
from schedule_builders import link, plan, plans, task

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import from_minutes
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.fast_cpm import FastPath
from bim_supervise.schedule.fast_network import fast_network, reason_against
from bim_supervise.schedule.tasks import Method


def assert_equal(path, schedule):
    plain = calculate(schedule).dates
    for node, name in enumerate(path.network.ids):
        one = plain[name]
        assert (one.early_start, one.early_finish, one.late_start, one.late_finish) == tuple(
            from_minutes(int(column[node]))
            for column in (path.early_start, path.early_finish, path.late_start, path.late_finish)
        )


@settings(max_examples=60, deadline=None)
@given(plans())
def test_any_plan(schedule):
    assert reason_against(schedule) is None
    assert_equal(FastPath(fast_network(schedule)), schedule)


@pytest.mark.parametrize("seed", range(6))
def test_constraints_holidays_and_changes(seed):
    schedule = network(seed, Method.MS_PROJECT, 90, calendars=1 + seed % 3)
    path = FastPath(fast_network(schedule))
    assert_equal(path, schedule)
    dice = random.Random(seed)
    for _ in range(8):
        node, minutes = dice.randrange(90), dice.choice((0, 60, 480, 2400, 9600))
        assert path.change_duration(node, minutes) >= 1
        schedule = replace(
            schedule,
            tasks=tuple(
                replace(one, duration_minutes=minutes) if one.id == path.network.ids[node] else one
                for one in schedule.tasks
            ),
        )
        assert_equal(path, schedule)


def test_what_the_fast_way_leaves_to_the_plain_one():
    assert reason_against(plan([task("a", manual=True)])) == "started_or_manual"
    assert reason_against(plan([task("a"), task("b", parent="a")])) == "summaries"
    assert reason_against(plan([task("a", None)])) == "duration_unknown"
    assert reason_against(network(1, Method.PRIMAVERA, 5, calendars=1)) == "primavera"


def test_a_circle_is_refused():
    with pytest.raises(InputRefused) as refused:
        fast_network(plan([task("a"), task("b")], [link("a", "b"), link("b", "a")]))
    assert refused.value.code == "schedule_cycle"


def test_a_link_to_a_task_that_is_not_there_is_refused_by_name():
    with pytest.raises(InputRefused) as refused:
        fast_network(plan([task("a")], [link("a", "ghost")]))
    assert (refused.value.code, refused.value.params["task"]) == ("link_unknown_task", "ghost")
