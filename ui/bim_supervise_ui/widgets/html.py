"""Markup that shows text as text: every value from the project is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import streamlit as st


class Markup(str):
    """Text that is markup already; everything else is escaped when it is put together."""

    __slots__ = ()


def text(value: Any) -> Markup:
    """``value`` as harmless markup; markup stays what it is, None becomes nothing."""
    if isinstance(value, Markup):
        return value
    return Markup("" if value is None else escape(str(value)))


def join(parts: Iterable[Any], separator: str = "") -> Markup:
    """Parts after each other, escaped where they are not markup."""
    return Markup(separator.join(text(part) for part in parts))


def tag(name: str, /, *parts: Any, cls: str = "", **attributes: Any) -> Markup:
    """An element with escaped content and attributes; ``_`` in attribute names becomes ``-``."""
    pairs = {"class": cls, **attributes}
    written = "".join(
        f' {key.replace("_", "-")}="{escape(str(value))}"'
        for key, value in pairs.items()
        if value not in (None, "")
    )
    return Markup(f"<{name}{written}>{join(parts)}</{name}>")


def show(*parts: Any) -> None:
    """Puts markup on the page; nothing to show puts nothing there."""
    if body := join(parts):
        st.html(body)


def definition(pairs: Sequence[tuple[Any, Any]], cls: str = "kv") -> Markup:
    """A list of terms and values."""
    return tag("dl", *(join((tag("dt", key), tag("dd", value))) for key, value in pairs), cls=cls)


_BROAD = 5
"""With so many columns a table is set as a list of cards on a phone."""


def table(head: Sequence[Any], rows: Iterable[Sequence[Any]], numeric: Sequence[int] = ()) -> Markup:
    """A table; ``numeric`` lists the columns that are set flush right."""
    broad = len(head) >= _BROAD

    def cell(name: str, index: int, value: Any) -> Markup:
        more = {"scope": "col"} if name == "th" else {"data_label": head[index]} if broad else {}
        if broad and name == "td":
            value = tag("div", value) if value not in (None, "") else ""
        return tag(name, value, cls="num" if index in numeric else "", **more)

    header = tag("tr", *(cell("th", index, value) for index, value in enumerate(head)))
    body = [tag("tr", *(cell("td", index, value) for index, value in enumerate(row))) for row in rows]
    return tag(
        "div",
        tag("table", tag("thead", header), tag("tbody", *body), cls=f"grid-table{' broad' if broad else ''}"),
        cls="table-scroll",
        tabindex="0",
    )


def plain(value: Any) -> str:
    """``value`` for Streamlit labels, which read Markdown: every sign that means something is escaped."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|<>~$:&^=" else sign for sign in str(value))
