"""Schedule risk: the spread of the finish."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from mpxj_oracle import network
from schedule_builders import DAY, link, plan, plans, task

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.fast_cpm import FastPath
from bim_supervise.schedule.fast_network import fast_network
from bim_supervise.schedule.risk import Spread, simulate
from bim_supervise.schedule.risk_kernels import runs_in_calendars
from bim_supervise.schedule.risk_slots import runs_in_slots, slot_tables
from bim_supervise.schedule.tasks import Constraint, ConstraintType, LinkType, Method, TaskKind

CHAIN = plan(
    [task("a", 100 * DAY), task("b", DAY), task("end", 0, kind=TaskKind.MILESTONE)],
    [link("a", "end"), link("b", "end")],
)


@pytest.mark.parametrize("calendar", [None, "all"])
def test_one_long_task_follows_the_triangle(calendar):
    """Mean and spread of a triangular value, and percentiles by its inverse, in working days."""
    schedule = plan(
        [task("a", 100 * DAY, calendar=calendar), task("b", DAY), task("end", 0, kind=TaskKind.MILESTONE)],
        CHAIN.links,
    )
    found = simulate(schedule, runs=4000, usual=Spread(low=0.8, mode=1.0, high=1.6))
    work = WorkTime(next(one for one in schedule.calendars if one.id == (calendar or "week")))
    days = {
        percent: work.between(schedule.project_start, moment) / DAY
        for percent, moment in found.finishes.items()
    }
    low, mode, high = 80.0, 100.0, 160.0
    for percent, value in days.items():
        share = percent / 100
        split = (mode - low) / (high - low)
        expected = (
            low + np.sqrt(share * (high - low) * (mode - low))
            if share < split
            else high - np.sqrt((1 - share) * (high - low) * (high - mode))
        )
        assert value == pytest.approx(expected, rel=0.02)
    assert found.chance_of_planned == pytest.approx(0.25, abs=0.03)
    assert found.driving["a"] == 1.0
    assert "b" not in found.driving
    assert found.planned == calculate(schedule).finish
    assert found.milestones["end"][50] == found.finishes[50]


def test_the_same_seed_gives_the_same_answer_and_more_runs_begin_alike():
    assert simulate(CHAIN, runs=50, seed=3) == simulate(CHAIN, runs=50, seed=3)
    assert simulate(CHAIN, runs=50, seed=3) != simulate(CHAIN, runs=50, seed=4)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"runs": 0}, "risk_runs"), ({"usual": Spread(low=2.0, mode=1.0, high=1.0)}, "risk_spread")],
)
def test_impossible_wishes_are_refused(changes, code):
    with pytest.raises(InputRefused) as refused:
        simulate(CHAIN, **changes)
    assert refused.value.code == code


def test_a_plan_under_way_is_refused():
    begun = plan([task("a", actual_start=CHAIN.project_start)])
    with pytest.raises(InputRefused) as refused:
        simulate(begun)
    assert refused.value.code == "risk_plan"


def _runs(network, kernel, runs=20):
    low, mode, high = (np.ascontiguousarray(factor * network.nodes[:, 0]) for factor in (0.5, 1.0, 2.0))
    count = len(network.ids)
    finishes, driving = np.zeros(runs, np.int64), np.zeros((4, count), np.int64)
    watched = np.arange(count)
    ends = np.zeros((count, runs), np.int64)
    kernel((low, mode, high), 5, runs, network.project_start, finishes, driving, ends, watched)
    return finishes, driving, ends


def assert_alike(schedule):
    network = fast_network(schedule, stretch=3.0)
    slots = slot_tables(network)
    tables = FastPath(network).tables
    searched = _runs(network, lambda *rest: runs_in_calendars(*tables, *rest))
    looked_up = _runs(
        network,
        lambda *rest: runs_in_slots(
            slots.worked, slots.opened, slots.moment, slots.low, slots.size,
            network.nodes, network.links, network.spans, *rest,
        ),
    )  # fmt: skip
    for one, other in zip(searched, looked_up, strict=True):
        assert np.array_equal(one, other)


@settings(max_examples=60, deadline=None)
@given(plans(kinds=(LinkType.FS, LinkType.SS, LinkType.FF)))
def test_slots_of_time_give_what_a_search_of_the_shifts_gives(schedule):
    try:
        FastPath(fast_network(schedule, stretch=3.0))
    except InputRefused:
        assume(False)  # a lead reaches back before the calendars begin
    assert_alike(schedule)


@pytest.mark.parametrize("seed", range(4))
def test_slots_of_time_in_a_larger_network_with_holidays(seed):
    made = network(seed, Method.MS_PROJECT, 120, calendars=3, constraints=False)
    ties = tuple(replace(tie, type=LinkType.FF) if tie.type is LinkType.SF else tie for tie in made.links)
    assert_alike(replace(made, links=ties))


def test_what_slots_of_time_leave_to_the_search():
    assert slot_tables(fast_network(CHAIN)) is not None
    assert slot_tables(fast_network(plan([task("a"), task("b")], [link("a", "b", "SF")]))) is None
    held = Constraint(type=ConstraintType.START_NO_EARLIER_THAN, at=CHAIN.project_start)
    assert slot_tables(fast_network(plan([task("a", constraint=held)]))) is None
