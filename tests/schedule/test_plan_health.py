"""Open ends and the longest path."""

from schedule_builders import MONDAY, link, plan, task

from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.health import longest_path, open_ends
from bim_supervise.schedule.tasks import TaskKind


def test_ends_that_hang_free():
    """b's finish drives nothing, since it is only started by its successor; c's start is not driven."""
    schedule = plan(
        [
            task("a"),
            task("b"),
            task("c"),
            task("d"),
            task("done", actual_start=MONDAY, actual_finish=MONDAY),
            task("loe", kind=TaskKind.LEVEL_OF_EFFORT),
        ],
        [link("a", "b"), link("b", "d", "SS"), link("a", "c", "FF"), link("c", "d")],
    )
    found = open_ends(schedule)
    assert found.starts == ("a", "c")
    assert found.finishes == ("b", "d")


def test_links_of_summaries_reach_what_lies_below():
    schedule = plan(
        [task("s", None), task("a", parent="s"), task("b", parent="s"), task("z")], [link("s", "z")]
    )
    found = open_ends(schedule)
    assert (found.starts, found.finishes) == (("a", "b"), ("z",))


def test_the_longest_path_follows_what_drives():
    schedule = plan(
        [task("a", 960), task("b", 480), task("c", 480), task("d", 2400)],
        [link("a", "c"), link("b", "c"), link("c", "d", lag=480)],
    )
    assert longest_path(schedule, calculate(schedule)) == ("a", "c", "d")
    assert longest_path(plan([task("a"), task("b", 960)]), calculate(plan([task("a"), task("b", 960)]))) == (
        "b",
    )
