"""The head of a page and the live parts below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import freshness, notices
from bim_supervise_ui.widgets.html import Markup, join, show, tag


def head(title: str, subtitle: str = "") -> None:
    """Title, one sentence of purpose, and a badge with the moment the figures hold for."""

    def draw() -> None:
        fresh = session.project().freshness()
        show(
            freshness.greying(fresh),
            tag(
                "header",
                tag("h1", title),
                tag("span", subtitle, cls="sub"),
                freshness.badge(fresh),
                cls="page-head",
            ),
        )

    live(draw, "head")
    notices.show_remembered()


def live(draw: Callable[[], None], key: str, every_s: float = freshness.LIVE_EVERY_S) -> None:
    """Draws a part again and again without reloading the page; stops at the end of the session."""

    def part() -> None:
        guarded(draw)

    st.fragment(part, run_every=every_s, key=f"live-{key}")()


def guarded(draw: Callable[[], None]) -> None:
    """Draws for a person with a session; failures become red notices instead of half a page."""
    session.require_user()
    try:
        draw()
    except SupervisionError as error:
        notices.refused(error)
    except Exception as error:
        # The person sees a number, the log the traceback: a screen never shows code.
        notices.failed(error)


def section(title: str, small: str = "") -> None:
    """The title of a section, with a few words beside it."""
    show(section_title(title, small))


def section_title(title: str, small: str = "") -> Markup:
    """The title of a section as markup."""
    return tag("h2", title, tag("small", small) if small else "", cls="section-title")


def card(title: str, *parts: Any, small: str = "", cls: str = "") -> Markup:
    """A card with a title."""
    heading = tag("h2", tag("span", title), tag("small", small) if small else "")
    return tag("section", heading, join(parts), cls=f"card {cls}".strip())


_OPEN = "open"


def opens(action: str, subject: str) -> dict[str, str]:
    """The part of an address that opens a dialog about a subject."""
    return {_OPEN: f"{action}:{subject}"}


def ask(action: str, subject: str) -> None:
    """Opens a dialog on the next run of the whole page, where live parts cannot close it."""
    st.query_params.update(opens(action, subject))
    st.rerun()


def asked(action: str) -> str | None:
    """The subject a dialog was asked for, or None."""
    wanted, _, subject = st.query_params.get(_OPEN, "").partition(":")
    return subject if wanted == action and subject else None


def answered() -> None:
    """Closes the dialog."""
    st.query_params.pop(_OPEN, None)


def unknown() -> Markup:
    """An em dash that says *undetermined* to whoever asks."""
    return tag("span", "—", cls="unknown", title=t("common.undetermined"))
