"""The critical path method: worked examples and properties."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_builders import ALL_DAYS, CALENDARS, DAY, MONDAY, link, plan, plans, task

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import ALWAYS, WorkTime
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.tasks import Calendar, Constraint, ConstraintType, LinkType, TaskKind


def at(day: int, hour: int = 8, minute: int = 0) -> datetime:
    """January 2026; the 5th is a Monday."""
    return datetime(2026, 1, day, hour, minute)


def early(calculation, name):
    dates = calculation.dates[name]
    return dates.early_start, dates.early_finish


def late(calculation, name):
    dates = calculation.dates[name]
    return dates.late_start, dates.late_finish


def constraint(kind: str, moment: datetime | None = None) -> Constraint:
    return Constraint(type=ConstraintType(kind), at=moment)


# -- links and lags --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "lag", "expected"),
    [
        ("FS", 0, (at(7), at(7, 17))),
        ("FS", DAY, (at(8), at(8, 17))),
        ("FS", -DAY, (at(6), at(6, 17))),
        ("FS", 3 * DAY, (at(12), at(12, 17))),
        ("SS", 0, (at(5), at(5, 17))),
        ("SS", DAY, (at(6), at(6, 17))),
        ("FF", 0, (at(6), at(6, 17))),
        ("FF", DAY, (at(7), at(7, 17))),
        ("SF", 2 * DAY, (at(6), at(6, 17))),
    ],
)
def test_each_link_type_with_lag(kind, lag, expected):
    result = calculate(plan([task("a", 2 * DAY), task("b")], [link("a", "b", kind, lag)]))
    assert early(result, "b") == expected


def test_an_elapsed_lag_runs_through_the_weekend():
    rows = [task("a", 5 * DAY), task("b")]
    result = calculate(plan(rows, [link("a", "b", lag=2 * 1440, elapsed=True)]))
    assert early(result, "b") == (at(12), at(12, 17))


def test_an_elapsed_duration_runs_through_the_weekend():
    rows = [task("a", 5 * DAY), task("b", 3 * 1440, duration_elapsed=True), task("c")]
    result = calculate(plan(rows, [link("a", "b"), link("b", "c")]))
    assert early(result, "b") == (at(9, 17), at(12, 17))
    assert early(result, "c") == (at(13), at(13, 17))


def test_a_lag_is_counted_in_the_successors_calendar():
    rows = [task("a", 5 * DAY), task("b", 60, calendar="all")]
    result = calculate(plan(rows, [link("a", "b", lag=960)]))
    assert early(result, "b")[0] == at(10, 17)  # 5 h on Friday until 22:00, 11 h on Saturday from 06:00
    turned = calculate(plan([task("a", 60, calendar="all"), task("b")], [link("a", "b", lag=DAY)]))
    assert early(turned, "b")[0] == at(6, 9)


def test_float_and_critical_path():
    rows = [task("a"), task("b", 3 * DAY), task("c"), task("d")]
    links = [link("a", "b"), link("a", "c"), link("b", "d"), link("c", "d")]
    result = calculate(plan(rows, links))
    assert result.critical == ("a", "b", "d")
    assert result.dates["c"].total_float_hours == 16
    assert result.dates["c"].free_float_hours == 16
    assert late(result, "c") == (at(8), at(8, 17))
    assert (result.start, result.finish) == (at(5), at(9, 17))


def test_free_float_is_the_leeway_to_the_nearest_successor():
    rows = [task("a", 5 * DAY), task("b"), task("c"), task("d")]
    links = [link("b", "c"), link("a", "d"), link("c", "d")]
    result = calculate(plan(rows, links))
    assert result.dates["b"].total_float_hours == 24
    assert result.dates["b"].free_float_hours == 0
    assert result.dates["c"].free_float_hours == 24


def test_float_is_measured_in_the_tasks_own_calendar():
    result = calculate(plan([task("a", 10 * DAY), task("b", 960, calendar="all")]))
    assert early(result, "b") == (at(5), at(6))
    assert result.dates["b"].total_float_hours == WorkTime(ALL_DAYS).between(at(6), at(16, 17)) / 60


def test_a_milestone_keeps_the_time_of_what_drives_it():
    result = calculate(plan([task("a"), task("m", 0, kind=TaskKind.MILESTONE)], [link("a", "m")]))
    assert early(result, "m") == (at(5, 17), at(5, 17))
    assert late(result, "m") == (at(5, 17), at(5, 17))


def test_a_finish_asked_for_at_the_start_of_a_shift_is_shown_there():
    rows = [task("a", constraint=constraint("SNET", at(6))), task("b")]
    result = calculate(plan(rows, [link("a", "b", "SF")]))
    assert early(result, "b") == (at(5), at(6))


# -- constraints -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "moment", "expected"),
    [
        ("SNET", at(8), (at(8), at(8, 17))),
        ("SNET", at(10), (at(12), at(12, 17))),
        ("SNET", datetime(2025, 12, 1, 8), (at(6), at(6, 17))),
        ("FNET", at(8, 17), (at(8), at(8, 17))),
        ("MSO", at(9), (at(9), at(9, 17))),
        ("MFO", at(9, 17), (at(9), at(9, 17))),
        ("SNLT", at(9), (at(6), at(6, 17))),
        ("FNLT", at(9, 17), (at(6), at(6, 17))),
    ],
)
def test_each_constraint_on_a_linked_task(kind, moment, expected):
    rows = [task("a"), task("b", constraint=constraint(kind, moment))]
    result = calculate(plan(rows, [link("a", "b")]))
    assert early(result, "b") == expected
    assert not result.problems


@pytest.mark.parametrize("kind", ["MSO", "SNLT"])
def test_a_constraint_wins_over_a_link_which_is_listed(kind):
    rows = [task("a", 3 * DAY), task("b", constraint=constraint(kind, at(6)))]
    result = calculate(plan(rows, [link("a", "b")]))
    assert early(result, "b") == (at(6), at(6, 17))
    assert result.dates["a"].total_float_hours == -16
    assert result.dates["a"].critical
    assert [problem.reason for problem in result.problems] == ["link_broken_by_constraint"]
    assert "Task a" in result.problems[0].what


@pytest.mark.parametrize("kind", ["MFO", "FNLT"])
def test_a_finish_constraint_wins_over_a_link(kind):
    rows = [task("a", 3 * DAY), task("b", constraint=constraint(kind, at(6, 17)))]
    result = calculate(plan(rows, [link("a", "b")]))
    assert early(result, "b") == (at(6), at(6, 17))
    assert result.dates["a"].total_float_hours == -16


def test_no_later_than_limits_the_late_dates():
    rows = [task("a", 5 * DAY), task("b", constraint=constraint("FNLT", at(6, 17)))]
    result = calculate(plan(rows))
    assert late(result, "b") == (at(6), at(6, 17))
    assert result.dates["b"].total_float_hours == 8


def test_a_missed_deadline_gives_negative_float_and_moves_nothing():
    rows = [task("a", 3 * DAY), task("b", deadline=at(6, 17))]
    result = calculate(plan(rows, [link("a", "b")]))
    assert early(result, "b") == (at(8), at(8, 17))
    assert result.dates["b"].total_float_hours == -16
    assert result.dates["a"].total_float_hours == -16
    assert result.critical == ("a", "b")


def test_as_late_as_possible_takes_its_float():
    rows = [task("a", 5 * DAY), task("b", constraint=constraint("ALAP"))]
    result = calculate(plan(rows))
    assert early(result, "b") == (at(9), at(9, 17))
    assert result.dates["b"].total_float_hours == 0


def test_a_manual_task_stays_where_it_was_put():
    rows = [task("a", 3 * DAY), task("b", manual=True, start=at(6, 9), finish=at(6, 18)), task("c")]
    result = calculate(plan(rows, [link("a", "b"), link("b", "c")]))
    assert early(result, "b") == (at(6, 9), at(6, 18))
    assert early(result, "c") == (at(7), at(7, 17))
    assert [problem.reason for problem in result.problems] == ["link_broken_by_manual_dates"]


def test_a_manual_task_without_dates_is_scheduled_and_listed():
    result = calculate(plan([task("a", manual=True)]))
    assert early(result, "a") == (at(5), at(5, 17))
    assert [problem.reason for problem in result.problems] == ["manual_without_dates"]


# -- progress --------------------------------------------------------------------------------------


def test_finished_work_is_where_it_was_and_is_not_critical():
    rows = [task("a", 2 * DAY, actual_start=at(5, 10), actual_finish=at(8, 12)), task("b")]
    result = calculate(plan(rows, [link("a", "b")]))
    assert early(result, "a") == (at(5, 10), at(8, 12))
    assert early(result, "b") == (at(8, 13), at(9, 12))
    assert not result.dates["a"].critical


def test_what_remains_is_done_after_the_data_date():
    rows = [task("a", 4 * DAY, actual_start=at(5), percent=50.0), task("b"), task("c")]
    result = calculate(plan(rows, [link("a", "b")]), data_date=at(9))
    assert early(result, "a") == (at(5), at(12, 17))
    assert early(result, "b") == (at(13), at(13, 17))
    assert early(result, "c") == (at(9), at(9, 17))
    assert not result.problems


def test_without_a_data_date_started_work_finishes_as_planned():
    rows = [task("a", 4 * DAY, actual_start=at(6), percent=25.0)]
    assert early(calculate(plan(rows)), "a") == (at(6), at(9, 17))


def test_started_work_waits_for_its_predecessor_to_go_on():
    rows = [task("a", 4 * DAY), task("b", 2 * DAY, actual_start=at(5), remaining_minutes=DAY)]
    result = calculate(plan(rows, [link("a", "b")]), data_date=at(6))
    assert early(result, "b") == (at(5), at(12, 17))


def test_an_unknown_remaining_duration_is_listed():
    rows = [task("a", 4 * DAY, actual_start=at(5))]
    result = calculate(plan(rows), data_date=at(7))
    assert early(result, "a") == (at(5), at(8, 17))
    assert [problem.reason for problem in result.problems] == ["remaining_unknown"]


# -- summaries, odd rows, refusals -----------------------------------------------------------------


def test_summary_tasks_are_rolled_up():
    rows = [
        task("s", None, kind=TaskKind.SUMMARY),
        task("a", parent="s"),
        task("b", 3 * DAY, parent="s"),
        task("c", 4 * DAY),
    ]
    result = calculate(plan(rows, [link("a", "b")]))
    assert early(result, "s") == (at(5), at(8, 17))
    assert result.dates["s"].total_float_hours == 0
    assert result.dates["s"].critical


def test_links_of_summary_tasks_tie_all_below():
    rows = [task("s", None), task("a", parent="s"), task("b", 3 * DAY, parent="s")]
    rows += [task("t", None), task("x", parent="t"), task("y", 2 * DAY, parent="t")]
    result = calculate(plan(rows, [link("s", "t", lag=DAY)]))
    assert early(result, "x")[0] == early(result, "y")[0] == at(9)
    assert result.critical == ("b", "s", "t", "y")
    assert late(result, "a") == (at(7), at(7, 17))


def test_a_summarys_start_constraint_and_deadline_hold_for_all_below():
    rows = [
        task("s", None, constraint=constraint("SNET", at(7)), deadline=at(7, 17)),
        task("a", 2 * DAY, parent="s"),
    ]
    result = calculate(plan(rows))
    assert early(result, "a") == (at(7), at(8, 17))
    assert result.dates["a"].total_float_hours == -8


def test_a_link_to_the_finish_of_a_summary_is_listed_not_guessed():
    rows = [task("s", None), task("a", parent="s"), task("b")]
    result = calculate(plan(rows, [link("b", "s", "FF")]))
    assert [problem.reason for problem in result.problems] == ["link_to_summary_finish"]


def test_a_missing_duration_follows_from_the_dates_and_is_listed():
    rows = [task("a", None, start=at(5), finish=at(6, 17)), task("b", None)]
    result = calculate(plan(rows))
    assert early(result, "a") == (at(5), at(6, 17))
    assert [problem.reason for problem in result.problems] == ["duration_from_dates", "duration_unknown"]


def test_the_project_start_follows_from_the_tasks_when_the_file_has_none():
    assert calculate(plan([task("a", start=at(7))], project_start=None)).start == at(7)
    with pytest.raises(InputRefused) as refusal:
        calculate(plan([task("a")], project_start=None))
    assert refusal.value.code == "schedule_no_start"


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        (plan([]), "schedule_empty"),
        (plan([task("a", calendar="zz")]), "calendar_unknown"),
        (
            plan([task("a")], calendars=(Calendar(id="week", name="Never", week=((),) * 7),)),
            "calendar_no_working_time",
        ),
        (plan([task("a"), task("b")], [link("a", "b"), link("b", "a")]), "schedule_cycle"),
        (plan([task("a")], [link("a", "b")]), "link_unknown_task"),
    ],
)
def test_what_cannot_be_calculated_is_refused(schedule, code):
    with pytest.raises(InputRefused) as refusal:
        calculate(schedule)
    assert refusal.value.code == code


# -- properties ------------------------------------------------------------------------------------


WORK = {calendar.id: WorkTime(calendar) for calendar in CALENDARS}


def _work(schedule, row):
    return WORK[row.calendar or schedule.default_calendar]


def _violations(schedule, start, finish):
    """Links that the given dates (attribute names) break by working time of the successor's calendar."""
    result = calculate(schedule)
    assert not result.problems
    rows = {row.id: row for row in schedule.tasks}
    for tie in schedule.links:
        before, after = result.dates[tie.predecessor], result.dates[tie.successor]
        lag_work = _work(schedule, rows[tie.successor])
        base = getattr(before, start if tie.type in (LinkType.SS, LinkType.SF) else finish)
        if tie.lag_elapsed:
            asked = base + timedelta(minutes=tie.lag_minutes)
        else:
            asked = lag_work.add(base, tie.lag_minutes) if tie.lag_minutes else base
        got = getattr(after, start if tie.type in (LinkType.FS, LinkType.SS) else finish)
        if lag_work.between(asked, got) < 0:
            yield tie


