"""Every screen over a real project, without a browser: what is shown, and what people may do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import streamlit as st
from bim_supervise_ui import session
from streamlit.testing.v1 import AppTest
from ui_site import PASSWORD, Site

from bim_supervise import api

SCREENS = (
    "today",
    "alarms",
    "timeline",
    "checkpoints",
    "green",
    "cases",
    "lots",
    "storey",
    "evidence",
    "model",
    "plans",
    "linking",
    "report",
    "records",
    "itp",
    "account",
    "administration",
)


def _screen(key: str) -> None:
    from bim_supervise_ui import shell
    from bim_supervise_ui.widgets import page

    found = {item.key: item.draw for group in shell.SECTIONS.values() for item in group}
    page.guarded(found[key])


@pytest.fixture
def look(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens a screen as a person, with a query."""
    monkeypatch.setattr(api, "shared_project", lambda: site.project)

    tokens: dict[str, str] = {}

    def opened(key: str, user: str = "chief", **query: str) -> AppTest:
        if user not in tokens:
            tokens[user] = site.project.login(user, PASSWORD)
        token = tokens[user]
        monkeypatch.setattr(session, "session_token", lambda: token)
        session.changed()
        # Widgets are read back outside a run, in the language that is remembered there.
        st.session_state.pop("language", None)
        screen = AppTest.from_function(_screen, kwargs={"key": key}, default_timeout=60)
        for name, value in query.items():
            screen.query_params[name] = value
        return screen.run()

    return opened


def html(screen: AppTest) -> str:
    return "\n".join(str(item.proto.body) for item in screen.main if item.type == "html")


def healthy(screen: AppTest) -> str:
    """The markup of a screen that neither failed nor shows a raw key."""
    assert not screen.exception
    text = html(screen)
    assert "notice bad" not in text, text
    shown = re.sub(r"<[^>]*>", " ", text)
    assert not re.search(
        r"\b(today|task|common|checkpoint|evidence_screen|model|report|column|reason|missing)\.[a-z]", shown
    )
    return text


@pytest.mark.parametrize(
    ("key", "user"),
    [
        *((key, "chief") for key in SCREENS),
        ("model", "coordinator"),
        ("plans", "coordinator"),
        ("linking", "coordinator"),
        ("checkpoints", "guest"),
    ],
)
def test_every_screen_opens(look, key: str, user: str) -> None:
    text = healthy(look(key, user))
    assert 'class="page-head"' in text
    assert "UTC+8" in text


def test_today_never_shows_zero_for_unknown(look, site: Site) -> None:
    percent = site.project.status().percent
    text = healthy(look("today"))
    for step in ("claimed", "accepted", "corroborated", "proven"):
        bar = re.search(rf'track {step} dep( none)?"', text)
        assert bar is not None
        assert (bar[1] is not None) == (getattr(percent, step) is None)


