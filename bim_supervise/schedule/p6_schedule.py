"""From the rows of a Primavera project, whatever the format they came in, to a schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.p6_constraints import constraint_of_activity
from bim_supervise.schedule.p6_details import (
    assignments_of,
    baselines_of,
    codes_of,
    percent_type_of,
    resources_of,
    wbs_of,
)
from bim_supervise.schedule.p6_rows import P6Plan, P6Row
from bim_supervise.schedule.tasks import (
    FloatBasis,
    LagCalendar,
    Link,
    LinkType,
    Method,
    ProgressMode,
    Schedule,
    SchedulingRules,
    Task,
    TaskKind,
)

_KINDS = {
    "TT_Task": TaskKind.TASK,
    "TT_Rsrc": TaskKind.TASK,
    "TT_Mile": TaskKind.MILESTONE,
    "TT_FinMile": TaskKind.MILESTONE,
    "TT_LOE": TaskKind.LEVEL_OF_EFFORT,
    "TT_WBS": TaskKind.SUMMARY,
}
_LINK_TYPES = {"PR_FS": LinkType.FS, "PR_SS": LinkType.SS, "PR_FF": LinkType.FF, "PR_SF": LinkType.SF}
_LAG_CALENDARS = {
    "rcal_Predecessor": LagCalendar.PREDECESSOR,
    "rcal_Successor": LagCalendar.SUCCESSOR,
    "rcal_ProjDefault": LagCalendar.PROJECT,
}
_ROUND_THE_CLOCK = "rcal_24Hour"
_FLOATS = {"FT_FF": FloatBasis.FINISH, "FT_SF": FloatBasis.START}


class _Builder:
    """Builds one schedule; the parts need each other's tables of ids."""

    def __init__(self, plan: P6Plan) -> None:
        self.plan = plan
        self.report = plan.report
        self.default = self._default_calendar()
        self.wbs = _wbs_paths(plan)
        self.above = {node.get("wbs_id"): node.get("parent_wbs_id") for node in plan.wbs}
        self.ids = self._task_ids()
        self.budgets = self._budgets()
        self.assignments = assignments_of(plan)
        self.codes = codes_of(plan)
        self.resource_calendars = self._resource_calendars()
        self.enclosing = self._enclosing_summaries()

    # -- identities ----------------------------------------------------------------------------------

    def _default_calendar(self) -> str:
        calendars = self.plan.calendars
        named = self.plan.project.get("clndr_id")
        if named in calendars and named is not None:
            return named
        if not calendars:
            raise InputRefused(
                "calendar_unknown",
                "The project has no calendar.",
                "Export the project from Primavera P6 with its calendars.",
            )
        first = next(iter(calendars))
        self.report.convert(f"project calendar: {calendars[first].name}", "first_calendar_assumed")
        return first

    def _task_ids(self) -> dict[str, str]:
        """Task ids by Primavera's own: the activity code where it is unique."""
        codes = Counter(row.get("task_code") for row in self.plan.activities)
        ids: dict[str, str] = {}
        taken = {code for code, times in codes.items() if times == 1}
        for row in self.plan.activities:
            own, code = row.need("task_id"), row.get("task_code")
            if own in ids:
                raise InputRefused(
                    "task_id_duplicate",
                    f"line {row.line}: the activity number {own} was already used.",
                    "Export the plan again; every activity needs a number of its own.",
                    id=own,
                    line=row.line,
                )
            if code is not None and codes[code] == 1:
                ids[own] = code
                continue
            ids[own] = own if own not in taken else f"{own} ({code or 'no code'})"
            self.report.convert(f"activity {code or '?'} (line {row.line})", "task_code_not_unique")
        return ids

    # -- money and resources -------------------------------------------------------------------------

    def _budgets(self) -> dict[str, float]:
        budgets: dict[str, float] = {}
        for row in (*self.plan.assignments, *self.plan.expenses):
            cost, task = row.number("target_cost"), row.get("task_id")
            if cost and task is not None:
                budgets[task] = budgets.get(task, 0.0) + cost
        return budgets

    def _resource_calendars(self) -> dict[str, set[str]]:
        of_resource = {row.get("rsrc_id"): row.get("clndr_id") for row in self.plan.resources}
        found: dict[str, set[str]] = {}
        for row in self.plan.assignments:
            calendar = of_resource.get(row.get("rsrc_id"))
            if calendar in self.plan.calendars and calendar is not None:
                found.setdefault(row.get("task_id") or "", set()).add(calendar)
        return found

    def _calendar(self, row: P6Row, what: str) -> str | None:
        own = row.get("clndr_id")
        if own is None:
            return None
        if own not in self.plan.calendars:
            self.report.skip(f"{what}: calendar {own}", "calendar_unknown")
            return None
        of_resources = self.resource_calendars.get(row.need("task_id"), set())
        if row.get("task_type") != "TT_Rsrc" or of_resources <= {own}:
            return own
        if len(of_resources) > 1:
            self.report.convert(what, "resource_calendars_not_used")
            return own
        self.report.convert(what, "resource_calendar_used")
        return next(iter(of_resources))

    # -- work breakdown ------------------------------------------------------------------------------

    def _enclosing_summaries(self) -> dict[str, str]:
        """Task id of the WBS summary activity of each WBS node that has one."""
        return {
            row.get("wbs_id") or "": self.ids[row.need("task_id")]
            for row in self.plan.activities
            if row.get("task_type") == "TT_WBS"
        }

    def _parent(self, row: P6Row, own: str) -> str | None:
        if not self.enclosing:
            return None
        node, seen = row.get("wbs_id"), set()
        while node is not None and node not in seen:
            seen.add(node)
            found = self.enclosing.get(node)
            if found is not None and found != own:
                return found
            node = self.above.get(node)
        return None

    # -- activities ----------------------------------------------------------------------------------

    def task(self, row: P6Row) -> Task:
        source = row.need("task_id")
        own = self.ids[source]
        name = row.get("task_name") or row.get("task_code") or source
        what = f"{name} ({own})"
        kind = _KINDS.get(row.get("task_type") or "TT_Task")
        if kind is None:
            kind = TaskKind.TASK
            self.report.convert(f"{what}: type {row.get('task_type')}", "task_type_unknown")
        milestone = kind is TaskKind.MILESTONE
        duration = 0 if milestone else self._minutes(row, "target_drtn_hr_cnt", what)
        remaining = 0 if milestone else self._minutes(row, "remain_drtn_hr_cnt", what)
        started, finished = row.moment("act_start_date"), row.moment("act_end_date")
        status = row.get("status_code")
        if status == "TK_Complete" and finished is None:
            self.report.convert(what, "complete_without_finish")
        if status != "TK_Complete" and finished is not None:
            self.report.convert(what, "finish_without_complete")
        in_work = started is not None and finished is None
        resumes = row.moment("resume_date") if in_work else None
        if row.get("suspend_date") and in_work and resumes is None:
            self.report.skip(what, "suspended_without_resumption")
        baseline = self.plan.baseline.get(row.get("task_code") or "")
        return Task(
            id=own,
            source_id=source,
            name=name,
            wbs=self.wbs.get(row.get("wbs_id") or ""),
            parent=self._parent(row, own),
            kind=kind,
            duration_minutes=remaining if duration is None else duration,
            calendar=self._calendar(row, what),
            constraint=constraint_of_activity(row, what, self.report),
            start=row.moment("target_start_date"),
            finish=row.moment("target_end_date"),
            baseline_start=None
            if baseline is None
            else _first(baseline, "act_start_date", "target_start_date"),
            baseline_finish=None if baseline is None else _first(baseline, "act_end_date", "target_end_date"),
            actual_start=started,
            actual_finish=finished,
            remaining_minutes=remaining if in_work or (finished is None and remaining != duration) else None,
            resumes=resumes,
            percent=_percent(row, started is not None, finished is not None),
            budget=self.budgets.get(source),
            percent_type=percent_type_of(row),
            physical_percent=row.number("phys_complete_pct") if started or finished else None,
            codes=tuple(self.codes.get(source, ())),
            baselines=baselines_of(self.plan, row.get("task_code") or ""),
            assignments=tuple(self.assignments.get(source, ())),
        )

    def _minutes(self, row: P6Row, column: str, what: str) -> int | None:
        hours = row.number(column)
        if hours is None:
            return None
        if hours < 0:
            self.report.convert(f"{what}: {column} {hours:g}", "negative_duration_as_zero")
            return 0
        minutes = round(hours * 60)
        if abs(hours * 60 - minutes) > 1e-3:
            self.report.convert(f"{what}: {column} {hours:g} h", "rounded_to_minute")
        return minutes

    # -- relations -----------------------------------------------------------------------------------

    def links(self, tasks: dict[str, Task]) -> Iterable[Link]:
        round_the_clock = self._option("sched_calendar_on_relationship_lag") == _ROUND_THE_CLOCK
        seen: set[tuple[str, str, LinkType]] = set()
        for row in self.plan.relations:
            before, after = row.need("pred_task_id"), row.need("task_id")
            code = row.get("pred_type") or "PR_FS"
            what = f"{code} link {self.ids.get(before, before)} -> {self.ids.get(after, after)}"
            kind = _LINK_TYPES.get(code)
            if before not in self.ids or after not in self.ids:
                own = self.plan.project.get("proj_id")
                elsewhere = row.get("pred_proj_id") not in (None, own) or row.get("proj_id") not in (
                    None,
                    own,
                )
                self.report.skip(what, "external_task" if elsewhere else "link_unknown_task")
                continue
            if kind is None:
                self.report.skip(what, "link_type_unknown")
                continue
            ends = (self.ids[before], self.ids[after])
            if TaskKind.SUMMARY in (tasks[ends[0]].kind, tasks[ends[1]].kind):
                self.report.skip(what, "link_of_wbs_summary")
                continue
            if (*ends, kind) in seen:
                self.report.convert(what, "link_repeated")
            seen.add((*ends, kind))
            hours = row.number("lag_hr_cnt") or 0.0
            minutes = round(hours * 60)
            if abs(hours * 60 - minutes) > 1e-3:
                self.report.convert(f"{what}: lag {hours:g} h", "rounded_to_minute")
            yield Link(
                predecessor=ends[0],
                successor=ends[1],
                type=kind,
                lag_minutes=minutes,
                lag_elapsed=round_the_clock and minutes != 0,
            )

    # -- options -------------------------------------------------------------------------------------

    def _option(self, column: str) -> str | None:
        return None if self.plan.options is None else self.plan.options.get(column)

    def rules(self) -> SchedulingRules:
        project = self.plan.project
        lag = self._option("sched_calendar_on_relationship_lag")
        if lag not in (None, _ROUND_THE_CLOCK) and lag not in _LAG_CALENDARS:
            self.report.convert(f"lag calendar {lag}", "option_unknown")
        override = self._option("sched_progress_override") == "Y"
        if not override and self._option("sched_retained_logic") == "N":
            self.report.convert("out-of-sequence work by actual dates", "retained_logic_used")
        if self._option("sched_open_critical_flag") == "Y":
            self.report.skip("open-ended activities critical", "option_not_supported")
        if project.get("critical_path_type") == "CT_DrivPath":
            self.report.convert("critical by longest path", "critical_by_float")
        return SchedulingRules(
            method=Method.PRIMAVERA,
            lag_calendar=_LAG_CALENDARS.get(lag or "", LagCalendar.PREDECESSOR),
            progress=ProgressMode.PROGRESS_OVERRIDE if override else ProgressMode.RETAINED_LOGIC,
            float_basis=_FLOATS.get(self._option("sched_float_type") or "FT_FF", FloatBasis.SMALLEST),
            must_finish_by=project.moment("plan_end_date"),
            critical_float_minutes=round((project.number("critical_drtn_hr_cnt") or 0) * 60),
            use_expected_finish=self._option("sched_use_expect_end_flag") != "N",
            lag_from_early_start=self._option("sched_lag_early_start_flag") != "N",
            finish_milestones=tuple(
                self.ids[row.need("task_id")]
                for row in self.plan.activities
                if row.get("task_type") == "TT_FinMile"
            ),
        )


