"""Rows to facts and readings: nothing is lost, nothing raises, and doubt never removes a value."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.core.clock import epoch_ms
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.mapping import DEFAULT_MAPPING, parse_mapping
from bim_supervise.events.normalise import normalise
from bim_supervise.events.observations import Batch, Quality, SubjectType
from bim_supervise.events.quantise import MAX_STEPS
from bim_supervise.events.readings import DISTRUSTED, UNAUTHENTICATED
from bim_supervise.events.rows import Unreadable
from bim_supervise.events.sources_mqtt import decode_messages

KINDS = KindTable()
RECEIVED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
GUID = "3iHy1LOhfAtfLt80$LZBqn"


class Names:
    """Element and task names of a small project."""

    def __init__(
        self, elements: dict[str, list[str]] | None = None, tasks: dict[str, list[str]] | None = None
    ):
        self.elements, self.tasks = elements or {}, tasks or {}

    def element_ids(self, name: str) -> Sequence[str]:
        return self.elements.get(name, [])

    def task_ids(self, name: str) -> Sequence[str]:
        return self.tasks.get(name, [])


def batch_of(*rows: Any, mapping=DEFAULT_MAPPING, zone=SHANGHAI, **keywords: Any) -> Batch:
    settings = {"kinds": KINDS, "zone": zone, "received": RECEIVED, "source": "test"} | keywords
    batch = normalise(list(enumerate(rows, 1)), mapping, **settings)
    assert batch.read == len(batch.facts) + len(batch.readings) + len(batch.rejected)
    return batch


def reading(**changes: Any) -> dict[str, Any]:
    return {
        "device": "n1", "kind": "noise_level", "value": 68.2, "unit": "dB(A)", "time": "2026-03-02T11:59:00Z",
    } | changes  # fmt: skip


def fact(**changes: Any) -> dict[str, Any]:
    return {"element": GUID, "kind": "installed", "time": "2026-03-02T10:00:00Z"} | changes


def reason(row: Any, **keywords: Any) -> str:
    batch = batch_of(row, **keywords)
    assert [entry.line for entry in batch.rejected] == [1]
    return batch.rejected[0].reason


def test_a_reading():
    batch = batch_of(reading(interval_s=1), authenticated=True)
    columns = batch.readings
    assert columns.series == (("n1", "noise_level"),)
    assert columns.event_ms.tolist() == [epoch_ms(datetime(2026, 3, 2, 11, 59, tzinfo=UTC))]
    assert columns.steps.tolist() == [682]
    assert columns.interval_ms.tolist() == [1000]
    assert columns.flags.tolist() == [0]


def test_a_fact():
    batch = batch_of(fact(reporter="Li", remark="axis 3"))
    (stated,) = batch.facts
    assert (stated.kind, stated.subject_type, stated.subject) == ("installed", SubjectType.ELEMENT, GUID)
    assert (stated.reporter, stated.source, stated.payload) == ("Li", "test", {"remark": "axis 3"})
    assert stated.value is None
    assert stated.event_time == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert stated.received_time == RECEIVED
    assert not stated.authenticated


def test_who_vouches_overrides_what_a_row_claims():
    assert batch_of(fact(reporter="the chief"), reporter="gate-3").facts[0].reporter == "gate-3"


def test_readings_in_one_message():
    message = {
        "device": "n1",
        "kind": "noise_level",
        "interval_s": 1,
        "readings": [
            {"time": "2026-03-02T11:00:00Z", "value": 60},
            {"time": "2026-03-02T11:00:01Z", "value": "x"},
            {"time": 1772449202, "value": 61.05, "kind": "wind_speed"},
            7,
        ],
    }
    batch = batch_of(message)
    assert batch.readings.series == (("n1", "noise_level"), ("n1", "wind_speed"))
    assert batch.readings.steps.tolist() == [600, 610]
    assert [entry.reason for entry in batch.rejected] == ["value_invalid", "value_missing"]
    assert batch.read == 4
    assert reason(reading(readings=[])) == "array_empty"
    assert reason(reading(readings={"a": 1})) == "array_invalid"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kind": None}, "kind_missing"),
        ({"kind": "noise"}, "kind_unknown"),
        ({"kind": []}, "kind_invalid"),
        ({"kind": "installed"}, "subject_type_unexpected"),
        ({"device": None}, "subject_missing"),
        ({"device": ""}, "subject_missing"),
        ({"device": "a\x00b"}, "subject_invalid"),
        ({"device": "\ud800"}, "subject_invalid"),
        ({"device": "x" * 256}, "subject_invalid"),
        ({"device": {}}, "subject_invalid"),
        ({"task": "T1"}, "subject_ambiguous"),
        ({"value": None}, "value_missing"),
        ({"value": ""}, "value_missing"),
        ({"value": "NA"}, "value_missing"),
        ({"value": float("nan")}, "value_missing"),
        ({"value": "loud"}, "value_invalid"),
        ({"value": [1]}, "value_invalid"),
        ({"value": True}, "value_invalid"),
        ({"unit": "dB"}, "unit_unexpected"),
        ({"unit": "ug/m3"}, "unit_unexpected"),
        ({"unit": {}}, "unit_unexpected"),
        ({"time": None}, "time_missing"),
        ({"time": "yesterday"}, "time_invalid"),
        ({"time": True}, "time_invalid"),
        ({"time": {}}, "time_invalid"),
        ({"time": "1970-01-01T00:00:00Z"}, "time_implausible"),
        ({"time": 0}, "time_implausible"),
        ({"time": float("inf")}, "time_invalid"),
        ({"time": "9999-12-31T23:59:59-12:00"}, "time_implausible"),
        ({"time": "0001-01-01T00:00:00+12:00"}, "time_implausible"),
        ({"interval_s": 0}, "interval_invalid"),
        ({"interval_s": -1}, "interval_invalid"),
        ({"interval_s": 86_401}, "interval_invalid"),
        ({"interval_s": "x"}, "interval_invalid"),
        ({"interval_s": True}, "interval_invalid"),
        ({"interval_s": float("nan")}, "interval_invalid"),
    ],
)
def test_readings_are_rejected_with_a_reason(changes, why):
    assert reason(reading(**changes)) == why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"element": "short"}, "element_id_invalid"),
        ({"element": None}, "subject_missing"),
        ({"value": "no"}, "value_unexpected"),
        ({"time": "2026-03-02T12:06:00Z"}, "in_the_future"),
        ({"kind": "noise_level"}, "subject_type_unexpected"),
        ({"kind": "task_started"}, "subject_type_unexpected"),
        ({"kind": "inspected"}, "value_missing"),
        ({"kind": "inspected", "value": "maybe"}, "value_not_allowed"),
        ({"kind": "inspected", "value": 1}, "value_not_allowed"),
        ({"kind": "quantity_reported"}, "value_missing"),
        ({"kind": "quantity_reported", "value": -1}, "value_out_of_range"),
        ({"kind": "quantity_reported", "value": "many"}, "value_invalid"),
        ({"kind": "quantity_reported", "value": float("inf")}, "value_invalid"),
        ({"kind": "quantity_reported", "value": 10**400}, "value_invalid"),
        ({"kind": "quantity_reported", "value": True}, "value_invalid"),
        ({"kind": "percent_reported", "value": 101}, "value_out_of_range"),
        ({"kind": "percent_reported", "value": 50, "unit": "m3"}, "unit_unexpected"),
        ({"reporter": "\x01"}, "reporter_invalid"),
        ({"remark": "x" * 70_000}, "payload_too_large"),
        ({"remark": "\ud800"}, "payload_invalid"),
        ({"remark": "a\x00"}, "payload_invalid"),
        ({"remark": 2**60}, "payload_invalid"),
        ({"remark": float("nan")}, "payload_invalid"),
        ({"element": None, "element_name": "wall"}, "element_unknown"),
        ({"element": None, "task_name": "pour", "kind": "task_started"}, "task_unknown"),
    ],
)
def test_facts_are_rejected_with_a_reason(changes, why):
    assert reason(fact(**changes)) == why


def test_facts_with_values():
    rows = [
        fact(kind="inspected", value="PASS"),
        fact(kind="quantity_reported", value="12.5", unit="m3"),
        fact(kind="percent_reported", value=40),
        fact(kind="cost_incurred", value=-10),
    ]
    assert [(entry.value, entry.unit) for entry in batch_of(*rows).facts] == [
        ("pass", ""), (12.5, "m3"), (40.0, "%"), (-10.0, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"time": "2026-03-02T12:05:01Z"}, 682),
        ({"time": "2036-03-02T12:00:00Z"}, 682),
        ({"value": 140.1}, 1401),
        ({"value": -0.1}, -1),
        ({"value": 1e200}, MAX_STEPS),
        ({"value": "-inf"}, -MAX_STEPS),
        ({"quality": "maintenance"}, 682),
        ({"quality": {}}, 682),
    ],
)
def test_doubtful_values_are_kept_and_marked(changes, steps):
    readings = batch_of(reading(**changes), authenticated=True).readings
    assert readings.steps.tolist() == [steps]
    assert readings.flags.tolist() == [DISTRUSTED]


def test_the_tolerance_of_clocks():
    readings = batch_of(
        reading(time="2026-03-02T12:05:00Z"), reading(time="2026-03-02T12:05:00.001Z"), authenticated=True
    ).readings
    assert readings.flags.tolist() == [0, DISTRUSTED]


def test_unauthenticated_is_marked():
    assert batch_of(reading(), reading(value=999)).readings.flags.tolist() == [
        UNAUTHENTICATED,
        UNAUTHENTICATED | DISTRUSTED,
    ]


def test_flagged_facts_are_kept_with_their_quality():
    assert batch_of(fact(quality="doubtful")).facts[0].quality is Quality.FLAGGED


def test_switches_take_booleans():
    rows = [reading(kind="purifier_state", value=value, unit=None) for value in (True, False, 1, "0", 2)]
    readings = batch_of(*rows, authenticated=True).readings
    assert readings.steps.tolist() == [1, 0, 1, 0, 2]
    assert readings.flags.tolist() == [0, 0, 0, 0, DISTRUSTED]


def test_the_interval_of_a_device():
    rows = [reading(), reading(interval_s=5), reading(device="n2")]
    readings = batch_of(*rows, intervals={"n1": 30.0}).readings
    assert readings.interval_ms.tolist() == [30_000, 5_000, 60_000]


def test_unreadable_rows_keep_line_and_reason():
    batch = batch_of(Unreadable("json_invalid"), reading(), None)
    assert [(entry.line, entry.reason) for entry in batch.rejected] == [
        (1, "json_invalid"), (3, "row_unreadable"),
    ]  # fmt: skip


def test_names_are_resolved_or_rejected_never_guessed():
    names = Names({"wall": [GUID], "slab": [GUID, "0" + GUID[1:]]}, {"pour": ["T1"], "cure": ["T2", "T3"]})
    rows = [
        fact(element=None, element_name="wall"),
        fact(element=None, element_name="slab"),
        fact(element=None, element_name="roof"),
        fact(element=None, task_name="pour", kind="task_started"),
        fact(element=None, task_name="cure", kind="task_started"),
    ]
    batch = batch_of(*rows, resolve=names)
    assert [entry.subject for entry in batch.facts] == [GUID, "T1"]
    assert [(entry.line, entry.reason) for entry in batch.rejected] == [
        (2, "element_name_ambiguous"),
        (3, "element_unknown"),
        (5, "task_name_ambiguous"),
    ]


# ---------------------------------------------------------------- mappings

WIDE = parse_mapping(
    {
        "missing": ["NA"],
        "observations": [
            {
                "kind": kind,
                "subject": {"type": "device", "column": "station"},
                "time": {"columns": ["year", "month", "day", "hour"], "format": "%Y %m %d %H"},
                "value": {"column": column},
                "unit": unit,
                "interval_s": 3600,
            }
            for kind, column, unit in (("pm25", "PM2.5", "ug/m3"), ("co", "CO", "ug/m3"))
        ],
    }
)


def test_several_observations_from_one_row():
    rows = [
        {"year": 2013, "month": 3, "day": 1, "hour": 0, "PM2.5": "4", "CO": "300", "station": "Dongsi"},
        {
            "year": "2013",
            "month": "3",
            "day": "1",
            "hour": "1",
            "PM2.5": "NA",
            "CO": "305",
            "station": "Dongsi",
        },
    ]
    batch = batch_of(*rows, mapping=WIDE)
    assert batch.readings.series == (("Dongsi", "pm25"), ("Dongsi", "co"))
    assert batch.readings.steps.tolist() == [40, 30, 30]  # 0.305 mg/m3 is a tie: to the even step
    assert batch.readings.event_ms[0] == epoch_ms(datetime(2013, 2, 28, 16, tzinfo=UTC))
    assert [(entry.line, entry.reason) for entry in batch.rejected] == [(2, "value_missing")]


def mapped(time: Any, **more: Any):
    return parse_mapping(
        {
            "observations": [
                {"kind": "installed", "subject": {"type": "element", "column": "id"}, "time": time, **more}
            ]
        }
    )


@pytest.mark.parametrize(
    ("time", "cells", "utc"),
    [
        ({"column": "t"}, {"t": "2015-07-01T08:00:00"}, "2015-07-01T06:00:00"),
        ({"column": "t"}, {"t": "2015-07-01T08:00:00+08:00"}, "2015-07-01T00:00:00"),
        ({"column": "t"}, {"t": "2015-07-01"}, "2015-06-30T22:00:00"),
        ({"column": "t"}, {"t": 1435730400}, "2015-07-01T06:00:00"),
        ({"column": "t"}, {"t": "1435730400000"}, "2015-07-01T06:00:00"),
        ({"column": "t", "format": "epoch_ms"}, {"t": 1435730400000}, "2015-07-01T06:00:00"),
        ({"column": "t", "format": "epoch_s"}, {"t": "1435730400.5"}, "2015-07-01T06:00:00.500"),
        ({"column": "t", "format": "%d-%m-%Y"}, {"t": "1-7-2015"}, "2015-06-30T22:00:00"),
        (
            {"column": "t", "format": "%d/%m/%Y %H:%M", "zone": "UTC"},
            {"t": "1/7/2015 08:30"},
            "2015-07-01T08:30",
        ),
        (
            {"columns": ["d", "h"], "format": "%d.%m.%Y %H:%M"},
            {"d": "1.7.2015", "h": "08:30"},
            "2015-07-01T06:30",
        ),
        ({"column": "a.b.1"}, {"a": {"b": ["x", "2015-07-01T08:00Z"]}}, "2015-07-01T08:00"),
        ({"iso_week": "week", "year": 2015, "at": "end"}, {"week": "30"}, "2015-07-26T21:59:59"),
        ({"iso_week": "week", "year": 2015, "at": "start"}, {"week": 30}, "2015-07-19T22:00:00"),
        ({"iso_week": "week"}, {"week": "2015-W30"}, "2015-07-26T21:59:59"),
        ({"iso_week": "week", "year": {"column": "y"}}, {"week": "W01", "y": "2016"}, "2016-01-10T22:59:59"),
    ],
)
def test_time_forms(time, cells, utc):
    (stated,) = batch_of({"id": GUID, **cells}, mapping=mapped(time), zone=AMSTERDAM).facts
    assert stated.event_time == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "cells", "why"),
    [
        ({"iso_week": "week", "year": 2015}, {"week": "54"}, "time_invalid"),
        ({"iso_week": "week", "year": 2015}, {"week": ""}, "time_missing"),
        ({"iso_week": "week"}, {"week": "30"}, "time_missing"),
        ({"iso_week": "week", "year": 2015}, {"week": "x"}, "time_invalid"),
        ({"column": "t", "format": "epoch_s"}, {"t": "1e9"}, "time_invalid"),
        ({"column": "t", "format": "%d-%m-%Y"}, {"t": "2015-07-01"}, "time_invalid"),
        ({"column": "t", "format": "%d-%m-%Y"}, {"t": 1435730400}, "time_invalid"),
        ({"columns": ["d", "h"], "format": "%d.%m.%Y %H"}, {"d": "1.7.2015"}, "time_missing"),
        ({"columns": ["d", "h"], "format": "%d.%m.%Y %H"}, {"d": "1.7.2015", "h": {}}, "time_invalid"),
    ],
)
def test_wrong_times(time, cells, why):
    assert reason({"id": GUID, **cells}, mapping=mapped(time), zone=AMSTERDAM) == why


def test_wall_times_around_a_daylight_saving_change():
    def utc(text: str) -> datetime:
        (stated,) = batch_of({"id": GUID, "t": text}, mapping=mapped({"column": "t"}), zone=AMSTERDAM).facts
        return stated.event_time

    # The leap of 2025-03-30: 02:30 does not exist; an unchanged clock shows it at 01:30 UTC.
    assert utc("2025-03-30T02:30:00") == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)
    # The repeated hour of 2025-10-26: the first pass is meant, unless there is an offset.
    assert utc("2025-10-26T02:30:00") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert utc("2025-10-26T02:30:00+01:00") == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


def test_a_time_that_stamps_the_end_of_the_interval():
    mapping = parse_mapping(
        {
            "observations": [
                {
                    "kind": "power", "subject": {"type": "device", "id": "meter"}, "value": {"column": "kW"},
                    "time": {"column": "t", "stamps": "end"}, "interval_s": 900,
                }
            ]
        }
    )  # fmt: skip
    readings = batch_of({"t": "2026-03-02T00:15:00Z", "kW": 3.17}, mapping=mapping).readings
    assert readings.event_ms.tolist() == [epoch_ms(datetime(2026, 3, 2, tzinfo=UTC))]


def test_value_maps_constants_topics_and_defaults():
    mapping = parse_mapping(
        {
            "decimal": ",",
            "observations": [
                {
                    "kind": {"column": "what", "map": {"K": "inspected", 3: "installed"}},
                    "subject": {"type": "element", "topic": -1},
                    "time": {"column": "t"},
                    "value": {"column": "ok", "map": {True: "pass", "NOK": "fail"}, "default": "pass"},
                    "reporter": "camera",
                    "payload": {"photo": {"column": "sha"}},
                }
            ],
        }
    )
    base = {"$topic": f"site/{GUID}", "t": "2026-03-02T10:00:00Z", "what": "K"}
    rows = [
        {**base, "ok": True},
        {**base, "ok": "NOK", "sha": "abc"},
        base,
        {**base, "ok": "?"},
        {**base, "what": "Q"},
        {**base, "what": 3.0, "ok": "NOK"},
    ]
    batch = batch_of(*rows, mapping=mapping)
    assert [entry.value for entry in batch.facts] == ["pass", "fail", "pass"]
    assert batch.facts[1].payload == {"photo": "abc"}
    assert {entry.reporter for entry in batch.facts} == {"camera"}
    assert [entry.reason for entry in batch.rejected] == [
        "value_unmapped", "kind_unmapped", "value_unexpected",
    ]  # fmt: skip


def test_optional_observations_and_rows_that_say_nothing():
    mapping = parse_mapping(
        {
            "observations": [
                {
                    "kind": kind,
                    "subject": {"type": "task", "column": "id"},
                    "time": {"column": column},
                    "optional": True,
                }
                for kind, column in (("task_started", "start"), ("task_finished", "finish"))
            ]
        }
    )
    rows = [
        {"id": "T1", "start": "2026-01-05T08:00", "finish": ""},
        {"id": "T2", "start": "2026-01-05T08:00", "finish": "2026-01-06T17:00"},
        {"id": "T3", "start": "", "finish": ""},
    ]
    batch = batch_of(*rows, mapping=mapping)
    assert [(entry.subject, entry.kind) for entry in batch.facts] == [
        ("T1", "task_started"), ("T2", "task_started"), ("T2", "task_finished"),
    ]  # fmt: skip
    assert [(entry.line, entry.reason) for entry in batch.rejected] == [(3, "row_empty")]


def test_bare_values_of_a_topic():
    mapping = parse_mapping(
        {
            "each": "samples",
            "observations": [
                {
                    "kind": "wind_speed", "subject": {"type": "device", "topic": 1}, "time": {"column": "t"},
                    "value": {"column": "$value"},
                    "quality": {"column": "flag", "default": "N", "good": ["N"]},
                }
            ],
        }
    )  # fmt: skip
    rows = decode_messages([("site/w1", b'{"t": 1772449202, "samples": [3.25, 3.35], "flag": "D"}')])
    batch = normalise(
        rows, mapping, kinds=KINDS, zone=SHANGHAI, received=RECEIVED, source="mqtt", authenticated=True
    )
    assert batch.readings.steps.tolist() == [32, 34]
    assert batch.readings.flags.tolist() == [DISTRUSTED, DISTRUSTED]


# ---------------------------------------------------------------- properties

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=6,
)
GOOD_ROWS = st.sampled_from([
    reading(), fact(), fact(kind="inspected", value="pass"), reading(interval_s=2, quality="good"),
    {"device": "a", "kind": "pm10", "unit": "mg/m3", "readings": [{"time": 1772449202, "value": 0.1}] * 2},
    fact(kind="quantity_reported", value=3, unit="m3"), fact(element=None, element_name="wall"),
])  # fmt: skip
KEYS = st.sampled_from([
    "device", "element", "element_name", "task", "task_name", "checkpoint", "kind", "value", "unit", "time",
    "reporter", "interval_s", "quality", "remark", "readings", "$topic", "week", "year", "PM2.5", "CO",
    "station",
])  # fmt: skip
MUTATED = st.builds(lambda row, changes: row | changes, GOOD_ROWS, st.dictionaries(KEYS, JSON, max_size=3))
ROWS = MUTATED | st.dictionaries(st.text() | KEYS, JSON, max_size=6) | st.none()
MAPPINGS = [
    DEFAULT_MAPPING,
    WIDE,
    mapped({"iso_week": "week", "year": {"column": "year"}}, value={"column": "value", "map": {"a": "b"}}),
    parse_mapping(
        {
            "each": "readings",
            "observations": [
                {
                    "kind": {"topic": 0, "default": "pm10"},
                    "subject": {"type": "device", "column": "device.0"},
                    "time": {"column": "time", "format": "%Y-%m-%d", "stamps": "end"},
                    "value": {"column": "value"},
                    "optional": True,
                }
            ],
        }
    ),
]


@settings(deadline=None, max_examples=200)
@given(st.lists(ROWS, max_size=5), st.sampled_from(MAPPINGS), st.sampled_from([SHANGHAI, AMSTERDAM]))
def test_no_payload_raises_and_none_is_lost(rows, mapping, zone):
    resolve = Names({"wall": [GUID]})
    batch = batch_of(*rows, mapping=mapping, zone=zone, resolve=resolve)
    assert len(batch.readings.flags) == len(batch.readings.steps) == len(batch.readings)
    if len(batch.readings):
        assert abs(batch.readings.steps).max() <= MAX_STEPS
        assert batch.readings.interval_ms.min() >= 1
        assert set(batch.readings.series_index.tolist()) == set(range(len(batch.readings.series)))
    for entry in batch.rejected:
        assert entry.reason.replace("_", "").isalpha()
        assert 1 <= entry.line <= len(rows)
    for stated in batch.facts:
        assert stated.event_time <= RECEIVED + timedelta(minutes=5)


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=60)
    | st.builds(
        lambda row, at, junk: msgspec.json.encode(row)[:at] + junk + msgspec.json.encode(row)[at:],
        GOOD_ROWS,
        st.integers(0, 120),
        st.binary(max_size=3),
    )
)
def test_no_message_raises(payload):
    rows = decode_messages([("site/a", payload)])
    assert rows
    batch = normalise(rows, DEFAULT_MAPPING, kinds=KINDS, zone=SHANGHAI, received=RECEIVED, source="mqtt")
    assert batch.read == len(batch.facts) + len(batch.readings) + len(batch.rejected) > 0


@given(st.lists(GOOD_ROWS, max_size=6), st.integers(0, 6))
def test_normalising_in_parts_is_the_same(rows, cut):
    def facts_and_readings(*batches: Batch):
        facts = [entry for batch in batches for entry in batch.facts]
        columns = [
            (batch.readings.series[index], event, steps, interval, flags)
            for batch in batches
            for index, event, steps, interval, flags in zip(
                batch.readings.series_index, batch.readings.event_ms, batch.readings.steps,
                batch.readings.interval_ms, batch.readings.flags, strict=True,
            )
        ]  # fmt: skip
        return facts, columns

    assert facts_and_readings(batch_of(*rows)) == facts_and_readings(
        batch_of(*rows[:cut]), batch_of(*rows[cut:])
    )


def test_everything_that_is_passed_in_and_out_is_picklable():
    for value in (*MAPPINGS, KINDS, Unreadable("x")):
        assert pickle.loads(pickle.dumps(value)) == value
    assert pickle.loads(pickle.dumps(batch_of(fact()))).facts == batch_of(fact()).facts
    assert len(pickle.loads(pickle.dumps(batch_of(reading()))).readings) == 1
