import unicodedata
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.rows import Unreadable
from bim_supervise.model.elements import Element
from bim_supervise.schedule.tasks import Calculation, Schedule, Task, TaskDates, TaskKind
from bim_supervise.tracking.link_mapping import (
    ElementKey,
    LinkMapping,
    TaskKey,
    check_columns,
    default_mapping,
    parse_link_mapping,
)
from bim_supervise.tracking.links import MAX_CANDIDATES, coverage, join, links_of_plan
from bim_supervise.tracking.read_links import load_links, read_link_mapping, read_link_table

BY_NAME = parse_link_mapping(
    {
        "element": {"column": "element", "by": "name"},
        "task": {"column": "task", "by": "name"},
        "planned_start": {"column": "start", "format": "%d-%m-%Y"},
        "planned_finish": "finish",
    }
)
BY_ID = parse_link_mapping({"element": "element", "task": "task"})


def element(global_id, name=None, **more):
    return Element(global_id=global_id, ifc_class="IfcWall", name=name, **more)


def task(id_, name, start=None, finish=None, **more):
    return Task(
        id=id_,
        source_id=more.pop("source_id", f"uid-{id_}"),
        name=name,
        start=datetime.fromisoformat(start) if start else None,
        finish=datetime.fromisoformat(finish) if finish else None,
        **more,
    )


def schedule(*tasks):
    return Schedule(
        name="plan", source_format="csv", sha256="", tasks=tasks, links=(), calendars=(), default_calendar="c"
    )


def named(name, start="", finish="", wall="Wall 1"):
    return {"element": wall, "task": name, "start": start, "finish": finish}


PLAN = schedule(
    task("1", "Formwork", "2026-03-02T08:00", "2026-03-04T16:00"),
    task("2", "Formwork", "2026-04-06T08:00", "2026-04-08T16:00"),
    task("3", "Formwork", "2026-04-06T13:00", "2026-04-09T16:00"),
    task("4", "Rebar ", "2026-03-05T08:00", "2026-03-09T16:00"),
    task("5", "Foundation", kind=TaskKind.SUMMARY),
    task("6", "Café", "2026-05-04T08:00"),
)
WALLS = [element("g1", "Wall 1"), element("g2", "Wall 2"), element("g3", "Wall 2", storey="B1")]


def one(row, elements=WALLS, plan=PLAN, mapping=BY_NAME, **more):
    result = join([(2, row)], elements, plan, mapping, **more)
    assert len(result.links) + len(result.unresolved) == 1
    return result.links[0] if result.links else result.unresolved[0]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (named("Formwork", "2-3-2026"), "1"),
        (named(" Formwork ", "02-03-2026"), "1"),
        (named("Rebar"), "4"),
        (named("Rebar ", "5-3-2026"), "4"),
        (named(unicodedata.normalize("NFD", "Café"), "4-5-2026"), "6"),
        (named("Formwork", "6-4-2026", "2026-04-09"), "3"),
        # a finish that fits nothing only fails to help: durations change between exports
        (named("Rebar", "5-3-2026", "2026-12-31"), "4"),
    ],
)
def test_a_name_with_its_start_finds_its_task(row, found):
    assert one(row).task_id == found


@pytest.mark.parametrize(
    ("row", "what", "reason", "candidates"),
    [
        (named("Formwork"), "Formwork", "task_ambiguous", ["1", "2", "3"]),
        (named("Formwork", "6-4-2026"), "Formwork 2026-04-06", "task_ambiguous", ["2", "3"]),
        (named("Formwork", "7-4-2026"), "Formwork 2026-04-07", "task_start_differs", ["1", "2", "3"]),
        (named("formwork"), "formwork", "task_unknown", []),
        (named(""), "", "task_missing", []),
        (named("Foundation"), "Foundation", "task_is_summary", ["5"]),
        (named("Rebar", "2026-03-05"), "2026-03-05", "bad_date", []),
        (named("Rebar", "31-2-2026"), "31-2-2026", "bad_date", []),
        (named("Rebar", finish="9/3/2026"), "9/3/2026", "bad_date", []),
        (named("Rebar", wall="Wall 2"), "Wall 2", "element_ambiguous", ["g2", "g3"]),
        (named("Rebar", wall="Wall 9"), "Wall 9", "element_unknown", []),
        (named("Rebar", wall="  "), "", "element_missing", []),
        (Unreadable("csv_column_count"), "", "csv_column_count", []),
    ],
)
def test_a_row_that_fits_none_or_several_makes_no_link(row, what, reason, candidates):
    unresolved = one(row)
    assert (unresolved.line, unresolved.what, unresolved.reason) == (2, what, reason)
    assert [candidate.id for candidate in unresolved.candidates] == candidates
    assert unresolved.candidates_total == len(candidates)


