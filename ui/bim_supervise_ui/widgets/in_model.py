"""The way from a row, a card or an alarm into the model on the screen."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from bim_supervise_ui import screens
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets.html import Markup, tag


def offer(
    key: str, *, element: str | None = None, task: str | None = None, device: str | None = None
) -> None:
    """A button that shows an element, what a task makes, or a device in 3D; none without any of them."""
    named = {"element": element, "task": task, "device": device}
    query = {name: value for name, value in named.items() if value}
    if query and st.button(
        t("viewer.show"), type="tertiary", icon=":material/view_in_ar:", key=f"in-model-{key}"
    ):
        st.session_state.pop("asked", None)  # a dialog that led here is answered
        screens.go("viewer", **query)


def link(element: str) -> Markup:
    """A GlobalId that leads to its element in 3D."""
    return tag("a", tag("code", element, cls="id"), href=f"/viewer?element={quote(element)}", target="_self")
