"""Speed of the critical path and of schedule risk, as ratios to named ways in the same run (medians).

``BIM_SUPERVISE_FULL=1`` measures at the sizes of the claims; without it the same code runs on small ones and
only the answers are checked.
"""

import os
import random
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from plan_networks import large_plan, levels_of, networkx_graph, networkx_passes, numpy_levels

from bim_supervise.schedule.fast_cpm import FastPath
from bim_supervise.schedule.fast_network import fast_network
from bim_supervise.schedule.mspdi_text import mspdi_text
from bim_supervise.schedule.read_mpxj import java_found, mpxj_installed
from bim_supervise.schedule.risk import Spread, simulate

FULL = bool(os.environ.get("BIM_SUPERVISE_FULL"))
TASKS, LINKS = (100_000, 250_000) if FULL else (2_000, 5_000)
RISK_TASKS, RUNS = (10_000, 1_000) if FULL else (500, 100)


def timed(function):
    began = perf_counter()
    function()
    return perf_counter() - began


@pytest.mark.timeout(900)
def test_both_passes_with_calendars_against_networkx_and_one_change():
    schedule = large_plan(TASKS, LINKS)
    path = FastPath(fast_network(schedule))  # compiles, and warms up
    graph = networkx_graph(schedule)
    ours, plain = [], []
    for _ in range(3):
        plain.append(timed(lambda: networkx_passes(graph)))
        ours.append(timed(path.calculate))
    ratio = statistics.median(plain) / statistics.median(ours)
    dice = random.Random(1)
    changes = []
    path.change_duration(0, int(path.network.nodes[0, 0]))
    for _ in range(41):
        node = dice.randrange(TASKS)
        minutes = int(path.network.nodes[node, 0]) + 480
        changes.append(timed(lambda node=node, minutes=minutes: path.change_duration(node, minutes)))
    share = statistics.median(changes) / statistics.median(ours)
    again = FastPath(path.network)
    for column in ("early_start", "early_finish", "late_start", "late_finish"):
        assert np.array_equal(getattr(path, column), getattr(again, column))
    print(
        f"{TASKS} tasks: networkx {statistics.median(plain):.3f} s, ours {statistics.median(ours):.4f} s, "
        f"ratio {ratio:.0f}; one change {share:.4f} of a pass, "
        f"the slowest of 41 {max(changes) / statistics.median(ours):.2f}"
    )
    if FULL:
        assert ratio >= 20
        assert share < 0.1


@pytest.mark.timeout(900)
@pytest.mark.skipif(
    not FULL, reason="BIM_SUPERVISE_FULL=1: writes and reads a plan of 100,000 tasks through Java"
)
@pytest.mark.skipif(not (mpxj_installed() and java_found()), reason="needs the extra mpxj and a Java runtime")
def test_both_passes_against_mpxjs_scheduler(tmp_path):
    schedule = large_plan(TASKS, LINKS)
    (tmp_path / "plan.xml").write_bytes(mspdi_text(schedule).content)
    path = FastPath(fast_network(schedule))
    answer = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("mpxj_time.py")), str(tmp_path / "plan.xml")],
        capture_output=True,
        text=True,
        check=True,
    )
    ours = statistics.median(timed(path.calculate) for _ in range(5))
    theirs = float(answer.stdout)
    print(f"{TASKS} tasks: MPXJ {theirs:.2f} s, ours {ours:.4f} s, ratio {theirs / ours:.0f}")
    assert theirs / ours >= 20


@pytest.mark.timeout(900)
@pytest.mark.parametrize("calendars", [1, 3])
def test_schedule_risk_against_a_bare_numpy_pass(calendars):
    schedule = large_plan(RISK_TASKS, RISK_TASKS * 5 // 2, calendars=calendars, near=300)
    schedule = replace(
        schedule,
        links=tuple(replace(link, type=type(link.type).FS, lag_minutes=0) for link in schedule.links),
    )
    simulate(schedule, runs=2)
    network = fast_network(schedule)
    rows = levels_of(RISK_TASKS, network.links[:, 0], network.links[:, 1])
    rng = np.random.default_rng(1)
    drawn = rng.triangular(0.9, 1.0, 1.3, (RISK_TASKS, RUNS)).astype(np.float32)
    drawn *= network.nodes[:, :1].astype(np.float32)
    ours, bare = [], []
    for _ in range(3):
        bare.append(timed(lambda: numpy_levels(drawn, rows)))
        ours.append(timed(lambda: simulate(schedule, runs=RUNS)))
    ratio = statistics.median(ours) / statistics.median(bare)
    print(
        f"{RISK_TASKS} tasks x {RUNS} runs, {calendars} calendars: numpy {statistics.median(bare):.3f} s, "
        f"ours with drawing, percentiles and driving paths {statistics.median(ours):.3f} s, ratio {ratio:.2f}"
    )
    certain = simulate(schedule, runs=3, usual=Spread(low=1.0, mode=1.0, high=1.0))
    assert set(certain.finishes.values()) == {certain.planned}
    if FULL:
        assert ratio <= 2
