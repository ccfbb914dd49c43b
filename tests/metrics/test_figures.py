"""Figures and percent complete of a set of tasks: unknown stays unknown, proven never exceeds claimed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.events.observations import SubjectType
from bim_supervise.metrics.figures import actual_costs, figures
from bim_supervise.metrics.planned_value import planned_value, planned_value_curve
from bim_supervise.metrics.progress import percent_complete
from bim_supervise.schedule.tasks import Task, TaskKind
from bim_supervise.tracking.planned_share import moment_of_share, planned_share
from bim_supervise.tracking.state import ElementState, Fact, TaskState

ZONE = ZoneInfo("Asia/Shanghai")
START, FINISH = datetime(2026, 3, 1), datetime(2026, 3, 11)
NOW = datetime(2026, 3, 5, tzinfo=ZONE).astimezone(UTC)
"""Four tenths of the way from START to FINISH."""


def a_fact(name, kind="cost_incurred", value=None, *, subject="A", about=SubjectType.TASK, **more):
    fields = {
        "id": name, "kind": kind, "subject_type": about, "subject": subject,
        "event_time": NOW - timedelta(hours=1), "received_time": NOW, "source": "ui", "reporter": "li",
        "value": value,
    }  # fmt: skip
    return Fact(**(fields | more))


def a_task(name="A", *, budget=1000.0, kind=TaskKind.TASK, planned=(START, FINISH), minutes=None, **state):
    task = Task(id=name, source_id=name, name=name, budget=budget, kind=kind, duration_minutes=minutes)
    return TaskState(task=task, planned_start=planned[0], planned_finish=planned[1], **state)


def an_element(name, *, device=False, missing=()):
    fact = a_fact(f"{name}-in", "installed", subject=name, about=SubjectType.ELEMENT)
    seen = tuple(
        a_fact(f"{name}-out", "missing", subject=name, about=SubjectType.ELEMENT, event_time=at)
        for at in missing
    )
    return ElementState(
        global_id=name, installed=fact, installed_by_device=fact if device else None, missing=seen
    )


def values(states, facts=(), **more):
    return {key: figure.value for key, figure in figures(states, facts, NOW, ZONE, **more).items()}


def test_earned_value_by_units_complete():
    facts = [a_fact("c1", value=300.0), a_fact("c2", value=150.0)]
    found = values([a_task(complete=0.36, basis="quantity")], facts)
    assert found["planned_value", "A"] == 400
    assert found["earned_value", "A"] == 360
    assert found["actual_cost", "A"] == 450
    assert found["budget_at_completion", "A"] == 1000
    assert (found["spi", None], found["cpi", None]) == (0.9, 0.8)
    assert found["estimate_at_completion", None] == 1250
    assert found["earned_value_known", None] == 1


def test_what_nobody_stated_is_absent_and_not_zero():
    found = values([a_task(), a_task("B", budget=None, planned=(None, None))])
    assert set(found) == {
        ("budget_at_completion", "A"),
        ("planned_value", "A"),
        ("budget_at_completion", None),
        ("planned_value", None),
        ("earned_value_known", None),
    }
    assert found["earned_value_known", None] == 0
    assert values([]) == {}


def test_the_share_of_the_plan_that_is_reported_on_stands_beside_the_sum():
    found = values([a_task(complete=1.0, basis="finished"), a_task("B", budget=3000.0)])
    assert found["earned_value", None] == 1000
    assert found["spi", None] == 1000 / 1600
    assert found["earned_value_known", None] == 0.25


def test_figures_name_what_they_came_from():
    element = an_element("W1")
    reported = a_fact("q1", "quantity_reported", 36.0)
    found = figures(
        [
            a_task("A", complete=0.36, basis="quantity", quantity_facts=(reported,)),
            a_task("B", complete=1.0, basis="elements", elements=(element,)),
            a_task("C", complete=0.5, basis="percent"),
        ],
        [a_fact("c1", value=5.0)],
        NOW,
        ZONE,
        "CNY",
    )
    assert found["earned_value", "A"].evidence == ("fact:q1",)
    assert found["earned_value", "B"].evidence == ("fact:W1-in",)
    assert found["earned_value", "C"].evidence == ("plan:C",)
    assert found["actual_cost", "A"].evidence == ("fact:c1",)
    assert found["actual_cost", None].unit == "CNY"


def test_costs_add_up_corrections_count_and_other_currencies_do_not():
    facts = [
        a_fact("a", value=100.0, unit="CNY"),
        a_fact("b", value=-20.0),
        a_fact("c", value=999.0),
        a_fact("d", value=9.0, payload={"corrects": "c"}),
        a_fact("e", value=7.0, unit="EUR"),
        a_fact("f", value=5.0, subject="W1", about=SubjectType.ELEMENT),
        a_fact("g", value=1.0, event_time=NOW + timedelta(days=1)),
        a_fact("h", "remark", "expensive"),
    ]
    costs = actual_costs(facts, NOW, "CNY")
    assert {task: figure.value for task, figure in costs.by_task.items()} == {"A": 89.0}
    assert costs.total.value == 94.0
    assert costs.left_out == ("fact:e",)
    assert actual_costs([], NOW).total is None


def test_the_planned_curve_is_linear_and_milestones_step():
    states = [a_task(), a_task("M", budget=100.0, kind=TaskKind.MILESTONE, planned=(FINISH, FINISH))]
    moments = [datetime(2026, 3, day, tzinfo=ZONE) for day in (1, 6, 10, 11, 12)]
    assert planned_value_curve(states, moments, ZONE) == [0, 500, 900, 1100, 1100]
    assert planned_value([a_task(budget=None)], NOW, ZONE) is None


@given(st.floats(0, 1))
def test_the_moment_of_a_share_turns_the_curve_around(share):
    found = planned_share(START, FINISH, moment_of_share(START, FINISH, share))
    assert found == pytest.approx(share, abs=1e-9)


def test_percent_on_three_axes():
    states = [
        a_task("A", budget=600.0, complete=1.0, elements=(an_element("W1", device=True), an_element("W2"))),
        a_task("B", budget=400.0, complete=0.5),
    ]
    found = percent_complete(states, {"A"}, NOW, ZONE)
    assert (found.basis, found.planned) == ("budget", pytest.approx(40))
    assert (found.claimed, found.accepted) == (pytest.approx(80), pytest.approx(60))
    assert (found.corroborated, found.proven) == (pytest.approx(30), pytest.approx(30))
    unsigned = percent_complete(states, (), NOW, ZONE)
    assert (unsigned.accepted, unsigned.proven) == (0, 0)


def test_percent_is_unknown_where_nobody_has_spoken():
    found = percent_complete([a_task(), a_task("B")], (), NOW, ZONE)
    assert found.planned == pytest.approx(40)
    assert (found.claimed, found.accepted, found.corroborated, found.proven) == (None,) * 4


def test_corroborated_and_proven_are_unknown_without_a_device():
    found = percent_complete([a_task(complete=1.0)], {"A"}, NOW, ZONE)
    assert (found.accepted, found.corroborated, found.proven) == (100, None, None)


def test_an_element_seen_missing_after_the_device_saw_it_is_not_corroborated():
    element = an_element("W1", device=True, missing=[NOW])
    found = percent_complete([a_task(complete=1.0, elements=(element,))], (), NOW, ZONE)
    assert found.corroborated is None


def test_a_released_gate_is_a_statement_that_the_task_is_finished():
    found = percent_complete([a_task(), a_task("B")], {"A"}, NOW, ZONE)
    assert (found.claimed, found.accepted) == (50, 50)


@pytest.mark.parametrize(
    ("states", "basis"),
    [
        ([a_task(), a_task("M", budget=None, kind=TaskKind.MILESTONE)], "budget"),
        ([a_task(), a_task("B", budget=None)], "duration"),
        ([a_task(budget=0.0)], "duration"),
        ([a_task(budget=None, minutes=480), a_task("B", budget=None, minutes=0)], "duration"),
        ([a_task(budget=None, planned=(None, None))], "tasks"),
        ([], "tasks"),
    ],
)
def test_the_basis_is_the_best_weight_that_every_task_has(states, basis):
    assert percent_complete(states, (), NOW, ZONE).basis == basis


def test_working_minutes_weigh_before_planned_days():
    states = [
        a_task("A", budget=None, minutes=300, complete=1.0),
        a_task("B", budget=None, minutes=100, complete=0.0),
    ]
    assert percent_complete(states, (), NOW, ZONE).claimed == 75


SHARE = st.none() | st.floats(0, 1)
TASKS = st.lists(
    st.builds(
        lambda n, budget, complete, seen: a_task(
            f"T{n}",
            budget=budget,
            complete=complete,
            elements=tuple(an_element(f"{n}-{i}", device=i < seen) for i in range(3)) if complete else (),
        ),
        st.integers(0, 5),
        st.floats(1, 1e6),
        SHARE,
        st.integers(0, 3),
    ),
    max_size=6,
)


@given(TASKS, st.sets(st.sampled_from([f"T{n}" for n in range(6)])))
def test_proven_is_within_accepted_and_corroborated_and_those_within_claimed(states, released):
    found = percent_complete(states, released, NOW, ZONE)
    claimed = found.claimed
    for part in (found.accepted, found.corroborated):
        assert part is None or (claimed is not None and -1e-9 <= part <= claimed + 1e-9 <= 100 + 2e-9)
    if found.proven is not None:
        assert found.proven <= min(found.accepted, found.corroborated) + 1e-9
