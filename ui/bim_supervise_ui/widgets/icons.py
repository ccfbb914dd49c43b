"""Small drawn signs that stand beside words; decoration for the eye, hidden from screen readers."""

from __future__ import annotations

_PATHS = {
    "pass": '<path d="M3 8.5l3.2 3.2L13 5"/>',
    "fail": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "unknown": '<path d="M5.5 6a2.5 2.5 0 114 2c-1 .7-1.5 1.2-1.5 2.2M8 12.8v.4"/>',
    "wait": '<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.2l2 1.3"/>',
    "sign": '<path d="M3 12.5h10M4 10l6-6 2 2-6 6H4z"/>',
    "open": '<path d="M3 13V3h7v10M10 13h3V6h-3M7.5 8v.5"/>',
    "shut": '<rect x="3.5" y="7" width="9" height="6"/><path d="M5.5 7V5a2.5 2.5 0 015 0v2"/>',
    "stale": '<path d="M13 8a5 5 0 11-1.5-3.5M13 2.5V5h-2.5"/>',
    "alarm": '<path d="M8 2.5l6 10.5H2zM8 6.5v3M8 11.2v.3"/>',
    "life": '<path d="M8 13.5S2.5 10 2.5 6.3A2.8 2.8 0 018 5a2.8 2.8 0 015.5 1.3C13.5 10 8 13.5 8 13.5z"/>',
    "late": '<path d="M4 2.5h8M4 13.5h8M5 2.5c0 3 3 4 3 5.5s-3 2.5-3 5.5M11 2.5c0 3-3 4-3 5.5s3 2.5 3 5.5"/>',
    "none": '<path d="M4 8h8"/>',
    "live": '<circle cx="8" cy="8" r="2"/><path d="M4.5 4.5a5 5 0 000 7M11.5 4.5a5 5 0 010 7"/>',
    "silent": '<circle cx="8" cy="8" r="2"/><path d="M3 3l10 10"/>',
    "done": '<path d="M2.5 8.5l2.8 2.8L10 5.5M8 10.5l1 1L14 5.5"/>',
}


def icon(name: str) -> str:
    """The SVG of a sign; an unknown name gives the neutral dash."""
    path = _PATHS.get(name, _PATHS["none"])
    return (
        '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" '
        f'stroke-linejoin="round" aria-hidden="true">{path}</svg>'
    )
