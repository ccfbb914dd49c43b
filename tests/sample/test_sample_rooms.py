"""The sample through the readers of the software: what it says is what they understand."""

import itertools
from collections import Counter
from datetime import timedelta

import pytest
from bim_supervise_sample import START, checkpoints_path, devices_path, model_path, rules_path
from bim_supervise_sample.model.layout import parts, parts_by_task, rooms
from bim_supervise_sample.plan.dates import planned
from bim_supervise_sample.plan.tasks import plan_tasks, tasks_by_code
from bim_supervise_sample.site import ZONE
from bim_supervise_sample.stream import Channel, Simulator

from bim_supervise.checkpoints.read_checkpoints import read_checkpoints
from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.checkpoints.site_rules import read_site_rules
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.mapping import DEFAULT_MAPPING
from bim_supervise.events.normalise import normalise
from bim_supervise.events.read_devices import read_devices
from bim_supervise.ledger.capacities import Capacity
from bim_supervise.model.read_ifc import read_model
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.read_schedule import read_schedule

KINDS = KindTable().with_kinds(load_packs().kinds)


@pytest.fixture(scope="module")
def reading():
    return read_model(model_path())


@pytest.fixture(scope="module")
def schedule():
    return read_schedule(model_path())


def test_model_is_read_whole(reading):
    assert not reading.partial
    assert reading.warnings == ()
    assert {element.global_id for element in reading.elements} == {part.global_id for part in parts()}
    assert {space.name for space in reading.spaces} == {room.name for room in rooms()}
    assert len(reading.storeys) == 5
    assert reading.georeference.crs == "EPSG:4548"
    assert reading.georeference.latitude == pytest.approx(39.902)
    # The crane has no quantities; everything else has.
    assert sum(not element.quantities for element in reading.elements) == 1


def test_quantities_are_read_in_si(reading):
    stated = {part.global_id: part for part in parts()}
    for element in reading.elements:
        part = stated[element.global_id]
        for name, value in part.quantities.items():
            assert element.quantities[f"{part.quantity_set}.{name}"] == pytest.approx(value, abs=1e-4)


def test_spaces_lie_where_the_layout_says(reading):
    spaces = {space.name: space for space in reading.spaces}
    assert spaces["PIT-A"].z_min == pytest.approx(-11.2)
    assert spaces["PIT-A"].z_max == pytest.approx(0.0)
    xs = [x for x, _ in spaces["TANK-B2"].polygon]
    assert (min(xs), max(xs)) == pytest.approx((40.3, 55.7))


def test_bill_equals_the_budgets(reading):
    budgets = {task.global_id: task.budget for task in plan_tasks()}
    for item in reading.bill_items:
        if item.identification and item.identification.startswith("W."):
            (task,) = item.task_source_ids
            assert item.value == pytest.approx(budgets[task], abs=0.02)
    assert any(not item.element_ids and not item.task_source_ids for item in reading.bill_items)


def test_plan_is_read_whole_and_calculates_to_the_planned_dates(schedule):
    assert len(schedule.tasks) == len(plan_tasks())
    assert schedule.skipped == ()
    assert {link.type.value for link in schedule.links} == {"FS", "SS", "FF", "SF"}
    calculation = calculate(schedule)
    assert calculation.problems == ()
    for task in schedule.tasks:
        dates = planned()[task.wbs]
        assert (task.start, task.finish) == (dates.start, dates.finish)
        calculated = calculation.dates.get(task.id)
        if calculated is not None:
            # Two independent forward passes agree to the minute.
            assert (calculated.early_start, calculated.early_finish) == (dates.start, dates.finish)
            assert calculated.total_float_hours >= 0


def test_plan_carries_money_quantities_and_elements(schedule):
    for task in schedule.tasks:
        stated = tasks_by_code()[task.wbs]
        assert task.budget == stated.budget
        assert task.quantity == stated.quantity
        assert (task.unit or "") == stated.unit
        assert set(task.element_ids) == {part.global_id for part in parts_by_task().get(task.wbs, ())}


def test_the_rule_settings_are_accepted_and_loosen_nothing():
    registry = load_packs()
    site = read_site_rules(rules_path(), registry.rules, registry.shipped)
    assert {limit.rule_id for limit in site.limits} >= {"AIR-01", "AIR-02", "AIR-06"}
    assert site.loosened == ()


def test_devices_and_checkpoints_are_accepted(schedule, reading):
    devices = read_devices(devices_path(), kinds=KINDS)
    assert 30 <= len(devices) <= 36
    spaces = {space.name for space in reading.spaces}
    assert {device.zone for device in devices if device.zone} <= spaces
    assert sum(device.purpose == "boundary" and "noise_level" in device.kinds for device in devices) == 4
    assert any(device.life_safety for device in devices)
    points = read_checkpoints(checkpoints_path(), schedule, [capacity.value for capacity in Capacity])
    assert len(points) >= 12


def _normalised(messages):
    facts, readings, flags, rejected = [], 0, Counter(), Counter()
    for message in messages:
        if message.channel is Channel.OBSERVATIONS:
            batch = normalise(
                [(1, message.body)],
                DEFAULT_MAPPING,
                kinds=KINDS,
                zone=ZONE,
                received=message.received,
                source="mqtt",
                authenticated=True,
            )
            facts.extend(batch.facts)
            readings += len(batch.readings)
            flags.update(batch.readings.flags.tolist())
            rejected.update(item.reason for item in batch.rejected)
    return facts, readings, flags, rejected


def test_stream_is_understood_without_a_rejection():
    month = itertools.takewhile(
        lambda message: message.received < START + timedelta(days=33), Simulator(1).messages()
    )
    # The first days, and those around the wrong clock.
    chosen = (message for message in month if not 3 <= (message.received - START).days < 30)
    facts, readings, flags, rejected = _normalised(chosen)
    assert rejected == {}
    assert readings > 45_000
    assert len(facts) > 50
    # Only the instrument whose clock runs ahead speaks of the future: 15 hours, four readings an hour.
    assert flags[1] == pytest.approx(60, abs=4)
    assert set(flags) == {0, 1}
