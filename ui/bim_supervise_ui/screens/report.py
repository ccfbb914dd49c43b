"""Report my work: actual start and finish, quantity, percent, remark and photo of one task; for the phone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise import api
from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import address, evidence, notices, page, pills, rows
from bim_supervise_ui.widgets.html import Markup, plain, show, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bim_supervise.api.views import TaskRow

_SCOPES = ("now", "all")
_EARLIER_SHOWN = 10
_WIDTH = 720
"""Widest the form gets [px]: it is made for one hand."""
_PHOTO_TYPES = ["jpg", "jpeg", "png", "webp"]


def draw() -> None:
    """Draws the screen; the address may name the task."""
    page.head(t("report.title"), t("report.purpose"))
    user = session.require_user()
    project = session.project()
    if not project.may(user.name, "report_work"):
        show(notices.notice("wait", t("report.not_permitted"), t("report.not_permitted_hint")))
        return
    tasks: list[TaskRow] = [task for task in session.shared("tasks", project.tasks) if task.kind != "summary"]
    if not tasks:
        show(notices.empty(t("report.no_tasks"), t("report.no_tasks_hint")))
        return
    with st.container(width=_WIDTH):
        task = _choose(tasks)
        if task is not None:
            _known(task)
            _form(task)
            _earlier(task)
    evidence.dialog()


def _choose(tasks: Sequence[TaskRow]) -> TaskRow | None:
    """My task: those under way or due now first, every other one by search."""
    zone = session.project().zone
    wall = session.project().now().astimezone(zone).replace(tzinfo=None)
    current = [
        task for task in tasks if task.actual_finish is None and (task.actual_start or _due(task, wall))
    ]
    scope = address.choice(
        t("report.scope"),
        _SCOPES,
        name="scope",
        default="now" if current else "all",
        format_func=lambda code: t(f"report.scope_{code}"),
        key="report-scope",
        label_visibility="collapsed",
        width="stretch",
    )
    offered = current if scope == "now" and current else list(tasks)
    by_id = {task.id: task for task in offered}
    wanted = st.query_params.get("task")
    if wanted and wanted not in by_id:
        by_id |= {task.id: task for task in tasks if task.id == wanted}
    chosen = address.choice(
        t("report.task"),
        list(by_id),
        name="task",
        default=None,
        draw=st.selectbox,
        format_func=lambda code: _titled(by_id[code]),
        placeholder=t("report.task_hint"),
        key=f"report-task-{scope}",
    )
    return by_id.get(chosen) if chosen else None


def _due(task: TaskRow, wall: datetime) -> bool:
    return task.start is not None and task.start <= wall


def _titled(task: TaskRow) -> str:
    return f"{task.wbs} {task.name}" if task.wbs else task.name


def _known(task: TaskRow) -> None:
    f = formats()
    gate = pills.gate(task.start_gate) if task.start_gate else Markup("")
    quantity = f.quantity(task.quantity, task.unit)
    done = f.quantity(task.quantity_done, task.unit)
    show(
        tag(
            "section",
            tag("h2", tag("span", task.name), gate),
            tag(
                "div", t("report.planned", start=f.wall(task.start), finish=f.wall(task.finish)), cls="limit"
            ),
            tag(
                "div",
                t("report.actual", start=f.moment(task.actual_start), finish=f.moment(task.actual_finish)),
                cls="limit",
            ),
            tag("div", t("report.quantities", planned=quantity, done=done), cls="limit"),
            cls="card",
        )
    )
    if task.start_gate and task.start_gate not in ("released", "waived") and task.actual_start is None:
        show(
            notices.notice(
                "wait",
                t("report.gate_shut", state=label("state", task.start_gate)),
                t("report.gate_shut_hint"),
            )
        )


def _form(task: TaskRow) -> None:
    project = session.project()
    f = formats()
    zone = f.zone_name(project.now())
    round_ = st.session_state.setdefault("report-round", 0)
    key = f"{task.id}-{round_}"
    with st.form(f"report-{key}", clear_on_submit=False):
        started = st.datetime_input(
            t("report.started", zone=zone), value=None, key=f"started-{key}", step=900, format="YYYY/MM/DD"
        )
        finished = st.datetime_input(
            t("report.finished", zone=zone), value=None, key=f"finished-{key}", step=900, format="YYYY/MM/DD"
        )
        unit = task.unit or ""
        quantity = st.number_input(
            t("report.quantity", unit=plain(unit) or t("report.no_unit")),
            value=None,
            min_value=0.0,
            step=1.0,
            key=f"quantity-{key}",
            help=t("report.quantity_help"),
        )
        percent = st.number_input(
            t("report.percent"), value=None, min_value=0.0, max_value=100.0, step=5.0, key=f"percent-{key}"
        )
        remark = st.text_area(t("report.remark"), key=f"remark-{key}", max_chars=2000)
        photos: list[Any] = st.file_uploader(
            t("report.photos"),
            type=_PHOTO_TYPES,
            accept_multiple_files=True,
            key=f"photos-{key}",
            help=t("report.photos_help"),
        )
        sent = st.form_submit_button(
            t("report.send"), type="primary", width="stretch", icon=":material/send:"
        )
    with st.expander(
        t("report.camera"), icon=":material/photo_camera:", key=f"camera-box-{key}", on_change="rerun"
    ) as box:
        shot = st.camera_input(t("report.camera_take"), key=f"camera-{key}") if box.open else None
    if sent:
        pictures = [*photos, *([shot] if shot is not None else [])]
        _send(task, started, finished, quantity, percent, remark, pictures)


def _send(
    task: TaskRow,
    started: datetime | None,
    finished: datetime | None,
    quantity: float | None,
    percent: float | None,
    remark: str,
    pictures: Sequence[Any],
) -> None:
    user = session.require_user()
    photos = tuple((picture.name, picture.type, picture.getvalue()) for picture in pictures)
    if not any((started, finished, quantity is not None, percent is not None, remark.strip(), photos)):
        show(notices.notice("bad", t("report.nothing"), t("report.nothing_hint")))
        return
    if started and finished and finished < started:
        show(notices.notice("bad", t("report.order"), t("report.order_hint")))
        return
    report = api.WorkReport(
        task=task.id,
        started=started,
        finished=finished,
        quantity=quantity,
        percent=percent,
        remark=remark.strip(),
        photos=photos,
    )
    try:
        result = session.project().report_work(user.name, report)
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    st.session_state["report-round"] += 1
    notices.remember(t("report.sent", count=result.get("stored", 0)), t("report.sent_hint", name=task.name))
    st.rerun()


def _earlier(task: TaskRow) -> None:
    f = formats()
    found = session.project().facts(subject=task.id, limit=_EARLIER_SHOWN)
    with st.container(key="panel-earlier"):
        page.section(t("report.earlier"), str(len(found)))
        if not found:
            show(notices.empty(t("report.no_earlier")))
        for fact in found:
            value = (
                f.quantity(fact.value, fact.unit)
                if isinstance(fact.value, (int, float))
                else (fact.value or "")
            )
            row = rows.content(
                label("observation", fact.kind),
                meta=value,
                side=f.moment(fact.event_time, year=False),
                full=" · ".join(
                    part for part in (fact.reporter, str(fact.payload.get("remark") or "")) if part
                ),
            )
            what = label("observation", fact.kind)
            if rows.opening(rows.row_key("fact", fact.id), t("report.open", what=what), row):
                page.ask("evidence", f"fact:{fact.id}")
