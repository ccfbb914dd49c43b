"""Administration of senders and feeds: tokens, stations, and how messages are read."""

from __future__ import annotations

import streamlit as st
import yaml

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import notices, page, pills
from bim_supervise_ui.widgets.admin_actions import act, load, roomy
from bim_supervise_ui.widgets.html import plain, show, table, tag

_SHOWN = "admin-token-shown"


def draw(user: str) -> None:
    """The senders, and forms for a token and for a station."""
    project = session.project()
    shown = st.session_state.pop(_SHOWN, None)
    if shown is not None:
        notices.good(t("admin.token_made"), t("admin.token_once"))
        st.code(shown, language=None)
    with st.container(key="panel-senders"):
        page.section(t("admin.senders"), t("admin.senders_small"))
        _list(user)
    left, right = st.columns([1, 1], gap="small")
    with left, st.container(key="panel-token"):
        page.section(t("admin.token"), t("admin.token_small"))
        with st.form("admin-token"):
            name = st.text_input(t("column.name"), placeholder=t("admin.token_example"))
            devices = st.text_input(t("admin.speaks_for"), help=t("admin.speaks_for_help"))
            addresses = st.text_input(t("admin.addresses"), help=t("admin.addresses_help"))
            statements = st.checkbox(t("admin.statements"), help=t("admin.statements_help"))
            if st.form_submit_button(t("admin.token_create"), type="primary"):

                def create() -> None:
                    _, secret = project.add_sender(
                        name, _words(devices), by=user, addresses=_words(addresses), statements=statements
                    )
                    st.session_state[_SHOWN] = secret

                if act(user, create, t("admin.sender_added", name=name.strip())):
                    st.rerun()
    with right, st.container(key="panel-station"):
        page.section(t("admin.station"), t("admin.station_small"))
        with st.form("admin-station"):
            station = st.text_input(t("admin.station_number"), placeholder="010000A8900016F000169DC0")
            password = st.text_input(t("admin.station_password"), type="password", autocomplete="off")
            networks = st.text_input(t("admin.addresses"), help=t("admin.addresses_help"))
            if st.form_submit_button(t("admin.station_add"), type="primary"):
                added = act(
                    user,
                    lambda: project.add_station(
                        station.strip(), password, by=user, addresses=_words(networks)
                    ),
                    t("admin.sender_added", name=station.strip()),
                )
                if added:
                    st.rerun()


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _list(user: str) -> None:
    f = formats()
    senders = session.project().senders()
    if not senders:
        show(notices.empty(t("admin.no_senders"), t("admin.no_senders_hint")))
        return
    lines = [
        (
            roomy(tag("b", item.name)),
            item.door,
            tag("code", ", ".join(item.devices), cls="id"),
            ", ".join(item.addresses) or t("common.any"),
            t("common.yes" if item.statements else "common.no"),
            f.moment(item.last_used_at) if item.last_used_at else page.unknown(),
            pills.pill("bad", "fail", t("admin.revoked", moment=f.moment(item.revoked_at)))
            if item.revoked_at
            else pills.pill("good", "live", t("admin.valid")),
        )
        for item in senders
    ]
    names = ("name", "door", "speaks_for", "addresses", "statements", "heard", "validity")
    show(table([t(f"column.{name}") for name in names], lines))
    valid = {item.id: item for item in senders if item.revoked_at is None}
    if valid:
        with st.expander(t("admin.revoke")), st.form("admin-revoke"):
            chosen = st.selectbox(
                t("admin.sender"), list(valid), format_func=lambda code: f"{valid[code].name} ({code})"
            )
            show(tag("p", t("admin.revoke_hint"), cls="limit"))
            if st.form_submit_button(t("admin.revoke_now")) and chosen:
                name = valid[chosen].name
                revoke = session.project().revoke_sender
                if act(user, lambda: revoke(chosen), t("admin.sender_revoked", name=name)):
                    st.rerun()


def draw_feeds(user: str) -> None:
    """The feeds with their mappings, and a file that replaces them."""
    project = session.project()
    feeds = project.feeds()
    with st.container(key="panel-feeds"):
        page.section(t("admin.feeds"), t("admin.feeds_small"))
        if not feeds:
            show(notices.empty(t("admin.no_feeds"), t("admin.no_feeds_hint")))
        else:
            lines = [
                (
                    roomy(tag("b", feed.name)),
                    feed.door,
                    tag("code", ", ".join(feed.topics), cls="id"),
                    feed.format,
                    t("common.yes" if feed.vouched else "common.no"),
                    tag("code", ", ".join(feed.devices), cls="id"),
                )
                for feed in feeds
            ]
            names = ("name", "door", "topics", "format", "vouched", "speaks_for")
            show(table([t(f"column.{name}") for name in names], lines))
        for feed in feeds:
            if feed.own_mapping:
                with st.expander(plain(t("admin.mapping", name=feed.name))):
                    mapping = project.feed_mapping(feed.name)
                    st.code(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False), language="yaml")
    with st.container(key="panel-feeds-load"):
        page.section(t("admin.load_feeds"), t("admin.load_feeds_small"))
        load(user, "feeds", project.load_feeds)