def test_figures_grey_when_evidence_stops(look, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = site.project.freshness()
    monkeypatch.setattr(site.project, "freshness", lambda: replace(fresh, stale=False, age_s=3.0))
    live = healthy(look("today"))
    assert "stale-block" not in live
    monkeypatch.setattr(site.project, "freshness", lambda: replace(fresh, stale=True, age_s=420.0))
    stale = healthy(look("today"))
    assert "stale-block" in stale
    assert ".pill.good{color:var(--faint)" in stale
    assert "7分钟" in stale


def test_names_with_markup_are_shown_as_text(look, site: Site) -> None:
    site.project.sign(_waiting(site), "chief", "accept", "<script>x</script> $a$", password=PASSWORD)
    text = healthy(look("account"))
    assert "<script>" not in text
    assert "chief &lt;b&gt;$x$&lt;/b&gt;" in text


def _waiting(site: Site) -> str:
    return next(
        item.id
        for item in site.project.checkpoints(user="chief")
        if "chief_supervision_engineer" in item.required_capacities
    )


def test_card_shows_criteria_evidence_and_what_is_missing(look, site: Site) -> None:
    identity = _waiting(site)
    text = healthy(look("checkpoints", id=identity))
    assert identity in text
    assert "总监理工程师" in text


def _sign(screen: AppTest, decision: str, reason: str) -> AppTest:
    screen.radio[0].set_value(decision)
    screen.text_area[0].set_value(reason)
    screen.text_input[-1].set_value(PASSWORD)
    next(field for field in screen.text_input if field.label in ("您的密码", "Your password")).set_value(
        PASSWORD
    )
    return screen.button[-1].click().run()


def test_signature_goes_to_the_ledger(look, site: Site) -> None:
    identity = _waiting(site)
    signed = _sign(look("checkpoints", id=identity), "accept", "checked on site")
    assert "notice good" in html(signed)
    entries = site.project.sign_offs()
    assert [(entry.signer, entry.decision, entry.reason) for entry in entries] == [
        ("chief", "accept", "checked on site")
    ]


def test_signature_without_appointment_is_refused_by_the_project(look, site: Site) -> None:
    identity = _waiting(site)
    for user in ("guest", "inspector"):
        refused = _sign(look("checkpoints", user, id=identity), "accept", "trust me")
        assert "notice bad" in html(refused)
    assert site.project.sign_offs() == []


def test_signature_needs_decision_and_reason(look, site: Site) -> None:
    screen = look("checkpoints", id=_waiting(site))
    assert "notice bad" in html(screen.button[-1].click().run())
    assert site.project.sign_offs() == []


def test_work_is_reported_and_shown(look, site: Site) -> None:
    task = next(row for row in site.project.tasks() if row.kind == "task" and row.actual_start is None)
    screen = look("report", "inspector", task=task.id)
    wall = site.project.now().astimezone(site.project.zone).replace(tzinfo=None, second=0, microsecond=0)
    screen.datetime_input[0].set_value(wall - timedelta(hours=2))
    screen.number_input[0].set_value(3.5)
    screen.text_area[0].set_value("half done")
    sent = screen.button[0].click().run()
    assert "notice good" in html(sent)
    facts = {fact.kind: fact for fact in site.project.facts(subject=task.id)}
    assert set(facts) == {"task_started", "quantity_reported"}
    assert facts["quantity_reported"].value == 3.5
    assert facts["quantity_reported"].payload["remark"] == "half done"
    assert facts["task_started"].reporter == "inspector"


def test_empty_and_impossible_reports_are_refused(look, site: Site) -> None:
    task = next(row.id for row in site.project.tasks() if row.kind == "task")
    before = site.project.facts(subject=task)
    screen = look("report", "inspector", task=task)
    assert "notice bad" in html(screen.button[0].click().run())
    wall = site.project.now().astimezone(site.project.zone).replace(tzinfo=None, second=0, microsecond=0)
    screen.datetime_input[0].set_value(wall + timedelta(days=30))
    future = html(screen.button[0].click().run())
    assert "report_in_future" in future
    assert site.project.facts(subject=task) == before


def test_guest_may_not_report_or_load(look) -> None:
    assert "notice wait" in healthy(look("report", "guest"))
    screen = look("model", "guest")
    screen.segmented_control[0].set_value("load")
    assert "notice wait" in healthy(screen.run())


def test_alarms_are_acknowledged_with_a_comment(look, site: Site) -> None:
    alarms = site.project.alarms()
    if not alarms:
        pytest.skip("the sample raised no alarm")
    screen = look("today")
    opened = (
        next(button for button in screen.button if str(button.key).startswith("open-row-alarm")).click().run()
    )
    opened.text_area[0].set_value("seen, crew told")
    next(button for button in opened.button if "ack" in str(button.key) or button.label).click()
    done = opened.run()
    assert not done.exception


def test_task_card_opens_by_address(look, site: Site) -> None:
    task = next(row for row in site.project.tasks() if row.elements)
    text = healthy(look("timeline", task=task.id))
    assert "panel" not in text
    assert 'class="grid-table"' in text


def test_device_series_opens_by_address(look) -> None:
    screen = look("evidence", device="NM-N")
    text = healthy(screen)
    assert "NM-N" in text
    assert any(item.type == "echarts_chart" for item in screen.main)


def test_unknown_addresses_say_so(look) -> None:
    assert "nope" in healthy(look("evidence", device="nope"))
    assert "nope" in healthy(look("timeline", task="nope"))
    assert "checkpoint_unknown" in html(look("checkpoints", id="nope"))


def test_ledger_check_names_the_head(look, site: Site) -> None:
    site.project.sign(_waiting(site), "chief", "reject", "not yet", password=PASSWORD)
    screen = look("account")
    checked = next(button for button in screen.button if button.icon or button.label).click().run()
    assert site.project.verify_ledger()["head"] in html(checked)


def test_ended_session_shows_nothing(look, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    look("today")
    monkeypatch.setattr(session, "session_token", lambda: "ended")
    screen = AppTest.from_function(_screen, kwargs={"key": "today"}, default_timeout=60).run()
    text = html(screen)
    assert "/login" in text
    assert "page-head" not in text


def test_links_are_suggested_and_a_plan_drafted_on_screen_without_storing_anything(look, site: Site) -> None:
    before = site.project.link_summary().links
    screen = look("linking", "coordinator")
    screen.query_params["view"] = "suggestions"
    screen.run()
    screen.button(key="link-suggest").click().run()
    healthy(screen)
    screen.query_params["view"] = "draft"
    screen.run()
    assert screen.button(key="draft-make").disabled
    screen.button(key="draft-look").click().run()
    assert "558" in healthy(screen)
    assert site.project.link_summary().links == before
    assert "notice wait" in html(look("linking", "guest"))
