"""Sparkplug B: births, aliases, sequence numbers, and payloads that are none."""

from __future__ import annotations

import json
import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.events.rows import Unreadable
from bim_supervise.events.sources_sparkplug import HostState, SparkplugState, rebirth_command
from bim_supervise.events.sparkplug import NotSparkplug, decode, payload_class

NODE = "spBv1.0/site/{kind}/n1"
DEVICE = "spBv1.0/site/{kind}/n1/meter"
NOW = 1_772_409_600_000
FULL = os.environ.get("BIM_SUPERVISE_FULL") == "1"


def payload(seq, *metrics, timestamp=NOW):
    """Bytes of a payload; a metric is a dict of protobuf fields, with ``unit`` as a property."""
    message = payload_class()(timestamp=timestamp, seq=seq)
    for fields in metrics:
        fields = dict(fields)
        properties = {key: fields.pop(key) for key in ("unit", "quality") if key in fields}
        metric = message.metrics.add(**fields)
        if "unit" in properties:
            metric.properties.keys.append("engUnit")
            metric.properties.values.add(type=12, string_value=properties["unit"])
        if "quality" in properties:
            metric.properties.keys.append("Quality")
            metric.properties.values.add(type=3, int_value=properties["quality"])
    return message.SerializeToString()


BIRTH = payload(
    0,
    {"name": "bdSeq", "datatype": 8, "long_value": 1},
    {"name": "Node Control/Rebirth", "datatype": 11, "boolean_value": False},
    {"name": "noise_level", "alias": 4, "datatype": 9, "float_value": 61.4, "unit": "dB(A)"},
    {"name": "settlement", "alias": 5, "datatype": 3, "int_value": 2**32 - 7},
)


def born():
    state = SparkplugState()
    rows, again = state.read(NODE.format(kind="NBIRTH"), BIRTH)
    assert again is None
    return state, rows


def test_a_birth_announces_and_carries_values():
    state, rows = born()
    assert [(row["metric"], row["value"], row["unit"], row["quality"]) for row in rows] == [
        ("noise_level", 61.4, "dB(A)", "good"), ("settlement", -7, None, "good")
    ]  # fmt: skip
    assert {row["device"] for row in rows} == {"site/n1"}
    assert state.online() == {"site/n1": True}


def test_data_speaks_in_aliases_and_the_birth_survives_a_restart():
    state, _ = born()
    kept = json.loads(json.dumps(state.as_data()))
    for known in (state, SparkplugState(kept)):
        data = payload(1, {"alias": 5, "int_value": 2**32 - 9, "timestamp": NOW + 5, "is_historical": True})
        [row], again = known.read(NODE.format(kind="NDATA"), data)
        assert (row["metric"], row["value"], row["time"], row["historical"]) == (
            "settlement",
            -9,
            NOW + 5,
            True,
        )
        assert again is None


def test_a_device_of_a_node_has_announcements_of_its_own():
    state, _ = born()
    birth = payload(1, {"name": "pm10", "alias": 4, "datatype": 10, "double_value": 80.5, "quality": 0})
    [row], _ = state.read(DEVICE.format(kind="DBIRTH"), birth)
    assert (row["device"], row["metric"], row["quality"]) == ("site/n1/meter", "pm10", "0")
    [row], _ = state.read(DEVICE.format(kind="DDATA"), payload(2, {"alias": 4, "double_value": 81.0}))
    assert row["metric"] == "pm10"
    [row], _ = state.read(NODE.format(kind="NDATA"), payload(3, {"alias": 4, "float_value": 60.0}))
    assert row["metric"] == "noise_level"


def test_what_cannot_be_understood_asks_for_a_rebirth():
    fresh = SparkplugState()
    rows, again = fresh.read(NODE.format(kind="NDATA"), payload(7, {"alias": 4, "float_value": 1.0}))
    assert (rows, again) == ([Unreadable("sparkplug_not_born")], "site/n1")
    state, _ = born()
    rows, again = state.read(NODE.format(kind="NDATA"), payload(1, {"alias": 99, "float_value": 1.0}))
    assert (rows, again) == ([Unreadable("sparkplug_alias_unknown")], "site/n1")
    rows, again = state.read(NODE.format(kind="NDATA"), payload(5, {"alias": 4, "float_value": 1.0}))
    assert (len(rows), again) == (1, "site/n1"), "a gap loses no data, but asks"
    assert state.read(NODE.format(kind="NDATA"), payload(6))[1] is None
    topic, command = rebirth_command("site/n1", NOW)
    assert topic == "spBv1.0/site/NCMD/n1"
    [metric] = decode(command).metrics
    assert (metric.name, metric.value, metric.datatype) == ("Node Control/Rebirth", True, 11)


