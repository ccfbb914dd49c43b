"""Device registry files (YAML) to devices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.devices import Device
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.normalise import LONGEST_INTERVAL_S
from bim_supervise.events.observations import SubjectType
from bim_supervise.events.read_yaml import read_yaml

_FIELDS = (
    "id",
    "name",
    "kinds",
    "purpose",
    "zone",
    "position",
    "expected_interval_s",
    "calibrated_until",
    "life_safety",
    "owner",
)


def read_devices(path: Path, *, kinds: KindTable | None = None) -> list[Device]:
    """Read a device registry: a YAML list under ``devices``.

    Args:
        path: the file.
        kinds: the kinds a device may have; None does not check them.

    Raises:
        InputRefused: ``file_not_found``, ``yaml_invalid``, ``devices_invalid`` (which device, which field,
            what it should be), ``device_duplicate`` or ``device_kind_unknown``.
    """
    data = read_yaml(path, "device")
    return parse_devices(data, kinds=kinds, name=path.name)


def parse_devices(data: Any, *, kinds: KindTable | None = None, name: str = "devices") -> list[Device]:
    """Devices from plain data; ``name`` stands for the file in errors. Raises as ``read_devices``."""
    entries = data.get("devices") if isinstance(data, Mapping) and set(data) == {"devices"} else None
    if not isinstance(entries, list) or not entries:
        raise _refused(name, "its top", "a list under the key 'devices' is expected, and no other key")
    devices: dict[str, Device] = {}
    for index, entry in enumerate(entries):
        device = _device(entry, name, f"devices[{index}]", kinds)
        if device.id in devices:
            raise InputRefused(
                "device_duplicate",
                f"The device file '{name}' lists '{device.id}' twice.",
                "Every instrument has one entry with an id of its own.",
                file=name,
                device=device.id,
            )
        devices[device.id] = device
    return list(devices.values())


def _refused(file: str, where: str, problem: str) -> InputRefused:
    return InputRefused(
        "devices_invalid",
        f"The device file '{file}' is wrong at {where}: {problem}.",
        "See the documentation of device files for the fields and their units.",
        file=file,
        entry=where,
        problem=problem,
    )


def _device(entry: Any, file: str, where: str, kinds: KindTable | None) -> Device:
    if not isinstance(entry, Mapping):
        raise _refused(file, where, "a table of fields is expected")
    identifier = entry.get("id")
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = str(identifier)
    if not isinstance(identifier, str) or not identifier.strip():
        raise _refused(file, f"{where}.id", "an id is expected, the one that the device's messages carry")
    where = f"{where} ({identifier})"
    for key in entry:
        if key not in _FIELDS:
            raise _refused(file, where, f"the field '{key}' is not known (known: {', '.join(_FIELDS)})")
    return Device(
        id=identifier.strip(),
        name=_text(entry, "name", file, where) or identifier.strip(),
        kinds=_kinds(entry.get("kinds"), file, where, kinds),
        purpose=_text(entry, "purpose", file, where),
        zone=_text(entry, "zone", file, where),
        position=_position(entry.get("position"), file, where),
        expected_interval_s=_interval(entry.get("expected_interval_s", 60.0), file, where),
        calibrated_until=_day(entry.get("calibrated_until"), file, where),
        life_safety=_flag(entry.get("life_safety", False), file, where),
        owner=_text(entry, "owner", file, where),
    )


def _text(entry: Mapping[Any, Any], key: str, file: str, where: str) -> str | None:
    value = entry.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).strip():
        raise _refused(file, f"{where}.{key}", "a text is expected")
    return str(value).strip()


def _kinds(value: Any, file: str, where: str, kinds: KindTable | None) -> tuple[str, ...]:
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
        raise _refused(file, f"{where}.kinds", "a list of what it measures is expected, e.g. [noise_level]")
    for key in keys:
        kind = kinds.get(key) if kinds is not None else None
        if kinds is not None and (kind is None or SubjectType.DEVICE not in kind.subjects):
            known = ", ".join(entry.key for entry in kinds if SubjectType.DEVICE in entry.subjects)
            raise InputRefused(
                "device_kind_unknown",
                f"The device file '{file}' is wrong at {where}.kinds: '{key}' is nothing a device measures.",
                f"Known kinds: {known}.",
                file=file,
                kind=key,
                entry=f"{where}.kinds",
                known=known,
            )
    return tuple(dict.fromkeys(keys))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _position(value: Any, file: str, where: str) -> tuple[float, float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3 or not all(map(_is_number, value)):
        raise _refused(file, f"{where}.position", "[x, y, z] in metres is expected (project coordinates)")
    x, y, z = value
    return float(x), float(y), float(z)


def _interval(value: Any, file: str, where: str) -> float:
    if not _is_number(value) or not 0 < value <= LONGEST_INTERVAL_S:
        raise _refused(
            file,
            f"{where}.expected_interval_s",
            f"a number of seconds above 0, at most {LONGEST_INTERVAL_S:.0f}, is expected",
        )
    return float(value)


def _day(value: Any, file: str, where: str) -> date | None:
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise _refused(file, f"{where}.calibrated_until", "a day is expected, e.g. 2026-12-31 without quotes")


def _flag(value: Any, file: str, where: str) -> bool:
    if not isinstance(value, bool):
        raise _refused(file, f"{where}.life_safety", "true or false is expected")
    return value
