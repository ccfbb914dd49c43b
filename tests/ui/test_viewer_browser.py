"""The viewer in a real Chromium with software GL: what is under the cursor is what Python gets."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from ui_site import PASSWORD, Server, Site

from bim_supervise import api

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "viewer"))

from shape_files import Shapes, cast, read_shapes  # noqa: E402

pytestmark = pytest.mark.browser

FULL = os.environ.get("BIM_SUPERVISE_FULL") == "1"
SHARED = Path(os.environ.get("BIM_SUPERVISE_SHARED", ROOT.parent / "shared")) / "data" / "ifc"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--use-gl=angle",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
_PROBES = re.compile(r"/\w+/_stcore/(health|host-config)")
PATIENCE_MS = 600_000 if FULL else 60_000
BIG = pytest.mark.skipif(not FULL, reason="BIM_SUPERVISE_FULL=1 for the big models")


@pytest.fixture(scope="module")
def gl_browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


class Look:
    """One person in front of the viewer; remembers complaints and requests."""

    def __init__(
        self, browser: Browser, server: Server, target: str, language: str = "en", **context
    ) -> None:
        self.server = server
        self.context = browser.new_context(viewport={"width": 1300, "height": 860}, **context)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.received = 0
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._count))
        self.page.goto(f"{server.url}/login?lang={language}&next={target}")
        self.page.fill("input[name=name]", "chief")
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".viewer[data-loaded][data-coloured]", timeout=PATIENCE_MS)

    def _listen(self, message) -> None:
        url = message.location.get("url", "") if message.location else ""
        if message.type == "error" and not _PROBES.search(url):
            self.complaints.append(f"{message.text} ({url})")

    def _count(self, frame) -> None:
        self.received += len(frame)

    def ask(self, expression: str):
        return self.page.locator(".viewer").evaluate(f"(element) => element.viewer.{expression}")

    def until(self, condition: str) -> None:
        handle = self.page.locator(".viewer").element_handle()
        self.page.wait_for_function(
            f"(element) => {{ const v = element.viewer; return {condition} }}", arg=handle
        )

    @property
    def report(self) -> dict:
        return self.ask("report()")

    def canvas(self) -> dict[str, float]:
        box = self.page.locator(".viewer canvas").bounding_box()
        assert box is not None
        return box


@pytest.fixture
def look(gl_browser: Browser, server: Server) -> Iterator[Callable[..., Look]]:
    opened: list[Look] = []

    def start(target: str = "/viewer", language: str = "en", at: Server = server, **context) -> Look:
        opened.append(Look(gl_browser, at, target, language, **context))
        return opened[-1]

    yield start
    for item in opened:
        item.context.close()


def _points_under_the_cursor(view: Look, shapes: Shapes, ids: list[str], count: int = 50) -> None:
    """On random points the element that the viewer names is the one a ray in Python meets first."""
    box = view.canvas()
    chance = random.Random(7)
    met = 0
    for _ in range(400):
        x, y = (round(chance.uniform(4, size - 4)) + 0.5 for size in (box["width"], box["height"]))
        picked, ray = view.page.locator(".viewer").evaluate(
            "(element, [x, y]) => [element.viewer.idAt(x, y), element.viewer.rayAt(x, y)]", [x, y]
        )
        hits = cast(shapes, ray["from"], ray["along"])
        if not picked:
            # Beyond the edge of a shape by less than a pixel is beyond it.
            assert not hits or _grazes(view, shapes, x, y), (x, y)
            continue
        met += 1
        nearest = min(hits.values(), default=float("inf"))
        mine = min((far for element, far in hits.items() if ids[element] == picked), default=float("inf"))
        # Faces that lie on each other, and the depth buffer's own grain, leave a few millimetres open.
        assert mine <= nearest + 0.012 + nearest * 2e-4 or _grazes(view, shapes, x, y), (x, y, picked)
        if met == count:
            return
    raise AssertionError(f"only {met} of 400 random points lay on the model")


def _grazes(view: Look, shapes: Shapes, x: float, y: float) -> bool:
    """Whether neighbouring rays a third of a pixel away meet different elements: an edge lies here."""
    found = set()
    for dx, dy in ((0, 0), (0.34, 0), (-0.34, 0), (0, 0.34), (0, -0.34)):
        ray = view.page.locator(".viewer").evaluate(
            "(element, [x, y]) => element.viewer.rayAt(x, y)", [x + dx, y + dy]
        )
        hits = cast(shapes, ray["from"], ray["along"])
        found.add(min(hits, key=hits.__getitem__) if hits else None)
    return len(found) > 1


def test_every_element_is_drawn_and_the_one_under_the_cursor_is_named(look, server) -> None:
    view = look()
    project = server.site.project
    scene = project.scene()
    assert view.report["drawn"] == len(project.elements()) == scene["shape"].count("mesh")
    assert view.report["drawn_ids"] == len({row.global_id for row in project.elements()})
    view.page.locator(".viewer").evaluate("(element) => element.querySelector('.signs').hidden = true")
    _points_under_the_cursor(view, read_shapes(project.settings.geometry, scene), scene["ids"])
    assert view.complaints == []


def test_a_click_opens_the_card_and_the_address_and_a_rerun_is_small(look, server) -> None:
    view = look()
    page = view.page
    box = view.canvas()
    found = next(
        (x, y, name)
        for y in range(150, int(box["height"]) - 60, 23)
        for x in range(120, int(box["width"]) - 260, 31)
        if (name := view.ask(f"idAt({x}, {y})"))
        and not page.locator(".viewer").evaluate(
            "(element, [x, y]) => !!element.getRootNode().elementFromPoint(x, y)"
            "?.closest('.sign, .panel, .tools')",
            [box["x"] + x, box["y"] + y],
        )
    )
    view.page.wait_for_timeout(300)
    loaded, received = len([url for url in view.requests if "/shapes/" in url]), view.received
    page.mouse.click(box["x"] + found[0], box["y"] + found[1])
    expect(page.locator(".st-key-panel-viewer-card code.id").first).to_have_text(found[2])
    expect(page).to_have_url(re.compile(r"element="))
    assert view.report["selected"] == [found[2]]
    page.wait_for_timeout(500)
    assert view.received - received < 100_000, "a rerun of the page is small"
    assert len([url for url in view.requests if "/shapes/" in url]) == loaded, "a rerun loads nothing again"
    assert view.complaints == []


def test_time_plays_without_asking_the_server(look) -> None:
    view = look()
    page = view.page
    view.page.wait_for_timeout(500)
    page.locator(".tools [data-do=time]").click()
    playback = page.locator(".playback")
    expect(playback).to_be_visible()
    dates = set()
    asked = len(view.requests)
    for play in ("planned", "actual", "proven", "difference", "side_by_side"):
        playback.locator("select").first.select_option(play)
        view.until(f"v.report().play === '{play}'")
        playback.locator("input[type=range]").evaluate(
            "(slider) => { slider.value = slider.max / 3; slider.dispatchEvent(new Event('input')); }"
        )
        dates.add(playback.locator(".date").inner_text())
    assert len(dates) == 1
    before = view.report["minute"]
    playback.locator("[data-do=play]").click()
    view.until(f"v.report().minute > {before} + 1000")
    playback.locator("[data-do=play]").click()
    assert playback.locator(".date").inner_text() not in dates
    assert view.requests[asked:] == []
    expect(page).to_have_url(re.compile(r"play=side_by_side"))
    playback.locator("[data-do=close]").click()
    expect(playback).to_be_hidden()
    assert view.complaints == []


def test_section_measure_hide_isolate_and_keys(look) -> None:
    view = look(reduced_motion="reduce")
    page = view.page
    canvas = page.locator(".viewer canvas")
    drawn = view.ask("report()")["drawn"]
    page.locator(".tools [data-do=section]").click()
    page.locator(".cutting select").select_option(index=1)
    view.until("v.report().planes === 6")
    expect(page).to_have_url(re.compile(r"cut="))
    page.locator("[data-do=uncut]").click()
    view.until("v.report().planes === 0")
    page.locator(".tools [data-do=section]").click()
    canvas.focus()
    eye = view.report["eye"]
    page.keyboard.press("ArrowLeft")
    assert view.report["eye"] != eye
    page.keyboard.press("2")
    view.until("Math.abs(v.report().eye[0] - v.report().target[0]) < 0.1")
    page.keyboard.press("1")
    page.wait_for_timeout(700)
    box = view.canvas()
    grid = ((x, y) for y in range(160, int(box["height"]) - 80, 29) for x in range(150, 900, 37))
    spots = [(x, y) for x, y in grid if x < box["width"] - 260 and view.ask(f"idAt({x}, {y})")]
    x, y = spots[len(spots) // 2]
    name = view.ask(f"idAt({x}, {y})")
    place = view.ask(f"pickAt({x}, {y})")
    view.ask(f"select([{place}])")
    page.keyboard.press("i")
    assert {view.ask(f"idAt({px}, {py})") for px, py in spots[::7]} <= {"", name}, "the rest is a ghost"
    page.keyboard.press("a")
    view.ask(f"select([{place}])")
    page.keyboard.press("h")
    assert view.ask(f"idAt({x}, {y})") != name
    page.keyboard.press("a")
    assert view.ask(f"idAt({x}, {y})") == name
    view.ask("setMode('measure')")
    page.locator(".viewer").evaluate("(element) => element.querySelector('.signs').hidden = true")
    (ax, ay), (bx, by) = spots[len(spots) // 3], spots[2 * len(spots) // 3]
    page.mouse.click(box["x"] + ax, box["y"] + ay)
    page.mouse.click(box["x"] + bx, box["y"] + by)
    view.until("v.report().measures.length === 1")
    assert re.match(r"[\d.,]+ m", view.report["measures"][0])
    assert view.report["drawn"] == drawn
    assert view.complaints == []


def test_colours_legend_picture_and_viewpoint(look) -> None:
    view = look()
    page = view.page
    seen = set()
    for name in ("state", "evidence", "gate", "verdict", "late", "float", "trade", "storey"):
        page.locator(".colours select").select_option(name)
        view.until(f"v.report().by === '{name}'")
        rows = page.locator(".legend li")
        counts = [int(text.replace(",", "")) for text in rows.locator("b").all_inner_texts()]
        assert sum(counts) == view.report["drawn"], name
        seen.add(page.locator(".legend").inner_text())
    assert len(seen) == 8
    with page.expect_download() as download:
        page.locator(".tools [data-do=snapshot]").click()
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000
    page.locator(".tools [data-do=viewpoint]").click()
    page.get_by_text("Viewpoints", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Viewpoint as a file").click()
    kept = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert kept["snapshot"]["snapshot_type"] == "png"
    kept["perspective_camera"]["camera_view_point"]["z"] += 40
    before = view.report["eye"]
    page.locator(".st-key-viewer-viewpoints input[type=file]").set_input_files(
        {"name": "view.json", "mimeType": "application/json", "buffer": json.dumps(kept).encode()}
    )
    view.until(f"v.report().eye[2] > {before[2] + 30}")
    assert view.complaints == []


def test_a_lost_context_comes_back_and_a_link_is_a_view(look, server) -> None:
    element = server.site.project.elements()[100]
    address = f"/viewer?element={element.global_id}&by=storey&at=60,60,40,0,0,0"
    view = look(quote(address, safe=""), reduced_motion="reduce")
    page = view.page
    assert view.report["by"] == "storey"
    view.until("v.report().selected.length === 1")
    assert view.report["selected"] == [element.global_id]
    expect(page.locator(".st-key-panel-viewer-card code.id").first).to_have_text(element.global_id)
    page.wait_for_timeout(800)
    box = view.canvas()
    spots = [
        (x, y) for y in range(120, int(box["height"]) - 60, 41) for x in range(60, int(box["width"]) - 40, 53)
    ]
    before = [view.ask(f"idAt({x}, {y})") for x, y in spots]
    assert any(before)
    page.locator(".viewer").evaluate(
        "(element) => { const gl = element.viewer.stage.renderer.getContext();"
        " window.lose = gl.getExtension('WEBGL_lose_context'); window.lose.loseContext(); }"
    )
    view.until("v.report().losses === 1")
    page.evaluate("() => window.lose.restoreContext()")
    view.until("!v.stage.renderer.getContext().isContextLost()")
    page.wait_for_timeout(300)
    assert [view.ask(f"idAt({x}, {y})") for x, y in spots] == before


def test_phone_chinese_dark_and_reduced_motion(gl_browser, server) -> None:
    view = Look(
        gl_browser, server, "/viewer", "zh", color_scheme="dark", reduced_motion="reduce", has_touch=True,
    )  # fmt: skip
    try:
        page = view.page
        page.set_viewport_size({"width": 380, "height": 760})
        page.wait_for_timeout(500)
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        shown = page.locator(".viewer").inner_text()
        assert not re.search(r"\b(viewer|look_\w+)\.[a-z_]+", shown)
        assert page.locator(".tools").get_attribute("aria-label") == "查看器工具"
        eye = view.report["eye"]
        view.ask("look('top')")
        assert view.report["eye"] != eye, "without motion it is there at once"
        assert view.complaints == []
    finally:
        view.context.close()


def test_shapes_answer_nobody_without_a_session(server) -> None:
    project = server.site.project
    project.build_geometry()
    scene = project.scene()
    model = project.models()[0].id
    addresses = [
        f"/shapes/chunk/{scene['chunks'][0]['file']}", f"/shapes/scene/{model}/x", f"/shapes/look/{model}/x",
        "/shapes/program/x/viewer.js",
    ]  # fmt: skip
    with server.client() as stranger:
        assert [stranger.get(address).status_code for address in addresses] == [401] * 4
    with server.client() as person:
        page = person.get("/login")
        token = re.search(r'name="csrf" value="([^"]*)"', page.text)
        person.post(
            "/login",
            data={"name": "chief", "password": PASSWORD, "next": "/", "csrf": token[1] if token else ""},
        )
        answers = [person.get(address) for address in addresses]
        assert [answer.status_code for answer in answers] == [200] * 4
        assert answers[0].headers["cache-control"].endswith("immutable")
        assert answers[1].headers["cache-control"] == "no-store"
        assert person.get("/shapes/chunk/..%2F..%2Fbim-supervise.sqlite").status_code in (400, 404)
        assert person.get(f"/shapes/chunk/{'0' * 64}").status_code == 404
        assert person.get("/shapes/scene/999/x").status_code == 404


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[[Path], Server]]:
    """A server over a project that holds one real model."""
    running: list[tuple[subprocess.Popen[str], api.Project]] = []

    def start(model: Path) -> Server:
        project = api.Project.create(tmp_path / "site", "<img src=x onerror=alert(1)>")
        named = tmp_path / f"<b>{model.name}"
        named.symlink_to(model)
        project.load_model(named)
        project.add_user("chief", PASSWORD, display_name="chief", language="en")
        project.appoint("chief", "chief_supervision_engineer", project.today() - timedelta(days=9))
        code = (
            "import sys; from bim_supervise.server import serve;"
            "serve(sys.argv[1], port=0, on_ready=lambda url: print(url, flush=True))"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "site")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        running.append((process, project))
        assert process.stdout is not None
        return Server(process.stdout.readline().strip(), Site(tmp_path / "site", project))

    yield start
    for process, project in running:
        process.terminate()
        process.wait(30)
        project.close()


@pytest.mark.parametrize(
    "name",
    [
        "duplex_a_2x3.ifc",
        pytest.param(
            "janesville_restaurant_2x3.ifc", marks=pytest.mark.skipif(not FULL, reason="BIM_SUPERVISE_FULL=1")
        ),
        pytest.param(
            "derived_schep_merged.ifczip", marks=pytest.mark.skipif(not FULL, reason="BIM_SUPERVISE_FULL=1")
        ),
    ],
)
@pytest.mark.timeout(900)
def test_real_models_are_drawn_whole_and_picked_rightly(look, served, name: str) -> None:
    if not (SHARED / name).is_file():
        pytest.skip(f"the real-world test data is not beside the checkout: {SHARED / name}")
    server = served(SHARED / name)
    project = server.site.project
    view = look(at=server)
    scene = project.scene()
    boxed = sum(
        shape == "failed" and box is not None
        for shape, box in zip(scene["shape"], scene["boxes"], strict=True)
    )
    assert view.report["drawn"] == scene["shape"].count("mesh") + boxed
    assert len(scene["ids"]) == len(project.elements())
    assert set(scene["ids"]) == {row.global_id for row in project.elements()}
    if boxed:  # what stands in for a failed shape would hide what rays meet
        hidden = [place for place, shape in enumerate(scene["shape"]) if shape == "failed"]
        view.ask(f"select({hidden})")
        view.ask("hideSelected()")
    _points_under_the_cursor(view, read_shapes(project.settings.geometry, scene), scene["ids"])
    view.ask("colourBy('trade')")
    view.ask("cut([-5, -5, -5, 5, 5, 5])")
    assert view.report["planes"] == 6
    assert view.page.locator("b:has(b), img[src=x]").count() == 0, "names are shown as text"
    assert view.complaints == []
