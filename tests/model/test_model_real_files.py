"""Real exports of many authoring tools; ``BIM_SUPERVISE_FULL=1`` reads every one."""

from __future__ import annotations

import os
import time

import ifcopenshell
import pytest
from small_models import hashes, read_here, rewritten

from bim_supervise.core.errors import InputRefused
from bim_supervise.model.read_ifc import read_model

pytestmark = pytest.mark.shared

REFUSED = {
    "fjk_project_final.ifc": "schema_unsupported",
    "mal_garbage_midfile.ifc": "ifc_syntax_error",
    "mal_gzip_named.ifc": "gzip_compressed",
    "mal_no_endsec.ifc": "ifc_truncated",
    "mal_schema_unknown.ifc": "schema_unsupported",
    "mal_utf16le.ifc": "utf16_encoded",
    "odd_empty_multibyte.ifc": "ifc_syntax_error",
    "odd_emptytest.ifc": "ifc_without_instances",
    "odd_errorfile.ifc": "ifc_damaged",
    "odd_formally_illegal.ifc": "ifc_syntax_error",
    "odd_git_lfs_pointer.ifc": "git_lfs_pointer",
    "odd_header_example.ifc": "schema_unsupported",
    "odd_invalid_header.ifc": "ifc_header_damaged",
    "odd_invalid_monetary_unit.ifc": "ifc_header_damaged",
    "odd_invalid_multibyte.ifc": "ifc_syntax_error",
    "odd_wall_ifcxml_in_ifczip.ifczip": "ifcxml_unsupported",
    "odd_wrongly_1251.ifc": "ifc_header_damaged",
    "sched_task_ifc4.ifcxml": "ifcxml_unsupported",
    "sixspaces.ifcxml": "ifcxml_unsupported",
    "smiley_west_allplan.ifc": "schema_unsupported",
    "terrain_alignment.ifc": "schema_unsupported",
    "xbim_4walls.ifcxml": "ifcxml_unsupported",
    "xbim_4x3_test2.ifc": "schema_unsupported",
}
LOADED = {
    "derived_schep_from_eventlog.ifc": 3505,
    "duplex_a_2x3.ifc": 218,
    "fzk_haus_ac20_ifc4.ifc": 85,
    "georef_utm_4x3add2.ifc": 1,
    "mal_raw_utf8_name.ifc": 115,
    "odd_4walls_plain.zip": 5,
    "odd_abstract_class.ifc": 1,
    "odd_ac16_sjis.ifc": 22,
    "odd_ac16_unicode.ifc": 22,
    "odd_backspace_filename.ifc": 0,
    "odd_ifczip_wrong_extension.ifc": 1,
    "odd_invalid_type.ifc": 1,
    "odd_large_offset.ifc": 8,
    "odd_newlines_in_strings.ifc": 1,
    "odd_paolo.ifc": 0,
    "odd_project_only.ifc": 0,
    "odd_real_exponent.ifc": 0,
    "office_a_2x3.ifc": 805,
    "pcert_building_architecture_ifc4.ifc": 15,
    "railway_project_simple_4x3.ifc": 3,
    "schep_multicom_balconies.ifc": 205,
    "schep_root_vebo.ifczip": 130,
}


@pytest.mark.parametrize("name", LOADED)
def test_loads(shared_data, tmp_path, name):
    reading = read_here(shared_data / "ifc" / name, tmp_path)
    assert len(reading.elements) == LOADED[name]
    assert not reading.partial
    assert len({element.global_id for element in reading.elements}) == LOADED[name]


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(shared_data, tmp_path, name):
    with pytest.raises(InputRefused) as caught:
        read_here(shared_data / "ifc" / name, tmp_path)
    assert caught.value.code == REFUSED[name]
    assert caught.value.hint


@pytest.mark.skipif(not os.environ.get("BIM_SUPERVISE_FULL"), reason="slow: set BIM_SUPERVISE_FULL=1")
def test_every_file_loads_or_is_refused_with_a_way_out(shared_data):
    for path in sorted((shared_data / "ifc").iterdir()):
        start = time.perf_counter()
        try:
            reading = read_model(path)
        except InputRefused as error:
            code, partial = error.code, False
        else:
            code, partial = None, reading.partial
        assert (path.name, code, partial) == (path.name, REFUSED.get(path.name), False)
        assert time.perf_counter() - start < 120


def test_schependomlaan_in_the_child_process(shared_data):
    reading = read_model(shared_data / "ifc" / "derived_schep_from_eventlog.ifc")
    assert len(reading.elements) == 3505
    assert all(element.storey for element in reading.elements)
    assert sum(1 for element in reading.elements if element.material) == 3228
    assert sum(1 for element in reading.elements if element.classifications) == 3228


def test_names_in_shift_jis_equal_those_in_unicode(shared_data, tmp_path):
    readings = [
        read_here(shared_data / "ifc" / f"odd_ac16_{encoding}.ifc", tmp_path)
        for encoding in ("sjis", "unicode")
    ]
    named = [[(element.name, element.storey) for element in reading.elements] for reading in readings]
    assert named[0] == named[1]
    assert [storey.name for storey in readings[0].storeys] == [storey.name for storey in readings[1].storeys]


def test_accepted_damage_is_marked(shared_data, tmp_path):
    for name in ("mal_no_endsec.ifc", "mal_garbage_midfile.ifc", "odd_errorfile.ifc"):
        reading = read_here(shared_data / "ifc" / name, tmp_path, accept_partial=True)
        assert reading.partial
        assert reading.warnings[0].code == REFUSED[name]


@pytest.mark.parametrize("name", ["pcert_infra_road_ifc4.ifc", "reinforcing_bar.ifc"])
def test_rewriting_a_real_file_changes_no_hash(shared_data, tmp_path, name):
    path = shared_data / "ifc" / name
    expected = hashes(read_here(path, tmp_path))
    again = tmp_path / "again.ifc"
    ifcopenshell.open(path).write(str(again))
    assert hashes(read_here(again, tmp_path)) == expected
    other = tmp_path / "other.ifc"
    other.write_text(rewritten(again.read_text("ascii"), seed=7))
    assert hashes(read_here(other, tmp_path)) == expected


def test_one_bar_diameter_changes_exactly_its_own(shared_data, tmp_path):
    path = shared_data / "ifc" / "reinforcing_bar.ifc"
    expected = hashes(read_here(path, tmp_path))
    model = ifcopenshell.open(path)
    bar = model.by_type("IfcReinforcingBar")[3]
    bar.NominalDiameter += 2.0 if bar.NominalDiameter > 1 else 0.002
    changed = tmp_path / "changed.ifc"
    model.write(str(changed))
    after = hashes(read_here(changed, tmp_path))
    assert {key for key in after if after[key] != expected[key]} == {bar.GlobalId}
