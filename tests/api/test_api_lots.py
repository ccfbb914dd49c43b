"""Lots through the facade: who may judge what, and a failed lot that stays."""

from __future__ import annotations

from datetime import datetime

import bim_supervise_sample as sample
import pytest
from small_site import PASSWORD

from bim_supervise.api import CaseDraft, SiteRecord
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.inspection.read_points import read_points


@pytest.fixture(scope="module")
def modelled(tmp_path_factory, staffed_site):
    """The staffed site with the sample's model, whose columns are accepted in lots."""
    import shutil

    from small_site import FixedClock

    from bim_supervise.api import Project

    directory = tmp_path_factory.mktemp("modelled") / "site"
    shutil.copytree(staffed_site, directory)
    opened = Project.open(directory, clock=FixedClock())
    opened.load_model(sample.model_path())
    yield opened
    opened.close()


def walls(project, count=20):
    found = [row.global_id for row in project.elements() if row.ifc_class.startswith("IfcWall")]
    assert len(found) >= count
    return found[:count]


def full(template, elements, **values):
    """Points of every check."""
    rows = []
    for check in template.checks:
        for number in range(3):
            row = {"check": check.id, "element": elements[number]}
            bounded = check.lower is not None or check.upper is not None
            rows.append(row | ({"value": values.get(check.id, 0.0)} if bounded else {"result": "pass"}))
    return rows


def test_the_life_of_a_lot_that_fails_and_is_accepted_anew(modelled):
    project = modelled
    elements = walls(project)
    lot = project.define_lot("zhou", "CAST-FRAME", elements, "Walls axis A")
    assert (lot.case.id, lot.case.state, lot.least) == ("LOT-001", "defined", 3)
    with pytest.raises(InputRefused) as refused:
        project.judge_lot(lot.case.id, "liu", qualified=True, password=PASSWORD)
    assert refused.value.code == "lot_open"

    lot = project.measure_lot(lot.case.id, "zhou", full(lot.template, elements, axis=9.0))
    assert lot.result.judgement == "not_qualified"
    with pytest.raises(InputRefused) as refused:
        project.judge_lot(lot.case.id, "liu", qualified=True, password=PASSWORD)
    assert refused.value.code == "lot_failed"
    with pytest.raises(PermissionRefused):
        project.judge_lot(lot.case.id, "sun", qualified=False, text="axis", password=PASSWORD)
    failed = project.judge_lot(lot.case.id, "liu", qualified=False, text="axis 9 mm", password=PASSWORD)
    assert failed.case.state == "not_qualified"
    with pytest.raises(InputRefused) as refused:
        project.measure_lot(failed.case.id, "zhou", full(lot.template, elements))
    assert refused.value.code == "case_state_wrong"

    again = project.define_lot("zhou", "CAST-FRAME", elements, "Walls axis A, again", renews="LOT-001")
    project.measure_lot(again.case.id, "zhou", full(lot.template, elements))
    done = project.judge_lot(again.case.id, "liu", qualified=True, password=PASSWORD)
    assert done.case.state == "qualified"
    assert project.lot("LOT-001").renewed_by == "LOT-002"
    with pytest.raises(InputRefused) as refused:
        project.define_lot("zhou", "CAST-FRAME", elements, "once more", renews="LOT-001")
    assert refused.value.code == "lot_not_renewable"

    levels = {(row.level, row.name): row for row in project.lot_levels()}
    (item,) = [name for level, name in levels if level == "item"]
    assert (levels["item", item].renewed, levels["item", item].ready) == (1, True)
    with pytest.raises(InputRefused) as refused:
        project.judge_level("item", item, "liu", qualified=True, password=PASSWORD)
    assert refused.value.code == "level_unconfirmed"
    project.judge_level("item", item, "liu", qualified=True, confirmed=["records"], password=PASSWORD)
    (division,) = [name for level, name in levels if level == "division"]
    everything = ["records", "sampling", "visual", "functions"]
    with pytest.raises(PermissionRefused) as refused:
        project.judge_level(
            "division", division, "liu", qualified=True, confirmed=everything, password=PASSWORD
        )
    assert refused.value.code == "lot_capacity"
    with pytest.raises(InputRefused) as refused:
        project.judge_level("unit", "gb50300", "wu", qualified=True, confirmed=everything, password=PASSWORD)
    assert refused.value.code == "level_not_ready"
    project.judge_level("division", division, "zhao", qualified=True, confirmed=everything, password=PASSWORD)
    unit = project.judge_level(
        "unit", "gb50300", "wu", qualified=True, confirmed=everything, password=PASSWORD
    )
    assert unit.state == "qualified"
    assert {row.judgement for row in project.lot_levels()} == {"qualified"}
    assert project.verify_ledger()["valid"]


