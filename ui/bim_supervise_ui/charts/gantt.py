"""The Gantt chart: plan, actual and baseline of tasks, their gates and the present.

Plan times are site wall time; the chart is told that they are UTC, so that the browser's own time zone never
shifts a bar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from html import escape
from typing import Any

from bim_supervise.api.views import TaskRow
from bim_supervise_ui.theme import Palette

ROW_HEIGHT = 26
"""Height of a row [px]."""
MOST_ROWS_AT_ONCE = 26
"""Rows shown before the chart scrolls."""
PLAN_SERIES = "plan"
MILESTONE_SERIES = "milestones"
GATE_SERIES = "gates"
_GATE_SHUT = "path://M1,7h14v9H1zM3.5,7V5a4.5,4.5 0 0 1 9,0v2h-2.2V5a2.3,2.3 0 0 0-4.6,0v2z"
_GATE_OPEN = "path://M1,7h14v9H1zM3.5,7V5a4.5,4.5 0 0 1 8.8-1.3l-2.1,.7A2.3,2.3 0 0 0 5.7,5v2z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the chart says, in the session's language.

    Attributes:
        plan: legend of planned bars.
        critical: legend of planned bars on the critical path.
        actual: legend of actual bars.
        baseline: legend of baseline bars.
        gates: legend of gate signs.
        milestones: legend of milestones.
        today: label of the line of the present.
        describe: tooltip lines of a task (plain text).
        gate: tooltip line of a gate: state -> words.
        gate_tone: tone (``good``, ``bad``, ``wait``, ``info`` or empty) by gate state.
    """

    plan: str
    critical: str
    actual: str
    baseline: str
    gates: str
    milestones: str
    today: str
    describe: Mapping[str, Sequence[str]]
    gate: Mapping[str, str]
    gate_tone: Mapping[str, str]


def milliseconds(wall: datetime) -> int:
    """Wall time as the milliseconds the chart's axis counts."""
    return int(wall.replace(tzinfo=UTC).timestamp() * 1000)


def _wall(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def tooltip(lines: Sequence[str]) -> str:
    """Lines as a tooltip template in which no sign of theirs means anything."""
    safe = [escape(line).replace("{", "&#123;").replace("}", "&#125;") for line in lines]
    return "<br>".join([f"<b>{safe[0]}</b>", *safe[1:]]) if safe else ""


def span_of(tasks: Sequence[TaskRow], now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """First and last moment the chart has to show (wall time), with a margin."""
    moments = [_wall(now, zone)]
    for task in tasks:
        moments += [at for at in (task.start, task.finish, task.baseline_start, task.baseline_finish) if at]
        moments += [_wall(at, zone) for at in (task.actual_start, task.actual_finish) if at]
    first, last = min(moments), max(moments)
    margin = max(timedelta(days=1), (last - first) * 0.015)
    return first - margin, last + margin


def gantt(
    tasks: Sequence[TaskRow],
    *,
    now: datetime,
    zone: tzinfo,
    palette: Palette,
    words: Words,
    selected: str | None = None,
) -> dict[str, Any]:
    """ECharts option of the chart.

    Args:
        tasks: rows from top to bottom.
        now: the project's present (aware).
        zone: the site's time zone.
        palette: colours.
        words: legends and tooltips.
        selected: id of the task to mark.

    Returns:
        An option without functions; series ``plan`` and ``milestones`` hold one datum a task, in order.
    """
    first, last = span_of(tasks, now, zone)
    low, high = milliseconds(first), milliseconds(last)
    shown = min(len(tasks), MOST_ROWS_AT_ONCE)
    axis_text = {"color": palette.soft, "fontSize": 11}
    plan, critical = palette.info, palette.bad
    series = [
        *_bars(
            PLAN_SERIES,
            words.plan,
            [_plan_bar(task, palette, words, selected) for task in tasks],
            9,
            palette.info,
        ),
        *_bars(
            "actual",
            words.actual,
            [_actual_bar(task, zone, now, palette, words) for task in tasks],
            4,
            palette.ink,
        ),
        *_bars(
            "baseline",
            words.baseline,
            [_baseline_bar(task, palette, words) for task in tasks],
            3,
            palette.faint,
        ),
        _milestones(tasks, palette, words, selected),
        _gates(tasks, palette, words),
    ]
    series[1]["markLine"] = {
        "symbol": "none",
        "silent": True,
        "animation": False,
        "data": [{"xAxis": milliseconds(_wall(now, zone))}],
        "lineStyle": {"color": palette.wait, "width": 1.5, "type": "solid"},
        "label": {
            "formatter": words.today,
            "color": palette.wait,
            "fontSize": 11,
            "position": "end",
            "distance": 4,
        },
    }
    return {
        "animation": False,
        "useUTC": True,
        "color": [plan, palette.ink, palette.faint, critical],
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 240, "right": 34, "top": 30, "bottom": 44, "outerBoundsMode": "none"},
        "tooltip": {
            "trigger": "item",
            "confine": True,
            "backgroundColor": palette.card,
            "borderColor": palette.line,
            "textStyle": {"color": palette.ink, "fontSize": 12},
        },
        "xAxis": [
            {"type": "value", "show": False, "min": low, "max": high},
            {
                "type": "time",
                "position": "top",
                "min": low,
                "max": high,
                "axisLine": {"lineStyle": {"color": palette.line}},
                "axisTick": {"show": False},
                "splitLine": {"show": True, "lineStyle": {"color": palette.line, "opacity": 0.7}},
                "axisLabel": {
                    **axis_text,
                    "hideOverlap": True,
                    "formatter": {
                        "year": "{yyyy}",
                        "month": "{yyyy}-{MM}",
                        "day": "{MM}-{dd}",
                        "hour": "{MM}-{dd} {HH}:{mm}",
                    },
                },
            },
        ],
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [_row_name(task) for task in tasks],
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "splitLine": {"show": True, "lineStyle": {"color": palette.line, "opacity": 0.55}},
            "axisLabel": {
                "color": palette.ink,
                "fontSize": 12,
                "width": 218,
                "overflow": "truncate",
                "align": "left",
                "margin": 236,
            },
        },
        "dataZoom": _zoom(palette, shown, len(tasks)),
        "series": series,
        "media": [
            {
                "query": {"maxWidth": 560},
                "option": {
                    "grid": {"left": 108, "right": 26},
                    "yAxis": {"axisLabel": {"width": 98, "margin": 104, "fontSize": 11}},
                },
            }
        ],
    }


