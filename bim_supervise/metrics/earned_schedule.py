"""Earned schedule: how many periods of the plan the earned value is worth; pure.

Unlike SPI = EV / PV it does not return to 1 when late work is completed at last.

Source: W. Lipke's earned schedule as used in earned-value practice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise


def earned_schedule(curve: Sequence[float], ev: float | None) -> float | None:
    """``ES = C + (EV - PV_C) / (PV_C+1 - PV_C)`` [periods], C the largest period with PV_C <= EV.

    Args:
        curve: cumulative planned value at the end of period 0, 1, 2 ... up to the planned finish, shape (n,),
            n >= 2, not decreasing, the first one 0.
        ev: earned value in the same currency; beyond the curve it counts as the planned finish.

    Raises:
        ValueError: when the curve is no such curve.

    >>> round(earned_schedule([0, 100, 250, 400, 600, 800, 1000], 360), 4)
    2.7333
    """
    if len(curve) < 2 or curve[0] != 0 or any(b < a for a, b in pairwise(curve)):
        raise ValueError("a planned-value curve begins at 0, does not fall and has at least two points")
    if ev is None:
        return None
    if ev < 0:
        return 0.0
    period = bisect_right(curve, ev) - 1
    if period == len(curve) - 1:
        return float(period)
    return period + (ev - curve[period]) / (curve[period + 1] - curve[period])


def schedule_variance_time(es: float | None, at: float | None) -> float | None:
    """``SV(t) = ES - AT`` [periods]; below zero is behind.

    >>> round(schedule_variance_time(2.7333, 3), 4)
    -0.2667
    """
    return None if es is None or at is None else es - at


def schedule_performance_index_time(es: float | None, at: float | None) -> float | None:
    """``SPI(t) = ES / AT`` [ratio, >= 0]; None at the very start.

    >>> round(schedule_performance_index_time(2.7333333, 3), 4)
    0.9111
    """
    return None if es is None or at is None or at == 0 else es / at


def estimate_duration(planned_duration: float | None, spi_time: float | None) -> float | None:
    """``IEAC(t) = PD / SPI(t)`` [periods]: the whole duration if the rest goes as the work so far.

    >>> round(estimate_duration(6, 2.7333333 / 3), 3)
    6.585
    """
    if planned_duration is None or spi_time is None or spi_time <= 0:
        return None
    return planned_duration / spi_time
