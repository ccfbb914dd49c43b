"""A Mosquitto that keeps everything for its subscriber, and the long form of the benchmarks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def full() -> bool:
    """Whether the long forms are asked for."""
    return bool(os.environ.get("BIM_SUPERVISE_FULL"))


@pytest.fixture
def deep_broker(mosquitto: str, tmp_path: Path, free_port: int) -> Iterator[int]:
    """The port of a broker without limits of its queues."""
    (tmp_path / "mosquitto.conf").write_text(
        f"listener {free_port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
        f"max_inflight_messages 0\npersistence false\nlog_type error\n"
        + ("user root\n" if os.geteuid() == 0 else "")
    )
    process = subprocess.Popen([mosquitto, "-c", str(tmp_path / "mosquitto.conf")])
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", free_port)) == 0:
                break
        time.sleep(0.05)
    yield free_port
    process.send_signal(signal.SIGKILL)
    process.wait(10)
