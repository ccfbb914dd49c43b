"""An alarm as a row and as a dialog: what it says, what hangs on it, acknowledging and shelving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import in_model, limits, notices, page, pills, rows
from bim_supervise_ui.widgets.html import Markup, join, show, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import AlarmView

_HOURS = (1, 2, 4, 8, 24, 48)
_LIFE_SAFETY_HOURS = (1, 2, 4, 8)


def title(alarm: AlarmView) -> str:
    """What an alarm is about."""
    return alarm.task_name or alarm.device or alarm.element or t("alarm.site")


def row(alarm: AlarmView) -> Markup:
    """An alarm as a row of a list."""
    f = formats()
    measured = f.quantity(alarm.value, alarm.unit) if alarm.value is not None else ""
    if measured and alarm.limit and alarm.limit.value is not None:
        measured = f"{measured} / {f.quantity(alarm.limit.value, alarm.limit.unit)}"
    where = " · ".join(part for part in (alarm.rule, alarm.device) if part)
    signs = [pills.severity(alarm.severity), pills.alarm(alarm.state)]
    if alarm.level:
        signs.append(tag("b", t("alarm.level", level=alarm.level)))
    return rows.content(
        limits.reason(alarm.reason, alarm.params),
        meta=title(alarm),
        lead=join(signs, " "),
        side=measured,
        full=t("alarm.row", where=where, moment=f.moment(alarm.raised_at, year=False)),
    )


def dialog() -> None:
    """The alarm that was asked for, with what can be done about it."""
    wanted = page.asked("alarm")
    if wanted is None:
        return
    project = session.project()
    alarm = next((row for row in project.alarms(cleared=True) if row.id == wanted), None)

    @st.dialog(t("alarm.title"), width="medium", on_dismiss=page.answered)
    def opened() -> None:
        user = session.require_user()
        if alarm is None:
            show(notices.empty(t("alarm.gone")))
            return
        f = formats()
        show(
            tag("div", pills.severity(alarm.severity), " ", pills.alarm(alarm.state)),
            tag("div", tag("b", limits.reason(alarm.reason, alarm.params)), " · ", title(alarm)),
            limits.limit_line(alarm.limit),
            tag(
                "div",
                t("alarm.raised", moment=f.moment(alarm.raised_at), zone=f.zone_name(alarm.raised_at)),
                cls="limit",
            ),
        )
        if alarm.acknowledged_at:
            name = alarm.acknowledged_by or ""
            text = t(
                "alarm.acknowledged",
                name=name,
                moment=f.moment(alarm.acknowledged_at),
                comment=alarm.comment or "",
            )
            show(tag("div", text, cls="limit"))
        show(*_standing(alarm))
        if alarm.state in ("open", "shelved"):
            _shelving(alarm, user.name)
        if alarm.state == "open":
            with st.form(f"ack-{alarm.id}", border=False):
                comment = st.text_area(t("alarm.comment"), max_chars=1000)
                sent = st.form_submit_button(t("alarm.acknowledge"), type="primary")
            if sent and not comment.strip():
                show(notices.notice("bad", t("alarm.comment_missing")))
            elif sent:
                try:
                    project.acknowledge(alarm.id, user.name, comment.strip())
                except SupervisionError as error:
                    notices.refused(error)
                    return
                session.changed()
                page.answered()
                notices.remember(t("alarm.done"))
                st.rerun()
        with st.container(horizontal=True):
            in_model.offer(
                f"alarm-{alarm.id}", element=alarm.element, task=alarm.task, device=_standing_device(alarm)
            )
            if alarm.task and st.button(t("alarm.to_task"), type="tertiary", key=f"task-{alarm.id}"):
                screens.go("timeline", task=alarm.task)
            if alarm.device and st.button(t("viewer.to_device"), type="tertiary", key=f"device-{alarm.id}"):
                screens.go("evidence", device=alarm.device)

    opened()


def _standing_device(alarm: AlarmView) -> str | None:
    """The device of an alarm, if it is known where it stands."""
    devices = session.shared("devices", session.project().devices)
    return next((item.id for item in devices if item.id == alarm.device and item.position), None)


def _standing(alarm: AlarmView) -> list[Markup]:
    """What hangs on an alarm, and who has taken it off the list."""
    f, lines = formats(), []
    if alarm.tasks:
        slack = "" if alarm.float_hours is None else f.number(alarm.float_hours)
        lines.append(t("alarm.reaches", tasks=alarm.tasks, slack=slack or t("common.undetermined")))
    if alarm.storm is not None:
        lines.append(t("alarm.in_storm"))
    if alarm.shelved_until is not None:
        lines.append(
            t(
                "alarm.shelved",
                names=" + ".join(alarm.shelved_by),
                moment=f.moment(alarm.shelved_until),
                reason=alarm.shelved_because or "",
            )
        )
    if alarm.shelving_proposed_by is not None and alarm.shelving_proposed_until is not None:
        until = f.moment(alarm.shelving_proposed_until)
        lines.append(t("alarm.shelving_proposed", name=alarm.shelving_proposed_by, moment=until))
    return [tag("div", line, cls="limit") for line in lines]


def _shelving(alarm: AlarmView, user: str) -> None:
    """Shelving for a time, the confirmation of a second person, or putting it back."""
    project = session.project()
    if alarm.state == "shelved":
        if st.button(t("alarm.unshelve"), key=f"unshelve-{alarm.id}"):
            _do(lambda: project.unshelve(alarm.id, user, ""), t("alarm.unshelved"))
        return
    if alarm.shelving_proposed_by == user:
        show(tag("div", t("alarm.shelving_waits"), cls="limit"))
        return
    proposed = alarm.shelving_proposed_by is not None
    grave = alarm.severity == "life_safety"
    with st.expander(t("alarm.confirm_shelving") if proposed else t("alarm.shelve")):
        if grave:
            show(tag("div", t("alarm.two_persons"), cls="limit"))
        with st.form(f"shelve-{alarm.id}", border=False):
            hours = st.selectbox(
                t("alarm.shelve_hours"), _LIFE_SAFETY_HOURS if grave else _HOURS, disabled=proposed
            )
            reason = st.text_input(t("alarm.shelve_reason"), max_chars=500)
            sent = st.form_submit_button(t("alarm.confirm_shelving") if proposed else t("alarm.shelve"))
        if sent:
            until = project.now() + timedelta(hours=int(hours or 1))
            if proposed and alarm.shelving_proposed_until is not None:
                until = alarm.shelving_proposed_until
            _do(lambda: project.shelve(alarm.id, user, until, reason), t("alarm.shelving_kept"))


def _do(act: Callable[[], object], said: str) -> None:
    try:
        act()
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    page.answered()
    notices.remember(said)
    st.rerun()
