"""Devices and zones as the viewer shows them: where they are, what they say, how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bim_supervise.api.case_views import CaseView
from bim_supervise.api.views import AlarmView, DeviceView
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t

_TONES = {"live": "good", "silent": "wait", "never": "mute", "distrusted": "wait"}


def markers(
    devices: Sequence[DeviceView], alarms: Sequence[AlarmView], *, fresh: bool
) -> list[dict[str, Any]]:
    """A sign per device with a position; an open alarm shows whatever is thought of the device."""
    f = formats()
    alarmed: Mapping[str, AlarmView] = {
        alarm.device: alarm for alarm in reversed(alarms) if alarm.device and alarm.state != "cleared"
    }
    found = []
    for device in devices:
        if device.position is None:
            continue
        alarm = alarmed.get(device.id)
        value = "" if device.last_value is None else f.quantity(device.last_value, device.unit)
        tone = _TONES.get(device.state, "mute") if fresh or device.state != "live" else "mute"
        words = [device.name or device.id, label("device_state", device.state), value]
        if alarm:
            tone = "alarm" if alarm.severity == "life_safety" else "bad"
            words.append(label("severity", alarm.severity))
        if device.last_event:
            words.append(f.moment(device.last_event))
        found.append(
            {
                "id": device.id,
                "kind": "device",
                "at": list(device.position),
                "elements": [],
                "label": device.name or device.id,
                "value": value,
                "tone": tone,
                "says": t("viewer.sign_says", what=" · ".join(word for word in words if word)),
            }
        )
    return found


def pins(cases: Sequence[CaseView]) -> list[dict[str, Any]]:
    """A pin on the elements of every non-conformance that still stands."""
    found = []
    for case in cases:
        if case.kind != "ncr" or case.ended_at is not None or not case.elements:
            continue
        words = (label("case_kind", case.kind), case.title or case.id, label("case_state", case.state))
        found.append(
            {
                "id": case.id,
                "kind": "ncr",
                "at": None,
                "elements": list(case.elements),
                "label": case.title or case.id,
                "value": "",
                "tone": "bad",
                "says": " · ".join(words),
            }
        )
    return found


def prisms(
    spaces: Sequence[Any], devices: Sequence[DeviceView], alarms: Sequence[AlarmView]
) -> list[dict[str, Any]]:
    """A prism per space or zone with an outline and a height; one with an alarm inside takes its tone."""
    zones = {device.id: device.zone for device in devices}
    alarmed = {
        zones.get(alarm.device or ""): "alarm" if alarm.severity == "life_safety" else "bad"
        for alarm in reversed(alarms)
        if alarm.state != "cleared" and zones.get(alarm.device or "")
    }
    return [
        {
            "id": space.global_id,
            "label": space.long_name or space.name,
            "ring": [list(point) for point in space.polygon],
            "low": space.z_min,
            "high": space.z_max,
            "tone": alarmed.get(space.name) or alarmed.get(space.global_id) or "mute",
        }
        for space in spaces
        if space.polygon and space.z_min is not None and space.z_max is not None
    ]
