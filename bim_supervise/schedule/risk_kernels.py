"""Compiled inner loops of ``risk``: many runs of the forward pass with drawn durations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from bim_supervise.schedule.fast_kernels import DURATION, INCOMING, LAG, NONE, SOURCE, TYPE, place_early


@njit(cache=True)
def next_number(state: Any) -> tuple[Any, Any]:
    """One step of the splitmix64 generator: the new state and a number in [0, 1)."""
    state = np.uint64(state + np.uint64(0x9E3779B97F4A7C15))
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return state, (z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True)
def seed_of(seed: int, run: int) -> Any:
    """A state of its own for each run, so that runs do not depend on how many there are."""
    state, _ = next_number(np.uint64(seed) ^ (np.uint64(run) * np.uint64(0xD1B54A32D192ED03)))
    return state


@njit(cache=True)
def draw(u: float, low: float, mode: float, high: float) -> Any:
    """A triangular value from a number in [0, 1)."""
    width = high - low
    if width <= 0.0:
        return mode
    split = (mode - low) / width
    if u < split:
        return low + np.sqrt(u * width * (mode - low))
    return high - np.sqrt((1.0 - u) * width * (high - mode))


@njit(cache=True)
def driving_chain(links: Any, spans: Any, start: Any, finish: Any, last: int, counts: Any) -> None:
    """Count every node of the chain that held the last one up."""
    while last >= 0:
        counts[last] += 1
        by, latest = -1, NONE
        for link in range(spans[last, INCOMING], spans[last + 1, INCOMING]):
            source = links[link, SOURCE]
            if finish[source] > latest and start[source] <= start[last]:
                by, latest = source, finish[source]
        last = by


@njit(cache=True, parallel=True)
def runs_in_work(
    links: Any,
    spans: Any,
    spread: Any,
    seed: int,
    runs: int,
    finishes: Any,
    driving: Any,
    ends: Any,
    watched: Any,
) -> None:
    """Runs of a plan that counts all time in one calendar: plain sums of working minutes from the start.

    ``spread`` holds low, mode and high by node; ``finishes`` the finish of each run; ``driving`` counts by
    block of runs and node how often a node lay on the longest path; ``ends`` the finish of the ``watched``
    nodes.
    """
    low, mode, high = spread
    count, blocks = len(low), len(driving)
    for block in prange(blocks):
        start, finish = np.empty(count, np.float64), np.empty(count, np.float64)
        driver = np.empty(count, np.int64)
        for run in range(block, runs, blocks):
            state = seed_of(seed, run)
            last, best = 0, -1.0
            for n in range(count):
                state, u = next_number(state)
                duration = draw(u, low[n], mode[n], high[n])
                begin, by = 0.0, -1
                for link in range(spans[n, INCOMING], spans[n + 1, INCOMING]):
                    source, tie = links[link, SOURCE], links[link, TYPE]
                    asked = (start[source] if tie == 1 or tie == 3 else finish[source]) + links[link, LAG]
                    if tie >= 2:
                        asked -= duration
                    if asked > begin:
                        begin, by = asked, source
                start[n], finish[n], driver[n] = begin, begin + duration, by
                if finish[n] > best:
                    best, last = finish[n], n
            finishes[run] = best
            for place in range(len(watched)):
                ends[place, run] = finish[watched[place]]
            while last >= 0:
                driving[block, last] += 1
                last = driver[last]


@njit(cache=True, parallel=True)
def runs_in_calendars(
    shifts: Any, first: Any, days: Any, low_day: int, nodes: Any, links: Any, spans: Any, out_link: Any,
    spread: Any, seed: int, runs: int, project: int, finishes: Any, driving: Any, ends: Any, watched: Any,
) -> None:  # fmt: skip
    """Runs of any plan, through every calendar, lag and constraint; moments in minutes since the epoch."""
    low, mode, high = spread
    count, blocks = len(low), len(driving)
    for block in prange(blocks):
        own = nodes.copy()
        start, finish = np.empty(count, np.int64), np.empty(count, np.int64)
        for run in range(block, runs, blocks):
            state = seed_of(seed, run)
            last, best = 0, NONE
            for n in range(count):
                state, u = next_number(state)
                own[n, DURATION] = int(draw(u, low[n], mode[n], high[n]) + 0.5)
                place_early(
                    n, shifts, first, days, low_day, own, links, spans, out_link, start, finish, NONE, project
                )
                if finish[n] > best:
                    best, last = finish[n], n
            finishes[run] = best
            for place in range(len(watched)):
                ends[place, run] = finish[watched[place]]
            driving_chain(links, spans, start, finish, last, driving[block])
