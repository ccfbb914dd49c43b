import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.events.observations import SubjectType
from bim_supervise.schedule.tasks import Calculation, Schedule, Task, TaskDates, TaskKind
from bim_supervise.tracking.fold import fold_elements, fold_states, installed_now, life_of, standing_facts
from bim_supervise.tracking.state import Fact

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
END = datetime(2026, 12, 31, tzinfo=UTC)


def day(number):
    return NOON + timedelta(days=number)


def fact(id_, kind, subject, at, value=None, *, subject_type=None, reporter="site engineer", **more):
    default = SubjectType.ELEMENT if subject.startswith("g") else SubjectType.TASK
    return Fact(
        id=id_, kind=kind, subject_type=subject_type or default, subject=subject, event_time=day(at),
        received_time=day(at), source="csv", reporter=reporter, value=value, **more,
    )  # fmt: skip


def schedule(*tasks, **more):
    return Schedule(
        name="plan", source_format="csv", sha256="", tasks=tasks, links=(), calendars=(),
        default_calendar="c", **more,
    )  # fmt: skip


def task(id_="t1", **more):
    return Task(id=id_, source_id=id_, name=id_, **more)


def state_of(facts, *, plan=None, links=(), as_of=END, **more):
    return fold_states(plan or schedule(task()), None, links, facts, as_of=as_of, zone=SHANGHAI, **more)[0]


def test_nothing_stated_is_unknown():
    state = state_of([], links=[("g1", "t1", "table")])
    assert (state.actual_start, state.complete, state.basis, state.quantity_done) == (None, None, None, None)
    assert [element.global_id for element in state.elements] == ["g1"]
    assert state.elements[0].installed is None


def test_the_earliest_start_counts_and_what_lies_ahead_is_not_known():
    facts = [fact("a", "task_started", "t1", 5), fact("b", "task_started", "t1", 2)]
    assert state_of(facts).actual_start == day(2)
    assert state_of(facts, as_of=day(1)).actual_start is None
    assert state_of(facts, as_of=day(2)).started.id == "b"


def test_a_correction_replaces_what_it_corrects_whenever_it_arrives():
    wrong = fact("a", "task_started", "t1", 2)
    right = fact("b", "task_started", "t1", 6, payload={"corrects": "a"})
    for facts in ([wrong, right], [right, wrong]):
        assert state_of(facts).actual_start == day(6)
        assert state_of(facts, as_of=day(3)).actual_start is None
    again = fact("c", "task_started", "t1", 4, payload={"corrects": ["a", "b"]})
    assert state_of([again, wrong, right]).actual_start == day(4)


@pytest.mark.parametrize(
    ("wrong", "correcting"),
    [
        ({}, {"kind": "task_finished"}),
        ({}, {"subject": "t2"}),
        ({"authenticated": True}, {"authenticated": False}),
    ],
)
def test_a_correction_of_something_else_or_by_nobody_is_ignored(wrong, correcting):
    first = fact("a", "task_started", "t1", 2, **wrong)
    given_ = {"kind": "task_started", "subject": "t1"} | correcting
    second = fact("b", given_.pop("kind"), given_.pop("subject"), 6, payload={"corrects": "a"}, **given_)
    assert first in standing_facts([first, second], END)


def test_a_finished_task_is_complete():
    state = state_of([fact("a", "task_finished", "t1", 3), fact("b", "percent_reported", "t1", 4, 40.0)])
    assert (state.complete, state.basis, state.actual_finish) == (1.0, "finished", day(3))
    assert state.actual_start is None


@pytest.mark.parametrize(
    ("facts", "done"),
    [
        ([("a", 1, 10.0, {}), ("b", 3, 25.0, {})], 25.0),
        ([("a", 3, 10.0, {}), ("b", 1, 25.0, {})], 10.0),
        ([("a", 3, 30.0, {}), ("b", 3, 25.0, {})], 25.0),
        ([("a", 1, 10.0, {"mode": "increment"}), ("b", 2, 5.0, {"mode": "increment"})], 15.0),
        (
            [("a", 1, 10.0, {"mode": "increment"}), ("b", 2, 5.0, {}), ("c", 3, 2.0, {"mode": "increment"})],
            7.0,
        ),
        ([("a", 1, 0.0, {})], 0.0),
        ([("a", 1, "ten", {}), ("b", 2, float("nan"), {})], None),
    ],
)
def test_quantities_are_totals_to_date_unless_marked_as_increments(facts, done):
    made = [
        fact(id_, "quantity_reported", "t1", at, value, payload=payload) for id_, at, value, payload in facts
    ]
    state = state_of(made, plan=schedule(task(quantity=50.0, unit="m3")))
    assert state.quantity_done == done
    assert len(state.quantity_facts) == len(made)
    if done is not None:
        assert (state.complete, state.basis) == (pytest.approx(done / 50), "quantity")


