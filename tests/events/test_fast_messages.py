"""The short way from messages to columns says exactly what the long way says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.events.batches import joined
from bim_supervise.events.fast_messages import fast_messages
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.mapping import DEFAULT_MAPPING
from bim_supervise.events.normalise import normalise
from bim_supervise.events.sources_mqtt import decode_messages

COMMON = {
    "kinds": KindTable(), "zone": ZoneInfo("Europe/Amsterdam"), "authenticated": True,
    "received": datetime(2026, 3, 29, 12, tzinfo=UTC), "intervals": {"N1": 1.0},
}  # fmt: skip

times = st.one_of(
    st.sampled_from(
        [
            1_774_780_000, 1_774_780_000.25, 1_774_780_000_123, "2026-03-29T02:30:00", "2026-03-29T09:00:00Z",
            "1774780000", "2026-03-29", "", "NA", 5, -1, 1e18, True, None, "2026-03-29T23:00:00+00:00", [1],
        ]
    ),
    st.integers(1_774_000_000_000, 1_775_000_000_000),
)  # fmt: skip
values = st.one_of(
    st.floats(-200, 200),
    st.sampled_from([68.25, 68.35, 0, -0.05, 1e9, 1e300, 10**20, "68.2", None, True, "", 150.05, 2.675]),
)
fields = {
    "device": st.sampled_from(["N1", "N2", " N1", "", "-", "x" * 300, "N\u00001", 7, None]),
    "kind": st.sampled_from(["noise_level", "pm10", "purifier_state", "installed", "nothing", " pm10", 1]),
    "unit": st.sampled_from(["dB(A)", "mg/m3", "dB", "", " ug/m3", None, 3]),
    "interval_s": st.sampled_from([1, 60.0, 0, -1, 1e9, "30", None]),
}
usual = {
    "device": st.sampled_from(["N1", "N2"]),
    "kind": st.sampled_from(["noise_level", "pm10"]),
    "time": st.integers(1_774_000_000_000, 1_775_000_000_000),
    "value": st.floats(0, 140).map(lambda value: round(value, 2)),
}
item = st.one_of(
    st.fixed_dictionaries({}, optional={name: usual[name] for name in ("device", "time", "value")}),
    st.fixed_dictionaries({"value": values}, optional={"time": times, **fields, "remark": st.just("x")}),
)
message = st.one_of(
    st.fixed_dictionaries(usual),
    st.fixed_dictionaries(
        {"kind": usual["kind"], "readings": st.lists(item, max_size=3)},
        optional={"device": usual["device"], "time": usual["time"], "unit": st.just("mg/m3")},
    ),
    st.fixed_dictionaries(
        {}, optional={"time": times, "value": values, "readings": st.lists(item, max_size=3), **fields}
    ),
    st.sampled_from([b"", b"[]", b"{", b"\xff", b"12", b"null", b'{"kind": "pm10", "readings": {}}']),
)


def rows_of(batch):
    readings = batch.readings
    named = [readings.series[place] for place in readings.series_index.tolist()]
    columns = (readings.event_ms, readings.steps, readings.interval_ms, readings.flags)
    return sorted(zip(named, *(column.tolist() for column in columns), strict=True))


def long_way(numbered):
    rows = [(number, row) for number, one in numbered for _, row in decode_messages([one])]
    return normalise(rows, DEFAULT_MAPPING, source="mqtt", **COMMON)


@settings(max_examples=300, deadline=None)
@given(st.lists(message, max_size=6))
def test_both_ways_say_the_same(drawn):
    messages = [("site", one if isinstance(one, bytes) else json.dumps(one).encode()) for one in drawn]
    fast = fast_messages(messages, **COMMON)
    together = joined([fast.batch, long_way(fast.rest)]) if fast.rest else fast.batch
    whole = long_way(list(enumerate(messages, 1)))
    assert rows_of(together) == rows_of(whole)
    assert (together.read, together.rejected, together.facts) == (whole.read, whole.rejected, whole.facts)
    taken = {number for number, _ in enumerate(messages, 1)} - {number for number, _ in fast.rest}
    assert not taken & {one.line for one in whole.rejected}, "what is wrong is never taken"


@pytest.mark.parametrize("own", ["device", "time"])
def test_the_common_forms_are_taken(own):
    items = [
        {"value": 60 + place, own: "N1" if own == "device" else 1_774_780_000 + place} for place in range(3)
    ]
    shared = {"device": "N1", "time": 1_774_780_000}
    message = {"kind": "noise_level", "unit": "dB(A)", "readings": items, **shared}
    del message[own]
    single = {"device": "N2", "kind": "noise_level", "value": 61.2, "time": "2026-03-29T09:00:00Z"}
    fast = fast_messages([("a", json.dumps(one).encode()) for one in (message, single)], **COMMON)
    assert fast.rest == []
    assert fast.batch.read == 4
    assert fast.batch.readings.steps.tolist() == [600, 610, 620, 612]
    assert np.unique(fast.batch.readings.interval_ms).tolist() == [1000, 60_000]
