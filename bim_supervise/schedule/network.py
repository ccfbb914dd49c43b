"""The network that the critical path method runs on: tasks without summaries, by position.

Links to and from summary tasks are carried by two extra nodes each: the *start* node hands what its
predecessors demand on to the tasks below, the *finish* node gathers them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bim_supervise.schedule.tasks import Link, LinkType, Schedule, Skipped, Task


@dataclass(slots=True)
class Arc:
    """A link between two nodes of the network."""

    source: int
    target: int
    link: Link


@dataclass(slots=True)
class Network:
    """Nodes are numbered: first the ``tasks``, then the ends of linked summary tasks.

    ``gathers[node]`` are the tasks that a finish node gathers, ``hands_to[node]`` those a start node hands
    its demand to. ``order`` is topological; it exists because cycles have been refused before.
    """

    tasks: list[Task]
    position: dict[str, int]
    leaves: dict[str, list[int]]
    incoming: list[list[Arc]]
    outgoing: list[list[Arc]]
    gathers: dict[int, list[int]] = field(default_factory=dict)
    hands_to: dict[int, list[int]] = field(default_factory=dict)
    summary_of: dict[int, Task] = field(default_factory=dict)
    handed_by: dict[int, list[int]] = field(default_factory=dict)
    gathered_by: dict[int, list[int]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    problems: list[Skipped] = field(default_factory=list)


def build_network(schedule: Schedule) -> Network:
    """Lay out the network of an acyclic schedule."""
    children: dict[str, list[str]] = {}
    by_id = {task.id: task for task in schedule.tasks}
    for task in schedule.tasks:
        if task.parent in by_id and task.parent is not None:
            children.setdefault(task.parent, []).append(task.id)
    tasks = [task for task in schedule.tasks if task.id not in children]
    position = {task.id: index for index, task in enumerate(tasks)}
    leaves: dict[str, list[int]] = {}
    for task in tasks:
        above = task.parent
        while above in by_id and above is not None:
            leaves.setdefault(above, []).append(position[task.id])
            above = by_id[above].parent
    network = Network(
        tasks=tasks,
        position=position,
        leaves=leaves,
        incoming=[[] for _ in tasks],
        outgoing=[[] for _ in tasks],
    )
    starts: dict[str, int] = {}
    finishes: dict[str, int] = {}

    def new_node(summary: str) -> int:
        network.incoming.append([])
        network.outgoing.append([])
        node = len(network.incoming) - 1
        network.summary_of[node] = by_id[summary]
        return node

    for link in schedule.links:
        if link.successor in leaves and link.type in (LinkType.FF, LinkType.SF):
            network.problems.append(Skipped(what=_describe(link, by_id), reason="link_to_summary_finish"))
            continue
        source = position.get(link.predecessor)
        if source is None:
            if link.predecessor not in finishes:
                node = finishes[link.predecessor] = new_node(link.predecessor)
                network.gathers[node] = leaves[link.predecessor]
                for leaf in leaves[link.predecessor]:
                    network.gathered_by.setdefault(leaf, []).append(node)
            source = finishes[link.predecessor]
        target = position.get(link.successor)
        if target is None:
            if link.successor not in starts:
                node = starts[link.successor] = new_node(link.successor)
                network.hands_to[node] = leaves[link.successor]
                for leaf in leaves[link.successor]:
                    network.handed_by.setdefault(leaf, []).append(node)
            target = starts[link.successor]
        arc = Arc(source, target, link)
        network.outgoing[source].append(arc)
        network.incoming[target].append(arc)
    network.order = _topological(network)
    return network


def _topological(network: Network) -> list[int]:
    nodes = len(network.incoming)
    after: list[list[int]] = [[arc.target for arc in arcs] for arcs in network.outgoing]
    for node, targets in network.hands_to.items():
        after[node].extend(targets)
    for node, sources in network.gathers.items():
        for source in sources:
            after[source].append(node)
    waiting = [0] * nodes
    for targets in after:
        for target in targets:
            waiting[target] += 1
    ready = deque(node for node in range(nodes) if waiting[node] == 0)
    order: list[int] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for target in after[node]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return order


def _describe(link: Link, by_id: dict[str, Task]) -> str:
    ends = (by_id[link.predecessor].name, by_id[link.successor].name)
    return f"{link.type} link from '{ends[0]}' to '{ends[1]}'"
