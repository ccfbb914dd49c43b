"""Models of two trades on one picture, a pin of a non-conformance, a view sent as a link: by real clicks."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import ifcopenshell.guid
import pytest
from playwright.sync_api import expect
from test_viewer_browser import ROOT, gl_browser, look, served

from bim_supervise.api import CaseDraft

sys.path.insert(0, str(ROOT / "tests" / "model"))

from small_models import GUIDS, Builder

__all__ = ["gl_browser", "look", "served"]

pytestmark = pytest.mark.browser

_SPOT = """(element, wanted) => {
  const box = element.querySelector("canvas").getBoundingClientRect();
  for (let y = 100; y < box.height - 60; y += 7)
    for (let x = 20; x < box.width - 20; x += 7)
      if (wanted.includes(element.viewer.idAt(x, y))) return {x, y};
  return null;
}"""


def _two_trades(folder: Path) -> tuple[Path, Path]:
    """A building, and the same one with its wall 20 m further on and GlobalIds of its own."""
    first, second = folder / "structure.ifc", folder / "services.ifc"
    first.write_text(Builder("IFC4").f.to_string())
    text = Builder("IFC4", wall_x=20_000.0).f.to_string()
    for number, guid in enumerate(GUIDS.values(), start=1001):
        text = text.replace(guid, ifcopenshell.guid.compress(f"{number:032x}"))
    second.write_text(text)
    return first, second


def test_two_trades_a_pin_and_a_link(look, served, tmp_path) -> None:
    first, second = _two_trades(tmp_path)
    server = served(first)
    project = server.site.project
    mine = GUIDS["wall"]
    project.load_model(second, discipline="services")
    (theirs,) = (row.global_id for row in project.elements("Wall W1") if row.global_id != mine)
    numbers = sorted(model.id for model in project.models())
    view = look("/viewer%3F" + "%26".join(f"model%3D{number}" for number in numbers), at=server)
    page = view.page
    drawn = sum(project.scene(number)["shape"].count("mesh") for number in numbers)
    view.until(f"v.report().drawn === {drawn}")
    for picked in (theirs, mine):
        spot = page.locator(".viewer").evaluate(_SPOT, [picked])
        assert spot, "an element of each trade can be seen"
        page.locator(".viewer canvas").click(position=spot)
        expect(page.locator(".st-key-panel-viewer-card")).to_contain_text(picked)
        view.until(f"v.report().selected.join() === '{picked}'")

    # What is on the picture is in the address; another person who opens it sees the same.
    view.ask("colourBy('trade')")
    before = parse_qs(urlsplit(page.url).query).get("at")
    view.ask("look('top')")
    # The address follows the camera until it rests.
    page.wait_for_function(
        """(before) => {
          const asked = new URLSearchParams(location.search), at = asked.get('at');
          const rests = at && at !== before && at === window.atBefore && asked.get('by') === 'trade';
          window.atBefore = at;
          return rests;
        }""",
        arg=before and before[0],
        polling=2000,
    )
    sent = page.url.removeprefix(server.url)
    other = look(sent.replace("?", "%3F").replace("&", "%26"), at=server)
    other.until(f"v.report().selected.length === 1 && v.report().drawn === {drawn}")
    assert other.report["selected"] == [picked]
    assert other.report["by"] == "trade"
    assert other.report["eye"] == pytest.approx(view.report["eye"], abs=0.2)

    draft = CaseDraft(
        title="Grout is missing", text="Seen from the lift", elements=(picked,), due=project.today()
    )
    # Nobody touches the page: what happens on the site comes to it.
    case = project.open_case("ncr", "chief", draft)
    pin = page.locator(f".sign.ncr[data-id='{case.id}']")
    expect(pin).to_have_attribute("title", "Non-conformance (NCR) · Grout is missing · Open", timeout=60_000)
    pin.click()
    expect(page.locator(".st-key-panel-case")).to_contain_text("Grout is missing")
    assert (view.complaints, other.complaints) == ([], [])
