"""A signature costs the same behind a long ledger as behind a short one.

In CI a few thousand entries; a million in the long form (``BIM_SUPERVISE_FULL=1``). The projects sign in
turn, so that whatever else is at work slows all of them.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import pytest

from bim_supervise.store.tables_ledger import LedgerEntryTable

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ledger"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "api"))

from small_site import PASSWORD, FixedClock, build
from test_benchmark_ledger import LONG, many_rows

LENGTHS = (1_000, 100_000, 1_000_000) if LONG else (100, 3_000)
ROUNDS = 9
COLUMNS = ("sequence", "previous_hash", "hash", "data")
BOUND = 1.3 if LONG else 2.5


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """A project for each length of the ledger."""
    rows = many_rows(max(LENGTHS))
    made = {}
    for length in LENGTHS:
        directory = tmp_path_factory.mktemp(f"signed-{length}")
        project = build(directory / "site", FixedClock(), directory / "inputs")
        with project._store.transaction() as work:
            for first in range(0, length, 10_000):
                portion = rows[first : min(first + 10_000, length)]
                work._insert(LedgerEntryTable, [dict(zip(COLUMNS, row, strict=True)) for row in portion])
        made[length] = project
    yield made
    for project in made.values():
        project.close()


def sign(project):
    return project.sign("CP-RB", "liu", "reject", "checked on site", password=PASSWORD)["entry"]


def told(seconds):
    return ", ".join(f"{length:,}: {1e3 * found:.1f} ms" for length, found in seconds.items())


@pytest.mark.timeout(1800)
def test_signing_and_judging_are_as_fast_behind_many_entries_as_behind_few(sites, capsys):
    reading = {}
    for length, project in sites.items():
        begun = time.perf_counter()
        assert sign(project) == length + 2, "the key and the first signature"
        reading[length] = time.perf_counter() - begun
    signing = {length: [] for length in sites}
    judging = {length: [] for length in sites}
    card = {length: [] for length in sites}
    for _ in range(ROUNDS):
        for length, project in sites.items():
            begun = time.perf_counter()
            sign(project)
            signing[length].append(time.perf_counter() - begun)
            project._situations.clear()
            begun = time.perf_counter()
            project.situation()
            judging[length].append(time.perf_counter() - begun)
            begun = time.perf_counter()
            assert len(project.checkpoint("CP-RB").sign_offs) > 0
            card[length].append(time.perf_counter() - begun)
    few, *_, many = LENGTHS
    lines, ratios = [], {}
    for name, found in (("sign", signing), ("judge", judging), ("card", card)):
        medians = {length: statistics.median(times) for length, times in found.items()}
        ratios[name] = medians[many] / medians[few]
        lines.append(
            f"{name}: " + ", ".join(f"{length:,}: {1e3 * s:.1f} ms" for length, s in medians.items())
        )
    lines.append(
        "first signature of a process: " + ", ".join(f"{n:,}: {s:.2f} s" for n, s in reading.items())
    )
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert max(ratios.values()) < BOUND, ratios
    with sites[few]._store.reading() as work:
        assert json.loads(work.entry(few + 2).data)["checkpoint"] == "CP-RB"
