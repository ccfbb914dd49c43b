"""The sample site: a pump station in a pit under a dome, with its plan, people, instruments and story."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

from bim_supervise_sample.paths import (
    checkpoints_path,
    devices_path,
    history_path,
    model_path,
    people_path,
    rules_path,
)
from bim_supervise_sample.site import CURRENCY, END, PROJECT_NAME, SITE, START, TIMEZONE
from bim_supervise_sample.story import SIGN_OFFS, SignOff

__all__ = [
    "CURRENCY",
    "END",
    "PROJECT_NAME",
    "SITE",
    "START",
    "TIMEZONE",
    "SignOff",
    "checkpoints_path",
    "devices_path",
    "history_path",
    "model_path",
    "people",
    "people_path",
    "rules_path",
    "sign_offs",
]


def people() -> list[dict[str, Any]]:
    """The people of the demo.

    Each has ``name``, ``display_name``, ``language`` and ``appointments`` (``capacity``, ``from``,
    perhaps ``to`` and ``certificate``).
    """
    text = files("bim_supervise_sample").joinpath("people.yaml").read_text("utf-8")
    rows: list[dict[str, Any]] = yaml.safe_load(text)["people"]
    return rows


def sign_offs() -> tuple[SignOff, ...]:
    """What the people of the story sign when, for a player that acts for them; oldest first."""
    return SIGN_OFFS