def test_an_amount_in_another_unit_is_kept_but_not_added_up():
    facts = [
        fact("a", "quantity_reported", "t1", 1, 10.0, unit="m³"),
        fact("b", "quantity_reported", "t1", 2, 9000.0, unit="kg"),
    ]
    state = state_of(facts, plan=schedule(task(quantity=40.0, unit="M3")))
    assert (state.quantity_done, len(state.quantity_facts)) == (10.0, 2)
    assert state_of(facts[1:], plan=schedule(task(quantity=40.0, unit="m3"))).quantity_done is None


def test_more_than_planned_is_complete_and_not_more():
    facts = [fact("a", "quantity_reported", "t1", 1, 60.0)]
    assert state_of(facts, plan=schedule(task(quantity=50.0))).complete == 1.0


def test_installed_elements_give_a_share_and_a_later_sighting_of_absence_takes_it_back():
    links = [(f"g{number}", "t1", "table") for number in range(4)]
    facts = [fact("a", "installed", "g0", 1), fact("b", "installed", "g1", 2), fact("c", "missing", "g2", 3)]
    state = state_of(facts, links=links)
    assert (state.complete, state.basis) == (0.5, "elements")
    taken = [*facts, fact("d", "missing", "g0", 4)]
    assert state_of(taken, links=links).complete == 0.25
    assert state_of([*taken, fact("e", "installed", "g0", 5)], links=links).complete == 0.5


def test_elements_seen_missing_alone_prove_no_progress_either_way():
    state = state_of([fact("a", "missing", "g1", 1)], links=[("g1", "t1", "x")])
    assert (state.complete, state.elements[0].missing[0].id) == (None, "a")


def test_quantity_speaks_before_elements_and_elements_before_percent():
    facts = [
        fact("a", "installed", "g0", 1),
        fact("b", "percent_reported", "t1", 1, 90.0),
        fact("c", "quantity_reported", "t1", 1, 5.0),
    ]
    links = [("g0", "t1", "table"), ("g1", "t1", "table")]
    with_quantity = schedule(task(quantity=50.0))
    assert state_of(facts, plan=with_quantity, links=links).basis == "quantity"
    assert state_of(facts, links=links).basis == "elements"
    assert state_of(facts).complete == 0.9


def test_the_latest_percent_counts_and_of_two_at_once_the_smaller():
    facts = [
        fact("a", "percent_reported", "t1", 1, 80.0),
        fact("b", "percent_reported", "t1", 2, 60.0),
        fact("c", "percent_reported", "t1", 2, 50.0),
    ]
    assert state_of(facts).complete == 0.5


def test_a_zero_percent_that_a_planning_tool_writes_everywhere_says_nothing():
    assert state_of([], plan=schedule(task(percent=0.0))).complete is None
    assert state_of([], plan=schedule(task(percent=30.0))).complete == 0.3
    assert state_of([fact("a", "percent_reported", "t1", 1, 0.0)]).complete == 0.0


def test_what_the_plan_knows_of_actual_times_holds_from_then_on():
    plan = schedule(
        task(actual_start=datetime(2026, 3, 2, 8), actual_finish=datetime(2026, 3, 6, 17)),
    )
    assert state_of([], plan=plan, as_of=datetime(2026, 3, 1, tzinfo=UTC)).actual_start is None
    state = state_of([], plan=plan, as_of=datetime(2026, 3, 6, 8, tzinfo=UTC))
    assert (state.actual_start, state.actual_finish) == (datetime(2026, 3, 2, 0, tzinfo=UTC), None)
    stated = state_of([fact("a", "task_started", "t1", 1)], plan=plan)
    assert (stated.actual_start, stated.basis) == (day(1), "finished")


def test_a_percent_of_the_plan_is_not_known_before_its_data_date():
    plan = schedule(task(percent=30.0), data_date=datetime(2026, 3, 10, 17))
    assert state_of([], plan=plan, as_of=datetime(2026, 3, 10, 8, 59, tzinfo=UTC)).complete is None
    assert state_of([], plan=plan, as_of=datetime(2026, 3, 10, 9, 0, tzinfo=UTC)).complete == 0.3


def test_planned_dates_are_those_of_the_file_and_else_the_calculated_ones():
    early = TaskDates(
        early_start=datetime(2026, 3, 2), early_finish=datetime(2026, 3, 3), late_start=datetime(2026, 3, 4),
        late_finish=datetime(2026, 3, 5), total_float_hours=16, free_float_hours=0, critical=False,
    )  # fmt: skip
    plan = schedule(task(start=datetime(2026, 4, 1)), task("t2"), task("s", kind=TaskKind.SUMMARY))
    states = fold_states(
        plan, Calculation(dates={"t1": early, "t2": early}), (), (), as_of=END, zone=SHANGHAI
    )
    assert [(state.task.id, state.planned_start, state.planned_finish) for state in states] == [
        ("t1", datetime(2026, 4, 1), datetime(2026, 3, 3)),
        ("t2", datetime(2026, 3, 2), datetime(2026, 3, 3)),
    ]


