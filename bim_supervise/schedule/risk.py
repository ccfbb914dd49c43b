"""Schedule risk: the finish of a plan when durations are uncertain (Monte Carlo, triangular durations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime, from_minutes
from bim_supervise.schedule.cpm_rows import Calendars
from bim_supervise.schedule.fast_cpm import FastPath
from bim_supervise.schedule.fast_kernels import (
    CALENDAR,
    CONSTRAINT,
    DURATION,
    ELAPSED,
    LAG,
    LAG_CALENDAR,
    OFF,
)
from bim_supervise.schedule.fast_network import FastNetwork, fast_network, reason_against
from bim_supervise.schedule.risk_kernels import runs_in_calendars, runs_in_work
from bim_supervise.schedule.risk_slots import runs_in_slots, slot_tables
from bim_supervise.schedule.tasks import Schedule, TaskKind

_in_calendars: Any = runs_in_calendars
"""Any, because a compiled function takes the network's tables as they are unpacked."""

_BLOCKS = 16
"""Runs are dealt out to this many blocks whatever the machine, so that every machine counts alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The shortest, likeliest and longest duration of a task as factors of its planned duration."""

    low: float = 0.9
    mode: float = 1.0
    high: float = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What the runs gave; moments as naive site wall time."""

    runs: int
    planned: datetime
    """The finish with every duration as planned."""
    chance_of_planned: float
    """Share 0..1 of the runs that finish by then."""
    finishes: Mapping[int, datetime]
    """Finish that the given percentage of the runs does not exceed: 10, 50, 80, 90."""
    milestones: Mapping[str, Mapping[int, datetime]]
    """The same for each milestone by task id."""
    driving: Mapping[str, float]
    """Share 0..1 of the runs in which a task lies on the longest path; tasks that never do are left out."""


_PERCENTS = (10, 50, 80, 90)


def simulate(
    schedule: Schedule,
    *,
    runs: int = 1000,
    seed: int = 1,
    usual: Spread | None = None,
    spreads: Mapping[str, Spread] | None = None,
) -> Risk:
    """Draw the durations of all unfinished tasks many times and calculate the plan each time.

    Args:
        schedule: a plan that has not begun, without summaries (``fast_network.reason_against``).
        runs: how many times, 1 to 100,000.
        seed: the same seed gives the same answer on every machine.
        usual: the spread of tasks that ``spreads`` does not name.
        spreads: the spread by task id.

    Raises:
        InputRefused: ``risk_runs``, ``risk_spread``, ``risk_plan``, ``schedule_cycle`` or
            ``plan_beyond_calendars``.
    """
    if not 1 <= runs <= 100_000:
        raise InputRefused(
            "risk_runs",
            f"{runs} runs are not possible.",
            "Choose between 1 and 100000 runs.",
            runs=runs,
        )
    against = reason_against(schedule)
    if against is not None:
        raise InputRefused(
            "risk_plan",
            f"The risk of this plan cannot be simulated ({against}).",
            "Use a plan with MS Project's rules that has not begun and has no manual tasks.",
            reason=against,
        )
    usual = usual or Spread()
    named = spreads or {}
    for spread in (usual, *named.values()):
        if not 0 <= spread.low <= spread.mode <= spread.high or spread.high > 10:
            raise InputRefused(
                "risk_spread",
                f"The spread {spread.low:g}, {spread.mode:g}, {spread.high:g} is not in ascending order.",
                "Give factors of the planned duration: shortest, likeliest and longest, between 0 and 10.",
                low=spread.low,
                mode=spread.mode,
                high=spread.high,
            )
    widest = max(spread.high for spread in (usual, *named.values()))
    network = fast_network(schedule, stretch=1.2 * max(1.0, widest))
    path = FastPath(network)
    factors = np.array(
        [(one.low, one.mode, one.high) for one in (named.get(task, usual) for task in network.ids)]
    ).reshape(-1, 3)
    spread_of = tuple(
        np.ascontiguousarray(factors[:, side] * network.nodes[:, DURATION]) for side in range(3)
    )
    kinds = {task.id: task.kind for task in schedule.tasks}
    watched = np.array(
        [node for node, task in enumerate(network.ids) if kinds[task] is TaskKind.MILESTONE], np.int64
    )
    finishes, ends, driving = _run(path, spread_of, runs, seed, watched, _one_work(schedule, network))
    return Risk(
        runs=runs,
        planned=from_minutes(path.finish),
        chance_of_planned=float(np.mean(finishes <= path.finish)),
        finishes=_percentiles(finishes),
        milestones={
            network.ids[node]: _percentiles(ends[place]) for place, node in enumerate(watched.tolist())
        },
        driving={network.ids[node]: float(driving[node] / runs) for node in np.flatnonzero(driving).tolist()},
    )


def _one_work(schedule: Schedule, network: FastNetwork) -> WorkTime | None:
    """The one calendar in which all durations and lags of the plan are counted; None when there are more."""
    plain = (
        len(np.unique(network.nodes[:, (CALENDAR, LAG_CALENDAR)])) == 1
        and not network.links[network.links[:, LAG] != 0, ELAPSED].any()
        and not network.nodes[:, CONSTRAINT].any()
        and network.nodes[0, CALENDAR] != 0
    )
    if not plain:
        return None
    used = next((task.calendar for task in schedule.tasks if task.calendar is not None), None)
    return Calendars(schedule).work(used, schedule.name)


def _run(
    path: FastPath,
    spread: Any,
    runs: int,
    seed: int,
    watched: NDArray[np.int64],
    work: WorkTime | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Finish by run, finish of the watched nodes by run, and how often each node drove."""
    driving = np.zeros((_BLOCKS, len(path.network.ids)), np.int64)
    if work is not None:
        minutes, reached = np.zeros(runs), np.zeros((len(watched), runs))
        runs_in_work(
            path.network.links, path.network.spans, spread, seed, runs, minutes, driving, reached, watched
        )
        begin = path.network.project_start

        def moments(of: NDArray[np.float64]) -> NDArray[np.int64]:
            rounded = np.rint(of).astype(np.int64)
            known = {int(one): work.add_minutes(begin, int(one)) for one in np.unique(rounded)}
            found: NDArray[np.int64] = np.vectorize(known.__getitem__, otypes=[np.int64])(rounded)
            return found

        ends = moments(reached) if len(watched) else np.zeros((0, runs), np.int64)
        return moments(minutes), ends, driving.sum(axis=0)
    finishes, ends = np.zeros(runs, np.int64), np.zeros((len(watched), runs), np.int64)
    begin, slots = path.network.project_start, slot_tables(path.network)
    if slots is None:
        _in_calendars(*path.tables, spread, seed, runs, begin, finishes, driving, ends, watched)
    else:
        runs_in_slots(
            slots.worked, slots.opened, slots.moment, slots.low, slots.size,
            path.network.nodes, path.network.links, path.network.spans,
            spread, seed, runs, begin, finishes, driving, ends, watched,
        )  # fmt: skip
    if runs and int(finishes.max()) >= OFF:
        raise InputRefused(
            "plan_beyond_calendars",
            "A calendar has no working time up to the finish of the plan.",
            "Extend the calendar, or shorten the durations and lags that use it.",
        )
    return finishes, ends, driving.sum(axis=0)


def _percentiles(finishes: NDArray[np.int64]) -> dict[int, datetime]:
    found = np.percentile(finishes, _PERCENTS, method="inverted_cdf")
    return {percent: from_minutes(int(moment)) for percent, moment in zip(_PERCENTS, found, strict=True)}
