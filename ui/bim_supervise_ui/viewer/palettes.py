"""Colours of the viewer: told apart with every common kind of colour blindness, also on a ghosted model.

The hues are those of the console (see its theme): a gate and a verdict have the hue of their pills. Nothing
is told by red against green alone, and every colour stands in the legend with its word and its count.
"""

from __future__ import annotations

from collections.abc import Mapping

from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.theme import HUES

GREY, PALE, INK = "#9aa5ad", "#d3d9dd", "#5b6a74"
BLUE, SKY, GREEN, YELLOW = (HUES[name] for name in ("blue", "sky", "green", "yellow"))
ORANGE, VERMILION, WINE = (HUES[name] for name in ("orange", "vermilion", "wine"))

PALETTES: Mapping[str, Mapping[str, str]] = {
    "state": {
        "unlinked": PALE, "future": GREY, "due": YELLOW, "delivered": SKY, "running": ORANGE, "done": BLUE,
        "missing": WINE,
    },
    "float": {
        "none": PALE, "finished": BLUE, "critical": VERMILION, "low": ORANGE, "medium": YELLOW, "high": SKY,
        "undetermined": GREY,
    },
    "late": {
        "none": PALE, "on_time": BLUE, "undetermined": GREY, "late_start": ORANGE, "late_finish": VERMILION,
    },
    "gate": {
        "none": PALE, "released": GREEN, "waived": YELLOW, "not_due": GREY, "notice_running": SKY,
        "waiting_for_signature": BLUE, "waiting_for_evidence": ORANGE, "undetermined": INK,
        "stale": "#ddaa88", "blocked_by_ncr": WINE, "evidence_failed": VERMILION,
    },
    "evidence": {
        "nothing": PALE, "claimed": YELLOW, "accepted": SKY, "corroborated": GREEN, "proven": BLUE,
    },
    "verdict": {"none": PALE, "pass": GREEN, "undetermined": GREY, "fail": VERMILION},
    "trade": {
        "structure": SKY, "reinforcement": VERMILION, "envelope": YELLOW, "finishes": GREEN,
        "services": ORANGE, "other": GREY,
    },
    "time": {"not_yet": GREY, "running": ORANGE, "done": BLUE, "unknown": PALE},
    "difference": {
        "ahead": GREEN, "on_plan": BLUE, "behind": VERMILION, "later": GREY, "unknown": PALE,
    },
}  # fmt: skip
"""Dimension -> code -> colour, in the order of the codes that the project hands out."""


def palettes() -> dict[str, list[dict[str, str]]]:
    """All palettes with their words in the session's language."""
    return {
        dimension: [
            {"code": code, "label": _word(dimension, code), "color": color} for code, color in colors.items()
        ]
        for dimension, colors in PALETTES.items()
    }


def _word(dimension: str, code: str) -> str:
    if dimension == "gate" and code not in ("none",):
        return label("state", code)
    if dimension == "verdict" and code != "none":
        return label("outcome", code)
    return t(f"look_{dimension}.{code}")
