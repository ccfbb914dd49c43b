"""A storey from above, coloured by state: tap an element, and its card stands below."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.charts import storey_plan
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.viewer import element_card
from bim_supervise_ui.viewer.palettes import palettes
from bim_supervise_ui.widgets import evidence, notices, page
from bim_supervise_ui.widgets.html import join, show, tag

if TYPE_CHECKING:
    from bim_supervise.api.storey_plans import StoreyPlan, StoreyRow

_BY = ("gate", "state", "evidence", "verdict")


def draw() -> None:
    """Draws the screen; the address may name the storey and an element."""
    page.head(t("storey.title"), t("storey.purpose"))
    project = session.project()
    storeys = session.shared("storeys", project.storeys)
    if not storeys:
        show(notices.empty(t("storey.none"), t("storey.none_hint")))
        return
    left, right = st.columns([1.6, 1], gap="small")
    with left, st.container(key="panel-storey"):
        plan = _plan(storeys)
    with right, st.container(key="panel-storey-card"):
        asked = st.query_params.get("element")
        if asked:
            element_card.draw({"element": asked})
        else:
            show(notices.empty(t("viewer.nothing_chosen"), t("storey.tap")))
    _undrawn(plan)
    evidence.dialog()


def _plan(storeys: list[StoreyRow]) -> StoreyPlan:
    project = session.project()
    f = formats()
    rows = {row.name: row for row in storeys}

    def titled(name: str) -> str:
        height = rows[name].elevation
        level = UNKNOWN if height is None else f.quantity(height, "m")
        return f"{name} · {level} · {t('lots.elements_count', count=rows[name].elements)}"

    asked = st.query_params.get("storey")
    fullest = max(storeys, key=lambda row: row.elements).name
    chosen = st.selectbox(
        t("column.storey"),
        list(rows),
        index=list(rows).index(asked if asked in rows else fullest),
        format_func=titled,
        key="storey-name",
    )
    by = (
        st.segmented_control(
            t("viewer.by"),
            _BY,
            default=_BY[0],
            format_func=lambda code: t(f"viewer.by_{code}"),
            required=True,
            key="storey-by",
        )
        or _BY[0]
    )
    _shapes()
    plan: StoreyPlan = session.shared(
        "storey-plan", partial(project.storey_plan, chosen), chosen, project.geometry_state().state
    )
    words = {entry["code"]: entry for entry in palettes()[by]}
    if plan.elements:
        data = storey_plan.drawing(
            plan.elements,
            by,
            {code: entry["color"] for code, entry in words.items()},
            {code: entry["label"] for code, entry in words.items()},
        )
        picked = storey_plan.mount(
            {
                **data,
                "name": chosen,
                "label": t("storey.drawing", storey=chosen, count=len(plan.elements)),
                "selected": st.query_params.get("element", ""),
                "words": {name: t(f"storey.{name}") for name in ("closer", "away", "fit")},
            },
            key="storey-plan",
        )
        if picked:
            st.query_params.update({"storey": chosen, "element": picked})
            st.rerun()
    else:
        show(notices.empty(t("storey.nothing_drawn")))
    counts = Counter(item.codes[by] for item in plan.elements)
    show(
        tag(
            "ul",
            join(
                tag(
                    "li",
                    tag("i", style=f"background:{entry['color']}", aria_hidden="true"),
                    f"{entry['label']} ",
                    tag("b", f.number(counts[code], 0)),
                )
                for code, entry in words.items()
                if counts[code]
            ),
            cls="plan-legend",
            aria_label=t("viewer.legend"),
        )
    )
    boxes = sum(item.box for item in plan.elements)
    notes = [t("storey.as_of", moment=f.moment(plan.as_of))]
    if boxes:
        notes.append(t("storey.boxes", count=f.number(boxes, 0)))
    show(tag("p", " · ".join(notes), cls="limit"))
    return plan


def _shapes() -> None:
    """Begins to make the shapes of the model where nobody has asked for them yet."""
    project = session.project()
    state = project.geometry_state()
    if state.state == "absent":
        project.start_geometry()
        state = project.geometry_state()
    if state.state == "building":
        page.live(_wait, "storey-shapes", every_s=2)


def _wait() -> None:
    state = session.project().geometry_state()
    if state.state != "building":
        st.rerun()
    show(tag("p", t("storey.building"), cls="limit"))


def _undrawn(plan: StoreyPlan) -> None:
    if plan.undrawn:
        with st.expander(t("storey.undrawn", count=formats().number(len(plan.undrawn), 0))):
            show(join(tag("div", tag("code", name, cls="id")) for name in plan.undrawn))
