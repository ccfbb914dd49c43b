"""Today: key figures, what is late, which gates need somebody, and the alarms by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import (
    alarm_card,
    evidence,
    figures,
    freshness,
    limits,
    notices,
    page,
    pills,
    queue,
    rows,
)
from bim_supervise_ui.widgets.html import Markup, join, show, tag
from bim_supervise_ui.widgets.tasks import LateTask, late_tasks

if TYPE_CHECKING:
    from bim_supervise.api.views import AlarmView, CheckpointView, Freshness, UserView

_ALARMS_SHOWN = 8
_GATES_SHOWN = 8
_LATE_SHOWN = 12
_NEEDS_SOMEBODY = (
    "waiting_for_signature",
    "evidence_failed",
    "blocked_by_ncr",
    "stale",
    "waiting_for_evidence",
    "undetermined",
    "notice_running",
)


def draw() -> None:
    """Draws the screen."""
    page.head(t("today.title"), t("today.purpose"))
    page.live(_key_figures, "figures")
    left, right = st.columns([1.15, 1], gap="small")
    with left:
        page.live(_alarms, "alarms")
        page.live(_late, "late")
    with right:
        page.live(_gates, "gates")
    alarm_card.dialog()
    evidence.dialog()


def _key_figures() -> None:
    project = session.project()
    fresh = project.freshness()
    status = session.shared("status", project.status)
    cards = (
        figures.progress_card(status),
        figures.money_card(status),
        figures.gates_card(status),
        figures.green_card(status),
    )
    show(
        freshness.warning(fresh),
        freshness.block(fresh, tag("div", join(cards), cls="cards wide-first")),
    )


def _alarms() -> None:
    project = session.project()
    fresh = project.freshness()
    alarms: list[AlarmView] = session.shared("alarms", project.alarms)
    waiting = sum(alarm.state == "open" for alarm in alarms)
    with st.container(key="panel-alarms"):
        page.section(t("today.alarms"), t("today.alarms_small", open=waiting, all=len(alarms)))
        if not alarms:
            unknown = fresh.last_received is None
            show(
                notices.empty(
                    t("today.no_alarms_unknown" if unknown else "today.no_alarms"), t("today.no_alarms_hint")
                )
            )
        for alarm in alarms[:_ALARMS_SHOWN]:
            opens = t("alarm.open", what=alarm_card.title(alarm))
            if rows.opening(rows.row_key("alarm", alarm.id), opens, alarm_card.row(alarm)):
                page.ask("alarm", alarm.id)
        if len(alarms) > _ALARMS_SHOWN:
            show(tag("div", t("today.more_alarms", count=len(alarms) - _ALARMS_SHOWN), cls="limit"))
        if alarms and st.button(t("today.all_alarms"), type="tertiary"):
            screens.go("alarms")


def _gates() -> None:
    project = session.project()
    user = session.require_user()
    found: list[CheckpointView] = session.shared(
        "checkpoints", lambda: project.checkpoints(user=user.name), user.name
    )
    waiting = [item for item in found if item.state in _NEEDS_SOMEBODY]
    waiting.sort(key=lambda item: (not queue.mine(item, user), _NEEDS_SOMEBODY.index(item.state)))
    mine = sum(queue.mine(item, user) for item in waiting)
    with st.container(key="panel-gates"):
        page.section(t("today.gates"), t("today.gates_small", mine=mine, all=len(waiting)))
        if not waiting:
            show(notices.empty(t("today.no_gates"), t("today.no_gates_hint")))
        for item in waiting[:_GATES_SHOWN]:
            title = localised(item.title, item.id)
            if rows.opening(
                rows.row_key("gate", item.id), t("checkpoint.open", what=title), _gate_row(item, user)
            ):
                screens.go("checkpoints", id=item.id)
        if len(waiting) > _GATES_SHOWN and st.button(
            t("today.all_gates", count=len(waiting)), type="tertiary"
        ):
            screens.go("checkpoints")


def _gate_row(item: CheckpointView, user: UserView) -> Markup:
    missing = limits.needed(item.missing[0]) if item.missing else ""
    return rows.content(
        localised(item.title, item.id),
        meta=item.task_name or "",
        lead=pills.gate(item.state),
        side=t("checkpoint.yours") if queue.mine(item, user) else label("control", item.control),
        full=missing,
    )


def _late() -> None:
    project = session.project()
    fresh: Freshness = project.freshness()
    late: list[LateTask] = late_tasks(session.shared("tasks", project.tasks), fresh.site_now, project.zone)
    with st.container(key="panel-late"):
        page.section(t("today.late"), t("today.late_small", count=len(late)))
        if not late:
            show(notices.empty(t("today.no_late"), t("today.no_late_hint")))
        for item in late[:_LATE_SHOWN]:
            key = rows.row_key("late", item.task.id)
            if rows.opening(key, t("task.open", what=item.task.name), _late_row(item)):
                screens.go("timeline", task=item.task.id)
        if len(late) > _LATE_SHOWN and st.button(t("today.all_late", count=len(late)), type="tertiary"):
            screens.go("timeline", only="late")


def _late_row(item: LateTask) -> Markup:
    f = formats()
    task = item.task
    slack = t("task.float_hours", hours=f.number(task.total_float_hours, 0)) if task.total_float_hours else ""
    return rows.content(
        task.name,
        lead=pills.late(item.days, t(f"today.late_{item.end}", days=f.number(max(item.days, 0), 0))),
        side=pills.critical() if task.critical else slack,
        full=t(
            "today.late_row", start=f.wall(task.start, year=False), finish=f.wall(task.finish, year=False)
        ),
    )
