"""Rows: what a source hands on before anything is understood, and how a mapping looks into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bim_supervise.events.fields import TOPIC, Field


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line or message that could not even be split into fields, with the machine-readable reason."""

    reason: str


Row = Mapping[str, Any] | Unreadable | None
"""Fields by name; None stands for ``Unreadable("row_unreadable")``."""


class Refused(Exception):
    """Why one row makes no observation; turned into ``Rejected`` and never seen outside this room."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Reader = Callable[[Mapping[str, Any]], Any]
"""Takes a row, returns what a field says; None when it says nothing."""


def look_up(row: Mapping[str, Any], path: str) -> Any:
    """The value under a key, else under the JSON path ``a.b.0``; None when there is none."""
    found = row.get(path)
    if found is not None or "." not in path:
        return found
    here: Any = row
    for step in path.split("."):
        if isinstance(here, Mapping):
            here = here.get(step)
        elif isinstance(here, Sequence) and not isinstance(here, str) and step.isdecimal() and len(step) < 9:
            here = here[int(step)] if int(step) < len(here) else None
        else:
            return None
    return here


def as_written(raw: object) -> str | None:
    """The text of a JSON scalar as somebody would write it in a table of values; None for anything else."""
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, (int, float)):
        return str(raw) if abs(raw) < 10**30 else None
    return None


def field_reader(field: Field | None, what: str, missing: frozenset[str]) -> Reader:
    """A function that reads ``field`` from a row.

    Args:
        field: where to look; None reads nothing.
        what: name of the field in reason codes (``<what>_unmapped``).
        missing: texts that mean *no value*.
    """
    if field is None:
        return lambda row: None
    if field.column is None and field.topic_level is None:
        constant = field.constant
        return lambda row: constant
    column, default, values = field.column or "", field.default, field.values
    level = field.topic_level

    def plain(row: Mapping[str, Any]) -> Any:
        # The usual case, and the hot path: a column by its name.
        found = row.get(column)
        if found is None or (found.__class__ is str and found.strip() in missing):
            return default
        return found

    if level is None and "." not in column and not values:
        return plain

    def raw_of(row: Mapping[str, Any]) -> Any:
        if level is None:
            found = look_up(row, column)
        else:
            levels = str(row.get(TOPIC, "")).split("/")
            found = levels[level] if -len(levels) <= level < len(levels) else None
        return None if isinstance(found, str) and found.strip() in missing else found

    def read(row: Mapping[str, Any]) -> Any:
        found = raw_of(row)
        if found is None:
            return default
        if not values:
            return found
        text = as_written(found)
        if text is None or text not in values:
            raise Refused(f"{what}_unmapped")
        return values[text]

    return read
