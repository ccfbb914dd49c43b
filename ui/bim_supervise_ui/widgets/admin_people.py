"""Administration of people: accounts and appointments."""

from __future__ import annotations

from datetime import date

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.i18n import LANGUAGE_NAMES, label, t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.admin_actions import act, roomy
from bim_supervise_ui.widgets.html import show, table, tag

_CAPACITIES = (
    "supervision_assistant", "specialist_supervision_engineer", "chief_supervision_engineer",
    "quality_inspector", "contractor_project_manager", "owner_project_manager", "bim_coordinator",
    "observer", "administrator",
)  # fmt: skip


def draw(user: str) -> None:
    """Accounts with what they hold today, and forms to add a person and to appoint one."""
    project = session.project()
    people = project.users()
    with st.container(key="panel-accounts"):
        page.section(t("admin.people"), t("admin.people_small"))
        lines = [
            (
                roomy(tag("b", item.display_name or item.name)),
                tag("code", item.name, cls="id"),
                ", ".join(label("capacity", capacity) for capacity in item.capacities)
                or t("account.no_capacity"),
                LANGUAGE_NAMES.get(item.language, item.language),
            )
            for item in people
        ]
        names = ("name", "login", "capacities", "language")
        show(table([t(f"column.{name}") for name in names], lines))
    left, right = st.columns([1, 1], gap="small")
    with left, st.container(key="panel-account-add"):
        page.section(t("admin.add_person"), t("admin.add_person_small"))
        with st.form("admin-person"):
            name = st.text_input(t("column.login"))
            shown = st.text_input(t("admin.display_name"))
            password = st.text_input(t("admin.first_password"), type="password", autocomplete="new-password")
            language = st.selectbox(
                t("column.language"), list(LANGUAGE_NAMES), format_func=lambda code: LANGUAGE_NAMES[code]
            )
            if st.form_submit_button(t("admin.add_person"), type="primary") and act(
                user,
                lambda: project.add_user(
                    name, password, display_name=shown.strip(), language=language or "zh"
                ),
                t("admin.person_added", name=name),
            ):
                st.rerun()
    with right, st.container(key="panel-appoint"):
        page.section(t("admin.appoint"), t("admin.appoint_small"))
        _appoint(user, [item.name for item in people])


def _appoint(user: str, people: list[str]) -> None:
    project = session.project()
    with st.form("admin-appoint"):
        who = st.selectbox(t("admin.person"), people)
        capacity = st.selectbox(
            t("admin.capacity"), list(_CAPACITIES), format_func=lambda code: label("capacity", code)
        )
        first = st.date_input(t("admin.first_day"), value=project.today(), format="YYYY/MM/DD")
        last = st.date_input(t("admin.last_day"), value=None, format="YYYY/MM/DD")
        certificate = st.text_input(t("admin.certificate"))
        if st.form_submit_button(t("admin.appoint"), type="primary"):
            if not who or not capacity or not isinstance(first, date):
                show(notices.notice("bad", t("admin.appoint_missing")))
                return
            appointed = act(
                user,
                lambda: project.appoint(
                    who,
                    capacity,
                    first,
                    last if isinstance(last, date) else None,
                    certificate=certificate.strip() or None,
                ),
                t("admin.appointed", name=who, capacity=label("capacity", capacity)),
            )
            if appointed:
                st.rerun()
