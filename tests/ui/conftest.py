"""One running sample site for all tests of screens and server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import bim_supervise_sample as sample
import pytest
from ui_site import PASSWORD, Server, Site, copy_site, noise

from bim_supervise import api


@pytest.fixture(scope="session")
def site_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project, loaded once; tests work on copies."""
    directory = tmp_path_factory.mktemp("site")
    project = api.Project.create(
        directory, sample.PROJECT_NAME, timezone=sample.TIMEZONE, currency=sample.CURRENCY, replay=True
    )
    project.load_model(sample.model_path())
    project.load_schedule(sample.model_path())
    project.calculate_schedule()
    project.load_devices(sample.devices_path())
    project.load_checkpoints(sample.checkpoints_path())
    for name, capacity, language in (
        ("chief", "chief_supervision_engineer", "zh"),
        ("specialist", "specialist_supervision_engineer", "zh"),
        ("inspector", "quality_inspector", "zh"),
        ("coordinator", "bim_coordinator", "en"),
        ("guest", "observer", "zh"),
    ):
        project.add_user(name, PASSWORD, display_name=f"{name} <b>$x$</b>", language=language)
        project.appoint(name, capacity, sample.START.date() - timedelta(days=400))
    project.set_site_now(sample.START)
    project.observe([sample.history_path()], authenticated=True)
    noise(project, "NM-N", 60, 75.0)
    project.close()
    return directory


@pytest.fixture
def site(site_template: Path, tmp_path: Path) -> Iterator[Site]:
    """A fresh copy of the sample project."""
    copy = copy_site(site_template, tmp_path / "site")
    yield copy
    copy.project.close()


@pytest.fixture(scope="session")
def server(site_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server over a copy of the sample project; tests may change it, carefully."""
    site = copy_site(site_template, tmp_path_factory.mktemp("served") / "site")
    code = (
        "import sys; from bim_supervise.server import serve;"
        "serve(sys.argv[1], port=0, on_ready=lambda url: print(url, flush=True))"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(site.directory)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=environment,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url.startswith("http://localhost:"), "the server did not start"
    yield Server(url, site)
    process.terminate()
    started = time.monotonic()
    process.wait(20)
    assert time.monotonic() - started < 15
    site.project.close()
