"""The worst value of each site day against its limit, one line a subject; a gap is undetermined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bim_supervise_ui.theme import Palette

_ONE_POINT = 7


def days_option(
    lines: Mapping[str, Sequence[tuple[date, float | None]]],
    *,
    limit: float | None,
    limit_name: str,
    palette: Palette,
) -> dict[str, Any]:
    """ECharts option of the chart.

    Args:
        lines: by name of the subject, site days with the worst value [unit of the rule], None where nothing
            was determined.
        limit: value of the limit [same unit], drawn dashed; None where there is none.
        limit_name: its name in the legend.
        palette: colours.
    """
    days = sorted({day for points in lines.values() for day, _ in points})
    text = {"color": palette.soft, "fontSize": 11}
    series: list[dict[str, Any]] = []
    for name, points in lines.items():
        known = dict(points)
        values = [known.get(day) for day in days]
        series.append(
            {
                "type": "line",
                "name": name,
                "data": values,
                "connectNulls": False,
                "showSymbol": True,
                "symbolSize": _ONE_POINT,
                "selectedMode": "single",
                "cursor": "pointer",
                "lineStyle": {"width": 1.6},
            }
        )
    if limit is not None:
        series.append(
            {
                "type": "line",
                "name": limit_name,
                "data": [limit] * len(days),
                "symbol": "none",
                "silent": True,
                "lineStyle": {"color": palette.bad, "width": 1.3, "type": [5, 3]},
                "itemStyle": {"color": palette.bad},
            }
        )
    return {
        "animation": False,
        "textStyle": {"fontFamily": "inherit"},
        "tooltip": {"trigger": "axis", "confine": True},
        "legend": {"top": 0, "right": 8, "type": "scroll", "textStyle": text},
        "grid": {"left": 52, "right": 16, "top": 30, "bottom": 26},
        "xAxis": {
            "type": "category",
            "data": [f"{day:%m-%d}" for day in days],
            "axisLabel": {**text, "hideOverlap": True},
        },
        "yAxis": {
            "type": "value",
            "scale": True,
            "axisLabel": text,
            "splitLine": {"lineStyle": {"color": palette.line}},
        },
        "series": series,
    }
