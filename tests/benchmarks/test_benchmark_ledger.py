"""The ledger against what it stands on, in one run: hashing of the same bytes, Ed25519 times the cores.

In CI ten thousand entries and wide bounds, because its machines are shared; a million entries in the long
form (``BIM_SUPERVISE_FULL=1``). Of the rate of bare hashing the chain alone reaches about 0.7 in one process:
an entry of a kilobyte is hashed in a microsecond, and looking at its link takes half of one more. Handing the
bytes to a second process costs more than that.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from bim_supervise.ledger.chain import verify
from bim_supervise.ledger.signatures import SIGNATURE, signature_holds
from bim_supervise.store import Store

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ledger"))

from ledger_samples import key_of, row, signed, signed_chain

LONG = os.environ.get("BIM_SUPERVISE_FULL") == "1"
CORES = os.cpu_count() or 1
ENTRIES = 1_000_000 if LONG else 10_000
CHAIN_BOUND, SIGNATURE_BOUND = (0.6, 0.85) if LONG else (0.4, 0.3)


@pytest.fixture(scope="module")
def rows():
    return signed_chain(ENTRIES)


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


def test_the_chain_verifies_nearly_as_fast_as_its_bytes_are_hashed(rows, capsys):
    hashing, checking = [], []
    for _ in range(5):
        hashing.append(rate(rows, lambda: bare_hashing(rows)))
        checking.append(rate(rows, lambda: verify(rows, chain_only=True)))
    ratio = statistics.median(checking) / statistics.median(hashing)
    with capsys.disabled():
        print(f"\nchain: {statistics.median(checking):,.0f}/s, {ratio:.2f} of bare hashing")
    assert ratio >= CHAIN_BOUND


def test_signatures_verify_nearly_as_fast_as_ed25519_on_every_core(rows, capsys):
    part = [data for _, _, _, data in rows[2 : min(len(rows), 3002)]]
    with ProcessPoolExecutor(CORES) as pool:
        list(pool.map(bare_signatures, [part[:10]] * CORES))
        bare, checking = [], []
        for _ in range(1 if LONG else 2):
            bare.append(sum(pool.map(bare_signatures, [part] * CORES)))
            begun = time.perf_counter()
            assert verify(rows, cores=CORES).valid
            checking.append(len(rows) / (time.perf_counter() - begun))
    ratio = statistics.median(checking) / statistics.median(bare)
    with capsys.disabled():
        speed = f"{statistics.median(checking):,.0f}/s on {CORES} cores"
        print(f"\nsignatures: {speed}, {ratio:.2f} of bare Ed25519")
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
