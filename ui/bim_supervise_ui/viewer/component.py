"""Mounts the viewer. Its program is loaded by address, once a page, behind the same session as everything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

_NAME = "bim-supervise.viewer"

_LOADER = """
const program = import(new URL({address}, location.origin).href);
export default function (component) {{
  let leave;
  const mounted = program.then((viewer) => {{ leave = viewer.default(component); }});
  return () => {{ mounted.then(() => leave && leave()); }};
}}
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person did in the viewer in this run; None where nothing happened."""

    marker: Mapping[str, Any] | None
    viewpoint: Mapping[str, Any] | None


def built() -> bool:
    """Whether the viewer's program was built into this installation."""
    return (files("bim_supervise_ui") / "assets" / "viewer" / "viewer.js").is_file()


@cache
def _component() -> Any:
    folder = files("bim_supervise_ui") / "assets" / "viewer"
    version = hashlib.sha256((folder / "viewer.js").read_bytes()).hexdigest()[:16]
    return st.components.v2.component(
        _NAME,
        js=_LOADER.format(address=json.dumps(f"/shapes/program/{version}/viewer.js")),
        # A text without line breaks would be taken for the name of a file.
        css=(folder / "viewer.css").read_text("utf-8").replace("}", "}\n"),
    )


def mount(
    data: Mapping[str, Any], *, key: str, height: int, picked: Callable[[Mapping[str, Any]], None]
) -> Said:
    """Draws the viewer with ``data`` (see ``ViewerData`` in its types) at a height [px].

    ``picked`` takes what was clicked before the run that follows, so that ``data`` knows of it.
    """

    def clicked() -> None:
        said = st.session_state[key].get("picked")
        if said is not None:
            picked(said)

    said = _component()(
        key=key,
        data=data,
        height=height,
        on_picked_change=clicked,
        on_marker_change=_nothing,
        on_viewpoint_change=_nothing,
    )
    return Said(marker=said.get("marker"), viewpoint=said.get("viewpoint"))


def _nothing() -> None:
    """What was said is read from the result of the run."""
