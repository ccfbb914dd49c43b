"""A plan of the site as drawn markup: outlines of spaces, and the devices where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bim_supervise.api.views import DeviceView
from bim_supervise_ui.widgets.html import Markup, join, tag

_TONES = {"live": "good", "silent": "wait", "distrusted": "bad", "never": "mute"}
_WIDTH = 640.0


def site_map(
    spaces: Sequence[Any], devices: Sequence[DeviceView], states: Mapping[str, str], description: str
) -> Markup | None:
    """The plan as SVG, or None when neither a space nor a device has a place.

    Args:
        spaces: spaces with ``name`` and ``polygon`` (exterior ring of (x, y) [m], project coordinates).
        devices: devices; those with a position [m] are drawn.
        states: words of the device states.
        description: what the drawing shows, for screen readers.
    """
    rings = [(space.name, space.polygon) for space in spaces if space.polygon]
    placed = [(device, device.position) for device in devices if device.position]
    points = [point for _, ring in rings for point in ring] + [(at[0], at[1]) for _, at in placed]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    size = max(east - west, north - south, 1.0)
    margin = size * 0.05
    scale = _WIDTH / (east - west + 2 * margin)
    height = (north - south + 2 * margin) * scale

    def place(x: float, y: float) -> tuple[float, float]:
        return (x - west + margin) * scale, (north + margin - y) * scale

    # Large outlines first, so that small spaces lie on top and their names stay readable.
    rings.sort(key=lambda item: -_area(item[1]))
    outlines = [_outline(name, [place(*point) for point in ring]) for name, ring in rings]
    signs = [_sign(device, place(at[0], at[1]), states) for device, at in placed]
    bar = _scale_bar(size, scale, height)
    return tag(
        "svg",
        tag("title", description),
        join(outlines),
        join(signs),
        bar,
        viewBox=f"0 0 {_WIDTH:.0f} {height + 26:.0f}",
        role="img",
        style="width:100%;height:auto;max-height:560px;display:block",
    )


def _area(ring: Sequence[tuple[float, float]]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def _outline(name: str, ring: Sequence[tuple[float, float]]) -> Markup:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in ring)
    left, top = min(x for x, _ in ring), min(y for _, y in ring)
    return join(
        (
            tag(
                "polygon",
                tag("title", name),
                points=path,
                style="fill:var(--raised);stroke:var(--faint);stroke-width:1.2;fill-opacity:.75",
            ),
            tag(
                "text",
                name,
                x=f"{left + 6:.1f}",
                y=f"{top + 15:.1f}",
                style="font-size:12px;fill:var(--soft)",
            ),
        )
    )


def _sign(device: DeviceView, at: tuple[float, float], states: Mapping[str, str]) -> Markup:
    x, y = at
    tone = f"var(--{_TONES.get(device.state, 'mute')})"
    words = f"{device.name or device.id}: {states.get(device.state, device.state)}"
    body = f"fill:{tone}" if device.state == "live" else f"fill:var(--card);stroke:{tone};stroke-width:3"
    shape = (
        tag("rect", x=f"{x - 6:.1f}", y=f"{y - 6:.1f}", width="12", height="12", style=body)
        if device.life_safety
        else tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="6", style=body)
    )
    return tag("g", tag("title", words), shape)


def _scale_bar(size: float, scale: float, height: float) -> Markup:
    length = next((step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if step >= size / 8), 1000)
    y = height + 14
    end = 8 + length * scale
    return tag(
        "g",
        tag(
            "path", d=f"M8 {y - 4:.0f}v4H{end:.1f}v-4", style="fill:none;stroke:var(--soft);stroke-width:1.2"
        ),
        tag(
            "text",
            f"{length} m",
            x=f"{end + 6:.1f}",
            y=f"{y + 1:.0f}",
            style="font-size:11px;fill:var(--soft)",
        ),
    )
