"""CSV plans."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.predecessors import PredecessorUnknownError, parse_predecessors
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import ConstraintType, LinkType, TaskKind
from bim_supervise.schedule.values import WorkdayLength

PLAN = """id,name,duration,predecessors,start,finish,budget,quantity,unit,trade,percent,parent,milestone
S,Structure,,,,,,,,,,,
1,Excavate,5d,,2026-01-05,2026-01-09,"12,500.50",300,m3,earthworks,,S,
2,Blinding,8h,1,,,,,,,0,S,
3,"Slab, first pour",PT16H,2FS+1d; 1SS-4h,,,,,,,25,S,
4,Curing,3ed,3,,,,,,,,,
5,Handover,0,4FF,,,,,,,,,yes
"""


@pytest.fixture
def read(tmp_path):
    def write_and_read(content: str | bytes, mapping: str | None = None):
        path = tmp_path / "plan.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if mapping is None:
            return read_schedule(path)
        yaml = tmp_path / "mapping.yaml"
        yaml.write_text(mapping, "utf-8")
        return read_schedule(path, mapping=yaml)

    return write_and_read


def refusal_of(read, *arguments) -> InputRefused:
    with pytest.raises(InputRefused) as refusal:
        read(*arguments)
    assert refusal.value.hint
    return refusal.value


def test_a_plan_with_all_kinds_of_cells(read):
    schedule = read(PLAN)
    rows = {task.id: task for task in schedule.tasks}
    assert [task.duration_minutes for task in schedule.tasks] == [None, 2400, 480, 960, 4320, 0]
    assert rows["4"].duration_elapsed
    assert rows["S"].kind is TaskKind.SUMMARY
    assert rows["5"].kind is TaskKind.MILESTONE
    assert rows["1"].parent == "S"
    assert (rows["1"].start, rows["1"].finish) == (datetime(2026, 1, 5, 8), datetime(2026, 1, 9, 17))
    assert (rows["1"].budget, rows["1"].quantity, rows["1"].unit) == (12_500.5, 300, "m3")
    assert [rows[key].percent for key in ("1", "2", "3")] == [None, 0, 25]
    assert [(tie.predecessor, tie.successor, tie.type, tie.lag_minutes) for tie in schedule.links] == [
        ("1", "2", LinkType.FS, 0),
        ("2", "3", LinkType.FS, 480),
        ("1", "3", LinkType.SS, -240),
        ("3", "4", LinkType.FS, 0),
        ("4", "5", LinkType.FF, 0),
    ]
    assert calculate(schedule).dates["3"].early_start == datetime(2026, 1, 14, 8)


@pytest.mark.parametrize(
    ("encode", "delimiter"),
    [
        (lambda text: text.encode("utf-8-sig"), ","),
        (lambda text: text.encode("gb18030"), ","),
        (lambda text: text.encode("utf-16"), "\t"),
        (lambda text: text.encode(), ";"),
        (lambda text: text.replace("\n", "\r\n").encode(), "|"),
    ],
)
def test_encodings_and_delimiters_are_recognised(read, encode, delimiter):
    text = "任务编号,任务名称,工期,前置任务\n1,基坑开挖,5工作日,\n2,垫层混凝土浇筑,2天,1\n".replace(
        ",", delimiter
    )
    schedule = read(encode(text))
    assert [task.name for task in schedule.tasks] == ["基坑开挖", "垫层混凝土浇筑"]
    assert [task.duration_minutes for task in schedule.tasks] == [2400, 960]
    assert len(schedule.links) == 1


def test_western_letters_are_not_taken_for_chinese(read):
    schedule = read("id;name;duration\n1;Bétonnage façade;5d\n".encode("cp1252"))
    assert schedule.tasks[0].name == "Bétonnage façade"
    assert ("cp1252", "encoding_recognised") in [(item.what, item.reason) for item in schedule.converted]


def test_a_mapping_names_columns_dates_and_calendars(read):
    schedule = read(
        "Activity ID,Activity Name,OD,Begin,Cal,Cstr,Cstr Date,Notes\n"
        "A-10,Piles,4,05-01-2026,site,SNET,06-01-2026,x\nA-20,Caps,2,,,,,y\n",
        """
