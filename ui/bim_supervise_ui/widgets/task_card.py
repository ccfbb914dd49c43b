"""The card of a task: dates, float, gates, elements, evidence and what the rules say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import assumed, evidence, in_model, limits, notices, page, pills, rows
from bim_supervise_ui.widgets.figures import or_unknown
from bim_supervise_ui.widgets.html import Markup, definition, join, show, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import CheckpointView, TaskRow

_ELEMENTS_SHOWN = 12


def draw(task: TaskRow, every: Sequence[TaskRow]) -> None:
    """Draws the card; ``every`` names the predecessors."""
    project = session.project()
    user = session.require_user()
    checkpoints: list[CheckpointView] = [
        item
        for item in session.shared("checkpoints", lambda: project.checkpoints(user=user.name), user.name)
        if item.task == task.id
    ]
    with st.container(key="panel-task"):
        marks = [pills.critical()] if task.critical else []
        show(tag("h2", task.name, *marks, tag("small", task.wbs or task.id), cls="section-title"))
        show(*assumed.of_task(task))
        in_model.offer("task", task=task.id if task.elements else None)
        left, middle, right = st.columns([1.1, 1, 1.2], gap="medium")
        with left:
            show(_dates(task))
        with middle:
            show(_facts(task, every))
        with right:
            _gates(checkpoints)
        _elements(task)


def _dates(task: TaskRow) -> Markup:
    f = formats()
    zone = f.zone_name(session.project().now())
    rows_ = [
        ("planned", f.wall(task.start), f.wall(task.finish)),
        ("baseline", f.wall(task.baseline_start), f.wall(task.baseline_finish)),
        ("early", f.wall(task.early_start), f.wall(task.early_finish)),
        ("late", f.wall(task.late_start), f.wall(task.late_finish)),
        ("actual", f.moment(task.actual_start), f.moment(task.actual_finish)),
    ]
    from bim_supervise_ui.widgets.html import table

    return join(
        (
            table(
                ("", t("column.start"), t("column.finish")),
                [(t(f"task.{name}"), start, finish) for name, start, finish in rows_],
            ),
            tag("p", t("common.times_in", zone=zone), cls="foot"),
        )
    )


def _facts(task: TaskRow, every: Sequence[TaskRow]) -> Markup:
    f = formats()
    names = {row.id: row.name for row in every}
    before = join((in_model.named("task", item, names.get(item, item)) for item in task.predecessors), ", ")
    pairs: list[tuple[object, object]] = [
        (
            t("task.total_float"),
            or_unknown(task.total_float_hours, t("task.hours", hours=f.number(task.total_float_hours))),
        ),
        (
            t("task.free_float"),
            or_unknown(task.free_float_hours, t("task.hours", hours=f.number(task.free_float_hours))),
        ),
        (t("task.percent"), or_unknown(task.percent, f.percent(task.percent))),
        (t("task.percent_basis"), or_unknown(task.percent_basis, label("basis", task.percent_basis))),
        (t("task.quantity"), or_unknown(task.quantity, f.quantity(task.quantity, task.unit))),
        (t("task.quantity_done"), or_unknown(task.quantity_done, f.quantity(task.quantity_done, task.unit))),
        (t("task.budget"), or_unknown(task.budget, f.money(task.budget))),
        (t("task.late_start"), pills.outcome(_lateness(task.late_start_outcome))),
        (t("task.late_finish"), pills.outcome(_lateness(task.late_finish_outcome))),
        (t("task.predecessors"), before or t("common.none")),
    ]
    if task.stopped_by:
        pairs.append((t("task.stopped_by"), in_model.named("case", task.stopped_by)))
    if task.green_delay_days is not None:
        lost = t("task.lost_days", days=f.number(task.green_delay_days, 1))
        pairs.append((t("task.green_delay"), lost))
    return definition(pairs)


def _lateness(outcome: str | None) -> str:
    return outcome or "undetermined"


def _gates(checkpoints: Sequence[CheckpointView]) -> None:
    page.section(t("task.gates"), t("task.gates_count", count=len(checkpoints)))
    if not checkpoints:
        show(notices.empty(t("task.no_gates")))
    for item in checkpoints:
        title = localised(item.title, item.id)
        row = rows.content(title, lead=pills.gate(item.state), side=label("boundary", item.boundary))
        if rows.opening(rows.row_key("taskgate", item.id), t("checkpoint.open", what=title), row):
            screens.go("checkpoints", id=item.id)
    verdicts = [verdict for item in checkpoints for verdict in item.verdicts]
    if verdicts:
        show(join(limits.verdict(verdict) for verdict in verdicts[:4]))
        refs = list(dict.fromkeys(ref for verdict in verdicts for ref in verdict.evidence))
        evidence.references(refs, "task")


def _elements(task: TaskRow) -> None:
    if not task.elements:
        show(tag("div", t("task.no_elements"), cls="limit"))
        return
    with st.expander(t("task.elements", count=task.elements), icon=":material/deployed_code:"):
        project = session.project()
        ids = [
            row.global_id
            for row in session.shared("elements", project.elements, seconds=10)
            if task.id in row.tasks
        ]
        show(join((in_model.link(item) for item in ids[:_ELEMENTS_SHOWN]), " "))
        if len(ids) > _ELEMENTS_SHOWN:
            show(tag("div", t("task.more_elements", count=len(ids) - _ELEMENTS_SHOWN), cls="limit"))
        if st.button(t("task.to_elements"), type="tertiary"):
            screens.go("model", task=task.id)
