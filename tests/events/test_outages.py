"""Kills, broker restarts, an outage with resend, a locked database and a full disk: the evidence is the same.

The undisturbed run takes all messages at once. Every disturbed run must end with the same digest of facts,
readings, windows, verdicts and alarms. ``BIM_SUPERVISE_FULL=1`` kills at 50 random moments, otherwise at two.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from datetime import timedelta

import pytest
from sqlalchemy import event
from test_listen_project import START, TOPIC, digest, listener, messages, project_at, stored, wait_for

from bim_supervise.api import Project
from bim_supervise.core.errors import StoreFailed

pytestmark = pytest.mark.broker
FULL = bool(os.environ.get("BIM_SUPERVISE_FULL"))


def calm_digest(folder, sent):
    calm = project_at(folder)
    calm.ingest([(TOPIC, item.encode()) for item in sent], authenticated=True)
    found = digest(calm)
    calm.close()
    return found


def finish(process, folder, readings):
    wait_for(folder, readings)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    project = Project.open(folder)
    found = digest(project)
    project.close()
    return found


def test_killed_at_random_moments_under_load_with_broker_restarts(mosquitto_broker, tmp_path):
    kills = 50 if FULL else 2
    dice = random.Random(11)
    sent = messages(20 * kills)
    wanted = calm_digest(tmp_path / "calm", sent)
    folder = tmp_path / "site"
    project_at(folder).close()
    process = listener(folder, mosquitto_broker.url)
    time.sleep(1.5)
    for number in range(kills):
        part = sent[20 * number : 20 * number + 20]
        # A gateway that was cut off sends its last messages again.
        mosquitto_broker.publish(TOPIC, *part[:12], *part[4:])
        time.sleep(dice.uniform(0.0, 0.5))
        process.kill()
        process.communicate()
        if number % 5 == 1:
            mosquitto_broker.stop(signal.SIGTERM)
            mosquitto_broker.start()
        process = listener(folder, mosquitto_broker.url)
    assert finish(process, folder, 100 * kills) == wanted


def test_ten_minutes_sent_late_and_twice_give_what_they_would_have_given_in_time(tmp_path):
    sent = messages(40)
    wanted = calm_digest(tmp_path / "calm", sent)
    project = project_at(tmp_path / "site")
    gap = sent[10:12]  # ten minutes of readings
    for batch in (sent[:10], sent[12:], gap, gap[::-1], sent[8:14]):
        project.ingest([(TOPIC, item.encode()) for item in batch], authenticated=True)
    assert digest(project) == wanted
    project.close()


def test_a_locked_database_keeps_the_messages_at_the_broker(mosquitto_broker, tmp_path, monkeypatch):
    monkeypatch.setattr("bim_supervise.store.database.BUSY_TIMEOUT_MS", 200)
    sent = messages(10)
    folder = tmp_path / "site"
    project_at(folder).close()
    project = Project.open(folder)
    lock = sqlite3.connect(folder / "bim-supervise.sqlite", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFailed) as refused:
        project.ingest([(TOPIC, item.encode()) for item in sent], authenticated=True)
    assert refused.value.code == "store_locked"
    lock.execute("ROLLBACK")
    report = project.ingest([(TOPIC, item.encode()) for item in sent], authenticated=True)
    assert (report["stored"], report["duplicates"]) == (50, 0)
    found = digest(project)
    project.close()
    assert found == calm_digest(tmp_path / "calm", sent)


def test_a_full_disk_stores_nothing_of_a_batch_and_says_so(tmp_path):
    folder = tmp_path / "site"
    project = project_at(folder)
    project.ingest([(TOPIC, item.encode()) for item in messages(5)], authenticated=True)
    pages = sqlite3.connect(folder / "bim-supervise.sqlite").execute("PRAGMA page_count").fetchone()[0]
    engine = project._store._engine

    engine.dispose()

    def full(driver, _record):
        driver.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", full)
    many = [
        json.dumps(
            {
                "device": f"D{number}", "kind": "noise_level",
                "readings": [
                    {"value": 50.5, "time": (START + timedelta(minutes=minute)).isoformat()}
                    for minute in range(300)
                ],
            }
        ).encode()
        for number in range(20)
    ]  # fmt: skip
    with pytest.raises(StoreFailed) as refused:
        project.ingest([(TOPIC, item) for item in many], authenticated=True)
    assert refused.value.code == "store_full"
    assert stored(folder) == 25
    event.remove(engine, "connect", full)
    engine.dispose()
    assert project.ingest([(TOPIC, item) for item in many], authenticated=True)["stored"] == 6000
    project.close()