@pytest.mark.parametrize(
    "row",
    [
        {"check": "nothing", "value": 1},
        {"check": "axis", "element": "elsewhere", "value": 1},
        {"check": "axis", "value": "broad"},
        {"check": "appearance", "result": "perhaps"},
        {"value": 3},
    ],
)
def test_a_point_that_cannot_be_is_refused(modelled, row):
    lot = modelled.define_lot("zhou", "CAST-FRAME", walls(modelled, 2), "x")
    with pytest.raises(InputRefused) as refused:
        modelled.measure_lot(lot.case.id, "zhou", [row])
    assert refused.value.code == "lot_point_invalid"
    assert modelled.lot(lot.case.id).points == []


def test_lots_that_cannot_be_are_refused(modelled):
    with pytest.raises(NotFound):
        modelled.define_lot("zhou", "NOTHING", walls(modelled, 2), "x")
    with pytest.raises(InputRefused):
        modelled.define_lot("zhou", "CAST-FRAME", [], "x")
    with pytest.raises(NotFound):
        modelled.define_lot("zhou", "CAST-FRAME", ["x"], "x")
    with pytest.raises(PermissionRefused):
        modelled.define_lot("guest", "CAST-FRAME", walls(modelled, 2), "x")
    with pytest.raises(PermissionRefused):
        modelled.open_case("level", "sun", CaseDraft(title="x"), action="qualify")


def test_a_profile_of_ones_own_is_kept(staffed, tmp_path):
    assert staffed.lot_profiles() == ["gb50300", "iso9001"]
    assert staffed.use_lot_profile("iso9001")["templates"] == 1
    assert staffed.lot_profile().name == "iso9001"
    file = tmp_path / "own.yaml"
    file.write_text("name: own\ntitle: {en: Own}\nlot_judged_by: []\nlevels: []\nsampling: []\n"
                    "sampling_clause: c\ntemplates: []\n", "utf-8")  # fmt: skip
    staffed.use_lot_profile(file)
    file.unlink()
    assert staffed.lot_profile().name == "own"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: own", "utf-8")
    with pytest.raises(InputRefused) as refused:
        staffed.use_lot_profile(wrong)
    assert refused.value.code == "lot_profile_invalid"


def measured(project, element, value, item="axis", unit="mm", minute=0):
    at = datetime(2026, 3, 19, 9, minute)
    project.record("zhou", SiteRecord(kind="measured", subject_type="element", subject=element, at=at,
                                      value=value, unit=unit, item=item))  # fmt: skip


