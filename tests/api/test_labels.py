"""Labels: what is printed is read again from a photo of it, and what is foreign is refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from bim_supervise_sample.paths import devices_path, model_path
from PIL import Image, ImageFilter

from bim_supervise.api import Project
from bim_supervise.core.errors import InputRefused, NotFound, SupervisionError

ADDRESS = "https://site.example/"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = Project.create(tmp_path_factory.mktemp("labels") / "site", "Labels")
    made.load_model(model_path())
    made.load_devices(devices_path())
    yield made
    made.close()


def pages(pdf: bytes, folder: Path, *, dpi: int = 150) -> list[Image.Image]:
    """The pages as pictures, as a printer would put them on paper."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]


def photo(page: Image.Image, row: int, column: int, *, turn: float = 7.0) -> bytes:
    """A label of the grid as a hand-held camera sees it: turned, a little out of focus, compressed."""
    wide, high = page.width / 210, page.height / 297
    left, top = (10 + column * 63.3) * wide, (14 + row * 33) * high
    label = page.crop((int(left), int(top), int(left + 63 * wide), int(top + 33 * high)))
    seen = label.rotate(turn, expand=True, fillcolor=(120, 110, 100)).filter(ImageFilter.GaussianBlur(0.8))
    out = io.BytesIO()
    seen.save(out, "JPEG", quality=70)
    return out.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["device", "element"])
def test_a_photo_of_a_printed_label_leads_to_what_it_stands_for(project, tmp_path, kind, language):
    storey = None if kind == "device" else project.storeys()[0].name
    sheets = pages(project.labels(kind, ADDRESS, language=language, storey=storey), tmp_path)
    if kind == "device":
        expected = [one.id for one in sorted(project.devices(), key=lambda one: one.id)]
    else:
        expected = [one.global_id for one in project.elements() if one.storey == storey]
    assert len(sheets) == -(-len(expected) // 24)
    found = [
        project.scan(photo(sheets[0], at // 3, at % 3, turn=turn)) for at, turn in ((0, 0), (4, 7), (8, -90))
    ]
    assert {one.kind for one in found} == {kind}
    assert {one.id for one in found} <= set(expected)
    assert len({one.id for one in found}) == 3


def test_what_is_no_label_of_this_site_is_refused_with_what_to_do(project):
    import segno

    def code(text: str) -> bytes:
        out = io.BytesIO()
        segno.make(text).save(out, kind="png", scale=6)
        return out.getvalue()

    empty = io.BytesIO()
    Image.new("RGB", (800, 600), "grey").save(empty, "PNG")
    cases = {
        "scan_unreadable": (b"no photo", InputRefused),
        "scan_no_code": (empty.getvalue(), InputRefused),
        "scan_foreign": (code("https://elsewhere.example/menu"), InputRefused),
        "scan_unknown": (code("https://other.example/storey?element=3iHy1LOhfAtfLt80$LZBqn"), NotFound),
    }
    for name, (data, kind) in cases.items():
        with pytest.raises(kind) as refused:
            project.scan(data)
        assert refused.value.code == name
    device = project.devices()[0].id
    assert project.scan(code(f"http://moved.example/evidence?device={device}")).id == device


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("task", ADDRESS), "label_kind_unknown"),
        (("device", "site.example"), "site_address_invalid"),
        (("device", "javascript:alert(1)"), "site_address_invalid"),
    ],
)
def test_labels_that_would_lead_nowhere_are_not_printed(project, asked, code):
    with pytest.raises(SupervisionError) as refused:
        project.labels(*asked)
    assert refused.value.code == code
    with pytest.raises(InputRefused, match="nothing to label"):
        project.labels("element", ADDRESS, storey="no such storey")
