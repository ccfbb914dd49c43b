"""Links by rule, by suggestion and by draft, through the facade, on the sample model."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from small_site import FixedClock

from bim_supervise.api import Project
from bim_supervise.core.errors import InputRefused, NotFound

MODEL = Path(str(files("bim_supervise_sample") / "pump_station.ifc"))
PLAN = """\
id,name,start,finish,duration
P,Uplift piles / 抗拔桩,2026-03-02 08:00,2026-03-03 17:00,2d
C,Columns zone A,2026-03-04 08:00,2026-03-05 17:00,2d
D,Columns zone B,2026-03-06 08:00,2026-03-09 17:00,2d
"""
RULES = """\
rules:
  - {name: piles, select: "IfcPile", task: {id: P}}
  - {name: columns, class: IfcColumn, storey: "水池层*", task: {name: Columns zone A}}
  - {name: lost, class: IfcDoor, task: {name: Nothing}}
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("linking")
    project = Project.create(folder / "site", "Links", clock=FixedClock())
    project.load_model(MODEL)
    yield project
    project.close()


def test_rules_are_counted_applied_kept_and_met_again_by_the_next_model_and_plan(loaded, tmp_path):
    with pytest.raises(NotFound, match="no schedule"):
        loaded.suggest_links()
    (tmp_path / "plan.csv").write_text(PLAN, "utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    loaded.load_schedule(tmp_path / "plan.csv")
    with pytest.raises(NotFound, match="no link rules"):
        loaded.load_link_rules()
    tried = loaded.load_link_rules(tmp_path / "rules.yaml", dry_run=True)
    assert loaded.link_summary().links == 0
    assert [(r["name"], r["elements"], r["reason"]) for r in tried["rules"]] == [
        ("piles", 48, None),
        ("columns", 40, None),
        ("lost", 12, "task_unknown"),
    ]
    done = loaded.load_link_rules(tmp_path / "rules.yaml")
    assert done["links"] == loaded.link_summary().links == 88
    assert loaded.load_model(MODEL)["link_rules"] == {"rules": 3, "elements": 100}
    assert loaded.link_summary().links == 88
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text('rules: [{name: a, select: "IfcWall, ,", task: {id: P}}]', "utf-8")
    with pytest.raises(InputRefused) as refused:
        loaded.load_link_rules(wrong)
    assert refused.value.code == "selector_invalid"
    assert loaded.link_summary().links == 88


def test_suggestions_link_nothing_unasked_and_then_only_what_names_one_task(loaded, tmp_path):
    (tmp_path / "plan.csv").write_text(PLAN + "X,Pumps,2026-04-01 08:00,2026-04-02 17:00,2d\n", "utf-8")
    loaded.load_schedule(tmp_path / "plan.csv")
    before = loaded.link_summary().links
    found = loaded.suggest_links()
    pumps = [one for one in found["suggestions"] if one["tasks"][0]["name"] == "Pumps"]
    assert len(pumps) == 6
    assert all(one["reasons"] and 0.5 <= one["confidence"] < 1 for one in pumps)
    assert loaded.link_summary().links == before
    applied = loaded.suggest_links(apply=True)["applied"]
    assert applied >= 6
    assert loaded.link_summary().links == before + applied


def test_a_draft_does_not_replace_a_plan_unasked_and_links_what_it_builds(loaded):
    with pytest.raises(InputRefused) as refused:
        loaded.draft_schedule()
    assert refused.value.code == "schedule_exists"
    tried = loaded.draft_schedule(dry_run=True)
    assert (tried["elements"], tried["unmapped"]) == (558, [])
    done = loaded.draft_schedule(replace=True, language="en")
    assert done["tasks"] == tried["tasks"]
    assert loaded.link_summary().unlinked_elements == 0
    assert all(row.early_start for row in loaded.tasks() if row.kind == "task")