def test_values_that_were_measured_become_points_once_and_keep_their_record(modelled):
    one, two, three, four = walls(modelled, 24)[20:24]
    lot = modelled.define_lot("zhou", "CAST-FRAME", [one, two, three, four], "Measured").case.id
    with pytest.raises(InputRefused) as refused:
        modelled.take_measured(lot, "zhou")
    assert refused.value.code == "lot_nothing_measured"
    measured(modelled, one, 12.0)
    measured(modelled, one, 3.0, minute=1)
    measured(modelled, two, 9.0, item="轴线位置", minute=2)
    measured(modelled, three, 0.004, unit="m", minute=3)
    measured(modelled, four, 4.0, item="weight", minute=4)
    seen = {(point.element, point.value): point.left_out for point in modelled.measured_points(lot)}
    assert seen == {(one, 12.0): "superseded", (one, 3.0): "", (two, 9.0): "", (three, 0.004): "unit"}
    view = modelled.take_measured(lot, "zhou")
    assert [(point.element, point.value) for point in view.points] == [(one, 3.0), (two, 9.0)]
    assert all(point.record for point in view.points)
    (axis,) = [check for check in view.result.checks if check.check == "axis"]
    assert (axis.passed, axis.points, axis.judgement, axis.reason) == (1, 2, "not_qualified", "rate_too_low")
    with pytest.raises(InputRefused):
        modelled.take_measured(lot, "zhou")


def test_an_unknown_sender_proves_nothing_but_hides_nothing(modelled, tmp_path):
    one, two = walls(modelled, 20)[:2]
    lot = modelled.define_lot("zhou", "CAST-FRAME", [one, two], "Unknown").case.id
    file, mapping = tmp_path / "rows.csv", tmp_path / "map.yaml"
    file.write_text(f"id,at,mm\n{one},2026-03-19T10:00:00Z,2.0\n{two},2026-03-19T10:01:00Z,30.0\n", "utf-8")
    mapping.write_text(
        "observations:\n  - {kind: measured, subject: {type: element, by: id, column: id},\n"
        "     time: {column: at},"
        "     value: {column: mm}, unit: mm, reporter: total station, payload: {item: axis}}\n",
        "utf-8",
    )
    modelled.observe([file], mapping=mapping)
    seen = {point.element: point.left_out for point in modelled.measured_points(lot)}
    assert seen == {one: "unauthenticated", two: ""}
    measured(modelled, one, 12.0)
    measured(modelled, two, 0.004, unit="m", minute=1)
    assert [(point.value, point.left_out) for point in modelled.measured_points(lot)] == [
        (12.0, ""),
        (0.004, "unit"),
        (2.0, "unauthenticated"),
        (30.0, ""),
    ], "a later word that proves nothing hides no value that fails"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("points.csv", b"check,element,serious\naxis,x,perhaps\n", "line 2: 'perhaps' is neither yes nor no"),
        ("points.csv", b'check,element,value\naxis,"a\nb",1\n\naxis,x,3 mm\n', "line 5: '3 mm' is no number"),
        ("points.csv", b"check,element,weight\naxis,x,3\n", "'weight' is no column"),
        ("points.csv", b"check;element;value\n", "it is empty"),
        ("points.json", b'[{"check": "axis", "value": 3, "record": "mine"}]', "'record' is no column"),
        ("points.json", b'{"check": "axis"}', "it is no list of rows"),
    ],
)
def test_a_table_that_holds_no_points_says_where_and_why(tmp_path, name, content, problem):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        read_points(file)
    assert (refused.value.code, refused.value.params["problem"]) == ("lot_points_unreadable", problem)


def test_a_table_is_read_as_a_chinese_spreadsheet_saves_it(tmp_path):
    file = tmp_path / "points.csv"
    file.write_bytes("check;element;value;serious\naxis;墙一;3;否\n;;;\naxis;墙二;-9;是\n".encode("gb18030"))
    assert read_points(file) == [
        {"check": "axis", "element": "墙一", "value": 3.0, "serious": False},
        {"check": "axis", "element": "墙二", "value": -9.0, "serious": True},
    ]


def test_a_storey_that_is_not_there_makes_no_smaller_lot(modelled):
    with pytest.raises(NotFound) as refused:
        modelled.fitting_elements("CAST-FRAME", "no such storey")
    assert refused.value.code == "storey_unknown"
