"""The small project, made anew for each test."""

from __future__ import annotations

import pytest
from small_site import FixedClock, build


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def project(tmp_path, clock):
    made = build(tmp_path / "site", clock, tmp_path / "inputs")
    yield made
    made.close()
