"""The model handed back from the screen, with the sample's plan in it updated where it stands."""

from __future__ import annotations

from pathlib import Path

import ifcopenshell
import ifcopenshell.validate
import pytest
import streamlit as st
from bim_supervise_ui import session
from streamlit.testing.v1 import AppTest
from ui_site import PASSWORD, Site

from bim_supervise import api


def _screen() -> None:
    from bim_supervise_ui.screens import model
    from bim_supervise_ui.widgets import page

    page.guarded(model.draw)


def test_the_model_is_handed_back_with_its_results(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = site.project
    monkeypatch.setattr(api, "shared_project", lambda: project)
    token = project.login("coordinator", PASSWORD)
    monkeypatch.setattr(session, "session_token", lambda: token)
    session.changed()
    st.session_state.pop("language", None)
    screen = AppTest.from_function(_screen, default_timeout=120).run()
    screen.button_group(key="model-view").set_value("revisions").run()
    screen.button(key="model-results-make").click().run()
    assert not screen.exception
    data, said = screen.session_state["model-results"]
    assert (said["tasks_added"], said["absent"]) == (0, 0), "the plan of the sample stands in its model"
    copy = tmp_path / "results.ifc"
    copy.write_bytes(data)
    logger = ifcopenshell.validate.json_logger()
    ifcopenshell.validate.validate(str(copy), logger)
    assert logger.statements == []
    started = {row.id for row in project.tasks() if row.actual_start is not None}
    times = {item.GlobalId: item.TaskTime for item in ifcopenshell.open(str(copy)).by_type("IfcTask")}
    assert {key for key, time in times.items() if time is not None and time.ActualStart} == started
    assert started
