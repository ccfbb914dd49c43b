"""The way from a row, a card or an alarm into the model on the screen, and to what else it names."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from bim_supervise_ui import screens, session
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import limits
from bim_supervise_ui.widgets.html import Markup, join, tag, text

SHOWN = ("element", "checkpoint", "case", "task", "device")
"""What the 3D screen can be asked to show, by its name in the address; the first one named counts."""

_PLACES = {
    "element": "/viewer?element=",
    "task": "/timeline?task=",
    "device": "/evidence?device=",
    "checkpoint": "/checkpoints?id=",
    "case": "/cases?id=",
}


def offer(
    key: str,
    *,
    element: str | None = None,
    task: str | None = None,
    device: str | None = None,
    checkpoint: str | None = None,
    case: str | None = None,
) -> None:
    """A button that shows in 3D the first that is named, of it its elements; none without any of them."""
    named = {"element": element, "checkpoint": checkpoint, "case": case, "task": task, "device": device}
    query = next(({name: value} for name, value in named.items() if value), None)
    if query and st.button(
        t("viewer.show"), type="tertiary", icon=":material/view_in_ar:", key=f"in-model-{key}"
    ):
        screens.go("viewer", **query)


def link(element: str) -> Markup:
    """A GlobalId that leads to its element in 3D."""
    return named("element", element)


def named(kind: str, identity: str, words: str | None = None) -> Markup:
    """What a row is about, leading to where it is shown; a kind that has no place stays as it is."""
    shown = tag("code", identity, cls="id") if words is None else text(words)
    place = _PLACES.get(kind)
    return tag("a", shown, href=f"{place}{quote(identity, safe='')}", target="_self") if place else shown


def subject(key: str) -> Markup:
    """What a verdict is about, e.g. ``task=T1;element=0abc``, every part leading to its place."""
    if key == "project":
        return text(limits.subject(key))
    parts = []
    for part in key.split(";"):
        kind, _, identity = part.partition("=")
        words = limits.task_name(identity) if kind == "task" else None
        parts.append(join((label("subject", kind), " ", named(kind, identity, words))))
    return join(parts, ", ")


def anything(identity: str) -> Markup:
    """An id of which nobody said what it is the id of."""
    return named(session.shared("kinds-of-ids", _kinds, seconds=30.0).get(identity, ""), identity)


def _kinds() -> dict[str, str]:
    project = session.project()
    return {
        **{row.global_id: "element" for row in project.elements()},
        **{row.id: "task" for row in project.tasks()},
        **{row.id: "device" for row in project.devices()},
    }