def build_schedule(plan: P6Plan, source_format: str, sha256: str) -> Schedule:
    """The schedule of one Primavera project.

    Raises:
        InputRefused: ``schedule_empty``, ``calendar_unknown``, ``task_id_duplicate``, ``p6_value_missing``,
            ``date_invalid``, ``number_invalid``.
    """
    if not plan.activities:
        raise InputRefused(
            "schedule_empty",
            f"The project {plan.name} has no activity.",
            "Export the project with its activities.",
        )
    builder = _Builder(plan)
    tasks = tuple(builder.task(row) for row in plan.activities)
    links = tuple(builder.links({task.id: task for task in tasks}))
    used = {task.calendar for task in tasks} | {builder.default}
    rules = builder.rules()
    unused = len(plan.calendars.keys() - used)
    if unused:
        plan.report.skip(f"{unused} calendars", "calendar_unused")
    return Schedule(
        name=plan.name,
        source_format=source_format,
        sha256=sha256,
        tasks=tasks,
        links=links,
        calendars=tuple(
            replace(calendar, rules=rules) if key == builder.default else calendar
            for key, calendar in plan.calendars.items()
            if key in used
        ),
        default_calendar=builder.default,
        project_start=plan.project.moment("plan_start_date"),
        data_date=plan.project.moment("last_recalc_date"),
        skipped=tuple(plan.report.skipped),
        converted=tuple(plan.report.converted),
        resources=tuple(
            resource if resource.calendar in used else replace(resource, calendar=None)
            for resource in resources_of(plan)
        ),
        wbs=wbs_of(plan, builder.wbs),
    )


