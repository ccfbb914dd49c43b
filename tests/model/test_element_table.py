"""The quick element table against the long way: a naive walk of the parser's own objects, field by field."""

from __future__ import annotations

import math
import os
from pathlib import Path

import ifcopenshell
import ifcopenshell.util.element as walk
import ifcopenshell.util.unit as unit_walk
import pytest
from small_models import GUIDS, SCHEMAS, Builder

from bim_supervise.api import element_table
from bim_supervise.core.errors import InputRefused
from bim_supervise.model.element_table import element_numbers
from bim_supervise.model.read_instances import header_is_readable, parse
from bim_supervise.model.read_source import read_source
from bim_supervise.model.read_table import fast_instances, read_table_in_child, table_of

FULL = bool(os.environ.get("BIM_SUPERVISE_FULL"))
SOME = (
    "duplex_a_2x3.ifc",
    "fzk_haus_ac20_ifc4.ifc",
    "schep_bernts_steel.ifc",
    "odd_revit2013_unicode.ifc",
    "pcert_infra_road_ifc4.ifc",
    "railway_project_simple_4x3.ifc",
)


def table(path: Path, folder: Path):
    return read_table_in_child(str(path), str(folder), False, lambda stage, share: None)


def naive(model, element):
    """What the library's own helpers say of one element."""
    kind = walk.get_type(element)
    container = walk.get_container(element, ifc_class="IfcBuildingStorey")
    return {
        "global_id": element.GlobalId,
        "ifc_class": element.is_a(),
        "name": element.Name,
        "tag": getattr(element, "Tag", None),
        "type_name": kind.Name if kind is not None else None,
        "storey": (container.Name or container.GlobalId) if container is not None else None,
        "psets": walk.get_psets(element, psets_only=True),
        "quantities": walk.get_psets(element, qtos_only=True),
        "materials": [item.Name for item in walk.get_materials(element) if item is not None],
        "codes": [
            getattr(rel.RelatingClassification, "Identification", None)
            or getattr(rel.RelatingClassification, "ItemReference", None)
            for rel in element.HasAssociations
            if rel.is_a("IfcRelAssociatesClassification")
        ],
    }


def blank(text):
    return None if text is None or not text.strip() else text


def compare_with_the_walk(path: Path, folder: Path) -> int:
    source = read_source(path, folder)
    found = table_of(source, path.name, False, lambda stage, share: None)
    if any(warning.code == "names_recovered" for warning in found.warnings):
        return (
            0  # the library shows such names as rubbish; test_model_real_files holds them against good ones
        )
    model = ifcopenshell.open(str(source.path))
    scale = {
        kind: unit_walk.calculate_unit_scale(model, unit_type=name)
        for kind, name in (
            ("l", "LENGTHUNIT"),
            ("a", "AREAUNIT"),
            ("v", "VOLUMEUNIT"),
            ("r", "PLANEANGLEUNIT"),
        )
    }
    by_id = {}
    for element in found.elements:
        by_id.setdefault(element.global_id.partition("~")[0], []).append(element)
    compared = 0
    for element in model.by_type("IfcElement"):
        if element.is_a("IfcFeatureElementSubtraction"):
            continue
        same = by_id[element.GlobalId]
        if len(same) > 1:
            continue
        (mine,), theirs = same, naive(model, element)
        for field in ("ifc_class",):
            assert getattr(mine, field) == theirs[field]
        for field in ("name", "tag", "type_name", "storey"):
            assert getattr(mine, field) == blank(theirs[field]), (path.name, mine.global_id, field)
        properties = found.properties.get(mine.global_id, {})
        for name, values in theirs["psets"].items():
            for key, value in values.items():
                if key != "id":
                    compared += check(properties, f"{name}.{key}", value, scale, (path.name, mine.global_id))
        for name, values in theirs["quantities"].items():
            for key, value in values.items():
                if isinstance(value, (int, float)) and key != "id":
                    stated = mine.quantities[f"{name or 'Quantities'}.{key}"]
                    assert any(
                        math.isclose(stated, value * factor) for factor in (1.0, *scale.values(), 1e-3)
                    )
        for material in theirs["materials"]:
            assert material is None or not material.strip() or material in (mine.material or "")
        for code in theirs["codes"]:
            assert code is None or code in mine.classifications
    return compared


def check(properties, key, value, scale, where) -> int:
    """One property: texts and truth values equal; numbers equal in the file's units or in SI."""
    if isinstance(value, dict) and "properties" in value:  # a complex property: its parts stand beside it
        return sum(
            check(properties, f"{key}.{name}", part, scale, where)
            for name, part in value["properties"].items()
        )
    assert key in properties, (*where, key)
    mine = properties[key]
    if isinstance(value, dict) or mine is None:
        return 1
    if isinstance(value, (list, tuple)):
        assert len(mine) == len(value)
        return 1
    if isinstance(value, (bool, str)):
        assert mine == value, (*where, key)
    elif isinstance(value, (int, float)):
        factors = (1.0, *scale.values(), math.pi / 180, 1e-3)
        assert any(math.isclose(mine, value * factor, abs_tol=1e-12) for factor in factors), (*where, key)
    return 1


