"""When a strength test is due: degree-days of the air, or maturity from a thermometer in the concrete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import numpy as np

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Subject, Verdict
from bim_supervise.checkpoints.limits import in_force
from bim_supervise.checkpoints.spans import day_of
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.windows import mean, merge
from bim_supervise.packs.concrete.curing import poured
from bim_supervise.packs.concrete.kinds import AIR_TEMPERATURE, CONCRETE_TEMPERATURE
from bim_supervise.packs.concrete.maturity import GAS_CONSTANT, equivalent_age, nurse_saul

NEEDED_OF_A_DAY = 0.75
"""Share of a day that has to be measured for its mean to count."""
NEEDED_SINCE_POUR = 0.9
"""Share of the time since the pour that has to be measured for a maturity; platform default."""

_MS = timedelta(milliseconds=1)
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """An age of concrete: its value, or the reason code why there is none, and what it came from."""

    value: float | None = None
    doubt: str | None = None
    days: int = 0
    counted: int = 0
    device: str = ""
    kind: str = ""
    values: tuple[Any, ...] = ()


class AgeRule:
    """Base of the rules that say when a strength test is due; they release nothing by themselves.

    **Parameters**: ``pour``, the task (id, WBS code or name) that placed the concrete; ``device``, the
    thermometer (default: the weather station, for degree-days); ``datum_degc``, ``q_kelvin`` or
    ``activation_kj`` and ``reference_degc`` of the mix.
    """

    id: ClassVar[str]
    measure: ClassVar[str]

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Nothing: a checkpoint about a pour asks."""
        return ()

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """One verdict: passes when the test is due, fails before."""
        pour = poured(parameters, evidence)
        if pour is None or pour.actual_finish is None:
            return [
                Verdict(
                    rule=self.id, outcome=Outcome.UNDETERMINED, reason="pour_not_finished", subject=subject
                )
            ]
        start = pour.actual_finish
        rows = {row.statistic: in_force([row], start, evidence.zone) for row in limits}
        limit = next((row for name, row in rows.items() if row is not None and name != "age"), None)
        found = _MEASURES[self.measure](parameters, evidence, start)
        least = rows.get("age")
        value = found.value
        if found.doubt is not None:
            outcome, reason = Outcome.UNDETERMINED, found.doubt
        elif limit is None or limit.value is None or value is None:
            outcome, reason = Outcome.UNDETERMINED, "limit_not_set"
        elif value >= limit.value and (least is None or least.value is None or found.days >= least.value):
            outcome, reason = Outcome.PASS, "test_due"
        else:
            outcome, reason = Outcome.FAIL, "age_not_reached"
        unit = limit.unit if limit else ""
        reference = (
            f"window:{found.device}|{found.kind}|{epoch_ms(start)}|{epoch_ms(evidence.as_of)}"
            if found.device
            else None
        )
        return [
            Verdict(
                rule=self.id,
                outcome=outcome,
                reason=reason,
                subject=subject,
                params={
                    "value": value,
                    "unit": unit,
                    "limit": limit.value if limit else None,
                    "days": found.days,
                    "counted": found.counted,
                },
                value=value,
                unit=unit,
                limit=limit,
                evidence=(reference,) if reference else (),
                evidence_values=found.values if reference else (),
            )
        ]


def degree_days(parameters: Mapping[str, Any], evidence: Evidence, start: datetime) -> Age:
    """Sum of the daily means [degC d] of the air over whole site days since ``start``, without frost days."""
    device = _device(parameters, evidence, AIR_TEMPERATURE.key, "weather")
    if device is None:
        return Age(doubt="temperature_missing")
    total, days, counted, means = 0.0, 0, 0, []
    _, first_ms = day_of(epoch_ms(start) - 1, evidence.zone)
    as_of_ms = epoch_ms(evidence.as_of)
    begin, end = day_of(first_ms, evidence.zone)
    while end <= as_of_ms:
        windows = evidence.windows(device, AIR_TEMPERATURE.key, from_epoch_ms(begin), from_epoch_ms(end))
        merged = merge(windows) if windows else None
        value = mean(merged, AIR_TEMPERATURE) if merged else None
        if merged is None or value is None or merged.covered_ms < NEEDED_OF_A_DAY * (end - begin):
            return Age(doubt="temperature_missing", days=days, device=device, kind=AIR_TEMPERATURE.key)
        days += 1
        means.append(round(value, 6))
        if value > 0:
            total += value
            counted += 1
        begin, end = day_of(end, evidence.zone)
    return Age(
        value=round(total, 6),
        days=days,
        counted=counted,
        device=device,
        kind=AIR_TEMPERATURE.key,
        values=tuple(means),
    )


def maturity(parameters: Mapping[str, Any], evidence: Evidence, start: datetime) -> Age:
    """Nurse-Saul maturity [degC h] since ``start``."""
    datum = float(parameters.get("datum_degc", 0.0))
    return _history(parameters, evidence, start, lambda degc, hours: nurse_saul(degc, hours, datum))


def equivalent(parameters: Mapping[str, Any], evidence: Evidence, start: datetime) -> Age:
    """Equivalent age [h] since ``start``; of a mix whose Q and reference temperature are known."""
    q, reference = parameters.get("q_kelvin"), parameters.get("reference_degc")
    if q is None and isinstance(parameters.get("activation_kj"), int | float):
        q = 1000 * parameters["activation_kj"] / GAS_CONSTANT
    if not isinstance(q, int | float) or not isinstance(reference, int | float):
        return Age(doubt="mix_unknown")
    return _history(
        parameters, evidence, start, lambda degc, hours: equivalent_age(degc, hours, q, reference)
    )


def _history(parameters: Mapping[str, Any], evidence: Evidence, start: datetime, work: Any) -> Age:
    device = _device(parameters, evidence, CONCRETE_TEMPERATURE.key, "concrete_core")
    if device is None:
        return Age(doubt="temperature_missing")
    windows = [
        window
        for window in evidence.windows(device, CONCRETE_TEMPERATURE.key, start, evidence.as_of)
        if window.covered_ms
    ]
    covered = np.array([window.covered_ms for window in windows], dtype=np.float64)
    sums = np.array([window.weighted_sum for window in windows], dtype=np.float64)
    span = (evidence.as_of - start) / _MS
    share = float(covered.sum()) / span if span > 0 else 0.0
    value = work(sums / np.maximum(covered, 1.0) * CONCRETE_TEMPERATURE.resolution, covered / _HOUR_MS)
    return Age(
        value=round(value, 6),
        doubt=None if share >= NEEDED_SINCE_POUR else "temperature_missing",
        days=(evidence.as_of - start).days,
        counted=len(windows),
        device=device,
        kind=CONCRETE_TEMPERATURE.key,
        values=(len(windows), round(value, 6)),
    )


def _device(parameters: Mapping[str, Any], evidence: Evidence, kind: str, purpose: str) -> str | None:
    named = parameters.get("device")
    found = [device.id for device in evidence.devices(kind, None if named else purpose)]
    if named is not None:
        return str(named) if named in found else None
    return found[0] if len(found) == 1 else None


_MEASURES = {"degree_days": degree_days, "nurse_saul": maturity, "equivalent_age": equivalent}
