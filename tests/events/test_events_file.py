"""CSV and JSON-lines files: one damaged line costs that line only."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.mapping import DEFAULT_MAPPING, parse_mapping
from bim_supervise.events.normalise import normalise
from bim_supervise.events.rows import Unreadable
from bim_supervise.events.sources_file import read_batches, read_rows

MISSING_BY_WEEK = {
    "observations": [
        {
            "kind": "missing",
            "subject": {"type": "element", "by": "name", "column": "Name"},
            "time": {"iso_week": "week", "year": 2015, "at": "end"},
            "reporter": "site walk",
        }
    ]
}


def rows_of(path: Path, data: str | bytes, **keywords):
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read_rows(path, **keywords))


def refused(path: Path, data: str | bytes, mapping=DEFAULT_MAPPING) -> InputRefused:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(InputRefused) as error:
        list(read_batches(path, mapping))
    return error.value


def test_csv_with_physical_lines(tmp_path):
    data = '\ufeffa,b\r\n1,"x\r\ny"\r\n\r\n2,"say ""hi"""\r\n3\r\n4,5,6\r\n7,"8, 9"\r\n10,5" pipe\r\n'
    assert rows_of(tmp_path / "x.csv", data) == [
        (2, {"a": "1", "b": "x\ny"}),
        (5, {"a": "2", "b": 'say "hi"'}),
        (6, Unreadable("csv_column_count")),
        (7, Unreadable("csv_column_count")),
        (8, {"a": "7", "b": "8, 9"}),
        (9, {"a": "10", "b": '5" pipe'}),
    ]


def test_a_stray_quote_does_not_swallow_the_rest(tmp_path):
    lines = ["a,b", *(f"{number},x" for number in range(200))]
    lines[100] = '99,"x'
    rows = rows_of(tmp_path / "x.csv", "\n".join(lines))
    assert rows[99] == (101, Unreadable("csv_quote_invalid"))
    assert [line for line, _ in rows] == list(range(2, 202))
    assert sum(isinstance(row, Unreadable) for _, row in rows) == 1


@pytest.mark.parametrize(("delimiter", "name"), [(";", "x.csv"), ("\t", "x.tsv"), ("|", "x.dat")])
def test_the_delimiter_is_found_in_the_header(tmp_path, delimiter, name):
    assert rows_of(tmp_path / name, f"a{delimiter}b\n1,5{delimiter}2\n") == [(2, {"a": "1,5", "b": "2"})]


def test_bytes_that_are_no_text_cost_their_line(tmp_path):
    rows = rows_of(tmp_path / "x.csv", b'a,b\n1,2\n\xff,3\n"4\n\xfe",5\n5,6\n')
    assert [row for _, row in rows] == [
        {"a": "1", "b": "2"},
        Unreadable("encoding_invalid"),
        Unreadable("encoding_invalid"),
        {"a": "5", "b": "6"},
    ]


def test_chinese_encodings(tmp_path):
    data = "名称,值\n噪声,68\n"
    expected = [(2, {"名称": "噪声", "值": "68"})]
    assert rows_of(tmp_path / "x.csv", data.encode("gb18030"), encoding="gb18030") == expected
    assert rows_of(tmp_path / "x.csv", data.encode("utf-16"), encoding="utf-16") == expected


def test_json_lines(tmp_path):
    data = '{"a": 1}\n\n{"a": \n[{"a": 2}, 3]\n"x"\nnull\n[]\n' + "[" * 5000 + "\n" + '{"a": 4}'
    assert rows_of(tmp_path / "x.jsonl", data) == [
        (1, {"a": 1}),
        (3, Unreadable("json_invalid")),
        (4, {"a": 2}),
        (4, Unreadable("json_not_object")),
        (5, {"$value": "x"}),
        (6, Unreadable("json_not_object")),
        (7, Unreadable("array_empty")),
        (8, Unreadable("json_invalid")),
        (9, {"a": 4}),
    ]
    assert rows_of(tmp_path / "x.log", '  {"a": 1}') == [(1, {"a": 1})]


