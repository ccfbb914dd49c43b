"""A drafted plan: no cycle, nothing before what carries it, every element placed or listed."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.core.errors import InputRefused
from bim_supervise.model.elements import Element, Storey
from bim_supervise.model.read_ifc import read_model
from bim_supervise.model.space_supports import carrying_pairs
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.drafting import order_packages
from bim_supervise.schedule.graph import refuse_cycles, task_graph
from bim_supervise.tracking.draft import draft_schedule
from bim_supervise.tracking.read_lexicon import read_lexicon
from bim_supervise.tracking.read_trades import read_trades

LEXICON = read_lexicon()
TRADES = read_trades(LEXICON)
START = datetime(2026, 3, 2, 8)
ONE = "hours: 8\ndays: [mon]\ntrades: [{{id: a, zh: a, en: a, {}}}]"
MODELS = [
    "schep_vl_constructief.ifc",
    "bimcollab_str_random_c.ifc",
    "pcert_building_structural_ifc4.ifc",
    "schep_bernts_steel.ifc",
    "schep_root_vebo.ifc",
]


def drafted(model):
    return draft_schedule(model.elements, model.storeys, TRADES, LEXICON, start=START, bill=model.bill_items)


def holds(draft, elements):
    """What a draft promises, checked on the geometry anew."""
    schedule = draft.schedule
    refuse_cycles(task_graph(schedule))
    dates = calculate(schedule).dates
    placed = {one: task.id for task in schedule.tasks for one in task.element_ids}
    listed = {one for group in draft.unmapped for one in group.elements}
    assert placed.keys() | listed == {element.global_id for element in elements}
    assert not placed.keys() & listed
    structure = ("IfcColumn", "IfcWall", "IfcSlab", "IfcBeam", "IfcFooting", "IfcPile")
    boxes = [(e.global_id, e.ifc_class, e.bounding_box) for e in elements if e.bounding_box]
    checked = 0
    for lower, ifc_class, a in boxes:
        if ifc_class not in structure or lower not in placed:
            continue
        for upper, _, b in boxes:
            # Well inside in plan, and standing on its head within a centimetre.
            inside = all(a[i] < (b[i] + b[i + 3]) / 2 < a[i + 3] for i in (0, 1))
            if upper in placed and inside and abs(a[5] - b[2]) < 0.01 and a[2] < b[2]:
                checked += 1
                first, then = placed[lower], placed[upper]
                assert first == then or dates[first].early_finish <= dates[then].early_start
    return checked


def test_the_sample_is_drafted_whole():
    model = read_model(Path(str(files("bim_supervise_sample") / "pump_station.ifc")))
    draft = drafted(model)
    assert holds(draft, model.elements) > 50
    assert draft.unmapped == ()
    by_id = {element.global_id: element for element in model.elements}
    digs = [task for task in draft.schedule.tasks if task.trade == "earthwork"]
    assert sum(len(task.element_ids) for task in digs) == 15
    assert all(by_id[one].predefined_type == "EXCAVATIONBLOCK" for task in digs for one in task.element_ids)


@pytest.mark.parametrize("name", MODELS)
def test_real_structural_models_are_drafted(shared_data, name):
    model = read_model(shared_data / "ifc" / name)
    holds(drafted(model), model.elements)


def box(global_id, ifc_class, low, high, storey="L0", **more):
    return Element(
        global_id=global_id, ifc_class=ifc_class, bounding_box=(0, 0, low, 5, 5, high), storey=storey, **more
    )


def test_a_package_is_divided_where_part_of_it_stands_on_what_another_trade_builds_there():
    elements = [
        box("floor", "IfcSlab", 0, 0.2),
        box("wall", "IfcWall", 0.2, 3),
        box("deck", "IfcSlab", 3, 3.2),
    ]
    storeys = [Storey(global_id="s", name="L0", elevation=0.0)]
    draft = draft_schedule(elements, storeys, TRADES, LEXICON, start=START, language="en")
    tasks = {one: task for task in draft.schedule.tasks for one in task.element_ids}
    dates = calculate(draft.schedule).dates
    ends = [dates[tasks[one].id] for one in ("floor", "wall", "deck")]
    assert ends[0].early_finish <= ends[1].early_start
    assert ends[1].early_finish <= ends[2].early_start
    assert [tasks[one].name for one in ("floor", "wall", "deck")] == [
        "L0 · Slabs 1",
        "L0 · Walls and columns",
        "L0 · Slabs 2",
    ]


def test_durations_come_from_quantities_and_what_is_counted_is_said():
    wall = box("w", "IfcWall", 0, 3, quantities={"Qto_WallBaseQuantities.NetVolume": 100.0})
    slab = box("s", "IfcSlab", 3, 3.2, storey="L1")
    draft = draft_schedule([wall, slab], (), TRADES, LEXICON, start=START, language="en")
    minutes = {task.trade: task.duration_minutes for task in draft.schedule.tasks if task.element_ids}
    assert minutes["vertical"] == 2.5 * 8 * 60  # 100 m3 at 40 m3 a day
    assert [item.what for item in draft.schedule.converted] == ["L1 · Slabs"]


def test_ground_is_taken_from_above():
    lower = box("low", "IfcBuildingElementProxy", -6, -3, predefined_type="EXCAVATIONBLOCK", storey="P1")
    upper = box("up", "IfcBuildingElementProxy", -3, 0, predefined_type="EXCAVATIONBLOCK", storey="P2")
    storeys = [Storey(global_id=n, name=n, elevation=z) for n, z in (("P1", -6.0), ("P2", -3.0))]
    draft = draft_schedule([lower, upper], storeys, TRADES, LEXICON, start=START)
    (link,) = draft.schedule.links
    tasks = {task.id: task for task in draft.schedule.tasks}
    assert tasks[link.predecessor].element_ids == ("up",)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30),
)
def test_any_carrying_order_is_kept_and_never_circles(ranks, edges):
    wanted = {f"e{n}": rank for n, rank in enumerate(ranks)}
    pairs = [(f"e{a}", f"e{b}") for a, b in edges if a < b < len(ranks)]
    members, links = order_packages(wanted, pairs)
    place = {element: package for package, elements in members.items() for element in elements}
    assert place.keys() == wanted.keys()
    after = {package: set() for package in members}
    for a, b in links:
        after[a].add(b)
    seen = {}

    def reach(package):
        if package not in seen:
            seen[package] = set()
            seen[package] = set().union(*({one} | reach(one) for one in after[package]))
        return seen[package]

    for package in members:
        assert package not in reach(package)
    for a, b in pairs:
        assert place[a] == place[b] or place[b] in reach(place[a])


def test_carrying_pairs_have_no_cycle_and_skip_what_has_no_box():
    boxes = np.array([[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 2], [np.nan] * 6, [0, 0, 0, 1, 1, 1]], float)
    carrier, carried = carrying_pairs(boxes, np.array([True, True, True, False]))
    assert list(zip(carrier.tolist(), carried.tolist(), strict=True)) == [(0, 1)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hours: 8\ndays: [mon]\ntrades: []", "at least one trade"),
        ("hours: 8\ndays: [noday]\ntrades: []", "noday"),
        (ONE.format("of: [nothing], pieces_per_day: 1"), "nothing"),
        (ONE.format("of: [wall], pieces_per_day: 0"), "above 0"),
        (ONE.format("of: [wall], pieces_per_day: 1, per_day: 2"), "together"),
    ],
)
def test_a_wrong_table_of_trades_is_refused(tmp_path, text, problem):
    file = tmp_path / "trades.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputRefused) as refused:
        read_trades(LEXICON, file)
    assert refused.value.code == "trades_invalid"
    assert problem in refused.value.message
