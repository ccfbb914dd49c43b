"""The device register: unknown devices and their adoption, replaced instruments, clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import numpy as np

from bim_supervise.api.base import EVIDENCE, PLAN
from bim_supervise.api.stations import Stations
from bim_supervise.api.views_doors import ClockView, InstrumentView, UnknownDevice
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.events.clocks import estimate_clock
from bim_supervise.events.devices import Device
from bim_supervise.events.instruments import RETIRED, Instrument, carried
from bim_supervise.events.read_devices import parse_devices
from bim_supervise.events.readings import UNAUTHENTICATED
from bim_supervise.store.records_doors import InstrumentRecord

CLOCK_SPAN = timedelta(days=2)
"""How far back the delays are looked at that tell a clock."""
CLOCK_WRONG_S = 60.0
"""From here on [s] a clock is shown as wrong: a minute window gets the wrong readings."""
LIVE_SOURCES = ("mqtt", "http", "hj212")
"""Doors through which readings come when they are made; a replayed file says nothing about a clock."""


class DeviceRegister(Stations):
    """What measures on site, and what reports without being known."""

    def unknown_devices(self) -> list[UnknownDevice]:
        """What reports but is not registered (or not with these kinds), the most recently heard first.

        Their readings are kept and judged by nobody until the device is adopted.
        """
        with self._store.reading() as work:
            registered = {device.id: set(device.kinds) for device in work.devices()}
            latest = work.latest_readings()
            extents = work.extents()
        found: dict[str, list[str]] = defaultdict(list)
        for device, kind in latest:
            if kind not in registered.get(device, ()) and not device.endswith(RETIRED):
                found[device].append(kind)
        rows = []
        for device, kinds in found.items():
            event_ms, steps, flags = max(latest[device, kind] for kind in kinds)
            newest = next(kind for kind in kinds if latest[device, kind] == (event_ms, steps, flags))
            spec = self.kinds[newest]
            rows.append(
                UnknownDevice(
                    id=device,
                    kinds=tuple(sorted(kinds)),
                    registered=device in registered,
                    first_event=from_epoch_ms(
                        min(extents.get((device, kind), (event_ms, 0))[0] for kind in kinds)
                    ),
                    last_event=from_epoch_ms(event_ms),
                    last_kind=newest,
                    last_value=steps * spec.resolution,
                    unit=spec.unit,
                    authenticated=not flags & UNAUTHENTICATED,
                )
            )
        return sorted(rows, key=lambda row: row.last_event, reverse=True)

    def registered_devices(self) -> list[Device]:
        """The register itself, by id; ``devices`` shows it with what it reports."""
        with self._store.reading() as work:
            return work.devices()

    def adopt_device(
        self,
        device: str,
        *,
        name: str = "",
        purpose: str | None = None,
        zone: str | None = None,
        expected_interval_s: float = 60.0,
        calibrated_until: date | None = None,
        life_safety: bool = False,
        owner: str | None = None,
    ) -> dict[str, object]:
        """Register what has been reporting, with all it has reported: its history is judged now.

        Raises:
            NotFound: ``device_not_heard`` when nothing reports under this id, or all of it is registered.
            InputRefused: ``devices_invalid``.
        """
        heard = next((row for row in self.unknown_devices() if row.id == device), None)
        if heard is None:
            raise NotFound(
                "device_not_heard",
                f"Nothing unknown reports as '{device}'.",
                "List what is unknown with 'device unknown'.",
                device=device,
            )
        with self._store.reading() as work:
            known = next((item for item in work.devices() if item.id == device), None)
        if known is not None:
            adopted = replace(known, kinds=(*known.kinds, *heard.kinds))
        else:
            entry = {
                "id": device,
                "name": name or device,
                "kinds": list(heard.kinds),
                "purpose": purpose,
                "zone": zone,
                "expected_interval_s": expected_interval_s,
                "calibrated_until": calibrated_until,
                "life_safety": life_safety,
                "owner": owner,
            }
            [adopted] = parse_devices({"devices": [entry]}, kinds=self.kinds, name=device)
        self.save_device(adopted)
        return {"device": device, "kinds": list(heard.kinds), "since": heard.first_event}

    def save_device(self, device: Device) -> None:
        """Register a device, or change it; what it has reported is judged anew by what is said of it now."""
        with self._write(PLAN) as work:
            work.upsert_devices([device])
        with self._write(EVIDENCE) as work:
            extents = work.extents()
            whole = [(*key, first, last) for key, (first, last) in extents.items() if key[0] == device.id]
            self._judge_touched(work, whole)

    def replace_instrument(
        self,
        device: str,
        *,
        by: str,
        at: datetime,
        user: str,
        offsets: Mapping[str, float] | None = None,
        note: str = "",
    ) -> dict[str, object]:
        """Put another instrument, or another benchmark, in a device's place: its series goes on.

        Args:
            device: the registered device whose series it is.
            by: the id under which the new instrument reports; the device's own id for a new benchmark.
            at: from when on (aware, or site wall time).
            user: who says so.
            offsets: by kind [its unit], added to what the new instrument reports.
            note: why.

        Raises:
            NotFound: ``device_unknown``.
            InputRefused: ``instrument_overlap`` when the device already has readings from then on,
                ``instrument_taken`` when the sender reports another device, ``instrument_invalid``.
        """
        moment = self.moment(at)
        from_ms = epoch_ms(moment)
        with self._store.reading() as work:
            known = next((item for item in work.devices() if item.id == device), None)
            taken = [item.device for item in work.instruments() if item.sender == by]
            latest = work.latest_readings()
            registered = {item.id for item in work.devices()}
        if known is None:
            raise NotFound(
                "device_unknown", f"There is no device '{device}'.", "Choose one of the list.", device=device
            )
        if by != device and (by in registered or any(other != device for other in taken)):
            raise InputRefused(
                "instrument_taken",
                f"'{by}' reports another device already.",
                "Use the id under which the new instrument reports.",
                sender=by,
            )
        last = max((item[0] for (name, _), item in latest.items() if name == device), default=None)
        if last is not None and last >= from_ms:
            raise InputRefused(
                "instrument_overlap",
                f"'{device}' has readings up to {from_epoch_ms(last).astimezone(self.zone):%Y-%m-%d %H:%M}.",
                "Choose a moment after its last reading; let the new instrument report under its own id.",
                device=device,
                last=f"{from_epoch_ms(last).astimezone(self.zone):%Y-%m-%d %H:%M}",
            )
        record = InstrumentRecord(
            device=device,
            sender=by,
            from_ms=from_ms,
            offsets=self._offset_steps(known, offsets or {}),
            note=note,
            changed_by=user,
            changed_at=self._clock(),
        )
        with self._write(PLAN) as work:
            work.add_instrument(record)
        moved = 0
        if by != device:
            # What the new instrument has said so far, under its own id, is this device's from now on.
            with self._write(EVIDENCE) as work:
                change = _instrument(record)
                for name, kind in latest:
                    if name == by:
                        held = carried(work.readings(by, kind, from_ms, 2**62), [change])
                        received = self._now(work.project())
                        added = work.add_readings(held, "carried", received, kinds=self.kinds)
                        self._judge_touched(work, added.touched)
                        moved += added.stored
        return {"device": device, "instrument": by, "from": moment, "carried_over": moved}

    def instruments(self, device: str | None = None) -> list[InstrumentView]:
        """Replaced instruments and benchmarks, of one device or of all."""
        with self._store.reading() as work:
            found = work.instruments(device)
        return [
            InstrumentView(
                device=item.device,
                sender=item.sender,
                since=from_epoch_ms(item.from_ms),
                offsets={key: steps * self.kinds[key].resolution for key, steps in item.offsets.items()},
                note=item.note,
                changed_by=item.changed_by,
                changed_at=item.changed_at,
            )
            for item in found
        ]

    def clocks(self) -> list[ClockView]:
        """How far the clock of each device is off, by the readings of the last two days."""
        since = epoch_ms(self.now() - CLOCK_SPAN)
        rows = []
        with self._store.reading() as work:
            for device in work.devices():
                delays = [work.delays(device.id, kind, since, LIVE_SOURCES) for kind in device.kinds]
                event_ms, received_ms, interval_ms = (
                    np.concatenate(part) for part in zip(*delays, strict=True)
                )
                estimate = estimate_clock(event_ms, received_ms, interval_ms)
                if estimate is not None:
                    rows.append(
                        ClockView(
                            device=device.id,
                            ahead_s=estimate.ahead_s,
                            drift_s_per_day=estimate.drift_s_per_day,
                            typical_delay_s=estimate.typical_delay_s,
                            readings=estimate.readings,
                            wrong=abs(estimate.ahead_s) >= CLOCK_WRONG_S,
                        )
                    )
        return rows

    def _offset_steps(self, device: Device, offsets: Mapping[str, float]) -> dict[str, int]:
        steps = {}
        for kind, offset in offsets.items():
            if kind not in device.kinds or not -1e9 < offset < 1e9:
                raise InputRefused(
                    "instrument_invalid",
                    f"'{device.id}' has no offset of '{kind}'.",
                    f"Offsets are of its kinds: {', '.join(device.kinds)}.",
                    device=device.id,
                    kind=kind,
                    known=", ".join(device.kinds),
                )
            steps[kind] = round(Fraction(repr(float(offset))) / Fraction(repr(self.kinds[kind].resolution)))
        return steps


def _instrument(record: InstrumentRecord) -> Instrument:
    return Instrument(
        device=record.device, sender=record.sender, from_ms=record.from_ms, offsets=record.offsets
    )
