"""The inspection plan, and who holds which capacity: what the chief and the administrator set up."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st
import yaml

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.html import Markup, join, show, table, tag

_VIEWS = ("plan", "people")


def draw() -> None:
    """Draws the plan or the appointments."""
    page.head(t("itp.title"), t("itp.purpose"))
    view = st.segmented_control(
        t("itp.view"),
        _VIEWS,
        default="plan",
        format_func=lambda code: t(f"itp.view_{code}"),
        required=True,
        key="itp-view",
        label_visibility="collapsed",
    )
    if view == "people":
        _people()
    else:
        _plan()


def _plan() -> None:
    project = session.project()
    user = session.require_user()
    lines = project.itp()
    made: dict[str, int] = {}
    for point in session.shared("checkpoints", lambda: project.checkpoints(user=user.name), user.name):
        if point.origin:
            made[point.origin] = made.get(point.origin, 0) + 1
    with st.container(key="panel-itp"):
        page.section(t("itp.lines"), str(len(lines)))
        if not lines:
            show(notices.empty(t("itp.none"), t("itp.none_hint")))
        else:
            show(join(_line(line, made) for line in lines))
    if not project.may(user.name, "plan_inspection"):
        show(notices.notice("", t("itp.not_yours")))
        return
    with st.expander(t("itp.edit"), icon=":material/edit:"):
        text = yaml.safe_dump({"itp": lines}, allow_unicode=True, sort_keys=False) if lines else ""
        with st.form("itp-edit"):
            typed = st.text_area(t("itp.yaml"), value=text, height=420)
            saved = st.form_submit_button(t("itp.save"), type="primary")
        if saved:
            _save(typed, user.name)
    with st.expander(t("itp.start_from"), icon=":material/library_books:"):
        show(tag("p", t("itp.check"), cls="limit"))
        for name in project.itp_profiles():
            if st.button(t("itp.take", name=name), key=f"itp-{name}"):
                _done(lambda chosen=name: project.load_itp(chosen, by=user.name))


def _line(line: dict[str, Any], made: dict[str, int]) -> Markup:
    """One block a line: for which work, what it asks for, who signs, and where that comes from."""
    f = formats()
    applies = line.get("applies") or {}
    filters = [", ".join(applies[name]) for name in ("work", "classes", "storeys") if applies.get(name)]
    terms = line.get("terms") or {}
    asked = [line["rule"], *(need["rule"] for need in terms.get("evidence") or ())]
    hours = terms.get("notice_hours")
    said = [
        (t("itp.applies"), " · ".join(filters)),
        (t("itp.evidence"), ", ".join(asked)),
        (
            t("itp.signed_by"),
            ", ".join(label("capacity", item) for item in line.get("required_capacities") or ()),
        ),
        (t("itp.notice"), t("checkpoint.notice_hours", hours=f.number(hours, 0)) if hours else ""),
        (
            t("itp.source"),
            " · ".join(part for part in (terms.get("clause"), line.get("evidence_class")) if part),
        ),
    ]
    return tag(
        "div",
        tag(
            "div",
            tag("b", localised(line.get("title"), line["id"])),
            " ",
            tag("code", line["id"], cls="id"),
            f" {label('control', line['control'])} · {t('itp.makes', count=made.get(line['id'], 0))}",
            cls="line",
        ),
        *(tag("div", f"{name}: {value}", cls="limit") for name, value in said if value),
        cls="verdict",
    )


def _save(typed: str, user: str) -> None:
    try:
        data = yaml.safe_load(typed) or {}
    except yaml.YAMLError as error:
        show(notices.notice("bad", t("itp.no_yaml"), str(error)))
        return
    rows = data.get("itp", []) if isinstance(data, dict) else data
    _done(lambda: session.project().save_itp(rows if isinstance(rows, list) else [rows], by=user))


def _done(act: Any) -> None:
    try:
        result = act()
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    notices.remember(t("itp.saved", lines=result["lines"], checkpoints=result["checkpoints"]))
    st.rerun()


# -- people -----------------------------------------------------------------------------------------


def _people() -> None:
    project = session.project()
    user = session.require_user()
    f = formats()
    people = {row.name: row for row in project.users()}
    held = project.appointments()
    with st.container(key="panel-people"):
        page.section(t("itp.appointments"), str(len(held)))
        head = (
            t("itp.person"), t("itp.capacity"), t("itp.from"), t("itp.to"), t("itp.certificate"),
            t("itp.contact"),
        )  # fmt: skip
        show(
            table(
                head,
                [
                    (
                        people[row["user"]].display_name or row["user"],
                        label("capacity", row["capacity"]),
                        f.day(row["first_day"]),
                        f.day(row["last_day"]) if row["last_day"] else t("itp.open_end"),
                        row["certificate"] or "",
                        " · ".join(part for part in (row["phone"], row["email"]) if part),
                    )
                    for row in held
                ],
            )
        )
    if not project.may(user.name, "administer"):
        show(notices.notice("", t("itp.not_administrator")))
        return
    names = list(people)
    left, right = st.columns(2, gap="small")
    with left, st.form("appoint"):
        page.section(t("itp.appoint"))
        who = st.selectbox(t("itp.person"), names, format_func=lambda code: people[code].display_name or code)
        capacity = st.selectbox(
            t("itp.capacity"), project.capacities(), format_func=lambda code: label("capacity", code)
        )
        first = st.date_input(t("itp.from"), value=project.today())
        last = st.date_input(t("itp.to"), value=None)
        certificate = st.text_input(t("itp.certificate"), max_chars=80)
        appointed = st.form_submit_button(t("itp.appoint"), type="primary")
    if appointed and who and capacity and isinstance(first, date):
        _changed(
            lambda: project.appoint_as(
                user.name,
                who,
                capacity,
                first,
                last if isinstance(last, date) else None,
                certificate=certificate or None,
            ),
            t("itp.appointed"),
        )
    with right, st.form("contact"):
        page.section(t("itp.contacts"))
        whose = st.selectbox(
            t("itp.person"),
            names,
            format_func=lambda code: people[code].display_name or code,
            key="contact-of",
        )
        phone = st.text_input(t("itp.phone"), max_chars=40)
        email = st.text_input(t("itp.email"), max_chars=120)
        kept = st.form_submit_button(t("itp.keep"))
    if kept and whose:
        _changed(lambda: project.set_contact(user.name, whose, phone=phone, email=email), t("itp.kept"))


def _changed(act: Any, words: str) -> None:
    try:
        act()
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    notices.remember(words)
    st.rerun()
