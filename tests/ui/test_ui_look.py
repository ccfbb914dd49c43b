"""The look: text is readable on its ground, states stay apart for colour-blind eyes, words are there."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import combinations

import numpy as np
import pytest
from bim_supervise_ui.i18n import own_catalogue
from bim_supervise_ui.theme import DARK, HUES, LIGHT, Palette
from bim_supervise_ui.viewer.palettes import PALETTES

from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.core.catalogue import LANGUAGES

READABLE = 4.5
"""WCAG 2.1 AA for running text."""
APART = 7.0
"""Least distance (Oklab x 100) of two states; two neighbouring greys of the console are 4 apart."""

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
EYES = {
    "all": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def linear(color: str) -> np.ndarray:
    channel = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


def contrast(one: str, two: str) -> float:
    light = [float(linear(color) @ [0.2126, 0.7152, 0.0722]) + 0.05 for color in (one, two)]
    return max(light) / min(light)


def oklab(rgb: np.ndarray) -> np.ndarray:
    cones = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ np.clip(rgb, 0, 1)
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )


def test_contrast_and_colour_difference_follow_their_definitions() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert oklab(linear("#ffffff")) == pytest.approx([1, 0, 0], abs=1e-3)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_colour_is_readable_on_every_ground_it_stands_on(palette: Palette) -> None:
    grounds = (palette.paper, palette.card)
    pairs = [(getattr(palette, ink), ground) for ink in ("ink", "soft", "faint") for ground in grounds]
    pairs += [(getattr(palette, tone), ground) for tone in TONES for ground in grounds]
    pairs += [(getattr(palette, tone), getattr(palette, f"{tone}_soft")) for tone in TONES]
    pairs += [(palette.on_alarm, palette.alarm), (palette.card, palette.accent)]
    pairs += [(palette.ink, palette.raised), (palette.soft, palette.raised)]
    pairs += [(palette.side_ink, palette.side), (palette.side_soft, palette.side)]
    pairs += [(palette.side_ink, palette.side_raised), (palette.side_accent, palette.side)]
    poor = [(*pair, round(contrast(*pair), 2)) for pair in pairs if contrast(*pair) < READABLE]
    assert poor == []


def test_pages_outside_the_console_have_no_hue_of_their_own() -> None:
    known = {getattr(palette, name) for palette in (LIGHT, DARK) for name in Palette.__slots__}
    ui, pages = files("bim_supervise_ui"), files("bim_supervise.server") / "pages"
    dressed = [pages / name for name in ("login.html", "field.html", "field.css")]
    dressed += [ui / "assets" / name for name in ("console.css", "mark.svg", "wordmark.svg")]
    for file in dressed:
        used = re.findall(r"(?:#|%23)([0-9a-fA-F]{3,8})\b", file.read_text("utf-8"))
        assert {f"#{hue}" for hue in used} <= known, file.name


def test_the_name_in_the_logo_needs_no_font() -> None:
    assert "<text" not in (files("bim_supervise_ui") / "assets" / "wordmark.svg").read_text("utf-8")


TONES = ("accent", "good", "bad", "wait", "info", "mute")


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_states_stay_apart_for_every_eye(palette: Palette, eyes: str) -> None:
    seen = {
        tone: oklab(EYES[eyes] @ linear(getattr(palette, tone))) for tone in ("good", "bad", "wait", "info")
    }
    for one, two in combinations(seen, 2):
        assert 100 * np.linalg.norm(seen[one] - seen[two]) > APART, (one, two)


def test_a_state_has_the_same_hue_on_a_pill_and_on_an_element() -> None:
    gate, verdict = PALETTES["gate"], PALETTES["verdict"]
    shared = {
        "good": (gate["released"], verdict["pass"], HUES["green"]),
        "bad": (gate["evidence_failed"], verdict["fail"], HUES["vermilion"]),
        "info": (gate["waiting_for_signature"], HUES["blue"]),
        "wait": (gate["waiting_for_evidence"], HUES["orange"]),
    }
    for tone, hues in shared.items():
        assert len(set(hues)) == 1, tone
        for palette in (LIGHT, DARK):
            nearest = min(
                ("green", "vermilion", "orange", "blue"), key=lambda name: _turn(palette, tone, name)
            )
            assert HUES[nearest] == hues[-1], (tone, nearest)


def _turn(palette: Palette, tone: str, hue: str) -> float:
    """How far apart two hues are on the colour circle [rad]."""
    one, two = (oklab(linear(color))[1:] for color in (getattr(palette, tone), HUES[hue]))
    angle = np.arctan2(one[1], one[0]) - np.arctan2(two[1], two[0])
    return abs(float((angle + np.pi) % (2 * np.pi) - np.pi))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_a_shipped_pack_has_a_word(language: str) -> None:
    catalogue = own_catalogue()
    missing = [
        kind.key
        for kind in load_packs().kinds
        if catalogue.text(f"observation.{kind.key}", language) == f"observation.{kind.key}"
    ]
    assert missing == []
