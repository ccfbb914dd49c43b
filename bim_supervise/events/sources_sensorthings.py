"""OGC SensorThings (18-088) observations to rows: single ones, collections, and data arrays.

An observation of a datastream that is not expanded is known by the datastream's id alone, which stands in
the message or, over MQTT, in the topic (``v1.1/Datastreams(7)/Observations``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bim_supervise.events.rows import Row, Unreadable, look_up
from bim_supervise.events.sources_file import decode_json

_IN_TOPIC = re.compile(r"Datastreams\('?([^')]{1,255})'?\)")


def decode_sensorthings(topic: str, payload: bytes) -> Sequence[Row]:
    """Rows with ``datastream``, ``thing``, ``property``, ``unit``, ``time``, ``interval_s``, ``value``,
    ``quality``.

    ``phenomenonTime`` may be an interval ``start/end``: then the value speaks for its length. A result that
    is no number or text comes as it is and is rejected with its reason later.
    """  # noqa: D205 - the names of the fields do not fit one line
    found = _IN_TOPIC.search(topic)
    stream = found[1] if found else None
    rows: list[Row] = []
    for document in decode_json(payload):
        if isinstance(document, Mapping) and isinstance(document.get("value"), list):
            for item in document["value"]:
                rows += _rows(item, stream)
        else:
            rows += _rows(document, stream)
    return rows or [Unreadable("array_empty")]


def _rows(item: object, stream: str | None) -> Sequence[Row]:
    if isinstance(item, Unreadable) or item is None:
        return [item]
    if not isinstance(item, Mapping):
        return [Unreadable("json_not_object")]
    if "dataArray" in item or "components" in item:
        return _data_array(item, stream)
    return [_row(item, item, stream)]


def _data_array(item: Mapping[str, Any], stream: str | None) -> Sequence[Row]:
    names, lines = item.get("components"), item.get("dataArray")
    if not isinstance(names, list) or not isinstance(lines, list):
        return [Unreadable("array_invalid")]
    if not lines:
        return [Unreadable("array_empty")]
    return [
        _row(dict(zip(map(str, names), line, strict=True)), item, stream)
        if isinstance(line, list) and len(line) == len(names)
        else Unreadable("array_invalid")
        for line in lines
    ]


def _row(observation: Mapping[str, Any], around: Mapping[str, Any], stream: str | None) -> Row:
    identity = look_up(around, "Datastream.@iot.id")
    datastream = around.get("Datastream")
    if isinstance(datastream, Mapping):
        identity = datastream.get("@iot.id", stream)
    begins, seconds = _phenomenon(observation.get("phenomenonTime", observation.get("resultTime")))
    return {
        "datastream": stream if identity is None else identity,
        "name": look_up(around, "Datastream.name"),
        "thing": look_up(around, "Datastream.Thing.name"),
        "property": look_up(around, "Datastream.ObservedProperty.name"),
        "unit": look_up(around, "Datastream.unitOfMeasurement.symbol"),
        "time": begins,
        "interval_s": seconds,
        "value": observation.get("result"),
        "quality": observation.get("resultQuality"),
        "parameters": observation.get("parameters"),
    }


def _phenomenon(raw: object) -> tuple[object, float | None]:
    """The start of a phenomenon time and its length [s], None for an instant."""
    if not isinstance(raw, str) or "/" not in raw:
        return raw, None
    first, _, last = raw.partition("/")
    try:
        length = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return raw, None
    return (first, length) if length > 0 else (first, None)
