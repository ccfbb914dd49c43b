"""A plan of the site as markup: outlines of spaces, and the devices where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bim_supervise.api.views import DeviceView
from bim_supervise_ui.widgets.html import Markup, join, tag
from bim_supervise_ui.widgets.icons import mask

Ring = Sequence[tuple[float, float]]
_UNITS = 1000.0
"""Width of the drawing in its own units."""
_LETTER, _LINE = 12.5, 40.0
"""Room a letter and a line of a name take, in the same units, on a drawing about 480 px wide."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """How site metres become drawing units; y grows downwards in the drawing."""

    west: float
    north: float
    scale: float
    height: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.west) * self.scale, (self.north - y) * self.scale

    def at(self, x: float, y: float) -> str:
        left, top = self.place(x, y)
        return f"left:{left / _UNITS * 100:.2f}%;top:{top / self.height * 100:.2f}%"


def site_map(
    spaces: Sequence[Any], devices: Sequence[DeviceView], states: Mapping[str, str], description: str
) -> Markup | None:
    """The plan as markup, or None when neither a space nor a device has a place.

    Args:
        spaces: spaces with ``name`` and ``polygon`` (exterior ring of (x, y) [m], project coordinates).
        devices: devices; those with a position [m] are drawn.
        states: words of the device states.
        description: what the drawing shows, for screen readers.
    """
    rings: list[tuple[str, Ring]] = [(space.name, space.polygon) for space in spaces if space.polygon]
    placed = [(device, device.position) for device in devices if device.position]
    points = [point for _, ring in rings for point in ring] + [(at[0], at[1]) for _, at in placed]
    if not points:
        return None
    frame = _framed(points)
    rings.sort(key=lambda item: -_area(item[1]))
    return tag(
        "figure",
        _layer(frame, rings, "fill"),
        _layer(frame, rings, "line"),
        join(_names(frame, rings)),
        join(_sign(frame, device, at, states) for device, at in placed),
        _scale_bar(frame),
        cls="site-map",
        role="group",
        aria_label=description,
        style=f"aspect-ratio:{_UNITS / frame.height:.4f}",
    )


def _framed(points: Sequence[tuple[float, float]]) -> _Frame:
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    margin = max(east - west, north - south, 1.0) * 0.05
    scale = _UNITS / (east - west + 2 * margin)
    return _Frame(west - margin, north + margin, scale, (north - south + 2 * margin) * scale)


def _area(ring: Ring) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def _layer(frame: _Frame, rings: Sequence[tuple[str, Ring]], kind: str) -> Markup:
    """All outlines as one mask, so that the page's own colours fill them in either theme."""
    style = (
        'fill="#000" fill-opacity=".5"'
        if kind == "fill"
        else 'fill="none" stroke="#000" stroke-width="1.6" vector-effect="non-scaling-stroke"'
    )
    shapes = "".join(f'<polygon points="{_path(frame, ring)}" {style}/>' for _, ring in rings)
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_UNITS:.0f} {frame.height:.1f}" '
        f'preserveAspectRatio="none">{shapes}</svg>'
    )
    return tag("i", cls=f"map-{kind}", style=f"mask-image:{mask(drawing)}", aria_hidden="true")


def _path(frame: _Frame, ring: Ring) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in (frame.place(*point) for point in ring))


def _names(frame: _Frame, rings: Sequence[tuple[str, Ring]]) -> Iterator[Markup]:
    """Names inside their outlines where there is room: small spaces first, none over another."""
    taken: list[tuple[float, float, float, float]] = []
    for name, ring in reversed(rings):
        corners = [frame.place(*point) for point in ring]
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        top, bottom = min(y for _, y in corners), max(y for _, y in corners)
        width = sum(2.0 if ord(sign) > 255 else 1.1 for sign in name) * _LETTER + 16
        places = [(left, top), (left, bottom - _LINE), (right - width, top), (right - width, bottom - _LINE)]
        for x, y in places:
            box = (max(0.0, min(x, _UNITS - width)), y, max(0.0, min(x, _UNITS - width)) + width, y + _LINE)
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                at = f"left:{box[0] / _UNITS * 100:.2f}%;top:{box[1] / frame.height * 100:.2f}%"
                yield tag("span", name, cls="map-name", style=at)
                break


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _sign(
    frame: _Frame, device: DeviceView, at: tuple[float, float, float], states: Mapping[str, str]
) -> Markup:
    words = f"{device.name or device.id}: {states.get(device.state, device.state)}"
    shape = " square" if device.life_safety else ""
    return tag(
        "a",
        cls=f"map-sign {device.state}{shape}",
        style=frame.at(at[0], at[1]),
        title=words,
        aria_label=words,
        href=f"/evidence?device={quote(device.id, safe='')}",
        target="_self",
    )


def _scale_bar(frame: _Frame) -> Markup:
    wide = _UNITS / frame.scale
    length = next((step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if step >= wide / 9), 1000)
    return tag(
        "span", f"{length} m", cls="map-scale", style=f"width:{length * frame.scale / _UNITS * 100:.2f}%"
    )
