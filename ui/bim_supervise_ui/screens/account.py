"""Account: who I am here, my language, and a check of the sign-off ledger."""

from __future__ import annotations

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import LANGUAGE_NAMES, label, t
from bim_supervise_ui.widgets import notices, page, pills
from bim_supervise_ui.widgets.html import definition, join, show, table, tag
from bim_supervise_ui.widgets.ledger_head import daily_head

_SIGN_OFFS_SHOWN = 50


def draw() -> None:
    """Draws the screen."""
    page.head(t("account.title"), t("account.purpose"))
    left, right = st.columns([1, 1.4], gap="small")
    with left:
        _person()
        _project()
    with right:
        _ledger()


def _person() -> None:
    user = session.require_user()
    with st.container(key="panel-person"):
        page.section(t("account.me"))
        held = join(tag("div", label("capacity", item)) for item in user.capacities) or t(
            "account.no_capacity"
        )
        show(
            definition(
                [
                    (t("account.name"), user.display_name or user.name),
                    (t("account.login"), tag("code", user.name, cls="id")),
                    (t("account.capacities"), held),
                ]
            ),
            tag("p", t("account.capacities_hint"), cls="foot"),
        )
        codes = list(LANGUAGE_NAMES)
        chosen = st.segmented_control(
            t("account.language"),
            codes,
            default=user.language if user.language in codes else None,
            format_func=lambda code: LANGUAGE_NAMES[code],
            key="account-language",
            required=True,
            help=t("account.language_help"),
        )
        if chosen and chosen != user.language:
            session.project().set_language(user.name, chosen)
            st.session_state["language"] = chosen
            st.rerun()


def _project() -> None:
    project = session.project()
    info, f = project.info(), formats()
    with st.container(key="panel-project"):
        page.section(t("account.project"))
        zone = f"{info.timezone} ({f.zone_name(project.now())})"
        show(
            definition(
                [
                    (t("account.project_name"), info.name),
                    (t("account.timezone"), zone),
                    (t("account.currency"), info.currency),
                    (t("account.replay"), t("common.yes" if info.replay else "common.no")),
                ]
            )
        )


def _ledger() -> None:
    project = session.project()
    with st.container(key="panel-ledger"):
        page.section(t("ledger.title"), t("ledger.small"))
        if st.button(t("ledger.check"), icon=":material/verified:"):
            try:
                result = project.verify_ledger()
            except SupervisionError as error:
                notices.refused(error)
            else:
                count = result.get("entries", 0)
                head = str(result.get("head") or result.get("head_hash") or "")
                if result.get("valid"):
                    body = tag("code", head, cls="id") if head else ""
                    notices.good(t("ledger.valid", count=count), body)
                else:
                    broken = result.get("first_broken")
                    show(notices.notice("bad", t("ledger.broken", entry=broken), t("ledger.broken_hint")))
        daily_head()
        _sign_offs()


def _sign_offs() -> None:
    f = formats()
    found = session.project().sign_offs()
    if not found:
        show(notices.empty(t("ledger.none"), t("ledger.none_hint")))
        return
    lines = [
        (
            entry.sequence,
            join(
                (
                    pills.decision(entry.decision),
                    "" if entry.counts else tag("div", t("checkpoint.does_not_count"), cls="limit"),
                )
            ),
            join(
                (
                    entry.signer_name or entry.signer,
                    tag("div", label("capacity", entry.capacity), cls="limit"),
                )
            ),
            f.moment(entry.time),
            entry.reason,
            tag("code", entry.hash[:12], cls="id"),
        )
        for entry in sorted(found, key=lambda entry: -entry.sequence)[:_SIGN_OFFS_SHOWN]
    ]
    columns = ("entry", "decision", "signer", "time", "reason", "hash")
    show(
        table([t(f"column.{name}") for name in columns], lines),
        tag("p", t("common.times_in", zone=f.zone_name(session.project().now())), cls="foot"),
    )
