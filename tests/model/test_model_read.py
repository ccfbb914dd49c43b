"""What is read from small models of each schema."""

from __future__ import annotations

import pytest
from small_models import GUIDS, SCHEMAS, Builder, read_here

from bim_supervise.model.read_ifc import read_model


@pytest.fixture(scope="module", params=SCHEMAS)
def reading(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("read")
    return read_here(Builder(request.param).write(folder / "model.ifc"), folder)


@pytest.fixture
def by_name(reading):
    names = {guid: name for name, guid in GUIDS.items()}
    return {names[element.global_id]: element for element in reading.elements}


def test_openings_are_no_elements(by_name):
    assert set(by_name) == {
        "wall", "door", "slab", "beam_a", "beam_b", "assembly", "part", "rebar", "plate", "proxy",
    }  # fmt: skip


def test_storey_through_assembly_opening_and_space(by_name):
    assert {name: element.storey for name, element in by_name.items()} == {
        "wall": "Ground floor",
        "door": "Ground floor",
        "slab": "Upper floor",
        "beam_a": "Upper floor",
        "beam_b": "Upper floor",
        "rebar": "Upper floor",
        "assembly": "Ground floor",
        "part": "Ground floor",
        "plate": "Ground floor",
        "proxy": "Ground floor",
    }
    assert {name for name, element in by_name.items() if element.space == "R1"} == {
        "assembly",
        "part",
        "plate",
        "proxy",
    }


def test_identity_type_and_predefined_type(by_name, reading):
    wall = by_name["wall"]
    assert (wall.ifc_class, wall.name, wall.tag, wall.type_name) == (
        "IfcWall",
        "Wall W1",
        "W-1",
        "300 concrete",
    )
    assert wall.predefined_type == "STANDARD"  # the type's
    assert by_name["slab"].predefined_type == "FLOOR"
    assert by_name["beam_a"].predefined_type == "Purlin"  # user-defined: the given name
    assert by_name["plate"].predefined_type == "Gusset"
    assert by_name["assembly"].predefined_type is None


def test_material_as_text(by_name, reading):
    assert by_name["wall"].material == "Wall concrete"
    assert by_name["slab"].material == "Concrete C30/37 (200 mm) + Wool (80 mm)"
    assert by_name["beam_a"].material == ("S355 + Paint" if reading.schema == "IFC2X3" else "S355 (HEA200)")
    assert by_name["proxy"].material is None


def test_classification_of_element_and_type(by_name):
    assert by_name["wall"].classifications == ("21.22", "Ss_25")
    assert by_name["proxy"].classifications == ()


def test_quantities_in_si_and_own_unit_wins(by_name):
    assert by_name["wall"].quantities == pytest.approx(
        {
            "Qto_WallBaseQuantities.Length": 5.0,
            "Qto_WallBaseQuantities.NetSideArea": 15.0,
            "Qto_WallBaseQuantities.OwnUnit": 9.290304,
            "Qto_WallBaseQuantities.NetVolume": 4.5,
            "Qto_WallBaseQuantities.NetWeight": 2500.0,
            "Qto_WallBaseQuantities.Layers.Width": 0.3,
            "Type.Height": 3.0,
        }
    )
    assert by_name["proxy"].quantities == {}


def test_storeys_and_spaces(reading):
    assert [(storey.name, storey.elevation) for storey in reading.storeys] == [
        ("Ground floor", 0.0),
        ("Upper floor", 3.0),
    ]
    (space,) = reading.spaces
    assert (space.name, space.long_name, space.storey) == ("R1", "Pump hall", "Ground floor")
    assert set(space.polygon) == {(1.0, 2.0), (5.0, 2.0), (5.0, 5.0), (1.0, 5.0)}
    assert (space.z_min, space.z_max) == (0.0, 2.5)


def test_georeference(reading):
    where = reading.georeference
    assert where.latitude == pytest.approx(31.23)
    assert where.longitude == pytest.approx(121 + 28 / 60 + 25.2 / 3600)
    if reading.schema != "IFC2X3":
        assert (where.crs, where.eastings, where.northings, where.orthogonal_height) == (
            "EPSG:4549",
            400000.0,
            3450000.0,
            4.5,
        )
        assert where.scale == pytest.approx(1.0)  # metres to metres, whatever the file's unit


def test_bill_items(reading):
    if reading.schema == "IFC2X3":
        assert reading.bill_items == ()
        return
    items = {item.global_id: item for item in reading.bill_items}
    assert GUIDS["cost_head"] not in items  # a heading is no line
    by_volume, lump = items[GUIDS["cost_slab"]], items[GUIDS["cost_wall"]]
    assert (by_volume.identification, by_volume.value, by_volume.quantity, by_volume.unit) == (
        "010101",
        pytest.approx(2500.0),
        5.0,
        "m3",
    )
    assert (lump.value, lump.quantity, lump.unit) == (1234.5, None, None)
    assert lump.element_ids == (GUIDS["wall"],)
    assert lump.task_source_ids == (GUIDS["task"],)


def test_whole_reading(reading):
    assert not reading.partial
    assert reading.warnings == ()
    assert len(reading.sha256) == 64
    assert set(reading.seconds) == {
        "check",
        "open",
        "relations",
        "elements",
        "bounding_boxes",
        "content_hash",
        "spaces",
    }
    assert all(len(element.content_hash) == 64 for element in reading.elements)


def test_child_process_gives_the_same_and_reports_progress(tmp_path):
    path = Builder("IFC4").write(tmp_path / "model.ifc")
    seen = []
    reading = read_model(path, on_progress=lambda stage, share: seen.append((stage, share)))
    assert reading.elements == read_here(path, tmp_path).elements
    assert [stage for stage, share in seen if share == 1.0] == [
        "check",
        "open",
        "relations",
        "elements",
        "bounding_boxes",
        "content_hash",
        "spaces",
    ]
    assert all(0.0 <= share <= 1.0 for _, share in seen)


def test_duplicate_and_missing_global_ids_are_kept_and_told_apart(tmp_path):
    builder = Builder("IFC4")
    for beam in builder.f.by_type("IfcBeam"):
        beam.GlobalId = GUIDS["beam_a"]
    path = builder.write(tmp_path / "model.ifc")
    path.write_text(path.read_text().replace(f"'{GUIDS['proxy']}'", "''"))
    reading = read_here(path, tmp_path)
    ids = [element.global_id for element in reading.elements]
    assert len(ids) == len(set(ids)) == 10
    assert {GUIDS["beam_a"], GUIDS["beam_a"] + "~2"} < set(ids)
    warnings = {warning.code: warning.message for warning in reading.warnings}
    assert GUIDS["beam_a"] in warnings["duplicate_global_id"]
    assert "1 elements" in warnings["missing_global_id"]
