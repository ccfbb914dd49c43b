"""Administration of devices: the register, calibration and clocks, what is unknown, what is replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import notices, page, pills
from bim_supervise_ui.widgets.admin_actions import act, load, roomy
from bim_supervise_ui.widgets.html import join, plain, show, table, tag

if TYPE_CHECKING:
    from bim_supervise.api.views_doors import DeviceEntry, UnknownDevice

_PURPOSES = (
    "boundary", "reference", "weather", "dome", "dome_air", "purifier", "ground_surface", "wall_top",
    "groundwater", "crane", "site_supply", "machine", "concrete_core", "concrete_surface",
)  # fmt: skip
_SOON_DAYS = 30


def draw(user: str) -> None:
    """The register with calibration and clock, the unknown, one device to change, and a file to load."""
    project = session.project()
    unknown = project.unknown_devices()
    if unknown:
        with st.container(key="panel-unknown"):
            page.section(t("admin.unknown", count=len(unknown)), t("admin.unknown_small"))
            for item in unknown[:20]:
                _unknown(user, item)
    devices = project.registered_devices()
    with st.container(key="panel-register"):
        page.section(t("admin.register"), t("admin.register_small"))
        if devices:
            _register(devices)
        else:
            show(notices.empty(t("admin.no_devices"), t("admin.no_devices_hint")))
    left, right = st.columns([1, 1], gap="small")
    with left, st.container(key="panel-device-edit"):
        page.section(t("admin.edit"), t("admin.edit_small"))
        if devices:
            _edit(user, devices)
    with right:
        with st.container(key="panel-device-replace"):
            page.section(t("admin.replace"), t("admin.replace_small"))
            if devices:
                _replace(user, devices)
        with st.container(key="panel-device-load"):
            page.section(t("admin.load_devices"), t("admin.load_devices_small"))
            load(user, "devices", project.load_devices)


def _register(devices: list[DeviceEntry]) -> None:
    f, project = formats(), session.project()
    clocks = {item.device: item for item in session.shared("clocks", project.clocks, seconds=30)}
    today = project.today()
    lines = []
    for item in devices:
        clock = clocks.get(item.id)
        if clock is None:
            off = page.unknown()
        else:
            off = join(
                (
                    pills.pill("bad" if clock.wrong else "good", "unknown" if clock.wrong else "pass",
                               f"{clock.ahead_s:+.0f} s"),
                    "" if clock.drift_s_per_day is None
                    else tag("div", t("admin.drift", drift=f"{clock.drift_s_per_day:+.1f}"), cls="limit"),
                )
            )  # fmt: skip
        lines.append(
            (
                roomy(tag("b", item.name), tag("div", tag("code", item.id, cls="id"), cls="limit")),
                roomy(", ".join(label("observation", kind) for kind in item.kinds)),
                item.zone or "",
                f.span(timedelta(seconds=item.expected_interval_s)),
                _calibration(item.calibrated_until, today),
                off,
                pills.severity("life_safety") if item.life_safety else "",
                item.owner or "",
            )
        )
    names = ("name", "kind", "zone", "interval", "calibrated", "clock", "life_safety", "owner")
    show(table([t(f"column.{name}") for name in names], lines))


def _calibration(until: date | None, today: date) -> object:
    if until is None:
        return page.unknown()
    days = (until - today).days
    if days < 0:
        return pills.pill("bad", "fail", t("admin.expired", day=formats().day(until)))
    tone = "wait" if days <= _SOON_DAYS else "good"
    return pills.pill(tone, "wait" if tone == "wait" else "pass", formats().day(until))


def _unknown(user: str, item: UnknownDevice) -> None:
    f = formats()
    value = f.quantity(item.last_value, item.unit)
    heard = t("admin.heard", first=f.moment(item.first_event), last=f.moment(item.last_event), value=value)
    with st.expander(plain(f"{item.id} · {', '.join(label('observation', kind) for kind in item.kinds)}")):
        show(tag("p", heard, cls="limit"))
        if not item.authenticated:
            show(notices.notice("wait", t("admin.sender_unknown"), t("admin.sender_unknown_hint")))
        with st.form(f"adopt-{item.id}"):
            name = st.text_input(t("column.name"), value=item.id, disabled=item.registered)
            purpose = _purpose(f"adopt-purpose-{item.id}", None)
            interval = st.number_input(t("admin.interval"), min_value=0.1, max_value=86_400.0, value=60.0)
            life = st.checkbox(t("admin.life_safety"))
            if st.form_submit_button(t("admin.adopt"), type="primary"):
                done = act(
                    user,
                    lambda: session.project().adopt_device(
                        item.id, name=name, purpose=purpose, expected_interval_s=interval, life_safety=life
                    ),
                    t("admin.adopted", device=item.id),
                )
                if done:
                    st.rerun()


def _purpose(key: str, chosen: str | None) -> str | None:
    known = list(_PURPOSES) if chosen is None or chosen in _PURPOSES else [chosen, *_PURPOSES]
    found: str | None = st.selectbox(
        t("admin.purpose"),
        known,
        index=known.index(chosen) if chosen else None,
        format_func=lambda code: label("purpose", code),
        placeholder=t("common.none"),
        key=key,
    )
    return found


def _chosen(devices: list[DeviceEntry], key: str) -> DeviceEntry | None:
    by_id = {item.id: item for item in devices}
    identity = st.selectbox(
        t("admin.device"),
        list(by_id),
        format_func=lambda code: f"{by_id[code].name} ({code})",
        key=key,
    )
    return by_id.get(identity) if identity else None


def _edit(user: str, devices: list[DeviceEntry]) -> None:
    item = _chosen(devices, "admin-edit-device")
    if item is None:
        return
    zones = {zone.id: zone.name for zone in session.project().zones()}
    with st.form(f"edit-{item.id}"):
        name = st.text_input(t("column.name"), value=item.name)
        purpose = _purpose(f"edit-purpose-{item.id}", item.purpose)
        ids = list(zones) if item.zone is None or item.zone in zones else [item.zone, *zones]
        zone = st.selectbox(
            t("column.zone"),
            ids,
            index=ids.index(item.zone) if item.zone else None,
            format_func=lambda code: zones.get(code, code),
            placeholder=t("common.none"),
        )
        interval = st.number_input(
            t("admin.interval"), min_value=0.1, max_value=86_400.0, value=item.expected_interval_s
        )
        calibrated = st.date_input(
            t("column.calibrated"),
            value=item.calibrated_until,
            format="YYYY/MM/DD",
            help=t("admin.calibrated_help"),
        )
        owner = st.text_input(t("column.owner"), value=item.owner or "")
        life = st.checkbox(t("admin.life_safety"), value=item.life_safety)
        if st.form_submit_button(t("admin.save"), type="primary"):
            changed = replace(
                item,
                name=name.strip() or item.id,
                purpose=purpose,
                zone=zone,
                expected_interval_s=float(interval),
                calibrated_until=calibrated if isinstance(calibrated, date) else None,
                owner=owner.strip() or None,
                life_safety=life,
            )
            saved = act(
                user, lambda: session.project().save_device(changed), t("admin.saved", device=item.id)
            )
            if saved:
                st.rerun()


def _replace(user: str, devices: list[DeviceEntry]) -> None:
    item = _chosen(devices, "admin-replace-device")
    if item is None:
        return
    f, project = formats(), session.project()
    changes = project.instruments(item.id)
    if changes:
        show(
            table(
                [t("column.instrument"), t("column.start"), t("column.reason")],
                [
                    (tag("code", change.sender, cls="id"), f.moment(change.since), change.note)
                    for change in changes
                ],
            )
        )
    with st.form(f"replace-{item.id}"):
        by = st.text_input(t("admin.instrument"), value=item.id, help=t("admin.instrument_help"))
        moment = st.datetime_input(
            t("admin.from", zone=f.zone_name(project.now())), value=None, step=60, format="YYYY/MM/DD"
        )
        kind = st.selectbox(
            t("column.kind"), list(item.kinds), format_func=lambda code: label("observation", code)
        )
        offset = st.number_input(t("admin.offset"), value=0.0, help=t("admin.offset_help"))
        note = st.text_input(t("column.reason"))
        if st.form_submit_button(t("admin.replace_start"), type="primary"):
            if not isinstance(moment, datetime) or not by.strip():
                show(notices.notice("bad", t("admin.replace_missing")))
                return
            offsets = {kind: float(offset)} if kind and offset else {}
            replaced = act(
                user,
                lambda: project.replace_instrument(
                    item.id, by=by.strip(), at=moment, user=user, offsets=offsets, note=note.strip()
                ),
                t("admin.replaced", device=item.id, instrument=by.strip()),
            )
            if replaced:
                st.rerun()
