"""Feed files (YAML) to feeds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.feeds import DOORS, Feed
from bim_supervise.events.mapping import parse_mapping
from bim_supervise.events.read_yaml import read_yaml
from bim_supervise.events.sources_formats import FORMATS
from bim_supervise.events.sources_mqtt import is_topic_filter

_FIELDS = ("name", "door", "topics", "format", "mapping", "vouched", "devices", "statements")


def read_feeds(path: Path) -> list[tuple[Feed, Any]]:
    """Feeds of a file with their mappings as plain data: a YAML list under ``feeds``.

    Raises:
        InputRefused: ``file_not_found``, ``yaml_invalid``, ``feeds_invalid`` or ``mapping_invalid``.
    """
    return parse_feeds(read_yaml(path, "feed"), name=path.name)


def parse_feeds(data: Any, *, name: str = "feeds") -> list[tuple[Feed, Any]]:
    """Feeds from plain data; ``name`` stands for the file in errors. Raises as ``read_feeds``."""
    entries = data.get("feeds") if isinstance(data, Mapping) and set(data) == {"feeds"} else None
    if not isinstance(entries, list):
        raise _refused(name, "its top", "a list under the key 'feeds' is expected, and no other key")
    feeds: dict[str, tuple[Feed, Any]] = {}
    for index, entry in enumerate(entries):
        feed = feed_from(entry, name, f"feeds[{index}]")
        if feed.name in feeds:
            raise _refused(name, f"feeds[{index}]", f"there is another feed named '{feed.name}'")
        feeds[feed.name] = feed, entry.get("mapping")
    return list(feeds.values())


def feed_from(entry: Any, file: str, where: str) -> Feed:
    """One feed from plain data.

    Raises:
        InputRefused: ``feeds_invalid`` or ``mapping_invalid``.
    """
    if not isinstance(entry, Mapping):
        raise _refused(file, where, "a table of fields is expected")
    for key in entry:
        if key not in _FIELDS:
            raise _refused(file, where, f"the field '{key}' is not known (known: {', '.join(_FIELDS)})")
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 64 or not name.isprintable():
        raise _refused(file, f"{where}.name", "a name of 1 to 64 printable characters is expected")
    where = f"{where} ({name})"
    door, form = entry.get("door"), entry.get("format", "readings")
    if door not in DOORS:
        raise _refused(file, f"{where}.door", f"one of {', '.join(DOORS)} is expected")
    if form not in FORMATS:
        raise _refused(file, f"{where}.format", f"one of {', '.join(FORMATS)} is expected")
    topics = _texts(entry, "topics", file, where)
    if (door == "mqtt") != bool(topics):
        raise _refused(file, f"{where}.topics", "topics belong to a feed of the door mqtt, and it needs them")
    for topic in topics:
        if not is_topic_filter(topic):
            raise _refused(file, f"{where}.topics", f"'{topic}' is no topic filter (site/+/dust, site/#)")
    mapping = entry.get("mapping")
    if mapping is not None and FORMATS[form].fixed:
        raise _refused(
            file, f"{where}.mapping", f"the format '{form}' says one thing only; it has no mapping"
        )
    return Feed(
        name=name.strip(),
        door=door,
        topics=topics,
        format=form,
        mapping=None if mapping is None else parse_mapping(mapping, name=f"{file}: {name}"),
        vouched=_flag(entry, "vouched", file, where),
        devices=_texts(entry, "devices", file, where),
        statements=_flag(entry, "statements", file, where),
    )


def _refused(file: str, where: str, problem: str) -> InputRefused:
    return InputRefused(
        "feeds_invalid",
        f"The feed file '{file}' is wrong at {where}: {problem}.",
        "See the documentation of sources for the fields of a feed.",
        file=file,
        entry=where,
        problem=problem,
    )


def _texts(entry: Mapping[Any, Any], key: str, file: str, where: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _refused(file, f"{where}.{key}", "a list of texts is expected")
    return tuple(dict.fromkeys(value))


def _flag(entry: Mapping[Any, Any], key: str, file: str, where: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise _refused(file, f"{where}.{key}", "true or false is expected")
    return value
