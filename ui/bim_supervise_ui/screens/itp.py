"""The inspection plan: lines that make checkpoints, which the chief and the administrator set up."""

from __future__ import annotations

from typing import Any

import streamlit as st
import yaml

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.html import Markup, join, show, tag


def draw() -> None:
    """Draws the plan, and for those who may change it the ways to do so."""
    page.head(t("itp.title"), t("itp.purpose"))
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
            if st.button(t("itp.take", name=label("itp_profile", name)), key=f"itp-{name}"):
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
