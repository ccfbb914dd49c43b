"""A storey from above as a drawing that can be tapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from bim_supervise.api.storey_plans import PlanElement

GRAVE = frozenset({"evidence_failed", "blocked_by_ncr", "missing", "fail", "late_finish"})
"""Codes whose elements get a heavier line, so that colour is not the only sign."""
_MARGIN = 0.03


@cache
def _component() -> Any:
    assets = files("bim_supervise_ui") / "assets"
    return st.components.v2.component(
        "bim-supervise.storey-plan",
        html='<div class="storey-plan"></div>',
        js=(assets / "storey_plan.js").read_text("utf-8"),
        css=(assets / "storey_plan.css").read_text("utf-8"),
    )


def drawing(
    elements: Sequence[PlanElement],
    dimension: str,
    colors: Mapping[str, str],
    named: Mapping[str, str],
) -> dict[str, Any]:
    """What the component draws: the view [m, y downwards] and a path for each element.

    Args:
        elements: at least one.
        dimension: what they are coloured by.
        colors: code -> colour.
        named: code -> word, which stands in the label of each element.
    """
    across = [x for item in elements for ring in item.rings for x, _ in ring]
    along = [-y for item in elements for ring in item.rings for _, y in ring]
    left, top = min(across), min(along)
    wide, high = max(max(across) - left, 0.1), max(max(along) - top, 0.1)
    margin = max(wide, high) * _MARGIN
    return {
        "view": [left - margin, top - margin, wide + 2 * margin, high + 2 * margin],
        "shapes": [
            {
                "id": item.global_id,
                "d": "".join(_path(ring) for ring in item.rings),
                "color": colors[item.codes[dimension]],
                "label": f"{item.name}: {named[item.codes[dimension]]}",
                "grave": item.codes[dimension] in GRAVE,
                "box": item.box,
            }
            for item in elements
        ],
    }


def mount(data: Mapping[str, Any], *, key: str) -> str | None:
    """Draws the plan; the GlobalId of what was tapped in this run."""
    said = _component()(key=key, data=data, on_picked_change=_nothing)
    picked = said.get("picked")
    return str(picked["id"]) if picked else None


def _path(ring: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.3f} {-y:.3f}" for x, y in ring) + "Z"


def _nothing() -> None:
    """What was tapped is read from the result of the run."""