columns: {id: Activity ID, name: Activity Name, duration: OD, start: Begin, calendar: Cal,
          constraint_type: Cstr, constraint_date: Cstr Date}
date_format: "%d-%m-%Y"
project_start: 2026-01-05T08:00:00
default_calendar: site
calendars:
  site:
    week: {mon: "07:00-11:00 12:00-18:00", tue: "07:00-11:00 12:00-18:00", sat: [07:00-12:00]}
    exceptions:
      - {first: 2026-01-06, name: closed}
      - {first: 2026-01-07, last: 2026-01-08, shifts: "08:00-16:00"}
""",
    )
    piles = schedule.tasks[0]
    assert piles.start == datetime(2026, 1, 5, 7)
    assert piles.duration_minutes == 4 * 600
    assert piles.constraint is not None
    assert (piles.constraint.type, piles.constraint.at) == (
        ConstraintType.START_NO_EARLIER_THAN,
        datetime(2026, 1, 6),
    )
    work = WorkTime(schedule.calendars[0])
    assert work.shifts_on(date(2026, 1, 6)) == ()
    assert work.shifts_on(date(2026, 1, 8)) == ((480, 960),)
    assert [(item.what, item.reason) for item in schedule.skipped] == [("column 'Notes'", "column_not_used")]


def test_a_missing_duration_follows_from_the_dates_and_is_listed(read):
    schedule = read("id,name,start,finish\n1,a,2026-01-05,2026-01-06\n")
    assert schedule.tasks[0].duration_minutes == 960
    assert "duration_from_dates" in [item.reason for item in schedule.converted]


def test_nameless_rows_are_listed_and_empty_ones_left_out(read):
    schedule = read("id,name,duration\n1,a,1\n2,,1\n,,\n3,c,1\n")
    assert [task.id for task in schedule.tasks] == ["1", "3"]
    assert [(item.what, item.reason) for item in schedule.skipped] == [("line 3 (id 2)", "nameless")]


@pytest.mark.parametrize(
    ("content", "code", "parts"),
    [
        ("id,title,duration\n1,a,1\n", "csv_column_missing", ("'name'", "'title'")),
        ("id,name,start\n1,a,2026-01-05\n", "csv_column_missing", ("'duration'", "'start'")),
        ("id,name,duration,predecesors\n1,a,1,\n", "csv_column_wrong", ("'predecesors'", "'predecessors'")),
        ("id,uid,name,duration\n1,1,a,1\n", "csv_column_double", ("'id' and 'uid'",)),
        ("id,name,duration\n1,a,soon\n", "duration_invalid", ("line 2", "'soon'")),
        ("id,name,duration\n1,a,-2d\n", "duration_invalid", ("line 2", "'-2d'")),
        ("id,name,duration,start\n1,a,1,\n2,b,1,31/12/2026\n", "date_invalid", ("line 3", "'31/12/2026'")),
        ("id,name,duration,start\n1,a,1,2026-02-30\n", "date_invalid", ("line 2",)),
        ("id,name,start,finish\n1,a,2026-01-06,2026-01-05\n", "dates_reversed", ("line 2",)),
        ("id,name,duration\n1,a,1\n1,b,1\n", "task_id_duplicate", ("line 3", "line 2")),
        ("id,name,duration\n,a,1\n", "task_id_missing", ("line 2", "'a'")),
        ("id,name,duration,predecessors\n1,a,1,7FS\n", "link_unknown_task", ("line 2", "'7FS'")),
        ("id,name,duration,predecessors\n1,a,1,\n2,b,1,1FX+2\n", "link_unknown_task", ("line 3", "'1FX+2'")),
        ("id,name,duration,predecessors\n1,a,1,2\n2,b,1,1\n", "schedule_cycle", ("a [1]", "b [2]")),
        ("id,name,duration,parent\n1,a,1,9\n", "parent_unknown", ("line 2", "'9'")),
        ("id,name,duration,parent\n1,a,1,2\n2,b,1,1\n", "parent_cycle", ("line 2",)),
        ("id,name,duration,calendar\n1,a,1,site\n", "calendar_unknown", ("line 2", "'site'")),
        ("id,name,duration,constraint\n1,a,1,SNET\n", "constraint_invalid", ("line 2", "SNET")),
        ("id,name,duration,constraint\n1,a,1,whenever\n", "constraint_invalid", ("'whenever'",)),
        ("id,name,duration,budget\n1,a,1,much\n", "number_invalid", ("line 2", "'much'")),
        ("id,name,duration,percent\n1,a,1,120\n", "number_invalid", ("line 2", "120")),
        ("id,name,duration,milestone\n1,a,1,maybe\n", "milestone_invalid", ("'maybe'",)),
        ("id,name,duration\n1,a,1,extra\n", "csv_malformed", ("line 2",)),
        ('id,name,duration\n1,"a"b,1\n', "csv_malformed", ("line 2",)),
        ("id,name,duration\n", "schedule_empty", ()),
    ],
)
def test_each_mistake_is_named_with_its_place(read, content, code, parts):
    error = refusal_of(read, content)
    assert error.code == code
    for part in (*parts, "plan.csv"):
        assert part in error.message


@pytest.mark.parametrize(
    ("mapping", "code", "part"),
    [
        ("columns: {id: Nummer}", "csv_column_unknown", "'Nummer'"),
        ("columns: {number: id}", "mapping_invalid", "columns.number"),
        ("colums: {id: id}", "mapping_invalid", "colums"),
        ("columns: [id]", "mapping_invalid", "columns"),
        ("columns: {id: id", "mapping_unreadable", "line"),
        ("just text", "mapping_invalid", "no keys"),
        ("hours_per_day: lots", "mapping_invalid", "hours_per_day"),
        ("default_calendar: site", "mapping_invalid", "'site'"),
        ("calendars: {site: {week: {mon: '8-5'}}}", "mapping_invalid", "'8-5'"),
        ("calendars: {site: {week: {monday: '08:00-12:00'}}}", "mapping_invalid", "monday"),
        ("calendars: {site: {week: {}}}", "calendar_no_working_time", "site"),
        ("project_start: soon", "mapping_invalid", "'soon'"),
    ],
)
def test_a_wrong_mapping_is_refused(read, mapping, code, part):
    error = refusal_of(read, "id,name,duration\n1,a,1\n", mapping)
    assert error.code == code
    assert part in error.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", [("3", "FS", 0, False, None)]),
        ("3FS+2d; 7SS-4h", [("3", "FS", 960, False, None), ("7", "SS", -240, False, None)]),
        ("3ff + 1w,7", [("3", "FF", 2400, False, None), ("7", "FS", 0, False, None)]),
        ("A-10", [("A-10", "FS", 0, False, None)]),
        ("A-10-2d", [("A-10", "FS", -960, False, None)]),
        ("A", [("A", "FS", 0, False, None)]),
        ("A-1h", [("A", "FS", -60, False, None)]),
        ("SS-1", [("SS-1", "FS", 0, False, None)]),
        ("3FS+1.5d;7FS+0,5d", [("3", "FS", 720, False, None), ("7", "FS", 240, False, None)]),
        ("7SF+2ed", [("7", "SF", 2880, True, None)]),
        ("7FS+50%", [("7", "FS", 0, False, 50.0)]),
    ],
)
def test_predecessor_text(text, expected):
    found = parse_predecessors(text, {"3", "7", "A", "A-10", "SS-1"}, WorkdayLength())
    assert [(p.predecessor, p.type, p.lag.minutes, p.lag.elapsed, p.percent) for p in found] == expected


@given(st.text(max_size=30))
def test_any_predecessor_text_is_read_or_refused(text):
    try:
        for part in parse_predecessors(text, {"1", "2"}, WorkdayLength()):
            assert part.predecessor in {"1", "2"}
    except PredecessorUnknownError:
        pass


def test_a_mapping_for_another_format_is_refused(tmp_path):
    path, mapping = tmp_path / "plan.xml", tmp_path / "m.yaml"
    path.write_text("<Project/>")
    mapping.write_text("columns: {}")
    with pytest.raises(InputRefused) as refusal:
        read_schedule(path, mapping=mapping)
    assert refusal.value.code == "mapping_not_used"
