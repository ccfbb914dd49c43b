"""Model review: elements under another GlobalId since a revision, and what a person decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import address, in_model, notices, page, pills
from bim_supervise_ui.widgets.html import definition, join, show, table, tag

if TYPE_CHECKING:
    from bim_supervise.api.revisions import CandidateView, SuccessionView

_STATES = ("review", "carried", "confirmed", "refused")
_TONES = {"review": "wait", "carried": "info", "confirmed": "good", "refused": "bad"}
_SIGNS = {"review": "wait", "carried": "info", "confirmed": "pass", "refused": "fail"}
_LISTED = 200


def draw() -> None:
    """Draws the queue, and the form for one question."""
    found: list[SuccessionView] = session.shared("successions", session.project().successions, seconds=10)
    if not found:
        show(notices.empty(t("review.none"), t("review.none_hint")))
        return
    counts = {state: sum(view.state == state for view in found) for state in _STATES}
    state = address.choice(
        t("review.state"),
        _STATES,
        name="state",
        default="review" if counts["review"] else "carried",
        format_func=lambda code: f"{label('succession', code)} ({counts[code]})",
        key="review-state",
        label_visibility="collapsed",
    )
    listed = [view for view in found if view.state == state]
    with st.container(key="panel-review"):
        page.section(t("review.title"), t(f"review.about_{state}"))
        if not listed:
            show(notices.empty(t("review.empty")))
            return
        if state in ("confirmed", "refused"):
            _decided(listed)
            return
        names = {view.id: _name(view) for view in listed[:_LISTED]}
        if len(listed) > _LISTED:
            show(tag("div", t("review.first", shown=_LISTED, count=len(listed)), cls="limit"))
        number = address.choice(
            t("review.element"),
            list(names),
            name="question",
            default=next(iter(names)),
            draw=st.selectbox,
            format_func=names.__getitem__,
            key=f"review-{state}",
            width=760,
        )
        chosen = next((view for view in listed if view.id == number), None)
        if chosen is not None:
            _question(chosen)


def _name(view: SuccessionView) -> str:
    marks = " ✍" if view.sign_offs else ""
    return " · ".join(filter(None, (view.name or view.ifc_class, view.tag, view.storey))) + marks


def _question(view: SuccessionView) -> None:
    f = formats()
    show(
        definition(
            [
                (t("column.global_id"), tag("code", view.global_id, cls="id")),
                (t("column.class"), view.ifc_class),
                (t("column.storey"), view.storey or UNKNOWN),
                (
                    t("review.tasks"),
                    join((in_model.named("task", one) for one in view.tasks), ", ") or UNKNOWN,
                ),
                (t("review.sign_offs"), ", ".join(str(one) for one in view.sign_offs) or UNKNOWN),
                (t("review.evidence"), label("match", view.evidence) if view.evidence else UNKNOWN),
                (t("review.changes"), ", ".join(label("match", one) for one in view.changes) or UNKNOWN),
            ]
        )
    )
    if view.sign_offs:
        show(notices.notice("wait", t("review.signed"), t("review.signed_hint")))
    candidates = {one.global_id: one for one in view.candidates[:20]}
    show(
        table(
            [t(f"column.{name}") for name in ("global_id", "name", "tag", "storey", "distance")],
            [
                (
                    in_model.link(one.global_id),
                    one.name or UNKNOWN,
                    one.tag or UNKNOWN,
                    one.storey or UNKNOWN,
                    UNKNOWN if one.distance is None else f"{f.number(one.distance, 2)} m",
                )
                for one in candidates.values()
            ],
            numeric=(4,),
        )
    )
    _form(view, candidates)


def _form(view: SuccessionView, candidates: dict[str, CandidateView]) -> None:
    user = session.require_user()
    different = ""
    with st.form(f"review-form-{view.id}", width=760):
        answer = st.radio(
            t("review.answer"),
            [*candidates, different],
            index=0 if view.state == "carried" else None,
            format_func=lambda key: t("review.different") if key == different else t("review.same", id=key),
            key=f"review-answer-{view.id}",
        )
        reason = st.text_input(t("review.reason"), key=f"review-reason-{view.id}")
        sent = st.form_submit_button(t("review.decide", name=user.display_name or user.name), type="primary")
    if not sent:
        return
    if answer is None:
        st.warning(t("review.choose"))
        return
    try:
        session.project().decide_succession(
            view.id, user.name, after=answer or None, reason=reason, same=answer != different
        )
    except SupervisionError as error:
        notices.refused(error)
        return
    notices.remember(t("review.done"), _name(view))
    session.changed()
    st.rerun()


def _decided(listed: list[SuccessionView]) -> None:
    f = formats()
    show(
        table(
            [
                t(f"column.{name}")
                for name in ("name", "global_id", "after", "state", "who", "when", "reason")
            ],
            [
                (
                    _name(view),
                    tag("code", view.global_id, cls="id"),
                    in_model.link(view.after) if view.after else UNKNOWN,
                    pills.pill(_TONES[view.state], _SIGNS[view.state], label("succession", view.state)),
                    view.decided_by or UNKNOWN,
                    f.moment(view.decided_at) if view.decided_at else UNKNOWN,
                    view.reason or "",
                )
                for view in listed[:_LISTED]
            ],
        )
    )