def test_candidates_are_told_apart_by_their_labels():
    assert [candidate.label for candidate in one(named("Formwork", "6-4-2026")).candidates] == [
        "Formwork 2026-04-06 08:00",
        "Formwork 2026-04-06 13:00",
    ]
    assert one(named("Rebar", wall="Wall 2")).candidates[1].label == "IfcWall B1"


def test_the_list_of_candidates_is_cut_but_their_number_is_not():
    walls = [element(f"g{number}", "Wall") for number in range(50)]
    unresolved = one(named("Rebar", wall="Wall"), walls)
    assert (len(unresolved.candidates), unresolved.candidates_total) == (MAX_CANDIDATES, 50)


def test_a_start_with_a_time_of_day_must_fit_to_the_minute():
    mapping = parse_link_mapping(
        {
            "element": {"column": "element", "by": "name"},
            "task": {"column": "task", "by": "name"},
            "planned_start": {"column": "start", "format": "%Y-%m-%d %H:%M"},
        }
    )
    assert one(named("Formwork", "2026-04-06 13:00"), mapping=mapping).task_id == "3"
    assert one(named("Formwork", "2026-04-06 12:00"), mapping=mapping).reason == "task_start_differs"


def test_the_ids_of_the_plan_and_of_its_file_both_find_a_task():
    rows = [(2, {"element": "g1", "task": "4"}), (3, {"element": "g2", "task": "uid-4"})]
    assert [link.task_id for link in join(rows, WALLS, PLAN, BY_ID).links] == ["4", "4"]


def test_an_id_that_means_two_tasks_is_ambiguous():
    plan = schedule(task("1", "a", source_id="2"), task("2", "b", source_id="1"))
    assert one({"element": "g1", "task": "1"}, plan=plan, mapping=BY_ID).reason == "task_ambiguous"


def test_elements_are_found_by_tag():
    mapping = parse_link_mapping({"element": {"column": "element", "by": "tag"}, "task": "task"})
    walls = [element("g1", tag="4711"), element("g2")]
    assert one({"element": "4711", "task": "4"}, walls, mapping=mapping).element_id == "g1"


def test_calculated_starts_stand_in_for_a_plan_without_dates():
    moment = datetime(2026, 3, 2, 8)
    dates = TaskDates(
        early_start=moment, early_finish=moment, late_start=moment, late_finish=moment,
        total_float_hours=0, free_float_hours=0, critical=True,
    )  # fmt: skip
    plan = schedule(task("1", "Formwork"), task("2", "Formwork"))
    calculation = Calculation(dates={"2": dates})
    assert one(named("Formwork", "2-3-2026"), plan=plan).reason == "task_start_differs"
    assert one(named("Formwork", "2-3-2026"), plan=plan, calculation=calculation).task_id == "2"


def test_a_repeated_link_is_stored_once_and_listed():
    rows = [(line, {"element": "g1", "task": "4"}) for line in (2, 3, 7)]
    result = join(rows, WALLS, PLAN, BY_ID)
    assert (len(result.links), result.duplicates) == (1, (3, 7))