def task_of(series: str, index: int, tasks: Sequence[TaskRow]) -> str | None:
    """Id of the task that the datum ``index`` of a series of ``gantt(tasks)`` belongs to."""
    if series == GATE_SERIES:
        owners = [task for task, *_ in _gate_ends(tasks)]
        return owners[index].id if index < len(owners) else None
    return tasks[index].id if index < len(tasks) else None


def height(rows: int) -> int:
    """Height of the chart [px] for so many rows."""
    return 34 + 40 + max(4, min(rows, MOST_ROWS_AT_ONCE)) * ROW_HEIGHT


def _row_name(task: TaskRow) -> str:
    depth = task.wbs.count(".") if task.wbs else 0
    return "\u2003" * min(depth, 3) + task.name


def _bars(
    identity: str, name: str, bars: list[dict[str, Any] | None], width: int, color: str
) -> list[dict[str, Any]]:
    """A transparent offset and a bar stacked on it, one of each a row; ``-`` leaves a row empty."""
    offset = ["-" if bar is None else bar["from"] for bar in bars]
    body = [
        "-" if bar is None else {key: value for key, value in bar.items() if key != "from"} for bar in bars
    ]
    common: dict[str, Any] = {
        "type": "bar",
        "stack": identity,
        "barWidth": width,
        "barGap": "25%",
        "animation": False,
        "progressive": 0,
        "cursor": "pointer",
    }
    return [
        {
            **common,
            "silent": True,
            "itemStyle": {"color": "transparent"},
            "emphasis": {"disabled": True},
            "tooltip": {"show": False},
            "data": offset,
        },
        {
            **common,
            "id": identity,
            "name": name,
            "itemStyle": {"color": color, "borderRadius": 2},
            "data": body,
            "selectedMode": "single",
            "select": {"itemStyle": {"borderWidth": 0}},
        },
    ]


def _plan_bar(task: TaskRow, palette: Palette, words: Words, selected: str | None) -> dict[str, Any] | None:
    if task.start is None or task.finish is None or task.kind == "milestone":
        return None
    start = milliseconds(task.start)
    color = palette.bad if task.critical else palette.info
    if task.kind == "summary":
        color = palette.soft
    style: dict[str, Any] = {"color": color, "opacity": 0.92}
    if task.id == selected:
        style |= {"borderColor": palette.ink, "borderWidth": 2, "opacity": 1}
    return {
        "from": start,
        "value": max(milliseconds(task.finish) - start, 1),
        "itemStyle": style,
        "tooltip": {"formatter": tooltip(words.describe[task.id])},
    }


