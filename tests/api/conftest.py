"""The small project, built once and copied for each test: hashing passwords takes its time."""

from __future__ import annotations

import shutil

import pytest
from case_steps import staff
from small_site import FixedClock, build

from bim_supervise.api import Project


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def small_site(tmp_path_factory):
    directory = tmp_path_factory.mktemp("small")
    build(directory / "site", FixedClock(), directory / "inputs").close()
    return directory / "site"


@pytest.fixture(scope="session")
def staffed_site(tmp_path_factory, small_site):
    """The small project with a chief engineer, a second specialist, an inspector and the owner."""
    directory = tmp_path_factory.mktemp("staffed") / "site"
    shutil.copytree(small_site, directory)
    opened = Project.open(directory, clock=FixedClock())
    staff(opened)
    opened.close()
    return directory


def _copied(template, directory, clock):
    shutil.copytree(template, directory)
    return Project.open(directory, clock=clock)


@pytest.fixture
def project(tmp_path, clock, small_site):
    made = _copied(small_site, tmp_path / "site", clock)
    yield made
    made.close()


@pytest.fixture
def staffed(tmp_path, clock, staffed_site):
    made = _copied(staffed_site, tmp_path / "staffed", clock)
    yield made
    made.close()
