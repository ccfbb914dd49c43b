"""Two plans side by side."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from schedule_builders import MONDAY, link, plan, task

from bim_supervise.schedule.compare import compare_plans
from bim_supervise.schedule.read_schedule import read_schedule


def test_moved_added_removed_changed_and_the_logic():
    later = MONDAY + timedelta(days=2)
    before = plan(
        [task("a", start=MONDAY, finish=MONDAY), task("b"), task("c"), task("old", name="Roof")],
        [link("a", "b"), link("b", "c", "SS", 60), link("a", "c")],
    )
    after = plan(
        [task("a", start=later, finish=MONDAY), task("b", 60), task("d"), task("new", name="Roof")],
        [link("a", "b", lag=480), link("b", "new")],
    )
    found = compare_plans(before, after)
    assert [(one.id, one.start_shift_hours, one.finish_shift_hours) for one in found.moved] == [
        ("a", 48.0, 0.0)
    ]
    assert [(one.id, one.fields) for one in found.changed] == [("b", (("duration_minutes", 480, 60),))]
    assert (found.added, found.removed) == ((("d", "Task d"),), (("c", "Task c"),))
    assert found.renumbered == (("old", "new"),)
    assert {(tie.change, tie.predecessor, tie.successor, tie.lag_minutes) for tie in found.links} == {
        ("lag", "a", "b", 480), ("removed", "b", "c", None), ("removed", "a", "c", None),
        ("added", "b", "new", 0),
    }  # fmt: skip
    assert found.unchanged == 1


def test_a_plan_and_itself():
    one = plan([task("a"), task("b")], [link("a", "b")])
    found = compare_plans(one, replace(one, name="again"))
    assert (found.unchanged, found.moved, found.changed, found.links) == (2, (), (), ())


@pytest.mark.shared
def test_two_updates_of_a_real_plan(shared_data):
    files = [shared_data / "schedule" / f"p6_54069_up_{day}.xer" for day in ("20251121", "20251204")]
    found = compare_plans(*map(read_schedule, files))
    assert (len(found.added), len(found.removed)) == (0, 1)
    assert sorted(tie.change for tie in found.links) == ["added", "removed", "removed", "removed"]
    assert len(found.moved) == 15
    assert (found.finish_before, found.finish) == (datetime(2026, 2, 17, 17), datetime(2026, 2, 20, 17))
