"""Takes the pictures of README and docs: the sample site on a fixed day, in a real headless Chromium.

    python docs/images/take_screenshots.py                    # the pictures beside this file
    python docs/images/take_screenshots.py --review FOLDER    # every screen, language, width and theme

The site is played up to ``MOMENT`` from the sample's own stream (seed 1), so that the figures are the same
whenever the pictures are taken; one reading of a dust station is added at the end. ``--site FOLDER`` keeps
the played site for the next time. It needs the package with its extra ``test`` and Debian's ``chromium``
(another one: ``BIM_SUPERVISE_CHROMIUM``).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bim_supervise_sample.stream import Channel, Simulator
from playwright.sync_api import Browser, Page, sync_playwright

from bim_supervise.api import Project
from bim_supervise.cli.running import prepare_sample, sign_what_is_due

HERE = Path(__file__).resolve().parent
MOMENT = datetime.fromisoformat("2026-04-10T10:00:00+08:00")
PASSWORD = "a picture of the site"  # noqa: S105 - of a throw-away project
PICTURES = (
    ("today.png", "zhang.lei", "zh", "today", "light"),
    ("timeline.png", "zhang.lei", "zh", "timeline", "light"),
    ("viewer.png", "zhang.lei", "en", "viewer", "dark"),
    ("checkpoints.png", "zhang.lei", "en", "checkpoints", "light"),
)
"""File, person, language, screen and theme of every picture that the documentation shows."""
SCREENS = (
    "today", "alarms", "timeline", "checkpoints", "green", "cases", "lots", "viewer", "evidence", "model",
    "plans", "linking", "report", "records", "itp", "administration", "account",
)  # fmt: skip
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
FLAGS = (
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip


def play(folder: Path) -> None:
    """The sample site as it stands at ``MOMENT``; every person of it has ``PASSWORD``."""
    project, passwords = prepare_sample(folder)
    waiting: list[tuple[str, bytes]] = []

    def deliver(moment: datetime) -> None:
        project.set_site_now(moment)
        project.ingest(waiting, authenticated=True)
        waiting.clear()
        sign_what_is_due(project, passwords)

    for message in Simulator(1).messages():
        if message.received > MOMENT:
            break
        if message.channel is Channel.OBSERVATIONS:
            waiting.append(("bim-supervise/site/observations", message.payload()))
        elif message.received.hour % 6 == 0 and message.received.minute == 0:
            deliver(message.received)
    deliver(MOMENT)
    for name in passwords:
        project.set_password(name, PASSWORD)
    project.close()


def freshen(folder: Path) -> None:
    """Lets one more reading come in, so that a site played long ago does not look cut off."""
    project = Project.open(folder)
    reading = {
        "device": "DS-GATE", "kind": "pm10", "value": 129.4, "unit": "ug/m3", "interval_s": 60,
        "time": project.now().isoformat(),
    }  # fmt: skip
    project.ingest([("bim-supervise/DS-GATE", json.dumps([reading]).encode())], authenticated=True)
    project.set_site_now(project.now() + timedelta(seconds=1))
    project.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server over the site, in a process of its own on a free port."""
    code = (
        "import sys; from bim_supervise.server import serve;"
        "serve(sys.argv[1], port=0, on_ready=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(20)


class Visitor:
    """One person in one window of a language, a size and a theme."""

    def __init__(self, browser: Browser, url: str, language: str, theme: str, size: dict[str, int]) -> None:
        self.url, self.language = url, language
        self.context = browser.new_context(
            viewport=size,
            locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.errors: list[str] = []
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def enter(self, name: str) -> None:
        """Logs in."""
        self.page.goto(f"{self.url}/login?lang={self.language}")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.settled()

    def go(self, path: str) -> None:
        """Opens a screen and waits until it is drawn."""
        self.page.goto(f"{self.url}/{path}")
        self.settled()

    def settled(self) -> None:
        """Waits until the page has a head, runs nothing, shows no placeholder, and stands still."""
        self.page.wait_for_selector(".page-head")
        self.page.wait_for_function(
            "() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState !== 'running'"
            " && !document.querySelector('[data-testid=stSkeleton]')"
        )
        if self.page.locator(".viewer").count():
            self.page.wait_for_selector(".viewer[data-loaded][data-coloured]")
        # Charts draw on a canvas, which tells nobody when it is done.
        self.page.wait_for_timeout(1500)

    def take(self, file: Path, *, whole: bool = False) -> None:
        """Writes what is on the screen; ``whole`` takes all that can be scrolled to."""
        if whole:
            size = self.page.viewport_size or WIDE
            tall = self.page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight || 0")
            self.page.set_viewport_size(
                {"width": size["width"], "height": min(max(tall, size["height"]), 4000)}
            )
            self.page.wait_for_timeout(700)
            self.page.screenshot(path=str(file))
            self.page.set_viewport_size(size)
        else:
            self.page.screenshot(path=str(file))


def pictures(browser: Browser, url: str, target: Path) -> None:
    """Every picture that the documentation shows."""
    for file, name, language, screen, theme in PICTURES:
        visitor = Visitor(browser, url, language, theme, {"width": 1400, "height": 900})
        visitor.enter(name)
        visitor.go(screen)
        visitor.take(target / file)
        visitor.context.close()


def review(browser: Browser, url: str, target: Path, screens: list[str], variants: list[str]) -> None:
    """Every screen as every variant shows it, whole, for people who judge how it looks."""
    for variant in variants:
        language, theme, width = variant.split("-")
        visitor = Visitor(browser, url, language, theme, PHONE if width == "phone" else WIDE)
        visitor.page.goto(f"{url}/login?lang={language}")
        visitor.page.screenshot(path=str(target / f"login-{variant}.png"))
        visitor.enter("li.na" if language == "en" else "chen.wei")
        for screen in screens:
            visitor.go(screen)
            name = "".join(sign if sign.isalnum() else "_" for sign in screen)
            visitor.take(target / f"{name}-{variant}.png", whole=True)
        for error in dict.fromkeys(visitor.errors):
            print(f"{variant}: {error}")
        visitor.context.close()


def main() -> None:
    """Reads the command line and takes the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--site", type=Path, help="folder of the played site; kept, and used again")
    parser.add_argument("--review", type=Path, help="folder for every screen in every variant instead")
    parser.add_argument("--screens", nargs="*", default=list(SCREENS), help="screens of the review")
    parser.add_argument(
        "--variants",
        nargs="*",
        default=[f"{a}-{b}-{c}" for a in ("zh", "en") for b in ("light", "dark") for c in ("wide", "phone")],
        help="variants of the review, e.g. zh-dark-phone",
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bim-supervise-pictures-") as scratch:
        site = wanted.site or Path(scratch) / "site"
        if not site.exists():
            play(site)
        freshen(site)
        target = wanted.review or HERE
        target.mkdir(parents=True, exist_ok=True)
        with served(site) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("BIM_SUPERVISE_CHROMIUM", "/usr/bin/chromium"),
                args=list(FLAGS),
            )
            if wanted.review:
                review(browser, url, target, wanted.screens, wanted.variants)
            else:
                pictures(browser, url, target)
            browser.close()


if __name__ == "__main__":
    main()
