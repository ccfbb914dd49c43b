"""Timeline: the plan as bars with baseline, critical path, actuals, gates and the present."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.charts import gantt
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.theme import palette
from bim_supervise_ui.widgets import (
    address,
    assumed,
    clicks,
    evidence,
    notices,
    page,
    pills,
    tables,
    task_card,
)
from bim_supervise_ui.widgets.html import join, show, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import TaskRow

_FILTERS = ("all", "critical", "late", "gates", "running")


def draw() -> None:
    """Draws the screen."""
    page.head(t("timeline.title"), t("timeline.purpose"))
    every: list[TaskRow] = session.shared("tasks", session.project().tasks)
    if not every:
        show(notices.empty(t("timeline.none"), t("timeline.none_hint")))
        return
    tasks = _filtered(every)
    chosen = st.query_params.get("task")
    if chosen:
        found = next((task for task in every if task.id == chosen), None)
        if found is None:
            show(notices.empty(t("timeline.unknown_task", id=chosen)))
        else:
            task_card.draw(found, every)
            if st.button(t("timeline.close_card"), icon=":material/close:", type="tertiary"):
                del st.query_params["task"]
                st.rerun()
    if not tasks:
        show(notices.empty(t("timeline.no_match"), t("timeline.no_match_hint")))
        return
    with st.container(key="panel-gantt"):
        _legend()
        assumed.listed(every)
        page.live(lambda: _chart(tasks, chosen), "gantt", every_s=20)
    with st.expander(t("timeline.table"), icon=":material/table_rows:"):
        _table(tasks)
    evidence.dialog()


def _filtered(tasks: Sequence[TaskRow]) -> list[TaskRow]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = address.words(
            t("timeline.search"),
            name="find",
            key="timeline-search",
            placeholder=t("timeline.search_hint"),
            width=280,
        )
        only = address.choice(
            t("timeline.only"),
            _FILTERS,
            name="only",
            default="all",
            format_func=lambda code: t(f"timeline.only_{code}"),
            key="timeline-only",
        )
    return [task for task in tasks if _passes(task, only) and _matches(task, words.lower())]


def _passes(task: TaskRow, only: str) -> bool:
    if only == "critical":
        return bool(task.critical)
    if only == "late":
        return "fail" in (task.late_start_outcome, task.late_finish_outcome)
    if only == "gates":
        return bool(task.start_gate or task.finish_gate)
    if only == "running":
        return task.actual_start is not None and task.actual_finish is None
    return True


def _matches(task: TaskRow, needle: str) -> bool:
    return not needle or any(
        needle in str(part).lower() for part in (task.name, task.wbs, task.id, task.source_id) if part
    )


def _legend() -> None:
    colors = palette("dark" if st.context.theme.type == "dark" else "light")
    entries = (
        ("plan", colors.info),
        ("critical", colors.bad),
        ("actual", colors.ink),
        ("running", colors.accent),
        ("baseline", colors.faint),
    )
    signs = [
        tag("span", tag("i", style=f"background:{color}"), t(f"timeline.legend_{name}"))
        for name, color in entries
    ]
    gates = [pills.gate("released"), pills.gate("waiting_for_signature"), pills.gate("evidence_failed")]
    show(tag("div", *signs, tag("span", t("timeline.legend_gates")), *gates, cls="legend"))


def _chart(tasks: Sequence[TaskRow], chosen: str | None) -> None:
    project = session.project()
    fresh = project.freshness()
    states = {state for task in tasks for state in (task.start_gate, task.finish_gate) if state}
    words = gantt.Words(
        plan=t("timeline.legend_plan"),
        critical=t("timeline.legend_critical"),
        actual=t("timeline.legend_actual"),
        baseline=t("timeline.legend_baseline"),
        gates=t("timeline.legend_gates"),
        milestones=t("timeline.legend_milestones"),
        today=t("timeline.today"),
        describe={task.id: _described(task) for task in tasks},
        gate={state: t("timeline.gate", state=label("state", state)) for state in states},
        gate_tone={state: _tone(state, stale=fresh.stale) for state in states},
    )
    option = gantt.gantt(
        tasks,
        now=fresh.site_now,
        zone=project.zone,
        palette=palette("dark" if st.context.theme.type == "dark" else "light"),
        words=words,
        selected=chosen,
    )

    def clicked() -> None:
        click = clicks.newest("gantt")
        picked = click and gantt.task_of(click.series, click.datum, tasks)
        if picked:
            st.query_params["task"] = picked

    st.echarts_chart(
        option,
        height=gantt.height(len(tasks)),
        key="gantt",
        on_select=clicked,
        alt=t("timeline.alt", count=len(tasks)),
    )
    if st.query_params.get("task") != chosen:
        # The card is outside of this part of the page.
        st.rerun(scope="app")


def _tone(state: str, *, stale: bool) -> str:
    """The tone of a gate; nothing looks good while no evidence comes in."""
    tone = pills.tone_of_gate(state)
    return "" if stale and tone == "good" else tone


def _described(task: TaskRow) -> list[str]:
    f = formats()
    lines = [
        task.name,
        t("timeline.tip_plan", start=f.wall(task.start), finish=f.wall(task.finish)),
    ]
    if task.actual_start:
        finish = f.moment(task.actual_finish) if task.actual_finish else t("timeline.running")
        lines.append(t("timeline.tip_actual", start=f.moment(task.actual_start), finish=finish))
    if task.total_float_hours is not None:
        lines.append(t("timeline.tip_float", hours=f.number(task.total_float_hours, 1)))
    if task.percent is not None:
        lines.append(t("timeline.tip_percent", percent=f.percent(task.percent)))
    return lines


_COLUMNS = (
    "id", "wbs", "name", "kind", "start", "finish", "actual_start", "actual_finish", "percent",
    "total_float_hours", "critical", "start_gate", "finish_gate", "elements",
)  # fmt: skip


def _cells(task: TaskRow) -> dict[str, object]:
    f = formats()
    return {
        "id": task.id,
        "wbs": task.wbs,
        "name": task.name,
        "kind": label("task_kind", task.kind),
        "start": f.wall(task.start),
        "finish": f.wall(task.finish),
        "actual_start": f.moment(task.actual_start),
        "actual_finish": f.moment(task.actual_finish),
        "percent": f.percent(task.percent),
        "total_float_hours": f.number(task.total_float_hours, 1),
        "critical": UNKNOWN if task.critical is None else t("common.yes" if task.critical else "common.no"),
        "start_gate": label("state", task.start_gate) if task.start_gate else "",
        "finish_gate": label("state", task.finish_gate) if task.finish_gate else "",
        "elements": task.elements,
    }


def _table(tasks: Sequence[TaskRow]) -> None:
    f = formats()
    names = {column: t(f"column.{column}") for column in _COLUMNS}
    rows = [{names[key]: value for key, value in _cells(task).items()} for task in tasks]
    show(tag("p", t("timeline.table_hint"), cls="limit"))

    def opened() -> None:
        chosen = st.session_state["timeline-rows"].selection.rows
        if chosen and chosen[0] < len(tasks):
            st.query_params["task"] = tasks[chosen[0]].id

    st.dataframe(
        tables.columns(rows),
        hide_index=True,
        height=420,
        key="timeline-rows",
        on_select=opened,
        selection_mode="single-row",
    )
    zone = f.zone_name(session.project().now())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            t("common.csv"),
            tables.csv_file(rows),
            file_name="tasks.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        show(join([tag("span", t("common.times_in", zone=zone), cls="limit")]))
