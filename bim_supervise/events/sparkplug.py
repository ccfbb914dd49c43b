"""Sparkplug B payloads: metrics in, commands out. Pure: bytes to plain data and back.

The message types are described here field by field (names and numbers are those of the Sparkplug 3.0
specification, section 6.4) and built by the protobuf runtime; data sets, templates and extensions are not
read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

# The runtime's classes are made when it is imported, so that no type checker knows them.
_DESCRIPTORS: Any = descriptor_pb2
_POOLS: Any = descriptor_pool
_CLASSES: Any = message_factory
_FIELD = _DESCRIPTORS.FieldDescriptorProto
_KINDS: dict[str, Any] = {
    "uint32": _FIELD.TYPE_UINT32,
    "uint64": _FIELD.TYPE_UINT64,
    "bool": _FIELD.TYPE_BOOL,
    "float": _FIELD.TYPE_FLOAT,
    "double": _FIELD.TYPE_DOUBLE,
    "string": _FIELD.TYPE_STRING,
    "bytes": _FIELD.TYPE_BYTES,
}
_VALUES = {"int_value": "uint32", "long_value": "uint64", "float_value": "float", "double_value": "double",
           "boolean_value": "bool", "string_value": "string"}  # fmt: skip
_MESSAGES: dict[str, dict[int, tuple[str, str]]] = {
    "PropertyValue": {
        1: ("type", "uint32"),
        2: ("is_null", "bool"),
        **{3 + place: item for place, item in enumerate(_VALUES.items())},
    },
    "PropertySet": {1: ("keys", "repeated string"), 2: ("values", "repeated PropertyValue")},
    "Metric": {
        1: ("name", "string"),
        2: ("alias", "uint64"),
        3: ("timestamp", "uint64"),
        4: ("datatype", "uint32"),
        5: ("is_historical", "bool"),
        6: ("is_transient", "bool"),
        7: ("is_null", "bool"),
        9: ("properties", "PropertySet"),
        **{10 + place: item for place, item in enumerate(_VALUES.items())},
    },
    "Payload": {
        1: ("timestamp", "uint64"),
        2: ("metrics", "repeated Metric"),
        3: ("seq", "uint64"),
        4: ("uuid", "string"),
        5: ("body", "bytes"),
    },
}
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
BOOLEAN = 11
_UNREAD = frozenset({0, *range(13, 100)}) - {14}
"""Data types that are no number, truth value or text: dates, data sets, files, templates, arrays."""


class NotSparkplug(Exception):
    """The bytes are no Sparkplug B payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric; ``name`` or ``alias`` says which. ``value`` is None when it is null or not read."""

    name: str | None
    alias: int | None
    timestamp: int | None
    datatype: int | None
    value: float | int | bool | str | None
    raw_int: int | None
    historical: bool
    unit: str | None
    quality: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A payload; ``timestamp`` in UTC epoch ms, ``seq`` 0 to 255."""

    timestamp: int | None
    seq: int | None
    metrics: tuple[Metric, ...]


@cache
def payload_class() -> Any:
    """The protobuf class of a payload."""
    file = _DESCRIPTORS.FileDescriptorProto(
        name="bim_supervise/sparkplug_b.proto", package="bim_supervise.sparkplug", syntax="proto2"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, (field, written) in fields.items():
            *repeated, kind = written.split()
            label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
            entry = message.field.add(name=field, number=number, label=label)
            if kind in _KINDS:
                entry.type = _KINDS[kind]
            else:
                entry.type, entry.type_name = _FIELD.TYPE_MESSAGE, f".{file.package}.{kind}"
    pool = _POOLS.DescriptorPool()
    pool.Add(file)
    return _CLASSES.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.Payload"))


def decode(data: bytes) -> Payload:
    """A payload from bytes.

    Raises:
        NotSparkplug: the bytes are none.
    """
    try:
        message = payload_class().FromString(data)
        if not all(isinstance(metric.name, str) for metric in message.metrics):
            raise NotSparkplug  # the runtime hands on what is no UTF-8 as bytes
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotSparkplug from error
    return Payload(
        timestamp=_optional(message, "timestamp"),
        seq=_optional(message, "seq"),
        metrics=tuple(map(_metric, message.metrics)),
    )


def typed(metric: Metric, datatype: int | None) -> float | int | bool | str | None:
    """The value of a metric by the data type that its birth announced."""
    kind = metric.datatype if metric.datatype is not None else datatype
    if kind in _UNREAD:
        return None
    bits = _SIGNED.get(kind or 0)
    if metric.raw_int is not None and bits is not None:
        value = metric.raw_int & ((1 << bits) - 1)
        return value - (1 << bits) if value >> (bits - 1) else value
    if metric.raw_int is not None and kind == BOOLEAN:
        return bool(metric.raw_int)
    return metric.value


def command(name: str, value: bool, *, timestamp: int) -> bytes:
    """The payload of a command with one truth value, e.g. ``Node Control/Rebirth``."""
    message = payload_class()(timestamp=timestamp)
    message.metrics.add(name=name, timestamp=timestamp, datatype=BOOLEAN, boolean_value=value)
    encoded: bytes = message.SerializeToString()
    return encoded


def _optional(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None


def _metric(metric: Any) -> Metric:
    raw = next((getattr(metric, name) for name in ("int_value", "long_value") if metric.HasField(name)), None)
    value: Any = raw
    for name in ("float_value", "double_value", "boolean_value", "string_value"):
        if value is None and metric.HasField(name):
            value = getattr(metric, name)
    if isinstance(value, bytes):
        raise NotSparkplug
    if metric.HasField("float_value"):
        value = _shortest(metric.float_value)
    properties = _properties(metric.properties) if metric.HasField("properties") else {}
    unit, quality = properties.get("engUnit"), properties.get("Quality")
    return Metric(
        name=metric.name if metric.HasField("name") else None,
        alias=_optional(metric, "alias"),
        timestamp=_optional(metric, "timestamp"),
        datatype=_optional(metric, "datatype"),
        value=None if metric.is_null else value,
        raw_int=None if metric.is_null else raw,
        historical=bool(metric.is_historical),
        unit=unit if isinstance(unit, str) else None,
        quality=quality if isinstance(quality, int) else None,
    )


def _shortest(value: float) -> float:
    """A 32-bit float as the decimal that was meant: 61.4, not 61.400001525..."""
    if not math.isfinite(value):
        return value
    return float(f"{value:.7g}")


def _properties(found: Any) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in zip(found.keys, found.values, strict=False):
        for name in _VALUES:
            if value.HasField(name):
                read[key] = getattr(value, name)
    return read
