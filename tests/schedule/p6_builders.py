"""Small Primavera exports for the tests of this room."""

from __future__ import annotations

SEVEN_F = "\x7f\x7f  "


def day_shifts(*shifts: str) -> str:
    parts = "".join(f"(0||{n}(s|{s[:5]}|f|{s[6:]})())" for n, s in enumerate(shifts))
    return f"({parts})"


def clndr_data(week: dict[int, tuple[str, ...]], exceptions: dict[int, tuple[str, ...]] | None = None) -> str:
    """Days of the week from 1 = Sunday; exceptions by serial day."""
    days = "".join(f"(0||{day}(){day_shifts(*shifts)})" for day, shifts in week.items())
    dated = "".join(
        f"(0||{n}(d|{serial}){day_shifts(*shifts)})"
        for n, (serial, shifts) in enumerate((exceptions or {}).items())
    )
    parts = f"(0||DaysOfWeek()({days}))(0||VIEW(ShowTotal|Y)())(0||Exceptions()({dated}))"
    return f"(0||CalendarData()({SEVEN_F}{parts}))"


OFFICE = {1: (), 7: ()} | dict.fromkeys(range(2, 7), ("08:00-12:00", "13:00-17:00"))

PROJECT = {
    "proj_id": "1", "proj_short_name": "P", "clndr_id": "10", "export_flag": "Y",
    "last_recalc_date": "2026-01-05 08:00", "plan_start_date": "2026-01-05 08:00",
}  # fmt: skip
CALENDAR = {
    "clndr_id": "10", "clndr_name": "Five days", "base_clndr_id": "", "day_hr_cnt": "8",
    "clndr_data": clndr_data(OFFICE),
}  # fmt: skip
WBS = {
    "wbs_id": "100", "proj_id": "1", "proj_node_flag": "Y", "wbs_short_name": "P", "wbs_name": "Plan",
    "parent_wbs_id": "",
}  # fmt: skip


def activity(number: int, **more: str) -> dict[str, str]:
    row = {
        "task_id": str(number), "proj_id": "1", "wbs_id": "100", "clndr_id": "10", "phys_complete_pct": "0",
        "complete_pct_type": "CP_Drtn", "task_type": "TT_Task", "status_code": "TK_NotStart",
        "task_code": f"A{number}", "task_name": f"Work {number}", "remain_drtn_hr_cnt": "16",
        "act_work_qty": "0", "remain_work_qty": "0", "target_drtn_hr_cnt": "16", "act_equip_qty": "0",
        "remain_equip_qty": "0", "cstr_date": "", "act_start_date": "", "act_end_date": "",
        "expect_end_date": "", "target_start_date": "", "target_end_date": "", "suspend_date": "",
        "resume_date": "", "cstr_type": "", "cstr_date2": "", "cstr_type2": "",
    }  # fmt: skip
    return row | more


def relation(before: int, after: int, kind: str = "FS", lag: str = "0", **more: str) -> dict[str, str]:
    return {
        "task_pred_id": f"{before}{after}", "task_id": str(after), "pred_task_id": str(before),
        "proj_id": "1", "pred_proj_id": "1", "pred_type": f"PR_{kind}", "lag_hr_cnt": lag,
    } | more  # fmt: skip


def xer(end: str = "%E", **tables: list[dict[str, str]]) -> str:
    """Text of an XER; the tables every plan needs are filled in."""
    rows = {"PROJECT": [PROJECT], "CALENDAR": [CALENDAR], "PROJWBS": [WBS], "TASK": [activity(1)]} | tables
    lines = ["ERMHDR\t19.12\t2026-01-05\tProject\tadmin"]
    for table, entries in rows.items():
        if not entries:
            continue
        lines += [f"%T\t{table}", "\t".join(["%F", *entries[0]])]
        lines += ["\t".join(["%R", *entry.values()]) for entry in entries]
    return "\r\n".join([*lines, end, ""])


def pmxml(*project: str, calendars: str = "", more: str = "") -> str:
    """Text of a P6 XML with one project."""
    week = "".join(
        f"<StandardWorkHours><DayOfWeek>{day}</DayOfWeek><WorkTime><Start>08:00:00</Start>"
        "<Finish>15:59:00</Finish></WorkTime></StandardWorkHours>"
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><APIBusinessObjects xmlns="http://xmlns.oracle.com/P6/V19">'
        f"<Calendar><ObjectId>10</ObjectId><Name>Five days</Name><HoursPerDay>8</HoursPerDay>"
        f"<StandardWorkWeek>{week}</StandardWorkWeek>{calendars}</Calendar><Project><ObjectId>1</ObjectId><Id>P</Id><Name>Plan</Name>"
        "<ActivityDefaultCalendarObjectId>10</ActivityDefaultCalendarObjectId><DataDate>2026-01-05T08:00:00</DataDate>"
        f"<PlannedStartDate>2026-01-05T08:00:00</PlannedStartDate>{''.join(project)}</Project>{more}"
        "</APIBusinessObjects>"
    )


def xml_activity(number: int, **fields: str) -> str:
    values = {
        "ObjectId": str(number), "ProjectObjectId": "1", "CalendarObjectId": "10", "Id": f"A{number}",
        "Name": f"Work {number}", "Type": "Task Dependent", "Status": "Not Started",
        "PercentCompleteType": "Duration", "PlannedDuration": "16", "RemainingDuration": "16",
    } | fields  # fmt: skip
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in values.items())
    return f"<Activity>{inside}</Activity>"


def xml_relation(before: int, after: int, kind: str = "Finish to Start", lag: str = "0") -> str:
    return (
        f"<Relationship><Lag>{lag}</Lag><PredecessorActivityObjectId>{before}</PredecessorActivityObjectId>"
        f"<SuccessorActivityObjectId>{after}</SuccessorActivityObjectId><Type>{kind}</Type></Relationship>"
    )
