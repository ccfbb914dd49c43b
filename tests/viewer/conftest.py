"""Where the real-world models lie, and projects made of one model."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bim_supervise import api

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("BIM_SUPERVISE_SHARED", ROOT.parent / "shared")) / "data" / "ifc"


@pytest.fixture(scope="session")
def real_model() -> Callable[[str], Path]:
    def find(name: str) -> Path:
        path = SHARED / name
        if not path.is_file():
            pytest.skip(f"the real-world test data is not beside the checkout: {path}")
        return path

    return find


@pytest.fixture
def project_of(tmp_path: Path) -> Callable[[Path], api.Project]:
    def make(model: Path) -> api.Project:
        project = api.Project.create(tmp_path / "project", "<b>$x$</b> project")
        project.load_model(model)
        return project

    return make
