"""Inspection lots: sets of elements accepted together, their points, and what they add up to."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import in_model, notices, page, pills, rows
from bim_supervise_ui.widgets.html import join, show, tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from bim_supervise.api.lots import LotView

_WIDTH = 720
_EMPTY_ROWS = 3
_TONES = {"qualified": "good", "not_qualified": "bad"}


def draw() -> None:
    """Draws the list and what lots add up to, one lot (``id``), or the form of a new one (``new``)."""
    page.head(t("lots.title"), t("lots.purpose"))
    chosen, new = st.query_params.get("id"), st.query_params.get("new")
    if chosen or new:
        if st.button(t("lots.back"), icon=":material/arrow_back:", type="tertiary"):
            st.query_params.clear()
            st.rerun()
        if chosen:
            _card(chosen)
        else:
            _new()
    else:
        _list()


def _list() -> None:
    user = session.require_user()
    project = session.project()
    profile = project.lot_profile()
    show(tag("p", t("lots.profile", title=localised(profile.title, profile.name)), cls="limit"))
    if project.may(user.name, "report_work") and st.button(t("lots.new"), icon=":material/add:"):
        st.query_params.update({"new": "1"})
        st.rerun()
    left, right = st.columns([1.15, 1], gap="small")
    with left, st.container(key="panel-lots"):
        found = project.lots(user=user.name)
        page.section(t("lots.list"), str(len(found)))
        if not found:
            show(notices.empty(t("lots.none"), t("lots.none_hint")))
        for item in found:
            case = item.case
            row = rows.content(
                case.title,
                meta=f"{case.id} · {localised(item.template.title, item.template.id)}",
                lead=pills.case(case.state),
                side=t("lots.elements_count", count=len(case.elements)),
                full=t("lots.renewed_by", case=item.renewed_by) if item.renewed_by else "",
            )
            if rows.opening(rows.row_key("lot", case.id), t("lots.open", what=case.id), row):
                st.query_params.update({"id": case.id})
                st.rerun()
    with right, st.container(key="panel-levels"):
        page.section(t("lots.levels"))
        _levels()


def _levels() -> None:
    project = session.project()
    user = session.require_user()
    titles = {level.id: localised(level.title, level.id) for level in project.lot_profile().levels}
    confirms = {level.id: level.confirms for level in project.lot_profile().levels}
    whole = localised(project.lot_profile().title, project.lot_profile().name)
    found = project.lot_levels()
    if not found:
        show(notices.empty(t("lots.no_levels"), t("lots.no_levels_hint")))
    for number, row in enumerate(found):
        parts = t("lots.parts", qualified=row.qualified, parts=row.parts)
        renewed = t("lots.renewed", count=row.renewed) if row.renewed else ""
        state = row.judgement.value if row.judgement.value != "open" else "defined"
        name = whole if row.name == project.lot_profile().name else row.name
        show(
            tag(
                "div",
                tag("div", pills.case(state), " ", tag("b", name), cls="line"),
                tag(
                    "div",
                    " · ".join(part for part in (titles[row.level], parts, renewed) if part),
                    cls="limit",
                ),
                cls=f"verdict {_TONES.get(row.judgement.value, '')}".strip(),
            )
        )
        if row.judgement.value == "open" and row.ready and project.may(user.name, "judge_level"):
            with st.expander(t("lots.judge_level", what=row.name)), st.form(f"level-{number}"):
                done = st.multiselect(
                    t("lots.confirm"),
                    confirms[row.level],
                    format_func=lambda code: t(f"lots.confirm_{code}"),
                    placeholder=t("common.any"),
                )
                text = st.text_area(t("cases.text"), max_chars=2000)
                password = _password()
                sent = st.form_submit_button(t("lots.sign_qualified"), type="primary")
            if sent:
                judge = functools.partial(
                    project.judge_level, row.level, row.name, user.name, qualified=True, confirmed=done
                )
                _send(functools.partial(judge, text=text, password=password))


def _new() -> None:
    user = session.require_user()
    project = session.project()
    templates = {item.id: item for item in project.lot_profile().templates}
    renews = st.query_params.get("renews")
    before = project.lot(renews) if renews else None
    with st.container(width=_WIDTH):
        page.section(t("lots.new"), t("sign.as", name=user.display_name or user.name))
        chosen = st.selectbox(
            t("lots.template"),
            list(templates),
            index=list(templates).index(before.template.id) if before else 0,
            format_func=lambda code: localised(templates[code].title, code),
        )
        template = templates[chosen]
        elements = session.shared("element-names", project.elements, seconds=30.0)
        fitting = [item for item in elements if not template.classes or item.ifc_class in template.classes]
        storeys = sorted({item.storey for item in fitting if item.storey})
        storey = st.selectbox(t("lots.storey"), storeys, index=None, placeholder=t("common.any"))
        titles = {
            item.global_id: f"{item.name or item.ifc_class} · {item.global_id}"
            for item in fitting
            if storey is None or item.storey == storey
        }
        with st.form(f"lot-{chosen}-{storey}"):
            title = st.text_input(t("cases.name"), value=before.case.title if before else "", max_chars=200)
            ids = st.multiselect(
                t("cases.elements"),
                list(titles),
                default=[one for one in before.case.elements if one in titles]
                if before
                else list(titles)[:200],
                format_func=lambda code: titles.get(code, code),
                placeholder=t("common.any"),
            )
            sized = any(check.formula for check in template.checks)
            size = st.number_input(t("lots.size"), value=None, min_value=0.0) if sized else None
            sent = st.form_submit_button(t("lots.define"), type="primary")
    if sent:
        _send(lambda: project.define_lot(user.name, chosen, ids, title, size=size, renews=renews).case)


def _card(identity: str) -> None:
    user = session.require_user()
    project = session.project()
    item = project.lot(identity, user=user.name)
    with st.container(key="panel-lot"):
        show(
            tag("h2", item.case.title, tag("small", item.case.id), cls="section-title"),
            tag("div", pills.case(item.case.state)),
            tag(
                "p",
                t("lots.about", elements=len(item.case.elements), least=_or_unknown(item.least)),
                " ",
                item.template.clause,
                cls="limit",
            ),
        )
        in_model.offer("lot", case=item.case.id if item.case.elements else None)
        _elements(item)
        _results(item)
        if item.renews:
            show(tag("p", t("lots.renews", case=item.renews), cls="limit"))
        if item.renewed_by:
            show(tag("p", t("lots.renewed_by", case=item.renewed_by), cls="limit"))
        for note in item.case.notes:
            show(
                tag(
                    "div",
                    label("case_step", note.action),
                    " · ",
                    note.user_name,
                    " · ",
                    formats().moment(note.at),
                    cls="limit",
                )
            )
    if "measure" in item.case.steps:
        _measure(item)
    if "qualify" in item.case.steps:
        _judge(item)
    renewable = item.case.state == "not_qualified" and not item.renewed_by
    if (
        renewable
        and project.may(user.name, "report_work")
        and st.button(t("lots.renew"), icon=":material/restart_alt:")
    ):
        st.query_params.clear()
        st.query_params.update({"new": "1", "renews": identity})
        st.rerun()


def _elements(item: LotView) -> None:
    """The elements of the lot, each leading to its place in the model."""
    ids = item.case.elements
    with st.expander(t("task.elements", count=len(ids)), icon=":material/deployed_code:"):
        show(join((in_model.link(one) for one in ids), " "))


def _or_unknown(value: object) -> object:
    return "—" if value is None else value


def _results(item: LotView) -> None:
    """One block a check: what is asked, how many points pass, and why it is what it is."""
    f = formats()
    blocks = []
    for check, result in zip(item.template.checks, item.result.checks, strict=True):
        share = "" if result.rate is None else f" ({f.share(result.rate)})"
        state = "defined" if result.judgement.value == "open" else result.judgement.value
        said = [
            t("lots.dominant" if check.dominant else "lots.general"),
            f"{t('lots.tolerance')} {_bounds(result.lower, result.upper, check.unit)}",
            f"{t('lots.points')} {result.passed}/{result.points}{share}",
        ]
        blocks.append(
            tag(
                "div",
                tag("div", pills.case(state), " ", tag("b", localised(check.title, check.id)), cls="line"),
                tag("div", " · ".join(said)),
                tag("div", t(f"lot_reason.{result.reason}"), cls="limit"),
                tag("div", _source(check.clause, check.evidence_class), cls="limit"),
                cls=f"verdict {_TONES.get(result.judgement.value, '')}".strip(),
            )
        )
    show(join(blocks))


def _source(clause: str, evidence_class: str) -> str:
    return f"{clause} · {t('limit.class')} {evidence_class}" if evidence_class else clause


def _bounds(lower: float | None, upper: float | None, unit: str) -> str:
    f = formats()
    if lower is None and upper is None:
        return "—"
    if lower is not None and upper is not None and lower == -upper:
        return f"±{f.quantity(upper, unit)}"
    if lower is None:
        return f"≤ {f.quantity(upper, unit)}"
    return f"{f.number(lower, 1)} … {f.quantity(upper, unit)}"


def _measure(item: LotView) -> None:
    """A table for each check: one row a point; what is empty is left out."""
    user = session.require_user()
    with st.container(key="panel-measure"):
        page.section(t("lots.measure"), t("lots.measure_small"))
        names = {check.id: localised(check.title, check.id) for check in item.template.checks}
        chosen = st.selectbox(t("lots.check"), list(names), format_func=lambda code: names[code])
        check = next(one for one in item.template.checks if one.id == chosen)
        blank: list[dict[str, Any]] = [
            {"element": "", "value": None, "serious": False}
            if check.measured
            else {"element": "", "result": None, "serious": False}
            for _ in range(max(item.least or 0, _EMPTY_ROWS))
        ]
        columns: dict[str, Any] = {
            "element": st.column_config.SelectboxColumn(t("lots.element"), options=["", *item.case.elements]),
            "value": st.column_config.NumberColumn(f"{t('lots.value')} [{check.unit}]"),
            "result": st.column_config.SelectboxColumn(t("lots.result"), options=["pass", "fail"]),
            "serious": st.column_config.CheckboxColumn(t("lots.serious")),
        }
        with st.form(f"points-{chosen}-{len(item.points)}"):
            typed = st.data_editor(
                blank, num_rows="dynamic", column_config=columns, width="stretch", placeholder="—"
            )
            sent = st.form_submit_button(t("lots.add_points"))
    _recorded(item)
    if sent:
        points = [
            {"check": chosen, **{key: value for key, value in row.items() if value not in (None, "")}}
            for row in typed
            if row.get("value") is not None or row.get("result")
        ]
        _send(lambda: session.project().measure_lot(item.case.id, user.name, points).case)


def _recorded(item: LotView) -> None:
    """What was measured on the elements already, each a point at the press of a button."""
    user = session.require_user()
    found = session.project().measured_points(item.case.id)
    fresh = [point for point in found if not point.left_out]
    titles = {check.id: localised(check.title, check.id) for check in item.template.checks}
    with st.container(key="panel-recorded"):
        page.section(t("lots.recorded"), t("lots.recorded_small"))
        if not found:
            show(notices.empty(t("lots.recorded_none"), t("lots.recorded_hint")))
        # As it was recorded, unrounded: 0.004 m must not read as 0 m.
        show(
            join(
                tag(
                    "div",
                    tag("div", f"{titles[point.check]} · {point.value:g} {point.unit} · {point.reporter}"),
                    tag("div", point.element, cls="limit"),
                    tag("div", t(f"lot_left_out.{point.left_out}"), cls="limit") if point.left_out else "",
                    cls="verdict",
                )
                for point in found
            )
        )
        if fresh and st.button(t("lots.take_recorded", count=len(fresh)), icon=":material/straighten:"):
            _send(lambda: session.project().take_measured(item.case.id, user.name).case)


def _judge(item: LotView) -> None:
    user = session.require_user()
    with st.container(width=_WIDTH), st.form(f"judge-{item.case.id}"):
        page.section(t("lots.judge"), t("sign.as", name=user.display_name or user.name))
        choice = st.radio(
            t("lots.judgement"),
            ("qualified", "not_qualified"),
            format_func=lambda code: label("case_state", code),
            index=None,
            horizontal=True,
        )
        text = st.text_area(t("cases.text"), max_chars=2000)
        password = _password()
        sent = st.form_submit_button(t("sign.submit"), type="primary", icon=":material/draw:")
    if sent and choice is None:
        show(notices.notice("bad", t("cases.choose_step")))
    elif sent:
        _send(
            lambda: (
                session.project()
                .judge_lot(
                    item.case.id, user.name, qualified=choice == "qualified", text=text, password=password
                )
                .case
            )
        )


def _password() -> str:
    return st.text_input(
        t("sign.password"), type="password", help=t("sign.password_help"), autocomplete="current-password"
    )


def _send(act: Callable[[], Any]) -> None:
    try:
        done = act()
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    notices.remember(t("cases.done", case=done.id, state=label("case_state", done.state)))
    st.query_params.clear()
    if done.kind == "lot":
        st.query_params.update({"id": done.id})
    st.rerun()
