"""Boxes from the representation data equal those of a geometry kernel."""

from __future__ import annotations

import math

import ifcopenshell
import ifcopenshell.geom
import pytest
from small_models import GUIDS, Builder, read_here


def kernel_boxes(path, only=None):
    model = ifcopenshell.open(path)
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    settings.set("disable-opening-subtractions", True)
    settings.set("mesher-linear-deflection", 1e-4)
    elements = [
        element
        for element in model.by_type("IfcElement")
        if not element.is_a("IfcFeatureElementSubtraction") and (only is None or element.GlobalId in only)
    ]
    iterator = ifcopenshell.geom.iterator(settings, model, 1, include=elements)
    found = {}
    more = iterator.initialize()
    while more:
        shape = iterator.get()
        points = [shape.geometry.verts[axis::3] for axis in range(3)]
        if points[0]:
            found[shape.guid] = (*map(min, points), *map(max, points))
        more = iterator.next()
    return found


def boxes_of(path, folder):
    return {element.global_id: element.bounding_box for element in read_here(path, folder).elements}


def test_boxes_of_a_small_model_stand_in_the_project(tmp_path):
    boxes = boxes_of(Builder("IFC4").write(tmp_path / "model.ifc"), tmp_path)
    assert boxes[GUIDS["assembly"]] is None  # no body of its own
    x0, y0, z0, x1, y1, z1 = boxes[GUIDS["wall"]]
    assert (x1 - x0, x0) == (5.0, 0.0)
    assert y1 > y0
    assert z1 > z0


def tilted(b):
    """An axis that is not square to anything, so that no box can be right by chance."""
    return b.new(
        "IfcAxis2Placement3D",
        b.point(100, 200, 300),
        b.new("IfcDirection", [0.3, 0.4, 1.0]),
        b.new("IfcDirection", [1.0, 0.2, 0.0]),
    )


def extruded(b, profile):
    return b.new("IfcExtrudedAreaSolid", profile, tilted(b), b.new("IfcDirection", [0.1, 0.0, 1.0]), 900.0)


def at(b):
    return b.new("IfcAxis2Placement2D", b.point(50, -20), b.new("IfcDirection", [0.8, 0.6]))


def plain(kind, *sizes):
    return lambda b: extruded(b, b.new(kind, "AREA", None, at(b), *sizes))


def swept_disk(b):
    points = [b.point(0, 0, 0), b.point(1000, 0, 0), b.point(1000, 700, 0), b.point(1000, 700, 500)]
    return b.new("IfcSweptDiskSolid", b.new("IfcPolyline", points), 8.0)


def revolved(b):
    profile = b.new("IfcRectangleProfileDef", "AREA", None, at(b), 200.0, 100.0)
    axis = b.new("IfcAxis1Placement", b.point(-600, 0, 0), b.new("IfcDirection", [0.0, 1.0, 0.0]))
    return b.new("IfcRevolvedAreaSolid", profile, tilted(b), axis, math.radians(200))


def mapped(scales):
    def make(b):
        body = b.new("IfcShapeRepresentation", b.context, "Body", "SweptSolid", [b.box(300, 200, 100)])
        source = b.new("IfcRepresentationMap", b.axis(10, 20, 30), body)
        first, second = b.new("IfcDirection", [1.0, 1.0, 0.0]), b.new("IfcDirection", [1.0, -1.0, 0.0])
        target = b.new(
            "IfcCartesianTransformationOperator3DnonUniform",
            first,
            second,
            b.point(500, 0, 0),
            scales[0],
            b.new("IfcDirection", [0.0, 0.0, 1.0]),
            *scales[1:],
        )
        return b.new("IfcMappedItem", source, target)

    return make


def union(b):
    return b.new("IfcBooleanResult", "UNION", b.box(300, 200, 100), swept_disk(b))


def difference(b):
    return b.new("IfcBooleanResult", "DIFFERENCE", b.box(300, 200, 100), extruded(b, hole(b)))


def hole(b):
    return b.new("IfcCircleProfileDef", "AREA", None, at(b), 5.0)


def csg(b):
    return b.new("IfcCsgSolid", b.new("IfcBlock", tilted(b), 300.0, 200.0, 100.0))


