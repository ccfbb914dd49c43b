"""Fixtures for every room: the real-world data beside the checkout, and what CI must not skip."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def missing(what: str) -> None:
    """Skip because a program is not installed; in CI its absence is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed; CI must install it")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real models, schedules and sensor series; absent in a newcomer's checkout."""
    base = os.environ.get("BIM_SUPERVISE_SHARED")
    folder = (Path(base) if base else ROOT.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip("the real-world test data is not beside this checkout")
    return folder


_PORTS = itertools.count(os.getpid() * 97)


@pytest.fixture
def free_port() -> int:
    """A TCP port of localhost that is free now."""
    return _free_port()


@pytest.fixture
def second_port() -> int:
    """Another one."""
    return _free_port()


def _free_port() -> int:
    # Below the ports that outgoing connections get, and none twice: nobody takes it before its server does.
    for offset in _PORTS:
        port = 10_000 + offset % 20_000
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("ports never end")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Debian's Chromium."""
    path = shutil.which("chromium")
    if path is None:
        missing("chromium")
    return str(path)


@pytest.fixture(scope="session")
def mosquitto() -> str:
    """Path of the Mosquitto broker."""
    path = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if path is None:
        missing("mosquitto")
    if shutil.which("mosquitto_pub") is None:
        missing("mosquitto_pub (Debian's mosquitto-clients)")
    return str(path)
