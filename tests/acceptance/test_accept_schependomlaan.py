"""The real project through the command line, against expectations worked out without the product."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tracking"))
import schependomlaan_reference as reference

LINKS = """\
element: {column: GUID, by: global_id}
task: {column: TaskName, by: name}
planned_start: {column: TaskStart, format: "%d-%m-%Y"}
"""
MISSING = """\
observations:
  - kind: missing
    subject: {type: element, by: name, column: Name}
    time: {iso_week: week, year: 2015, at: end}
"""
DAYS = ["2015-03-02", "2015-05-04", "2015-06-29", "2015-07-27", "2015-09-30"]


def run(project: Path, *arguments: str, code: int = 0):
    done = subprocess.run(
        [sys.executable, "-m", "bim_supervise.cli", "--project", str(project), *arguments, "--json"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == code, done.stderr[-2000:] + done.stdout[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def base(shared_data, tmp_path_factory):
    """The project with model, plan and links, before any observation."""
    folder = tmp_path_factory.mktemp("schependomlaan")
    project = folder / "project"
    (folder / "links.yaml").write_text(LINKS)
    (folder / "missing.yaml").write_text(MISSING)
    run(project, "new", str(project), "--name", "Schependomlaan", "--timezone", "Europe/Amsterdam",
        "--currency", "EUR")  # fmt: skip
    model = run(project, "model", "load", str(shared_data / "ifc/derived_schep_from_eventlog.ifc"))
    schedule = run(
        project, "schedule", "load", str(shared_data / "schedule/schependomlaan_planning_2015.xml")
    )
    links = run(
        project, "link", "load", str(shared_data / "eventlog/schependomlaan_as_planned.csv"),
        "--mapping", str(folder / "links.yaml"),
    )  # fmt: skip
    return {"folder": folder, "project": project, "model": model, "schedule": schedule, "links": links}


def copy_of(base, name: str) -> Path:
    import shutil

    target = base["folder"] / name
    shutil.copytree(base["project"], target)
    return target


def late_rows(project: Path) -> tuple[set, set]:
    """(GlobalId, task id) rows that the product finds late, start and finish."""
    from bim_supervise.api import Project

    opened = Project.open(project)
    try:
        found = {"PRG-01": set(), "PRG-02": set()}
        for verdict in opened.verdicts("2015-12-31", kind="progress"):
            if verdict.outcome == "fail" and verdict.element:
                found[verdict.rule].add((verdict.element, verdict.task))
        return found["PRG-01"], found["PRG-02"]
    finally:
        opened.close()


def expected(shared_data, missing):
    """The same rows by the reference, keyed by the plan's task uid."""
    rows = reference.planned_rows(shared_data)
    tasks = reference.xml_tasks(shared_data / "schedule/schependomlaan_planning_2015.xml")
    uid = {(row.guid, row.code): task.uid for row, task in reference.linked_rows(rows, tasks)}
    linked = [row for row, _ in reference.linked_rows(rows, tasks)]
    late = reference.expected_late(missing, linked)
    return (
        {(guid, uid[guid, code]) for guid, code in late.start},
        {(guid, uid[guid, code]) for guid, code in late.finish},
    )


@pytest.mark.shared
def test_what_was_read(base):
    assert base["model"]["elements"] == 3505
    schedule = base["schedule"]
    assert (schedule["tasks"], schedule["links"], schedule["constraints"]) == (121, 48, 110)
    assert Counter(item["reason"] for item in schedule["skipped"])["nameless"] == 36
    links = base["links"]
    assert links["rows"] == 7166
    assert links["links"] + links["duplicates"] + links["unresolved"] == 7166
    groups = {group["what"]: group for group in links["unresolved_groups"]}
    assert {name.split(" 2015")[0]: group["rows"] for name, group in groups.items()}["Afbouw"] == 3505
    assert len(groups) == 2
    assert len(links["unlinked_elements"]) > 0


