"""Primavera P6 XER: what is read, what is listed, what is refused."""

from collections import Counter
from datetime import date, datetime

import msgspec
import pytest
from p6_builders import CALENDAR, OFFICE, PROJECT, WBS, activity, clndr_data, relation, xer

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.read_xer import parse_xer
from bim_supervise.schedule.read_xer_tables import decoded
from bim_supervise.schedule.tasks import (
    CalendarException,
    ConstraintType,
    LagCalendar,
    LinkType,
    Method,
    ProgressMode,
    Schedule,
    TaskKind,
)


@pytest.fixture
def read(tmp_path):
    def reader(text: str | bytes):
        path = tmp_path / "plan.xer"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return parse_xer(str(path), "", lambda *_: None)

    return reader


def reasons(items) -> Counter:
    return Counter(item.reason for item in items)


def test_the_content_decides_not_the_name(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(xer())
    schedule = read_schedule(path)
    assert schedule.source_format == "xer"
    assert (schedule.name, len(schedule.tasks)) == ("Plan", 1)
    assert schedule.data_date == schedule.project_start == datetime(2026, 1, 5, 8)
    assert schedule.rules.method is Method.PRIMAVERA


def test_activities(read):
    rows = [
        activity(1, target_start_date="2026-01-05 08:00", target_end_date="2026-01-06 17:00"),
        activity(2, task_type="TT_Mile", target_drtn_hr_cnt="0", remain_drtn_hr_cnt="0"),
        activity(3, task_type="TT_FinMile"),
        activity(4, task_type="TT_LOE"),
        activity(5, target_drtn_hr_cnt="16.5", remain_drtn_hr_cnt="8"),
    ]
    schedule = read(xer(TASK=rows))
    first, start, finish, effort, fifth = schedule.tasks
    assert (first.id, first.source_id, first.name, first.wbs) == ("A1", "1", "Work 1", "P")
    assert (first.start, first.finish) == (datetime(2026, 1, 5, 8), datetime(2026, 1, 6, 17))
    assert first.duration_minutes == 960
    assert first.remaining_minutes is None
    assert start.kind is finish.kind is TaskKind.MILESTONE
    assert finish.duration_minutes == 0
    assert schedule.rules.finish_milestones == ("A3",)
    assert effort.kind is TaskKind.LEVEL_OF_EFFORT
    assert (fifth.duration_minutes, fifth.remaining_minutes) == (990, 480)


def test_progress_by_each_kind_of_percentage(read):
    started = {"status_code": "TK_Active", "act_start_date": "2026-01-05 08:00", "remain_drtn_hr_cnt": "4"}
    rows = [
        activity(1, **started),
        activity(2, complete_pct_type="CP_Phys", phys_complete_pct="30", **started),
        activity(3, complete_pct_type="CP_Units", act_work_qty="6", remain_equip_qty="2", **started),
        activity(
            4, status_code="TK_Complete", act_start_date="2026-01-05 08:00", act_end_date="2026-01-06 17:00"
        ),
        activity(5, complete_pct_type="CP_Phys", phys_complete_pct="30"),
    ]
    tasks = read(xer(TASK=rows)).tasks
    assert [task.percent for task in tasks] == [75, 30, 75, 100, None]
    assert [task.remaining_minutes for task in tasks] == [240, 240, 240, None, None]
    assert tasks[3].actual_finish == datetime(2026, 1, 6, 17)


def test_suspended_work(read):
    started = {"status_code": "TK_Active", "act_start_date": "2026-01-05 08:00", "remain_drtn_hr_cnt": "8"}
    halted = {"suspend_date": "2026-01-06 08:00"}
    until = {"resume_date": "2026-01-12 08:00"}
    schedule = read(
        xer(
            TASK=[
                activity(1, **started, **halted, **until),
                activity(2, **started, **halted),
                activity(3, **until),
            ]
        )
    )
    assert [task.resumes for task in schedule.tasks] == [datetime(2026, 1, 12, 8), None, None]
    assert [(one.what, one.reason) for one in schedule.skipped] == [
        ("Work 2 (A2)", "suspended_without_resumption")
    ]
    assert calculate(schedule).dates["A1"].early_finish == datetime(2026, 1, 12, 17)


def test_an_activity_code_used_twice_is_no_id(read):
    schedule = read(xer(TASK=[activity(1), activity(2, task_code="A1"), activity(3)]))
    assert [task.id for task in schedule.tasks] == ["1", "2", "A3"]
    assert reasons(schedule.converted)["task_code_not_unique"] == 2


def test_wbs_path_and_names(read):
    nodes = [WBS, WBS | {"wbs_id": "101", "parent_wbs_id": "100", "wbs_short_name": "S", "wbs_name": "Shell"}]
    schedule = read(xer(PROJWBS=nodes, TASK=[activity(1, wbs_id="101")]))
    assert schedule.tasks[0].wbs == "P.S"
    assert [(node.path, node.name) for node in schedule.wbs][1] == ("P.S", "Shell")


def test_a_wbs_summary_holds_what_lies_below_it(read):
    nodes = [WBS, WBS | {"wbs_id": "101", "parent_wbs_id": "100", "wbs_short_name": "S", "wbs_name": "Shell"}]
    rows = [activity(1, task_type="TT_WBS"), activity(2, wbs_id="101"), activity(3)]
    links = [relation(1, 3), relation(2, 3)]
    schedule = read(xer(PROJWBS=nodes, TASK=rows, TASKPRED=links))
    assert [task.parent for task in schedule.tasks] == [None, "A1", "A1"]
    assert schedule.tasks[0].kind is TaskKind.SUMMARY
    assert len(schedule.links) == 1
    assert reasons(schedule.skipped)["link_of_wbs_summary"] == 1


@pytest.mark.parametrize(
    ("code", "types"),
    [
        ("CS_MSO", ["SNET", "SNLT"]),
        ("CS_MSOA", ["SNET"]),
        ("CS_MSOB", ["SNLT"]),
        ("CS_MEO", ["FNET", "FNLT"]),
        ("CS_MEOA", ["FNET"]),
        ("CS_MEOB", ["FNLT"]),
        ("CS_MANDSTART", ["MSO"]),
        ("CS_MANDFIN", ["MFO"]),
    ],
)
def test_constraints(read, code, types):
    row = activity(1, cstr_type=code, cstr_date="2026-01-07 08:00", cstr_type2="CS_ALAP")
    row |= {"expect_end_date": "2026-02-01 17:00"}
    chain, found = read(xer(TASK=[row])).tasks[0].constraint, []
    while chain is not None:
        found.append(chain)
        chain = chain.also
    assert [one.type for one in found] == [*types, "ALAP", ConstraintType.EXPECTED_FINISH]
    assert {one.at for one in found[:-2]} == {datetime(2026, 1, 7, 8)}
    assert found[-2].at is None


def test_constraints_that_say_nothing_are_listed(read):
    rows = [activity(1, cstr_type="CS_NEW", cstr_date="2026-01-07 08:00"), activity(2, cstr_type="CS_MSO")]
    schedule = read(xer(TASK=rows))
    assert all(task.constraint is None for task in schedule.tasks)
    assert reasons(schedule.skipped) == {"constraint_unknown": 1, "constraint_without_date": 1}


def test_links_keep_type_and_lag(read):
    links = [
        relation(1, 2),
        relation(1, 3, "SS", "12.5"),
        relation(2, 3, "FF", "-8"),
        relation(1, 4, "SF", "0"),
        relation(9, 4, pred_proj_id="2"),
        relation(8, 4),
    ]
    schedule = read(xer(TASK=[activity(n) for n in range(1, 5)], TASKPRED=links))
    assert [(tie.type, tie.lag_minutes) for tie in schedule.links] == [
        (LinkType.FS, 0),
        (LinkType.SS, 750),
        (LinkType.FF, -480),
        (LinkType.SF, 0),
    ]
    assert reasons(schedule.skipped) == {"external_task": 1, "link_unknown_task": 1}


def test_scheduling_options(read):
    options = {
        "proj_id": "1",
        "sched_calendar_on_relationship_lag": "rcal_Successor",
        "sched_progress_override": "Y",
        "sched_float_type": "FT_SF",
        "sched_use_expect_end_flag": "N",
    }
    rules = read(xer(SCHEDOPTIONS=[options])).rules
    assert rules.lag_calendar is LagCalendar.SUCCESSOR
    assert rules.progress is ProgressMode.PROGRESS_OVERRIDE
    assert rules.float_basis == "start"
    assert not rules.use_expected_finish


def test_lags_round_the_clock(read):
    options = {"proj_id": "1", "sched_calendar_on_relationship_lag": "rcal_24Hour"}
    links = [relation(1, 2, lag="24"), relation(1, 3)]
    schedule = read(xer(SCHEDOPTIONS=[options], TASK=[activity(n) for n in (1, 2, 3)], TASKPRED=links))
    assert [tie.lag_elapsed for tie in schedule.links] == [True, False]


def test_calendar_shifts_exceptions_and_base(read):
    base = CALENDAR | {"clndr_data": clndr_data(OFFICE, {46023: (), 46024: (), 46032: ("09:00-13:00",)})}
    own = CALENDAR | {
        "clndr_id": "11",
        "clndr_name": "Saturdays too",
        "base_clndr_id": "10",
        "clndr_data": clndr_data({7: ("08:00-12:00",)}, {46032: ()}),
    }
    schedule = read(xer(CALENDAR=[base, own], TASK=[activity(1, clndr_id="11")]))
    ten, eleven = schedule.calendars
    assert ten.week == (((480, 720), (780, 1020)),) * 5 + ((), ())
    assert ten.exceptions == (
        CalendarException(first=date(2026, 1, 1), last=date(2026, 1, 2)),
        CalendarException(first=date(2026, 1, 10), last=date(2026, 1, 10), shifts=((540, 780),)),
    )
    assert eleven.week[5] == ((480, 720),)
    assert eleven.week[0] == ten.week[0]
    assert eleven.exceptions[-1].shifts == ()


def test_a_damaged_calendar_is_listed(read):
    schedule = read(xer(CALENDAR=[CALENDAR | {"clndr_data": "(0||CalendarData()("}]))
    assert reasons(schedule.skipped) == {"calendar_unreadable": 1}
    assert "standard_week_assumed" in reasons(schedule.converted)
    assert schedule.calendars[0].week[0] == ((480, 960),)


def test_budget_is_the_sum_of_resources_and_expenses(read):
    schedule = read(
        xer(
            TASK=[activity(1), activity(2)],
            TASKRSRC=[
                {"task_id": "1", "proj_id": "1", "rsrc_id": "7", "target_cost": "1,200.50"},
                {"task_id": "1", "proj_id": "1", "rsrc_id": "8", "target_cost": "100"},
                {"task_id": "5", "proj_id": "1", "rsrc_id": "8", "target_cost": "100"},
            ],
            PROJCOST=[{"task_id": "1", "proj_id": "1", "target_cost": "50"}],
        )
    )
    assert [task.budget for task in schedule.tasks] == [1350.5, None]
    assert reasons(schedule.skipped) == {"cost_without_task": 1}


def test_the_exported_project_is_read(read):
    other = PROJECT | {"proj_id": "2", "proj_short_name": "Other", "export_flag": "N"}
    schedule = read(
        xer(
            PROJECT=[other, PROJECT],
            TASK=[activity(2, proj_id="2"), activity(1)],
            TASKPROC=[{"task_id": "1"}],
        )
    )
    assert [task.id for task in schedule.tasks] == ["A1"]
    assert [item.what for item in schedule.skipped] == [
        "project Other with 1 activities",
        "1 rows of TASKPROC",
    ]


@pytest.mark.parametrize(
    ("encoding", "name", "assumed"),
    [
        ("utf-8", "基础混凝土浇筑", False),
        ("utf-8-sig", "Gründung", False),
        ("gb18030", "基础混凝土浇筑", True),
        ("cp1252", "Gründung – façade", True),
    ],
)
def test_encodings(read, encoding, name, assumed):
    schedule = read(xer(TASK=[activity(1, task_name=name)]).encode(encoding))
    assert schedule.tasks[0].name == name
    assert ("encoding_assumed" in reasons(schedule.converted)) == assumed


def test_any_bytes_can_be_decoded():
    text, encoding, assumed = decoded(b"a\x81b")
    assert (text, encoding, assumed) == ("a\x81b", "latin-1", True)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("ERMHDR\t19\r\n%E\r\n", "xer_no_tables", ""),
        (xer(TASK=[]), "xer_no_tasks", "TASK"),
        (xer(PROJECT=[]), "xer_no_tasks", "PROJECT"),
        (xer(end=""), "xer_truncated", "%E"),
        (xer().replace("Work 1", "Work\t1"), "xer_row_damaged", "line 13"),
        (xer().replace("Work 1", "Work\r\n1"), "xer_row_damaged", "line 13"),
        (xer(TASK=[activity(1, act_start_date="soon")]), "date_invalid", "line 13"),
        (xer(TASK=[activity(1, target_drtn_hr_cnt="long")]), "number_invalid", "line 13"),
        (xer(TASK=[activity(1), activity(1)]), "task_id_duplicate", "line 14"),
        (xer(TASK=[activity(1, task_id="")]), "p6_value_missing", "line 13"),
        (xer(CALENDAR=[]), "calendar_unknown", "calendar"),
        (xer().replace("target_drtn_hr_cnt", "duration"), "xer_column_missing", "target_drtn_hr_cnt"),
    ],
)
def test_what_cannot_be_read_is_refused(read, text, code, place):
    with pytest.raises(InputRefused) as refusal:
        read(text)
    assert refusal.value.code == code
    assert place in refusal.value.message
    assert refusal.value.hint


def test_a_circle_is_refused(tmp_path):
    path = tmp_path / "plan.xer"
    path.write_text(xer(TASK=[activity(1), activity(2)], TASKPRED=[relation(1, 2), relation(2, 1)]))
    with pytest.raises(InputRefused, match="Work 1") as refusal:
        read_schedule(path)
    assert refusal.value.code == "schedule_cycle"


def test_rules_and_constraint_chains_survive_plain_data(read):
    """The store keeps calendars and constraints as plain data."""
    row = activity(1, cstr_type="CS_MSO", cstr_date="2026-01-07 08:00", task_type="TT_FinMile")
    schedule = read(xer(TASK=[row]))
    again = msgspec.convert(msgspec.to_builtins(schedule), Schedule)
    assert again == schedule
    assert again.rules.finish_milestones == ("A1",)
