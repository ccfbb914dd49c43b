"""Any shuffle, duplication and delay over commits gives the verdicts of the stream in order."""

from __future__ import annotations

import json
import os
import random
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_site import FixedClock, build

from bim_supervise.store.dump import evidence_lines

EXAMPLES = 60 if os.environ.get("BIM_SUPERVISE_FULL") else 4
HOURS = 7


def messages(clock, seed):
    """Messages of five minutes of a noise meter with gaps, loud hours and two statements about a task."""
    dice, begin = random.Random(seed), clock.now - timedelta(hours=HOURS)
    made = []
    for number in range(12 * HOURS):
        if dice.random() < 0.1:
            continue
        base = 85 if 30 <= number < 50 else 52
        readings = [
            {"time": (begin + timedelta(minutes=5 * number + minute)).isoformat(),
             "value": round(base + 9 * dice.random(), 1)}
            for minute in range(5)
        ]  # fmt: skip
        made.append({"device": "N1", "kind": "noise_level", "unit": "dB(A)", "readings": readings})
    made.append({"kind": "task_started", "task": "B", "time": begin.isoformat(), "reporter": "wang"})
    made.append(
        {"kind": "inspected", "task": "B", "time": clock.now.isoformat(), "value": "pass", "reporter": "wang"}
    )
    return [("t", json.dumps(item).encode()) for item in made]


def take(project, batches):
    for batch in batches:
        if batch:
            report = project.ingest(batch, authenticated=True)
            assert report["rejected_count"] == 0


def lines(project):
    with project._store.reading() as work:
        return list(evidence_lines(work))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    cuts=st.integers(1, 12),
    late=st.floats(0, 0.5),
    twice=st.floats(0, 0.6),
    hours_pass=st.booleans(),
)
def test_shuffled_doubled_and_delayed_over_commits(tmp_path_factory, seed, cuts, late, twice, hours_pass):
    folder, dice = tmp_path_factory.mktemp("order"), random.Random(seed)
    clock = FixedClock()
    sent = messages(clock, seed)
    straight = build(folder / "straight", clock, folder / "inputs", people=False)
    passing = FixedClock()
    mixed = build(folder / "mixed", passing, folder / "inputs", people=False)
    take(straight, [sent])
    batches = [[] for _ in range(cuts)]
    for place, message in enumerate(sent):
        own = place * cuts // len(sent)
        if dice.random() < late:
            own = dice.randrange(own, cuts)
        batches[own].append(message)
        while dice.random() < twice:
            batches[dice.randrange(own, cuts)].append(message)
    for batch in batches:
        dice.shuffle(batch)
    batches.append(sent[-3:])
    if not hours_pass:
        dice.shuffle(batches)
    for number, batch in enumerate(batches, 1):
        if hours_pass:
            # What comes in a commit lies before it: it is heard as the hours of the site go by.
            gone = (number * len(sent) // cuts + 12) / len(sent)
            passing.now = min(clock.now, clock.now - timedelta(hours=HOURS) * (1 - gone))
        take(mixed, [batch])
    try:
        wanted = lines(straight)
        assert any(b'"alarm"' in line for line in wanted)
        assert lines(mixed) == wanted, "live"
        for project in (straight, mixed):
            project.evaluate(clock.now.isoformat())
            assert lines(project) == wanted, "evaluate --as-of"
    finally:
        straight.close()
        mixed.close()