def test_what_hangs_on_nothing_is_listed():
    found = coverage(
        ["g1", "g2", "g3"], PLAN, [("g1", "1", "table"), ("gone", "2", "table"), ("g2", "5", "x")]
    )
    assert found.links == 1
    assert found.unlinked_elements == ("g2", "g3")
    assert found.unlinked_elements_share == pytest.approx(2 / 3)
    assert found.unlinked_tasks == ("2", "3", "4", "6")  # the summary is no task of its own
    nothing = coverage([], None, [])
    assert (nothing.unlinked_elements_share, nothing.unlinked_tasks_share) == (None, None)


def test_the_plan_may_carry_links_itself():
    result = links_of_plan(schedule(task("1", "a", element_ids=("g1", "gone", "g2"))), WALLS)
    assert [tuple(link) for link in result.links] == [("g1", "1", "ifc"), ("g2", "1", "ifc")]
    assert [(row.what, row.reason, row.line) for row in result.unresolved] == [("gone", "element_unknown", 0)]


CELL = st.sampled_from(["Formwork", "Rebar", "Foundation", "Café", "", "x", "2-3-2026", "6-4-2026", "Wall 1"])


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(("element", "task", "start", "finish"), CELL))))
def test_every_row_is_a_link_a_duplicate_or_unresolved(rows):
    result = join(enumerate(rows, 2), WALLS, PLAN, BY_NAME)
    assert len(result.links) + len(result.duplicates) + len(result.unresolved) == len(rows) == result.rows
    assert sum(group.rows for group in result.unresolved_groups) == len(result.unresolved)
    backwards = join(enumerate(rows[::-1], 2), WALLS, PLAN, BY_NAME)
    assert set(backwards.links) == set(result.links)


# -- mapping ----------------------------------------------------------------------------------------


def test_a_mapping_survives_its_plain_data():
    for mapping in (BY_NAME, BY_ID):
        assert parse_link_mapping(mapping.as_dict()) == mapping


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (None, "mapping of keys"),
        ({"element": "GUID"}, "'task'"),
        ({"element": "GUID", "task": {"by": "id"}}, "'task'"),
        ({"element": "GUID", "task": "T", "columns": 1}, "'columns'"),
        ({"element": {"column": "GUID", "by": "guid"}, "task": "T"}, "element.by"),
        ({"element": {"column": "GUID", "format": "x"}, "task": "T"}, "element.format"),
        ({"element": " ", "task": "T"}, "element.column"),
        (
            {"element": "GUID", "task": "T", "planned_start": {"column": "S", "format": "dd-mm"}},
            "planned_start",
        ),
        (
            {"element": "GUID", "task": "T", "planned_start": {"column": "S", "format": "%d-%m"}},
            "planned_start",
        ),
        ({"element": "GUID", "task": "T", "planned_finish": {"column": "S", "format": 5}}, "planned_finish"),
    ],
)
def test_a_wrong_mapping_is_refused_naming_its_key(data, names):
    with pytest.raises(InputRefused) as refused:
        parse_link_mapping(data, "links.yaml")
    assert refused.value.code == "mapping_invalid"
    assert names in refused.value.message
    assert "links.yaml" in refused.value.message


def test_a_wrong_column_is_named_with_those_found():
    with pytest.raises(InputRefused) as refused:
        check_columns(BY_NAME, ["element", "Taak", "start", "finish"], "table.csv")
    assert refused.value.code == "column_missing"
    for part in ("'task'", "'Taak'", "table.csv"):
        assert part in refused.value.message


GUID, NAME, ID = ElementKey.GLOBAL_ID, ElementKey.NAME, TaskKey.ID
EXPORT = ["GUID", "Task", "TaskName", "TaskStart"]


@pytest.mark.parametrize(
    ("headings", "ids", "expected"),
    [
        (["element", "task"], [], ("element", GUID, "task", ID, None)),
        (["Global_ID", "Task ID"], [], ("Global_ID", GUID, "Task ID", ID, None)),
        (["构件", "任务"], [], ("构件", GUID, "任务", ID, None)),
        (EXPORT, ["x"], ("GUID", GUID, "Task", ID, None)),
        (EXPORT, ["other"], ("GUID", GUID, "TaskName", TaskKey.NAME, "TaskStart")),
        (["element name", "task_name"], [], ("element name", NAME, "task_name", TaskKey.NAME, None)),
    ],
)
def test_headings_that_speak_for_themselves_need_no_mapping(headings, ids, expected):
    mapping: LinkMapping = default_mapping(headings, ids, {heading: ["x"] for heading in headings})
    start = mapping.planned_start.column if mapping.planned_start else None
    found = (mapping.element.column, mapping.element.by, mapping.task.column, mapping.task.by, start)
    assert found == expected


