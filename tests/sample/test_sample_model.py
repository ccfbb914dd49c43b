"""The sample model: same bytes every time, valid, and with everything that it promises."""

import json
from collections import Counter

import ifcopenshell
import ifcopenshell.geom
import ifcopenshell.util.element
import ifcopenshell.validate
import pytest
from bim_supervise_sample import generate, history_path, model_path
from bim_supervise_sample.model.layout import parts, rooms
from bim_supervise_sample.plan.dates import planned
from bim_supervise_sample.plan.tasks import plan_tasks


@pytest.fixture(scope="module")
def model():
    return ifcopenshell.open(str(model_path()))


def test_generating_gives_the_committed_bytes(tmp_path):
    generate.main(["--out", str(tmp_path / "model.ifc"), "--history", str(tmp_path / "history.jsonl")])
    assert (tmp_path / "model.ifc").read_bytes() == model_path().read_bytes()
    assert (tmp_path / "history.jsonl").read_bytes() == history_path().read_bytes()


def test_model_is_small_and_valid():
    assert model_path().stat().st_size < 3_000_000
    logger = ifcopenshell.validate.json_logger()
    ifcopenshell.validate.validate(str(model_path()), logger, express_rules=True)
    assert logger.statements == []


def test_model_holds_what_it_promises(model):
    assert model.schema == "IFC4"
    assert len(model.by_type("IfcElement")) == len(parts()) >= 300
    assert len(model.by_type("IfcBuildingStorey")) == 5
    assert len(model.by_type("IfcSpace")) == len(rooms()) >= 10
    assert len(model.by_type("IfcMaterial")) >= 8
    assert len(model.by_type("IfcClassificationReference")) >= 20
    assert model.by_type("IfcProjectedCRS")[0].Name == "EPSG:4548"
    assert model.by_type("IfcMapConversion")[0].Scale == pytest.approx(0.001)
    site = model.by_type("IfcSite")[0]
    assert site.RefLatitude[:2] == (39, 54)
    assert site.RefLongitude[:2] == (116, 43)


def test_every_element_has_geometry_material_code_and_storey(model):
    for element in model.by_type("IfcElement"):
        assert element.Representation is not None, element
        assert ifcopenshell.util.element.get_material(element) is not None, element
        assert ifcopenshell.util.element.get_container(element) is not None, element
        assert any(rel.is_a("IfcRelAssociatesClassification") for rel in element.HasAssociations), element


def test_global_ids_are_unique_and_do_not_hang_on_their_neighbours(model):
    ids = [entity.GlobalId for entity in model.by_type("IfcRoot")]
    assert len(ids) == len(set(ids))
    assert {element.GlobalId for element in model.by_type("IfcElement")} == {
        part.global_id for part in parts()
    }


def test_quantities_equal_the_geometry(model):
    """Volumes stated in the quantity sets against those that a geometry kernel works out."""
    settings = ifcopenshell.geom.settings()
    checked = 0
    for element in model.by_type("IfcElement"):
        if element.is_a() not in ("IfcWall", "IfcSlab", "IfcBeam", "IfcStairFlight", "IfcFooting"):
            continue
        sets = ifcopenshell.util.element.get_psets(element, qtos_only=True)
        stated = next((values["NetVolume"] for values in sets.values() if "NetVolume" in values), None)
        if stated is None:
            continue
        shape = ifcopenshell.geom.create_shape(settings, element)
        assert _volume(shape.geometry) == pytest.approx(stated, rel=1e-3), element
        checked += 1
    assert checked > 150


def _volume(geometry):
    vertices, faces = geometry.verts, geometry.faces
    total = 0.0
    for first in range(0, len(faces), 3):
        a, b, c = (vertices[3 * index : 3 * index + 3] for index in faces[first : first + 3])
        total += (
            a[0] * (b[1] * c[2] - b[2] * c[1])
            - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
        ) / 6
    return abs(total)


def test_solids_lie_where_the_layout_says(model):
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    slab = next(element for element in model.by_type("IfcSlab") if element.Tag == "BS-B1")
    vertices = ifcopenshell.geom.create_shape(settings, slab).geometry.verts
    low = [min(vertices[axis::3]) for axis in range(3)]
    high = [max(vertices[axis::3]) for axis in range(3)]
    assert low == pytest.approx([24.0, 0.0, -11.0])
    assert high == pytest.approx([40.0, 36.0, -10.0])


def test_plan_has_all_link_types_lags_calendars_and_constraints(model):
    tasks = model.by_type("IfcTask")
    leaves = [task for task in tasks if not task.IsNestedBy]
    assert len(leaves) >= 60
    assert len(tasks) - len(leaves) >= 10
    assert sum(task.IsMilestone for task in tasks) >= 4
    links = model.by_type("IfcRelSequence")
    assert {link.SequenceType for link in links} == {
        "FINISH_START",
        "START_START",
        "FINISH_FINISH",
        "START_FINISH",
    }
    lags = [(link.TimeLag.LagValue.wrappedValue, link.TimeLag.DurationType) for link in links if link.TimeLag]
    assert any(value.startswith("-") for value, _ in lags)
    assert any(not value.startswith("-") for value, _ in lags)
    assert {kind for _, kind in lags} == {"WORKTIME", "ELAPSEDTIME"}
    assert len(model.by_type("IfcWorkCalendar")) == 2
    assert sum(len(calendar.ExceptionTimes or ()) for calendar in model.by_type("IfcWorkCalendar")) >= 4
    constraints = [
        pset for pset in model.by_type("IfcPropertySet") if pset.Name == "BimSupervise_TaskConstraint"
    ]
    assert len(constraints) >= 3


def test_tasks_make_elements_and_digging_works_on_soil(model):
    made = sum(len(rel.RelatedObjects) for rel in model.by_type("IfcRelAssignsToProduct"))
    dug = sum(len(rel.RelatedObjects) for rel in model.by_type("IfcRelAssignsToProcess"))
    assert dug == 15
    assert made + dug == len(parts())


def test_bill_has_lines_with_and_without_elements(model):
    items = [item for item in model.by_type("IfcCostItem") if item.CostValues]
    measures = [item for item in items if item.Identification.startswith("M.")]
    assert len(items) > 90
    assert any(not item.Controls for item in measures)
    assert any(item.Controls for item in measures)


def test_plan_fits_its_frame():
    dates = planned()
    assert min(d.start for d in dates.values()).isoformat() == "2026-01-05T08:00:00"
    assert max(d.finish for d in dates.values()).date().isoformat() < "2026-09-30"
    counts = Counter(
        "before" if dates[t.code].finish.month < 3 else "after" if dates[t.code].start.month > 4 else "during"
        for t in plan_tasks()
        if not t.summary
    )
    assert min(counts.values()) > 15


def test_history_ends_before_the_simulation_begins():
    rows = [json.loads(line) for line in history_path().read_text("utf-8").splitlines()]
    assert len(rows) > 500
    assert max(row["received"] for row in rows) < "2026-03-02T00:00:00+08:00"
    assert all(row["time"] <= row["received"] for row in rows)
