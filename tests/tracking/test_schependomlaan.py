"""The real project: what its link table comes to, and the independent expectations themselves."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import pytest
import schependomlaan_reference as reference

from bim_supervise.model.elements import Element
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.tracking.fold import fold_states
from bim_supervise.tracking.link_mapping import ElementKey, TaskKey, parse_link_mapping
from bim_supervise.tracking.progress import actual_counts, moment_of, planned_counts
from bim_supervise.tracking.read_links import load_links

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = [date(2015, 3, 2), date(2015, 5, 4), date(2015, 6, 29), date(2015, 7, 27), date(2015, 9, 30)]
MAPPING = parse_link_mapping(
    {
        "element": {"column": "GUID", "by": "global_id"},
        "task": {"column": "TaskName", "by": "name"},
        "planned_start": {"column": "TaskStart", "format": "%d-%m-%Y"},
        "planned_finish": {"column": "TaskFinish", "format": "%d-%m-%Y"},
    }
)


@pytest.fixture(scope="module")
def plan_file(shared_data):
    return shared_data / "schedule/schependomlaan_planning_2015.xml"


@pytest.fixture(scope="module")
def plan(plan_file):
    return read_schedule(plan_file)


@pytest.fixture(scope="module")
def rows(shared_data):
    return reference.planned_rows(shared_data)


@pytest.fixture(scope="module")
def elements(rows):
    names = {row.guid: row.element for row in rows}
    return [Element(global_id=guid, ifc_class="IfcSlab", name=name) for guid, name in names.items()]


@pytest.fixture(scope="module")
def linked(shared_data, elements, plan):
    table = shared_data / "eventlog/schependomlaan_as_planned.csv"
    return load_links(table, elements, plan, mapping=MAPPING)


def test_the_table_joins_by_name_and_start_as_counted_independently(linked, rows, plan, plan_file):
    expected = {
        (row.guid, task.uid) for row, task in reference.linked_rows(rows, reference.xml_tasks(plan_file))
    }
    source = {task.id: task.source_id for task in plan.tasks}
    assert {(link.element_id, source[link.task_id]) for link in linked.links} == expected
    assert linked.rows == 7166
    assert len(linked.links) == 7166 - 3505 - 47
    assert linked.duplicates == ()
    assert len({link.task_id for link in linked.links}) == 71


def test_what_fits_no_task_is_listed_with_the_reason_and_never_guessed(linked):
    assert [(group.what, group.reason, group.rows) for group in linked.unresolved_groups] == [
        ("Afbouw 2015-09-07", "task_unknown", 3505),
        ("Dakbedekking platte daken 2015-09-18", "task_start_differs", 47),
    ]
    assert [one.label for one in linked.unresolved_groups[1].candidates] == [
        "Dakbedekking platte daken 2015-08-28 08:00",
        "Dakbedekking platte daken 2015-09-21 08:00",
    ]


def test_what_hangs_on_nothing_is_listed_with_its_share(linked):
    found = linked.coverage
    assert found.links == 3614
    assert len(found.unlinked_elements) == 3505 - len({link.element_id for link in linked.links})
    assert found.unlinked_elements_share == pytest.approx(len(found.unlinked_elements) / 3505)
    assert (len(found.unlinked_tasks), found.unlinked_tasks_share) == (50, pytest.approx(50 / 121))


def test_by_name_alone_only_twenty_names_are_unique(shared_data, elements, plan, rows):
    table = shared_data / "eventlog/schependomlaan_as_planned.csv"
    by_name = parse_link_mapping({"element": "GUID", "task": {"column": "TaskName", "by": "name"}})
    result = load_links(table, elements, plan, mapping=by_name)
    names = {task.id: task.name.strip() for task in plan.tasks}
    assert len({names[link.task_id] for link in result.links}) == 20
    reasons = Counter(row.reason for row in result.unresolved)
    assert set(reasons) == {"task_ambiguous", "task_unknown"}
    assert len(result.links) + len(result.duplicates) + reasons["task_ambiguous"] == 7166 - 3505
    assert all(row.candidates_total > 1 for row in result.unresolved if row.reason == "task_ambiguous")


def test_without_a_mapping_the_headings_lead_to_the_same_links(shared_data, elements, plan, linked):
    result = load_links(shared_data / "eventlog/schependomlaan_as_planned.csv", elements, plan)
    assert result.mapping.element.by is ElementKey.GLOBAL_ID
    assert result.mapping.task.by is TaskKey.NAME  # its own codes ST00060 ... are no ids of the plan
    assert result.links == linked.links


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_planned_counts_equal_those_of_the_xml_alone(plan, plan_file, day):
    as_of = moment_of(day, AMSTERDAM)
    states = fold_states(plan, None, (), (), as_of=as_of, zone=AMSTERDAM)
    counts = planned_counts(states, as_of, AMSTERDAM)
    assert (counts.planned_started, counts.planned_finished) == reference.planned_counts_from_xml(
        plan_file, day
    )
    assert (counts.total, counts.undated) == (121, 0)


def test_what_nobody_has_observed_is_unknown_and_not_zero(plan, linked):
    as_of = moment_of(date(2015, 9, 30), AMSTERDAM)
    states = fold_states(plan, None, linked.links, (), as_of=as_of, zone=AMSTERDAM)
    assert actual_counts(states).actual_started is None
    assert actual_counts(states).actual_finished is None
    assert {state.complete for state in states} == {None}


def test_the_expectations_agree_with_the_as_built_flags_as_measured(shared_data, rows, plan_file):
    missing, flagged = reference.missing_rows(shared_data), reference.flagged_rows(shared_data)
    late = reference.expected_late(missing, rows)
    assert reference.agreement(late.start, flagged) == (117, 119, 4, 150, 194, 4)
    assert reference.agreement(late.finish, flagged) == (42, 119, 4, 75, 194, 4)
    linked = reference.linked_rows(rows, reference.xml_tasks(plan_file))
    assert reference.expected_late(missing, reference.with_plan_dates(linked)) == late


def test_the_expectations_follow_the_weeks(shared_data, rows):
    missing = reference.missing_rows(shared_data)
    late = reference.expected_late(missing, rows)
    for week in range(26, 31):
        without = reference.expected_late([row for row in missing if row[0] != week], rows)
        assert without.start <= late.start
        assert without.finish <= late.finish
    later = reference.expected_late([(week + 1, name) for week, name in missing], rows)
    assert late.start < later.start
    assert late.finish < later.finish
