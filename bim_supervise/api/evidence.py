"""Looking into evidence: devices, series, statements, attachments, freshness."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bim_supervise.api.doubts import doubts_now
from bim_supervise.api.places import Places
from bim_supervise.api.present import limit_view
from bim_supervise.api.views import DeviceView, Freshness, Missing, ObservationView, SeriesView
from bim_supervise.checkpoints.limits import in_force
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.core.errors import NotFound
from bim_supervise.events.periods import in_periods
from bim_supervise.events.readings import DISTRUSTED, UNAUTHENTICATED
from bim_supervise.supervise import watches_devices
from bim_supervise.tracking.state import Fact

STALE_AFTER_S = 180.0
"""A project whose newest batch is older than this [s] shows its figures greyed, with their age."""
SILENT_INTERVALS = 3
"""A device is silent after this many of its expected intervals without a reading."""


class EvidenceViews(Places):
    """What the Evidence screen and the evidence links open."""

    def freshness(self) -> Freshness:
        """How old the newest evidence is."""
        machine = self._clock()
        with self._store.reading() as work:
            record = work.project()
            newest = max((item[0] for item in work.latest_readings().values()), default=None)
        age = (machine - record.last_received).total_seconds() if record.last_received else None
        return Freshness(
            site_now=self._now(record),
            last_received=record.last_received,
            last_event=None if newest is None else from_epoch_ms(newest),
            age_s=age,
            stale=age is None or age > STALE_AFTER_S,
        )

    def devices(self, as_of: str | date | datetime | None = None) -> list[DeviceView]:
        """The device register with the newest reading of each device."""
        moment = self.moment(as_of)
        site_day = moment.astimezone(self.zone).date()
        with self._store.reading() as work:
            devices = work.devices()
            latest = work.latest_readings(epoch_ms(moment))
            doubts = doubts_now(work, devices, latest, moment, self.zone, self.kinds)
        rows = []
        for device in devices:
            newest = max(
                ((latest[device.id, kind], kind) for kind in device.kinds if (device.id, kind) in latest),
                key=lambda item: item[0][0],
                default=None,
            )
            distrust = []
            if device.calibrated_until is not None and device.calibrated_until < site_day:
                distrust.append(Missing(code="calibration_expired", params={"day": device.calibrated_until}))
            state, event, value, kind = "never", None, None, None
            if newest is not None:
                (event_ms, steps, flags), kind = newest
                event = from_epoch_ms(event_ms)
                value = steps * self.kinds[kind].resolution
                silent_after = timedelta(seconds=SILENT_INTERVALS * device.expected_interval_s)
                if flags & DISTRUSTED:
                    distrust.append(Missing(code="reading_distrusted"))
                if flags & UNAUTHENTICATED:
                    distrust.append(Missing(code="sender_unknown"))
                distrust += doubts.get(device.id, ())
                trusted = "distrusted" if distrust else "live"
                state = "silent" if moment - event > silent_after else trusted
            rows.append(
                DeviceView(
                    id=device.id,
                    name=device.name,
                    kinds=device.kinds,
                    purpose=device.purpose,
                    zone=device.zone,
                    position=device.position,
                    life_safety=device.life_safety,
                    calibrated_until=device.calibrated_until,
                    last_event=event,
                    last_value=value,
                    last_kind=kind,
                    unit=self.kinds[kind or device.kinds[0]].unit,
                    state=state,
                    distrust=distrust,
                )
            )
        return rows

    def series(self, device: str, kind: str, start: datetime, end: datetime, minutes: int = 20) -> SeriesView:
        """A series in periods of ``minutes`` aligned to the site's clock, with the limits in force.

        Sound levels are energy means (LAeq), everything else time-weighted means; a period without any
        reading is None.

        Raises:
            NotFound: ``device_unknown`` or ``kind_unknown``.
        """
        if kind not in self.kinds:
            raise NotFound(
                "kind_unknown", f"There is no kind '{kind}'.", "Choose one of the device's kinds.", kind=kind
            )
        spec = self.kinds[kind]
        with self._store.reading() as work:
            known = {item.id: item for item in work.devices()}
            heard = work.minute_sums(device, spec, epoch_ms(start), epoch_ms(end))
        if device not in known and not len(heard):
            raise NotFound(
                "device_unknown", f"There is no device '{device}'.", "Choose one of the list.", device=device
            )
        periods = in_periods(heard, minutes, self.zone, spec)
        alone = Snapshot(
            as_of=end, zone=self.zone, devices=[known[device]] if device in known else [], windows={}
        )
        rules = [rule for rule in self.registry.rules.values() if watches_devices(rule, alone)]
        times = [from_epoch_ms(begin) for begin in periods.start_ms.tolist()]
        in_force_values = []
        shown: dict[tuple[str, str, float | None], Any] = {}
        for moment in times:
            limit_value = None
            for rule in rules:
                limit = in_force(self.registry.limits(rule.id), moment, self.zone)
                if limit is not None and limit.value is not None:
                    limit_value = limit.value if limit_value is None else min(limit_value, limit.value)
                    shown[limit.rule_id, limit.edition, limit.value] = limit_view(limit)
            in_force_values.append(limit_value)
        return SeriesView(
            device=device,
            kind=kind,
            unit=spec.unit,
            statistic="LAeq" if spec.energetic else "mean",
            window_minutes=minutes,
            times=times,
            values=[None if math.isnan(value) else value for value in periods.value.tolist()],
            coverage=periods.covered.tolist(),
            limits=list(shown.values()),
            limit_values=in_force_values,
        )

    def facts(
        self, subject: str | None = None, kind: str | None = None, limit: int = 200
    ) -> list[ObservationView]:
        """Statements about elements, tasks and checkpoints, the newest first."""
        with self._store.reading() as work:
            found = work.facts(kinds=[kind] if kind else None, subject=subject)
        return [_fact_view(fact) for fact in reversed(found[-limit:])]

    def conflicts(self, limit: int = 200) -> list[dict[str, Any]]:
        """Different values under one identity; both are kept.

        A reading has ``value``, ``unit``, ``interval_s``, ``distrusted`` and ``authenticated``.
        """
        with self._store.reading() as work:
            found = work.conflicts(limit)
        return [
            {
                "identity": item.identity,
                "kind": item.kind,
                "subject": item.subject,
                "event_time": item.event_time,
                "kept": self._contested(item.kind, item.kept),
                "other": self._contested(item.kind, item.other),
                "source": item.source,
            }
            for item in found
        ]

    def _contested(self, kind: str, stored: Mapping[str, Any]) -> dict[str, Any]:
        """One side of a contradiction as people read it, not as a reading is stored."""
        if kind not in self.kinds or "steps" not in stored:
            return dict(stored)
        return {
            "value": stored["steps"] * self.kinds[kind].resolution,
            "unit": self.kinds[kind].unit,
            "interval_s": stored["interval_ms"] / 1000,
            "distrusted": bool(stored["flags"] & DISTRUSTED),
            "authenticated": not stored["flags"] & UNAUTHENTICATED,
        }

    def open_evidence(self, reference: str) -> Mapping[str, Any]:
        """What an evidence reference of a verdict stands for.

        ``fact:<id>`` opens a statement, ``window:<device>|<kind>|<start ms>|<end ms>`` the readings,
        ``plan:<task id>`` the row of the plan file.

        Raises:
            NotFound: ``evidence_unknown``.
        """
        shape, _, rest = reference.partition(":")
        with self._store.reading() as work:
            if shape == "fact":
                fact = work.fact(rest)
                if fact is not None:
                    return {"fact": _fact_view(fact)}
            schedule = work.current_schedule() if shape == "plan" else None
            for task in schedule.tasks if schedule else ():
                if task.id == rest:
                    return {"task": dataclasses.asdict(task)}
            parts = rest.rsplit("|", 3)
            if shape == "window" and len(parts) == 4 and parts[1] in self.kinds:
                device, kind, start, end = parts[0], parts[1], int(parts[2]), int(parts[3])
                readings = work.readings(device, kind, start, end)
                step = self.kinds[kind].resolution
                return {
                    "device": device,
                    "kind": kind,
                    "unit": self.kinds[kind].unit,
                    "start": from_epoch_ms(start),
                    "end": from_epoch_ms(end),
                    "readings": [
                        {"time": from_epoch_ms(int(at)), "value": int(steps) * step, "flags": int(flags)}
                        for at, steps, flags in zip(
                            readings.event_ms, readings.steps, readings.flags, strict=True
                        )
                    ],
                }
        raise NotFound(
            "evidence_unknown",
            f"The evidence '{reference}' is not in this project.",
            "It may belong to another project or an older export.",
            reference=reference,
        )

    def attachment(self, sha256: str) -> tuple[bytes, str]:
        """The bytes and the media type of a stored photo or file.

        Raises:
            NotFound: ``attachment_unknown``.
        """
        with self._store.reading() as work:
            record = work.attachment(sha256)
            if record is None:
                raise NotFound(
                    "attachment_unknown",
                    "There is no such file in this project.",
                    "Reload the page.",
                    sha256=sha256,
                )
            return work.attachment_bytes(sha256), record.media_type

    def identity(self) -> str:
        """The project's stable identifier."""
        return self._record().id


def _fact_view(fact: Fact) -> ObservationView:
    return ObservationView(
        id=fact.id,
        kind=fact.kind,
        subject_type=fact.subject_type.value,
        subject=fact.subject,
        event_time=fact.event_time,
        received_time=fact.received_time,
        source=fact.source,
        reporter=fact.reporter,
        value=fact.value,
        unit=fact.unit,
        authenticated=fact.authenticated,
        payload=fact.payload,
    )
