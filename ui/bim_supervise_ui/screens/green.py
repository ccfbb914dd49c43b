"""Green construction: a section for every pack that watches the site, an outsider's too."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise_ui import screens, session
from bim_supervise_ui.charts.days import days_option
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.theme import palette
from bim_supervise_ui.widgets import address, clicks, evidence, in_model, limits, notices, page, pills, rows
from bim_supervise_ui.widgets.html import join, show, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bim_supervise.api.green import DerivedRow, PackFigure, PackSection

_SPANS = (1, 7, 30, 60)
_FRESH_S = 60.0
_ORDER = ("fail", "undetermined", "pass")
_LEAST_DAYS = 2
_MOST_CHARTS = 6


def draw() -> None:
    """Draws the screen; the address may name a pack."""
    page.head(t("green.title"), t("green.purpose"))
    project = session.project()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = address.choice(
            t("green.span"),
            _SPANS,
            name="days",
            default=7,
            format_func=lambda count: t("green.days", days=count),
            key="green-span",
        )
    last = project.today()
    first = last - timedelta(days=days - 1)
    sections: list[PackSection] = session.shared(
        "green", lambda: project.pack_sections(first, last), first, last, seconds=_FRESH_S
    )
    if not sections:
        show(notices.empty(t("green.no_packs"), t("green.no_packs_hint")))
        return
    names = [section.name for section in sections]
    by_name = {section.name: section for section in sections}
    chosen = address.choice(
        t("green.pack"),
        names,
        name="pack",
        default=_gravest(sections),
        draw=st.pills,
        format_func=lambda name: _tab(by_name[name]),
        key="green-pack",
    )
    _section(by_name[chosen])
    evidence.dialog()


def _gravest(sections: Sequence[PackSection]) -> str:
    return min(sections, key=lambda section: _ORDER.index(section.outcome)).name


def _tab(section: PackSection) -> str:
    return f"{localised(section.title, section.name)} · {label('outcome', section.outcome)}"


def _section(section: PackSection) -> None:
    with st.container(key=f"panel-green-{section.name}"):
        page.section(localised(section.title, section.name), t("green.count", count=len(section.figures)))
        if not section.figures:
            show(notices.empty(t("green.no_figures"), t("green.no_figures_hint")))
        for figure in sorted(section.figures, key=lambda item: _ORDER.index(item.outcome)):
            _figure(figure)
    _derived(section)
    _charts(section)
    _devices(section)
    if section.unobserved:
        unknown = pills.outcome("undetermined")
        with st.expander(t("green.unobserved", count=len(section.unobserved)), icon=":material/help:"):
            show(
                join(
                    tag("div", unknown, f" {rule} {localised(title, rule)}", cls="limit")
                    for rule, title in section.unobserved
                )
            )


def _figure(item: PackFigure) -> None:
    f = formats()
    where = (
        in_model.named("device", item.device, item.device_name or item.device)
        if item.device
        else in_model.subject(item.subject)
    )
    value = f.quantity(item.value, item.unit) if item.value is not None else UNKNOWN
    counts = t("green.counts", passed=item.passed, failed=item.failed, undetermined=item.undetermined)
    at = t("green.at", moment=f.moment(item.at), zone=f.zone_name(item.at)) if item.at else ""
    show(
        tag(
            "div",
            tag(
                "div",
                pills.outcome(item.outcome),
                " ",
                tag("b", f"{item.rule} {localised(item.title, item.rule)}"),
                " ",
                tag("span", value, cls="measured"),
                cls="line",
            ),
            tag("div", where, ": ", limits.reason(item.reason, item.params)),
            limits.limit_line(item.limit),
            tag("div", " · ".join(part for part in (counts, at) if part), cls="limit"),
            cls=f"verdict {pills.tone_of_outcome(item.outcome)}".strip(),
        )
    )
    evidence.references(item.evidence, f"green-{item.rule}-{rows.row_key('g', item.subject)}")


def _derived(section: PackSection) -> None:
    """The figures that the pack works out of the period."""
    if not section.derived:
        return
    with st.container(key=f"panel-green-derived-{section.name}"):
        page.section(t("green.derived"), t("green.derived_small"))
        for item in section.derived:
            _derived_figure(item)


def _derived_figure(item: DerivedRow) -> None:
    value = formats().quantity(item.value, item.unit) if item.value is not None else UNKNOWN
    where = (
        in_model.named("device", item.device, item.device_name or item.device)
        if item.device
        else in_model.subject(item.subject)
    )
    unknown = pills.outcome("undetermined") if item.value is None else ""
    title = tag("b", localised(item.title, item.key))
    note = localised(item.note, "")
    show(
        tag(
            "div",
            tag("div", unknown, " ", title, " ", tag("span", value, cls="measured"), cls="line"),
            tag("div", where, ": ", limits.reason(item.reason, item.params)),
            tag("div", note, cls="limit") if note else "",
            cls="verdict",
        )
    )
    evidence.references(item.evidence, f"green-{item.key}-{rows.row_key('g', item.subject)}")


def _charts(section: PackSection) -> None:
    by_rule: dict[str, list[PackFigure]] = {}
    for item in section.figures:
        if sum(day.value is not None for day in item.days) >= _LEAST_DAYS:
            by_rule.setdefault(item.rule, []).append(item)
    grave = sorted(by_rule.values(), key=lambda items: min(_ORDER.index(item.outcome) for item in items))
    if not grave:
        return
    colours = palette("dark" if st.context.theme.type == "dark" else "light")
    with st.container(key=f"panel-green-days-{section.name}"):
        page.section(t("green.by_day"), t("green.by_day_small"))
        for items in grave[:_MOST_CHARTS]:
            first = items[0]
            title = f"{first.rule} {localised(first.title, first.rule)}"
            show(tag("div", tag("b", title), f" [{formats().unit(first.unit)}]" if first.unit else ""))
            key = f"green-days-{first.rule}"
            st.echarts_chart(
                days_option(
                    {
                        item.device_name or limits.subject(item.subject): [
                            (day.day, None if day.value is None else round(day.value, 3)) for day in item.days
                        ]
                        for item in items
                    },
                    limit=first.limit.value if first.limit else None,
                    limit_name=t("limit.limit"),
                    palette=colours,
                ),
                height=200,
                key=key,
                on_select=partial(_clicked, key),
                alt=t("green.alt", title=title),
            )
            _follow(key, items)


def _clicked(key: str) -> None:
    """Remembers the line of a chart that was clicked, until the run that follows."""
    click = clicks.newest(key)
    st.session_state[f"{key}-line"] = click.number if click else None


def _follow(key: str, items: Sequence[PackFigure]) -> None:
    """Leads from the line that was clicked to where its values come from."""
    line = st.session_state.pop(f"{key}-line", None)
    if line is None or line >= len(items):
        return
    item = items[line]
    if item.device:
        screens.go("evidence", device=item.device)
    task = dict(part.partition("=")[::2] for part in item.subject.split(";")).get("task")
    if task:
        screens.go("timeline", task=task)


def _devices(section: PackSection) -> None:
    """What the instruments of the section say now; each leads to the Evidence screen."""
    seen = {item.device for item in section.figures}
    kinds = set(section.kinds)
    devices = session.shared("devices", session.project().devices)
    shown = [item for item in devices if item.id in seen or kinds & set(item.kinds)]
    with st.container(key=f"panel-green-live-{section.name}"):
        page.section(t("green.live"), str(len(shown)))
        if not shown:
            show(notices.empty(t("green.no_devices"), t("green.no_devices_hint")))
        f = formats()
        for item in shown:
            value = UNKNOWN if item.last_value is None else f.quantity(item.last_value, item.unit)
            side = join((tag("b", value), " ", f.clock(item.last_event) if item.last_event else ""))
            row = rows.content(
                item.name or item.id,
                meta=", ".join(label("observation", kind) for kind in item.kinds),
                lead=pills.device(item.state),
                side=side,
            )
            what = item.name or item.id
            if rows.opening(rows.row_key("green-dev", item.id), t("evidence_screen.open", what=what), row):
                screens.go("evidence", device=item.id)
