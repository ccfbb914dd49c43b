"""Cases: non-conformances, supervision notices, stop orders, waivers and inspection requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise import api
from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import address, in_model, limits, notices, page, pills, rows
from bim_supervise_ui.widgets.html import Markup, definition, join, show, tag

if TYPE_CHECKING:
    from bim_supervise.api.case_views import CaseNoteView, CaseView
    from bim_supervise.api.views import UserView

KINDS = ("ncr", "notice", "stop", "waiver", "request")
_RIGHTS = {
    "ncr": "raise_ncr",
    "notice": "issue_notice",
    "stop": "raise_ncr",
    "waiver": "waive",
    "request": "invite",
}
_PHOTO_TYPES = ["jpg", "jpeg", "png", "webp"]
_ROWS_A_PAGE = 20
_SUBJECTS_SHOWN = 12
_WIDTH = 720
"""Widest a form gets [px]: it is made for one hand."""


def draw() -> None:
    """Draws the list, one case (``id``), or the form of a new one (``new``)."""
    page.head(t("cases.title"), t("cases.purpose"))
    chosen, new = st.query_params.get("id"), st.query_params.get("new")
    if chosen or new:
        if st.button(t("cases.back"), icon=":material/arrow_back:", type="tertiary"):
            st.query_params.clear()
            st.rerun()
        if new in KINDS:
            _new(new)
        elif chosen:
            _card(chosen)
    else:
        _list()


def _list() -> None:
    user = session.require_user()
    project = session.project()
    offered = [kind for kind in KINDS if project.may(user.name, _RIGHTS[kind])]
    _proposals(user)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scope = address.choice(
            t("cases.scope"),
            ("mine", "standing", "all"),
            name="scope",
            default="standing",
            format_func=lambda code: t(f"cases.scope_{code}"),
            key="cases-scope",
        )
        kinds = address.several(
            t("cases.kind"),
            KINDS,
            name="kind",
            draw=st.multiselect,
            format_func=lambda code: label("case_kind", code),
            key="cases-kind",
            placeholder=t("common.any"),
            width=260,
        )
    with st.container(horizontal=True):
        for kind in offered:
            what = label("case_kind", kind)
            if st.button(t("cases.new", kind=what), key=f"new-{kind}", icon=":material/add:"):
                st.query_params.update({"new": kind})
                st.rerun()
    found = [
        item
        for item in project.cases(user=user.name, standing=scope != "all")
        if item.kind in KINDS and (not kinds or item.kind in kinds) and (scope != "mine" or _for_me(item))
    ]
    with st.container(key="panel-cases"):
        page.section(t("cases.list"), str(len(found)))
        if not found:
            show(notices.empty(t("cases.none"), t("cases.none_hint")))
        number = address.page_of(-(-len(found) // _ROWS_A_PAGE), key="cases-page")
        for item in found[(number - 1) * _ROWS_A_PAGE : number * _ROWS_A_PAGE]:
            if rows.opening(rows.row_key("case", item.id), t("cases.open", what=item.id), _row(item)):
                st.query_params.update({"id": item.id})
                st.rerun()


def _for_me(item: CaseView) -> bool:
    return any(step not in ("comment", "withdraw") for step in item.steps)


def _row(item: CaseView) -> Markup:
    f = formats()
    due = t("cases.due_on", day=f.day(item.due)) if item.due and item.ended_at is None else ""
    return rows.content(
        item.title or label("case_kind", item.kind),
        meta=item.id,
        lead=join((pills.case(item.state), pills.overdue(item.escalation) if item.escalation else ""), " "),
        side=due,
        full=t("cases.by", name=item.author, moment=f.moment(item.opened_at, year=False)),
    )


def _proposals(user: UserView) -> None:
    """What the software proposes to stop; it never stops anything by itself."""
    project = session.project()
    for number, item in enumerate(project.stop_proposals()):
        reason = limits.reason(str(item["reason"]), item["params"])
        show(notices.notice("bad", t("cases.stop_proposed"), t("cases.stop_why", reason=reason)))
        if project.may(user.name, "raise_ncr") and st.button(
            t("cases.stop_take_up"), key=f"stop-{number}", icon=":material/front_hand:"
        ):
            st.query_params.update({"new": "stop", "alarm": str(item["alarm"]), "task": list(item["tasks"])})
            st.rerun()


# -- one case ---------------------------------------------------------------------------------------


def _card(identity: str) -> None:
    user = session.require_user()
    item = session.project().case(identity, user=user.name)
    f = formats()
    with st.container(key="panel-case"):
        show(
            tag("h2", item.title or item.id, tag("small", item.id), cls="section-title"),
            tag(
                "div", pills.case(item.state), " ", pills.overdue(item.escalation) if item.escalation else ""
            ),
        )
        left, right = st.columns([1.35, 1], gap="medium")
        with left:
            page.section(t("cases.notes"), str(len(item.notes)))
            for note in item.notes:
                _note(note)
        with right:
            page.section(t("cases.about"))
            pairs: list[tuple[object, object]] = [
                (t("cases.kind"), label("case_kind", item.kind)),
                (t("cases.author"), item.author),
                (t("cases.opened"), f.moment(item.opened_at)),
                (t("cases.due"), f.day(item.due)),
                (t("cases.ended"), f.moment(item.ended_at)),
                (t("cases.elements"), _codes(item.elements, in_model.link)),
                (t("cases.tasks"), join((_task(task) for task in item.tasks), ", ")),
                (
                    t("cases.checkpoints"),
                    _codes(item.checkpoints, lambda one: in_model.named("checkpoint", one)),
                ),
            ]
            show(definition([(name, value) for name, value in pairs if value]))
            in_model.offer("case", case=item.id if item.elements else None)
            for checkpoint in item.checkpoints[:_SUBJECTS_SHOWN]:
                if st.button(
                    t("cases.to_checkpoint", what=checkpoint), type="tertiary", key=f"to-{checkpoint}"
                ):
                    screens.go("checkpoints", id=checkpoint)
    _steps(item)


def _task(identity: str) -> Markup:
    return in_model.named("task", identity, limits.task_name(identity))


def _codes(ids: Sequence[str], written: Callable[[str], Markup]) -> Markup | str:
    more = t("cases.more", count=len(ids) - _SUBJECTS_SHOWN) if len(ids) > _SUBJECTS_SHOWN else ""
    return join([*(written(one) for one in ids[:_SUBJECTS_SHOWN]), more], " ") if ids else ""


def _note(note: CaseNoteView) -> None:
    f = formats()
    who = (
        f"{note.user_name} · {label('capacity', note.capacity)} · {f.moment(note.at)} {f.zone_name(note.at)}"
    )
    parts = [
        tag("div", tag("b", label("case_step", note.action)), " ", note.text, cls="line"),
        tag("div", who, cls="limit"),
    ]
    typed = note.data.get("typed_at")
    if typed:
        moment = f.moment(datetime.fromisoformat(str(typed)))
        parts.append(tag("div", t("cases.typed_at", moment=moment), cls="limit"))
    for name, words in (("expires", "cases.expires"), ("inspection_at", "cases.inspection_at")):
        if note.data.get(name):
            parts.append(tag("div", f"{t(words)}: {_said(name, str(note.data[name]))}", cls="limit"))
    if note.entry is not None:
        parts.append(tag("div", t("cases.entry", entry=note.entry), cls="limit"))
    pictures = [
        tag(
            "a",
            tag("img", src=f"/attachment/{digest}", alt=t("cases.photo"), loading="lazy", width="150"),
            href=f"/attachment/{digest}",
            target="_blank",
        )
        for digest in note.files
    ]
    show(tag("div", *parts, tag("div", join(pictures, " ")) if pictures else "", cls="verdict"))


def _said(name: str, value: str) -> str:
    f = formats()
    return f.day(date.fromisoformat(value)) if name == "expires" else f.moment(datetime.fromisoformat(value))


def _steps(item: CaseView) -> None:
    if not item.steps:
        if item.ended_at is None:
            show(notices.notice("", t("cases.not_yours"), t("cases.not_yours_hint")))
        return
    user = session.require_user()
    with st.container(width=_WIDTH), st.form(f"step-{item.id}-{len(item.notes)}"):
        page.section(t("cases.next"), t("sign.as", name=user.display_name or user.name))
        action = st.radio(
            t("cases.step"),
            item.steps,
            index=0 if len(item.steps) == 1 else None,
            format_func=lambda code: label("case_step", code),
            horizontal=True,
        )
        text = st.text_area(t("cases.text"), max_chars=2000)
        photos = st.file_uploader(t("report.photos"), type=_PHOTO_TYPES, accept_multiple_files=True)
        password = _password() if item.signed else ""
        sent = st.form_submit_button(t("cases.send"), type="primary", icon=":material/send:")
    if not sent:
        return
    if action is None:
        show(notices.notice("bad", t("cases.choose_step")))
        return
    draft = api.CaseDraft(text=text, photos=_pictures(photos), password=password)
    _send(lambda: session.project().act_on_case(item.id, action, user.name, draft))


# -- a new case -------------------------------------------------------------------------------------


def _new(kind: str) -> None:
    user = session.require_user()
    project = session.project()
    if not project.may(user.name, _RIGHTS[kind]):
        show(notices.notice("wait", t("cases.may_not", kind=label("case_kind", kind))))
        return
    asked = st.query_params
    tasks = [task for task in session.shared("tasks", project.tasks) if task.kind != "summary"]
    points = session.shared("checkpoints", lambda: project.checkpoints(user=user.name), user.name)
    with st.container(width=_WIDTH), st.form(f"case-{kind}"):
        page.section(
            t("cases.new", kind=label("case_kind", kind)), t("sign.as", name=user.display_name or user.name)
        )
        if kind == "waiver":
            show(notices.notice("wait", t("cases.waiver_warning"), t("cases.waiver_warning_hint")))
        title = st.text_input(t("cases.name"), max_chars=200)
        text = st.text_area(t("cases.text"), max_chars=4000)
        named: dict[str, list[str]] = {"elements": [], "tasks": [], "checkpoints": []}
        if kind in ("ncr", "notice"):
            named["elements"] = _elements(asked.get_all("element"))
        if kind in ("ncr", "notice", "stop"):
            titles = {task.id: f"{task.wbs or ''} {task.name}".strip() for task in tasks}
            named["tasks"] = _chosen(t("cases.tasks"), titles, asked.get_all("task"))
        if kind != "stop":
            titles = {item.id: f"{localised(item.title, item.id)} · {item.id}" for item in points}
            named["checkpoints"] = _chosen(t("cases.checkpoints"), titles, asked.get_all("checkpoint"))
        today = project.today()
        due = (
            st.date_input(t("cases.due"), value=today + timedelta(days=3), min_value=today)
            if kind in ("ncr", "notice")
            else None
        )
        expires = (
            st.date_input(t("cases.expires"), value=today + timedelta(days=7), min_value=today)
            if kind == "waiver"
            else None
        )
        at = _inspection_time(kind)
        photos = (
            st.file_uploader(t("report.photos"), type=_PHOTO_TYPES, accept_multiple_files=True)
            if kind in ("ncr", "notice", "stop")
            else []
        )
        at_once = kind == "stop" and project.may(user.name, "order_stop") and st.checkbox(t("cases.at_once"))
        signed = kind in ("notice", "waiver") or (kind == "stop" and project.may(user.name, "order_stop"))
        password = _password() if signed else ""
        sent = st.form_submit_button(t("cases.send"), type="primary", icon=":material/send:")
    if not sent:
        return
    alarm = asked.get("alarm")
    draft = api.CaseDraft(
        title=title,
        text=text,
        due=due,
        expires=expires,
        inspection_at=at,
        photos=_pictures(photos),
        data={"alarm": alarm} if alarm else {},
        password=password,
        elements=named["elements"],
        tasks=named["tasks"],
        checkpoints=named["checkpoints"],
    )
    action = "issue" if at_once else None
    _send(lambda: project.open_case(kind, user.name, draft, action=action))


def _password() -> str:
    """The password that opens the signing key; a step that is not signed for does without."""
    return st.text_input(
        t("sign.password"), type="password", help=t("cases.password_help"), autocomplete="current-password"
    )


def _inspection_time(kind: str) -> datetime | None:
    if kind != "request":
        return None
    zone = formats().zone_name(session.project().now())
    return st.datetime_input(
        t("cases.inspection_at") + f" ({zone})", value=None, step=900, format="YYYY/MM/DD"
    )


def _elements(asked: Sequence[str]) -> list[str]:
    elements = session.shared("element-names", session.project().elements, seconds=30.0)
    titles = {item.global_id: f"{item.name or item.ifc_class} · {item.global_id}" for item in elements}
    return _chosen(t("cases.elements"), titles, asked)


def _chosen(words: str, titles: dict[str, str], asked: Sequence[str]) -> list[str]:
    return list(
        st.multiselect(
            words,
            list(titles),
            default=[one for one in asked if one in titles],
            format_func=lambda code: titles.get(code, code),
            placeholder=t("common.any"),
        )
    )


def _pictures(files: Sequence[Any] | None) -> list[tuple[str, str, bytes]]:
    return [(file.name, file.type, file.getvalue()) for file in files or ()]


def _send(act: Callable[[], CaseView]) -> None:
    try:
        done = act()
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    notices.remember(t("cases.done", case=done.id, state=label("case_state", done.state)))
    st.query_params.clear()
    st.query_params.update({"id": done.id})
    st.rerun()
