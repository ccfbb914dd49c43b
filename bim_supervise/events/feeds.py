"""Feeds: what comes through a door, how it is read, and whether its sender is vouched for. Plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bim_supervise.events.fields import ObservationMapping

DOORS = ("mqtt", "http", "hj212")
"""Ways in that a feed can describe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """How one kind of message is read (数据源).

    ``topics`` are MQTT topic filters; of several feeds the first that fits a topic is taken. ``format`` names
    a built-in decoder with its mapping; ``mapping`` replaces that mapping. ``vouched`` says that the broker
    lets only known users publish on these topics; ``devices`` are then the ids or patterns that they may
    speak for, ``{n}`` standing for level n of the topic (from 0; -1 is the last), and ``statements`` allows
    facts about elements, tasks and checkpoints. At the other doors the sender's own token decides that.
    """

    name: str
    door: str
    topics: tuple[str, ...] = ()
    format: str = "readings"
    mapping: ObservationMapping | None = None
    vouched: bool = False
    devices: tuple[str, ...] = ()
    statements: bool = False


def topic_fits(topic: str, pattern: str) -> bool:
    """Whether an MQTT topic filter (``+`` one level, ``#`` the rest) matches a topic."""
    levels, wanted = topic.split("/"), pattern.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(levels) or (level != "+" and level != levels[place]):
            return False
    return len(levels) == len(wanted)


def feed_of(topic: str, feeds: Sequence[Feed]) -> Feed | None:
    """The first MQTT feed whose topics fit."""
    for feed in feeds:
        if feed.door == "mqtt" and any(topic_fits(topic, pattern) for pattern in feed.topics):
            return feed
    return None


def spoken_for(feed: Feed, topic: str) -> tuple[str, ...]:
    """The device patterns of a feed with the levels of a topic put in.

    What the topic says is taken literally: a level cannot smuggle in a pattern of its own.
    """
    levels = topic.split("/")
    return tuple(_filled(pattern, levels) for pattern in feed.devices)


def _filled(pattern: str, levels: Sequence[str]) -> str:
    for place in range(-len(levels), len(levels)):
        mark = f"{{{place}}}"
        if mark in pattern:
            level = levels[place]
            literal = "".join(f"[{sign}]" if sign in "*?[" else sign for sign in level)
            pattern = pattern.replace(mark, literal)
    return pattern