@pytest.mark.shared
@pytest.mark.parametrize("name", SOME)
def test_every_field_equals_the_naive_walk(shared_data, tmp_path, name):
    compare_with_the_walk(shared_data / "ifc" / name, tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not FULL, reason="slow: set BIM_SUPERVISE_FULL=1")
def test_every_field_of_every_model_equals_the_naive_walk(shared_data, tmp_path):
    compared = quick = 0
    for path in sorted((shared_data / "ifc").iterdir()):
        try:
            source = read_source(path, tmp_path)
            fast = fast_instances(source.data) is not None
            compared += compare_with_the_walk(path, tmp_path)
            quick += fast
        except InputRefused:
            continue
    assert compared > 50_000
    assert quick >= 30


def same_both_ways(path: Path, folder: Path) -> bool:
    """Whether the quick way was taken; what it read equals what the parser holds of the same instances."""
    source = read_source(path, folder)
    quick = fast_instances(source.data) if header_is_readable(source.data) else None
    if quick is None:
        return False
    slow = parse(source.path, lambda count: None).instances
    assert sorted(element_numbers(quick)) == sorted(element_numbers(slow))
    for number, row in quick.rows.items():
        name = quick.classes[number]
        assert slow.classes[number] == name
        mine = dict(zip((item.name for item in quick.attributes[name]), row, strict=True))
        theirs = slow.named(number)
        for key, value in mine.items():
            assert value == theirs[key], (path.name, number, name, key)
    return True


@pytest.mark.shared
@pytest.mark.parametrize("name", ["duplex_a_2x3.ifc", "reinforcing_bar.ifc", "pcert_infra_road_ifc4.ifc"])
def test_the_bytes_say_what_the_parser_says(shared_data, tmp_path, name):
    assert same_both_ways(shared_data / "ifc" / name, tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not FULL, reason="slow: set BIM_SUPERVISE_FULL=1")
def test_the_bytes_of_every_model_say_what_the_parser_says(shared_data, tmp_path):
    taken = []
    for path in sorted((shared_data / "ifc").iterdir()):
        try:
            if same_both_ways(path, tmp_path):
                taken.append(path.name)
        except InputRefused:
            continue
    assert len(taken) >= 30


@pytest.mark.parametrize("schema", SCHEMAS)
def test_small_models_both_ways(tmp_path, schema):
    assert same_both_ways(Builder(schema).write(tmp_path / "model.ifc"), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ENDSEC;\nEND-ISO", "/* done */\nENDSEC;\nEND-ISO"),
        ("'Wall W1'", "'Wall; W1'"),
        ("'Wall W1'", "'Wall\nW1'"),
        ("'Wall W1'", "'#99=IFCWALL(''x'')'"),
        ("'Wall W1'", r"'W\X2\94A2\X0\ \X\E9 \S\i \\ ''q'''"),
        ("(", " ( "),
        (",", ",\n"),
        ("\n", "\r\n"),
    ],
)
def test_other_ways_of_writing_the_same_give_the_same_table(tmp_path, old, new):
    path = Builder("IFC4").write(tmp_path / "model.ifc")
    text = path.read_text("ascii")
    assert old in text
    head, mark, body = text.partition("DATA;")
    written = head + mark + body.replace(old, new)
    if old == "\n":
        written = text.replace(old, new)
    other = tmp_path / "other.ifc"
    other.write_bytes(written.encode("ascii"))
    by_quick = table(other, tmp_path)
    source = read_source(other, tmp_path)
    quick = fast_instances(source.data)
    if quick is not None:
        assert same_both_ways(other, tmp_path)
    else:
        assert not by_quick.fast
    assert len(by_quick.elements) == len(table(path, tmp_path).elements)


def test_a_truncated_file_is_refused_here_too(tmp_path):
    path = Builder("IFC4").write(tmp_path / "model.ifc")
    cut = tmp_path / "cut.ifc"
    cut.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(InputRefused) as refused:
        table(cut, tmp_path)
    assert refused.value.code == "ifc_truncated"


def test_the_table_of_a_file_that_is_not_loaded(tmp_path):
    path = Builder("IFC4").write(tmp_path / "model.ifc")
    rows = {row["global_id"]: row for row in element_table(path)}
    wall = rows[GUIDS["wall"]]
    assert wall["class"] == "IfcWall"
    assert wall["storey"]
    assert wall["properties"]
    assert "content_hash" not in wall
