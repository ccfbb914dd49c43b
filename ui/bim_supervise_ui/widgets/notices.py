"""Notices, empty states and failures: what was wrong, where, and what to do."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise.core.wording import error_sentences
from bim_supervise_ui import session
from bim_supervise_ui.i18n import language, t
from bim_supervise_ui.widgets.html import Markup, join, show, tag

_LOG = logging.getLogger(__name__)


def notice(tone: str, headline: str, body: object = "") -> Markup:
    """A notice of a tone: ``bad``, ``good``, ``wait`` or empty."""
    role = "alert" if tone == "bad" else "status"
    return tag("div", tag("strong", headline), body, cls=f"notice {tone}".strip(), role=role)


def refused(error: SupervisionError) -> None:
    """A red notice: what was refused or failed and where, that nothing was changed, and what to do."""
    headline, advice = error_sentences(error, language(), session.project_catalogue())
    body = [tag("div", t("error.refused"))]
    if advice:
        body.append(tag("div", advice))
    body.append(tag("div", tag("code", error.code, cls="id")))
    show(notice("bad", headline, join(body)))


def failed(error: Exception) -> None:
    """A red notice for a failure nobody foresaw; the log has the details under the number shown."""
    number = secrets.token_hex(3)
    _LOG.error("Screen failed, notice %s", number, exc_info=error)
    show(notice("bad", t("error.unexpected"), t("error.unexpected_hint", number=number)))


def session_ended() -> None:
    """Says that the session has ended and leads to the login page."""
    link = tag("a", t("session.sign_in"), href="/login", target="_self")
    show(notice("wait", t("session.ended"), link))


def empty(headline: str, hint: str = "") -> Markup:
    """An empty state: what is not there and how it comes to be."""
    return tag("div", tag("b", headline), hint, cls="empty")


def good(headline: str, body: object = "") -> None:
    """A green notice."""
    show(notice("good", headline, body))


def remember(headline: str, body: str = "") -> None:
    """Keeps a green notice for the next run, after which the page shows it once."""
    st.session_state["notice"] = (headline, body)


def show_remembered() -> None:
    """Shows a notice kept by ``remember``, once."""
    kept = st.session_state.pop("notice", None)
    if kept:
        good(kept[0], kept[1])
