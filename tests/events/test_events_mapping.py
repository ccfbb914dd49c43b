"""Mapping files: what they may say, and errors that name the entry."""

from __future__ import annotations

import pytest

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.mapping import parse_mapping, read_mapping

GOOD = {
    "kind": "missing",
    "subject": {"type": "element", "by": "name", "column": "Name"},
    "time": {"iso_week": "week", "year": 2015},
}


def with_entry(**changes):
    return {"observations": [{key: value for key, value in (GOOD | changes).items() if value is not ...}]}


def test_a_file(tmp_path):
    path = tmp_path / "weeks.yaml"
    path.write_text(
        "observations:\n"
        "  - kind: {column: State, map: {no: missing, yes: installed, 3: delivered}}\n"
        "    subject: {type: element, by: name, column: Name}\n"
        "    time: {iso_week: week, year: 2015, at: end}\n"
        "csv: {delimiter: ';', encoding: utf-8}\n",
        "utf-8",
    )
    mapping = read_mapping(path)
    (entry,) = mapping.observations
    assert dict(entry.kind.values) == {"no": "missing", "yes": "installed", "3": "delivered"}
    assert mapping.delimiter == ";"
    assert mapping.missing_columns(["week", "Name"]) == ["State"]
    assert mapping.missing_columns(["week", "Name", "State"]) == []


@pytest.mark.parametrize(
    ("data", "entry"),
    [
        (None, ""),
        ([], ""),
        ({"observations": []}, "observations"),
        ({"observations": [GOOD], "rows": 1}, ""),
        ({"observations": ["x"]}, "observations[0]"),
        (with_entry(kind=...), "observations[0]"),
        (with_entry(time=...), "observations[0]"),
        (with_entry(Kind="x"), "observations[0]"),
        (with_entry(kind={"colum": "x"}), "observations[0].kind"),
        (with_entry(kind={"column": "x", "topic": 1}), "observations[0].kind"),
        (with_entry(kind={"topic": "one"}), "observations[0].kind"),
        (with_entry(kind={"column": "x", "map": []}), "observations[0].kind.map"),
        (with_entry(kind={"column": "x", "map": {"a": []}}), "observations[0].kind.map.a"),
        (with_entry(subject={"type": "wall", "column": "x"}), "observations[0].subject.type"),
        (with_entry(subject={"type": "device", "by": "name", "column": "x"}), "observations[0].subject.by"),
        (with_entry(subject={"type": "element"}), "observations[0].subject"),
        (with_entry(time={}), "observations[0].time"),
        (with_entry(time={"column": "t", "iso_week": "w"}), "observations[0].time"),
        (with_entry(time={"column": "t", "format": "DD/MM"}), "observations[0].time.format"),
        (with_entry(time={"column": "t", "format": "%H:%M"}), "observations[0].time.format"),
        (with_entry(time={"iso_week": "w", "at": "noon"}), "observations[0].time.at"),
        (with_entry(quality={"column": "q"}), "observations[0].quality"),
        (with_entry(payload=["x"]), "observations[0].payload"),
        (with_entry(optional="maybe"), "observations[0].optional"),
        ({"observations": [GOOD], "csv": {"encoding": "klingon"}}, "csv.encoding"),
        ({"observations": [GOOD], "csv": {"delimiter": "ab"}}, "csv.delimiter"),
        ({"observations": [GOOD], "missing": "NA"}, "missing"),
        ({"observations": [GOOD], "decimal": "x"}, "decimal"),
    ],
)
def test_errors_name_the_entry(data, entry):
    with pytest.raises(InputRefused) as refused:
        parse_mapping(data, name="m.yaml")
    assert refused.value.code == "mapping_invalid"
    assert refused.value.params["entry"] == entry
    assert "m.yaml" in refused.value.message
    assert refused.value.hint


def test_an_unknown_zone_is_refused():
    with pytest.raises(InputRefused) as refused:
        parse_mapping(with_entry(time={"column": "t", "zone": "Mars"}))
    assert refused.value.code == "timezone_unknown"


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\x00", "- !!python/object:os.system x"])
def test_broken_yaml(tmp_path, text):
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(InputRefused) as refused:
        read_mapping(path)
    assert refused.value.code == "yaml_invalid"


def test_no_file(tmp_path):
    with pytest.raises(InputRefused) as refused:
        read_mapping(tmp_path / "none.yaml")
    assert refused.value.code == "file_not_found"
