"""The built wheel, outside the checkout: it carries everything the demo needs and runs it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel built from a copy of the sources, so that no build litter reaches the checkout."""
    folder = tmp_path_factory.mktemp("build")
    source = folder / "source"
    source.mkdir()
    for name in ("bim_supervise", "ui", "sample_models"):
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=240,
    )
    return next(folder.glob("*.whl"))


def test_it_carries_the_data_files(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "bim_supervise/py.typed",
        "bim_supervise/packs/noise/limits.yaml",
        "bim_supervise/checkpoints/catalogue/zh.yaml",
        "bim_supervise_ui/app.py",
        "bim_supervise_ui/catalogues/zh.yaml",
        "bim_supervise_ui/assets/console.css",
        "bim_supervise_ui/assets/viewer/viewer.js",
        "bim_supervise_ui/assets/viewer/viewer.css",
        "bim_supervise_ui/viewer/catalogues/zh.yaml",
        "bim_supervise_sample/pump_station.ifc",
        "bim_supervise_sample/history.jsonl",
    ):
        assert wanted in names, wanted
    assert any(name.startswith("bim_supervise/store/migrations/versions/") for name in names)
    assert not any(name.startswith(("tests/", "docs/")) for name in names)


def test_the_demo_runs_from_it_outside_the_checkout(wheel, tmp_path):
    site = tmp_path / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("STREAMLIT_", "PYTHON"))
    } | {"PYTHONPATH": str(site)}
    started = subprocess.Popen(
        [
            sys.executable, "-c",
            "import bim_supervise, sys; print(bim_supervise.__file__, file=sys.stderr);"
            "from bim_supervise.cli import main; main()",
            "--project", str(tmp_path / "demo"), "demo", "--headless", "--minutes", "20",
        ],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert line, started.stderr.read() if started.stderr else ""
        ready = json.loads(line)
        assert len(set(ready["passwords"].values())) == len(ready["passwords"]) >= 5
        with urllib.request.urlopen(ready["url"] + "/healthz", timeout=20) as answer:
            assert json.load(answer)["status"] == "ok"
        page = urllib.request.Request(ready["url"] + "/", headers={"Accept": "text/html"})
        with urllib.request.urlopen(page, timeout=20) as answer:
            assert "/login" in answer.url, "nothing but login and health answers without a session"
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        _, errors = started.communicate(timeout=40)
    assert str(site) in errors.splitlines()[0], "it must have run from the wheel"
    assert "Traceback" not in errors, errors[-3000:]
