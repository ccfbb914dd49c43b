"""Issues from and to the picture: a view kept in a case, and BCF archives out and in."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise import api
from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, language, t
from bim_supervise_ui.widgets import notices, rows
from bim_supervise_ui.widgets.html import show, tag

if TYPE_CHECKING:
    from bim_supervise.api.case_views import CaseView

_KINDS = ("ncr", "notice", "stop")
_NEW = ""
_DAYS = 3
"""Days until a new case must be answered, unless the person says otherwise."""
_SHOWN = 20
_VERSIONS = ("2.1", "3.0")


def keep_in_case(view: Mapping[str, Any]) -> None:
    """A form that puts the view that was taken, with its picture, into a case and so into its document."""
    user = session.require_user()
    project = session.project()
    may_open, may_say = (project.may(user.name, right) for right in ("raise_ncr", "comment"))
    picture = (view.get("snapshot") or {}).get("snapshot_data")
    if not picture or not (may_open or may_say):
        return
    show(tag("img", src=f"data:image/png;base64,{picture}", alt=t("viewer.issue_picture"), cls="photo"))
    standing: list[CaseView] = [item for item in project.cases(standing=True) if item.kind in _KINDS]
    names = {item.id: f"{label('case_kind', item.kind)} · {item.title or item.id}" for item in standing}
    choices = [*([_NEW] if may_open else ()), *(names if may_say else ())]
    with st.form("viewer-issue", border=False):
        case = st.selectbox(
            t("viewer.issue_case"), choices, format_func=lambda code: names.get(code) or t("viewer.issue_new")
        )
        text = st.text_area(t("cases.text"), max_chars=2000)
        today = project.today()
        due = st.date_input(t("cases.due"), value=today + timedelta(days=_DAYS), min_value=today)
        sent = st.form_submit_button(t("viewer.issue_keep"), icon=":material/add_a_photo:")
    if not sent or case is None:
        return
    chosen = (view.get("components") or {}).get("selection") or ()
    draft = api.CaseDraft(
        title=text.strip().splitlines()[0][:200] if case == _NEW and text.strip() else "",
        text=text,
        elements=[str(item["ifc_guid"]) for item in chosen] if case == _NEW else (),
        due=due if case == _NEW and isinstance(due, date) else None,
        photos=[("view.png", "image/png", base64.b64decode(picture))],
        data={"viewpoint": {name: value for name, value in view.items() if name != "snapshot"}},
    )
    try:
        if case == _NEW:
            done = project.open_case("ncr", user.name, draft)
        else:
            done = project.act_on_case(case, "comment", user.name, draft)
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    notices.remember(t("cases.done", case=done.id, state=label("case_state", done.state)))
    screens.go("cases", id=done.id)


def draw(show_view: Callable[[dict[str, Any]], None]) -> None:
    """BCF out and in, and the topics of other tools; ``show_view`` has the viewer take a view up."""
    user = session.require_user()
    project = session.project()
    with st.expander(t("viewer.bcf"), icon=":material/swap_horiz:", key="viewer-bcf"):
        version = st.segmented_control(
            t("viewer.bcf_version"), _VERSIONS, default=_VERSIONS[0], required=True, key="bcf-version"
        )
        chosen = language()
        st.download_button(
            t("viewer.bcf_out"),
            lambda: _written(project, str(version), chosen),
            file_name="issues.bcfzip" if version == _VERSIONS[0] else "issues.bcf",
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
        )
        if project.may(user.name, "comment"):
            file = st.file_uploader(t("viewer.bcf_in"), type=["bcf", "bcfzip", "zip"], key="bcf-file")
            if file is not None and file.file_id != st.session_state.get("bcf-seen"):
                st.session_state["bcf-seen"] = file.file_id
                _take(project, file.getvalue(), user.name)
        topics = project.bcf_topics()
        show(tag("div", t("viewer.bcf_topics", count=formats().number(len(topics), 0)), cls="limit"))
        for topic in topics[:_SHOWN]:
            content = rows.content(
                topic.title,
                meta=topic.author,
                side=topic.status,
                full=t("viewer.bcf_joined", known=len(topic.elements), unknown=len(topic.unknown)),
            )
            if rows.opening(rows.row_key("bcf", topic.guid), topic.title, content):
                st.session_state["bcf-open"] = topic.guid
                if topic.view:
                    show_view(dict(topic.view))
                if topic.elements:
                    st.query_params["element"] = topic.elements[0]
                st.rerun()
            if st.session_state.get("bcf-open") == topic.guid:
                _opened(project, topic)


def _written(project: api.Project, version: str, chosen: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="bim-supervise-bcf-") as folder:
        file = Path(folder) / "issues.bcf"
        project.export_bcf(file, version=version, language=chosen)
        return file.read_bytes()


def _take(project: api.Project, data: bytes, user: str) -> None:
    with tempfile.TemporaryDirectory(prefix="bim-supervise-bcf-") as folder:
        file = Path(folder) / "handed-in.bcf"
        file.write_bytes(data)
        try:
            said = project.load_bcf(file, user)
        except SupervisionError as error:
            notices.refused(error)
            return
    session.changed()
    notices.good(
        t("viewer.bcf_taken", topics=said["topics"], comments=said["comments"]),
        t("viewer.bcf_joined", known=said["joined"], unknown=said["unknown"]),
    )


def _opened(project: api.Project, topic: Any) -> None:
    """What a topic says, with its picture."""
    try:
        picture = session.shared(
            "bcf-snapshot", lambda: project.bcf_snapshot(topic.guid), topic.guid, seconds=60
        )
    except SupervisionError as error:
        notices.refused(error)
        return
    if picture:
        address = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        show(tag("img", src=address, alt=t("viewer.issue_picture"), cls="photo"))
    for author, when, text in topic.comments:
        show(tag("div", tag("b", author), " ", text, tag("div", when, cls="limit"), cls="verdict"))
    if topic.case and st.button(
        t("cases.open", what=topic.case), type="tertiary", key=f"bcf-case-{topic.guid}"
    ):
        screens.go("cases", id=topic.case)