def _first(row: P6Row, *columns: str) -> datetime | None:
    return next((moment for column in columns if (moment := row.moment(column)) is not None), None)


def _percent(row: P6Row, started: bool, finished: bool) -> float | None:
    """By the activity's own kind of percentage; None before it has started."""
    if finished:
        return 100.0
    if not started:
        return None
    kind = row.get("complete_pct_type")
    if kind == "CP_Phys":
        return row.number("phys_complete_pct")
    if kind == "CP_Units":
        done = (row.number("act_work_qty") or 0) + (row.number("act_equip_qty") or 0)
        left = (row.number("remain_work_qty") or 0) + (row.number("remain_equip_qty") or 0)
        return 100 * done / (done + left) if done + left else None
    planned, remaining = row.number("target_drtn_hr_cnt"), row.number("remain_drtn_hr_cnt")
    if not planned or remaining is None:
        return None
    return max(0.0, 100 * (1 - remaining / planned))


def _wbs_paths(plan: P6Plan) -> dict[str, str]:
    """The codes from the project down to each WBS node, joined by dots."""
    nodes = {row.need("wbs_id"): row for row in plan.wbs}
    paths: dict[str, str] = {}
    for own in nodes:
        codes: list[str] = []
        node: str | None = own
        seen: set[str] = set()
        while node in nodes and node is not None and node not in seen:
            seen.add(node)
            codes.append(nodes[node].get("wbs_short_name") or node)
            node = nodes[node].get("parent_wbs_id")
        paths[own] = ".".join(reversed(codes))
    return paths
