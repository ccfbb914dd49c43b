"""From a real Mosquitto into a real project: what was acknowledged is committed, also after a kill -9."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from bim_supervise.api import Project
from bim_supervise.store.dump import evidence_digest

pytestmark = pytest.mark.broker

DEVICES = "devices:\n  - {id: N1, name: Gate, kinds: [noise_level], purpose: boundary}\n"
TOPIC = "bim-supervise/site/observations"
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
PRESENT = START + timedelta(days=18)


def messages(count: int) -> list[str]:
    return [
        json.dumps(
            {
                "device": "N1", "kind": "noise_level", "unit": "dB(A)", "interval_s": 60,
                "readings": [
                    {"value": 50 + number % 30, "time": (START + timedelta(minutes=minute)).isoformat()}
                    for minute in range(5 * number, 5 * number + 5)
                ],
            }
        )
        for number in range(count)
    ]  # fmt: skip


def project_at(folder) -> Project:
    """A project whose present stands still: where it is told from the machine, each hour judges one more."""
    project = Project.create(folder, "Listening", replay=True)
    project.set_site_now(PRESENT)
    (folder / "devices.yaml").write_text(DEVICES)
    project.load_devices(folder / "devices.yaml")
    return project


def digest(project: Project) -> str:
    project.evaluate("2026-03-20")
    with project._store.reading() as work:
        return evidence_digest(work)


def listener(folder, url: str, *more: str) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-m", "bim_supervise.cli", "--project", str(folder), "listen", "--mqtt", url,
         "--trusted", "--json", *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert "Listening" in process.stderr.readline()
    return process


def stored(folder) -> int:
    project = Project.open(folder)
    try:
        series = project.series("N1", "noise_level", START, START + timedelta(days=30), 1440)
        return round(sum(series.coverage) * 1440)
    finally:
        project.close()


def wait_for(folder, readings: int) -> None:
    until = time.monotonic() + 60
    while stored(folder) < readings:
        assert time.monotonic() < until, f"{stored(folder)} of {readings} readings arrived"
        time.sleep(0.5)


def test_messages_become_evidence_and_the_counters_are_reported(mosquitto_broker, tmp_path):
    folder = tmp_path / "site"
    project_at(folder).close()
    process = listener(folder, mosquitto_broker.url)
    time.sleep(1.5)
    mosquitto_broker.publish(TOPIC, *messages(40), "not json", messages(1)[0])
    wait_for(folder, 200)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    report = json.loads(out)
    assert report["stored"] == 200
    assert report["duplicates"] == 5
    assert report["rejected_reasons"] == {"json_invalid": 1}
    assert "s:e@c/ret" not in out + errors
    assert process.returncode == 0


def test_killed_while_listening_nothing_acknowledged_is_lost_or_doubled(mosquitto_broker, tmp_path):
    dice = random.Random(3)
    sent = messages(300)
    calm = project_at(tmp_path / "calm")
    calm.ingest([(TOPIC, item.encode()) for item in sent], authenticated=True)
    folder = tmp_path / "site"
    project_at(folder).close()
    process = listener(folder, mosquitto_broker.url)
    time.sleep(1.5)
    for part in range(3):
        mosquitto_broker.publish(TOPIC, *sent[part * 100 : part * 100 + 100])
        time.sleep(dice.uniform(0.0, 0.4))
        process.kill()
        process.communicate()
        process = listener(folder, mosquitto_broker.url)
    wait_for(folder, 1500)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    project = Project.open(folder)
    assert digest(project) == digest(calm)
    project.close()
    calm.close()
