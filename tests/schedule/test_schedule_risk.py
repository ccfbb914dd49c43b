"""Schedule risk: the spread of the finish."""

import numpy as np
import pytest
from schedule_builders import DAY, link, plan, task

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.risk import Spread, simulate
from bim_supervise.schedule.tasks import TaskKind

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
