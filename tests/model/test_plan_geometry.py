"""Plan outlines, placements, units and the point-in-space look-up."""

from __future__ import annotations

import math

import ifcopenshell
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import Builder, read_here

from bim_supervise.model.elements import Space
from bim_supervise.model.instances import Instances
from bim_supervise.model.placement import IDENTITY, Frame, Placements, apply, axis_frame, compose
from bim_supervise.model.read_instances import parse
from bim_supervise.model.space import SpaceIndex, area, footprint, overlap
from bim_supervise.model.spatial import degrees, distinct
from bim_supervise.model.units import project_units, unit_factor

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))


def instances_of(model: ifcopenshell.file, tmp_path) -> Instances:
    path = tmp_path / "part.ifc"
    model.write(str(path))
    return parse(path, lambda count: None).instances


def test_footprint_joins_touching_outlines():
    ring = footprint([SQUARE, [(x + 2, y) for x, y in SQUARE]])
    assert ring is not None
    assert area(ring) == pytest.approx(8.0)


def test_footprint_keeps_the_largest_of_separate_outlines():
    ring = footprint([SQUARE, [(x / 2 + 9, y / 2) for x, y in SQUARE]])
    assert ring is not None
    assert set(ring) == set(SQUARE)


@pytest.mark.parametrize("rings", [[], [[(0.0, 0.0), (1.0, 1.0)]], [[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]]])
def test_nothing_has_no_footprint(rings):
    assert footprint(rings) is None


def test_bow_tie_is_repaired():
    ring = footprint([[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]])
    assert ring is not None
    assert area(ring) > 0


def test_overlap():
    assert overlap(SQUARE, [(x + 1, y + 1) for x, y in SQUARE]) == pytest.approx(1.0)


def space(name, ring, z_min=0.0, z_max=3.0):
    return Space(
        global_id=name, name=name, long_name=None, storey=None, polygon=ring, z_min=z_min, z_max=z_max
    )


def test_smallest_space_around_a_point_wins():
    inner = tuple((x / 2 + 0.5, y / 2 + 0.5) for x, y in SQUARE)
    index = SpaceIndex(
        [space("hall", SQUARE), space("cabin", inner), space("above", SQUARE, 3.0, 6.0), space("x", None)]
    )
    assert index.holding(1.0, 1.0, 1.0).name == "cabin"
    assert index.holding(0.1, 0.1, 1.0).name == "hall"
    assert index.holding(0.1, 0.1, 5.0).name == "above"
    assert index.holding(2.0, 1.0, 1.0).name == "hall"  # on the boundary
    assert index.holding(9.0, 9.0) is None
    assert SpaceIndex([]).holding(0.0, 0.0) is None


ANGLES = st.floats(-math.pi, math.pi)
PLACES = st.tuples(*[st.floats(-1000, 1000)] * 3)


def turned(angle: float, origin) -> Frame:
    c, s = math.cos(angle), math.sin(angle)
    return Frame(origin, (c, s, 0.0), (-s, c, 0.0), (0.0, 0.0, 1.0))


@given(ANGLES, ANGLES, PLACES, PLACES, PLACES)
def test_composition_is_application_twice(a, b, origin_a, origin_b, point):
    first, second = turned(a, origin_a), turned(b, origin_b)
    assert apply(compose(first, second), point) == pytest.approx(apply(first, apply(second, point)), abs=1e-6)
    assert compose(IDENTITY, first) == first


