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
from bim_supervise_ui.widgets import address, evidence, notices, page, scan
from bim_supervise_ui.widgets.html import join, show, tag

if TYPE_CHECKING:
    from bim_supervise.api.storey_plans import StoreyPlan, StoreyRow

_BY = ("gate", "state", "evidence", "verdict")
_STEEL = frozenset({"IfcReinforcingBar", "IfcReinforcingMesh", "IfcTendon", "IfcTendonAnchor"})
"""Lies within what it reinforces: drawn on top it would hide it, drawn below nobody could tap it."""


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
        scan.draw("storey", kind="element", storey=plan.storey)
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

    fullest = max(storeys, key=lambda row: row.elements).name
    chosen = address.choice(
        t("column.storey"),
        list(rows),
        name="storey",
        default=fullest,
        draw=st.selectbox,
        format_func=titled,
        key="storey-name",
    )
    by = address.choice(
        t("viewer.by"),
        _BY,
        name="by",
        default=_BY[0],
        format_func=lambda code: t(f"viewer.by_{code}"),
        key="storey-by",
    )
    _shapes()
    plan: StoreyPlan = session.shared(
        "storey-plan", partial(project.storey_plan, chosen), chosen, project.geometry_state().state
    )
    words = {entry["code"]: entry for entry in palettes()[by]}
    steel = [item for item in plan.elements if item.ifc_class in _STEEL]
    with_steel = bool(steel) and st.toggle(
        t("storey.steel", count=f.number(len(steel), 0)),
        # What has failed is never out of sight.
        value=any(item.codes[by] in storey_plan.GRAVE for item in steel),
        key=f"storey-steel-{chosen}-{by}",
        help=t("storey.steel_why"),
    )
    drawn = [item for item in plan.elements if with_steel or item.ifc_class not in _STEEL]
    if drawn:
        data = storey_plan.drawing(
            drawn,
            by,
            {code: entry["color"] for code, entry in words.items()},
            {code: entry["label"] for code, entry in words.items()},
        )
        picked = storey_plan.mount(
            {
                **data,
                "name": chosen,
                "label": t("storey.drawing", storey=chosen, count=f.number(len(drawn), 0)),
                "selected": st.query_params.get("element", ""),
                "words": {name: t(f"storey.{name}") for name in ("closer", "away", "fit")},
            },
            key="storey-plan",
        )
        if picked:
            st.query_params["element"] = picked
            st.rerun()
    else:
        show(notices.empty(t("storey.nothing_drawn")))
    counts = Counter(item.codes[by] for item in drawn)
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
    boxes = sum(item.box for item in drawn)
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
