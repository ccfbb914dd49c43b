"""Large networks for the benchmarks, and the plain ways of calculating them to compare with."""

from __future__ import annotations

import random
from datetime import date, datetime

import networkx as nx
import numpy as np

from bim_supervise.schedule.tasks import Calendar, CalendarException, Link, LinkType, Schedule, Task

START = datetime(2026, 1, 5, 8)
_OFFICE = ((480, 720), (780, 1020))


def large_plan(tasks: int, links: int, *, calendars: int = 3, near: int = 2000, seed: int = 7) -> Schedule:
    """A plan of many tasks: each waits for some of the ``near`` tasks before it."""
    dice = random.Random(seed)
    holidays = tuple(
        CalendarException(first=date(year, 10, 1), last=date(year, 10, 7)) for year in range(2026, 2060)
    )
    weeks = ((_OFFICE,) * 5 + ((), ()), (((420, 900),),) * 6 + ((),), (((0, 360), (1080, 1440)),) * 7)
    made = tuple(
        Calendar(id=str(n), name=f"Calendar {n}", week=weeks[n], exceptions=holidays if n == 0 else ())
        for n in range(calendars)
    )
    rows = tuple(
        Task(
            id=str(n),
            source_id=str(n),
            name=f"Task {n}",
            duration_minutes=dice.choice((240, 480, 960, 1440, 2400)),
            calendar=made[dice.randrange(calendars)].id,
        )
        for n in range(tasks)
    )
    kinds = (LinkType.FS,) * 8 + (LinkType.SS, LinkType.FF)
    ties = []
    while len(ties) < links:
        after = dice.randrange(1, tasks)
        before = dice.randrange(max(0, after - near), after)
        lag = dice.choice((0, 0, 0, 480))
        ties.append(
            Link(predecessor=str(before), successor=str(after), type=dice.choice(kinds), lag_minutes=lag)
        )
    return Schedule(
        name="large",
        source_format="mspdi",
        sha256="",
        tasks=rows,
        links=tuple(ties),
        calendars=made,
        default_calendar="0",
        project_start=START,
    )


def networkx_graph(schedule: Schedule) -> nx.DiGraph:
    """The graph that the plain way walks over."""
    graph = nx.DiGraph()
    for task in schedule.tasks:
        graph.add_node(task.id, duration=task.duration_minutes)
    for link in schedule.links:
        graph.add_edge(link.predecessor, link.successor, lag=link.lag_minutes)
    return graph


def networkx_passes(graph: nx.DiGraph) -> float:
    """Both passes as a textbook writes them; finish to start only and without calendars, which favours it."""
    order = list(nx.topological_sort(graph))
    for node in order:
        start = max(
            (graph.nodes[p]["finish"] + graph.edges[p, node]["lag"] for p in graph.predecessors(node)),
            default=0,
        )
        graph.nodes[node]["start"], graph.nodes[node]["finish"] = start, start + graph.nodes[node]["duration"]
    end = max(graph.nodes[node]["finish"] for node in order)
    for node in reversed(order):
        finish = min(
            (graph.nodes[s]["late"] - graph.edges[node, s]["lag"] for s in graph.successors(node)),
            default=end,
        )
        graph.nodes[node]["late"] = finish - graph.nodes[node]["duration"]
    return end


def levels_of(count: int, source: np.ndarray, target: np.ndarray) -> list:
    """Nodes level by level with the sources of their links and where each node's links begin."""
    level = np.zeros(count, np.int64)
    for before, after in zip(source.tolist(), target.tolist(), strict=True):  # sorted by target
        level[after] = max(level[after], level[before] + 1)
    rows = []
    for number in range(1, int(level.max()) + 1):
        links = np.flatnonzero(level[target] == number)
        nodes, begins = np.unique(target[links], return_index=True)
        rows.append((nodes, source[links], begins))
    return rows


def numpy_levels(duration: np.ndarray, rows: list) -> np.ndarray:
    """Bare forward pass of all runs at once, finish to start; ``duration`` is tasks x runs."""
    finish = duration.copy()
    for nodes, sources, begins in rows:
        finish[nodes] += np.maximum.reduceat(finish[sources], begins, axis=0)
    return finish.max(axis=0)
