"""Small drawn signs that stand beside words; decoration for the eye, hidden from screen readers.

They are CSS masks and take the colour of the text around them: markup on the page may hold no SVG.
"""

from __future__ import annotations

from urllib.parse import quote

from bim_supervise_ui.widgets.html import Markup

_PATHS = {
    "pass": "M3 8.5l3.2 3.2L13 5",
    "fail": "M4 4l8 8M12 4l-8 8",
    "unknown": "M5.5 6a2.5 2.5 0 1 1 4 2c-1 .7-1.5 1.2-1.5 2.2M8 12.8v.4",
    "wait": "M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3.2l2 1.3",
    "sign": "M3 13.5h10M4 10.5l6-6 2 2-6 6H4z",
    "open": "M3.5 7h9v6h-9zM5.5 7V5a2.5 2.5 0 0 1 4.6-1.3",
    "shut": "M3.5 7h9v6h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
    "stale": "M13 8a5 5 0 1 1-1.5-3.5M13 2.5V5h-2.5",
    "alarm": "M8 2.5l6 10.5H2zM8 6.5v3M8 11.2v.3",
    "life": "M8 13.5S2.5 10 2.5 6.3A2.8 2.8 0 0 1 8 5a2.8 2.8 0 0 1 5.5 1.3C13.5 10 8 13.5 8 13.5z",
    "late": "M4 2.5h8M4 13.5h8M5 2.5c0 3 3 4 3 5.5s-3 2.5-3 5.5M11 2.5c0 3-3 4-3 5.5s3 2.5 3 5.5",
    "none": "M4 8h8",
    "live": "M8 6.5a1.5 1.5 0 1 0 .01 0M4.5 4.5a5 5 0 0 0 0 7M11.5 4.5a5 5 0 0 1 0 7",
    "silent": "M8 6.5a1.5 1.5 0 1 0 .01 0M3 3l10 10",
    "done": "M1.5 8.5l2.8 2.8L9 5.5M7.5 10.5l1 1L14 5.5",
}


def icon(name: str) -> Markup:
    """The markup of a sign; an unknown name gives the neutral dash."""
    known = name if name in _PATHS else "none"
    return Markup(f'<i class="ic ic-{known}" aria-hidden="true"></i>')


def mask(drawing: str) -> str:
    """An SVG document as a CSS image."""
    return f"url('data:image/svg+xml,{quote(drawing, safe=' =:/')}')"


def icon_css() -> str:
    """The rules that give every sign its shape."""
    rules = [
        ".ic{display:inline-block;width:13px;height:13px;flex:none;background:currentColor;"
        "mask:var(--sign) center/contain no-repeat}"
    ]
    for name, path in _PATHS.items():
        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#000" '
            f'stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
        )
        rules.append(f".ic-{name}{{--sign:{mask(drawing)}}}")
    return "\n".join(rules)
