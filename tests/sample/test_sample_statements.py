"""Chapters that statements tell: the night pour without a permit, and the work that the cold week delayed."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime

import bim_supervise_sample as sample
import pytest
import streamlit as st
from bim_supervise_sample.site import ZONE
from bim_supervise_sample.stream import Channel, Simulator
from bim_supervise_ui import session
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from bim_supervise import api
from bim_supervise.cli.running import prepare_sample

MORNING = datetime(2026, 4, 10, 8, tzinfo=ZONE)
PASSWORD = "correct horse battery"
BREAKS = re.compile(r"[\s\u200b]")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The sample on the morning after the pour, with all that was stated until then and no telemetry."""
    project, _ = prepare_sample(tmp_path_factory.mktemp("statements") / "site")
    statements = [
        ("site/observations", message.payload())
        for message in Simulator(1).spoken()
        if message.received <= MORNING
    ]
    assert {message.channel for message in Simulator(1).spoken()} == {Channel.OBSERVATIONS}
    clock = ("site/clock", json.dumps({"time": MORNING.isoformat()}).encode())
    report = project.ingest([clock, *statements], authenticated=True)
    assert (report["stored"], report["rejected_count"]) == (len(statements), 0)
    yield project
    project.close()


@pytest.fixture
def screen(project, monkeypatch):
    """Opens a screen as a person who reads a language, and gives its text."""
    monkeypatch.setattr(api, "shared_project", lambda: project)

    def opened(draw, language, **query):
        name = f"reader-{language}"
        if name not in {user.name for user in project.users()}:
            project.add_user(name, PASSWORD, language=language)
            project.appoint(name, "observer", sample.START.date())
        token = project.login(name, PASSWORD)
        monkeypatch.setattr(session, "session_token", lambda: token)
        session.changed()
        st.session_state.pop("language", None)
        shown = AppTest.from_function(draw, default_timeout=60)
        for key, value in query.items():
            shown.query_params[key] = value
        shown.run()
        assert not shown.exception
        return "\n".join(str(item.proto.body) for item in shown.main if item.type == "html")

    return opened


def green() -> None:
    from bim_supervise_ui.screens import green
    from bim_supervise_ui.widgets import page

    page.guarded(green.draw)


def today() -> None:
    from bim_supervise_ui.screens import today
    from bim_supervise_ui.widgets import page

    page.guarded(today.draw)


def printed(project, kind, language, first):
    data = project.report_bytes(kind, ".pdf", language=language, first_day=first, last_day=MORNING.date())
    return "".join(BREAKS.sub("", page.extract_text()) for page in PdfReader(io.BytesIO(data)).pages)


def test_the_pour_that_ran_into_the_night_is_found_with_what_was_stated(project):
    tasks = {state.task.id: state.task for state in project.situation().states}
    found = {
        tasks[one.subject.task].wbs: one for one in project.situation().verdicts if one.rule == "NOI-CN-10"
    }
    # The curing is stated to begin when the pour ends; the summary above both repeats nothing.
    assert found.keys() == {"5.2.4", "5.2.5"}
    pour = found["5.2.4"]
    assert (pour.outcome.value, pour.reason) == ("fail", "night_without_permit")
    assert pour.params["moment"] == "2026-04-10 01:30"
    assert pour.evidence
    assert all(project.open_evidence(one) for one in pour.evidence)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_night_pour_is_on_its_screen_and_in_the_monthly_green_report(project, screen, language):
    title = f"NOI-CN-10 {project.registry.rules['NOI-CN-10'].title[language]}"
    text = screen(green, language, pack="noise", days="60")
    assert title in text
    assert "2026-04-10 01:30" in text
    told = printed(project, "green-report", language, sample.START.date())
    assert BREAKS.sub("", title) in told
    assert "2026-04-1001:30" in told
    assert {"zh": "不合格", "en": "Fail"}[language] in told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_work_behind_the_cold_week_is_late_on_the_screen_and_in_the_monthly_report(
    project, screen, language
):
    late = {
        state.task.wbs: state.task
        for state in project.situation().states
        for verdict in project.situation().verdicts
        if verdict.rule == "PRG-01" and verdict.outcome == "fail" and verdict.subject.task == state.task.id
    }
    assert {"4.4", "5.1.4"} <= late.keys(), "the braces waited for their strength, the formwork for the mats"
    text = screen(today, language)
    assert any(task.name in text for task in late.values())
    told = printed(project, "monthly-report", language, sample.START.date())
    assert BREAKS.sub("", late["5.1.4"].name) in told
