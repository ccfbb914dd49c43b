"""The logic of a drafted plan: an order of work packages in which nothing comes before what carries it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import networkx as nx


class Package(NamedTuple):
    """Elements of one storey and one trade that are built together.

    ``storey`` and ``trade`` are ranks: the lower is built first where nothing else decides. ``part`` tells
    packages apart that had to be divided, 0 for the first or only one.
    """

    storey: int
    trade: int
    part: int = 0


def order_packages(
    wanted: Mapping[str, tuple[int, int]], carries: Iterable[tuple[str, str]]
) -> tuple[dict[Package, list[str]], list[tuple[Package, Package]]]:
    """Group elements into packages and link the packages.

    A package is divided where its elements would have to be built both before and after another package.

    Args:
        wanted: storey and trade rank by element id.
        carries: (carrier, carried) element ids, without a cycle.

    Returns:
        The elements of each package in the order in which they can be built, and finish-to-start links
        (predecessor, successor) without a cycle and without redundant links.
    """
    pairs = [(a, b) for a, b in carries if a in wanted and b in wanted]
    place = {element: Package(*ranks) for element, ranks in wanted.items()}
    for tangle in nx.strongly_connected_components(_package_graph(place, pairs)):
        if len(tangle) > 1:
            place |= _divided([e for e, package in place.items() if package in tangle], place, pairs)
    graph = _package_graph(place, pairs)
    order: list[Package] = list(nx.lexicographical_topological_sort(graph))
    # One storey is worked trade by trade, and one trade goes from storey to storey, as its crew does.
    rows: dict[tuple[str, int], list[Package]] = defaultdict(list)
    for package in order:
        rows["storey", package.storey].append(package)
        rows["trade", package.trade].append(package)
    for row in rows.values():
        graph.add_edges_from(pairwise(row))
    reduced = nx.transitive_reduction(graph)
    members: dict[Package, list[str]] = {package: [] for package in order}
    for element in wanted:
        members[place[element]].append(element)
    links = [(a, b) for a in order for b in sorted(reduced.successors(a))]
    return members, links


def _package_graph(place: Mapping[str, Package], pairs: Sequence[tuple[str, str]]) -> nx.DiGraph[Package]:
    graph: nx.DiGraph[Package] = nx.DiGraph()
    graph.add_nodes_from(sorted(set(place.values())))
    graph.add_edges_from(
        {(place[a], place[b]) for a, b in pairs if place[a] != place[b]},
    )
    return graph


def _divided(
    elements: Sequence[str], place: Mapping[str, Package], pairs: Sequence[tuple[str, str]]
) -> dict[str, Package]:
    """New packages for elements of tangled packages: one for each level of what stands on what."""
    tangled = set(elements)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(elements)
    graph.add_edges_from((a, b) for a, b in pairs if a in tangled and b in tangled)
    level: dict[str, int] = {}
    for element in nx.topological_sort(graph):
        below = (
            # Within one package nothing has to wait for its like.
            level[one] + (place[one] != place[element])
            for one in graph.predecessors(element)
        )
        level[element] = max(below, default=0)
    parts: dict[Package, list[int]] = defaultdict(list)
    for element in elements:
        parts[place[element]].append(level[element])
    numbers = {
        package: {lv: n for n, lv in enumerate(sorted(set(levels)))} for package, levels in parts.items()
    }
    return {
        element: place[element]._replace(part=numbers[place[element]][level[element]]) for element in elements
    }