def test_sequence_numbers_go_round():
    state, _ = born()
    for seq in [*range(1, 256), 0, 1]:
        assert state.read(NODE.format(kind="NDATA"), payload(seq))[1] is None


def test_a_death_is_remembered_and_a_new_birth_forgets_what_is_old():
    state, _ = born()
    assert state.read(NODE.format(kind="NDEATH"), payload(None)) == ([], None)
    assert state.online() == {"site/n1": False}
    state.read(NODE.format(kind="NBIRTH"), payload(0, {"name": "pm10", "alias": 1, "datatype": 10}))
    rows, again = state.read(NODE.format(kind="NDATA"), payload(1, {"alias": 4, "float_value": 1.0}))
    assert (rows, again) == ([Unreadable("sparkplug_alias_unknown")], "site/n1")


@pytest.mark.parametrize("topic", ["spBv1.0/STATE/host", "spBv1.0/site/NCMD/n1", "spBv1.0/site/DCMD/n1/d"])
def test_states_and_commands_are_not_ours_to_read(topic):
    assert SparkplugState().read(topic, b"{}") == ([], None)


def test_topics_and_payloads_that_are_none_are_rejected():
    state = SparkplugState()
    assert state.read("spBv1.0/site/NBIRTH/n1/d", BIRTH)[0] == [Unreadable("sparkplug_topic_invalid")]
    assert state.read(NODE.format(kind="NBIRTH"), b"\xff\xff")[0] == [Unreadable("sparkplug_payload_invalid")]


def test_null_and_unread_values_are_missing_not_zero():
    state, _ = born()
    rows, _ = state.read(
        NODE.format(kind="NDATA"),
        payload(1, {"alias": 4, "is_null": True}, {"name": "settlement", "datatype": 16}),
    )
    assert rows == []


@settings(deadline=None)
@given(st.integers(-(2**31), 2**31 - 1), st.floats(allow_nan=False, width=32))
def test_signed_integers_and_floats_come_back(number, value):
    state, _ = born()
    rows, _ = state.read(
        NODE.format(kind="NDATA"),
        payload(1, {"alias": 5, "int_value": number % 2**32}, {"alias": 4, "float_value": value}),
    )
    assert rows[0]["value"] == number
    assert rows[1]["value"] == pytest.approx(value, rel=1e-6)


def test_mutated_and_random_payloads_never_stop_the_stream():
    dice = random.Random(6)
    state, _ = born()
    for number in range(10_000 if FULL else 1_500):
        data = bytearray(BIRTH)
        for _ in range(dice.randrange(1, 8)):
            place = dice.randrange(len(data))
            data[place : place + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
        if number % 3 == 0:
            data = bytearray(dice.randbytes(dice.randrange(100)))
        kind = dice.choice(("NDATA", "NBIRTH", "DDATA", "NDEATH", "DBIRTH"))
        state.read((DEVICE if kind[0] == "D" else NODE).format(kind=kind), bytes(data))
        try:
            decode(bytes(data))
        except NotSparkplug:
            continue
    state.read(NODE.format(kind="NBIRTH"), BIRTH)
    assert len(state.read(NODE.format(kind="NDATA"), payload(1, {"alias": 4, "float_value": 1.0}))[0]) == 1


def test_a_birth_of_the_host_carries_the_time_of_its_will():
    times = iter([1, 2, 3])
    host = HostState("h", lambda: next(times))
    topic, will = host.presence(False)
    _, birth = host.presence(True)
    assert topic == "spBv1.0/STATE/h"
    assert json.loads(will) == {"online": False, "timestamp": 2}
    assert json.loads(birth) == {"online": True, "timestamp": 2}