def triangles(b):
    points = b.new("IfcCartesianPointList3D", [[0.0, 0.0, 0.0], [9.0, 0, 0], [0, 80.0, 0], [0, 0, 700.0]])
    faces = [[1, 3, 2], [1, 2, 4], [2, 3, 4], [3, 1, 4]]
    return b.new("IfcTriangulatedFaceSet", points, None, True, faces)


SOLIDS = {
    "rectangle": plain("IfcRectangleProfileDef", 300.0, 200.0),
    "hollow rectangle": plain("IfcRectangleHollowProfileDef", 300.0, 200.0, 10.0),
    "circle": plain("IfcCircleProfileDef", 100.0),
    "tube": plain("IfcCircleHollowProfileDef", 100.0, 5.0),
    "I": plain("IfcIShapeProfileDef", 200.0, 300.0, 8.0, 12.0),
    "unequal I": plain("IfcAsymmetricIShapeProfileDef", 300.0, 300.0, 8.0, 12.0, None, 200.0, 12.0),
    "L": plain("IfcLShapeProfileDef", 150.0, 100.0, 10.0),
    "T": plain("IfcTShapeProfileDef", 150.0, 100.0, 10.0, 12.0),
    "U": plain("IfcUShapeProfileDef", 150.0, 100.0, 10.0, 12.0),
    "Z": plain("IfcZShapeProfileDef", 150.0, 100.0, 10.0, 12.0),
    "C": plain("IfcCShapeProfileDef", 150.0, 100.0, 10.0, 30.0),
    "trapezium": plain("IfcTrapeziumProfileDef", 300.0, 100.0, 200.0, 40.0),
    "disk": swept_disk,
    "revolved": revolved,
    "mapped": mapped((1.0, 1.0, 1.0)),
    "mapped to scale": mapped((2.0, 0.5, 3.0)),
    "union": union,
    "difference": difference,
    "block": csg,
    "triangles": triangles,
}


@pytest.mark.parametrize("solid", SOLIDS)
def test_each_kind_of_solid_equals_the_kernel(tmp_path, solid):
    builder = Builder("IFC4")
    proxy = builder.f.by_guid(GUIDS["proxy"])
    proxy.Representation = builder.shape(SOLIDS[solid](builder))
    path = builder.write(tmp_path / "solid.ifc")
    expected = kernel_boxes(path, {GUIDS["proxy"]})[GUIDS["proxy"]]
    curved = solid in ("circle", "tube", "disk", "revolved", "union")
    assert boxes_of(path, tmp_path)[GUIDS["proxy"]] == pytest.approx(expected, abs=4e-3 if curved else 1e-5)


def test_a_solid_that_is_not_understood_has_no_box_not_half_a_box(tmp_path):
    builder = Builder("IFC4")
    proxy = builder.f.by_guid(GUIDS["proxy"])
    proxy.Representation = builder.shape(
        builder.box(1, 1, 1), builder.new("IfcSphere", builder.axis(), 1000.0)
    )
    assert boxes_of(builder.write(tmp_path / "solid.ifc"), tmp_path)[GUIDS["proxy"]] is None


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["duplex_a_2x3.ifc", "schep_root_kalkzandsteen.ifc", "pcert_building_structural_ifc4.ifc"]
)
def test_real_models_equal_the_kernel(shared_data, tmp_path, name):
    path = shared_data / "ifc" / name
    boxes = boxes_of(path, tmp_path)
    expected = kernel_boxes(path)
    assert len(expected) > 10
    cut = {
        element.GlobalId
        for element in ifcopenshell.open(path).by_type("IfcElement")
        if element.Representation
        and any(
            item.is_a("IfcBooleanResult")
            for part in element.Representation.Representations
            for item in part.Items
        )
    }
    for global_id, box in expected.items():
        mine = boxes[global_id]
        assert mine is not None
        if global_id not in cut:
            assert mine == pytest.approx(box, abs=1e-3)
        assert all(mine[axis] <= box[axis] + 1e-3 for axis in range(3))
        assert all(mine[axis] >= box[axis] - 1e-3 for axis in range(3, 6))