@pytest.mark.parametrize("headings", [["element", "activity"], ["wall", "task"], []])
def test_headings_that_say_nothing_are_refused_with_what_was_found(headings):
    with pytest.raises(InputRefused) as refused:
        default_mapping(headings, [], {heading: [] for heading in headings})
    assert refused.value.code == "column_missing"
    assert all(heading in refused.value.message for heading in headings)


@pytest.mark.parametrize(
    "text",
    ["2026-03-02", "2026/3/2", "2026.03.02", "2026年3月2日", "2-3-2026", "02.03.2026", "2026-03-02T00:00"],
)
def test_dates_that_mean_one_day_need_no_format(text):
    mapping = parse_link_mapping({"element": "e", "task": "t", "planned_start": "s"})
    assert mapping.planned_start.parse(text)[0] == datetime(2026, 3, 2)


# -- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "element,task\ng1,4\n",
        "\ufeffelement;task\r\ng1;4\r\n",
        "element\ttask\n\n g1 \t 4 \n,\n".replace(",", "\t"),
        'element,task,note\ng1,4,"two\nlines"\n',
    ],
)
def test_tables_of_many_hands_are_read(tmp_path, data):
    path = tmp_path / "links.csv"
    path.write_bytes(data.encode())
    assert [tuple(link) for link in load_links(path, WALLS, PLAN).links] == [("g1", "4", "table")]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_chinese_tables_are_read_in_the_encodings_of_spreadsheets(tmp_path, encoding):
    path = tmp_path / "链接.csv"
    path.write_bytes("构件,任务\ng1,模板\n".encode(encoding))
    result = load_links(path, WALLS, schedule(task("1", "x", source_id="模板")))
    assert [tuple(link) for link in result.links] == [("g1", "1", "table")]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    path = tmp_path / "links.csv"
    path.write_text('element,task\n"g1\n",4\n\ng9,4\ng1,4,surplus\n', "utf-8")
    result = load_links(path, WALLS, PLAN)
    assert [(row.line, row.reason) for row in result.unresolved] == [
        (5, "element_unknown"),
        (6, "csv_column_count"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "csv_header_missing"),
        (b"element,task\n\n,\n", "table_empty"),
        (b"PK\x03\x04\x00\x00\xff\xfe\xfd", "observation_file_binary"),
        (b"element,task,task\ng1,4,4\n", "csv_header_duplicate"),
        (b"wall,job\ng1,4\n", "column_missing"),
    ],
)
def test_a_file_that_is_no_link_table_is_refused(tmp_path, data, code):
    path = tmp_path / "links.csv"
    path.write_bytes(data)
    with pytest.raises(InputRefused) as refused:
        load_links(path, WALLS, PLAN)
    assert refused.value.code == code
    assert refused.value.hint


def test_files_that_are_not_there_are_refused(tmp_path):
    for read in (read_link_table, read_link_mapping):
        with pytest.raises(InputRefused):
            read(tmp_path / "absent")


def test_a_mapping_file_is_read(tmp_path):
    path = tmp_path / "links.yaml"
    path.write_text(
        "element: {column: GUID}\ntask: {column: Name, by: name}\nplanned_start: Start\n", "utf-8"
    )
    mapping = read_link_mapping(path)
    assert (mapping.task.by, mapping.planned_start.column) == (TaskKey.NAME, "Start")
    path.write_text("element: [\n", "utf-8")
    with pytest.raises(InputRefused) as refused:
        read_link_mapping(path)
    assert refused.value.code == "yaml_invalid"
