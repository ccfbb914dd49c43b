"""Link rules: every condition, the refusals, and the same rules on a new revision."""

from __future__ import annotations

import pytest

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.place import Zone
from bim_supervise.model.elements import Element
from bim_supervise.schedule.tasks import Schedule, Task
from bim_supervise.tracking.link_rules import LinkRule, QuantityRange, RuleTask, apply_rules
from bim_supervise.tracking.read_link_rules import read_link_rules

ELEMENTS = [
    Element(
        global_id="A",
        ifc_class="IfcColumn",
        name="C1",
        storey="B1 层",
        classifications=("30.20.10",),
        quantities={"Qto_ColumnBaseQuantities.NetVolume": 2.0},
        bounding_box=(0, 0, 0, 1, 1, 3),
    ),
    Element(
        global_id="B",
        ifc_class="IfcColumn",
        name="C2",
        storey="B2 层",
        classifications=("30.30",),
        bounding_box=(10, 0, 0, 11, 1, 3),
    ),
]


def plan(*names):
    tasks = tuple(Task(id=f"T{n}", source_id=f"U{n}", name=name) for n, name in enumerate(names))
    return Schedule(
        name="p", source_format="csv", sha256="", tasks=tasks, links=(), calendars=(), default_calendar="c"
    )


def picked(**conditions):
    rule = LinkRule(name="r", task=RuleTask(name="Columns"), **conditions)
    zones = [Zone(id="Z1", name="坑 / Pit", polygon=((-1, -1), (5, -1), (5, 5), (-1, 5)))]
    (outcome,) = apply_rules(
        [rule], ELEMENTS, plan("Columns"), selected={"IfcColumn": frozenset({"B"})}, zones=zones
    )
    assert outcome.task == "T0"
    assert {link.origin for link in outcome.links} <= {"rule"}
    return "".join(outcome.elements)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"select": "IfcColumn"}, "B"),
        ({"classes": ("IfcColumn",)}, "AB"),
        ({"classes": ("IfcWall",)}, ""),
        ({"storey": "b1*"}, "A"),
        ({"classification": "30.20*"}, "A"),
        ({"zone": "坑 / Pit"}, "A"),
        ({"zone": "Z1", "storey": "B2*"}, ""),
        ({"quantity": QuantityRange(name="NetVolume", at_least=2.0)}, "A"),
        ({"quantity": QuantityRange(name="NetVolume", at_most=1.9)}, ""),
        ({"quantity": QuantityRange(name="GrossVolume")}, ""),
    ],
)
def test_an_element_meets_every_condition_and_an_unknown_quantity_meets_none(conditions, expected):
    assert picked(**conditions) == expected


def test_a_task_that_is_ambiguous_or_unknown_makes_no_link():
    rules = [
        LinkRule(name="two", task=RuleTask(name="Columns"), classes=("IfcColumn",)),
        LinkRule(name="none", task=RuleTask(id="T9"), classes=("IfcColumn",)),
        LinkRule(name="one", task=RuleTask(id="U1"), classes=("IfcColumn",)),
    ]
    two, none, one = apply_rules(rules, ELEMENTS, plan("Columns", "Columns"))
    assert (two.reason, [c.id for c in two.candidates], two.links) == ("task_ambiguous", ["T0", "T1"], ())
    assert (none.reason, none.links) == ("task_unknown", ())
    assert (one.task, len(one.links)) == ("T1", 2)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rules: []", "no list"),
        ("- a", "no list"),
        ("rules: [{name: a, task: T}]", "no condition"),
        ("rules: [{name: a, task: {}, storey: B1}]", "by id or by name"),
        ("rules: [{name: a, task: T, storey: B1, colour: red}]", "unknown key 'colour'"),
        ("rules: [{name: a, task: T, quantity: {name: V, at_least: much}}]", "rule 1"),
        ("rules: [{name: a, task: T, storey: B}, {name: a, task: T, storey: C}]", "two rules"),
        ("rules: [", ""),
    ],
)
def test_a_wrong_file_is_refused_with_the_rule_and_the_key(tmp_path, text, problem):
    file = tmp_path / "rules.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputRefused) as refused:
        read_link_rules(file)
    assert refused.value.code == "link_rules_invalid"
    assert problem in refused.value.message


def test_a_right_file_is_read(tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(
        "rules:\n"
        "- {name: a, class: IfcColumn, task: {name: Columns, planned_start: 2026-03-02}}\n"
        "- {name: b, select: 'IfcWall, material=C30', zone: pit, task: {id: T1}}\n",
        "utf-8",
    )
    first, second = read_link_rules(file)
    assert first.classes == ("IfcColumn",)
    assert str(first.task.planned_start) == "2026-03-02"
    assert (second.select, second.zone, second.task.id) == ("IfcWall, material=C30", "pit", "T1")
