"""A real Mosquitto with users, which tests can stop, kill and start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

MOSQUITTO_USER = "site"
MOSQUITTO_PASSWORD = "s:e@c/ret"


@dataclass
class MosquittoBroker:
    """A broker on a free port of localhost that keeps its sessions over a restart."""

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"mqtt://{MOSQUITTO_USER}:s%3Ae%40c%2Fret@127.0.0.1:{self.port}"

    def start(self) -> None:
        log = (self.folder / "mosquitto.log").open("ab")
        self.process = subprocess.Popen(
            [self.program, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
        )
        log.close()
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        pytest.fail(f"Mosquitto did not start: {(self.folder / 'mosquitto.log').read_text()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(10)
            self.process = None

    def publish(self, topic: str, *payloads: str, qos: int = 1) -> None:
        """Publish from another process, so that nothing of the subscriber's code is involved."""
        subprocess.run(
            [
                "mosquitto_pub",
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-u",
                MOSQUITTO_USER,
                "-P",
                MOSQUITTO_PASSWORD,
                "-t",
                topic,
                "-q",
                str(qos),
                "-l",
            ],
            input="\n".join(payloads).encode() + b"\n",
            check=True,
            timeout=30,
        )


@pytest.fixture
def mosquitto_broker(mosquitto: str, tmp_path: Path, free_port: int) -> Iterator[MosquittoBroker]:
    """A running Mosquitto with a password file, persistence and no anonymous clients."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    passwords = folder / "passwords"
    passwords.touch(mode=0o600)
    make = str(Path(mosquitto).with_name("mosquitto_passwd"))
    if not os.path.exists(make):
        make = "mosquitto_passwd"
    subprocess.run([make, "-b", str(passwords), MOSQUITTO_USER, MOSQUITTO_PASSWORD], check=True)
    lines = [
        f"listener {free_port} 127.0.0.1",
        "allow_anonymous false",
        f"password_file {passwords}",
        "persistence true",
        f"persistence_location {folder}/",
        "autosave_interval 1",
        "max_queued_messages 0",
        "max_inflight_messages 0",
        "log_dest stderr",
        "log_type all",
    ]
    if os.geteuid() == 0:
        # As root it would change to its own user, who may not read the folders of the tests.
        lines.append("user root")
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    broker = MosquittoBroker(mosquitto, folder, free_port)
    broker.start()
    yield broker
    broker.stop(signal.SIGKILL)
