"""Several processes, and processes that die: no fork, nothing acknowledged lost, nothing doubled."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from store_samples import NOW, T0, fact, readings, verdict, window

from bim_supervise.ledger.chain import verify
from bim_supervise.ledger.entries import entry_bytes
from bim_supervise.store import Store
from bim_supervise.store.dump import evidence_digest
from bim_supervise.store.records import stored_verdict

sys.path.append(str(Path(__file__).parent.parent / "ledger"))
from ledger_samples import entry

BATCHES = 40
KILLS = 5

# A forked child starts at once; it opens a store of its own, and no test has one open here.
PROCESSES = multiprocessing.get_context("fork")

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def start(job, *arguments):
    """A process that runs ``job``, and the end of the pipe that hears what it acknowledges."""
    here, there = PROCESSES.Pipe()
    process = PROCESSES.Process(target=job, args=(there, *arguments))
    process.start()
    there.close()
    return process, here


def heard(pipe: Connection) -> list:
    """Everything that was said until the process ended."""
    said = []
    try:
        while True:
            said.append(pipe.recv())
    except (EOFError, ConnectionResetError):
        return said


def sign(pipe: Connection, url: str, count: int, reason: str) -> None:
    store = Store.open(url)
    pipe.send("ready")
    pipe.recv()
    for _ in range(count):
        with store.transaction() as work:
            row = work.append_entry(lambda number, last: entry_bytes(entry(number, last, reason=reason)))
        pipe.send((row.sequence, row.hash))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request, tmp_path):
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'project.db'}"
    else:
        address = request.getfixturevalue("postgresql_database")()
    Store.open(address, create=True).close()
    return address


def test_two_processes_that_sign_at_once_never_fork_the_chain(url):
    count = 60
    signers = [start(sign, url, count, name) for name in ("one", "two")]
    for _, pipe in signers:
        assert pipe.recv() == "ready"
    for _, pipe in signers:
        pipe.send("go")
    told = [line for _, pipe in signers for line in heard(pipe)]
    for process, _ in signers:
        process.join(60)
        assert process.exitcode == 0
    store = Store.open(url)
    with store.reading() as work:
        result = verify(work.entries())
        kept = {(row.sequence, row.hash) for row in work.entries()}
    store.close()
    assert (result.valid, result.entries) == (True, 2 * count)
    assert kept == set(told)


def create(pipe: Connection, url: str) -> None:
    pipe.recv()
    Store.open(url, create=True).close()
    pipe.send("opened")


def test_two_processes_may_open_a_new_project_at_once(tmp_path):
    openers = [start(create, f"sqlite:///{tmp_path / 'project.db'}") for _ in range(3)]
    for _, pipe in openers:
        pipe.send("go")
    assert [heard(pipe) for _, pipe in openers] == [["opened"]] * 3
    for process, _ in openers:
        process.join(60)


def write(pipe: Connection, url: str) -> None:
    store = Store.open(url)
    for n in range(BATCHES):
        with store.transaction() as work:
            work.add_facts([fact(subject=f"g{n}-{k}") for k in range(20)])
            rows = [("N-01", "noise_level", T0 + (n * 100 + k) * 1000, k, 1000, 0) for k in range(100)]
            rows.append(("N-01", "noise_level", T0 + n * 100 * 1000, -n, 1000, 0))
            work.add_readings(readings(*rows), "mqtt", NOW)
            work.replace_windows([window("N-01", T0 + n * 60_000)])
            start = NOW + timedelta(minutes=n)
            work.upsert_verdicts([stored_verdict(verdict(window_start=start, window_end=start))])
            if work.setting(f"signed {n}") is None:
                work.append_entry(lambda number, last: entry_bytes(entry(number, last)))
                work.set_setting(f"signed {n}", True)
        pipe.send(n)


def state(url):
    store = Store.open(url)
    with store.reading() as work:
        found = (evidence_digest(work), verify(work.entries()), {fact.subject for fact in work.facts()})
    store.close()
    return found


def test_a_process_that_is_killed_loses_nothing_it_acknowledged(tmp_path):
    calm, killed = (f"sqlite:///{tmp_path / name}.db" for name in ("calm", "killed"))
    for address in (calm, killed):
        Store.open(address, create=True).close()
    undisturbed, pipe = start(write, calm)
    pipe.recv()
    first = time.perf_counter()
    assert len(heard(pipe)) == BATCHES - 1
    undisturbed.join(60)
    a_batch = (time.perf_counter() - first) / BATCHES

    chance = random.Random(20261123)
    acknowledged = -1
    for _ in range(KILLS):
        victim, pipe = start(write, killed)
        for _ in range(chance.randint(1, BATCHES - 5)):
            acknowledged = max(acknowledged, pipe.recv())
        time.sleep(chance.uniform(0, 3 * a_batch))
        os.kill(victim.pid, signal.SIGKILL)
        acknowledged = max([acknowledged, *heard(pipe)])
        victim.join(60)
        assert victim.exitcode == -signal.SIGKILL
        _, ledger, subjects = state(killed)
        assert ledger.valid
        assert ledger.entries >= acknowledged + 1
        for n in range(acknowledged + 1):
            assert {f"g{n}-{k}" for k in range(20)} <= subjects
        assert len(subjects) % 20 == 0, "a batch is stored whole or not at all"
    resent, pipe = start(write, killed)
    assert len(heard(pipe)) == BATCHES
    resent.join(60)
    assert state(killed)[0] == state(calm)[0]
    assert state(killed)[1].entries == BATCHES
