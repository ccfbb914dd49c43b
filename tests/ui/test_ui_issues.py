"""A view of the model becomes a non-conformance with its picture, goes out as BCF, and comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from test_viewer_browser import gl_browser, look

__all__ = ["gl_browser", "look"]

pytestmark = pytest.mark.browser


def test_a_view_becomes_a_case_and_goes_out_and_in_as_bcf(look, tmp_path) -> None:
    person = look()
    page = person.page
    project = person.server.site.project
    element = project.elements()[0].global_id
    page.goto(f"{person.server.url}/viewer?element={element}")
    page.wait_for_selector(".viewer[data-loaded][data-coloured]")
    expect(page.locator(".st-key-panel-viewer-card")).to_contain_text(element)
    page.get_by_role("button", name="Keep this viewpoint").click()
    page.get_by_text("Viewpoints", exact=True).click()
    expect(page.locator(".st-key-viewer-viewpoints img.photo")).to_be_visible()
    page.locator(".st-key-viewer-viewpoints textarea").fill("edge protection is missing")
    page.get_by_role("button", name="Keep view and picture in the case").click()
    expect(page.locator(".st-key-panel-case img")).to_be_visible()
    case = next(item for item in project.cases("ncr") if item.title == "edge protection is missing")
    (note,) = case.notes
    picture, media_type = project.attachment(note.files[0])
    assert (case.elements, media_type) == ((element,), "image/png")

    page.goto(f"{person.server.url}/viewer")
    page.wait_for_selector(".viewer[data-loaded][data-coloured]")
    page.get_by_text("Issues as BCF", exact=True).click()
    with page.expect_download() as download:
        page.get_by_text("Cases and failing checkpoints as BCF").click()
    archive = tmp_path / "issues.bcfzip"
    download.value.save_as(archive)
    page.locator(".st-key-viewer-bcf input[type=file]").set_input_files(archive)
    row = page.locator(".st-key-viewer-bcf [class*=st-key-row-bcf]").filter(has_text=case.id)
    expect(row).to_be_visible()
    topic = next(item for item in project.bcf_topics() if item.case == case.id)
    assert project.bcf_snapshot(topic.guid) == picture
    row.locator("button").click()
    expect(page.locator(".st-key-viewer-bcf img.photo")).to_be_visible()
    expect(page.locator(".st-key-panel-viewer-card")).to_contain_text(element)
    assert person.report["selected"] == [element]
    assert person.complaints == []
