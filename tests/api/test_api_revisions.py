"""A new revision of a model under other GlobalIds: what follows by itself, and what waits for a person."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import ifcopenshell
import ifcopenshell.guid
import pytest
from small_site import PASSWORD, FixedClock, build

from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused

sys.path.append(str(Path(__file__).resolve().parent.parent / "model"))
from small_models import GUIDS, Builder

LINKS = f"element,task\n{GUIDS['slab']},C\n{GUIDS['rebar']},B\n{GUIDS['beam_a']},B\n"
MAPPING = "element: {by: global_id, column: element}\ntask: {by: id, column: task}\n"


@pytest.fixture
def site(tmp_path):
    project = build(tmp_path / "site", FixedClock(), tmp_path / "in")
    folder = tmp_path / "in"
    (folder / "links.csv").write_text(LINKS, "utf-8")
    (folder / "links.yaml").write_text(MAPPING, "utf-8")
    project.load_model(Builder("IFC4").write(folder / "first.ifc"))
    project.load_links(folder / "links.csv", mapping=folder / "links.yaml")
    yield project
    project.close()


def renamed(folder, name="second.ifc", **changes):
    """The same building with a new GlobalId on everything."""
    path = Builder("IFC4", **changes).write(folder / name)
    model = ifcopenshell.open(path)
    new = {}
    chance = random.Random(4)
    for root in model.by_type("IfcRoot"):
        new[root.GlobalId] = ifcopenshell.guid.compress(f"{chance.getrandbits(127):032x}")
        root.GlobalId = new[root.GlobalId]
    model.write(str(path))
    return path, new


def signed_elements(project):
    with project._store.reading() as work:
        entries = [json.loads(row.data) for row in work.entries()]
    return {
        item["global_id"] for entry in entries if entry["type"] == "sign_off" for item in entry["elements"]
    }


def test_links_follow_and_what_is_unsure_waits(site, tmp_path):
    path, new = renamed(tmp_path / "in")
    answer = site.load_model(path)
    compared = answer["compared"]
    assert answer["predecessor"] == 1
    assert compared["rekeyed"] > 3
    assert compared["unchanged"] == 0
    carried = {view.global_id: view for view in site.successions("carried")}
    assert carried[GUIDS["slab"]].after == new[GUIDS["slab"]]
    with site._store.reading() as work:
        links = {(element, task) for element, task, _ in work.links()}
    for name, task in (("slab", "C"), ("rebar", "B"), ("beam_a", "B")):
        moved = GUIDS[name] in carried
        assert ((new[GUIDS[name]] if moved else GUIDS[name]), task) in links


def test_loading_the_first_file_again_brings_the_links_back(site, tmp_path):
    path, _ = renamed(tmp_path / "in")
    with site._store.reading() as work:
        before = work.links()
    site.load_model(path)
    site.load_model(tmp_path / "in" / "first.ifc")
    with site._store.reading() as work:
        assert work.links() == before


def test_a_sign_off_never_moves_without_a_named_person(site, tmp_path):
    site.sign("CP-RB", "liu", "accept", "Bars seen and measured", password=PASSWORD)
    assert GUIDS["rebar"] in signed_elements(site)
    path, new = renamed(tmp_path / "in")
    site.load_model(path)
    held = site.situation().judged["CP-RB"].gate
    assert held.state.value != "released"
    question = next(view for view in site.successions() if view.global_id == GUIDS["rebar"])
    assert len(question.sign_offs) == 1
    for user in ("guest", "nobody"):
        with pytest.raises(PermissionRefused):
            site.decide_succession(question.id, user, after=None, reason="the same bar")
    with pytest.raises(InputRefused, match="reason"):
        site.decide_succession(question.id, "liu", after=None, reason=" ")
    with pytest.raises(InputRefused) as refused:
        site.decide_succession(question.id, "liu", after="nothing", reason="x")
    assert refused.value.code == "successor_missing"
    with pytest.raises(NotFound):
        site.decide_succession(999, "liu", after=None, reason="x")
    answer = site.decide_succession(
        question.id, "liu", after=new[GUIDS["rebar"]], reason="Same mark 7 in both exports"
    )
    assert answer["after"] == new[GUIDS["rebar"]]
    with site._store.reading() as work:
        made = site._sign_offs_made(work, work.content_hashes(), ["CP-RB"])["CP-RB"][0]
    assert new[GUIDS["rebar"]] in made.elements
    assert GUIDS["rebar"] not in made.elements
    (decided,) = site.successions("confirmed")
    assert (decided.decided_by, decided.decided_at) == ("liu", site.now())


def test_a_person_says_that_it_is_something_else(site, tmp_path):
    path, new = renamed(tmp_path / "in")
    site.load_model(path)
    slab = next(view for view in site.successions("carried") if view.global_id == GUIDS["slab"])
    with pytest.raises(PermissionRefused):
        site.decide_succession(slab.id, "guest", after=None, reason="x", same=False)
    site.decide_succession(slab.id, "liu", after=None, reason="Demolished and cast anew", same=False)
    with site._store.reading() as work:
        links = {(element, task) for element, task, _ in work.links()}
    assert (GUIDS["slab"], "C") in links
    assert (new[GUIDS["slab"]], "C") not in links


def test_two_disciplines_are_one_project(site, tmp_path):
    before = len(site.elements())
    path, _ = renamed(tmp_path / "in", "mep.ifc", wall_x=90000.0)
    answer = site.load_model(path, discipline="mep")
    assert answer["compared"] is None
    assert len(site.elements()) == 2 * before
    again, _ = renamed(tmp_path / "in", "mep2.ifc", wall_x=91000.0)
    assert site.load_model(again, discipline="mep")["compared"] is not None
    assert len(site.elements()) == 2 * before
    assert {view.discipline for view in site.models()} == {"", "mep"}


def test_properties_of_one_element(site):
    assert site.element_properties(GUIDS["wall"])
    assert site.element_properties("unknown") == {}
