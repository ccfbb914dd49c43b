"""Working-time arithmetic."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_builders import NIGHT, OFFICE, WEEK, calendars

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime, merged
from bim_supervise.schedule.tasks import Calendar, CalendarException

FRIDAY_END = datetime(2026, 1, 9, 17)
MONDAY = datetime(2026, 1, 12, 8)
moments = st.datetimes(datetime(2025, 12, 20), datetime(2026, 4, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
amounts = st.integers(-20_000, 20_000).filter(bool)


def test_work_that_fills_the_day_finishes_at_its_end():
    week = WorkTime(WEEK)
    assert week.add(datetime(2026, 1, 9, 8), 480) == FRIDAY_END
    assert week.add(FRIDAY_END, 1) == datetime(2026, 1, 12, 8, 1)
    assert week.add(FRIDAY_END, 480) == datetime(2026, 1, 12, 17)
    assert week.add(FRIDAY_END, -480) == datetime(2026, 1, 9, 8)
    assert week.add(MONDAY, -1) == datetime(2026, 1, 9, 16, 59)


def test_adding_nothing_keeps_a_shift_end_and_leaves_the_night():
    week = WorkTime(WEEK)
    assert week.add(FRIDAY_END, 0) == FRIDAY_END
    assert week.add(FRIDAY_END + timedelta(minutes=1), 0) == MONDAY


def test_lunch_and_weekend_are_not_worked():
    week = WorkTime(WEEK)
    assert week.between(datetime(2026, 1, 9, 11), datetime(2026, 1, 9, 14)) == 120
    assert week.between(FRIDAY_END, MONDAY) == 0
    assert week.between(MONDAY, datetime(2026, 1, 9, 16)) == -60
    assert week.next_working(FRIDAY_END) == MONDAY
    assert week.previous_working(MONDAY) == FRIDAY_END
    assert not week.is_working(FRIDAY_END)
    assert week.is_working(MONDAY)


def test_exceptions_close_days_and_open_others_and_the_later_one_wins():
    calendar = Calendar(
        id="x",
        name="x",
        week=WEEK.week,
        exceptions=(
            CalendarException(first=date(2026, 1, 5), last=date(2026, 1, 9), name="closed"),
            CalendarException(first=date(2026, 1, 7), last=date(2026, 1, 7), shifts=((600, 660),)),
            CalendarException(first=date(2026, 1, 10), last=date(2026, 1, 10), shifts=OFFICE),
        ),
    )
    work = WorkTime(calendar)
    assert work.between(datetime(2026, 1, 5), datetime(2026, 1, 11)) == 60 + 480
    assert work.shifts_on(date(2026, 1, 7)) == ((600, 660),)
    assert work.next_working(datetime(2026, 1, 5, 8)) == datetime(2026, 1, 7, 10)


def test_a_night_shift_runs_through_midnight():
    night = WorkTime(NIGHT)
    assert night.add(datetime(2026, 1, 6, 22), 7 * 60) == datetime(2026, 1, 7, 5)


def test_a_far_question_is_answered_too():
    week = WorkTime(WEEK)
    week.add(MONDAY, 1)
    assert week.between(datetime(1995, 1, 2), datetime(1995, 1, 9)) == 2400
    assert week.between(datetime(2080, 1, 1), datetime(2080, 1, 8)) == 2400
    assert week.add(MONDAY, 2400 * 52 * 30) > datetime(2055, 1, 1)


def test_a_calendar_without_working_time_is_refused():
    with pytest.raises(InputRefused) as refusal:
        WorkTime(Calendar(id="e", name="Empty", week=((),) * 7))
    assert refusal.value.code == "calendar_no_working_time"
    assert "Empty" in refusal.value.message


def test_a_calendar_of_exceptions_alone_ends():
    calendar = Calendar(
        id="e",
        name="Outage",
        week=((),) * 7,
        exceptions=(CalendarException(first=date(2026, 1, 5), last=date(2026, 1, 6), shifts=((0, 1440),)),),
    )
    work = WorkTime(calendar)
    assert work.add(datetime(2026, 1, 5), 2880) == datetime(2026, 1, 7)
    for minutes in (2881, -1):
        with pytest.raises(InputRefused) as refusal:
            work.add(datetime(2026, 1, 5), minutes)
        assert refusal.value.code == "calendar_exhausted"


@pytest.mark.parametrize("shift", [(-1, 10), (10, 10), (20, 10), (0, 1441)])
def test_impossible_shifts_are_refused(shift):
    with pytest.raises(InputRefused) as refusal:
        merged((shift,))
    assert refusal.value.code == "shift_invalid"


def test_touching_shifts_are_one():
    assert merged(((600, 700), (0, 60), (50, 600))) == ((0, 700),)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, amounts)
def test_between_measures_what_add_added(calendar, moment, minutes):
    work = WorkTime(calendar)
    assert work.between(moment, work.add(moment, minutes)) == minutes


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, amounts)
def test_add_lands_in_working_time(calendar, moment, minutes):
    work = WorkTime(calendar)
    landed = work.add(moment, minutes)
    edge = landed - timedelta(minutes=1) if minutes > 0 else landed
    assert work.is_working(edge)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, moments, amounts)
def test_add_is_monotone(calendar, one, other, minutes):
    work = WorkTime(calendar)
    early, late = min(one, other), max(one, other)
    assert work.add(early, minutes) <= work.add(late, minutes)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, moments, moments)
def test_between_adds_up(calendar, a, b, c):
    work = WorkTime(calendar)
    assert work.between(a, b) + work.between(b, c) == work.between(a, c)
    assert work.between(a, b) == -work.between(b, a)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments)
def test_next_and_previous_lose_no_work(calendar, moment):
    work = WorkTime(calendar)
    after, before = work.next_working(moment), work.previous_working(moment)
    assert before <= moment <= after
    assert work.is_working(after)
    assert work.is_working(before - timedelta(minutes=1))
    assert work.between(before, after) == 0


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, moments)
def test_between_equals_counting_minute_by_minute(calendar, one, other):
    work = WorkTime(calendar)
    start = min(one, other)
    end = min(max(one, other), start + timedelta(days=2))
    counted = 0
    moment = start
    while moment < end:
        minute = moment.hour * 60 + moment.minute
        counted += any(first <= minute < last for first, last in work.shifts_on(moment.date()))
        moment += timedelta(minutes=1)
    assert work.between(start, end) == counted
