"""Administration as an administrator uses it: tokens, devices, zones, people, over a real project."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import bim_supervise_sample as sample
import pytest
import streamlit as st
from bim_supervise_ui import session
from streamlit.testing.v1 import AppTest
from ui_site import PASSWORD, Site

from bim_supervise import api


def _screen() -> None:
    from bim_supervise_ui.screens import administration
    from bim_supervise_ui.widgets import page

    page.guarded(administration.draw)


@pytest.fixture
def look(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    site.project.add_user("boss", PASSWORD, language="en")
    site.project.appoint("boss", "administrator", date(2025, 1, 1))
    monkeypatch.setattr(api, "shared_project", lambda: site.project)

    def opened(view: str, user: str = "boss") -> AppTest:
        token = site.project.login(user, PASSWORD)
        monkeypatch.setattr(session, "session_token", lambda: token)
        session.changed()
        st.session_state.pop("language", None)
        screen = AppTest.from_function(_screen, default_timeout=60)
        screen.query_params["view"] = view
        return healthy(screen.run())

    return opened


def html(screen: AppTest) -> str:
    return "\n".join(str(item.proto.body) for item in screen.main if item.type == "html")


def healthy(screen: AppTest) -> AppTest:
    assert not screen.exception, screen.exception
    assert "notice bad" not in html(screen), html(screen)
    return screen


def field(screen: AppTest, group: str, label: str):
    return next(item for item in getattr(screen, group) if item.label == label)


@pytest.mark.parametrize("view", ["devices", "senders", "feeds", "zones", "people", "reads"])
def test_every_view_stands_in_both_languages_and_only_for_administrators(look, view: str) -> None:
    look(view)
    assert "notice wait" in html(look(view, "chief"))


def test_a_token_is_made_shown_once_works_and_is_revoked(look, site: Site) -> None:
    screen = look("senders")
    field(screen, "text_input", "Name").set_value("north gateway")
    field(screen, "text_input", "Devices it may speak for").set_value("NM-*, X-1")
    field(screen, "button", "Make token").click()
    healthy(screen.run())
    token = screen.code[0].value
    assert token.startswith("bst_")
    row = {"device": "X-1", "kind": "pm10", "value": 3, "time": sample.START.isoformat()}
    assert site.project.receive(token, json.dumps(row).encode())["stored"] == 1
    healthy(screen.run())
    assert not screen.code, "it cannot be read again"
    field(screen, "button", "Revoke now").click()
    healthy(screen.run())
    assert site.project.senders()[0].revoked_at is not None


def test_what_is_unknown_is_adopted_and_a_device_is_changed(look, site: Site) -> None:
    moment = site.project.now().isoformat()
    payload = {"device": "NEW-9", "kind": "noise_level", "value": 70, "time": moment}
    site.project.ingest([("bim-supervise/x", json.dumps(payload).encode())], authenticated=True)
    screen = look("devices")
    assert any("NEW" in item.label for item in screen.expander)
    field(screen, "button", "Adopt with its history").click()
    healthy(screen.run())
    assert "NEW-9" in {item.id for item in site.project.registered_devices()}
    field(screen, "selectbox", "Device").set_value("NEW-9")
    healthy(screen.run())
    field(screen, "text_input", "Owner").set_value("Lab Ltd")
    field(screen, "button", "Save").click()
    healthy(screen.run())
    changed = next(item for item in site.project.registered_devices() if item.id == "NEW-9")
    assert changed.owner == "Lab Ltd"


def test_a_person_is_added_and_appointed(look, site: Site) -> None:
    screen = look("people")
    field(screen, "text_input", "Login").set_value("newcomer")
    field(screen, "text_input", "First password").set_value("short")
    next(item for item in screen.button if item.label == "Add a person").click()
    screen.run()
    assert "notice bad" in html(screen), "a refusal is shown"
    field(screen, "text_input", "First password").set_value("a long enough one")
    next(item for item in screen.button if item.label == "Add a person").click()
    healthy(screen.run())
    field(screen, "selectbox", "Person").set_value("newcomer")
    field(screen, "selectbox", "Capacity").set_value("observer")
    field(screen, "button", "Appoint").click()
    healthy(screen.run())
    assert site.project.user("newcomer").capacities == ["observer"] or (
        tuple(site.project.user("newcomer").capacities) == ("observer",)
    )


def test_the_place_of_the_site_is_set(look, site: Site) -> None:
    screen = look("zones")
    field(screen, "number_input", "Latitude [°], WGS 84").set_value(31.2)
    field(screen, "number_input", "Longitude [°], WGS 84").set_value(121.5)
    screen.button[[item.label for item in screen.button].index("Save")].click()
    healthy(screen.run())
    assert site.project.anchor().latitude == 31.2


def test_a_look_at_a_persons_tag_needs_a_reason_and_is_listed(look, site: Site) -> None:
    site.project.protect_people(["tag-*"], days=7)
    screen = look("reads")
    field(screen, "text_input", "Tag or pseudonym").set_value("tag-7")
    field(screen, "button", "Look, and write it down").click()
    screen.run()
    assert "needs a reason" in html(screen)
    assert site.project.reads("boss") == []
    field(screen, "text_input", "Reason").set_value("missing since noon")
    field(screen, "button", "Look, and write it down").click()
    screen.run()
    assert "missing since noon" in html(look("reads"))
    assert "missing since noon" in html(look("reads", "chief"))