def _actual_bar(
    task: TaskRow, zone: tzinfo, now: datetime, palette: Palette, words: Words
) -> dict[str, Any] | None:
    if task.actual_start is None:
        return None
    start = milliseconds(_wall(task.actual_start, zone))
    end = milliseconds(_wall(task.actual_finish or max(now, task.actual_start), zone))
    finished = task.actual_finish is not None
    return {
        "from": start,
        "value": max(end - start, 1),
        "itemStyle": {"color": palette.ink if finished else palette.accent},
        "tooltip": {"formatter": tooltip(words.describe[task.id])},
    }


def _baseline_bar(task: TaskRow, palette: Palette, words: Words) -> dict[str, Any] | None:
    if task.baseline_start is None or task.baseline_finish is None:
        return None
    start = milliseconds(task.baseline_start)
    return {
        "from": start,
        "value": max(milliseconds(task.baseline_finish) - start, 1),
        "itemStyle": {"color": palette.faint, "opacity": 0.7},
        "tooltip": {"formatter": tooltip(words.describe[task.id])},
    }


def _milestones(
    tasks: Sequence[TaskRow], palette: Palette, words: Words, selected: str | None
) -> dict[str, Any]:
    data: list[Any] = []
    for index, task in enumerate(tasks):
        at = task.start or task.finish
        if task.kind != "milestone" or at is None:
            data.append({"value": ["-", index]})
            continue
        data.append(
            {
                "value": [milliseconds(at), index],
                "itemStyle": {
                    "color": palette.bad if task.critical else palette.ink,
                    "borderColor": palette.ink if task.id == selected else "transparent",
                    "borderWidth": 2,
                },
                "tooltip": {"formatter": tooltip(words.describe[task.id])},
            }
        )
    return {
        "type": "scatter",
        "id": MILESTONE_SERIES,
        "name": words.milestones,
        "symbol": "diamond",
        "symbolSize": 12,
        "animation": False,
        "selectedMode": "single",
        "data": data,
    }


def _gates(tasks: Sequence[TaskRow], palette: Palette, words: Words) -> dict[str, Any]:
    tones = {
        "good": palette.good,
        "bad": palette.bad,
        "wait": palette.wait,
        "info": palette.info,
        "": palette.mute,
    }
    data: list[dict[str, Any]] = []
    for task, index, state, at, offset in _gate_ends(tasks):
        data.append(
            {
                "value": [milliseconds(at), index],
                "symbol": _GATE_OPEN if state in ("released", "waived") else _GATE_SHUT,
                "symbolOffset": [offset, -4],
                "itemStyle": {"color": tones[words.gate_tone.get(state, "")]},
                "tooltip": {"formatter": tooltip([task.name, words.gate.get(state, state)])},
            }
        )
    return {
        "type": "scatter",
        "id": GATE_SERIES,
        "name": words.gates,
        "selectedMode": "single",
        "symbolSize": [10, 11],
        "animation": False,
        "z": 5,
        "data": data,
    }


def _gate_ends(tasks: Sequence[TaskRow]) -> Iterator[tuple[TaskRow, int, str, datetime, int]]:
    """Every gate: its task, the task's row, its state, where it stands (wall time) and a shift [px]."""
    for index, task in enumerate(tasks):
        ends = ((task.start_gate, task.start, -9), (task.finish_gate, task.finish, 9))
        for state, at, offset in ends:
            if state is not None and at is not None:
                yield task, index, state, at, offset


def _zoom(palette: Palette, shown: int, rows: int) -> list[dict[str, Any]]:
    quiet = {
        "showDataShadow": False,
        "brushSelect": False,
        "borderColor": palette.line,
        "backgroundColor": palette.raised,
        "fillerColor": palette.accent_soft,
        "handleStyle": {"color": palette.card, "borderColor": palette.faint},
        "moveHandleSize": 0,
        "textStyle": {"color": palette.soft, "fontSize": 10},
        "showDetail": False,
    }
    zoom: list[dict[str, Any]] = [
        {"type": "slider", "xAxisIndex": [0, 1], "bottom": 10, "height": 16, "filterMode": "none", **quiet}
    ]
    if rows > shown:
        window = {
            "yAxisIndex": 0,
            "startValue": 0,
            "endValue": shown - 1,
            "filterMode": "filter",
            "zoomLock": True,
        }
        zoom += [
            {"type": "slider", "right": 6, "width": 12, **window, **quiet},
            {
                "type": "inside",
                "zoomOnMouseWheel": False,
                "moveOnMouseWheel": True,
                "moveOnMouseMove": False,
                **window,
            },
        ]
    return zoom
