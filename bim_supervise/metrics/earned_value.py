"""Earned-value formulas: pure, in the project's currency, with None for what is not known.

PV planned value, EV earned value, AC actual cost, BAC budget at completion, all cumulative to one moment and
in one currency. An argument that is None gives None: what is missing is not zero. A ratio whose denominator
is zero is None as well, neither 0 nor infinite: it has no meaning yet.

Source of the formulas: ISO 21508:2018 and the usual practice of earned-value management.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ToComplete:
    """A to-complete index; ``value`` [ratio, > 0] is None where it is unknown or cannot be achieved."""

    value: float | None
    achievable: bool | None
    """False when nothing is left to pay for the remaining work; None when unknown."""


def cost_variance(ev: float | None, ac: float | None) -> float | None:
    """``CV = EV - AC`` [currency]; below zero is over cost.

    >>> cost_variance(360, 450)
    -90
    """
    return None if ev is None or ac is None else ev - ac


def schedule_variance(ev: float | None, pv: float | None) -> float | None:
    """``SV = EV - PV`` [currency]; below zero is behind the plan.

    >>> schedule_variance(360, 400)
    -40
    """
    return None if ev is None or pv is None else ev - pv


def cost_variance_share(ev: float | None, ac: float | None) -> float | None:
    """``CV / EV`` [ratio]; None when nothing is earned.

    >>> cost_variance_share(360, 450)
    -0.25
    """
    return _ratio(cost_variance(ev, ac), ev)


def schedule_variance_share(ev: float | None, pv: float | None) -> float | None:
    """``SV / PV`` [ratio]; None when nothing was planned.

    >>> schedule_variance_share(360, 400)
    -0.1
    """
    return _ratio(schedule_variance(ev, pv), pv)


def cost_performance_index(ev: float | None, ac: float | None) -> float | None:
    """``CPI = EV / AC`` [ratio, >= 0]; below 1 is over cost. None when nothing was spent.

    >>> cost_performance_index(360, 450)
    0.8
    >>> cost_performance_index(0, 0) is None
    True
    """
    return _ratio(ev, ac)


def schedule_performance_index(ev: float | None, pv: float | None) -> float | None:
    """``SPI = EV / PV`` [ratio, >= 0]; below 1 is behind. None when nothing was planned.

    It returns to 1 when late work is completed at last: for that use ``metrics.earned_schedule``.

    >>> schedule_performance_index(360, 400)
    0.9
    """
    return _ratio(ev, pv)


def estimate_typical(bac: float | None, cpi: float | None) -> float | None:
    """``EAC = BAC / CPI`` [currency]: the rest will cost as much a unit as the work so far.

    >>> estimate_typical(1000, 0.8)
    1250.0
    """
    return _ratio(bac, cpi)


def estimate_atypical(bac: float | None, ev: float | None, ac: float | None) -> float | None:
    """``EAC = AC + (BAC - EV)`` [currency]: the rest will cost what was planned.

    >>> estimate_atypical(1000, 360, 450)
    1090
    """
    return None if bac is None or ev is None or ac is None else ac + (bac - ev)


def estimate_combined(
    bac: float | None, ev: float | None, ac: float | None, cpi: float | None, spi: float | None
) -> float | None:
    """``EAC = AC + (BAC - EV) / (CPI x SPI)`` [currency]: being late costs money too.

    >>> round(estimate_combined(1000, 360, 450, 0.8, 0.9), 2)
    1338.89
    """
    return _remaining_at(bac, ev, ac, None if cpi is None or spi is None else cpi * spi)


def estimate_weighted(
    bac: float | None,
    ev: float | None,
    ac: float | None,
    cpi: float | None,
    spi: float | None,
    cost_weight: float = 0.8,
) -> float | None:
    """``IEAC = AC + (BAC - EV) / (w x CPI + (1 - w) x SPI)`` [currency].

    Args:
        bac: budget at completion.
        ev: earned value.
        ac: actual cost.
        cpi: cost performance index.
        spi: schedule performance index; the one of earned schedule, SPI(t), is meant by the published form.
        cost_weight: weight 0..1 of cost against schedule.

    >>> round(estimate_weighted(1000, 360, 450, 0.8, 0.9), 2)
    1230.49
    >>> round(estimate_weighted(1000, 360, 450, 0.8, 2.7333333 / 3), 2)
    1228.38
    """
    if cpi is None or spi is None:
        return None
    return _remaining_at(bac, ev, ac, cost_weight * cpi + (1 - cost_weight) * spi)


def estimate_recent(
    bac: float | None,
    ev: float | None,
    ac: float | None,
    ev_before: float | None,
    ac_before: float | None,
) -> float | None:
    """``IEAC = AC + (BAC - EV) / CPI`` of the recent past [currency]: the rest goes as the last months did.

    Args:
        bac: budget at completion.
        ev: earned value now.
        ac: actual cost now.
        ev_before: earned value at the begin of the recent past, commonly three months ago.
        ac_before: actual cost then.

    >>> estimate_recent(1000, 360, 450, 180, 250)
    1161.111111111111
    """
    if ev is None or ac is None or ev_before is None or ac_before is None:
        return None
    return _remaining_at(bac, ev, ac, _ratio(ev - ev_before, ac - ac_before))


def estimate_to_complete(eac: float | None, ac: float | None) -> float | None:
    """``ETC = EAC - AC`` [currency].

    >>> estimate_to_complete(1250, 450)
    800
    """
    return None if eac is None or ac is None else eac - ac


def variance_at_completion(bac: float | None, eac: float | None) -> float | None:
    """``VAC = BAC - EAC`` [currency]; below zero the project will cost more than its budget.

    >>> variance_at_completion(1000, 1250)
    -250
    """
    return None if bac is None or eac is None else bac - eac


def to_complete_budget(bac: float | None, ev: float | None, ac: float | None) -> ToComplete:
    """``TCPI(BAC) = (BAC - EV) / (BAC - AC)``: how the rest must go to keep the budget.

    >>> round(to_complete_budget(1000, 360, 450).value, 4)
    1.1636
    >>> to_complete_budget(1000, 900, 1000)
    ToComplete(value=None, achievable=False)
    """
    return _to_complete(bac, ev, None if bac is None or ac is None else bac - ac)


def to_complete_estimate(
    bac: float | None, ev: float | None, ac: float | None, eac: float | None
) -> ToComplete:
    """``TCPI(EAC) = (BAC - EV) / (EAC - AC)``: how the rest must go to keep the estimate.

    >>> to_complete_estimate(1000, 360, 450, 1250).value
    0.8
    """
    return _to_complete(bac, ev, estimate_to_complete(eac, ac))


def units_complete(bac: float | None, done: float | None, planned: float | None) -> float | None:
    """``EV = BAC x done / planned`` [currency], never above BAC; ``done`` and ``planned`` in one unit.

    >>> units_complete(1000, 90, 250)
    360.0
    >>> units_complete(1000, 300, 250)
    1000.0
    >>> units_complete(1000, None, 250) is None
    True
    """
    share = _ratio(done, planned)
    return None if bac is None or share is None else bac * min(max(share, 0.0), 1.0)


def _ratio(numerator: float | None, denominator: float | None) -> float | None:
    if numerator is None or denominator is None or denominator == 0:
        return None
    return numerator / denominator


def _remaining_at(bac: float | None, ev: float | None, ac: float | None, index: float | None) -> float | None:
    if bac is None or ev is None or ac is None or index is None or index <= 0:
        return None
    return ac + (bac - ev) / index


def _to_complete(bac: float | None, ev: float | None, left: float | None) -> ToComplete:
    if bac is None or ev is None or left is None:
        return ToComplete(value=None, achievable=None)
    if left <= 0:
        return ToComplete(value=None, achievable=bac - ev <= 0)
    return ToComplete(value=(bac - ev) / left, achievable=True)
