"""Primavera P6 XER: the exported project of the file becomes a schedule."""

from __future__ import annotations

from pathlib import Path

from bim_supervise.core.child import Progress
from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.p6_rows import P6Plan, P6Report, P6Row
from bim_supervise.schedule.p6_schedule import build_schedule
from bim_supervise.schedule.read_xer_calendars import read_xer_calendar, resolved
from bim_supervise.schedule.read_xer_tables import XerTables, read_xer_tables
from bim_supervise.schedule.tasks import Schedule

_USED = {
    "PROJECT": frozenset(("proj_id", "proj_short_name", "clndr_id", "last_recalc_date", "plan_start_date")),
    "CALENDAR": frozenset(("clndr_id", "clndr_name", "clndr_data")),
    "PROJWBS": frozenset(("wbs_id", "proj_id", "wbs_short_name", "parent_wbs_id")),
    "TASK": frozenset(
        (
            "task_id", "proj_id", "wbs_id", "clndr_id", "task_type", "status_code", "task_code", "task_name",
            "remain_drtn_hr_cnt", "target_drtn_hr_cnt", "cstr_date", "act_start_date", "act_end_date",
            "target_start_date", "target_end_date", "cstr_type", "cstr_date2", "cstr_type2",
        )
    ),
    "TASKPRED": frozenset(("task_id", "pred_task_id", "pred_type", "lag_hr_cnt")),
    "TASKRSRC": frozenset(("task_id", "rsrc_id", "target_cost")),
    "PROJCOST": frozenset(("task_id", "target_cost")),
    "RSRC": frozenset(("rsrc_id", "clndr_id")),
    "ACTVTYPE": frozenset(("actv_code_type_id", "actv_code_type")),
    "ACTVCODE": frozenset(("actv_code_id", "actv_code_type_id", "short_name")),
    "TASKACTV": frozenset(("task_id", "actv_code_id")),
    "UMEASURE": frozenset(("unit_id", "unit_abbrev")),
    "SCHEDOPTIONS": frozenset(("proj_id", "sched_calendar_on_relationship_lag")),
}  # fmt: skip
_NEEDED = {
    "PROJECT": ("proj_id",),
    "TASK": ("task_id", "proj_id", "task_code", "task_type", "target_drtn_hr_cnt"),
    "TASKPRED": ("task_id", "pred_task_id", "pred_type"),
    "CALENDAR": ("clndr_id", "clndr_data"),
}
_SETTINGS = {"CURRTYPE", "OBS", "FINTMPL", "COSTTYPE"}
"""Tables of the database around the project, which say nothing about the plan."""


def parse_xer(path: str, sha256: str, progress: Progress) -> Schedule:
    """Read an XER file; runs in a child process.

    Of several projects the one marked as exported is read, else the first; the others are listed as skipped.

    Raises:
        InputRefused: ``xer_no_tables``, ``xer_no_tasks``, ``xer_column_missing``, ``xer_row_damaged``,
            ``xer_truncated``, and what ``p6_schedule.build_schedule`` refuses.
    """
    progress("read", 0.0)
    tables = read_xer_tables(Path(path), _USED)
    progress("tasks", 0.5)
    for table in ("PROJECT", "TASK"):
        if not tables.of(table):
            raise InputRefused(
                "xer_no_tasks",
                f"The XER has no row in the table {table}: it holds no project plan.",
                "Export a project (not only resources or codes) from Primavera P6 as XER.",
                table=table,
            )
    _check_columns(tables)
    report = P6Report()
    if tables.encoding_assumed:
        report.convert(f"text as {tables.encoding}", "encoding_assumed")
    project = _choose(tables, report)
    own = project.need("proj_id")
    weeks = [read_xer_calendar(row, report) for row in tables.of("CALENDAR")]
    _list_the_rest(tables, own, report)
    plan = P6Plan(
        project=project,
        name=_name(tables, project) or Path(path).stem,
        options=next(iter(_of(tables, "SCHEDOPTIONS", own)), None),
        calendars=resolved({week.id: week for week in weeks}, report),
        wbs=_of(tables, "PROJWBS", own),
        activities=_of(tables, "TASK", own),
        relations=_of(tables, "TASKPRED", own),
        assignments=_of(tables, "TASKRSRC", own),
        resources=tables.of("RSRC"),
        expenses=_of(tables, "PROJCOST", own),
        units=tables.of("UMEASURE"),
        code_types=tables.of("ACTVTYPE"),
        code_values=tables.of("ACTVCODE"),
        codes=_of(tables, "TASKACTV", own),
        report=report,
    )
    if project.get("sum_base_proj_id"):
        report.skip(f"baseline project {project.get('sum_base_proj_id')}", "baseline_not_in_file")
    return build_schedule(plan, "xer", sha256)


def _check_columns(tables: XerTables) -> None:
    for table, columns in _NEEDED.items():
        for row in tables.of(table)[:1]:
            for column in columns:
                if column not in row.values:
                    raise InputRefused(
                        "xer_column_missing",
                        f"line {row.line}: the table {table} has no column {column}.",
                        "Export the project from Primavera P6 again, with all columns.",
                        table=table,
                        field=column,
                        line=row.line,
                    )


def _choose(tables: XerTables, report: P6Report) -> P6Row:
    projects = tables.of("PROJECT")
    counts = {row.need("proj_id"): len(_of(tables, "TASK", row.need("proj_id"))) for row in projects}
    exported = [row for row in projects if row.get("export_flag") == "Y" and counts[row.need("proj_id")]]
    filled = [row for row in projects if counts[row.need("proj_id")]]
    chosen = (exported or filled or projects)[0]
    for row in projects:
        if row is not chosen:
            name = row.get("proj_short_name") or row.need("proj_id")
            report.skip(f"project {name} with {counts[row.need('proj_id')]} activities", "other_project")
    return chosen


def _name(tables: XerTables, project: P6Row) -> str | None:
    root = next(
        (row for row in _of(tables, "PROJWBS", project.need("proj_id")) if row.flag("proj_node_flag")), None
    )
    return (root.get("wbs_name") if root else None) or project.get("proj_short_name")


def _of(tables: XerTables, table: str, project: str) -> list[P6Row]:
    return [row for row in tables.of(table) if row.get("proj_id") in (None, project)]


def _list_the_rest(tables: XerTables, project: str, report: P6Report) -> None:
    for table, rows in tables.rows.items():
        if rows and table not in _USED and table not in _SETTINGS:
            report.skip(f"{len(rows)} rows of {table}", "table_not_used")
    tasks = {row.get("task_id") for row in tables.of("TASK")}
    lost = sum(
        row.get("task_id") not in tasks
        for name in ("TASKRSRC", "PROJCOST")
        for row in _of(tables, name, project)
    )
    if lost:
        report.skip(f"{lost} costs", "cost_without_task")
