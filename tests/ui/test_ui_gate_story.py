"""A hold point in a real browser: a signature opens its gate only over passing evidence."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect
from test_ui_browser import Visit, _sign, browser, visit

__all__ = ["browser", "visit"]

pytestmark = pytest.mark.browser


def say(visitor: Visit, **statement: str) -> None:
    """A statement from site, authenticated."""
    answer = visitor.server.site.project.ingest(
        [("bim-supervise/site/observations", json.dumps(statement).encode())], authenticated=True
    )
    assert answer["rejected_count"] == 0, answer


def task_of(visitor: Visit, checkpoint: str) -> str:
    task = visitor.server.site.project.checkpoint(checkpoint).task
    assert task is not None
    return task


def state(visitor: Visit, checkpoint: str) -> str:
    return visitor.server.site.project.checkpoint(checkpoint).state


def timeline_gate(visitor: Visit, task: str) -> Page:
    page = visitor.go(f"/timeline?task={task}")
    expect(page.locator(".st-key-panel-task")).to_be_visible()
    return page


def test_a_click_over_passing_evidence_opens_the_gate_on_the_timeline(visit) -> None:
    person = visit("en")
    page = person.enter("specialist")
    task = task_of(person, "CP-BORE")
    assert state(person, "CP-BORE") == "waiting_for_signature"
    expect(timeline_gate(person, task).locator(".st-key-panel-task")).to_contain_text("Waiting for signature")
    person.go("/checkpoints?id=CP-BORE")
    _sign(page, "Accept", "Sign", "pressure tests seen")
    expect(page.locator(".notice.good")).to_be_visible()
    assert state(person, "CP-BORE") == "released"
    expect(timeline_gate(person, task).locator(".st-key-panel-task")).to_contain_text("Released")


@pytest.mark.parametrize(
    ("checkpoint", "result", "shut"),
    [("CP-RB-A1", "fail", "Evidence failed"), ("CP-RB-B1", None, "Waiting for evidence")],
)
def test_the_same_signature_over_failing_or_undetermined_evidence_leaves_it_shut(
    visit, checkpoint, result, shut
) -> None:
    person = visit("en")
    task = task_of(person, checkpoint)
    say(person, kind="task_started", task=task, time="2026-02-27T08:00:00", reporter="wang")
    if result:
        for element in person.server.site.project.checkpoint(checkpoint).elements:
            say(
                person,
                kind="inspected",
                element=element,
                value=result,
                time="2026-02-28T10:00:00",
                reporter="q",
            )
    page = person.enter("specialist", f"/checkpoints?id={checkpoint}")
    _sign(page, "Accept", "Sign", "in a hurry")
    expect(page.locator(".notice.good")).to_be_visible()
    assert state(person, checkpoint) != "released"
    card = timeline_gate(person, task).locator(".st-key-panel-task")
    expect(card).to_contain_text(shut)
    expect(card).not_to_contain_text("Released")


def test_a_successor_that_starts_anyway_is_recorded_and_raises_the_alarm(visit) -> None:
    person = visit("en")
    project = person.server.site.project
    rebar = task_of(person, "CP-RB-A2")
    say(person, kind="task_started", task=rebar, time="2026-02-26T08:00:00", reporter="wang")
    pour = next(row for row in project.tasks() if rebar in row.predecessors and "pour" in row.name.lower())
    say(person, kind="task_started", task=pour.id, time="2026-02-28T08:00:00", reporter="wang")
    assert {"started_without_release"} <= {alarm.reason for alarm in project.alarms()}
    page = person.enter("specialist", "/")
    expect(page.get_by_text("without release").first).to_be_visible()
    started = next(row for row in project.tasks() if row.id == pour.id)
    assert started.actual_start is not None
