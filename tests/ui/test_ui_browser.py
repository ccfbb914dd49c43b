"""A person walks through the screens in a real Chromium, in both languages, wide and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from bim_supervise_ui.i18n import own_catalogue
from playwright.sync_api import Browser, Page, expect, sync_playwright
from ui_site import PASSWORD, Server

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
SCREENS = (
    "today",
    "alarms",
    "timeline",
    "checkpoints",
    "green",
    "cases",
    "lots",
    "storey",
    "viewer",
    "evidence",
    "model",
    "plans",
    "linking",
    "report",
    "records",
    "itp",
    "administration",
    "account",
)
WIDE = {"width": 1400, "height": 900}
PHONE = {"width": 360, "height": 740}

# Streamlit's front end looks for its base path by trial; these answers are its own, not ours.
_PROBES = re.compile(r"/\w+/_stcore/(health|host-config)")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


class Visit:
    """One person in one browser window; remembers what the console complained about."""

    def __init__(self, browser: Browser, server: Server, language: str, size: dict[str, int]) -> None:
        self.server = server
        self.context = browser.new_context(viewport=size, locale="zh-CN" if language == "zh" else "en-GB")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(40_000)
        self.complaints: list[str] = []
        self.missed: list[str] = []
        """Addresses that answered with an error."""
        self.page.on("console", self._listen)
        self.page.on("response", self._answered)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.language = language

    def _listen(self, message) -> None:
        url = message.location.get("url", "") if message.location else ""
        if message.type == "error" and not _PROBES.search(url):
            self.complaints.append(f"{message.text} ({url})")

    def _answered(self, response) -> None:
        if response.status >= 400 and not _PROBES.search(response.url):
            self.missed.append(f"{response.status} {response.url}")

    def enter(self, name: str, target: str = "/") -> Page:
        self.page.goto(f"{self.server.url}/login?lang={self.language}&next={target}")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.settled()
        return self.page

    def go(self, path: str) -> Page:
        self.page.goto(self.server.url + path)
        self.settled()
        return self.page

    def settled(self) -> None:
        """Waits until the page has a head, runs nothing, and shows no placeholder any more."""
        self.page.wait_for_selector(".page-head")
        self.page.wait_for_function(
            "() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState !== 'running'"
            " && !document.querySelector('[data-testid=stSkeleton]')"
        )

    def overflow(self) -> int:
        return self.page.evaluate(
            "() => Math.max(document.documentElement.scrollWidth - innerWidth,"
            " document.querySelector('[data-testid=stMain]').scrollWidth"
            " - document.querySelector('[data-testid=stMain]').clientWidth)"
        )


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator:
    opened: list[Visit] = []

    def start(language: str = "en", size: dict[str, int] = WIDE) -> Visit:
        opened.append(Visit(browser, server, language, size))
        return opened[-1]

    yield start
    for item in opened:
        item.context.close()


RAW_KEY = re.compile(
    r"\b("
    + "|".join(sorted({key.split(".")[0] for key in own_catalogue().keys("en")}))
    + r")\.[a-z][a-z_]+\b"
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_screen_wide_and_on_a_phone(visit, language: str) -> None:
    person = visit(language)
    page = person.enter("chief")
    catalogue = own_catalogue()
    for key in SCREENS:
        page.set_viewport_size(WIDE)
        name = catalogue.text(f"{key}.title", language)
        page.locator("[data-testid=stSidebarNavLink]").filter(
            has=page.get_by_text(name, exact=True)
        ).first.click()
        title = "evidence_screen.title" if key == "evidence" else f"{key}.title"
        expect(page.locator(".page-head h1")).to_have_text(catalogue.text(title, language))
        person.settled()
        expect(page.locator(".asof")).to_contain_text("UTC+8")
        text = page.inner_text("body")
        assert not RAW_KEY.search(text), RAW_KEY.search(text)
        assert page.locator(".notice.bad").count() == 0
        page.set_viewport_size(PHONE)
        page.wait_for_timeout(250)
        assert person.overflow() <= 0, f"{key} scrolls sideways at 360 px"
    person.go("/checkpoints")
    assert page.request.get(f"{person.server.url}/favicon.ico").status < 400
    page.goto(f"{person.server.url}/field")
    page.locator("#draft").wait_for()
    assert (person.complaints, person.missed) == ([], [])


def test_login_on_a_phone_and_a_wrong_password(visit) -> None:
    person = visit("zh", PHONE)
    page = person.page
    page.goto(person.server.url + "/timeline")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    page.fill("input[name=name]", "chief")
    page.fill("input[name=password]", "wrong")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码错误")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    person.settled()
    expect(page).to_have_url(re.compile(r"/timeline$"))


def test_names_with_markup_never_become_markup(visit) -> None:
    person = visit()
    person.enter("chief")
    assert person.page.locator(".side-person b b").count() == 0
    expect(person.page.locator(".side-person b").first).to_have_text("chief <b>$x$</b>")


def test_bar_opens_the_card_and_a_row_leads_on(visit) -> None:
    person = visit()
    page = person.enter("chief", "/timeline")
    canvas = page.locator("[data-testid=stEChartsChart] canvas, .stEChartsChart canvas").first
    canvas.wait_for()
    page.wait_for_timeout(800)
    box = canvas.bounding_box()
    assert box is not None
    for row in range(24):
        for share in (0.30, 0.34, 0.38, 0.42, 0.48):
            page.mouse.click(box["x"] + box["width"] * share, box["y"] + 30 + 26 * row + 8)
            if "task=" in page.url:
                break
        if "task=" in page.url:
            break
    expect(page.locator(".st-key-panel-task")).to_be_visible()
    expect(page.locator(".st-key-panel-task .grid-table")).to_be_visible()


def _sign(page: Page, accept: str, sign: str, reason: str) -> None:
    page.get_by_text(accept, exact=True).first.click()
    page.locator("[data-testid=stForm] textarea").fill(reason)
    page.locator("[data-testid=stForm] input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name=sign, exact=True).click()


def test_signature_on_a_phone_and_refusal_by_the_server(visit) -> None:
    person = visit("zh", PHONE)
    site = person.server.site
    point = next(
        item
        for item in site.project.checkpoints(user="specialist")
        if "specialist_supervision_engineer" in item.required_capacities
    )
    before = len(site.project.sign_offs())
    guest = visit("zh", PHONE)
    page = guest.enter("guest", f"/checkpoints?id={point.id}")
    _sign(page, "同意", "签认", "let me")
    expect(page.locator(".notice.bad")).to_be_visible()
    assert len(site.project.sign_offs()) == before

    page = person.enter("specialist", f"/checkpoints?id={point.id}")
    assert person.overflow() <= 0
    _sign(page, "同意", "签认", "现场已核对")
    expect(page.locator(".notice.good")).to_be_visible()
    entry = site.project.sign_offs()[-1]
    assert (entry.signer, entry.reason) == ("specialist", "现场已核对")
    assert person.complaints == []


def test_work_is_reported_on_a_phone(visit) -> None:
    person = visit("en", PHONE)
    site = person.server.site
    task = next(row for row in site.project.tasks() if row.kind == "task" and row.actual_start is None)
    page = person.enter("inspector", f"/report?task={task.id}")
    page.locator("[data-testid=stForm] textarea").fill("crew of 6")
    page.locator("[data-testid=stForm] input[type=file]").set_input_files(
        {"name": "pit.png", "mimeType": "image/png", "buffer": _PICTURE}
    )
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Send report").click()
    expect(page.locator(".notice.good")).to_be_visible()
    fact = site.project.facts(subject=task.id)[0]
    assert fact.payload["remark"] == "crew of 6"
    page.locator("[class*=st-key-open-row-fact] button").first.click()
    photo = page.locator("[role=dialog] img.photo")
    expect(photo).to_be_visible()
    assert photo.evaluate("image => image.complete && image.naturalWidth") == 2
    assert person.overflow() <= 0
    assert person.complaints == []


_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000010802000000"
    "7b40e8dd0000000f49444154789c63f8cfc0c0c0f0000003030100"
)


def test_a_tap_on_the_storey_plan_opens_the_card_of_the_element(visit) -> None:
    person = visit("zh", PHONE)
    page = person.enter("chief", "/storey?by=state")
    plan = page.locator(".storey-plan svg")
    shape = plan.locator("path:not(.box)").last
    shape.wait_for(timeout=120_000)
    identity = shape.get_attribute("data-id")
    shape.scroll_into_view_if_needed()
    # The last path lies on top of the others; a point within it is asked of the browser itself.
    x, y = shape.evaluate(
        """(path) => {
          const box = path.getBoundingClientRect(), root = path.getRootNode();
          for (let row = 1; row < 20; row++)
            for (let column = 1; column < 20; column++) {
              const at = [box.left + (box.width * column) / 20, box.top + (box.height * row) / 20];
              if (root.elementFromPoint(...at) === path) return at;
            }
          return [-1, -1];
        }"""
    )
    page.mouse.click(x, y)
    expect(page.locator(".st-key-panel-storey-card")).to_contain_text(identity)
    assert f"element={identity}" in page.url
    expect(plan.locator("path.chosen")).to_have_attribute("data-id", identity)
    page.go_back()
    expect(plan.locator("path.chosen")).to_have_count(0)
    plan.locator("path").first.focus()
    first = plan.locator("path").first.get_attribute("data-id")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-panel-storey-card")).to_contain_text(first)
    assert person.overflow() <= 0
    assert person.complaints == []


def test_a_broken_model_ends_in_a_red_notice(visit, tmp_path) -> None:
    person = visit("en")
    site = person.server.site
    before = site.project.models()
    broken = tmp_path / "broken.ifc"
    broken.write_text("ISO-10303-21;\nHEADER;\nthis is no model")
    page = person.enter("coordinator", "/model")
    page.get_by_text("Load", exact=True).first.click()
    page.locator(".st-key-panel-load-model input[type=file]").set_input_files(broken)
    page.locator(".st-key-start-model button:enabled").click()
    expect(page.locator(".notice.bad")).to_be_visible(timeout=60_000)
    assert site.project.models() == before


def test_figures_change_without_reloading_and_grey_when_ingest_stops(visit) -> None:
    person = visit("en")
    site = person.server.site
    page = person.enter("chief")
    shown = page.locator(".side-clock b")
    before = shown.inner_text()
    site.project.set_site_now(site.project.now() + timedelta(hours=5))
    expect(shown).not_to_have_text(before, timeout=20_000)


def test_language_is_switched_and_kept(visit) -> None:
    person = visit("en")
    page = person.enter("coordinator", "/account")
    page.locator(".languages a[lang=zh]").click()
    expect(page.locator(".page-head h1")).to_have_text("账户")
    person.settled()
    expect(page).to_have_url(re.compile(r"/account$"))
    page.locator(".languages a[lang=en]").click()
    expect(page.locator(".page-head h1")).to_have_text("Account")


def test_sign_out_leads_to_login(visit) -> None:
    person = visit("en")
    page = person.enter("guest")
    page.locator(".leave button").click()
    expect(page).to_have_url(re.compile(r"/login$"))
    page.goto(person.server.url + "/timeline")
    expect(page).to_have_url(re.compile(r"/login\?next="))


def test_screens_have_no_accessibility_violation_of_ours(visit) -> None:
    person = visit("en")
    page = person.enter("chief")
    for path in ("/", "/checkpoints", "/report"):
        person.go(path)
        unnamed = page.evaluate(
            "() => [...document.querySelectorAll('.stMain button, .stMain a')]"
            ".filter(e => !(e.innerText.trim() || e.getAttribute('aria-label') || e.title)).length"
        )
        assert unnamed == 0
        assert page.locator("h1").count() == 1


def test_rows_work_by_keyboard(visit) -> None:
    person = visit("en")
    page = person.enter("chief", "/checkpoints")
    row = page.locator("[class*=st-key-open-row-cp] button").first
    row.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/checkpoints\?id="))
