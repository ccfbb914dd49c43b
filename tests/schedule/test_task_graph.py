"""Tasks and checkpoints in one graph."""

from dataclasses import replace

import pytest
from schedule_builders import link, plan, task

from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.schedule.graph import (
    BoundaryNode,
    CheckpointKey,
    leaves_of,
    refuse_cycles,
    successors_of,
    task_graph,
    tasks_behind,
)

PLAN = plan(
    [task("a"), task("b"), task("c"), task("d"), task("e")],
    [link("a", "b"), link("b", "c", "SS"), link("a", "d", "FF"), link("c", "e")],
)


def test_tasks_and_checkpoints_are_nodes_of_one_graph():
    graph = task_graph(PLAN, [BoundaryNode("H1", "quality", "a", "finish")])
    assert {data["node_type"] for _, data in graph.nodes(data=True)} == {"task", "checkpoint"}
    assert len(graph) == 6
    assert list(graph.pred[CheckpointKey("H1")]) == ["a"]
    assert list(graph.adj[CheckpointKey("H1")]) == ["b"]


def test_a_finish_checkpoint_holds_what_starts_after_the_finish():
    graph = task_graph(PLAN, [BoundaryNode("H1", "quality", "a", "finish")])
    assert tasks_behind(graph, "H1") == ("b",)
    assert set(tasks_behind(graph, "H1", downstream=True)) == {"b", "c", "e"}


def test_a_start_checkpoint_holds_its_task_and_watching_holds_nothing():
    graph = task_graph(
        PLAN, [BoundaryNode("S", "green", "c", "start"), BoundaryNode("M", "green", "c", "throughout")]
    )
    assert tasks_behind(graph, "S") == ("c",)
    assert tasks_behind(graph, "M") == ()
    refuse_cycles(graph)


def test_two_links_between_the_same_tasks_are_both_kept():
    graph = task_graph(plan([task("a"), task("b")], [link("a", "b", "SS"), link("a", "b", "FF", 60)]))
    assert [found.type for found in graph.edges["a", "b"]["links"]] == ["SS", "FF"]


def test_summary_tasks_stand_for_the_tasks_below_them():
    tasks = [task("s", None), task("a", parent="s"), task("b", parent="s"), task("t", None)]
    tasks += [task("x", parent="t"), task("y", parent="t")]
    graph = task_graph(plan(tasks, [link("s", "t")]), [BoundaryNode("H", "quality", "t", "start")])
    assert leaves_of(graph, "s") == ("a", "b")
    assert successors_of(graph, "a") == ("x", "y")
    assert tasks_behind(graph, "H") == ("x", "y")


def test_unknown_names_are_refused():
    with pytest.raises(NotFound) as refusal:
        task_graph(PLAN, [BoundaryNode("H1", "quality", "zz", "finish")])
    assert refusal.value.code == "checkpoint_task_unknown"
    with pytest.raises(NotFound) as refusal:
        tasks_behind(task_graph(PLAN), "H9")
    assert refusal.value.code == "checkpoint_unknown"
    with pytest.raises(InputRefused) as refusal:
        task_graph(plan([task("a")], [link("a", "zz")]))
    assert refusal.value.code == "link_unknown_task"


def test_a_cycle_is_refused_with_its_path():
    looped = replace(PLAN, links=(*PLAN.links, link("e", "b")))
    with pytest.raises(InputRefused) as refusal:
        refuse_cycles(task_graph(looped))
    error = refusal.value
    assert error.code == "schedule_cycle"
    assert set(error.params["tasks"]) == {"b", "c", "e"}
    for name in ("Task b", "Task c", "Task e"):
        assert name in error.message
    assert "Task d" not in error.message


def test_a_task_after_itself_is_a_cycle():
    with pytest.raises(InputRefused) as refusal:
        refuse_cycles(task_graph(plan([task("a")], [link("a", "a")])))
    assert "Task a [a] -> Task a [a]" in refusal.value.message


def test_a_cycle_through_a_summary_is_refused_with_its_name():
    tasks = [task("s", None), task("a", parent="s"), task("b")]
    with pytest.raises(InputRefused) as refusal:
        refuse_cycles(task_graph(plan(tasks, [link("s", "b"), link("b", "a")])))
    assert "Task s" in refusal.value.message
