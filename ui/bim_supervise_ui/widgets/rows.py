"""Rows that open something: the whole row is one button, for mouse, finger and keyboard."""

from __future__ import annotations

import re

import streamlit as st

from bim_supervise_ui.widgets.html import Markup, join, plain, show, tag


def row_key(*parts: str) -> str:
    """A key that is safe as a CSS class and still unique."""
    return "row-" + "-".join(re.sub(r"[^A-Za-z0-9]", lambda m: f"_{ord(m[0]):x}", part) for part in parts)


def content(
    what: object, *, meta: object = "", side: object = "", lead: object = "", full: object = ""
) -> Markup:
    """The content of a row: a lead (pills), what it is, something about it, and figures at the right."""
    return join(
        (
            tag("span", lead, cls="lead") if lead else "",
            tag(
                "span",
                tag("b", what),
                " ",
                tag("span", meta, cls="meta") if meta else "",
                tag("span", full, cls="full") if full else "",
                cls="what",
            ),
            tag("span", side, cls="side") if side else "",
        )
    )


def opening(key: str, label: str, inner: Markup) -> bool:
    """A row that opens something; true in the run after it was chosen.

    Args:
        key: unique within the page; use ``row_key``.
        label: what screen readers say, e.g. "Open formwork hold point".
        inner: what the row shows.
    """
    with st.container(key=key):
        show(tag("div", inner, cls="row"))
        return st.button(plain(label), key=f"open-{key}", width="stretch")
