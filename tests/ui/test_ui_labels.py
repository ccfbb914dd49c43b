"""A supervisor on a phone photographs a label, and the card of what it is on opens."""

from __future__ import annotations

import io

import httpx
import pypdfium2
import pytest
from playwright.sync_api import expect
from test_ui_browser import PHONE, browser, visit

__all__ = ["browser", "visit"]

pytestmark = pytest.mark.browser
expect.set_options(timeout=40_000)


def photo_of_a_page(pdf: bytes) -> bytes:
    out = io.BytesIO()
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=2.5).to_pil().convert("RGB")
    # The first label: a third of the width, 33 mm below the margin of 14 mm.
    page.crop((0, 0, page.width // 3 + 20, int(page.height * 47 / 297))).save(out, "JPEG", quality=75)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "place"), [("element", "storey"), ("device", "evidence")])
def test_a_photo_of_a_label_opens_the_card(visit, kind, place) -> None:
    person = visit("en", PHONE)
    page, server = person.page, person.server
    project = server.site.project
    storey = project.storeys()[0].name
    pdf = project.labels(kind, server.url, storey=storey if kind == "element" else None)
    first = project.devices()[0] if kind == "device" else None
    person.enter("chief", f"/{place}")
    page.get_by_role("button", name="Scan a label").click()
    page.locator("[data-testid=stPopoverBody] input[type=file]").set_input_files(
        {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": photo_of_a_page(pdf)}
    )
    page.wait_for_url(f"**/{place}?{kind}=*")
    identity = page.evaluate(f"() => new URL(location.href).searchParams.get('{kind}')")
    if first is None:
        (named,) = [one for one in project.elements() if one.global_id == identity]
        assert named.storey == storey
        expect(page.locator(".st-key-panel-storey-card")).to_contain_text(named.name or identity)
    else:
        assert identity in {one.id for one in project.devices()}
        expect(page.get_by_text(identity).first).to_be_visible()
    person.settled()
    expect(page.locator("[data-testid=stPopoverBody]")).to_have_count(0)
    assert person.overflow() <= 0
    assert httpx.get(page.url, follow_redirects=False).status_code in (302, 303, 307, 401)


def test_what_is_no_label_says_so_and_labels_can_be_taken_away(visit) -> None:
    person = visit("zh", PHONE)
    page = person.page
    person.enter("chief", "/evidence")
    page.get_by_role("button", name="扫描标签").click()
    page.locator("[data-testid=stPopoverBody] input[type=file]").set_input_files(
        {"name": "nothing.png", "mimeType": "image/png", "buffer": b"\x89PNG nothing"}
    )
    expect(page.get_by_text("无法将该文件读作照片")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="打印标签").click()
    page.get_by_role("button", name="生成标签").click()
    with page.expect_download() as got:
        page.get_by_role("button", name="下载标签").click()
    assert got.value.path().read_bytes().startswith(b"%PDF")
