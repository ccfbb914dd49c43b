from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.events.observations import SubjectType
from bim_supervise.schedule.tasks import Calendar, Link, Schedule, Task, TaskKind
from bim_supervise.tracking.fold import fold_states
from bim_supervise.tracking.forecast import forecast
from bim_supervise.tracking.progress import actual_counts, moment_of, planned_counts, with_actuals
from bim_supervise.tracking.state import Fact, TaskState

SHANGHAI = ZoneInfo("Asia/Shanghai")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = ((480, 960),)
WEEK = Calendar(id="c", name="five days", week=(DAY, DAY, DAY, DAY, DAY, (), ()))


def state(start=None, finish=None, **more):
    task = Task(id="t", source_id="t", name="t")
    return TaskState(task=task, planned_start=start, planned_finish=finish, **more)


def task(id_, days, **more):
    return Task(id=id_, source_id=id_, name=id_, duration_minutes=days * 480, **more)


PLAN = Schedule(
    name="plan", source_format="csv", sha256="", calendars=(WEEK,), default_calendar="c",
    project_start=datetime(2026, 3, 2, 8),
    tasks=(task("a", 5), task("b", 5), task("m", 0, kind=TaskKind.MILESTONE)),
    links=(Link(predecessor="a", successor="b"), Link(predecessor="b", successor="m")),
)  # fmt: skip


def statement(id_, kind, subject, moment, value=None):
    return Fact(
        id=id_, kind=kind, subject_type=SubjectType.TASK, subject=subject,
        event_time=moment_of(moment, SHANGHAI), received_time=moment_of(moment, SHANGHAI),
        source="csv", reporter="li", value=value,
    )  # fmt: skip


def test_a_date_alone_means_the_end_of_the_site_day():
    assert moment_of(date(2026, 3, 2), SHANGHAI) == datetime(2026, 3, 2, 15, 59, 59, 999999, tzinfo=UTC)
    assert moment_of(datetime(2026, 3, 2, 8), SHANGHAI) == datetime(2026, 3, 2, 0, tzinfo=UTC)
    assert moment_of(datetime(2026, 3, 2, 8, tzinfo=UTC), SHANGHAI) == datetime(2026, 3, 2, 8, tzinfo=UTC)
    # the day on which summer time ends is 25 hours long
    long_day = moment_of(date(2026, 10, 25), AMSTERDAM) - moment_of(date(2026, 10, 24), AMSTERDAM)
    assert long_day.total_seconds() == 25 * 3600


def test_planned_counts_take_the_boundary_in_and_leave_the_undated_out():
    states = [
        state(datetime(2026, 3, 2, 8), datetime(2026, 3, 4, 16)),
        state(datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 8)),
        state(datetime(2026, 3, 3, 0), datetime(2026, 3, 4, 16)),
        state(),
    ]
    counts = planned_counts(states, moment_of(date(2026, 3, 2), SHANGHAI), SHANGHAI)
    assert (counts.total, counts.planned_started, counts.planned_finished, counts.undated) == (4, 2, 1, 1)
    at_eight = planned_counts(states, moment_of(datetime(2026, 3, 2, 8), SHANGHAI), SHANGHAI)
    assert (at_eight.planned_started, at_eight.planned_finished) == (2, 1)
    before = planned_counts(states, moment_of(datetime(2026, 3, 2, 7, 59), SHANGHAI), SHANGHAI)
    assert before.planned_started == 0


@settings(deadline=None)
@given(
    st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31))), st.dates(date(2026, 1, 1), date(2026, 12, 31))
)
def test_planned_counts_only_grow(starts, day):
    states = [state(datetime.combine(start, datetime.min.time())) for start in starts]
    counts = [
        planned_counts(states, moment_of(one, AMSTERDAM), AMSTERDAM) for one in (day, date(2026, 12, 31))
    ]
    assert counts[0].planned_started <= counts[1].planned_started == len(starts)


def test_actual_counts_are_unknown_until_somebody_speaks():
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    assert actual_counts([state(), state()]).actual_started is None
    counts = actual_counts([state(actual_start=moment), state(actual_finish=moment), state()])
    assert (counts.actual_started, counts.actual_finished) == (2, 1)
    assert actual_counts([state(actual_start=moment)]).actual_finished == 0


def forecast_at(moment, *facts):
    as_of = moment_of(moment, SHANGHAI)
    states = fold_states(PLAN, None, (), facts, as_of=as_of, zone=SHANGHAI)
    return forecast(PLAN, states, as_of=as_of, zone=SHANGHAI)


def test_a_plan_alone_is_no_forecast():
    assert forecast_at(datetime(2026, 3, 9, 8)) is None


def test_a_late_start_pushes_what_follows():
    started = statement("1", "task_started", "a", datetime(2026, 3, 9, 8))
    found = forecast_at(datetime(2026, 3, 9, 8), started)
    assert found.finish == datetime(2026, 3, 20, 16)


def test_work_on_time_keeps_the_plan():
    facts = [
        statement("1", "task_started", "a", datetime(2026, 3, 2, 8)),
        statement("2", "task_finished", "a", datetime(2026, 3, 6, 16)),
    ]
    found = forecast_at(datetime(2026, 3, 6, 16), *facts)
    assert found.finish == datetime(2026, 3, 13, 16)


@pytest.mark.parametrize(("percent", "finish"), [(80.0, 13), (40.0, 17)])
def test_what_remains_follows_from_what_is_complete(percent, finish):
    facts = [
        statement("1", "task_started", "a", datetime(2026, 3, 2, 8)),
        statement("2", "percent_reported", "a", datetime(2026, 3, 5, 16), percent),
    ]
    assert forecast_at(datetime(2026, 3, 5, 16), *facts).finish == datetime(2026, 3, finish, 16)


def test_progress_without_a_stated_start_counts_as_started_when_it_was_stated():
    plan = Schedule(
        name="p", source_format="csv", sha256="", calendars=(WEEK,), default_calendar="c", links=(),
        tasks=(task("a", 5, quantity=10.0),),
    )  # fmt: skip
    as_of = moment_of(date(2026, 3, 5), SHANGHAI)
    fact = statement("1", "quantity_reported", "a", datetime(2026, 3, 4, 12), 4.0)
    states = fold_states(plan, None, (), [fact], as_of=as_of, zone=SHANGHAI)
    known = with_actuals(plan, states, SHANGHAI).tasks[0]
    assert (known.actual_start, known.percent) == (datetime(2026, 3, 4, 12), 40.0)
