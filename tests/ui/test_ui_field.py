"""The page for the pit in a browser that loses its signal: nothing typed is lost, nothing is sent twice."""

from __future__ import annotations

import json
from datetime import date, timedelta

import httpx
import pytest
from playwright.sync_api import expect
from test_ui_browser import PHONE, browser, visit
from test_ui_gate_story import say
from ui_site import PASSWORD, Server

__all__ = ["browser", "visit"]

pytestmark = pytest.mark.browser
POINT = "CP-RB-B3"
expect.set_options(timeout=40_000)  # a signature costs a password hash, and the machine may be busy


@pytest.fixture(scope="module")
def helper(server: Server) -> str:
    project = server.site.project
    if "pit" not in {row.name for row in project.users()}:
        project.add_user("pit", PASSWORD, display_name="Pit", language="en")
        for capacity in ("supervision_assistant", "specialist_supervision_engineer"):
            project.appoint("pit", capacity, date(2025, 1, 1))
    return "pit"


def enter(visit, name):
    person = visit("en", PHONE)
    page = person.page
    page.goto(f"{person.server.url}/login?lang=en&next=/field")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator("#signal")).to_have_text("Signal is there.")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    return person


def test_what_is_written_without_signal_survives_and_is_sent_once(visit, helper) -> None:
    person = enter(visit, helper)
    page, project = person.page, person.server.site.project
    page.reload()
    expect(page.locator("#signal")).to_have_text("Signal is there.")
    task = project.checkpoint(POINT).task
    person.context.set_offline(True)
    page.select_option("#type", "patrol")
    page.select_option("#subject", f"task:{task}")
    page.fill("#text", "water in the pit")
    page.set_input_files(
        "#photos", [{"name": "pit.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff\xe0 pit"}]
    )
    page.get_by_role("button", name="Keep and send").click()
    expect(page.locator("#waiting .item")).to_contain_text("water in the pit")
    expect(page.locator("#waiting .item")).to_contain_text("1 photo(s)")
    page.fill("#text", "half a sentence")
    page.reload()  # the browser has to open the page from what it kept
    expect(page.locator("#signal")).to_contain_text("No signal")
    expect(page.locator("#waiting .item")).to_contain_text("water in the pit")
    expect(page.locator("#text")).to_have_value("half a sentence")
    assert project.facts(subject=task, kind="patrol") == []
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0

    person.context.set_offline(False)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting .item")).to_have_count(0)
    (fact,) = project.facts(subject=task, kind="patrol")
    assert (fact.reporter, fact.payload["remark"]) == (helper, "water in the pit")
    assert fact.payload["typed_at"]
    (digest,) = fact.payload["photos"]
    assert project.attachment(digest)[0] == b"\xff\xd8\xff\xe0 pit"


def test_a_signature_is_made_on_reconnect_over_the_evidence_as_it_is_then(visit, helper) -> None:
    person = enter(visit, helper)
    page, project = person.page, person.server.site.project
    point = project.checkpoint(POINT)
    say(person, kind="task_started", task=point.task, time="2026-02-25T08:00:00", reporter="wang")
    page.reload()
    expect(page.locator("#signal")).to_have_text("Signal is there.")
    person.context.set_offline(True)
    page.select_option("#type", "sign")
    page.select_option("#subject", f"checkpoint:{POINT}")
    expect(page.locator("#card")).to_contain_text("Waiting for evidence")
    page.get_by_label("Accept", exact=True).check()
    page.fill("#text", "bars counted")
    page.get_by_role("button", name="Keep and send").click()
    expect(page.locator("#waiting .item")).to_contain_text("bars counted")
    expect(page.get_by_role("button", name="Sign now")).to_be_disabled()
    for element in point.elements:
        say(person, kind="inspected", element=element, value="pass", time="2026-02-27T10:00:00", reporter="q")

    person.context.set_offline(False)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    item = page.locator("#waiting .item")
    expect(item).to_contain_text("Waiting for signature")
    item.get_by_label("Your password").fill("wrong password")
    item.get_by_role("button", name="Sign now").click()
    expect(item.locator(".bad")).to_be_visible()
    item.get_by_label("Your password").fill(PASSWORD)
    item.get_by_role("button", name="Sign now").click()
    expect(page.locator("#waiting .item")).to_have_count(0)
    after = project.checkpoint(POINT)
    assert after.state == "released"
    (entry,) = after.sign_offs
    assert entry.typed_at is not None
    assert entry.typed_at != entry.time
    page = person.go(f"/checkpoints?id={POINT}")
    expect(page.locator(".st-key-panel-checkpoint")).to_contain_text("Written at")


def test_a_draft_that_comes_twice_is_taken_once_and_strangers_are_kept_out(server: Server, helper) -> None:
    project = server.site.project
    with server.client() as client:
        assert client.post("/field/send").status_code in (303, 401, 403)
        client.cookies.set("bim_session", project.login(helper, PASSWORD))
        assert client.post("/field/send", data={"draft": "{}"}).status_code == 403
        known = client.get("/field/data").json()
        task = known["tasks"][0]["id"]
        assert not any("_engineer" in text for point in known["checkpoints"] for text in point["missing"])
        due = (project.today() + timedelta(days=2)).isoformat()
        draft = json.dumps(
            {
                "id": "d-1", "type": "ncr", "subject": f"task:{task}", "text": "crack", "title": "Crack",
                "typed_at": "2026-03-01T10:00:00Z", "due": due,
            }
        )  # fmt: skip
        before = len(project.cases("ncr"))
        for _ in range(2):
            answer = send(client, known["form"], draft)
            assert "NCR-" in answer["done"]
        assert len(project.cases("ncr")) == before + 1
        assert "error" in send(client, known["form"], draft.replace('"ncr"', '"nothing"'))
        assert "error" in send(client, known["form"], "no json")
        found = client.get("/field/find", params={"code": f"https://x/e?id={POINT}"}).json()["found"]
        assert (found["type"], found["id"]) == ("checkpoint", POINT)
        element = project.checkpoint(POINT).elements[0]
        assert client.get("/field/find", params={"code": element}).json()["found"]["type"] == "element"
        assert client.get("/field/find", params={"code": "NM-N"}).json()["found"]["type"] == "device"
        assert client.get("/field/find", params={"code": "none"}).json()["found"] is None


def send(client: httpx.Client, form: str, draft: str) -> dict[str, str]:
    return client.post("/field/send", data={"draft": draft}, headers={"x-form": form}, files={}).json()
