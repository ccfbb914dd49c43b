"""The critical path method by Primavera's conventions: worked examples and properties."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_builders import ALL_DAYS, DAY, MONDAY, WEEK, link, plan, plans, task

from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.tasks import (
    Constraint,
    ConstraintType,
    FloatBasis,
    LagCalendar,
    Method,
    ProgressMode,
    SchedulingRules,
    TaskKind,
)


def at(day: int, hour: int = 8, minute: int = 0) -> datetime:
    """January 2026; the 5th is a Monday."""
    return datetime(2026, 1, day, hour, minute)


def ruled(schedule, **options):
    rules = SchedulingRules(method=Method.PRIMAVERA, **options)
    calendars = tuple(
        replace(calendar, rules=rules) if calendar.id == schedule.default_calendar else calendar
        for calendar in schedule.calendars
    )
    return replace(schedule, calendars=calendars)


def p6(tasks, links=(), *, data_date=MONDAY, **options):
    return calculate(ruled(plan(tasks, links, data_date=data_date), **options))


def limited(*pairs) -> Constraint:
    chain = None
    for kind, moment in reversed(pairs):
        chain = Constraint(type=ConstraintType(kind), at=moment, also=chain)
    return chain


def early(calculation, name):
    dates = calculation.dates[name]
    return dates.early_start, dates.early_finish


def late(calculation, name):
    dates = calculation.dates[name]
    return dates.late_start, dates.late_finish


@pytest.mark.parametrize(
    ("option", "start"),
    [
        (LagCalendar.PREDECESSOR, at(12)),
        (LagCalendar.SUCCESSOR, at(15)),
        (LagCalendar.PROJECT, at(15)),
    ],
)
def test_lag_calendars(option, start):
    """24 working hours after Friday 22:00: Sunday 14:00 at 16 hours a day, Wednesday 17:00 at 8 a weekday."""
    rows = [task("a", 5 * 16 * 60, calendar="all"), task("b", 60)]
    schedule = plan(rows, [link("a", "b", lag=24 * 60)], project_start=at(5, 6), data_date=at(5, 6))
    assert calculate(ruled(schedule, lag_calendar=option)).dates["b"].early_start == start


def test_milestones_stand_at_the_edges_of_shifts():
    rows = [task("a"), *(task(name, 0, kind=TaskKind.MILESTONE) for name in ("start", "finish"))]
    links = [link("a", "start"), link("a", "finish")]
    result = p6(rows, links, finish_milestones=("finish",))
    assert early(result, "start") == (at(6), at(6))
    assert early(result, "finish") == (at(5, 17), at(5, 17))


def test_a_not_later_than_date_yields_negative_float_and_moves_nothing():
    rows = [task("a", 3 * DAY), task("b", constraint=limited(("FNLT", at(7, 17))))]
    result = p6(rows, [link("a", "b")])
    assert early(result, "b") == (at(8), at(8, 17))
    assert late(result, "b") == (at(7), at(7, 17))
    assert result.dates["a"].total_float_hours == -8
    assert result.critical == ("a", "b")


def test_start_on_holds_both_ways():
    rows = [task("a"), task("b", constraint=limited(("SNET", at(8)), ("SNLT", at(8))))]
    result = p6(rows, [link("a", "b")])
    assert early(result, "b") == late(result, "b") == (at(8), at(8, 17))
    assert result.dates["a"].total_float_hours == 16


@pytest.mark.parametrize(("kind", "moment"), [("MSO", at(6)), ("MFO", at(6, 17))])
def test_a_mandatory_date_breaks_logic_and_says_so(kind, moment):
    rows = [task("a", 3 * DAY), task("b", constraint=limited((kind, moment)))]
    result = p6(rows, [link("a", "b")])
    assert early(result, "b") == late(result, "b") == (at(6), at(6, 17))
    assert [item.reason for item in result.problems] == ["link_broken_by_constraint"]
    assert result.dates["a"].total_float_hours == -16


def test_an_expected_finish_sets_the_duration():
    rows = [task("a", constraint=limited(("XF", at(8, 17)))), task("b")]
    assert early(p6(rows, [link("a", "b")]), "b") == (at(9), at(9, 17))
    assert early(p6(rows, [link("a", "b")], use_expected_finish=False), "b") == (at(6), at(6, 17))


def test_as_late_as_possible_takes_the_free_float_only():
    rows = [task("a", constraint=limited(("ALAP", None))), task("b", 3 * DAY), task("c"), task("d", 9 * DAY)]
    result = p6(rows, [link("a", "c"), link("b", "c")])
    assert early(result, "a") == (at(7), at(7, 17))
    assert early(result, "c") == (at(8), at(8, 17))


def test_work_goes_on_after_the_data_date():
    rows = [
        task("a", 5 * DAY, actual_start=at(5), remaining_minutes=2 * DAY),
        task("b"),
        task("c", actual_start=at(5), actual_finish=at(6, 17)),
    ]
    result = p6(rows, [link("a", "b")], data_date=at(7, 17))
    assert early(result, "a") == (at(8), at(9, 17))
    assert early(result, "b") == (at(12), at(12, 17))
    assert early(result, "c") == late(result, "c") == (at(5), at(6, 17))
    assert not result.dates["c"].critical


@pytest.mark.parametrize(
    ("mode", "start"), [(ProgressMode.RETAINED_LOGIC, at(9)), (ProgressMode.PROGRESS_OVERRIDE, at(7))]
)
def test_work_begun_out_of_sequence(mode, start):
    rows = [task("a", 2 * DAY), task("b", 4 * DAY, actual_start=at(5), remaining_minutes=DAY)]
    result = p6(rows, [link("a", "b")], data_date=at(7), progress=mode)
    assert result.dates["b"].early_start == start


@pytest.mark.parametrize("mode", ProgressMode)
@pytest.mark.parametrize(
    ("resumes", "start"), [(at(8), at(8)), (at(10), at(12)), (at(6), at(7)), (None, at(7))]
)
def test_suspended_work_goes_on_at_the_date_to_resume(mode, resumes, start):
    rows = [task("a", 4 * DAY, actual_start=at(5), remaining_minutes=DAY, resumes=resumes), task("b")]
    result = p6(rows, [link("a", "b")], data_date=at(7), progress=mode)
    assert early(result, "a") == (start, start.replace(hour=17))
    assert result.dates["b"].early_start == {at(7): at(8), at(8): at(9), at(12): at(13)}[start]
    assert result.dates["a"].total_float_hours == 0


def test_a_date_to_resume_holds_no_work_that_has_not_begun_or_is_done():
    rows = [
        task("a", resumes=at(9)),
        task("b", actual_start=at(5), actual_finish=at(5, 17), resumes=at(9)),
    ]
    result = p6(rows, data_date=at(7))
    assert result.dates["a"].early_start == at(7)
    assert result.dates["b"].early_finish == at(5, 17)


def test_the_data_date_given_wins_over_the_plans():
    schedule = ruled(plan([task("a")], data_date=at(5)))
    assert calculate(schedule, data_date=at(8)).dates["a"].early_start == at(8)
    assert calculate(schedule).dates["a"].early_start == at(5)


def test_remaining_duration_counts_before_the_start_too():
    assert early(p6([task("a", 5 * DAY, remaining_minutes=DAY)]), "a") == (at(5), at(5, 17))


def test_a_level_of_effort_spans_what_it_is_tied_to_and_drives_nothing():
    effort = task("e", DAY, kind=TaskKind.LEVEL_OF_EFFORT)
    rows = [task("a"), task("b", 2 * DAY), task("c", 3 * DAY), effort, task("d")]
    links = [link("a", "b"), link("b", "c"), link("b", "e", "SS"), link("c", "e", "FF"), link("e", "d")]
    result = p6(rows, links)
    assert early(result, "e") == (at(6), at(12, 17))
    assert early(result, "d") == (at(5), at(5, 17))


def test_must_finish_by_and_float_basis():
    result = p6([task("a"), task("b", 3 * DAY)], must_finish_by=at(6, 17))
    assert result.dates["b"].total_float_hours == -8
    assert result.dates["a"].total_float_hours == 8
    rows = [task("a", 4 * DAY, actual_start=at(5), remaining_minutes=DAY), task("b", 3 * DAY)]
    for basis in FloatBasis:
        assert p6(rows, float_basis=basis).dates["a"].total_float_hours == 16


def test_near_critical_tasks_count_as_critical():
    rows = [task("a", 2 * DAY), task("b", 3 * DAY)]
    assert p6(rows).critical == ("b",)
    assert set(p6(rows, critical_float_minutes=DAY).critical) == {"a", "b"}


def test_the_rest_of_a_wbs_summary():
    rows = [task("s", None, kind=TaskKind.SUMMARY), task("a", parent="s"), task("b", 2 * DAY, parent="s")]
    result = p6(rows, [link("a", "b")])
    assert early(result, "s") == (at(5), at(7, 17))


@settings(max_examples=60, deadline=None)
@given(plans(), st.sampled_from(LagCalendar))
def test_every_link_is_kept_and_no_float_is_negative(schedule, lag_calendar):
    result = calculate(ruled(replace(schedule, data_date=MONDAY), lag_calendar=lag_calendar))
    assert result.dates.keys() == {one.id for one in schedule.tasks}
    assert not result.problems
    for dates in result.dates.values():
        assert dates.early_start >= MONDAY
        assert dates.early_finish >= dates.early_start
        assert dates.early_finish <= result.finish
    assert any(dates.critical for dates in result.dates.values())


@settings(max_examples=40, deadline=None)
@given(plans(), st.data())
def test_one_calendar_without_lags_leaves_no_negative_float(schedule, data):
    tasks = tuple(replace(one, calendar=None, duration_elapsed=False) for one in schedule.tasks)
    links = tuple(replace(one, lag_minutes=0) for one in schedule.links)
    calendar = data.draw(st.sampled_from((WEEK, ALL_DAYS)))
    changed = replace(
        schedule,
        tasks=tasks,
        links=links,
        calendars=(calendar,),
        default_calendar=calendar.id,
        data_date=MONDAY,
    )
    result = calculate(ruled(changed))
    for dates in result.dates.values():
        assert dates.total_float_hours >= 0
        assert dates.free_float_hours >= 0
