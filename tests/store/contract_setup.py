"""What every store keeps of the project, its models, its plans and its set-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from store_samples import DAY, NOW, calculation, checkpoints, devices, model, schedule

from bim_supervise.core.errors import NotFound
from bim_supervise.model.compare import Match, Uncertain
from bim_supervise.model.elements import Element
from bim_supervise.schedule.tasks import Calculation
from bim_supervise.store.records import ProjectRecord


class SetupContract:
    """Inherited once per kind of database; ``stores`` makes empty stores."""

    def test_project(self, stores):
        store = stores()
        with store.reading() as work:
            assert not work.has_project()
            with pytest.raises(NotFound) as missing:
                work.project()
        assert missing.value.code == "project_missing"
        project = ProjectRecord(name="泵站", timezone="Asia/Shanghai", currency="CNY", replay=True)
        with store.transaction() as work:
            saved = work.save_project(project)
        assert len(saved.id) == 32
        later = replace(saved, site_now=NOW, last_received=NOW + DAY, name="Pump station", id="")
        with store.transaction() as work:
            work.save_project(later)
        with store.reading() as work:
            assert work.has_project()
            assert work.project() == replace(later, id=saved.id)

    def test_settings(self, stores):
        store = stores()
        with store.transaction() as work:
            assert work.setting("mapping") is None
            assert work.setting("mapping", 7) == 7
            for value in ({"a": [1, 2.5, None, "监"]}, "text", 3, False, [], None):
                work.set_setting("mapping", value)
                assert work.setting("mapping", "absent") == value
            work.set_setting("other", 1)
            assert work.setting("mapping", "absent") is None

    def test_a_failed_transaction_changes_nothing(self, stores):
        store = stores()
        with store.transaction() as work:
            work.set_setting("a", 1)
        with pytest.raises(RuntimeError), store.transaction() as work:  # noqa: PT012 - one unit of work
            work.set_setting("a", 2)
            work.add_model(model(), NOW)
            raise RuntimeError
        with store.reading() as work:
            assert work.setting("a") == 1
            assert work.models() == []

    def test_a_snapshot_does_not_see_what_is_written_meanwhile(self, stores):
        store = stores()
        with store.transaction() as work:
            work.set_setting("a", 1)
        with store.reading() as work:
            assert work.setting("a") == 1
            with store.transaction() as other:
                other.set_setting("a", 2)
            assert work.setting("a") == 1
        with store.reading() as work:
            assert work.setting("a") == 2

    def test_a_snapshot_refuses_to_be_written(self, stores):
        from bim_supervise.core.errors import StoreFailed

        store = stores()
        with pytest.raises(StoreFailed), store.reading() as work:
            work.set_setting("a", 1)
        with store.transaction() as work:
            assert work.setting("a") is None
            work.set_setting("a", 2)

    def test_models(self, stores):
        store, reading = stores(), model()
        with store.reading() as work:
            assert work.current_model() is None
            assert work.elements() == work.spaces() == work.storeys() == work.bill_items() == []
            assert work.georeference() is None
        with store.transaction() as work:
            first = work.add_model(reading, NOW)
        with store.reading() as work:
            stored = work.current_model()
            assert work.models() == [stored]
            for name in ("file_name", "sha256", "size_bytes", "schema", "authoring_tool", "project_name",
                         "partial", "georeference", "warnings", "seconds"):  # fmt: skip
                assert getattr(stored, name) == getattr(reading, name), name
            assert (stored.id, stored.loaded_at) == (first, NOW)
            assert (stored.elements, stored.storeys, stored.spaces, stored.bill_items) == (3, 2, 2, 2)
            assert tuple(work.elements()) == reading.elements
            assert tuple(work.storeys()) == reading.storeys
            assert tuple(work.spaces()) == reading.spaces
            assert tuple(work.bill_items()) == reading.bill_items
            assert work.georeference() == reading.georeference

    def test_a_model_is_stored_once_and_the_last_one_loaded_is_current(self, stores):
        store = stores()
        with store.transaction() as work:
            first = work.add_model(model("a" * 64), NOW)
            second = work.add_model(model("b" * 64, count=5), NOW)
            assert work.current_model().id == second
            assert len(work.elements()) == 5
            assert len(work.elements(first)) == 3
            assert work.add_model(model("a" * 64), NOW + DAY) == first
            assert work.current_model().id == first
            assert work.current_model().loaded_at == NOW
            assert [one.elements for one in work.models()] == [3, 5]

    def test_a_partial_reading_is_completed_in_place(self, stores):
        store = stores()
        with store.transaction() as work:
            first = work.add_model(model(count=2, partial=True), NOW)
            assert work.add_model(model(count=4), NOW) == first
            assert (work.current_model().partial, work.current_model().elements) == (False, 4)

    def test_a_doubled_global_id_is_kept_twice(self, stores):
        store = stores()
        twice = replace(model(), elements=(Element(global_id="g", ifc_class="IfcWall"),) * 2)
        with store.transaction() as work:
            work.add_model(twice, NOW)
            assert len(work.elements()) == 2

    def test_schedules(self, stores):
        store, plan = stores(), schedule()
        with store.transaction() as work:
            assert work.current_schedule() is None
            assert work.calculation() is None
            with pytest.raises(NotFound) as missing:
                work.save_calculation(calculation())
            assert missing.value.code == "schedule_missing"
            first = work.add_schedule(plan, NOW)
            assert work.add_schedule(schedule(), NOW + DAY) == first
        with store.reading() as work:
            assert work.current_schedule() == plan

    def test_the_same_file_read_otherwise_is_another_plan(self, stores):
        store = stores()
        with store.transaction() as work:
            first = work.add_schedule(schedule(), NOW)
            second = work.add_schedule(schedule("Other mapping"), NOW)
            assert first != second
            assert work.current_schedule().name == "Other mapping"
            assert work.add_schedule(schedule(), NOW) == first
            assert work.current_schedule() == schedule()

    def test_calculations(self, stores):
        store = stores()
        with store.transaction() as work:
            work.add_schedule(schedule(), NOW)
            assert work.calculation() is None
            work.save_calculation(calculation())
            assert work.calculation() == calculation()
            assert list(work.calculation().dates) == ["T2", "T1"]
            work.save_calculation(Calculation())
            assert work.calculation() == Calculation()
            work.save_calculation(calculation())
            work.add_schedule(schedule("New"), NOW)
            assert work.calculation() is None, "the dates of another plan are no dates of this one"
            work.add_schedule(schedule(), NOW)
            assert work.calculation() == calculation()

    def test_links(self, stores):
        store = stores()
        with store.transaction() as work:
            assert work.links() == []
            work.replace_links([("g2", "T1", "table"), ("g1", "T2", "plan"), ("g2", "T1", "plan")])
            assert work.links() == [("g1", "T2", "plan"), ("g2", "T1", "table")]
            work.replace_links([("g9", "T9", "table")])
            assert work.links() == [("g9", "T9", "table")]
            work.replace_links([])
            assert work.links() == []

    def test_devices(self, stores):
        store, (fence, dome) = stores(), devices()
        with store.transaction() as work:
            work.upsert_devices([])
            work.upsert_devices([fence, dome])
            assert work.devices() == [dome, fence]
            moved = replace(fence, zone="gate", position=(0.0, 0.0, 0.0))
            work.upsert_devices([moved])
            assert work.devices() == [dome, moved]

    def test_checkpoints(self, stores):
        store = stores()
        with store.transaction() as work:
            work.replace_checkpoints(checkpoints())
            assert work.checkpoints() == checkpoints()
            work.replace_checkpoints(checkpoints()[1:])
            assert work.checkpoints() == checkpoints()[1:]

    def test_instants_are_exact(self, stores):
        store = stores()
        project = ProjectRecord(name="x", timezone="UTC", currency="CNY")
        for microseconds in (-1, 0, 1, 999_999, 10**15 + 7, -(10**16)):
            instant = NOW + timedelta(microseconds=microseconds)
            with store.transaction() as work:
                work.save_project(replace(project, site_now=instant))
            with store.reading() as work:
                assert work.project().site_now == instant

    def test_a_naive_instant_is_refused(self, stores):
        from bim_supervise.core.errors import StoreFailed

        store = stores()
        with pytest.raises(StoreFailed, match="naive"), store.transaction() as work:
            work.add_model(model(), NOW.replace(tzinfo=None))
        with store.reading() as work:
            assert work.models() == []

    def test_the_newest_model_of_each_discipline_is_current(self, stores):
        store = stores()

        def of(name, count):
            reading = model(name * 64, count)
            return replace(
                reading,
                elements=tuple(
                    replace(item, global_id=f"{name}{n}") for n, item in enumerate(reading.elements)
                ),
                properties={f"{name}0": {"Pset_X.Mark": name, "Pset_X.Height": 2.5}},
            )

        with store.transaction() as work:
            old = work.add_model(of("a", 2), NOW, "structure")
            pipes = work.add_model(of("b", 3), NOW, "mep")
            new = work.add_model(of("c", 1), NOW, "structure")
        with store.reading() as work:
            assert work.current_models() == {"mep": pipes, "structure": new}
            assert [item.global_id for item in work.elements()] == ["b0", "b1", "b2", "c0"]
            assert [one.discipline for one in work.models()] == ["structure", "mep", "structure"]
            assert work.properties("b0") == {"Pset_X.Mark": "b", "Pset_X.Height": 2.5}
            assert work.properties("a0") == {}
            assert work.properties("a0", old) == {"Pset_X.Mark": "a", "Pset_X.Height": 2.5}

    def test_elements_under_another_name(self, stores):
        store = stores()
        with store.transaction() as work:
            one, other = (work.add_model(model(name * 64), NOW) for name in "ab")
            sure = [Match(before="x", after="y", by="tag", changes=("placement",))]
            unsure = [Uncertain(before="u", candidates=("v", "w"))]
            work.add_successions(one, other, sure, unsure)
            work.add_successions(one, other, sure, unsure)
            carried, asked = work.successions()
            assert (carried.before, carried.after, carried.state) == ("x", "y", "carried")
            assert (carried.evidence, carried.changes) == ("tag", ("placement",))
            assert (asked.before, asked.after, asked.state) == ("u", None, "review")
            assert asked.candidates == ("v", "w")
            work.decide_succession(
                asked.id, after="w", state="confirmed", user="li", at=NOW, reason="seen on site"
            )
        with store.reading() as work:
            assert work.successions(["review"]) == []
            (decided,) = work.successions(["confirmed"])
            assert (decided.after, decided.decided_by, decided.decided_at) == ("w", "li", NOW)
