"""Administration of people: accounts, appointments and how a person is reached."""

from __future__ import annotations

from datetime import date

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import LANGUAGE_NAMES, label, t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.admin_actions import act, roomy
from bim_supervise_ui.widgets.html import show, table, tag


def draw(user: str) -> None:
    """Accounts with what they hold today, appointments, and forms to add, appoint and reach a person."""
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
    register()
    left, middle, right = st.columns(3, gap="small")
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
    with middle, st.container(key="panel-appoint"):
        page.section(t("admin.appoint"), t("admin.appoint_small"))
        _appoint(user, [item.name for item in people])
    with right, st.container(key="panel-contact"):
        page.section(t("admin.contacts"))
        _contact(user, [item.name for item in people])


def register() -> None:
    """Every appointment with its days, certificate and contact, for everybody to read."""
    f = formats()
    project = session.project()
    people = {row.name: row.display_name or row.name for row in project.users()}
    held = project.appointments()
    with st.container(key="panel-appointments"):
        page.section(t("admin.appointments"), f.number(len(held), 0))
        head = ("person", "capacity", "first_day", "last_day", "certificate", "contact")
        show(
            table(
                [t(f"admin.{name}") for name in head],
                [
                    (
                        roomy(people.get(row["user"], row["user"])),
                        label("capacity", row["capacity"]),
                        f.day(row["first_day"]),
                        f.day(row["last_day"]) if row["last_day"] else t("admin.open_end"),
                        row["certificate"] or "",
                        " · ".join(part for part in (row["phone"], row["email"]) if part),
                    )
                    for row in held
                ],
            )
        )


def _contact(user: str, people: list[str]) -> None:
    with st.form("admin-contact"):
        whose = st.selectbox(t("admin.person"), people, key="contact-of")
        phone = st.text_input(t("admin.phone"), max_chars=40)
        email = st.text_input(t("admin.email"), max_chars=120)
        kept = st.form_submit_button(t("admin.keep"))
    if kept and act(
        user,
        lambda: session.project().set_contact(user, str(whose), phone=phone, email=email),
        t("admin.kept"),
    ):
        st.rerun()


def _appoint(user: str, people: list[str]) -> None:
    project = session.project()
    with st.form("admin-appoint"):
        who = st.selectbox(t("admin.person"), people)
        capacity = st.selectbox(
            t("admin.capacity"), project.capacities(), format_func=lambda code: label("capacity", code)
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
                lambda: project.appoint_as(
                    user,
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
