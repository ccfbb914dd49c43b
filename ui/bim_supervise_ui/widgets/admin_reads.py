"""Looks at where persons were: taking one with a reason, and who took which."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.admin_actions import roomy
from bim_supervise_ui.widgets.html import show, table, tag


def draw(user: str) -> None:
    """A look by somebody who is entitled, and the list of all looks."""
    left, right = st.columns([1, 1.6], gap="small")
    with left, st.container(key="panel-read"):
        page.section(t("admin.read_look"))
        _look(user)
    with right:
        listed(user)


def listed(user: str) -> None:
    """Who looked at which person's data, when and why."""
    f = formats()
    found = session.project().reads(user)
    with st.container(key="panel-reads"):
        page.section(t("admin.reads"), t("admin.reads_small"))
        if not found:
            show(notices.empty(t("admin.reads_none"), t("admin.reads_none_hint")))
            return
        lines = [
            (f.moment(row.at), row.user, tag("code", row.subject, cls="id"), roomy(row.reason or ""))
            for row in found
        ]
        show(table([t(f"admin.read_{name}") for name in ("at", "by", "about", "why")], lines))


def _look(user: str) -> None:
    project, f = session.project(), formats()
    with st.form("admin-read"):
        wanted = st.text_input(t("admin.read_tag"), max_chars=128)
        reason = st.text_input(t("admin.read_reason"), max_chars=400)
        days = st.number_input(t("admin.read_days"), min_value=1, max_value=365, value=7)
        if not st.form_submit_button(t("admin.read_show"), type="primary") or not wanted.strip():
            return
    now = project.now()
    try:
        stays = project.person_visits(
            user, wanted.strip(), now - timedelta(days=int(days)), now, reason=reason
        )
    except SupervisionError as error:
        notices.refused(error)
        return
    hours = f.number(sum(stay.dwell_s for stay in stays) / 3600, 1)
    notices.good(t("admin.read_found", count=len(stays), hours=hours))
    show(
        table(
            [t(f"column.{name}") for name in ("zone", "time")],
            [(stay.zone_name, f.moment(stay.entered)) for stay in stays],
        )
    )
