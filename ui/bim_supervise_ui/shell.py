"""The frame around every screen: style, navigation, site clock, person, language and logout."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session, theme
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import LANGUAGE_NAMES, label, language, t
from bim_supervise_ui.screens import (
    account,
    administration,
    alarms,
    cases,
    checkpoints,
    evidence,
    green,
    itp,
    linking,
    lots,
    model,
    plans,
    records,
    report,
    storey,
    timeline,
    today,
    viewer,
)
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.html import join, show, tag
from bim_supervise_ui.widgets.icons import icon_css

if TYPE_CHECKING:
    from bim_supervise.api.views import UserView


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen's place in the navigation: ``key`` is its URL path and its catalogue group."""

    key: str
    icon: str
    draw: Callable[[], None]


SECTIONS: dict[str, tuple[Screen, ...]] = {
    "supervise": (
        Screen("today", "today", today.draw),
        Screen("alarms", "notifications", alarms.draw),
        Screen("timeline", "view_timeline", timeline.draw),
        Screen("checkpoints", "fact_check", checkpoints.draw),
        Screen("green", "eco", green.draw),
        Screen("storey", "grid_on", storey.draw),
        Screen("cases", "assignment_late", cases.draw),
        Screen("lots", "checklist", lots.draw),
    ),
    "know": (
        Screen("viewer", "view_in_ar", viewer.draw),
        Screen("evidence", "sensors", evidence.draw),
        Screen("model", "deployed_code", model.draw),
        Screen("plans", "event_note", plans.draw),
        Screen("linking", "link", linking.draw),
    ),
    "field": (
        Screen("report", "edit_note", report.draw),
        Screen("records", "add_task", records.draw),
    ),
    "set_up": (
        Screen("itp", "rule", itp.draw),
        Screen("administration", "settings", administration.draw),
    ),
    "you": (Screen("account", "account_circle", account.draw),),
}
"""All screens by section; a new screen is one file and one line here."""


def mode() -> Literal["light", "dark"]:
    """Whether the browser shows the dark or the light theme."""
    return "dark" if st.context.theme.type == "dark" else "light"


def run() -> None:
    """Draws the frame and the chosen screen; called on every run of the main script."""
    st.set_page_config(page_title="bim-supervise", page_icon=_mark(), layout="wide")
    st.html(f"<style>{theme.css(mode())}\n{icon_css()}\n{_said()}</style>")
    try:
        session.project()
        user = session.require_user()
    except SupervisionError as error:
        notices.refused(error)
        st.stop()
    screens.register({item.key: _page(item) for group in SECTIONS.values() for item in group})
    chosen = st.navigation(
        {
            t(f"nav.{section}"): [screens.page(item.key) for item in items]
            for section, items in SECTIONS.items()
        },
        expanded=True,
    )
    st.logo(_wordmark(), icon_image=_mark(), size="large")
    with st.sidebar:
        page.live(_site, "side")
        _person(user)
    chosen.run()


def _said() -> str:
    """Words that the style sheet puts over what Streamlit's own widgets say in English."""
    said = {
        "file": t("widget.choose_file"),
        "camera": t("widget.take_photo"),
        "allow": t("widget.allow_camera"),
        "system": t("widget.theme_system"),
        "light": t("widget.theme_light"),
        "dark": t("widget.theme_dark"),
    }
    rules = "".join(f"--say-{name}:{json.dumps(text, ensure_ascii=False)};" for name, text in said.items())
    return f":root{{{rules}}}"


def _page(item: Screen) -> st.Page:
    def guarded() -> None:
        page.guarded(item.draw)

    return st.Page(
        guarded,
        title=t(f"{item.key}.title"),
        icon=f":material/{item.icon}:",
        url_path=item.key,
        default=item.key == "today",
    )


def _asset(name: str) -> str:
    return (files("bim_supervise_ui") / "assets" / name).read_text("utf-8")


def _mark() -> str:
    return _asset("mark.svg")


def _wordmark() -> str:
    return _asset("wordmark.svg")


def _site() -> None:
    project = session.project()
    info, fresh, f = project.info(), project.freshness(), formats()
    clock = tag("b", f.moment(fresh.site_now))
    zone = f"{info.timezone} · {f.zone_name(fresh.site_now)}"
    show(
        tag("div", info.name, cls="site-name"),
        tag(
            "div",
            tag("span", t("shell.replay_clock") if info.replay else t("shell.site_clock")),
            clock,
            cls="side-clock",
        ),
        tag("div", zone, cls="side-note"),
    )


def _person(user: UserView) -> None:
    held = ", ".join(label("capacity", item) for item in user.capacities) or t("account.no_capacity")
    show(tag("div", tag("b", user.display_name or user.name), held, cls="side-person"))
    here = st.context.url or ""
    path = "/" + here.split("/", 3)[3] if here.count("/") >= 3 else "/"
    links = (
        tag(
            "a",
            name,
            href=f"/language/{code}?next={quote(path, safe='')}",
            target="_self",
            lang=code,
            aria_current="true" if code == language() else "",
        )
        for code, name in LANGUAGE_NAMES.items()
    )
    token = session.session_token() or ""
    show(
        tag("nav", join(links), cls="languages", aria_label=t("shell.language")),
        tag(
            "form",
            tag("input", type="hidden", name="csrf", value=session.form_token(token)),
            tag("button", t("shell.leave"), type="submit"),
            method="post",
            action="/logout",
            cls="leave",
        ),
        tag("p", t("shell.safety"), cls="side-note"),
    )
