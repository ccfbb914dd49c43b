"""One file a screen; each has a function ``draw()``. Screens reach each other by key, not by import."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping


def register(pages: Mapping[str, st.Page]) -> None:
    """Keeps the pages of this run, so that screens can lead to each other."""
    st.session_state["pages"] = dict(pages)


def page(key: str) -> st.Page:
    """The page of a screen."""
    found: st.Page = st.session_state["pages"][key]
    return found


def go(key: str, **query: str) -> NoReturn:
    """Leads to a screen; ``query`` becomes part of the URL, so that what is shown has an address."""
    st.switch_page(page(key), query_params=query)
