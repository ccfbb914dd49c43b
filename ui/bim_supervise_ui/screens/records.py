"""Records of supervision: standing supervision, patrol, parallel inspection, samples, reports, values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise import api
from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import address, evidence, notices, page, rows
from bim_supervise_ui.widgets.html import show, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = 720
_PHOTO_TYPES = ["jpg", "jpeg", "png", "webp"]
_SAMPLE = ("sample_taken", "sample_witnessed", "lab_report")
_RESULT = ("parallel_inspection", "inspected", "lab_report")
_SUBJECTS = ("task", "checkpoint", "element")
_EARLIER_SHOWN = 15


def draw() -> None:
    """Draws the form and what was recorded about the chosen subject; the address may name it."""
    page.head(t("records.title"), t("records.purpose"))
    user = session.require_user()
    project = session.project()
    kinds = [kind for kind in api.RECORDS if project.may(user.name, api.record_right(kind))]
    if not kinds:
        show(notices.notice("wait", t("report.not_permitted"), t("report.not_permitted_hint")))
        return
    with st.container(width=_WIDTH):
        link = tag("a", t("records.field_page"), href="/field", target="_self")
        show(notices.notice("", link, t("records.field_page_hint")))
        kind = address.choice(
            t("records.kind"),
            kinds,
            name="kind",
            default=kinds[0],
            draw=st.selectbox,
            format_func=lambda code: label("observation", code),
            key="records-kind",
        )
        about = address.choice(
            t("records.about"),
            _SUBJECTS,
            name="about",
            default=next((one for one in _SUBJECTS if st.query_params.get(one)), "task"),
            format_func=lambda code: label("subject", code),
            key="records-about",
        )
        titles = _titles(about)
        subject = address.choice(
            label("subject", about),
            list(titles),
            name=about,
            default=None,
            draw=st.selectbox,
            format_func=lambda code: titles[code],
            placeholder=t("common.any"),
            key=f"records-{about}",
        )
        if kind and subject:
            _form(kind, about, subject)
            _earlier(subject)
    evidence.dialog()


def _titles(about: str) -> dict[str, str]:
    project = session.project()
    user = session.require_user()
    if about == "task":
        tasks = session.shared("tasks", project.tasks)
        return {row.id: f"{row.wbs or ''} {row.name}".strip() for row in tasks if row.kind != "summary"}
    if about == "checkpoint":
        points = session.shared("checkpoints", lambda: project.checkpoints(user=user.name), user.name)
        return {item.id: f"{localised(item.title, item.id)} · {item.id}" for item in points}
    elements = session.shared("element-names", project.elements, seconds=30.0)
    return {item.global_id: f"{item.name or item.ifc_class} · {item.global_id}" for item in elements}


def _form(kind: str, about: str, subject: str) -> None:
    f = formats()
    zone = f.zone_name(session.project().now())
    round_ = st.session_state.setdefault("records-round", 0)
    value: Any = None
    unit = item = sample = ""
    data: dict[str, Any] = {}
    with st.form(f"record-{kind}-{subject}-{round_}"):
        at = st.datetime_input(t("records.at", zone=zone), value=None, step=300, format="YYYY/MM/DD")
        if kind in _SAMPLE:
            sample = st.text_input(t("records.sample"), max_chars=80)
        if kind in _RESULT:
            value = st.radio(
                t("records.result"),
                ("pass", "fail"),
                format_func=lambda code: label("outcome", code),
                index=None,
                horizontal=True,
            )
        if kind == "measured":
            item = st.text_input(t("records.item"), max_chars=80)
            value = st.number_input(t("records.value"), value=None, format="%g")
            unit = st.text_input(t("records.unit"), max_chars=20)
        if kind == "lab_report":
            data = {
                "test": st.text_input(t("records.test"), max_chars=80),
                "result": st.number_input(t("records.lab_result"), value=None, format="%g"),
                "unit": st.text_input(t("records.unit"), max_chars=20),
                "laboratory": st.text_input(t("records.laboratory"), max_chars=120),
                "report": st.text_input(t("records.report"), max_chars=80),
            }
        text = st.text_area(t("report.remark"), max_chars=2000)
        photos = st.file_uploader(t("report.photos"), type=_PHOTO_TYPES, accept_multiple_files=True)
        sent = st.form_submit_button(t("records.send"), type="primary", width="stretch")
    if not sent:
        return
    record = api.SiteRecord(
        kind=kind,
        subject_type=about,
        subject=subject,
        at=at,
        value=value,
        unit=unit,
        item=item,
        sample=sample,
        text=text,
        photos=[(file.name, file.type, file.getvalue()) for file in photos or ()],
        data={key: said for key, said in data.items() if said not in (None, "")},
    )
    try:
        session.project().record(session.require_user().name, record)
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    st.session_state["records-round"] += 1
    notices.remember(t("records.sent", kind=label("observation", kind)))
    st.rerun()


def _earlier(subject: str) -> None:
    f = formats()
    found: Sequence[Any] = session.project().facts(subject=subject, limit=_EARLIER_SHOWN)
    with st.container(key="panel-records"):
        page.section(t("report.earlier"), str(len(found)))
        if not found:
            show(notices.empty(t("report.no_earlier")))
        for fact in found:
            said = fact.payload.get("remark") or fact.payload.get("sample") or fact.payload.get("item") or ""
            value = (
                f.quantity(fact.value, fact.unit)
                if isinstance(fact.value, int | float)
                else (fact.value or "")
            )
            row = rows.content(
                label("observation", fact.kind),
                meta=value,
                side=f.moment(fact.event_time, year=False),
                full=" · ".join(part for part in (fact.reporter, str(said)) if part),
            )
            what = label("observation", fact.kind)
            if rows.opening(rows.row_key("record", fact.id), t("report.open", what=what), row):
                page.ask("evidence", f"fact:{fact.id}")
