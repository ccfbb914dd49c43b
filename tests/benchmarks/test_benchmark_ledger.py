"""The ledger against what it stands on, in one run: hashing of the same bytes, Ed25519 times the cores.

In CI ten thousand entries and wide bounds, because its machines are shared; a million entries in the long
form (``BIM_SUPERVISE_FULL=1``). What is checked is an export on disk, on all cores; the bytes that are hashed
for comparison lie in memory and are hashed entry by entry in one process.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import signal
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec
import pytest

from bim_supervise.cli.output import CountBar
from bim_supervise.ledger.chain import verify
from bim_supervise.ledger.export import export_lines
from bim_supervise.ledger.read_export import verify_export_file
from bim_supervise.ledger.signatures import SIGNATURE, signature_holds
from bim_supervise.store import Store

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ledger"))

from ledger_samples import PROJECT, key_of, row, signed, signed_chain

LONG = os.environ.get("BIM_SUPERVISE_FULL") == "1"
CORES = os.cpu_count() or 1
ENTRIES = 1_000_000 if LONG else 10_000
# Starting a second interpreter takes as long as hashing some hundred thousand entries.
CHAIN_CORES = CORES if LONG else 1
CHAIN_BOUND, SIGNATURE_BOUND = (0.9, 0.85) if LONG else (0.2, 0.3)
PAUSES = 20 if LONG else 3
ROUNDS = 15 if LONG else 7
_PLAIN = msgspec.json.Encoder(order="sorted")


def many_rows(length):
    """A signed chain, made quickly: these entries hold nothing in which RFC 8785 and plain JSON differ."""
    rows = signed_chain(12)
    patterns = [json.loads(data) for _, _, _, data in rows[2:4]]
    while len(rows) < length:
        sequence, previous = len(rows) + 1, rows[-1][2]
        value = patterns[sequence % 2] | {
            "_after": {"entries": sequence - 1, "hash": previous}, "task": f"T{sequence}"
        }  # fmt: skip
        del value["signature"]
        plain = _PLAIN.encode(value)
        signature = key_of_signer(value["signer"]).private.sign(plain).hex().encode()
        place = plain.index(b',"signer":')
        data = b"".join((plain[:place], b',"signature":"', signature, b'"', plain[place:]))
        rows.append((sequence, previous, hashlib.sha256(data).hexdigest(), data))
    return rows


key_of_signer = functools.cache(key_of)


@pytest.fixture(scope="module")
def rows():
    return many_rows(ENTRIES)


@pytest.fixture(scope="module")
def export(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "ledger"
    keys = verify(rows[:12]).keys
    with path.open("wb") as file:
        file.writelines(export_lines(rows, project=PROJECT, entries=len(rows), head=rows[-1][2], keys=keys))
    return path


def rate(rows, check):
    """Entries a second."""
    begun = time.perf_counter()
    check()
    return len(rows) / (time.perf_counter() - begun)


def bare_hashing(rows):
    for _, _, _, data in rows:
        hashlib.sha256(data).hexdigest()


def bare_signatures(part):
    """Ed25519 alone over what was signed, prepared before the clock starts."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    keys = {
        signer: Ed25519PublicKey.from_public_bytes(bytes.fromhex(key_of(signer).public_key))
        for signer in ("li.na", "wang.wei")
    }
    ready = []
    for data in part:
        found = SIGNATURE.search(data)
        signer = "li.na" if b'"signer":"li.na"' in data else "wang.wei"
        message = data[: found.start()] + data[found.end() :]
        ready.append((keys[signer], bytes.fromhex(found[1].decode()), message))
    begun = time.perf_counter()
    for key, signature, message in ready:
        key.verify(signature, message)
    return len(ready) / (time.perf_counter() - begun)


@pytest.mark.timeout(1800)
def test_the_chain_verifies_nearly_as_fast_as_its_bytes_are_hashed(rows, export, capsys):
    """The best round of each, in turn: whatever else is at work can only slow a round down."""
    hashing, checking = [], []
    for _ in range(ROUNDS):
        hashing.append(rate(rows, lambda: bare_hashing(rows)))
        checking.append(rate(rows, lambda: verify_export_file(export, chain_only=True, cores=CHAIN_CORES)))
    ratio = max(checking) / max(hashing)
    usual = statistics.median(checking) / statistics.median(hashing)
    with capsys.disabled():
        speed = f"{max(checking):,.0f}/s on {CHAIN_CORES} cores"
        told = f"{ratio:.2f} of bare hashing (medians {usual:.2f})"
        print(f"\nchain: {speed}, {told} ({len(rows):,} entries)")
    assert ratio >= CHAIN_BOUND


@contextlib.contextmanager
def helpers_stopped():
    """The helpers of the check stand still while something else is timed: they must not work unseen."""
    listed = [path.read_text().split() for path in Path("/proc/self/task").glob("*/children")]
    helpers = [
        int(pid)
        for pids in listed
        for pid in pids
        if b"side_by_side" in Path("/proc", pid, "cmdline").read_bytes()
    ]
    assert len(helpers) == CORES - 1
    for pid in helpers:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in helpers:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="helpers are found through /proc")
def test_signatures_verify_nearly_as_fast_as_ed25519_on_every_core(rows, export, capsys):
    """Ed25519 alone is timed in pauses of the one check, so that whatever else is at work slows both."""
    part = [data for _, _, _, data in rows[2 : min(len(rows), 10_002)]]
    with ProcessPoolExecutor(CORES) as pool, CountBar("entries") as bar:
        list(pool.map(bare_signatures, [part[:10]] * CORES))
        show, bare, paused, measured = bar(len(rows)), [], 0.0, 0

        def pause(checked):
            nonlocal paused, measured
            show(checked)
            if checked < len(rows) and checked - measured >= len(rows) / PAUSES:
                begun, measured = time.perf_counter(), checked
                with helpers_stopped():
                    bare.append(sum(pool.map(bare_signatures, [part] * CORES)))
                paused += time.perf_counter() - begun

        begun = time.perf_counter()
        assert verify_export_file(export, cores=CORES, on_progress=pause).valid
        checking = len(rows) / (time.perf_counter() - begun - paused)
    ratio = checking / statistics.mean(bare)
    with capsys.disabled():
        speed = f"{checking:,.0f}/s on {CORES} cores"
        print(f"\nsignatures: {speed}, {ratio:.2f} of bare Ed25519 ({len(rows):,} entries)")
    assert ratio >= SIGNATURE_BOUND


def test_appending_is_as_fast_behind_many_entries_as_behind_few(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'project.db'}", create=True)
    durations = []
    for _ in range(4):
        begun = time.perf_counter()
        with store.transaction() as work:
            for _ in range(1500):
                work.append_entry(lambda sequence, previous: signed(sequence, previous))
        durations.append(time.perf_counter() - begun)
    with store.reading() as work:
        assert work.ledger_head().entries == 6000
    store.close()
    assert durations[-1] < 2 * durations[0], durations


def test_the_row_that_is_measured_is_a_real_one():
    data = signed(1, "0" * 64)
    assert signature_holds(data, key_of("li.na").public_key)
    assert row(1, "0" * 64, data)[3] == data
