"""A device's series: values per window, the limit in force at each, and how much of each was covered."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Any

from bim_supervise.api.views import SeriesView
from bim_supervise_ui.theme import Palette

LIMITS = 1
"""Which of the series is the limit; the others are the values and how far they are covered."""


def series_option(
    series: SeriesView,
    *,
    zone: tzinfo,
    palette: Palette,
    value_name: str,
    limit_name: str,
    coverage_name: str,
    stale: bool = False,
) -> dict[str, Any]:
    """ECharts option of the chart.

    Args:
        series: values [unit of the series] per window, None where nothing is known.
        zone: the site's time zone; the axis shows site wall time whatever the browser's zone is.
        palette: colours.
        value_name: name of the values.
        limit_name: name of the limit line.
        coverage_name: name of the coverage bars.
        stale: draws the values grey, because no evidence comes in.
    """
    times = [int(at.astimezone(zone).replace(tzinfo=UTC).timestamp() * 1000) for at in series.times]
    values = [[at, value] for at, value in zip(times, series.values, strict=True)]
    steps = [[at, limit] for at, limit in zip(times, series.limit_values, strict=False)]
    covered = [[at, round(share * 100, 1)] for at, share in zip(times, series.coverage, strict=True)]
    label = {"color": palette.soft, "fontSize": 11}
    # Both axes get the same ends, or the chart would make room for whole bars on one of them only.
    half = series.window_minutes * 30_000
    ends = {"min": times[0] - half, "max": times[-1] + half} if times else {}
    time_axis = {
        "type": "time",
        **ends,
        "axisLine": {"lineStyle": {"color": palette.line}},
        "axisTick": {"show": False},
        "splitLine": {"show": False},
    }
    digits = 1
    return {
        "animation": False,
        "useUTC": True,
        "textStyle": {"fontFamily": "inherit"},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "backgroundColor": palette.card,
            "borderColor": palette.line,
            "textStyle": {"color": palette.ink, "fontSize": 12},
            "valueFormatter": f"%.{digits}f",
            "axisPointer": {"lineStyle": {"color": palette.faint}},
        },
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "grid": [
            {"left": 52, "right": 16, "top": 28, "height": 200},
            {"left": 52, "right": 16, "top": 256, "height": 28},
        ],
        "xAxis": [
            {**time_axis, "gridIndex": 0, "axisLabel": {"show": False}},
            {
                **time_axis,
                "gridIndex": 1,
                "axisLabel": {
                    **label,
                    "hideOverlap": True,
                    "formatter": {
                        "year": "{yyyy}",
                        "month": "{MM}-{dd}",
                        "day": "{MM}-{dd}",
                        "hour": "{HH}:{mm}",
                        "minute": "{HH}:{mm}",
                    },
                },
            },
        ],
        "yAxis": [
            {
                "type": "value",
                "gridIndex": 0,
                "scale": True,
                "name": series.unit,
                "nameTextStyle": {**label, "align": "right"},
                "axisLabel": label,
                "splitLine": {"lineStyle": {"color": palette.line, "opacity": 0.7}},
            },
            {
                "type": "value",
                "gridIndex": 1,
                "min": 0,
                "max": 100,
                "interval": 100,
                "axisLabel": {**label, "formatter": "{value}%"},
                "splitLine": {"show": False},
            },
        ],
        "series": [
            {
                "type": "line",
                "name": value_name,
                "data": values,
                "showSymbol": len(values) < 4,
                "symbolSize": 6,
                "selectedMode": "single",
                "cursor": "pointer",
                "connectNulls": False,
                "lineStyle": {"color": palette.faint if stale else palette.accent, "width": 1.6},
                "itemStyle": {"color": palette.faint if stale else palette.accent},
            },
            {
                "type": "line",
                "name": limit_name,
                "data": steps,
                "step": "end",
                "symbol": "none",
                "connectNulls": False,
                "lineStyle": {"color": palette.bad, "width": 1.3, "type": [5, 3]},
                "itemStyle": {"color": palette.bad},
            },
            {
                "type": "bar",
                "name": coverage_name,
                "xAxisIndex": 1,
                "yAxisIndex": 1,
                "data": covered,
                "barWidth": "90%",
                "selectedMode": "single",
                "cursor": "pointer",
                "itemStyle": {"color": palette.mute, "opacity": 0.5},
            },
        ],
        "legend": {
            "data": [value_name, limit_name],
            "right": 12,
            "top": 0,
            "itemHeight": 8,
            "textStyle": {"color": palette.soft, "fontSize": 11},
        },
    }
