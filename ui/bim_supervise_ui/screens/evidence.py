"""Evidence: devices and where they stand, their series against limits, and what people stated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise_ui import screens, session
from bim_supervise_ui.charts.series import LIMITS, series_option
from bim_supervise_ui.charts.sitemap import site_map
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.theme import palette
from bim_supervise_ui.widgets import (
    address,
    clicks,
    freshness,
    in_model,
    intake,
    limits,
    notices,
    page,
    pills,
    rows,
    scan,
    tables,
)
from bim_supervise_ui.widgets import evidence as opened
from bim_supervise_ui.widgets.html import Markup, definition, join, plain, show, table, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import DeviceView, ObservationView, SeriesView

_VIEWS = ("devices", "statements", "conflicts")
_SPANS = {"6h": 6, "24h": 24, "3d": 72, "7d": 168}
_MINUTES = (1, 15, 20, 60)
_STATE_ORDER = ("distrusted", "silent", "never", "live")
_FACTS_SHOWN = 200


def draw() -> None:
    """Draws the screen; the address may name a device."""
    page.head(t("evidence_screen.title"), t("evidence_screen.purpose"))
    chosen = st.query_params.get("device")
    if chosen:
        _device(chosen)
    else:
        view = address.choice(
            t("evidence_screen.view"),
            _VIEWS,
            name="view",
            default="devices",
            format_func=lambda code: t(f"evidence_screen.view_{code}"),
            key="evidence-view",
            label_visibility="collapsed",
        )
        if view == "statements":
            _statements()
        elif view == "conflicts":
            _conflicts()
        else:
            scan.draw("devices", kind="device")
            page.live(_devices, "devices")
    opened.dialog()


def _devices() -> None:
    project = session.project()
    fresh = project.freshness()
    devices: list[DeviceView] = session.shared("devices", project.devices)
    show(intake.line())
    if not devices:
        show(notices.empty(t("evidence_screen.no_devices"), t("evidence_screen.no_devices_hint")))
        return
    show(freshness.warning(fresh))
    ordered = sorted(
        devices, key=lambda item: (not item.life_safety, _STATE_ORDER.index(item.state), item.id)
    )
    left, right = st.columns([1.25, 1], gap="small")
    with left, st.container(key="panel-devices"):
        counts = [
            f"{sum(item.state == state for item in devices)} {label('device_state', state)}"
            for state in _STATE_ORDER
        ]
        page.section(t("evidence_screen.devices"), " · ".join(counts))
        for item in ordered:
            name = item.name or item.id
            if rows.opening(
                rows.row_key("dev", item.id), t("evidence_screen.open", what=name), _device_row(item)
            ):
                screens.go("evidence", device=item.id)
    with right, st.container(key="panel-map"):
        page.section(t("evidence_screen.map"), t("evidence_screen.map_small"))
        drawing = site_map(
            session.shared("spaces", project.spaces, seconds=60),
            devices,
            {state: label("device_state", state) for state in _STATE_ORDER},
            t("evidence_screen.map_alt"),
        )
        show(drawing or notices.empty(t("evidence_screen.no_map"), t("evidence_screen.no_map_hint")))


def _device_row(item: DeviceView) -> Markup:
    f = formats()
    value = (
        t("evidence_screen.no_value") if item.last_value is None else f.quantity(item.last_value, item.unit)
    )
    why = "; ".join(limits.needed(reason) for reason in item.distrust)
    kinds = ", ".join(label("observation", kind) for kind in item.kinds)
    return rows.content(
        item.name or item.id,
        meta=" · ".join(
            part for part in (kinds, label("purpose", item.purpose) if item.purpose else "") if part
        ),
        lead=join((pills.device(item.state), pills.severity("life_safety") if item.life_safety else ""), " "),
        side=join((tag("b", value), " ", f.clock(item.last_event) if item.last_event else "")),
        full=why,
    )


def _device(identity: str) -> None:
    if st.button(t("evidence_screen.back"), icon=":material/arrow_back:", type="tertiary"):
        st.query_params.clear()
        st.rerun()
    project = session.project()
    item = next((row for row in project.devices() if row.id == identity), None)
    if item is None:
        show(notices.empty(t("evidence_screen.unknown_device", id=identity)))
        return
    f = formats()
    with st.container(key="panel-device"):
        show(tag("h2", item.name or item.id, pills.device(item.state), cls="section-title"))
        in_model.offer("device", device=item.id if item.position else None)
        show(
            definition(
                [
                    (t("device.id"), tag("code", item.id, cls="id")),
                    (
                        t("device.purpose"),
                        label("purpose", item.purpose) if item.purpose else t("common.none"),
                    ),
                    (t("device.zone"), item.zone or t("common.none")),
                    (
                        t("device.calibrated"),
                        f.day(item.calibrated_until) if item.calibrated_until else t("device.no_certificate"),
                    ),
                    (t("device.life_safety"), t("common.yes" if item.life_safety else "common.no")),
                    (
                        t("device.last"),
                        f"{f.moment(item.last_event)} {f.zone_name(item.last_event)}"
                        if item.last_event
                        else UNKNOWN,
                    ),
                ],
                cls="kv left",
            )
        )
        if item.distrust:
            show(limits.needs([limits.needed(reason) for reason in item.distrust]))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = address.choice(
                t("device.kind"),
                item.kinds,
                name="kind",
                default=next(iter(item.kinds), ""),
                draw=st.selectbox,
                format_func=lambda code: label("observation", code),
                key=f"series-kind-{item.id}",
                width=220,
            )
            span = address.choice(
                t("device.span"),
                tuple(_SPANS),
                name="span",
                default="24h",
                format_func=lambda code: t(f"device.span_{code}"),
                key="series-span",
            )
            minutes = address.choice(
                t("device.window"),
                _MINUTES,
                name="minutes",
                default=20,
                format_func=lambda count: f"{count} {t('unit.minute')}",
                key="series-minutes",
            )
        asked = page.asked("evidence")
        page.live(lambda: _series(item, kind, _SPANS[span], minutes, asked), "series", every_s=10)
    with st.container(key="panel-device-facts"):
        page.section(t("evidence_screen.about_device"))
        _facts(project.facts(subject=item.id, limit=_FACTS_SHOWN), "device")


def _series(item: DeviceView, kind: str, hours: int, minutes: int, asked: str | None) -> None:
    """A live part; ``asked`` is the evidence that the page around it shows."""
    project = session.project()
    f = formats()
    fresh = project.freshness()
    end = _whole(item.last_event or fresh.site_now, minutes)
    found = project.series(item.id, kind, end - timedelta(hours=hours), end, minutes)
    show(freshness.warning(fresh))
    if not any(value is not None for value in found.values):
        show(notices.empty(t("device.no_series"), t("device.no_series_hint")))
        return
    option = series_option(
        found,
        zone=project.zone,
        palette=palette("dark" if st.context.theme.type == "dark" else "light"),
        value_name=f"{label('observation', kind)} · {found.statistic}",
        limit_name=t("limit.limit"),
        coverage_name=t("device.coverage"),
        stale=fresh.stale,
    )
    title = label("observation", kind)

    def clicked() -> None:
        click = clicks.newest("series")
        if click is not None and click.number != LIMITS:
            st.query_params.update(page.opens("evidence", _window(found, click.datum)))

    st.echarts_chart(
        option,
        height=320,
        key="series",
        on_select=clicked,
        alt=t("device.alt", device=item.name or item.id, kind=title),
    )
    if page.asked("evidence") != asked:
        # A dialog is drawn by the whole page, which still shows the answer of before.
        st.rerun(scope="app")
    show(join(limits.limit_line(limit) for limit in found.limits))
    known = [share for share in found.coverage if share is not None]
    covered = sum(known) / len(known) if known else None
    zone = f.zone_name(end)
    show(tag("p", t("device.footnote", share=f.share(covered), minutes=minutes, zone=zone), cls="foot"))


def _window(series: SeriesView, index: int) -> str:
    """The evidence behind a value of a series."""
    start = series.times[index]
    end = start + timedelta(minutes=series.window_minutes)
    first, last = (int(moment.timestamp() * 1000) for moment in (start, end))
    return f"window:{series.device}|{series.kind}|{first}|{last}"


def _whole(instant: datetime, minutes: int) -> datetime:
    """The end of the window that holds ``instant``."""
    step = minutes * 60
    seconds = int(instant.timestamp())
    return datetime.fromtimestamp(-(-(seconds + 1) // step) * step, instant.tzinfo)


def _statements() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        subject = address.words(
            t("statement.subject"),
            name="subject",
            key="facts-subject",
            placeholder=t("statement.subject_hint"),
            width=320,
        )
        kind = address.words(
            t("statement.kind"), name="kind", key="facts-kind", placeholder=t("common.any"), width=200
        )
    found = session.project().facts(subject=subject or None, kind=kind or None, limit=_FACTS_SHOWN)
    with st.container(key="panel-facts"):
        page.section(t("statement.title"), t("statement.count", count=len(found)))
        _facts(found, "all")


def _facts(found: list[ObservationView], key: str) -> None:
    if not found:
        show(notices.empty(t("statement.none"), t("statement.none_hint")))
        return
    f = formats()
    names = [
        t(f"column.{name}")
        for name in ("kind", "subject", "value", "event_time", "received", "source", "reporter", "vouched")
    ]
    lines = [
        (
            label("observation", row.kind),
            row.subject,
            f.quantity(row.value, row.unit, 3)
            if isinstance(row.value, (int, float))
            else (row.value or UNKNOWN),
            f.moment(row.event_time),
            f.moment(row.received_time),
            label("source", row.source),
            row.reporter,
            t("common.yes" if row.authenticated else "common.no"),
        )
        for row in found
    ]
    event: Any = st.dataframe(
        tables.columns([dict(zip(names, line, strict=True)) for line in lines]),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"facts-{key}",
        height="content" if len(lines) <= 12 else 440,
    )
    show(tag("p", t("statement.open_hint", zone=f.zone_name(session.project().now())), cls="foot"))
    chosen = event.selection.rows
    if chosen and chosen[0] < len(found):
        row = found[chosen[0]]
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                t("statement.open", what=plain(label("observation", row.kind))),
                icon=":material/fact_check:",
                key=f"open-{key}",
            ):
                page.ask("evidence", f"fact:{row.id}")
            if row.subject_type in in_model.SHOWN:
                in_model.offer(f"fact-{key}", **{row.subject_type: row.subject})


def _conflicts() -> None:
    found = session.project().conflicts()
    with st.container(key="panel-conflicts"):
        page.section(t("conflict.title"), t("conflict.small"))
        if not found:
            show(notices.empty(t("conflict.none"), t("conflict.none_hint")))
            return
        f = formats()
        head = [t(f"column.{name}") for name in ("kind", "subject", "event_time", "kept", "other", "source")]
        lines = [
            (
                label("observation", item["kind"]),
                in_model.anything(item["subject"]),
                f.moment(item["event_time"]),
                _pairs(item["kept"]),
                _pairs(item["other"]),
                label("source", item["source"]),
            )
            for item in found
        ]
        show(
            table(head, lines),
            tag("p", t("common.times_in", zone=f.zone_name(session.project().now())), cls="foot"),
        )


def _pairs(values: Mapping[str, Any]) -> str:
    """One side of a contradiction: a reading, or the parts of a statement."""
    if "interval_s" in values:
        f = formats()
        words = [f.quantity(values["value"], values["unit"]), f.quantity(values["interval_s"] / 60, "min")]
        words += [t("evidence.distrusted")] if values["distrusted"] else []
        words += [] if values["authenticated"] else [t("evidence.unauthenticated")]
        return " · ".join(words)
    return ", ".join(f"{label('field', str(name))}: {value}" for name, value in values.items())
