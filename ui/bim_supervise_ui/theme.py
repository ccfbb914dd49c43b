"""The look of the console: one palette for Streamlit's own widgets, for our markup and for charts.

Colour is restrained: ink on paper, one petrol accent, and a status hue only where something is decided.
Every status is also told by an icon and a word, so that colour is never the only sign.

Good, bad, waiting and informing are shades of the four hues that the viewer paints with (``HUES``), so that a
colour means the same on a pill and on an element; they stay apart with every common kind of colour blindness.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Mode = Literal["light", "dark"]

FONT = "'Source Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'Segoe UI', sans-serif"
CODE_FONT = "'Source Code', 'Noto Sans Mono CJK SC', Consolas, monospace"


HUES = {
    "green": "#009e73", "vermilion": "#d55e00", "orange": "#e69f00", "blue": "#0072b2", "sky": "#56b4e9",
    "yellow": "#f0e442", "purple": "#aa4499", "wine": "#882255",
}  # fmt: skip
"""Full hues of two published schemes for colour-blind readers (Okabe and Ito; Tol)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Named colours of one mode; every value is a CSS hex colour."""

    paper: str
    card: str
    raised: str
    ink: str
    soft: str
    faint: str
    line: str
    accent: str
    accent_soft: str
    good: str
    good_soft: str
    bad: str
    bad_soft: str
    alarm: str
    on_alarm: str
    wait: str
    wait_soft: str
    info: str
    info_soft: str
    mute: str
    mute_soft: str
    side: str
    side_raised: str
    side_ink: str
    side_soft: str
    side_line: str
    side_accent: str


LIGHT = Palette(
    paper="#f3f5f6",
    card="#ffffff",
    raised="#eef2f3",
    ink="#17222b",
    soft="#54646f",
    faint="#62717c",
    line="#d8dfe3",
    accent="#0b6470",
    accent_soft="#dcecee",
    good="#00694f",
    good_soft="#d9f0e8",
    bad="#8e1207",
    bad_soft="#fbe4df",
    alarm="#8e1207",
    on_alarm="#ffffff",
    wait="#946000",
    wait_soft="#fbf0d6",
    info="#1f57a4",
    info_soft="#e0ebf8",
    mute="#54646f",
    mute_soft="#e6ebee",
    side="#12222a",
    side_raised="#1c313b",
    side_ink="#dfe9ed",
    side_soft="#93aab4",
    side_line="#263c46",
    side_accent="#4fb3bf",
)

DARK = Palette(
    paper="#0e151a",
    card="#151e25",
    raised="#1b262e",
    ink="#dbe5ea",
    soft="#9badb8",
    faint="#8496a1",
    line="#27343d",
    accent="#4fb3bf",
    accent_soft="#143238",
    good="#4fc9a4",
    good_soft="#10332a",
    bad="#ff8a6b",
    bad_soft="#3d1c14",
    alarm="#8e1207",
    on_alarm="#ffffff",
    wait="#f0c659",
    wait_soft="#362b12",
    info="#84b3f5",
    info_soft="#172b46",
    mute="#9badb8",
    mute_soft="#222e36",
    side="#0a1115",
    side_raised="#16222a",
    side_ink="#d5e1e6",
    side_soft="#8399a3",
    side_line="#1d2a32",
    side_accent="#4fb3bf",
)


def palette(mode: Mode) -> Palette:
    """The palette of a mode, for charts (which cannot read CSS)."""
    return DARK if mode == "dark" else LIGHT


def _mode_options(mode: Mode) -> dict[str, Any]:
    p = palette(mode)
    return {
        f"theme.{mode}.primaryColor": p.accent,
        f"theme.{mode}.backgroundColor": p.paper,
        f"theme.{mode}.secondaryBackgroundColor": p.card,
        f"theme.{mode}.textColor": p.ink,
        f"theme.{mode}.borderColor": p.line,
        f"theme.{mode}.linkColor": p.accent,
        f"theme.{mode}.codeBackgroundColor": p.raised,
        f"theme.{mode}.codeTextColor": p.ink,
        f"theme.{mode}.dataframeBorderColor": p.line,
        f"theme.{mode}.dataframeHeaderBackgroundColor": p.raised,
        f"theme.{mode}.dataframeHeaderTextColor": p.soft,
        f"theme.{mode}.greenColor": p.good,
        f"theme.{mode}.redColor": p.bad,
        f"theme.{mode}.orangeColor": p.wait,
        f"theme.{mode}.blueColor": p.info,
        f"theme.{mode}.grayColor": p.mute,
        f"theme.{mode}.chartCategoricalColors": [p.accent, p.wait, p.info, p.good, p.bad, p.mute],
        f"theme.{mode}.sidebar.backgroundColor": p.side,
        f"theme.{mode}.sidebar.secondaryBackgroundColor": p.side_raised,
        f"theme.{mode}.sidebar.textColor": p.side_ink,
        f"theme.{mode}.sidebar.borderColor": p.side_line,
        f"theme.{mode}.sidebar.primaryColor": p.side_accent,
        f"theme.{mode}.sidebar.linkColor": p.side_accent,
    }


def streamlit_options() -> dict[str, Any]:
    """Configuration options that carry the look; the server sets them before it starts."""
    return {
        "theme.font": FONT,
        "theme.headingFont": FONT,
        "theme.codeFont": CODE_FONT,
        "theme.baseFontSize": 14,
        "theme.baseRadius": "4px",
        "theme.buttonRadius": "4px",
        "theme.headingFontSizes": ["22px", "17px", "15px", "14px", "13px", "13px"],
        "theme.headingFontWeights": [600, 600, 600, 600, 600, 600],
        "theme.metricValueFontSize": "22px",
        "theme.showWidgetBorder": True,
        "theme.showSidebarBorder": False,
        **_mode_options("light"),
        **_mode_options("dark"),
    }


@cache
def _stylesheet() -> str:
    return (files("bim_supervise_ui") / "assets" / "console.css").read_text("utf-8")


def css(mode: Mode) -> str:
    """The whole stylesheet: palette as custom properties of both modes, then the rules.

    ``light-dark()`` picks by the colour scheme of the place; parts drawn outside the app's root (menus,
    dialogs) take it from ``mode``.
    """
    names = [name for name in Palette.__slots__ if not name.startswith("side")]
    pairs = [
        f"--{name.replace('_', '-')}:light-dark({getattr(LIGHT, name)},{getattr(DARK, name)})"
        for name in names
    ]
    side = [
        f"--{name.replace('_', '-')}:light-dark({getattr(LIGHT, name)},{getattr(DARK, name)})"
        for name in Palette.__slots__
        if name.startswith("side")
    ]
    return f":root{{color-scheme:{mode};{';'.join(pairs + side)}}}\n{_stylesheet()}"
