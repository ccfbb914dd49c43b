"""The words that the viewer's own controls say."""

from __future__ import annotations

from bim_supervise_ui.i18n import t

WORDS = (
    "canvas", "tools", "legend", "by", "by_state", "by_evidence", "by_gate", "by_verdict", "by_late",
    "by_float", "by_trade", "by_storey", "no_storey", "fit", "look_from", "look_iso", "look_top",
    "look_front", "look_back", "look_left", "look_right", "hide", "isolate", "ghost", "all", "section",
    "cut_low", "cut_high", "cut_storey", "cut_selected", "cut_off", "measure", "measure_first",
    "measure_second", "time", "time_slider", "time_shows", "play", "pause", "speed", "close",
    "play_planned", "play_actual", "play_proven", "play_difference", "play_side_by_side", "snapshot",
    "viewpoint", "link", "link_copied", "link_shown", "selected_many", "loading", "loading_share",
    "session_ended", "load_failed", "context_lost",
)  # fmt: skip
"""Names the program asks for; in the catalogue they stand under ``viewer``."""


def all_words() -> dict[str, str]:
    """The words in the session's language; values in braces are filled in by the program."""
    return {name: t(f"viewer.{name}") for name in WORDS}
