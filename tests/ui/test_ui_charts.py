"""Chart options and small pure parts of the screens."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bim_supervise_ui.charts import gantt
from bim_supervise_ui.charts.series import series_option
from bim_supervise_ui.charts.sitemap import site_map
from bim_supervise_ui.formats import UNKNOWN, Formats
from bim_supervise_ui.theme import DARK, LIGHT, css, streamlit_options
from bim_supervise_ui.widgets.html import Markup, join, plain, tag, text
from bim_supervise_ui.widgets.tables import columns, csv_file
from bim_supervise_ui.widgets.tasks import late_tasks
from hypothesis import given
from hypothesis import strategies as st
from ui_rows import MARKUP, NOW, ZONE, devices, series, spaces, tasks

TASKS = tasks()


def words(rows) -> gantt.Words:
    return gantt.Words(
        plan="p", critical="c", actual="a", baseline="b", gates="g", milestones="m", today="t",
        describe={task.id: [task.name] for task in rows}, gate={}, gate_tone={"released": "good"},
    )  # fmt: skip


def option(rows=TASKS, **kwargs):
    return gantt.gantt(rows, now=NOW, zone=ZONE, palette=LIGHT, words=words(rows), **kwargs)


def series_of(chart, identity):
    return next(item for item in chart["series"] if item.get("id") == identity)


def test_gantt_has_one_datum_a_task_and_is_plain_json() -> None:
    chart = option()
    assert json.loads(json.dumps(chart)) == chart
    for item in chart["series"]:
        if item.get("id") != "gates":
            assert len(item["data"]) == len(TASKS)


def test_bars_stand_at_site_wall_time_whatever_the_browser() -> None:
    chart = option()
    assert chart["useUTC"] is True
    offset = chart["series"][0]["data"]
    index = next(i for i, task in enumerate(TASKS) if task.kind == "task")
    shown = datetime.fromtimestamp(offset[index] / 1000, UTC).replace(tzinfo=None)
    assert shown == TASKS[index].start
    actual = next(i for i, task in enumerate(TASKS) if task.actual_start)
    start = datetime.fromtimestamp(chart["series"][2]["data"][actual] / 1000, UTC).replace(tzinfo=None)
    assert start == TASKS[actual].actual_start.astimezone(ZONE).replace(tzinfo=None)


def test_unknown_dates_leave_the_row_empty() -> None:
    bare = replace(
        TASKS[1],
        start=None,
        finish=None,
        baseline_start=None,
        actual_start=None,
        actual_finish=None,
        kind="task",
    )
    chart = option([bare])
    for item in chart["series"][:6]:
        assert item["data"] == ["-"]
    assert series_of(chart, "gates")["data"] == []


def test_names_with_markup_are_text_in_tooltips() -> None:
    chart = option()
    tips = json.dumps(chart["series"])
    assert "<img" not in tips
    assert "&lt;img" in tips
    assert gantt.tooltip(["{a} <b>"]) == "<b>&#123;a&#125; &lt;b&gt;</b>"


@given(
    st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 400), st.booleans(), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_every_bar_lies_inside_the_axes(rows) -> None:
    drawn = [
        replace(
            TASKS[0],
            id=str(index),
            start=datetime(2026, 1, 1) + timedelta(hours=start),
            finish=datetime(2026, 1, 1) + timedelta(hours=start + length),
            kind="milestone" if milestone else "task",
            actual_finish=None if running else TASKS[0].actual_finish,
        )
        for index, (start, length, milestone, running) in enumerate(rows)
    ]
    chart = option(drawn)
    low, high = chart["xAxis"][0]["min"], chart["xAxis"][0]["max"]
    for offset, bar in zip(chart["series"][0:6:2], chart["series"][1:6:2], strict=True):
        for start, item in zip(offset["data"], bar["data"], strict=True):
            if start != "-":
                assert low <= start < start + item["value"] <= high


def test_series_keeps_gaps_and_greys_when_stale() -> None:
    view = series(NOW - timedelta(hours=24), NOW)
    names = {"value_name": "v", "limit_name": "l", "coverage_name": "c"}
    live = series_option(view, zone=ZONE, palette=LIGHT, **names)
    assert [point[1] for point in live["series"][0]["data"]] == list(view.values)
    assert None in view.values
    assert live["series"][0]["connectNulls"] is False
    assert live["series"][1]["step"] == "end"
    assert {point[1] for point in live["series"][1]["data"]} == {55.0, 70.0}
    stale = series_option(view, zone=ZONE, palette=LIGHT, stale=True, **names)
    assert stale["series"][0]["lineStyle"]["color"] == LIGHT.faint != live["series"][0]["lineStyle"]["color"]


def test_site_map_shows_text_as_text_and_stays_inside() -> None:
    drawing = site_map(spaces(), devices(), {}, "plan")
    assert drawing is not None
    assert "<img" not in drawing
    assert drawing.count("map-sign") == 24
    assert site_map([], [], {}, "plan") is None


def test_late_tasks_come_in_order_of_consequence() -> None:
    late = late_tasks(TASKS, NOW, ZONE)
    assert late
    assert [item.task.critical for item in late] == sorted(
        (item.task.critical for item in late), reverse=True
    )
    assert all("fail" in (i.task.late_start_outcome, i.task.late_finish_outcome) for i in late)


EN = Formats("en", ZONE, "CNY")
ZH = Formats("zh", ZONE, "CNY")


def test_unknown_is_never_zero() -> None:
    for written in (
        EN.number(None),
        EN.percent(None),
        EN.money(None),
        EN.moment(None),
        EN.quantity(None, "m3"),
    ):
        assert written == UNKNOWN


def test_numbers_money_and_dates_in_both_languages() -> None:
    assert EN.number(1234567.891, 1) == "1,234,567.9"
    assert EN.percent(46.25) == "46.2%"
    assert ZH.money_short(13_495_400) == "¥1349.54万"
    # Whether a million is written M or m changes with the edition of Unicode's data.
    assert EN.money_short(13_495_400).upper() == "¥13.5M"
    assert EN.moment(datetime(2026, 5, 20, 6, 5, tzinfo=UTC)) == "20 May 2026 14:05"
    assert ZH.moment(datetime(2026, 5, 20, 6, 5, tzinfo=UTC)) == "2026年5月20日 14:05"
    assert EN.quantity(12.5, "ug/m3") == "12.5 µg/m³"


@pytest.mark.parametrize(
    ("zone", "month", "shown"),
    [("Asia/Shanghai", 1, "UTC+8"), ("Europe/Amsterdam", 7, "UTC+2"), ("Asia/Kolkata", 1, "UTC+5:30"),
     ("America/New_York", 1, "UTC\u22125")],
)  # fmt: skip
def test_zone_is_named_by_its_offset(zone: str, month: int, shown: str) -> None:
    assert Formats("en", ZoneInfo(zone), "CNY").zone_name(datetime(2026, month, 1, tzinfo=UTC)) == shown


@given(st.text(max_size=60))
def test_markup_shows_any_text_as_text(value: str) -> None:
    written = tag("b", value, title=value)
    assert written.startswith("<b")
    inner = text(value)
    assert "<" not in inner
    assert '"' not in inner
    assert text(inner) == inner


def test_markup_is_escaped_once() -> None:
    assert join((Markup("<i></i>"), "<i>")) == "<i></i>&lt;i&gt;"
    assert "<img" not in tag("span", MARKUP)
    assert plain("$a$ *b* <i> [x](y)") == r"\$a\$ \*b\* \<i\> \[x\]\(y\)"


def test_csv_keeps_chinese_and_runs_no_formula() -> None:
    rows = [{"名称": "底板", "b": "=1+1"}, {"名称": "$墙", "b": 2}]
    data = csv_file(rows).decode("utf-8-sig")
    assert data.splitlines() == ["名称,b", "底板,'=1+1", "$墙,2"]
    assert columns(rows) == {"名称": ["底板", "$墙"], "b": ["=1+1", 2]}
    assert columns([]) == {}


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_on_its_ground(palette) -> None:
    for front, ground in (
        ("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("good", "good_soft"),
        ("bad", "bad_soft"), ("wait", "wait_soft"), ("info", "info_soft"), ("mute", "mute_soft"),
        ("side_ink", "side"), ("side_soft", "side"), ("accent", "card"),
    ):  # fmt: skip
        assert _contrast(getattr(palette, front), getattr(palette, ground)) >= 4.5, (front, ground)


def test_theme_options_are_known_to_streamlit() -> None:
    from streamlit import config

    known = config.get_config_options()
    assert set(streamlit_options()) <= set(known)
    assert "light-dark(" in css("dark")
