"""Lots, records, the inspection plan and appointments, from their screens."""

from __future__ import annotations

from datetime import date

import pytest
from test_ui_screens import healthy, html, look
from ui_site import PASSWORD, Site

from bim_supervise.api import SiteRecord
from bim_supervise.core.errors import InputRefused, PermissionRefused

__all__ = ["look"]


def test_a_lot_shows_every_check_with_its_source_and_what_is_missing(look, site: Site) -> None:
    walls = [row.global_id for row in site.project.elements() if row.ifc_class.startswith("IfcWall")][:20]
    lot = site.project.define_lot("inspector", "CAST-FRAME", walls, "Walls <b>A</b>")
    site.project.measure_lot(lot.case.id, "inspector", [{"check": "axis", "value": 9.0}])
    text = healthy(look("lots", "specialist", id=lot.case.id))
    assert "GB 50204-2015 Table 8.3.2" in text
    assert "V2" in text
    assert "测点不足" in text
    assert "<b>A</b>" not in text
    overview = healthy(look("lots"))
    assert "主体结构" in overview


def test_recorded_values_become_points_at_the_press_of_a_button(look, site: Site) -> None:
    walls = [row.global_id for row in site.project.elements() if row.ifc_class.startswith("IfcWall")][:2]
    lot = site.project.define_lot("inspector", "CAST-FRAME", walls, "Walls").case.id
    for element, value, unit in ((walls[0], 3.0, "mm"), (walls[1], 0.004, "m")):
        site.project.record(
            "inspector",
            SiteRecord(
                kind="measured", subject_type="element", subject=element, value=value, unit=unit, item="axis"
            ),
        )
    screen = look("lots", "inspector", id=lot)
    text = healthy(screen)
    assert "0.004 m" in text
    assert "单位与检查项不一致" in text
    take = next(button for button in screen.button if "1 个实测值" in button.label)
    healthy(take.click().run())
    (point,) = site.project.lot(lot).points
    assert (point.element, point.value) == (walls[0], 3.0)


def test_a_record_is_made_from_its_form(look, site: Site) -> None:
    site.project.add_user("helper", PASSWORD)
    site.project.appoint("helper", "supervision_assistant", date(2025, 1, 1))
    task = next(row.id for row in site.project.tasks() if row.kind != "summary")
    screen = look("records", "helper", task=task)
    healthy(screen)
    screen.selectbox[0].set_value("patrol").run()
    screen.text_area[0].set_value("rails are up")
    send = next(button for button in screen.button if button.label == "记录")
    assert "notice good" in html(send.click().run())
    (fact,) = site.project.facts(subject=task, kind="patrol")
    assert (fact.reporter, fact.payload["remark"], fact.authenticated) == ("helper", "rails are up", True)
    assert "notice wait" in html(look("records", "guest"))
    with pytest.raises(PermissionRefused):
        site.project.record("guest", SiteRecord(kind="patrol", subject_type="task", subject=task))


def test_the_plan_is_loaded_edited_and_refused_from_its_screen(look, site: Site) -> None:
    site.project.add_user("adm", PASSWORD)
    site.project.appoint("adm", "administrator", date(2025, 1, 1))
    site.project.load_itp("cn", by="adm")
    screen = look("itp", "adm")
    text = healthy(screen)
    assert "R-high" in text
    assert "CN-HIDDEN-REBAR" in text
    screen.text_area[0].set_value("itp: [{id: X}]")
    refused = next(button for button in screen.button if "保存" in button.label).click().run()
    assert "notice bad" in html(refused)
    assert len(site.project.itp()) == 5
    with pytest.raises(PermissionRefused):
        site.project.save_itp([], by="guest")


def test_only_an_administrator_appoints_and_keeps_contacts_of_others(site: Site) -> None:
    project = site.project
    project.add_user("adm", PASSWORD)
    project.appoint("adm", "administrator", date(2025, 1, 1))
    project.appoint_as("adm", "guest", "owner_project_manager", date(2026, 1, 1), certificate="A-77")
    project.set_contact("adm", "guest", phone="+86 10 1234", email="g@example.org")
    project.set_contact("guest", "guest", phone="+86 10 5678")
    row = next(row for row in project.appointments() if row["certificate"] == "A-77")
    assert (row["user"], row["phone"], row["email"]) == ("guest", "+86 10 5678", "")
    for act in (
        lambda: project.appoint_as("chief", "guest", "administrator", date(2026, 1, 1)),
        lambda: project.set_contact("chief", "guest", phone="1"),
    ):
        with pytest.raises(PermissionRefused):
            act()
    with pytest.raises(InputRefused):
        project.set_contact("adm", "guest", email="nowhere")
