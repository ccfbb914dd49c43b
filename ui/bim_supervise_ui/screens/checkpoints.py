"""Checkpoints: what must be true, what the evidence says, what is missing, and the signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import address, evidence, in_model, limits, notices, page, pills, queue, rows
from bim_supervise_ui.widgets.figures import or_unknown
from bim_supervise_ui.widgets.html import Markup, definition, join, show, table, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import CheckpointView, SignOffView, UserView

_ROWS_A_PAGE = 20
_KINDS = ("progress", "cost", "quality", "green")
_VERDICTS_SHOWN = 8


def draw() -> None:
    """Draws the list, or one card when the address names a checkpoint."""
    page.head(t("checkpoints.title"), t("checkpoints.purpose"))
    chosen = st.query_params.get("id")
    if chosen:
        if st.button(t("checkpoints.back"), icon=":material/arrow_back:", type="tertiary"):
            st.query_params.clear()
            st.rerun()
        page.live(lambda: _card(chosen), "checkpoint")
        _sign(chosen)
        evidence.dialog()
    else:
        _list()


def _found(user: UserView) -> list[CheckpointView]:
    project = session.project()
    found: list[CheckpointView] = session.shared(
        "checkpoints", lambda: project.checkpoints(user=user.name), user.name
    )
    return found


def _list() -> None:
    user = session.require_user()
    every = _found(user)
    if not every:
        show(notices.empty(t("checkpoints.none"), t("checkpoints.none_hint")))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scope = address.choice(
            t("checkpoints.scope"),
            ("mine", "waiting", "all"),
            name="scope",
            default="all",
            format_func=lambda code: t(f"checkpoints.scope_{code}"),
            key="checkpoints-scope",
        )
        kinds = address.several(
            t("checkpoints.kind"),
            _KINDS,
            name="kind",
            format_func=lambda code: label("checkpoint_kind", code),
            key="checkpoints-kind",
        )
        present = [state for state in pills.GATE_ORDER if any(item.state == state for item in every)]
        states = address.several(
            t("checkpoints.state"),
            present,
            name="state",
            draw=st.multiselect,
            format_func=lambda code: label("state", code),
            key="checkpoints-state",
            placeholder=t("common.any"),
            width=260,
        )
        words = address.words(
            t("checkpoints.search"),
            name="find",
            key="checkpoints-search",
            placeholder=t("checkpoints.search_hint"),
            width=220,
        )
    found = [item for item in every if _in_scope(item, scope, user) and (not kinds or item.kind in kinds)]
    found = [item for item in found if (not states or item.state in states) and _matches(item, words)]
    with st.container(key="panel-checkpoints"):
        page.section(t("checkpoints.list"), t("checkpoints.count", shown=len(found), all=len(every)))
        if not found:
            show(notices.empty(t("checkpoints.no_match"), t("checkpoints.no_match_hint")))
        number = address.page_of(-(-len(found) // _ROWS_A_PAGE), key="checkpoints-page")
        for item in found[(number - 1) * _ROWS_A_PAGE : number * _ROWS_A_PAGE]:
            title = localised(item.title, item.id)
            if rows.opening(rows.row_key("cp", item.id), t("checkpoint.open", what=title), _row(item, user)):
                screens.go("checkpoints", id=item.id)


def _in_scope(item: CheckpointView, scope: str, user: UserView) -> bool:
    if scope == "mine":
        return queue.mine(item, user)
    return scope == "all" or item.state not in ("not_due", "released", "waived")


def _matches(item: CheckpointView, words: str) -> bool:
    needle = words.lower()
    parts = (item.id, item.rule, item.task_name or "", item.task or "", *item.title.values())
    return not needle or any(needle in part.lower() for part in parts)


def _row(item: CheckpointView, user: UserView) -> Markup:
    side = t("checkpoint.yours") if queue.mine(item, user) else label("control", item.control)
    missing = "; ".join(limits.needed(need) for need in item.missing[:2])
    return rows.content(
        localised(item.title, item.id),
        meta=" · ".join(part for part in (item.task_name, label("boundary", item.boundary)) if part),
        lead=pills.gate(item.state),
        side=join((side, " ", pills.outcome(item.outcome))),
        full=missing,
    )


def _card(identity: str) -> None:
    user = session.require_user()
    item = session.project().checkpoint(identity, user=user.name)
    with st.container(key="panel-checkpoint"):
        show(
            tag(
                "div",
                tag("h2", localised(item.title, item.id), cls="section-title"),
                tag(
                    "div", pills.gate(item.state), " ", pills.outcome(item.outcome), style="padding:6px 0 2px"
                ),
            )
        )
        left, right = st.columns([1.35, 1], gap="medium")
        with left:
            page.section(t("checkpoint.evidence"))
            if not item.verdicts:
                show(notices.empty(t("checkpoint.no_verdicts"), t("checkpoint.no_verdicts_hint")))
            show(join(limits.verdict(verdict) for verdict in item.verdicts[:_VERDICTS_SHOWN]))
            if len(item.verdicts) > _VERDICTS_SHOWN:
                show(
                    tag("div", t("checkpoint.more", count=len(item.verdicts) - _VERDICTS_SHOWN), cls="limit")
                )
            refs = list(dict.fromkeys(ref for verdict in item.verdicts for ref in verdict.evidence))
            evidence.references(refs, "card")
            for remark in item.remarks:
                show(notices.notice("wait", limits.needed(remark)))
            page.section(t("checkpoint.missing"))
            if item.missing:
                show(limits.needs([limits.needed(need) for need in item.missing]))
            else:
                show(tag("div", t("checkpoint.nothing_missing"), cls="limit"))
        with right:
            page.section(t("checkpoint.criteria"))
            show(_criteria(item))
            if item.task and st.button(t("checkpoint.to_task"), type="tertiary", key="card-task"):
                screens.go("timeline", task=item.task)
            in_model.offer("checkpoint", checkpoint=item.id if item.elements else None)
            _openings(item, user)
            page.section(t("checkpoint.sign_offs"), str(len(item.sign_offs)))
            show(_sign_offs(item.sign_offs))


def _openings(item: CheckpointView, user: UserView) -> None:
    """What a person may open about this checkpoint: a non-conformance, an invitation, a waiver."""
    project = session.project()
    offered = [("ncr", "raise_ncr"), ("request", "invite")]
    if item.state not in ("released", "waived") and not item.mandatory_clause:
        offered.append(("waiver", "waive"))
    with st.container(horizontal=True):
        for kind, right in offered:
            if project.may(user.name, right) and st.button(
                t(f"checkpoint.open_{kind}"), key=f"open-{kind}", icon=":material/add:"
            ):
                screens.go("cases", new=kind, checkpoint=item.id)


def _criteria(item: CheckpointView) -> Markup:
    elements = tag("span", t("checkpoint.elements_count", count=len(item.elements)))
    pairs: list[tuple[object, object]] = [
        (t("checkpoint.id"), tag("code", item.id, cls="id")),
        (t("checkpoint.kind"), label("checkpoint_kind", item.kind)),
        (t("checkpoint.control"), label("control", item.control)),
        (t("checkpoint.boundary"), label("boundary", item.boundary)),
        (t("checkpoint.task"), or_unknown(item.task, item.task_name or item.task or "")),
        (t("checkpoint.rule"), tag("code", item.rule, cls="id")),
        (t("checkpoint.elements"), elements),
        (
            t("checkpoint.capacities"),
            ", ".join(label("capacity", capacity) for capacity in item.required_capacities)
            or t("common.none"),
        ),
    ]
    if item.notice_hours:
        hours = t("checkpoint.notice_hours", hours=formats().number(item.notice_hours, 0))
        pairs.append((t("checkpoint.notice"), hours))
    if item.mandatory_clause:
        pairs.append((t("checkpoint.mandatory"), item.mandatory_clause))
    if item.origin:
        pairs.append((t("checkpoint.origin"), tag("code", item.origin, cls="id")))
    return definition(pairs)


def _sign_offs(signed: Sequence[SignOffView]) -> Markup:
    if not signed:
        return notices.empty(t("checkpoint.not_signed"))
    f = formats()
    head = (t("column.decision"), t("column.signer"), t("column.time"), t("column.reason"))
    lines = []
    for entry in signed:
        standing = "" if entry.counts else tag("div", t("checkpoint.does_not_count"), cls="limit")
        who = join(
            (entry.signer_name or entry.signer, tag("div", label("capacity", entry.capacity), cls="limit"))
        )
        when = f"{f.moment(entry.time)} {f.zone_name(entry.time)}"
        if entry.typed_at is not None:
            written = t("checkpoint.typed_at", moment=f.moment(entry.typed_at))
            when = join((when, tag("div", written, cls="limit")))
        lines.append((join((pills.decision(entry.decision), standing)), who, when, entry.reason))
    return table(head, lines)


def _sign(identity: str) -> None:
    """The form that signs. It is there for everybody who may sign; the project decides again."""
    user = session.require_user()
    project = session.project()
    try:
        item = project.checkpoint(identity, user=user.name)
    except SupervisionError:
        return
    if not item.required_capacities:
        return
    if not item.may_sign:
        capacities = ", ".join(label("capacity", capacity) for capacity in item.required_capacities)
        show(notices.notice("", t("sign.not_yours"), t("sign.not_yours_hint", capacities=capacities)))
    with st.form(f"sign-{identity}", clear_on_submit=False):
        page.section(t("sign.title"), t("sign.as", name=user.display_name or user.name))
        if item.outcome != "pass":
            show(notices.notice("wait", t("sign.not_passing"), t("sign.not_passing_hint")))
        own = [capacity for capacity in user.capacities if capacity in item.required_capacities]
        offered = own or list(user.capacities)
        capacity = (
            st.selectbox(t("sign.capacity"), offered, format_func=lambda code: label("capacity", code))
            if offered
            else None
        )
        decision = st.radio(
            t("sign.decision"),
            ("accept", "reject"),
            format_func=lambda code: t(f"sign.{code}"),
            horizontal=True,
            index=None,
        )
        reason = st.text_area(t("sign.reason"), max_chars=2000, help=t("sign.reason_help"))
        password = st.text_input(
            t("sign.password"), type="password", help=t("sign.password_help"), autocomplete="current-password"
        )
        show(tag("p", t("sign.bound"), cls="limit"))
        submitted = st.form_submit_button(t("sign.submit"), type="primary", icon=":material/draw:")
    if not submitted:
        return
    if decision is None or not reason.strip() or not password:
        show(notices.notice("bad", t("sign.incomplete")))
        return
    try:
        result = project.sign(
            identity, user.name, decision, reason.strip(), password=password, capacity=capacity
        )
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    state = label("state", str(result.get("state")))
    notices.remember(
        t("sign.done", entry=result["entry"], state=state), t("sign.hash", hash=str(result["hash"])[:16])
    )
    st.rerun()
