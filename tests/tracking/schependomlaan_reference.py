"""Expectations for the Schependomlaan project, worked out with csv and xml alone.

Nothing of the product is imported here: what it computes is compared with this.
"""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

NAMESPACE = "{http://schemas.microsoft.com/project}"


class PlannedRow(NamedTuple):
    """One row of the as-planned log: an element and the task that makes it."""

    line: int
    guid: str
    element: str
    code: str
    task: str
    start: date
    finish: date


class XmlTask(NamedTuple):
    """One named task of the plan."""

    uid: str
    name: str
    start: datetime
    finish: datetime


class Late(NamedTuple):
    """Rows (GlobalId, task code) that are late; elements are counted from them."""

    start: frozenset[tuple[str, str]]
    finish: frozenset[tuple[str, str]]


class Agreement(NamedTuple):
    """Found rows against the flagged ones."""

    elements_found: int
    elements_flagged: int
    elements_excess: int
    rows_found: int
    rows_flagged: int
    rows_excess: int


def _day(text: str) -> date:
    day, month, year = text.split("-")
    return date(int(year), int(month), int(day))


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def planned_rows(folder: Path) -> list[PlannedRow]:
    """All rows of the as-planned log."""
    return [
        PlannedRow(
            line,
            row["GUID"],
            row["Resource"],
            row["Task"],
            row["TaskName"].strip(),
            _day(row["TaskStart"]),
            _day(row["TaskFinish"]),
        )
        for line, row in enumerate(_table(folder / "eventlog/schependomlaan_as_planned.csv"), 2)
    ]


def missing_rows(folder: Path) -> list[tuple[int, str]]:
    """ISO week of 2015 and element name of each sighting of a missing element."""
    return [
        (int(row["week"]), row["Name"])
        for row in _table(folder / "eventlog/schependomlaan_missing_by_week.csv")
    ]


def flagged_rows(folder: Path) -> frozenset[tuple[str, str]]:
    """Rows (GlobalId, task code) that the as-built log flags 'Too late'; the product never reads it."""
    return frozenset(
        (row["GUID"], row["TaskID"])
        for row in _table(folder / "eventlog/schependomlaan_as_built.csv")
        if row["Element on time or not"] == "Too late"
    )


def xml_tasks(path: Path) -> list[XmlTask]:
    """The named tasks of an MS Project XML file."""
    tasks = []
    for node in ET.parse(path).getroot().iter(f"{NAMESPACE}Task"):
        field = {child.tag.removeprefix(NAMESPACE): (child.text or "").strip() for child in node}
        if field.get("Name"):
            start, finish = (datetime.fromisoformat(field[key]) for key in ("Start", "Finish"))
            tasks.append(XmlTask(field["UID"], field["Name"], start, finish))
    return tasks


def linked_rows(rows: Iterable[PlannedRow], tasks: Iterable[XmlTask]) -> list[tuple[PlannedRow, XmlTask]]:
    """Rows whose task name and start day fit exactly one task of the plan."""
    by_key: dict[tuple[str, date], list[XmlTask]] = {}
    for task in tasks:
        by_key.setdefault((task.name, task.start.date()), []).append(task)
    found = ((row, by_key.get((row.task, row.start), [])) for row in rows)
    return [(row, fits[0]) for row, fits in found if len(fits) == 1]


def expected_late(missing: Sequence[tuple[int, str]], rows: Iterable[PlannedRow], year: int = 2015) -> Late:
    """Late start: planned to start by the Sunday of a week in which the element was seen missing.

    Late finish is the same with the planned finish.
    """
    last_sunday = {}
    for week, name in missing:
        sunday = date.fromisocalendar(year, week, 7)
        last_sunday[name] = max(sunday, last_sunday.get(name, sunday))
    start, finish = set(), set()
    for row in rows:
        sunday = last_sunday.get(row.element)
        if sunday is None:
            continue
        if row.start <= sunday:
            start.add((row.guid, row.code))
        if row.finish <= sunday:
            finish.add((row.guid, row.code))
    return Late(frozenset(start), frozenset(finish))


def with_plan_dates(linked: Iterable[tuple[PlannedRow, XmlTask]]) -> list[PlannedRow]:
    """Linked rows with the days of the plan (XML) instead of the log's own."""
    return [row._replace(start=task.start.date(), finish=task.finish.date()) for row, task in linked]


def agreement(found: Collection[tuple[str, str]], flagged: Collection[tuple[str, str]]) -> Agreement:
    """How found rows agree with flagged ones, in elements and in rows."""
    found, flagged = set(found), set(flagged)
    found_elements, flagged_elements = {guid for guid, _ in found}, {guid for guid, _ in flagged}
    return Agreement(
        len(found_elements & flagged_elements),
        len(flagged_elements),
        len(found_elements - flagged_elements),
        len(found & flagged),
        len(flagged),
        len(found - flagged),
    )


def planned_counts_from_xml(path: Path, day: date) -> tuple[int, int]:
    """Named tasks whose planned start, and whose planned finish, lies before the end of ``day``."""
    end = datetime.combine(day + timedelta(days=1), time.min)
    tasks = xml_tasks(path)
    return sum(task.start < end for task in tasks), sum(task.finish < end for task in tasks)
