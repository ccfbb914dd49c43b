"""The screen of renamed elements: a person confirms one, and the decision bears the name."""

from __future__ import annotations

import random
from pathlib import Path

import bim_supervise_sample as sample
import ifcopenshell
import ifcopenshell.guid
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


def renamed(path: Path, out: Path) -> Path:
    """The sample model as an exporter writes it that gives out new GlobalIds."""
    model = ifcopenshell.open(path)
    chance = random.Random(1)
    for root in model.by_type("IfcElement"):
        root.GlobalId = ifcopenshell.guid.compress(f"{chance.getrandbits(127):032x}")
    model.write(str(out))
    return out


def test_a_renamed_element_is_confirmed_by_name(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = site.project
    answer = project.load_model(renamed(sample.model_path(), tmp_path / "again.ifc"))
    assert answer["compared"]["rekeyed"] > 10
    monkeypatch.setattr(api, "shared_project", lambda: project)
    token = project.login("coordinator", PASSWORD)
    monkeypatch.setattr(session, "session_token", lambda: token)
    session.changed()
    st.session_state.pop("language", None)
    screen = AppTest.from_function(_screen, default_timeout=60).run()
    screen.button_group(key="model-view").set_value("review").run()
    assert not screen.exception
    screen.button_group(key="review-state").set_value("carried").run()
    chosen = screen.selectbox(key="review-carried").value
    before = next(view for view in project.successions() if view.id == chosen)
    screen.text_input(key=f"review-reason-{chosen}").set_value("Same mark in both exports")
    next(button for button in screen.button if "Decide as" in button.label).click()
    screen.run()
    assert not screen.exception
    after = next(view for view in project.successions() if view.id == chosen)
    assert (before.state, after.state, after.after) == ("carried", "confirmed", before.after)
    assert (after.decided_by, after.reason) == ("coordinator", "Same mark in both exports")
