"""Real Primavera exports beside the checkout: counts as published."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest

from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import LagCalendar, TaskKind

pytestmark = pytest.mark.shared


@pytest.mark.parametrize(
    ("name", "tasks", "links", "lags", "milestones"),
    [
        ("p6_wk2", 198, 301, 0, 1),
        ("p6_mdl4d", 62, 87, 4, 12),
        ("p6_54069_bl_20250902", 47, 62, 5, 8),
        ("p6_54069_up_20251121", 50, 70, 5, 10),
        ("p6_54069_up_20251204", 49, 68, 5, 10),
        ("p6_percent_complete", 12, 0, 0, 0),
        ("p6_invalid_calendar", 12, 0, 0, 0),
    ],
)
def test_counts(shared_data, name, tasks, links, lags, milestones):
    schedule = read_schedule(shared_data / "schedule" / f"{name}.xer")
    assert (len(schedule.tasks), len(schedule.links)) == (tasks, links)
    assert sum(tie.lag_minutes != 0 for tie in schedule.links) == lags
    assert sum(task.kind is TaskKind.MILESTONE for task in schedule.tasks) == milestones
    ids = {task.id for task in schedule.tasks}
    assert len(ids) == tasks
    assert all({tie.predecessor, tie.successor} <= ids for tie in schedule.links)


def test_link_types_and_budget(shared_data):
    schedule = read_schedule(shared_data / "schedule" / "p6_wk2.xer")
    assert Counter(tie.type for tie in schedule.links) == {"FS": 269, "SF": 20, "SS": 10, "FF": 2}
    assert sum(task.budget or 0 for task in schedule.tasks) == 3_703_434
    assert schedule.data_date == datetime(2013, 8, 3)


def test_constraints(shared_data):
    schedule = read_schedule(shared_data / "schedule" / "p6_mdl4d.xer")
    assert sum(task.constraint is not None for task in schedule.tasks) == 50


def test_lags_of_the_update(shared_data):
    schedule = read_schedule(shared_data / "schedule" / "p6_54069_up_20251204.xer")
    assert sorted(tie.lag_minutes // 60 for tie in schedule.links if tie.lag_minutes) == [8, 80, 80, 208, 232]
    assert sum(task.actual_finish is not None for task in schedule.tasks) == 29


def test_both_formats_of_one_plan_are_equal(shared_data):
    one = read_schedule(shared_data / "schedule" / "p6_percent_complete.xer")
    other = read_schedule(shared_data / "schedule" / "p6_percent_complete.pmxml.xml")
    assert [replace(task, wbs=None) for task in one.tasks] == list(other.tasks)
    assert one.calendars == other.calendars
    assert sorted(task.percent for task in one.tasks if task.percent) == [25] * 3 + [75] * 3 + [100] * 3


@pytest.mark.parametrize("ending", ["xer", "pmxml.xml"])
def test_lag_calendars(shared_data, ending):
    found = {
        name: read_schedule(shared_data / "schedule" / f"p6_lagcal_{name}.{ending}").rules.lag_calendar
        for name in ("PredecessorCalendar", "ProjectDefaultCalendar")
    }
    assert found == {
        "PredecessorCalendar": LagCalendar.PREDECESSOR,
        "ProjectDefaultCalendar": LagCalendar.PROJECT,
    }


def test_an_invalid_calendar_is_listed(shared_data):
    schedule = read_schedule(shared_data / "schedule" / "p6_invalid_calendar.xer")
    assert [item.reason for item in schedule.skipped] == ["calendar_unreadable", "calendar_unused"]