def test_axis_defaults_and_squaring(tmp_path):
    model = ifcopenshell.file(schema="IFC4")
    point = model.create_entity("IfcCartesianPoint", [1000.0, 0.0, 0.0])
    z = model.create_entity("IfcDirection", [0.0, 0.0, 2.0])
    slanted = model.create_entity("IfcDirection", [3.0, 0.0, 4.0])
    placed = model.create_entity("IfcAxis2Placement3D", point, z, slanted)
    frame = axis_frame(instances_of(model, tmp_path), placed.id(), 0.001)
    assert frame == Frame((1.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def test_placement_that_leads_back_to_itself_has_no_frame(tmp_path):
    model = ifcopenshell.file(schema="IFC4")
    axis = model.create_entity(
        "IfcAxis2Placement3D", model.create_entity("IfcCartesianPoint", [1.0, 0.0, 0.0])
    )
    a = model.create_entity("IfcLocalPlacement", None, axis)
    b = model.create_entity("IfcLocalPlacement", a, axis)
    placements = Placements(instances_of(model, tmp_path), 1.0)
    assert placements.frame(b.id()).origin == (2.0, 0.0, 0.0)
    a.PlacementRelTo = b
    assert Placements(instances_of(model, tmp_path), 1.0).frame(b.id()) is None


def with_outline(tmp_path, make):
    """The small building with another outline for its space; ``make`` builds the swept area."""
    builder = Builder("IFC4")
    room = builder.f.by_type("IfcSpace")[0]
    solid = room.Representation.Representations[0].Items[0]
    solid.SweptArea = make(builder)
    return read_here(builder.write(tmp_path / "room.ifc"), tmp_path).spaces[0]


def closed(builder, curve):
    return builder.new("IfcArbitraryClosedProfileDef", "AREA", None, curve)


def circle(builder, radius=2000.0):
    axis = builder.new("IfcAxis2Placement2D", builder.point(0, 0))
    return builder.new("IfcCircle", axis, radius)


def half_disc(builder):
    arc = builder.new(
        "IfcTrimmedCurve", circle(builder), [builder.new("IfcParameterValue", 0.0)],
        [builder.new("IfcParameterValue", math.pi)], True, "PARAMETER",
    )  # fmt: skip
    line = builder.new("IfcPolyline", [builder.point(-2000, 0), builder.point(2000, 0)])
    segments = [builder.new("IfcCompositeCurveSegment", "CONTINUOUS", True, curve) for curve in (arc, line)]
    return closed(builder, builder.new("IfcCompositeCurve", segments, False))


def indexed_disc(builder):
    points = builder.new("IfcCartesianPointList2D", [[2000.0, 0.0], [0.0, 2000.0], [-2000.0, 0.0]])
    segments = [builder.new("IfcArcIndex", [1, 2, 3]), builder.new("IfcLineIndex", [3, 1])]
    return closed(builder, builder.new("IfcIndexedPolyCurve", points, segments))


def triangle(builder):
    corners = [builder.point(0, 0), builder.point(4000, 0), builder.point(0, 3000), builder.point(0, 0)]
    return closed(builder, builder.new("IfcPolyline", corners))


@pytest.mark.parametrize(
    ("make", "expected", "tolerance"),
    [
        (lambda b: b.new("IfcCircleProfileDef", "AREA", None, None, 2000.0), 4 * math.pi, 0.08),
        (half_disc, 2 * math.pi, 0.04),
        (indexed_disc, 2 * math.pi, 0.04),
        (triangle, 6.0, 1e-9),
    ],
)
def test_outlines_of_spaces(tmp_path, make, expected, tolerance):
    found = with_outline(tmp_path, make)
    assert area(found.polygon) == pytest.approx(expected, abs=tolerance)
    assert found.z_max == 2.5


def test_space_of_another_shape_has_no_outline(tmp_path):
    builder = Builder("IFC4")
    room = builder.f.by_type("IfcSpace")[0]
    room.Representation.Representations[0].Items = [builder.new("IfcSphere", builder.axis(), 1000.0)]
    found = read_here(builder.write(tmp_path / "room.ifc"), tmp_path).spaces[0]
    assert (found.polygon, found.z_min, found.z_max) == (None, None, None)


def test_units(tmp_path):
    model = ifcopenshell.file(schema="IFC4")
    metre = model.create_entity("IfcSIUnit", None, "LENGTHUNIT", None, "METRE")
    dimensions = model.create_entity("IfcDimensionalExponents", 1, 0, 0, 0, 0, 0, 0)
    measure = model.create_entity(
        "IfcMeasureWithUnit", model.create_entity("IfcLengthMeasure", 0.3048), metre
    )
    foot = model.create_entity("IfcConversionBasedUnit", dimensions, "LENGTHUNIT", "FOOT", measure)
    inch_measure = model.create_entity(
        "IfcMeasureWithUnit", model.create_entity("IfcRatioMeasure", 1 / 12), foot
    )
    inch = model.create_entity("IfcConversionBasedUnit", dimensions, "LENGTHUNIT", "INCH", inch_measure)
    square = model.create_entity("IfcSIUnit", None, "AREAUNIT", "MILLI", "SQUARE_METRE")
    per_foot = model.create_entity(
        "IfcDerivedUnit", [model.create_entity("IfcDerivedUnitElement", foot, -1)], "USERDEFINED", "per foot"
    )
    endless = model.create_entity("IfcMeasureWithUnit", model.create_entity("IfcLengthMeasure", 2.0), None)
    loop = model.create_entity("IfcConversionBasedUnit", dimensions, "LENGTHUNIT", "LOOP", endless)
    endless.UnitComponent = loop
    model.create_entity("IfcUnitAssignment", [foot, square])
    instances = instances_of(model, tmp_path)
    assert unit_factor(instances, foot.id()) == pytest.approx(0.3048)
    assert unit_factor(instances, inch.id()) == pytest.approx(0.0254)
    assert unit_factor(instances, square.id()) == pytest.approx(1e-6)
    assert unit_factor(instances, per_foot.id()) == pytest.approx(1 / 0.3048)
    assert unit_factor(instances, loop.id()) is None
    units = project_units(instances)
    assert units.length == pytest.approx(0.3048)
    assert units.missing == {"volume", "mass", "time", "angle"}


def test_degrees_and_distinct():
    assert degrees((121, 28, 25, 200000)) == pytest.approx(121.4736667)
    assert degrees((-33, -51, -31)) == pytest.approx(-33.858611)
    assert degrees((0, -30, 0, 0)) == -0.5
    assert degrees(None) is None
    assert distinct(["a", "b", "a", "a"]) == ["a", "b", "a~2", "a~3"]
