"""The content hash binds what is built and nothing else."""

from __future__ import annotations

import math

import ifcopenshell
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_models import GUIDS, SCHEMAS, Builder, hashes, read_here, rewritten

from bim_supervise.model.content_hash import significant, steps

NAMES = {guid: name for name, guid in GUIDS.items()}


@pytest.fixture(scope="module", params=SCHEMAS)
def base(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hash")
    path = Builder(request.param).write(folder / "base.ifc")
    return request.param, path, hashes(read_here(path, folder)), folder


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), digits=st.sampled_from([12, 15, 17]))
def test_export_noise_changes_no_hash(base, seed, digits):
    _, path, expected, folder = base
    other = folder / "other.ifc"
    other.write_text(rewritten(path.read_text(), seed, digits))
    assert hashes(read_here(other, folder)) == expected


def test_writing_again_with_ifcopenshell_changes_no_hash(base):
    _, path, expected, folder = base
    other = folder / "again.ifc"
    model = ifcopenshell.open(path)
    for owner in model.by_type("IfcOwnerHistory"):
        owner.CreationDate = 1_700_000_000
        owner.ChangeAction = "MODIFIED"
    for brep in model.by_type("IfcClosedShell"):
        brep.CfsFaces = brep.CfsFaces[::-1]  # a SET: its order means nothing
    model.write(str(other))
    assert hashes(read_here(other, folder)) == expected


def changed(base, **changes) -> set[str]:
    schema, _, expected, folder = base
    after = hashes(read_here(Builder(schema, **changes).write(folder / "changed.ifc"), folder))
    assert set(after) == set(expected)
    return {NAMES[guid] for guid in after if after[guid] != expected[guid]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"wall_length": 5001.0}, {"wall"}),
        ({"wall_x": 1.0}, {"wall", "door"}),  # the door stands in the wall and moved with it
        ({"opening_width": 1010.0}, {"wall"}),
        ({"wall_grade": "C25/30"}, {"wall"}),
        ({"wall_area": 15.1}, {"wall"}),
        ({"slab_layer": 201.0}, {"slab"}),
        ({"slab_material": "Concrete C25/30"}, {"slab"}),
        ({"bar_diameter": 14.0}, {"rebar"}),
        ({"bar_radius": 7.0}, {"rebar"}),
        ({"wall_name": "Other name"}, set()),
        ({"proxy_tag": "T2"}, set()),
        ({"colour": 0.9}, set()),
        ({"opening_width": 1000.4}, set()),  # below 1 mm
        ({"wall_length": 5000.4}, {"wall"}),  # below 1 mm, but the stated quantity tells 5.0004 m from 5 m
        ({"beam_profile": "HEA220"}, {"beam_a", "beam_b"}),  # shared
    ],
)
def test_one_change_touches_exactly_its_own(base, changes, expected):
    assert changed(base, **changes) == expected


def test_units_do_not_matter(base):
    """The same model with its lengths in metres: only the unit and the numbers differ."""
    _, path, expected, folder = base
    model = ifcopenshell.open(path)
    for unit in model.by_type("IfcSIUnit"):
        if unit.UnitType == "LENGTHUNIT" and unit.Prefix == "MILLI":
            unit.Prefix = None
    for point in model.by_type("IfcCartesianPoint"):
        point.Coordinates = [part / 1000 for part in point.Coordinates]
    lengths = {
        "IfcRectangleProfileDef": ("XDim", "YDim"),
        "IfcExtrudedAreaSolid": ("Depth",),
        "IfcIShapeProfileDef": (3, 4, 5, 6),  # renamed between the schemas
        "IfcSweptDiskSolid": ("Radius",),
        "IfcMaterialLayer": ("LayerThickness",),
        "IfcQuantityLength": ("LengthValue",),
        "IfcReinforcingBar": ("NominalDiameter",),
        "IfcDoor": ("OverallHeight", "OverallWidth"),
        "IfcBuildingStorey": ("Elevation",),
    }
    for kind, names in lengths.items():
        for entity in model.by_type(kind):
            for name in names:
                place = name if isinstance(name, int) else entity.get_argument_index(name)
                entity[place] = entity[place] / 1000
    other = folder / "metres.ifc"
    model.write(str(other))
    assert hashes(read_here(other, folder)) == expected


@given(st.integers(-(10**7), 10**7), st.floats(-1e-5, 1e-5))
def test_noise_never_flips_a_half_step(count, noise):
    value = (count + 0.5) * 0.001
    assert steps(value + noise * 0.001, 0.001) == count + 1


@given(st.floats(-1e6, 1e6), st.floats(1.0, 1e4))
def test_a_change_of_a_step_always_shows(value, change):
    assert steps(value + change * 1.0001, 1.0) != steps(value, 1.0)


@given(st.floats(-1e9, 1e9))
def test_significant_is_close_and_idempotent(value):
    once = significant(value, 6)
    assert math.isclose(once, value, rel_tol=1.1e-5, abs_tol=1e-300)
    assert significant(once, 6) == once