def test_files_that_cannot_be_meant(tmp_path):
    path = tmp_path / "x.csv"
    assert refused(path, b"PK\x03\x04\x00\x00").code == "observation_file_binary"
    assert refused(path, "").code == "csv_header_missing"
    assert refused(path, '"a,b\n').code == "csv_header_missing"
    assert refused(path, "a,b,a\n1,2,3\n").code == "csv_header_duplicate"
    with pytest.raises(InputRefused, match="cannot be read"):
        list(read_rows(tmp_path / "none.csv"))


def test_a_wrong_column_is_named_before_anything_is_read(tmp_path):
    error = refused(tmp_path / "x.csv", "Week,Naam\n26,x\n", parse_mapping(MISSING_BY_WEEK))
    assert error.code == "column_missing"
    assert "'Name'" in error.message
    assert "'week'" in error.message
    assert "Week, Naam" in error.message
    error = refused(tmp_path / "y.csv", "kind,when\n1,2\n")
    assert "'time'" in error.message
    assert "device | element" in error.message


def test_batches_and_progress(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("kind,time,device\n" + "a,b,c\n" * 25)
    shares: list[float] = []
    batches = list(read_batches(path, DEFAULT_MAPPING, size=10, on_progress=shares.append))
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert batches[2][0][0] == 22
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


CELLS = st.text(st.characters(blacklist_characters="\x00\r", blacklist_categories=("Cs",)), max_size=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_what_python_writes_is_read_back(tmp_path, table):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("a", "b"), *table])
    rows = rows_of(tmp_path / "x.csv", text.getvalue().encode())
    expected = [{"a": a, "b": b} for a, b in table if a.strip() or b.strip() or a + b]
    assert [row for _, row in rows if isinstance(row, dict) and (row["a"] or row["b"])] == expected


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["x.csv", "x.jsonl"]),
    st.lists(
        st.sampled_from(
            [b'"', b",", b"\n", b"a", b"{", b'{"a":1}', b"\xff", b"\r", b"\x00", b"[", b"\xe4\xb8\xad"]
        )
    ),
    st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]),
)
def test_no_file_raises_but_by_refusal(tmp_path, name, pieces, encoding):
    path = tmp_path / name
    path.write_bytes(b"a,b\n" + b"".join(pieces))
    try:
        rows = list(read_rows(path, encoding=encoding))
    except InputRefused:
        pass
    else:
        assert all(isinstance(row, (dict, Unreadable)) for _, row in rows)


@pytest.mark.shared
def test_schependomlaan_elements_missing_by_week(shared_data):
    """170 rows of elements seen missing in ISO weeks 26-30 of 2015, matched by the name of the element."""
    by_name: dict[str, list[str]] = defaultdict(list)
    with (shared_data / "eventlog" / "schependomlaan_as_planned.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["GUID"] not in by_name[row["Resource"]]:
                by_name[row["Resource"]].append(row["GUID"])

    class Names:
        def element_ids(self, name):
            return by_name.get(name, [])

        def task_ids(self, name):
            return []

    path = shared_data / "eventlog" / "schependomlaan_missing_by_week.csv"
    mapping = parse_mapping(MISSING_BY_WEEK)
    (rows,) = read_batches(path, mapping)
    batch = normalise(
        rows,
        mapping,
        kinds=KindTable(),
        zone=ZoneInfo("Europe/Amsterdam"),
        received=datetime(2026, 1, 1, tzinfo=UTC),
        source="csv",
        resolve=Names(),
    )
    with path.open(encoding="utf-8-sig") as file:
        names = [(int(row["week"]), row["Name"]) for row in csv.DictReader(file)]
    expected = Counter(week for week, name in names if len(by_name.get(name, [])) == 1)
    assert batch.read == len(names) == 170
    assert Counter(entry.event_time.isocalendar().week for entry in batch.facts) == expected
    assert {entry.reason for entry in batch.rejected} <= {"element_unknown", "element_name_ambiguous"}
    assert len(batch.rejected) == 170 - expected.total()
    assert {entry.event_time for entry in batch.facts} == {
        datetime.fromisocalendar(2015, week, 7).replace(hour=21, minute=59, second=59, tzinfo=UTC)
        for week in expected
    }