def test_budgets_fill_gaps_only():
    plan = schedule(task(), task("t2", budget=5.0))
    states = fold_states(plan, None, (), (), as_of=END, zone=SHANGHAI, budgets={"t1": 100.0, "t2": 100.0})
    assert [state.task.budget for state in states] == [100.0, 5.0]


def test_only_a_vouched_for_instrument_counts_as_a_device():
    facts = [
        fact("a", "installed", "g1", 1, authenticated=True),
        fact("b", "installed", "g1", 2, reporter="gate-1"),
        fact("c", "installed", "g1", 3, reporter="gate-1", authenticated=True),
    ]
    state = fold_elements(facts, as_of=END, instruments=["gate-1"])["g1"]
    assert (state.installed.id, state.installed_last.id, state.installed_by_device.id) == ("a", "c", "c")
    assert fold_elements(facts, as_of=END)["g1"].installed_by_device is None


def test_the_latest_inspection_counts_and_at_the_same_moment_the_failing_one():
    facts = [
        fact("c", "inspected", "g1", 1, "fail"),
        fact("b", "inspected", "g1", 2, "fail"),
        fact("z", "inspected", "g1", 2, "pass"),
    ]
    assert fold_elements(facts, as_of=END)["g1"].inspected.id == "b"
    assert fold_elements(facts, as_of=day(1))["g1"].inspected.id == "c"


def test_an_element_is_installed_while_nobody_has_seen_it_missing_since():
    state = fold_elements([fact("a", "installed", "g1", 2), fact("b", "missing", "g1", 1)], as_of=END)["g1"]
    assert installed_now(state)


KINDS = st.sampled_from(
    ["delivered", "installed", "missing", "inspected", "task_started", "task_finished", "quantity_reported"]
)


@st.composite
def statements(draw):
    made = []
    for number in range(draw(st.integers(0, 12))):
        kind = draw(KINDS)
        about_task = kind.startswith(("task", "quantity"))
        value = {
            "inspected": draw(st.sampled_from(["pass", "fail"])),
            "quantity_reported": draw(st.floats(0, 99)),
        }
        payload = draw(
            st.sampled_from([{}, {}, {"mode": "increment"}, {"corrects": "f0"}, {"corrects": ["f1", "f3"]}])
        )
        made.append(
            fact(
                f"f{number}", kind, "t1" if about_task else draw(st.sampled_from(["g1", "g2"])),
                draw(st.integers(0, 4)), value.get(kind), payload=payload, authenticated=draw(st.booleans()),
                reporter=draw(st.sampled_from(["gate-1", "li"])),
            )
        )  # fmt: skip
    return made


@settings(deadline=None)
@given(statements(), st.randoms(use_true_random=False), st.integers(-1, 5))
def test_the_order_and_repetition_of_statements_change_nothing(facts, shuffle: random.Random, moment):
    def fold(rows):
        return fold_states(
            schedule(task(quantity=50.0)), None, [("g1", "t1", "x"), ("g2", "t1", "x")], rows,
            as_of=day(moment), zone=SHANGHAI, instruments=["gate-1"],
        )  # fmt: skip

    mixed = [*facts, *facts]
    shuffle.shuffle(mixed)
    assert fold(mixed) == fold(facts)


@settings(deadline=None)
@given(statements(), st.integers(-1, 5))
def test_uncorrected_statements_of_later_days_change_no_earlier_state(facts, moment):
    known = [one for one in facts if one.event_time <= day(moment) or "corrects" in one.payload]
    args = {"as_of": day(moment), "links": [("g1", "t1", "x")]}
    assert state_of(facts, **args) == state_of(known, **args)


def test_a_large_site_folds_quickly():
    plan = schedule(*(task(f"t{number}") for number in range(121)))
    links = [(f"g{number}", f"t{number % 121}", "table") for number in range(3661)]
    facts = [fact(f"f{number}", "missing", f"g{number}", number % 30) for number in range(3505)]
    states = fold_states(plan, None, links, facts, as_of=END, zone=SHANGHAI)
    assert sum(len(state.elements) for state in states) == 3661


def test_the_life_of_an_element_in_one_word():
    def life(*facts):
        return life_of(fold_elements([*facts, fact("z", "inspected", "g1", 0, "pass")], as_of=END)["g1"])

    assert life() is None
    assert life(fact("a", "delivered", "g1", 1)) == "delivered"
    assert life(fact("a", "delivered", "g1", 1), fact("b", "missing", "g1", 2)) == "missing"
    assert life(fact("a", "installed", "g1", 1)) == "installed"
    assert life(fact("a", "installed", "g1", 1), fact("b", "missing", "g1", 2)) == "missing"
