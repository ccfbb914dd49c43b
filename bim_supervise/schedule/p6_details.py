"""Codes, resources, assignments and percent types of a Primavera project, from its rows."""

from __future__ import annotations

from bim_supervise.schedule.details import (
    ActivityCode,
    Assignment,
    Baseline,
    PercentType,
    Resource,
    ResourceKind,
    WbsNode,
)
from bim_supervise.schedule.p6_rows import P6Plan, P6Row

_KINDS = {
    "RT_Labor": ResourceKind.LABOUR,
    "RT_Equip": ResourceKind.EQUIPMENT,
    "RT_Mat": ResourceKind.MATERIAL,
}
_PERCENT = {
    "CP_Phys": PercentType.PHYSICAL,
    "CP_Units": PercentType.UNITS,
    "CP_Drtn": PercentType.DURATION,
}


def resources_of(plan: P6Plan) -> tuple[Resource, ...]:
    """The resources that the plan's assignments name."""
    used = {row.get("rsrc_id") for row in plan.assignments}
    units = {row.get("unit_id"): row.get("unit_abbrev") for row in plan.units}
    return tuple(
        Resource(
            id=own,
            name=row.get("rsrc_name") or row.get("rsrc_short_name") or own,
            kind=_KINDS.get(row.get("rsrc_type") or "", ResourceKind.LABOUR),
            unit=units.get(row.get("unit_id")),
            calendar=calendar if (calendar := row.get("clndr_id")) in plan.calendars else None,
        )
        for row in plan.resources
        if (own := row.get("rsrc_id")) is not None and own in used
    )


def assignments_of(plan: P6Plan) -> dict[str, list[Assignment]]:
    """Assignments and expenses by the task's own number; quantities of labour and machines are hours."""
    kinds = {row.get("rsrc_id"): row.get("rsrc_type") for row in plan.resources}
    found: dict[str, list[Assignment]] = {}
    for row in plan.assignments:
        quantity, resource = row.number("target_qty"), row.get("rsrc_id")
        material = kinds.get(resource) == "RT_Mat"
        found.setdefault(row.get("task_id") or "", []).append(
            Assignment(
                resource=resource,
                units=quantity if material else row.number("target_qty_per_hr"),
                work_minutes=None if material or quantity is None else round(quantity * 60),
                cost=row.number("target_cost"),
                actual_cost=_sum(row, "act_reg_cost", "act_ot_cost"),
                remaining_cost=row.number("remain_cost"),
            )
        )
    for row in plan.expenses:
        found.setdefault(row.get("task_id") or "", []).append(
            Assignment(
                resource=None,
                cost=row.number("target_cost"),
                actual_cost=row.number("act_cost"),
                remaining_cost=row.number("remain_cost"),
            )
        )
    return found


def _sum(row: P6Row, *columns: str) -> float | None:
    values = [value for column in columns if (value := row.number(column)) is not None]
    return sum(values) if values else None


def codes_of(plan: P6Plan) -> dict[str, list[ActivityCode]]:
    """Activity codes by the task's own number."""
    types = {row.get("actv_code_type_id"): row.get("actv_code_type") for row in plan.code_types}
    values = {row.get("actv_code_id"): row for row in plan.code_values}
    found: dict[str, list[ActivityCode]] = {}
    for row in plan.codes:
        value = values.get(row.get("actv_code_id"))
        if value is None:
            plan.report.skip(f"activity code {row.get('actv_code_id') or '?'}", "code_unknown")
            continue
        number = value.get("actv_code_type_id") or row.get("actv_code_type_id") or "?"
        found.setdefault(row.get("task_id") or "", []).append(
            ActivityCode(
                type=types.get(number) or number,
                value=value.get("short_name") or row.get("actv_code_id") or "?",
                name=value.get("actv_code_name"),
            )
        )
    return found


def baselines_of(plan: P6Plan, code: str) -> tuple[Baseline, ...]:
    """The dates of an activity in each baseline of the file."""
    found = []
    for name, rows in plan.baselines.items():
        row = rows.get(code)
        if row is not None:
            hours = row.number("target_drtn_hr_cnt")
            found.append(
                Baseline(
                    name=name,
                    start=row.moment("act_start_date") or row.moment("target_start_date"),
                    finish=row.moment("act_end_date") or row.moment("target_end_date"),
                    duration_minutes=None if hours is None else round(hours * 60),
                )
            )
    return tuple(found)


def percent_type_of(row: P6Row) -> PercentType | None:
    """What the activity's percentage measures."""
    return _PERCENT.get(row.get("complete_pct_type") or "")


def wbs_of(plan: P6Plan, paths: dict[str, str]) -> tuple[WbsNode, ...]:
    """The work breakdown with the names of its nodes."""
    return tuple(
        WbsNode(path=paths[own], name=row.get("wbs_name") or row.get("wbs_short_name") or own)
        for row in plan.wbs
        if (own := row.get("wbs_id")) in paths and own is not None
    )
