"""Replay on the real store: twice is once, order does not matter, kill -9 loses and doubles nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_site import FixedClock, build

from bim_supervise.api import Project
from bim_supervise.store.dump import evidence_digest

START = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
SHORT_KILLS, FULL_KILLS = 6, 50


def lines(minutes: int, seed: int = 1) -> list[str]:
    """A noise meter for some time with gaps and duplicates, and statements about tasks."""
    dice = random.Random(seed)
    rows = []
    for minute in range(minutes):
        if 300 < minute % 1000 < 330:
            continue
        moment = START + timedelta(minutes=minute)
        level = round(50 + 28 * dice.random(), 1)
        rows.append({"device": "N1", "kind": "noise_level", "value": level, "time": moment.isoformat()})
        if dice.random() < 0.02:
            rows.append(dict(rows[-1]))
    rows += [
        {"task": "A", "kind": "task_started", "time": "2026-03-02T08:00:00", "reporter": "wang"},
        {"task": "A", "kind": "quantity_reported", "value": 120, "unit": "m3", "time": "2026-03-03T12:00:00",
         "reporter": "wang"},
        {"task": "B", "kind": "inspected", "value": "fail", "time": "2026-03-05T12:00:00", "reporter": "z"},
        {"task": "B", "kind": "inspected", "value": "pass", "time": "2026-03-05T18:00:00", "reporter": "z"},
        {"task": "C", "kind": "task_started", "time": "2026-03-06T08:00:00", "reporter": "wang"},
        {"device": "N1", "kind": "noise_level", "value": 99.9,
         "time": (START + timedelta(minutes=5)).isoformat()},
    ]  # fmt: skip
    return [json.dumps(row) for row in rows]


def digest(project: Project) -> str:
    with project._store.reading() as work:
        return evidence_digest(work)


def replay(folder: Path, name: str, rows: list[str], files: int = 1) -> tuple[str, Project]:
    project = build(folder / name, FixedClock(), folder / "inputs", people=False)
    size = max(1, -(-len(rows) // files))
    for number in range(files):
        part = folder / f"{name}-{number}.jsonl"
        part.write_text("\n".join(rows[number * size : (number + 1) * size]) + "\n", "utf-8")
        project.observe([part])
    return digest(project), project


def judgement(project: Project) -> dict:
    found = project.evaluate()
    return {key: found[key] for key in ("verdicts", "by_kind", "late")} | {
        "open": found["alarms"]["open"],
        "alarms": [(alarm.id, alarm.raised_at, alarm.cleared_at) for alarm in project.alarms(cleared=True)],
    }


def test_replayed_twice_the_store_is_the_same(tmp_path):
    rows = lines(600)
    once, project = replay(tmp_path, "once", rows)
    again = project.observe([tmp_path / "once-0.jsonl"])
    assert again["stored"] == 0
    assert again["duplicates"] + again["conflicts"] == again["read"]
    assert digest(project) == once
    before = judgement(project)
    assert judgement(project) == before
    assert digest(project) == once, "judging again from the observations changes nothing"


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), files=st.integers(1, 5))
def test_shuffled_and_split_input_gives_the_same_store_and_verdicts(tmp_path_factory, seed, files):
    folder = tmp_path_factory.mktemp("shuffled")
    rows = lines(400)
    straight, one = replay(folder, "straight", rows)
    random.Random(seed).shuffle(rows)
    shuffled, other = replay(folder, "shuffled", rows, files)
    try:
        assert shuffled == straight
        assert judgement(one) == judgement(other)
    finally:
        one.close()
        other.close()


def test_bad_rows_are_named_and_nothing_else_is_lost(tmp_path):
    rows = lines(30)
    rows[3:3] = [
        '{"device": "N1", "kind": "noise_level"}',
        "not json",
        '{"kind": "martians", "device": "N1"}',
    ]
    _, project = replay(tmp_path, "bad", rows)
    report = project.observe([tmp_path / "bad-0.jsonl"])
    assert [item["line"] for item in report["rejected"]] == [4, 5, 6]
    assert all(item["reason"] for item in report["rejected"])
    assert report["read"] == len(rows)


@pytest.mark.timeout(900)
def test_killed_while_observing_and_run_again_the_store_is_the_same(tmp_path):
    """``BIM_SUPERVISE_FULL=1`` kills 50 times instead of 6."""
    rows = lines(4000)
    expected, project = replay(tmp_path, "undisturbed", rows)
    project.close()
    source = tmp_path / "undisturbed-0.jsonl"
    kills = FULL_KILLS if os.environ.get("BIM_SUPERVISE_FULL") else SHORT_KILLS
    dice = random.Random(7)
    script = (
        "import sys; from datetime import datetime, UTC; from bim_supervise.api import Project\n"
        "import bim_supervise.api.intake as intake\n"
        "real = intake.read_batches\n"
        "intake.read_batches = lambda p, m, **k: real(p, m, **{**k, 'size': 40})\n"
        "project = Project.open(sys.argv[1], clock=lambda: datetime(2026, 3, 20, 4, tzinfo=UTC))\n"
        "print('ready', flush=True)\n"
        "project.observe([sys.argv[2]]); print('done', flush=True)\n"
    )
    target = tmp_path / "killed"
    build(target, FixedClock(), tmp_path / "inputs", people=False).close()
    finished = 0
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(target), str(source)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "ready\n"
        time.sleep(dice.uniform(0.02, 1.2))
        process.send_signal(signal.SIGKILL)
        finished += "done" in process.stdout.read()
        process.wait()
    project = Project.open(target, clock=FixedClock())
    project.observe([source])
    assert digest(project) == expected
    project.close()
