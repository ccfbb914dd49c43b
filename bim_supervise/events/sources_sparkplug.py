"""Sparkplug B over MQTT: births, data and deaths of edge nodes to rows.

An edge node announces its metrics in a birth certificate and speaks in aliases afterwards. What was
announced is kept with the project, so that a restart of ours loses no data; a message that cannot be
understood asks the node to be born again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bim_supervise.events.fields import TOPIC
from bim_supervise.events.rows import Row, Unreadable
from bim_supervise.events.sparkplug import Metric, NotSparkplug, Payload, command, decode, typed

NAMESPACE = "spBv1.0"
GOOD = 192
"""The quality of a value that is good."""
REBIRTH = "Node Control/Rebirth"
_TOPIC = re.compile(r"spBv1\.0/([^/]+)/(NBIRTH|NDATA|NDEATH|DBIRTH|DDATA|DDEATH)/([^/]+)(?:/([^/]+))?")
_OF_DEVICE = ("DBIRTH", "DDATA", "DDEATH")
_NOT_MEASURED = re.compile(r"(?:bdSeq$|Node Control/|Device Control/|Properties/|Node Info/)")

Announced = dict[str, dict[str, Any]]
"""Alias (as text) or name -> ``name``, ``datatype``, ``unit``."""


@dataclass(slots=True)
class _Node:
    online: bool = False
    seq: int | None = None
    announced: dict[str, Announced] = field(default_factory=dict)
    """By device of the node ("" is the node itself)."""


def is_sparkplug(topic: str) -> bool:
    """Whether a topic is one of Sparkplug's."""
    return topic.startswith(f"{NAMESPACE}/")


def rebirth_command(node: str, timestamp: int) -> tuple[str, bytes]:
    """Topic and payload that ask an edge node (``group/node``) to be born again."""
    group, _, name = node.partition("/")
    return f"{NAMESPACE}/{group}/NCMD/{name}", command(REBIRTH, True, timestamp=timestamp)


class HostState:
    """What a Sparkplug host publishes about itself, so that edge nodes keep data while it is away.

    Args:
        host: name of the host application.
        now_ms: the time, UTC epoch ms.
    """

    def __init__(self, host: str, now_ms: Callable[[], int]) -> None:
        self._topic = f"{NAMESPACE}/STATE/{host}"
        self._now_ms = now_ms
        self._since = now_ms()

    def presence(self, online: bool) -> tuple[str, bytes]:
        """Topic and payload of the retained state; a birth carries the time of the will made before it."""
        if not online:
            self._since = self._now_ms()
        return self._topic, json.dumps({"online": online, "timestamp": self._since}).encode()


class SparkplugState:
    """What the edge nodes have announced; it grows with their births only.

    Args:
        kept: ``as_data`` of a former run.
    """

    def __init__(self, kept: Mapping[str, Mapping[str, Announced]] | None = None) -> None:
        self._nodes = {
            node: _Node(announced={device: dict(known) for device, known in devices.items()})
            for node, devices in (kept or {}).items()
        }
        self.changed = False
        """Whether something was announced since the state was read."""

    def as_data(self) -> dict[str, dict[str, Announced]]:
        """What has to be kept, as plain data."""
        return {name: node.announced for name, node in self._nodes.items()}

    def online(self) -> dict[str, bool]:
        """Whether each node is alive, as far as this run has heard."""
        return {name: node.online for name, node in self._nodes.items()}

    def read(self, topic: str, payload: bytes) -> tuple[list[Row], str | None]:
        """The rows of a message, and the node that should be born again, if any.

        Rows have ``device`` (``group/node`` or ``group/node/device``), ``metric``, ``value``, ``unit``,
        ``quality`` (``good`` or its code), ``time`` (UTC epoch ms) and ``historical``. Host states and
        commands make no rows.
        """
        found = _TOPIC.fullmatch(topic)
        if found is None:
            return [], None
        group, kind, name, device = found.groups()
        if (kind in _OF_DEVICE) != (device is not None):
            return [Unreadable("sparkplug_topic_invalid")], None
        try:
            message = decode(payload)
        except NotSparkplug:
            return [Unreadable("sparkplug_payload_invalid")], None
        identity = f"{group}/{name}"
        node = self._nodes.setdefault(identity, _Node())
        if kind in ("NDEATH", "DDEATH"):
            node.online = node.online and kind != "NDEATH"
            return [], None
        gap = self._follow(node, kind, message)
        if kind in ("NBIRTH", "DBIRTH"):
            if kind == "NBIRTH":
                node.announced.clear()
                node.online = True
            node.announced[device or ""] = _announced(message)
            self.changed = True
        known = node.announced.get(device or "")
        if known is None:
            return [Unreadable("sparkplug_not_born")], identity
        rows: list[Row] = []
        unknown = False
        for metric in message.metrics:
            row = _row(metric, known, message, identity if device is None else f"{identity}/{device}", topic)
            unknown = unknown or isinstance(row, Unreadable)
            if row is not None:
                rows.append(row)
        return rows, identity if unknown or gap else None

    def _follow(self, node: _Node, kind: str, message: Payload) -> bool:
        """Whether messages of the node are missing, by its sequence numbers (0 to 255, then 0 again)."""
        before, node.seq = node.seq, message.seq
        if kind == "NBIRTH" or before is None or message.seq is None:
            return False
        return message.seq != (before + 1) % 256


def _announced(message: Payload) -> Announced:
    known: Announced = {}
    for metric in message.metrics:
        if metric.name is None:
            continue
        entry = {"name": metric.name, "datatype": metric.datatype, "unit": metric.unit}
        known[metric.name] = entry
        if metric.alias is not None:
            known[f"#{metric.alias}"] = entry
    return known


def _row(metric: Metric, known: Announced, message: Payload, device: str, topic: str) -> Row:
    entry = known.get(metric.name if metric.name is not None else f"#{metric.alias}")
    if entry is None:
        return Unreadable("sparkplug_alias_unknown")
    if _NOT_MEASURED.match(entry["name"]):
        return None
    value = typed(metric, entry["datatype"])
    if value is None:
        return None
    quality = metric.quality
    return {
        TOPIC: topic,
        "device": device,
        "metric": entry["name"],
        "value": value,
        "unit": metric.unit if metric.unit is not None else entry["unit"],
        "quality": "good" if quality is None or quality == GOOD else str(quality),
        "time": metric.timestamp if metric.timestamp is not None else message.timestamp,
        "historical": metric.historical,
    }
