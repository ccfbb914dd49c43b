"""Zone files (YAML) to zones drawn on site."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.place import Zone, ZoneIndex
from bim_supervise.events.read_yaml import read_yaml

_FIELDS = ("id", "name", "polygon", "z_min", "z_max", "purpose")


def read_zones(path: Path) -> list[Zone]:
    """Zones of a file: a YAML list under ``zones``.

    Raises:
        InputRefused: ``file_not_found``, ``yaml_invalid``, ``zones_invalid`` or ``zone_polygon_invalid``.
    """
    return parse_zones(read_yaml(path, "zone"), name=path.name)


def parse_zones(data: Any, *, name: str = "zones") -> list[Zone]:
    """Zones from plain data; ``name`` stands for the file in errors. Raises as ``read_zones``."""
    entries = data.get("zones") if isinstance(data, Mapping) and set(data) == {"zones"} else None
    if not isinstance(entries, list):
        raise _refused(name, "its top", "a list under the key 'zones' is expected, and no other key")
    zones: dict[str, Zone] = {}
    for index, entry in enumerate(entries):
        zone = _zone(entry, name, f"zones[{index}]")
        if zone.id in zones:
            raise _refused(name, f"zones[{index}].id", f"there is another zone '{zone.id}'")
        zones[zone.id] = zone
    ZoneIndex(zones.values())
    return list(zones.values())


def _refused(file: str, where: str, problem: str) -> InputRefused:
    return InputRefused(
        "zones_invalid",
        f"The zone file '{file}' is wrong at {where}: {problem}.",
        "A zone has id, name, polygon [[x, y], ...] in metres, z_min, z_max and purpose.",
        file=file,
        entry=where,
        problem=problem,
    )


def _zone(entry: Any, file: str, where: str) -> Zone:
    if not isinstance(entry, Mapping):
        raise _refused(file, where, "a table of fields is expected")
    for key in entry:
        if key not in _FIELDS:
            raise _refused(file, where, f"the field '{key}' is not known (known: {', '.join(_FIELDS)})")
    identifier = entry.get("id")
    if not isinstance(identifier, str) or not identifier.strip():
        raise _refused(file, f"{where}.id", "a text is expected")
    ring = entry.get("polygon")
    if not isinstance(ring, list) or not all(
        isinstance(corner, list) and len(corner) == 2 and all(map(_is_number, corner)) for corner in ring
    ):
        raise _refused(file, f"{where}.polygon", "corners [x, y] in metres are expected")
    low, high = _height(entry, "z_min", file, where), _height(entry, "z_max", file, where)
    if low is not None and high is not None and low > high:
        raise _refused(file, f"{where}.z_max", "it lies below z_min")
    purpose = entry.get("purpose")
    return Zone(
        id=identifier.strip(),
        name=str(entry.get("name") or identifier).strip(),
        polygon=tuple((float(x), float(y)) for x, y in ring),
        z_min=low,
        z_max=high,
        purpose=None if purpose is None else str(purpose),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _height(entry: Mapping[Any, Any], key: str, file: str, where: str) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    if not _is_number(value):
        raise _refused(file, f"{where}.{key}", "a height in metres is expected")
    return float(value)
