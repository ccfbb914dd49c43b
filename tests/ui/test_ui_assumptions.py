"""What the forecast assumes about a shut gate, on the timeline, on the card and in the weekly report."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from bim_supervise_ui import session
from streamlit.testing.v1 import AppTest
from ui_site import PASSWORD, Site

from bim_supervise import api


def _screen() -> None:
    from bim_supervise_ui.screens import timeline
    from bim_supervise_ui.widgets import page

    page.guarded(timeline.draw)


def test_an_assumption_is_said_where_it_moves_a_start(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = site.project
    later = project.now() + timedelta(days=30)
    monkeypatch.setattr(type(project), "now", lambda self: later)
    starts = {row.id: row.start for row in project.tasks()}
    moving = [row for row in project.status().forecast_assumptions if row["not_before"] > starts[row["task"]]]
    assert moving
    monkeypatch.setattr(api, "shared_project", lambda: project)
    token = project.login("coordinator", PASSWORD)
    monkeypatch.setattr(session, "session_token", lambda: token)
    session.changed()
    st.session_state.pop("language", None)
    screen = AppTest.from_function(_screen, default_timeout=120)
    screen.query_params["task"] = moving[0]["task"]
    screen.run()
    assert not screen.exception
    said = " ".join(item.proto.body for item in screen.get("html"))
    assert moving[0]["checkpoint"] in said
    assert any(
        "Assumptions of the forecast" in item.label or "预测的假定" in item.label for item in screen.expander
    )
    file = tmp_path / "weekly.xlsx"
    project.report("weekly-report", file, language="en")
    with zipfile.ZipFile(file) as book:
        text = " ".join(
            book.read(name).decode("utf-8", "replace") for name in book.namelist() if name.endswith(".xml")
        )
    assert "Assumption of the forecast" in text