@settings(max_examples=80, deadline=None)
@given(plans())
def test_no_link_is_violated(schedule):
    assert not list(_violations(schedule, "early_start", "early_finish"))


@settings(max_examples=80, deadline=None)
@given(plans(kinds=(LinkType.FS, LinkType.FF)))
def test_the_late_dates_keep_the_links_too(schedule):
    assert not list(_violations(schedule, "late_start", "late_finish"))


@settings(max_examples=80, deadline=None)
@given(plans(summaries=True, mixed=False))
def test_early_is_never_after_late_and_floats_agree(schedule):
    result = calculate(schedule)
    for dates in result.dates.values():
        assert dates.early_start <= dates.late_start
        assert dates.early_finish <= dates.late_finish
        assert dates.total_float_hours >= 0
        assert dates.critical == (dates.total_float_hours == 0)
        assert dates.early_start <= dates.early_finish
    assert result.critical


@settings(max_examples=80, deadline=None)
@given(plans(mixed=False))
def test_free_float_is_never_more_than_total_float(schedule):
    for dates in calculate(schedule).dates.values():
        assert 0 <= dates.free_float_hours <= dates.total_float_hours


@settings(max_examples=50, deadline=None)
@given(plans(summaries=True), st.randoms())
def test_the_order_of_rows_and_links_changes_nothing(schedule, random):
    tasks, links = list(schedule.tasks), list(schedule.links)
    random.shuffle(tasks)
    random.shuffle(links)
    shuffled = replace(schedule, tasks=tuple(tasks), links=tuple(links))
    assert calculate(shuffled).dates == calculate(schedule).dates


