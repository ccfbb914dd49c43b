"""A view is a link: choices stand in the address, and rows and charts lead into the model and back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import bim_supervise_sample as sample
import pytest
from bim_supervise_ui.charts import gantt
from playwright.sync_api import Locator, Page, expect
from streamlit.testing.v1 import AppTest
from test_ui_screens import healthy, html, look
from test_viewer_browser import gl_browser
from test_viewer_browser import look as look_in_browser
from ui_site import PASSWORD, Site, noise

__all__ = ["gl_browser", "look", "look_in_browser"]

VIEWS = (
    ("alarms", "alarms-states", {"state": ["cleared", "shelved"]}, ["cleared", "shelved"]),
    ("timeline", "timeline-only", {"only": "critical"}, "critical"),
    ("timeline", "timeline-search", {"find": "B1"}, "B1"),
    ("checkpoints", "checkpoints-scope", {"scope": "mine"}, "mine"),
    ("checkpoints", "checkpoints-kind", {"kind": ["cost", "green"]}, ["cost", "green"]),
    ("checkpoints", "checkpoints-search", {"find": "wall"}, "wall"),
    ("green", "green-span", {"days": "30"}, 30),
    ("green", "green-pack", {"pack": "noise"}, "noise"),
    ("cases", "cases-scope", {"scope": "all"}, "all"),
    ("cases", "cases-kind", {"kind": "stop"}, ["stop"]),
    ("evidence", "evidence-view", {"view": "conflicts"}, "conflicts"),
    ("evidence", "facts-kind", {"view": "statements", "kind": "installed"}, "installed"),
    ("evidence", "series-span", {"device": "NM-N", "span": "7d"}, "7d"),
    ("evidence", "series-minutes", {"device": "NM-N", "minutes": "60"}, 60),
    ("model", "model-view", {"view": "revisions"}, "revisions"),
    ("model", "elements-search", {"find": "wall"}, "wall"),
    ("plans", "plans-view", {"view": "stored"}, "stored"),
    ("linking", "linking-view", {"view": "draft"}, "draft"),
    ("report", "report-scope", {"scope": "all"}, "all"),
    ("records", "records-about", {"about": "element"}, "element"),
    ("administration", "admin-view", {"view": "zones"}, "zones"),
)
"""Screen, key of a widget, an address, and what the widget shows then."""


@pytest.fixture
def everybody(site: Site) -> str:
    """A person who may open every screen."""
    site.project.add_user("all", PASSWORD, language="en")
    for capacity in ("administrator", "bim_coordinator", "quality_inspector"):
        site.project.appoint("all", capacity, sample.START.date() - timedelta(days=9))
    return "all"


def test_what_is_chosen_is_restored_from_the_address(look, everybody: str) -> None:
    for screen, key, query, shown in VIEWS:
        opened = look(screen, everybody, **query)
        healthy(opened)
        assert opened.session_state[key] == shown, (screen, key)
        (name,) = set(query) - {"device", "view"} or {"view"}
        strange = look(screen, everybody, **(query | {name: "of-another-version"}))
        healthy(strange)


def test_what_is_chosen_goes_into_the_address_and_the_default_out_of_it(look, everybody: str) -> None:
    screen = look("alarms", everybody)
    assert _states(screen) is None
    screen.button_group(key="alarms-states").set_value(["cleared"]).run()
    assert _states(screen) == ["cleared"]
    screen.button_group(key="alarms-states").set_value([]).run()
    assert _states(screen) == [""]
    assert screen.session_state["alarms-states"] == []
    screen.button_group(key="alarms-states").set_value(["open", "acknowledged"]).run()
    assert _states(screen) is None
    screen = look("checkpoints", everybody, page="2")
    screen.text_input(key="checkpoints-search").set_value("wall").run()
    assert set(screen.query_params) == {"find"}, "another list begins at its first page"


def _states(screen: AppTest) -> list[str] | None:
    found = screen.query_params.get("state")
    return [found] if isinstance(found, str) else found


def test_rows_name_their_subjects_as_links(look, site: Site, everybody: str) -> None:
    noise(site.project, "NM-N", 2, 61.0)
    (conflict, *_) = site.project.conflicts()
    assert conflict["subject"] == "NM-N"
    assert sorted((conflict["kept"]["value"], conflict["other"]["value"])) == [61.0, 75.0]
    shown = html(look("evidence", everybody, view="conflicts"))
    assert 'href="/evidence?device=NM-N"' in shown
    assert "61 dB(A) · 1 min" in shown
    green = healthy(look("green", everybody, pack="noise"))
    assert 'href="/evidence?device=NM-' in green


_INK = """([name]) => {
  const canvas = document.querySelector(`[class*=st-key-${name}] canvas`);
  return canvas?.width > 0 && canvas.getContext("2d")
    .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
}"""


def _drawn(page: Page, name: str) -> Locator:
    """The canvas of a chart, once something is drawn on it."""
    page.wait_for_function(_INK, arg=[name])
    return page.locator(f"[class*=st-key-{name}] canvas").first


def _task_in_the_gantt(page: Page, site: Site) -> str:
    """Clicks the bar of a task that makes elements; the chart is a canvas, so its place is worked out."""
    project = site.project
    tasks = project.tasks()
    first, last = gantt.span_of(tasks, project.now(), project.zone)
    canvas = page.locator("[class*=st-key-gantt] canvas").first
    box = canvas.bounding_box()
    assert box is not None
    row, task = max(
        ((row, task) for row, task in enumerate(tasks[: gantt.MOST_ROWS_AT_ONCE]) if task.elements),
        key=lambda item: item[1].finish - item[1].start,
    )
    middle = (task.start + (task.finish - task.start) / 2 - first) / (last - first)
    rows = min(len(tasks), gantt.MOST_ROWS_AT_ONCE)
    step = (box["height"] - 30 - 44) / rows
    canvas.click(
        position={"x": 240 + middle * (box["width"] - 240 - 34), "y": 30 + step * (row + 0.5) - step * 0.13}
    )
    return str(task.id)


@pytest.mark.browser
def test_a_click_in_a_chart_opens_its_card_and_leads_into_the_model_and_back(look_in_browser) -> None:
    person = look_in_browser()
    page, site = person.page, person.server.site
    page.goto(f"{person.server.url}/timeline")
    _drawn(page, "gantt")
    card = page.locator(".st-key-panel-task")
    task = _task_in_the_gantt(page, site)
    expect(card).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {"task": [task]}
    page.go_back()
    expect(card).to_have_count(0)
    page.go_forward()
    expect(card).to_be_visible()
    card.get_by_role("button", name="Show in 3D").click()
    page.wait_for_selector(".viewer[data-loaded][data-coloured]")
    made = {row.global_id for row in site.project.elements() if task in row.tasks}
    person.until(f"v.report().selected.length === {len(made)}")
    assert set(person.report["selected"]) == made
    page.get_by_role("button", name="Open in the timeline").click()
    expect(card).to_be_visible()

    page.goto(f"{person.server.url}/evidence?device=NM-N")
    canvas = _drawn(page, "series")
    box = canvas.bounding_box()
    # The bars of coverage stand in the lower of the two grids, one for each window of readings.
    canvas.click(position={"x": 52 + (box["width"] - 68) / 2, "y": 272})
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("NM-N")
    assert parse_qs(urlsplit(page.url).query)["open"][0].startswith("evidence:window:NM-N|noise_level|")
    page.go_back()
    expect(dialog).to_have_count(0)
    assert person.complaints == []


@pytest.mark.browser
def test_lots_cases_and_checkpoints_show_their_elements_in_the_model(look_in_browser) -> None:
    person = look_in_browser()
    page, site = person.page, person.server.site
    point = next(item for item in site.project.checkpoints(user="chief") if len(item.elements) > 1)
    page.goto(f"{person.server.url}/viewer?checkpoint={quote(point.id)}")
    page.wait_for_selector(".viewer[data-loaded][data-coloured]")
    person.until(f"v.report().selected.length === {len(set(point.elements))}")
    assert set(person.report["selected"]) == set(point.elements)
    page.get_by_role("button", name="Back to where these elements belong").click()
    expect(page.locator(".st-key-panel-checkpoint")).to_contain_text(point.id)
    page.go_back()
    page.wait_for_selector(".viewer[data-loaded][data-coloured]")
    assert person.complaints == []
