"""Administration of places: zones, where the site lies, and how long people's tags are kept."""

from __future__ import annotations

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.charts.sitemap import site_map
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.admin_actions import act, load, roomy
from bim_supervise_ui.widgets.html import show, table, tag


def draw(user: str) -> None:
    """Zones on a plan and as a table, the anchor for GPS, and the protection of people."""
    project, f = session.project(), formats()
    zones = project.zones()
    left, right = st.columns([1.2, 1], gap="small")
    with left, st.container(key="panel-zones"):
        page.section(t("admin.zones"), t("admin.zones_small"))
        if not zones:
            show(notices.empty(t("admin.no_zones"), t("admin.no_zones_hint")))
        else:
            drawing = site_map(zones, [], {}, t("admin.zones_alt"))
            show(drawing or "")
            lines = [
                (
                    roomy(tag("b", zone.name), tag("div", tag("code", zone.id, cls="id"), cls="limit")),
                    label("zone_purpose", zone.purpose) if zone.purpose else "",
                    _height(zone.z_min),
                    _height(zone.z_max),
                )
                for zone in zones
            ]
            names = ("name", "zone_purpose", "z_min", "z_max")
            show(table([t(f"column.{name}") for name in names], lines, numeric=(2, 3)))
    with right:
        with st.container(key="panel-zones-load"):
            page.section(t("admin.load_zones"), t("admin.load_zones_small"))
            load(user, "zones", project.load_zones)
        with st.container(key="panel-anchor"):
            page.section(t("admin.anchor"), t("admin.anchor_small"))
            _anchor(user)
        with st.container(key="panel-people-days"):
            page.section(t("admin.tags"), t("admin.tags_small"))
            known = project.people_protection()
            with st.form("admin-tags"):
                tags = st.text_input(
                    t("admin.tags_patterns"),
                    value=" ".join(known["tags"]) if known else "",
                    placeholder="tag-*",
                )
                days = st.number_input(
                    t("admin.tags_days"), min_value=1, max_value=3650, value=known["days"] if known else 30
                )
                if st.form_submit_button(t("admin.save"), type="primary") and act(
                    user,
                    lambda: project.protect_people(tags.replace(",", " ").split(), days=int(days)),
                    t("admin.tags_saved", days=f.number(days, 0)),
                ):
                    st.rerun()


def _height(value: float | None) -> object:
    return t("admin.open_end") if value is None else formats().quantity(value, "m")


def _anchor(user: str) -> None:
    project = session.project()
    known = project.anchor()
    with st.form("admin-anchor"):
        latitude = st.number_input(
            t("admin.latitude"), value=known.latitude if known else None, format="%.7f", step=0.0001
        )
        longitude = st.number_input(
            t("admin.longitude"), value=known.longitude if known else None, format="%.7f", step=0.0001
        )
        x = st.number_input(t("admin.anchor_x"), value=known.x if known else 0.0)
        y = st.number_input(t("admin.anchor_y"), value=known.y if known else 0.0)
        rotation = st.number_input(t("admin.rotation"), value=known.rotation_deg if known else 0.0)
        if st.form_submit_button(t("admin.save"), type="primary"):
            if latitude is None or longitude is None:
                show(notices.notice("bad", t("admin.anchor_missing")))
                return
            saved = act(
                user,
                lambda: project.place_site(
                    latitude=float(latitude),
                    longitude=float(longitude),
                    altitude=known.altitude if known else 0.0,
                    x=float(x),
                    y=float(y),
                    z=known.z if known else 0.0,
                    rotation_deg=float(rotation),
                ),
                t("admin.anchor_saved"),
            )
            if saved:
                st.rerun()
