"""How many dust monitors a site needs for its area, and how many of them speak."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Subject, Verdict
from bim_supervise.checkpoints.limits import in_force, satisfies
from bim_supervise.packs.dust.kinds import BOUNDARY, PM10

_HEARD_WITHIN = timedelta(days=1)
_MORE_PER_M2 = 100_000


class PointsRule:
    """Base of the rule about the number of monitors.

    **Parameters**: ``site_area_m2``, the area of the site.
    """

    id: ClassVar[str]

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """The site, where it has dust monitors at its fence."""
        return [Subject()] if evidence.devices(PM10.key, BOUNDARY) else []

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict about the site; nothing where the project has not chosen the profile."""
        if not limits:
            return []
        area = parameters.get("site_area_m2")
        if not isinstance(area, int | float) or area <= 0:
            return [
                Verdict(rule=self.id, outcome=Outcome.UNDETERMINED, reason="area_unknown", subject=subject)
            ]
        name = "below 5000 m2" if area < 5_000 else "below 10000 m2" if area < 10_000 else "to 100000 m2"
        rows = [row for row in limits if row.statistic == name]
        limit = in_force(rows, evidence.as_of, evidence.zone)
        if limit is None or limit.value is None:
            return [
                Verdict(rule=self.id, outcome=Outcome.UNDETERMINED, reason="limit_not_set", subject=subject)
            ]
        more = max(0, math.ceil(area / _MORE_PER_M2) - 1)
        limit = replace(limit, value=limit.value + more)
        heard = []
        for device in evidence.devices(PM10.key, BOUNDARY):
            extent = evidence.extent(device.id, PM10.key)
            if extent is not None and evidence.as_of - extent[1] <= _HEARD_WITHIN:
                heard.append((device.id, extent[1]))
        value = float(len(heard))
        keeps = satisfies(value, limit)
        return [
            Verdict(
                rule=self.id,
                outcome=Outcome.PASS if keeps else Outcome.FAIL,
                reason="points_kept" if keeps else "points_few",
                subject=subject,
                params={"value": value, "limit": limit.value},
                value=value,
                limit=limit,
                evidence_values=(area, *(name for name, _ in heard)),
            )
        ]