@settings(max_examples=50, deadline=None)
@given(plans())
def test_durations_are_kept(schedule):
    result = calculate(schedule)
    for row in schedule.tasks:
        work = WorkTime(ALWAYS) if row.duration_elapsed else _work(schedule, row)
        dates = result.dates[row.id]
        assert work.between(dates.early_start, dates.early_finish) == row.duration_minutes
        assert work.between(dates.late_start, dates.late_finish) == row.duration_minutes


@settings(max_examples=50, deadline=None)
@given(plans(max_tasks=8), st.integers(0, 7), st.integers(0, 20))
def test_start_no_earlier_than_is_kept(schedule, number, days):
    moment = MONDAY + timedelta(days=days)
    tasks = list(schedule.tasks)
    number %= len(tasks)
    tasks[number] = replace(tasks[number], constraint=constraint("SNET", moment))
    result = calculate(replace(schedule, tasks=tuple(tasks)))
    assert result.dates[tasks[number].id].early_start >= moment


@settings(max_examples=50, deadline=None)
@given(plans(max_tasks=8), st.integers(0, 20))
def test_nothing_unstarted_lies_before_the_data_date(schedule, days):
    moment = MONDAY + timedelta(days=days)
    result = calculate(schedule, data_date=moment)
    assert all(dates.early_start >= moment for dates in result.dates.values())


@settings(max_examples=50, deadline=None)
@given(plans(max_tasks=8))
def test_a_closed_circle_is_always_refused(schedule):
    first, last = schedule.tasks[0].id, schedule.tasks[-1].id
    ring = [link(str(n), str(n + 1)) for n in range(len(schedule.tasks) - 1)] + [link(last, first)]
    with pytest.raises(InputRefused) as refusal:
        calculate(replace(schedule, links=(*schedule.links, *ring)))
    assert refusal.value.code == "schedule_cycle"
    assert refusal.value.params["tasks"]
