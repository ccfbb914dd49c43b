"""The new-energy share of the machines of a site, from their counters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Subject, Verdict
from bim_supervise.checkpoints.limits import duration, in_force, satisfies
from bim_supervise.events.devices import Device
from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.statistics import counter_increase
from bim_supervise.packs.lifting.kinds import ENERGY_TOTAL, FUEL_TOTAL, OPERATING_HOURS

DIESEL_KWH_PER_L = 9.95
"""Energy [kWh] that a litre of diesel counts for when shares are compared; platform default."""

MACHINE = "machine"
"""Purpose of a device that stands for a machine."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a machine did: hours, electric energy [kWh], diesel [L]; None where its counter says nothing."""

    device: Device
    hours: float | None
    energy: float | None
    fuel: float | None

    @property
    def electric(self) -> bool:
        """Whether it runs on electricity: it reports energy and no fuel."""
        return FUEL_TOTAL.key not in self.device.kinds


class ShareRule:
    """Base of the rule about new-energy machines.

    **Parameters**: ``criterion``, one of ``hours``, ``energy`` and ``count``; without it all three are said.
    """

    id: ClassVar[str]

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """The site, where machines report operating hours."""
        return [Subject()] if machines(evidence) else []

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict per share; a share is published also where no target was entered."""
        verdicts = []
        for by in ("hours", "energy", "count"):
            limit = in_force([row for row in limits if row.statistic == by], evidence.as_of, evidence.zone)
            if limit is not None and parameters.get("criterion", by) == by:
                start = evidence.as_of - (duration(limit.window) if limit.window else timedelta(days=30))
                verdicts.append(self._judge(subject, by, limit, work_since(evidence, start)))
        return verdicts

    def _judge(self, subject: Subject, by: str, limit: Limit, works: Sequence[Work]) -> Verdict:
        silent = sum(work.hours is None for work in works)
        value = share(works, by)
        if value is None or silent:
            outcome, reason = Outcome.UNDETERMINED, "machines_silent"
        elif limit.value is None:
            outcome, reason = Outcome.UNDETERMINED, "limit_not_set"
        elif satisfies(value, limit):
            outcome, reason = Outcome.PASS, "share_kept"
        else:
            outcome, reason = Outcome.FAIL, "share_low"
        return Verdict(
            rule=self.id,
            outcome=outcome,
            reason=reason,
            subject=subject,
            params={
                "by": by,
                "value": value,
                "limit": limit.value,
                "silent": silent,
                "count": len(works),
            },
            value=value,
            unit="%",
            limit=limit,
            completeness=1 - silent / len(works) if works else 0.0,
            evidence_values=tuple([work.device.id, work.hours, work.energy, work.fuel] for work in works),
        )


def machines(evidence: Evidence) -> list[Device]:
    """The machines whose operating hours are counted."""
    return list(evidence.devices(OPERATING_HOURS.key, MACHINE))


def work_since(evidence: Evidence, start: datetime) -> list[Work]:
    """What every machine did from ``start`` (aware UTC) to the moment of the evidence."""

    def ran(device: Device, kind: ObservationKind) -> float | None:
        if kind.key not in device.kinds:
            return None
        steps = counter_increase(evidence.windows(device.id, kind.key, start, evidence.as_of))
        return None if steps is None else steps * kind.resolution

    return [
        Work(device, ran(device, OPERATING_HOURS), ran(device, ENERGY_TOTAL), ran(device, FUEL_TOTAL))
        for device in machines(evidence)
    ]


def share(works: Sequence[Work], by: str) -> float | None:
    """Share [%] of electric machines by ``hours``, ``energy`` or ``count``; None without any work."""

    def size(work: Work) -> float:
        if by == "count":
            return 1.0 if work.hours else 0.0
        if by == "hours":
            return work.hours or 0.0
        return (work.energy or 0.0) + (work.fuel or 0.0) * DIESEL_KWH_PER_L

    total = sum(size(work) for work in works)
    return 100 * sum(size(work) for work in works if work.electric) / total if total else None
