"""Charts for print: Vega-Lite specifications to SVG, in the documents' own font, without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pylopdf_fonts_zh_cn
import vl_convert

FONT = "Noto Sans SC"
COLOURS = ("#0b6e99", "#c4590a", "#3f7d20", "#7a3e9d", "#8a6d00", "#5b6675")
"""Distinguishable in print and for colour-blind readers; grey last."""

_CONFIG = {
    "font": FONT,
    "background": "white",
    "axis": {"labelFontSize": 10, "titleFontSize": 10, "titleFontWeight": "normal", "gridColor": "#e3e7ec"},
    "legend": {"labelFontSize": 10, "titleFontSize": 10, "titleFontWeight": "normal", "orient": "top"},
    "range": {"category": list(COLOURS)},
    "view": {"stroke": None},
}


def plot_svg(spec: Mapping[str, Any]) -> str:
    """The SVG text of a Vega-Lite specification; its data must be inside, nothing is fetched."""
    _fonts_known()
    full = {"width": 620, "height": 220, **spec, "config": _CONFIG | dict(spec.get("config", {}))}
    return str(vl_convert.vegalite_to_svg(full, allowed_base_urls=[]))


@cache
def _fonts_known() -> None:
    vl_convert.register_font_directory(str(pylopdf_fonts_zh_cn.sans_path().parent))


def line_plot(
    series: Mapping[str, Sequence[tuple[str, float | None]]], *, y_title: str, limit: float | None = None
) -> dict[str, Any]:
    """Lines over site days or times.

    Args:
        series: by name, pairs of ISO 8601 site wall time and value; a gap (None) is drawn as a gap.
        y_title: quantity and unit.
        limit: drawn as a dashed line when given.
    """
    rows = [{"t": when, "v": value, "s": name} for name, points in series.items() for when, value in points]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": rows},
            "mark": {
                "type": "line",
                "point": len(rows) < 80,
                "strokeWidth": 1.8,
                "invalid": "break-paths-show-path-domains",
            },
            "encoding": {
                "x": {
                    "field": "t",
                    "type": "temporal",
                    "title": None,
                    "axis": {"format": "%m-%d", "tickCount": "day", "labelOverlap": True},
                },
                "y": {"field": "v", "type": "quantitative", "title": y_title},
                "color": {"field": "s", "type": "nominal", "title": None, "sort": list(series)},
                "strokeDash": {"field": "s", "type": "nominal", "sort": list(series), "legend": None},
            },
        }
    ]
    if limit is not None:
        layers.append(
            {
                "data": {"values": [{"y": limit}]},
                "mark": {"type": "rule", "strokeDash": [5, 4], "color": "#a4161a", "strokeWidth": 1.4},
                "encoding": {"y": {"field": "y", "type": "quantitative"}},
            }
        )
    return {"layer": layers}


def bar_plot(bars: Sequence[tuple[str, float]], *, x_title: str, log: bool = False) -> dict[str, Any]:
    """Horizontal bars, in the order given, each with its value beside it."""
    rows = [{"k": name, "v": value} for name, value in bars]
    encoding = {
        "y": {"field": "k", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 260}},
        "x": {
            "field": "v",
            "type": "quantitative",
            "title": x_title,
            "scale": {"type": "log" if log else "linear"},
        },
    }
    return {
        "height": {"step": 20},
        "data": {"values": rows},
        "encoding": encoding,
        "layer": [
            {"mark": {"type": "bar", "color": COLOURS[0], "height": 12}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 10},
                "encoding": {"text": {"field": "v", "type": "quantitative"}},
            },
        ],
    }
