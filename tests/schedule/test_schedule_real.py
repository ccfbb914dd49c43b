"""Real plans beside the checkout: counts as published, and dates as MS Project calculated them."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import pytest

from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import TaskKind

pytestmark = pytest.mark.shared
SPACE = "{http://schemas.microsoft.com/project}"


def blanked(schedule):
    """The plan without the dates that the calculation is to find."""
    return replace(schedule, tasks=tuple(replace(task, start=None, finish=None) for task in schedule.tasks))


def stored(path):
    """What MS Project stored for each task, read without the reader under test."""
    return {
        row.findtext(f"{SPACE}UID"): {field.tag.removeprefix(SPACE): field.text for field in row}
        for row in ElementTree.parse(path).getroot().iter(f"{SPACE}Task")
    }


def test_schependomlaan_counts(shared_data):
    schedule = read_schedule(shared_data / "schedule" / "schependomlaan_planning_2015.xml")
    ids = {task.id for task in schedule.tasks}
    assert len(ids) == 121
    assert len(schedule.links) == 48
    assert all({tie.predecessor, tie.successor} <= ids for tie in schedule.links)
    assert sum(task.constraint is not None for task in schedule.tasks) == 110
    assert Counter(item.reason for item in schedule.skipped) == {"nameless": 36}
    assert len(schedule.calendars) == 4
    assert all(task.percent is None for task in schedule.tasks)


def test_schependomlaan_dates(shared_data):
    """Three tasks are tied start to start by a lag of 0 %, yet stand weeks later in the file."""
    schedule = read_schedule(shared_data / "schedule" / "schependomlaan_planning_2015.xml")
    result = calculate(blanked(schedule))
    moved = {
        task.id
        for task in schedule.tasks
        if (task.start, task.finish)
        != (result.dates[task.id].early_start, result.dates[task.id].early_finish)
    }
    assert moved == {"197", "201", "204"}
    assert result.finish == datetime(2015, 12, 17, 16)
    assert not result.problems


@pytest.mark.parametrize("year", [2003, 2007, 2010, 2016])
def test_ms_projects_own_start_and_finish(shared_data, year):
    path = shared_data / "schedule" / f"msp{year}_task_links.xml"
    schedule = read_schedule(path)
    result = calculate(blanked(schedule))
    rows = stored(path)
    assert len(schedule.tasks) == 16
    for task in schedule.tasks:
        dates = result.dates[task.id]
        assert dates.early_start.isoformat() == rows[task.id]["Start"]
        assert dates.early_finish.isoformat() == rows[task.id]["Finish"]
    assert calculate(schedule).dates.keys() == result.dates.keys()


@pytest.mark.parametrize("year", [2003, 2007, 2010])
def test_ms_projects_own_late_dates_and_floats(shared_data, year):
    """MS Project 2016 gives its manual tasks late dates by rules of their own and is left out."""
    path = shared_data / "schedule" / f"msp{year}_task_links.xml"
    rows = stored(path)
    for uid, dates in calculate(blanked(read_schedule(path))).dates.items():
        assert dates.late_start.isoformat() == rows[uid]["LateStart"]
        assert dates.late_finish.isoformat() == rows[uid]["LateFinish"]
        assert dates.total_float_hours == float(rows[uid]["TotalSlack"]) / 600
        assert dates.free_float_hours == float(rows[uid]["FreeSlack"]) / 600
        assert dates.critical == (rows[uid]["Critical"] == "1")


def test_ms_projects_dates_with_summaries_and_a_month_of_logic(shared_data):
    """Of this plan MS Project moved only the task whose resources drive its length, and so its summary."""
    path = shared_data / "schedule" / "msp_legacy_sample.xml"
    rows = stored(path)
    schedule = read_schedule(path)
    result = calculate(blanked(schedule))
    different = {
        task.name
        for task in schedule.tasks
        if result.dates[task.id].early_finish.isoformat() != rows[task.id]["Finish"]
    }
    assert different == {"First Task", "Second Task"}
    assert [task.name for task in schedule.tasks if task.kind is TaskKind.SUMMARY] == [
        "First Task",
        "Recurring Task",
        "Task Relationships",
    ]


def test_a_genuine_ifc_plan(shared_data):
    schedule = read_schedule(shared_data / "ifc" / "sched_task_4x3add2.ifc")
    assert (len(schedule.tasks), len(schedule.links)) == (8, 7)
    result = calculate(blanked(schedule))
    for task in schedule.tasks:
        dates = result.dates[task.id]
        assert (dates.early_start, dates.early_finish) == (task.start, task.finish)
    assert sum(len(task.element_ids) for task in schedule.tasks) == 5
