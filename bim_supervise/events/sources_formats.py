"""The formats that messages come in: each is one decoder and one mapping.

A decoder turns the bytes of a message into rows and never raises; the mapping beside it (``mappings/*.yaml``)
says what the rows mean, and a feed may put its own in its place. A new format is one file with a decoder, one
mapping, and one line here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from bim_supervise.events.fields import DEFAULT_MAPPING, TOPIC, ObservationMapping
from bim_supervise.events.mapping import parse_mapping
from bim_supervise.events.rows import Row, Unreadable
from bim_supervise.events.sources_aemp import decode_aemp
from bim_supervise.events.sources_file import decode_json
from bim_supervise.events.sources_sensorthings import decode_sensorthings
from bim_supervise.events.sources_vision import decode_vision

Decoder = Callable[[str, bytes], Sequence[Row]]
"""Takes topic and payload of a message (the topic is empty at other doors)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A decoder and where its mapping is.

    ``fixed``: what it says cannot be mapped to anything else. ``names_reporter``: its rows say who or what
    reports (a model), instead of the sender.
    """

    decode: Decoder
    mapping_file: str | None
    fixed: bool = False
    names_reporter: bool = False

    @property
    def mapping(self) -> ObservationMapping:
        """The mapping that comes with the format."""
        return DEFAULT_MAPPING if self.mapping_file is None else built_in_mapping(self.mapping_file)


@cache
def built_in_mapping(name: str) -> ObservationMapping:
    """A mapping that ships with the software, by the name of its file."""
    text = (files("bim_supervise.events") / "mappings" / f"{name}.yaml").read_text("utf-8")
    return parse_mapping(yaml.safe_load(text), name=f"{name}.yaml")


def _decode_plain(topic: str, payload: bytes) -> Sequence[Row]:
    return decode_json(payload)


def decode_nothing(topic: str, payload: bytes) -> Sequence[Row]:
    """Sparkplug needs to remember births; ``SparkplugState`` reads it, and here it has its mapping alone."""
    return (Unreadable("sparkplug_topic_invalid"),)


FORMATS: dict[str, Format] = {
    "readings": Format(decode=_decode_plain, mapping_file=None),
    "aemp": Format(decode=decode_aemp, mapping_file="aemp"),
    "chirpstack": Format(decode=_decode_plain, mapping_file="chirpstack"),
    "sensorthings": Format(decode=decode_sensorthings, mapping_file="sensorthings"),
    "sparkplug": Format(decode=decode_nothing, mapping_file="sparkplug"),
    "vision": Format(decode=decode_vision, mapping_file="vision", fixed=True, names_reporter=True),
}
"""All message formats by name."""


def decode_with(name: str, messages: Sequence[tuple[str, bytes]]) -> list[tuple[int, Row]]:
    """Messages of one format to rows; the *line* is the number of the message, counted from 1.

    Every row carries the topic of its message under ``$topic``.
    """
    decode = FORMATS[name].decode
    rows: list[tuple[int, Row]] = []
    for number, (topic, payload) in enumerate(messages, 1):
        for row in decode(topic, payload):
            if isinstance(row, dict):
                row[TOPIC] = topic
            rows.append((number, row))
    return rows
