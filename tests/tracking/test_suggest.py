"""Suggested links: explained, never beyond what names say, and measured against a real link table."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime

import pytest

from bim_supervise.model.elements import Element, Storey
from bim_supervise.model.read_ifc import read_model
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import Schedule, Task, TaskKind
from bim_supervise.tracking.lexicon import Concept, Lexicon, Role
from bim_supervise.tracking.read_lexicon import read_lexicon
from bim_supervise.tracking.suggest import MOST_CONFIDENT, suggest

LEXICON = read_lexicon()


def plan(*names, starts=(), kind=TaskKind.TASK):
    return Schedule(
        name="plan",
        source_format="csv",
        sha256="",
        links=(),
        calendars=(),
        default_calendar="c",
        tasks=tuple(
            Task(
                id=f"T{place}",
                source_id=f"T{place}",
                name=name,
                kind=kind,
                start=datetime.fromisoformat(starts[place]) if starts else None,
            )
            for place, name in enumerate(names)
        ),
    )


def thing(ifc_class, name, **more):
    return Element(global_id=more.pop("global_id", "E"), ifc_class=ifc_class, name=name, **more)


def names_of(element, schedule, **more):
    tasks = {task.id: task.name for task in schedule.tasks}
    return [tasks[one.tasks[0]] for one in suggest([element], schedule, LEXICON, **more)]


@pytest.mark.parametrize(
    ("element", "task", "other"),
    [
        (thing("IfcColumn", "K1"), "Columns level 1", "Piling"),
        (thing("IfcColumn", "柱 K1"), "框架柱浇筑", "桩基施工"),
        (thing("IfcWindow", "merk B1"), "Plaatsen kozijnen", "Dakpannen"),
        (thing("IfcPile", "UP-1"), "抗拔桩", "Columns"),
        (thing("IfcWall", "binnenblad", material="kalkzandsteen_214"), "Lijmwerk kalkzandsteen", "Stort"),
        (thing("IfcSlab", "vloer", material="kanaalplaat"), "Kanaalplaatvloer leggen", "Leggen breedplaat"),
    ],
)
def test_class_name_and_material_speak_chinese_english_and_dutch(element, task, other):
    assert names_of(element, plan(other, task)) == [task]


def test_every_suggestion_says_why_and_is_never_certain():
    wall = thing("IfcWall", "Wall B2-1", material="C30")
    (one,) = suggest([wall], plan("Wall pour B2"), LEXICON)
    assert {reason.kind for reason in one.reasons} == {"work", "object", "label"}
    assert 0 < one.confidence <= MOST_CONFIDENT < 1


def test_what_a_name_says_otherwise_is_a_contradiction_and_silence_is_none():
    tasks = plan("Walls zone B", "Walls zone A")
    assert names_of(thing("IfcWall", "Wall B1-04"), tasks) == ["Walls zone B"]
    assert set(names_of(thing("IfcWall", "Wall 4"), tasks, least=0.4)) == {"Walls zone A", "Walls zone B"}


def test_tests_surveys_and_headings_make_no_element():
    wall = thing("IfcWall", "Wall")
    assert names_of(wall, plan("Survey of walls", "Wall test", "拆墙")) == []
    assert names_of(wall, plan("Walls", kind=TaskKind.SUMMARY)) == []


def test_precast_is_not_poured_and_a_lift_shaft_is_built_by_the_tasks_that_name_it():
    assert names_of(thing("IfcSlab", "prefab vloer", material="beton ihw"), plan("Stort")) == []
    shaft = thing("IfcWall", "liftwand", material="kalkzandsteen")
    tasks = plan("Lijmwerk kalkzandsteen", "Stelwerk /lijmwerk lift")
    assert names_of(shaft, tasks) == ["Stelwerk /lijmwerk lift"]


def test_equal_tasks_are_told_apart_by_storey_or_offered_together():
    storeys = [Storey(global_id=str(n), name=f"L{n}", elevation=3.0 * n) for n in range(3)]
    tasks = plan("Columns", "Columns", "Columns", starts=("2026-05-01", "2026-03-01", "2026-04-01"))
    column = thing("IfcColumn", "C", storey="L1")
    (told,) = suggest([column], tasks, LEXICON, storeys=storeys)
    assert told.tasks == ("T2",)
    (open_,) = suggest([column], tasks, LEXICON, storeys=storeys[:2])
    assert open_.tasks == ("T0", "T1", "T2")


def test_the_longest_word_wins_and_english_begins_a_word():
    lexicon = Lexicon(
        {
            "sand": Concept(id="sand", role=Role.MATERIAL, words={"nl": ("zand",), "en": ("sand",)}),
            "block": Concept(id="block", role=Role.MATERIAL, words={"nl": ("kalkzandsteen",)}),
        }
    )
    assert lexicon.in_text("Kalkzandsteen 214") == {"block": "kalkzandsteen"}
    assert lexicon.in_text("thousand") == {}
    assert lexicon.in_text("Zandbed") == {"sand": "zand"}


def test_on_the_real_project_names_alone_find_most_of_the_link_table(shared_data, capsys):
    """The whole table but 'Afbouw', which names every element and no task of the plan."""
    elements = read_model(shared_data / "ifc/derived_schep_from_eventlog.ifc").elements
    schedule = read_schedule(shared_data / "schedule/schependomlaan_planning_2015.xml")
    truth = set()
    with (shared_data / "eventlog/schependomlaan_as_planned.csv").open(encoding="utf-8-sig") as file:
        truth = {
            (row["GUID"], row["TaskName"].strip())
            for row in csv.DictReader(file)
            if row["TaskName"] != "Afbouw"
        }
    names = {task.id: task.name.strip() for task in schedule.tasks}
    found = defaultdict(set)
    for one in suggest(elements, schedule, LEXICON):
        found[one.element_id].add(names[one.tasks[0]])
    pairs = {(element, name) for element, tasks in found.items() for name in tasks}
    precision, recall = len(pairs & truth) / len(pairs), len(pairs & truth) / len(truth)
    print(f"precision {precision:.3f}, recall {recall:.3f}, {len(pairs)} suggested, {len(truth)} true")
    assert precision > 0.65
    assert recall > 0.68
