"""Files that are no IFC, half an IFC, or an IFC in disguise."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_models import Builder, hashes, read_here

from bim_supervise.core.errors import InputRefused
from bim_supervise.model import read_source
from bim_supervise.model.read_ifc import read_model

GOOD = Builder("IFC4").f.to_string().encode("ascii")


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def refused(tmp_path, data: bytes, accept_partial: bool = False, name: str = "model.ifc") -> InputRefused:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputRefused) as caught:
        read_here(path, tmp_path, accept_partial)
    assert name in caught.value.message
    assert caught.value.hint
    return caught.value


NOT_READ = {
    "empty": (b"", "file_empty"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4386\n", "git_lfs_pointer"),
    "gzip": (gzip.compress(GOOD), "gzip_compressed"),
    "utf16": (GOOD.decode().encode("utf-16"), "utf16_encoded"),
    "utf16_without_mark": (GOOD.decode().encode("utf-16-le"), "utf16_encoded"),
    "ifcxml": (b'<?xml version="1.0"?>\n<ifcXML xmlns="http://x/ifcXML"/>', "ifcxml_unsupported"),
    "html": (b"<!DOCTYPE html><html>404</html>", "not_an_ifc"),
    "text": (b"hello", "not_an_ifc"),
    "pdf": (b"%PDF-1.7 ...", "not_an_ifc"),
    "schema": (GOOD.replace(b"'IFC4'", b"'IFC4X1'"), "schema_unsupported"),
    "no_schema": (GOOD.replace(b"FILE_SCHEMA", b"FILE_SCHEME"), "ifc_header_damaged"),
    "header": (GOOD.replace(b"FILE_DESCRIPTION", b"FILE_DESCR"), "ifc_header_damaged"),
    "no_instances": (GOOD.partition(b"DATA;")[0] + b"DATA;ENDSEC;END-ISO-10303-21;", "ifc_without_instances"),
    "zip_empty": (zipped({"readme.txt": b"no model"}), "zip_without_model"),
    "zip_two": (zipped({"a.ifc": GOOD, "b.IFC": GOOD}), "zip_several_models"),
    "zip_xml": (zipped({"a.ifcxml": b"<ifcXML/>"}), "ifcxml_unsupported"),
    "zip_cut": (zipped({"a.ifc": GOOD})[:-200], "zip_damaged"),
    "zip_of_nothing": (zipped({"a.ifc": b""}), "file_empty"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_READ)
def test_what_is_no_readable_ifc_is_refused(tmp_path, case):
    data, code = NOT_READ[case]
    assert refused(tmp_path, data).code == code


def test_path_that_is_no_file(tmp_path):
    for path, code in ((tmp_path / "absent.ifc", "file_not_found"), (tmp_path, "not_a_file")):
        with pytest.raises(InputRefused) as caught:
            read_model(path)
        assert caught.value.code == code


def test_broken_zip_entry(tmp_path):
    data = bytearray(zipped({"a.ifc": GOOD}))
    data[len(data) // 2] ^= 0xFF
    assert refused(tmp_path, bytes(data)).code == "zip_damaged"


def test_zip_bomb_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(read_source, "RATIO_FREE_BYTES", 1 << 20)
    bomb = zipped({"a.ifc": GOOD + b" " * (8 << 20)})
    assert refused(tmp_path, bomb).code == "zip_bomb"
    monkeypatch.setattr(read_source, "RATIO_FREE_BYTES", 1 << 30)
    monkeypatch.setattr(read_source, "MAX_UNPACKED_BYTES", 2 << 20)
    assert refused(tmp_path, bomb).code == "zip_bomb"


@pytest.mark.parametrize("name", ["model.ifczip", "model.zip", "model.ifc", "model"])
def test_zip_under_any_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(zipped({"__MACOSX/._a.ifc": b"x", "folder/a.ifc": GOOD}))
    reading = read_here(path, tmp_path)
    assert len(reading.elements) == 10
    codes = [warning.code for warning in reading.warnings]
    assert codes == ([] if name.endswith("zip") else ["zip_content"])
    assert reading.size_bytes == path.stat().st_size


def test_byte_order_mark_is_recovered(tmp_path):
    path = tmp_path / "model.ifc"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD)
    reading = read_here(path, tmp_path)
    assert [warning.code for warning in reading.warnings] == ["utf8_bom"]
    assert len(reading.elements) == 10


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "外墙 Büro 𠀋"), ("gb18030", "泵房外墙"), ("cp1252", "Büro")]
)
def test_raw_characters_are_recovered(tmp_path, encoding, name):
    path = tmp_path / "model.ifc"
    path.write_bytes(GOOD.decode().replace("Wall W1", name).encode(encoding))
    reading = read_here(path, tmp_path)
    assert name in {element.name for element in reading.elements}
    assert [warning.code for warning in reading.warnings] == ["raw_encoding"]


def test_shift_jis_written_byte_by_byte_is_recovered(tmp_path):
    name = "外壁プロジェクト"
    directive = "".join(f"\\X\\{byte:02X}" for byte in name.encode("cp932"))
    path = tmp_path / "model.ifc"
    path.write_bytes(GOOD.replace(b"Wall W1", directive.encode()))
    reading = read_here(path, tmp_path)
    assert name in {element.name for element in reading.elements}
    assert [warning.code for warning in reading.warnings] == ["names_recovered"]


# --- damage: partial reading is never silent ------------------------------------------------------

END = GOOD.index(b"END-ISO-10303-21;")
ENDSEC = GOOD.rindex(b"ENDSEC;")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(GOOD.index(b"DATA;") + 5, END + len(b"END-ISO-10303-21;")))
def test_a_file_cut_anywhere_is_refused_or_whole(tmp_path, cut):
    path = tmp_path / "cut.ifc"
    path.write_bytes(GOOD[:cut])
    if cut >= ENDSEC + len(b"ENDSEC"):  # the data section is closed: nothing can be missing
        reading = read_here(path, tmp_path)
        assert len(reading.elements) == 10
        assert not reading.partial
        if cut < END + len(b"END-ISO-10303-21"):
            assert [warning.code for warning in reading.warnings] == ["end_iso_missing"]
        return
    error = refused(tmp_path, GOOD[:cut], name="cut.ifc")
    assert error.code in ("ifc_truncated", "ifc_without_instances")


def test_a_truncated_file_is_marked_when_accepted(tmp_path):
    path = tmp_path / "cut.ifc"
    path.write_bytes(GOOD[: int(len(GOOD) * 0.8)])
    reading = read_here(path, tmp_path, accept_partial=True)
    assert reading.partial
    assert reading.warnings[0].code == "ifc_truncated"
    assert reading.warnings[0].message.startswith("PARTIAL MODEL")
    assert 0 < len(reading.elements) <= 10


def test_endsec_alone_may_be_missing(tmp_path):
    path = tmp_path / "model.ifc"
    path.write_bytes(GOOD[:ENDSEC] + GOOD[END:])
    reading = read_here(path, tmp_path)
    assert not reading.partial
    assert [warning.code for warning in reading.warnings] == ["endsec_missing"]


def statement(kind: bytes) -> tuple[int, int]:
    start = GOOD.rindex(b"\n", 0, GOOD.index(kind)) + 1
    return start, GOOD.index(b"\n", start)


DAMAGES = {
    "swallowed by a comment": lambda a, b: GOOD[:a] + b"/*" + GOOD[a:],
    "statement without number": lambda a, b: GOOD[:a] + GOOD[a:b].partition(b"=")[2] + GOOD[b:],
    "referenced instance gone": lambda a, b: GOOD[:a] + GOOD[b:],
    "garbage": lambda a, b: GOOD[:a] + b"\x01\x02garbage;;(" + GOOD[a:],
    "defined twice": lambda a, b: GOOD[:a] + GOOD[a:b] + b"\n" + GOOD[a:],
    "open string": lambda a, b: GOOD[: b - 4] + b"'" + GOOD[b - 4 :],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_in_the_middle_is_refused(tmp_path, damage):
    start, end = statement(b"IFCWALLTYPE(")
    error = refused(tmp_path, DAMAGES[damage](start, end))
    assert error.code in ("ifc_damaged", "ifc_syntax_error", "ifc_truncated"), error.message


def test_damaged_file_read_as_far_as_it_goes(tmp_path):
    start, end = statement(b"IFCWALLTYPE(")
    path = tmp_path / "model.ifc"
    path.write_bytes(GOOD[:start] + GOOD[end:])
    reading = read_here(path, tmp_path, accept_partial=True)
    assert reading.partial
    assert len(reading.elements) == 10
    assert {element.type_name for element in reading.elements if element.name == "Wall W1"} == {None}


def test_semicolons_and_numbers_inside_strings_are_no_damage(tmp_path):
    for text in (b"a; #99=b; it''s", b"/* no comment", b"C:\\\\temp\\\\", b"\\S\\' paragraph", b"ENDSEC;"):
        path = tmp_path / "model.ifc"
        path.write_bytes(GOOD.replace(b"Wall W1", text))
        assert read_here(path, tmp_path).warnings == ()


# --- the limits of the child process ----------------------------------------------------------------


def test_reader_is_stopped_in_time(tmp_path):
    path = tmp_path / "model.ifc"
    path.write_bytes(GOOD)
    with pytest.raises(InputRefused) as caught:
        read_model(path, timeout_s=0.05)
    assert caught.value.code == "reader_timeout"


def test_reader_is_stopped_at_its_memory_limit(tmp_path):
    path = tmp_path / "model.ifc"
    path.write_bytes(
        GOOD[:ENDSEC]
        + b"".join(b"#%d=IFCCARTESIANPOINT((1.,2.,3.));\n" % n for n in range(10**6, 10**6 + 400_000))
        + GOOD[ENDSEC:]
    )
    with pytest.raises(InputRefused) as caught:
        read_model(path, memory_bytes=320 << 20)
    assert caught.value.code in ("reader_memory", "reader_crashed")


def test_refusal_crosses_the_process_boundary(tmp_path):
    path = tmp_path / "model.ifc"
    path.write_bytes(GOOD[: len(GOOD) // 2])
    with pytest.raises(InputRefused) as caught:
        read_model(path)
    assert caught.value.code == "ifc_truncated"
    assert "line" in caught.value.message
    partial = read_model(path, accept_partial=True)
    assert partial.partial
    assert (
        hashes(partial).keys()
        <= hashes(read_here(Builder("IFC4").write(tmp_path / "b.ifc"), tmp_path)).keys()
    )