@pytest.mark.shared
def test_name_alone_is_ambiguous_and_is_never_first_matched(base, shared_data):
    project = copy_of(base, "by-name")
    mapping = base["folder"] / "name.yaml"
    mapping.write_text("element: GUID\ntask: {column: TaskName, by: name}\n")
    links = run(
        project, "link", "load", str(shared_data / "eventlog/schependomlaan_as_planned.csv"),
        "--mapping", str(mapping),
    )  # fmt: skip
    rows = reference.planned_rows(shared_data)
    names = Counter(
        task.name for task in reference.xml_tasks(shared_data / "schedule/schependomlaan_planning_2015.xml")
    )
    unique = {row.task for row in rows if names[row.task] == 1}
    assert len(unique) == 20
    assert links["links"] == len({(row.guid, row.task) for row in rows if row.task in unique})
    reasons = Counter()
    for group in links["unresolved_groups"]:
        reasons[group["reason"]] += group["rows"]
    assert reasons["task_ambiguous"] == sum(names[row.task] > 1 for row in rows)


@pytest.mark.shared
@pytest.mark.parametrize("day", DAYS)
def test_planned_counts_equal_those_of_the_xml_alone(base, shared_data, day):
    status = run(base["project"], "status", "--as-of", day)
    xml = shared_data / "schedule/schependomlaan_planning_2015.xml"
    assert (status["tasks"]["planned_started"], status["tasks"]["planned_finished"]) == (
        reference.planned_counts_from_xml(xml, date.fromisoformat(day))
    )
    for unknown in ("actual_started", "actual_finished", "late_start", "late_finish"):
        assert status["tasks"][unknown] is None
    assert status["percent"]["claimed"] is None
    assert status["percent"]["basis"] in ("budget", "duration", "tasks")
    assert 0 < status["percent"]["linked_share"] < 1
    assert status["spi"] is None
    assert status["cpi"] is None


@pytest.mark.shared
def test_late_elements_against_the_flags_of_the_real_project(base, shared_data):
    project = copy_of(base, "observed")
    source = shared_data / "eventlog/schependomlaan_missing_by_week.csv"
    arguments = ("observe", str(source), "--mapping", str(base["folder"] / "missing.yaml"))
    first = run(project, *arguments)
    assert first["read"] == 170
    assert first["rejected"] == []
    assert first["stored"] + first["duplicates"] == 170
    again = run(project, *arguments)
    assert again["stored"] == 0
    assert again["duplicates"] == 170

    late = run(project, "evaluate", "--as-of", "2015-12-31")["late"]
    flags = reference.flagged_rows(shared_data)
    flagged = {guid for guid, _ in flags}
    assert (len(flags), len(flagged)) == (194, 119)
    assert (late["start"]["elements"], late["start"]["rows"]) == (117 + 4, 150 + 4)
    assert (late["finish"]["elements"], late["finish"]["rows"]) == (42 + 4, 75 + 4)
    start, finish = late_rows(project)
    assert len({guid for guid, _ in start} & flagged) == 117
    assert len({guid for guid, _ in finish} & flagged) == 42
    assert (start, finish) == expected(shared_data, reference.missing_rows(shared_data))

    before_any_week = run(project, "status", "--as-of", "2015-06-20")
    assert before_any_week["tasks"]["late_start"] is None
    rows = {row["global_id"]: row for row in run(project, "model", "elements")}
    absent = [row for row in rows.values() if row["global_id"] not in {guid for guid, _ in start | finish}]
    assert all(row["life"] in (None, "missing") for row in absent)


@pytest.mark.shared
@pytest.mark.parametrize("change", ["without week 28", "week 27 as week 30", "only week 26"])
def test_a_changed_week_changes_the_result_as_predicted(base, shared_data, change, tmp_path):
    rows = reference.missing_rows(shared_data)
    if change == "without week 28":
        rows = [row for row in rows if row[0] != 28]
    elif change == "week 27 as week 30":
        rows = [(30 if week == 27 else week, name) for week, name in rows]
    else:
        rows = [row for row in rows if row[0] == 26]
    table = tmp_path / "weeks.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("week", "Name"), *rows])
    project = copy_of(base, change.replace(" ", "-"))
    run(project, "observe", str(table), "--mapping", str(base["folder"] / "missing.yaml"))
    assert late_rows(project) == expected(shared_data, rows)
