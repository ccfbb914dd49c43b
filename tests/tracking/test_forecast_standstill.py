"""A stop order takes its own working time from the forecast: no more, no less, and nothing after its lift."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bim_supervise.core.clock import to_utc
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.tasks import Calendar, Link, Method, Schedule, SchedulingRules, Task
from bim_supervise.tracking.forecast import forecast
from bim_supervise.tracking.state import TaskState

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 8, 0)
DAY = 8 * 60
SHIFTS = ((8 * 60, 12 * 60), (13 * 60, 17 * 60))
CALENDAR = Calendar(id="week", name="Monday to Friday", week=(SHIFTS,) * 5 + ((),) * 2)
WORK = WorkTime(CALENDAR)
DURATIONS = {"A": 5, "B": 2, "C": 1}


def plan(rules=None):
    return Schedule(
        name="chain",
        source_format="csv",
        sha256="0" * 64,
        tasks=tuple(
            Task(id=key, source_id=key, name=key, duration_minutes=days * DAY)
            for key, days in DURATIONS.items()
        ),
        links=(Link(predecessor="A", successor="B"), Link(predecessor="B", successor="C")),
        calendars=(Calendar(id="week", name="", week=CALENDAR.week, rules=rules),),
        default_calendar="week",
        project_start=MONDAY,
    )


def finish(moment, stops, *, started=("A",), complete=None, rules=None):
    """The forecast finish at a wall time, with stops of A given as wall times."""
    schedule = plan(rules)
    states = [
        TaskState(
            task=task,
            planned_start=None,
            planned_finish=None,
            actual_start=to_utc(MONDAY, ZONE) if task.id in started else None,
            complete=complete if task.id == "A" else None,
            basis="percent" if complete is not None and task.id == "A" else None,
        )
        for task in schedule.tasks
    ]
    stood = [(to_utc(start, ZONE), to_utc(end, ZONE)) for start, end in stops]
    found = forecast(schedule, states, as_of=to_utc(moment, ZONE), zone=ZONE, stood={"A": stood})
    assert found is not None
    return found.finish


def hours(count):
    return MONDAY + timedelta(hours=count)


@given(begin=st.integers(1, 90), length=st.integers(0, 24 * 21), later=st.integers(0, 24 * 28))
def test_the_forecast_loses_the_working_time_of_the_stop(begin, length, later):
    stop, lift, moment = hours(begin), hours(begin + length), hours(begin + later)
    end = min(lift, moment)
    worked = WORK.between(MONDAY, moment) - WORK.between(stop, end)
    assume(worked < DURATIONS["A"] * DAY)  # later the forecast waits for somebody to state the finish
    lost = WORK.between(stop, end)
    found = finish(moment, [(stop, end)])
    assert WORK.between(MONDAY, found) == sum(DURATIONS.values()) * DAY + lost


@pytest.mark.parametrize("started", [("A",), ("A", "B")])
@pytest.mark.parametrize("weeks", [1, 2, 5])
def test_so_many_weeks_of_standing_are_so_many_weeks_of_forecast(weeks, started):
    stop = hours(51)
    stood = finish(stop + timedelta(weeks=weeks), [(stop, stop + timedelta(weeks=weeks))], started=started)
    assert stood - finish(stop, [], started=started) == timedelta(weeks=weeks)


def test_stated_progress_is_believed_before_what_a_stop_implies():
    stop, moment = hours(24), hours(24 * 7)
    assert finish(moment, [(stop, moment)], complete=0.5) == finish(moment, [], complete=0.5)


def test_by_the_conventions_of_primavera_nothing_is_taken_as_done_and_a_stop_changes_nothing():
    rules = SchedulingRules(method=Method.PRIMAVERA)
    moment = hours(24 * 7)
    assert finish(moment, [(hours(24), moment)], rules=rules) == finish(moment, [], rules=rules)
