"""The task graph: tasks and checkpoints as nodes of one networkx DiGraph.

Node keys: a task's id (str), or ``CheckpointKey``. Node attributes: ``node_type`` (``"task"`` or
``"checkpoint"``), for tasks ``name``, ``kind``, ``parent``; for checkpoints ``kind``, ``task``, ``at``.
Edge attributes: ``edge_type`` (``"link"`` or ``"gate"``); a link edge carries ``links``, since two tasks
may be tied more than once (start to start *and* finish to finish).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import networkx as nx

from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.schedule.tasks import LinkType, Schedule

Boundary = Literal["start", "finish", "throughout"]


@dataclass(frozen=True, slots=True)
class BoundaryNode:
    """A checkpoint at a task's start, at its finish, or watching it throughout."""

    checkpoint_id: str
    kind: str
    task: str
    at: Boundary


class CheckpointKey(NamedTuple):
    """Node key of a checkpoint; a tuple, so that it never equals a task id."""

    checkpoint_id: str


class _End(NamedTuple):
    """The start (in) or finish (out) of a summary task as a node of its own."""

    task: str
    side: Literal["in", "out"]


def task_graph(schedule: Schedule, boundaries: Iterable[BoundaryNode] = ()) -> nx.DiGraph[Any]:
    """One graph of all tasks, their links and the checkpoints at their boundaries.

    A start checkpoint precedes its task. A finish checkpoint follows its task and precedes every task that
    waits for that finish (FS links, also through summary tasks). A checkpoint that watches throughout
    follows its task and holds nothing.

    Raises:
        InputRefused: ``link_unknown_task`` when a link names a task that the schedule does not have.
        NotFound: ``checkpoint_task_unknown`` when a boundary does.
    """
    graph: nx.DiGraph[Any] = nx.DiGraph()
    children: dict[str, list[str]] = {}
    for task in schedule.tasks:
        graph.add_node(task.id, node_type="task", name=task.name, kind=task.kind, parent=task.parent)
        if task.parent is not None:
            children.setdefault(task.parent, []).append(task.id)
    graph.graph["children"] = children
    refuse_unknown_ends(schedule)
    for link in schedule.links:
        if graph.has_edge(link.predecessor, link.successor):
            graph.edges[link.predecessor, link.successor]["links"] += (link,)
        else:
            graph.add_edge(link.predecessor, link.successor, edge_type="link", links=(link,))
    for boundary in boundaries:
        _add_boundary(graph, boundary)
    return graph


def refuse_unknown_ends(schedule: Schedule) -> None:
    """Every link joins two tasks of the schedule.

    Raises:
        InputRefused: ``link_unknown_task``.
    """
    known = {task.id for task in schedule.tasks}
    for link in schedule.links:
        for end in (link.predecessor, link.successor):
            if end not in known:
                raise InputRefused(
                    "link_unknown_task",
                    f"A link from '{link.predecessor}' to '{link.successor}' names the unknown task '{end}'.",
                    "Correct the predecessor in the planning tool, or export the task as well.",
                    task=end,
                    predecessor=link.predecessor,
                    successor=link.successor,
                )


def _add_boundary(graph: nx.DiGraph[Any], boundary: BoundaryNode) -> None:
    if graph.nodes.get(boundary.task, {}).get("node_type") != "task":
        raise NotFound(
            "checkpoint_task_unknown",
            f"The checkpoint '{boundary.checkpoint_id}' stands at the unknown task '{boundary.task}'.",
            "Use the id of a task in the loaded schedule.",
            checkpoint=boundary.checkpoint_id,
            task=boundary.task,
        )
    key = CheckpointKey(boundary.checkpoint_id)
    graph.add_node(key, node_type="checkpoint", kind=boundary.kind, task=boundary.task, at=boundary.at)
    if boundary.at == "start":
        graph.add_edge(key, boundary.task, edge_type="gate")
        return
    graph.add_edge(boundary.task, key, edge_type="gate")
    if boundary.at == "finish":
        for successor in successors_of(graph, boundary.task, types=(LinkType.FS,)):
            graph.add_edge(key, successor, edge_type="gate")


