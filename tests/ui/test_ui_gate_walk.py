"""The whole life of a hold point in a real browser: fails, NCR, repair, passes, two sign, work goes on; then
a new revision moves the element, the signatures are stale, and it is opened again.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import bim_supervise_sample as sample
import ifcopenshell
import pytest
from playwright.sync_api import Page, expect
from test_ui_browser import Visit, _sign, browser, visit
from test_ui_gate_story import say
from ui_site import PASSWORD

__all__ = ["browser", "visit"]

pytestmark = pytest.mark.browser
POINT = "CP-RB-B2"


def moved(element: str, target: Path) -> Path:
    """The sample's model (in millimetres) with one element 0.3 m further."""
    model = ifcopenshell.open(sample.model_path())
    placement = model.by_guid(element).ObjectPlacement.RelativePlacement
    x, *rest = placement.Location.Coordinates
    placement.Location = model.create_entity("IfcCartesianPoint", (x + 300.0, *rest))
    model.write(str(target))
    return target


def state(person: Visit) -> str:
    return person.server.site.project.checkpoint(POINT).state


def inspect(person: Visit, value: str, at: str) -> None:
    for element in person.server.site.project.checkpoint(POINT).elements:
        say(person, kind="inspected", element=element, value=value, time=at, reporter="q")


def take_step(page: Page, word: str, text: str, *, signed: bool = False) -> None:
    """One step of the open case; a signed one asks for the password."""
    page.locator("[data-testid=stRadio] label").filter(has_text=word).first.click()
    password = page.locator("[data-testid=stForm] input[type=password]")
    if signed:
        password.fill(PASSWORD)
    else:
        expect(password).to_have_count(0)
    page.get_by_label("What was found, done or decided").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".notice.good")).to_contain_text(word)


def test_the_whole_life_of_a_hold_point(visit, tmp_path) -> None:
    author = visit("en")
    project = author.server.site.project
    for name, capacity in (("helper", "supervision_assistant"), ("builder", "contractor_project_manager")):
        project.add_user(name, PASSWORD, display_name=name.title(), language="en")
        project.appoint(name, capacity, date(2025, 1, 1))
    checkpoints = sample.checkpoints_path().read_text("utf-8")
    both = tmp_path / "checkpoints.yaml"
    begin = checkpoints.index(f"id: {POINT}")
    both.write_text(
        checkpoints[:begin]
        + checkpoints[begin:].replace(
            "[specialist_supervision_engineer]", "[quality_inspector, specialist_supervision_engineer]", 1
        ),
        "utf-8",
    )
    project.load_checkpoints(both)
    task = project.checkpoint(POINT).task

    # the evidence fails, and the gate says so
    say(author, kind="task_started", task=task, time="2026-02-27T08:00:00", reporter="wang")
    inspect(author, "fail", "2026-02-28T10:00:00")
    page = author.enter("helper", f"/checkpoints?id={POINT}")
    expect(page.locator(".st-key-panel-checkpoint")).to_contain_text("Evidence failed")

    # a non-conformance is raised from the card of the checkpoint
    page.get_by_role("button", name="Raise NCR").click()
    author.settled()
    page.get_by_label("Title").fill("Bars too close")
    page.get_by_label("What was found, done or decided").fill("60 mm instead of 100 mm")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".notice.good")).to_contain_text("Open")
    assert state(author) == "blocked_by_ncr"
    case = project.cases("ncr")[0].id

    # repaired by the contractor, verified and closed by others; the new evidence passes
    page = visit("en").enter("builder", f"/cases?id={case}")
    take_step(page, "Corrected", "bars moved")
    inspect(author, "pass", "2026-02-28T16:00:00")
    assert state(author) == "blocked_by_ncr"
    engineer = visit("en")
    page = engineer.enter("specialist", f"/cases?id={case}")
    take_step(page, "Verified", "spacing measured")
    take_step(page, "Closed", "accepted", signed=True)
    assert state(author) == "waiting_for_signature"

    # two capacities sign, and the successor may start
    other = visit("en")
    page = other.enter("inspector", f"/checkpoints?id={POINT}")
    _sign(page, "Accept", "Sign", "own inspection passed")
    expect(page.locator(".notice.good")).to_contain_text("Waiting for signature")
    page = engineer.go(f"/checkpoints?id={POINT}")
    engineer.page.set_viewport_size({"width": 360, "height": 740})
    _sign(engineer.page, "Accept", "Sign", "spacing and cover seen")
    expect(engineer.page.locator(".notice.good")).to_contain_text("Released")
    assert engineer.overflow() <= 0
    pour = next(row for row in project.tasks() if task in row.predecessors and "pour" in row.name.lower())
    say(author, kind="task_started", task=pour.id, time=project.now().isoformat(), reporter="wang")
    alarms = {(alarm.reason, alarm.task) for alarm in project.alarms()}
    assert ("started_without_release", pour.id) not in alarms

    # a new revision moves one of the elements: stale, and said where the work has gone on
    element = project.checkpoint(POINT).elements[0]
    project.load_model(moved(element, tmp_path / "revised.ifc"))
    assert state(author) == "stale"
    assert ("signed_against_superseded", pour.id) in {
        (alarm.reason, alarm.task) for alarm in project.alarms()
    }
    page = author.go(f"/checkpoints?id={POINT}")
    expect(page.locator(".st-key-panel-checkpoint")).to_contain_text("Stale")
    expect(page.locator(".st-key-panel-checkpoint")).to_contain_text(element)

    # signed anew over what is there now
    for person, reason in ((other, "new position seen"), (engineer, "new position accepted")):
        person.go(f"/checkpoints?id={POINT}")
        _sign(person.page, "Accept", "Sign", reason)
        expect(person.page.locator(".notice.good")).to_be_visible()
    assert state(author) == "released"
    assert project.verify_ledger()["valid"]