def leaves_of(graph: nx.DiGraph[Any], task: str) -> tuple[str, ...]:
    """The tasks below a summary task that are none themselves; the task itself when it has none below."""
    children: Mapping[str, list[str]] = graph.graph["children"]
    result: list[str] = []
    stack = [task]
    while stack:
        current = stack.pop()
        below = children.get(current)
        if below:
            stack.extend(reversed(below))
        else:
            result.append(current)
    return tuple(result)


def successors_of(
    graph: nx.DiGraph[Any], task: str, *, types: Collection[LinkType] = tuple(LinkType)
) -> tuple[str, ...]:
    """Tasks (no summaries) tied after ``task`` by a link of one of ``types``, in the order of the links.

    What waits for the finish of a summary task waits for every task below it; a link to a summary task
    is one to every task below it.
    """
    found: dict[str, None] = {}
    current: str | None = task
    while current is not None:
        for successor, edge in graph.adj[current].items():
            if edge["edge_type"] != "link":
                continue
            tied = {link.type for link in edge["links"]} & set(types)
            if current != task:
                tied &= {LinkType.FS, LinkType.FF}
            if tied:
                found |= dict.fromkeys(leaves_of(graph, successor))
        current = graph.nodes[current]["parent"]
        current = current if current in graph else None
    return tuple(found)


def tasks_behind(graph: nx.DiGraph[Any], checkpoint: str, *, downstream: bool = False) -> tuple[str, ...]:
    """Tasks whose start waits for this checkpoint; with ``downstream`` also all that follow from those.

    Raises:
        NotFound: ``checkpoint_unknown`` when the graph does not have the checkpoint.
    """
    key = CheckpointKey(checkpoint)
    if key not in graph:
        raise NotFound(
            "checkpoint_unknown",
            f"There is no checkpoint '{checkpoint}' in the task graph.",
            "List the checkpoints of the project.",
            checkpoint=checkpoint,
        )
    held: dict[str, None] = {}
    for node in graph.adj[key]:
        held |= dict.fromkeys(leaves_of(graph, node))
    queue = list(held) if downstream else []
    while queue:
        for successor in successors_of(graph, queue.pop()):
            if successor not in held:
                held[successor] = None
                queue.append(successor)
    return tuple(held)


def refuse_cycles(graph: nx.DiGraph[Any]) -> None:
    """Refuse a plan whose links run in a circle, also one that closes through summary tasks.

    Raises:
        InputRefused: ``schedule_cycle``; the message names the tasks along the circle.
    """
    network: nx.DiGraph[Any] = nx.DiGraph()
    linked_summaries: dict[str, None] = {}

    def end_of(node: Any, side: Literal["in", "out"]) -> Any:
        if isinstance(node, str) and graph.graph["children"].get(node):
            linked_summaries[node] = None
            return _End(node, side)
        return node

    for before, after in graph.edges:
        network.add_edge(end_of(before, "out"), end_of(after, "in"))
    for summary in linked_summaries:
        for leaf in leaves_of(graph, summary):
            network.add_edge(_End(summary, "in"), leaf)
            network.add_edge(leaf, _End(summary, "out"))
    # The search for the circle itself takes minutes on a large plan; whether there is one is known at once.
    if nx.is_directed_acyclic_graph(network):
        return
    try:
        cycle = nx.find_cycle(network)
    except nx.NetworkXNoCycle:
        return
    ids: list[str] = []
    for node, *_ in cycle:
        label = node.checkpoint_id if isinstance(node, CheckpointKey) else node
        task = label.task if isinstance(label, _End) else label
        if not ids or ids[-1] != task:
            ids.append(task)
    if len(ids) > 1 and ids[0] == ids[-1]:
        ids.pop()
    names = [str(graph.nodes[task]["name"]) if task in graph else task for task in ids]
    path = " -> ".join(f"{name} [{task}]" for name, task in zip(names, ids, strict=True))
    raise InputRefused(
        "schedule_cycle",
        f"The links run in a circle: {path} -> {names[0]} [{ids[0]}].",
        "Remove or turn round one of these links in the planning tool.",
        path=path,
        tasks=ids,
        first=f"{names[0]} [{ids[0]}]",
    )
