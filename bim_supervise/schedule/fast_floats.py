"""Compiled floats and broken links, after the passes of ``fast_kernels``; as ``cpm`` works them out."""

from __future__ import annotations

from typing import Any

from numba import njit

from bim_supervise.schedule.fast_kernels import (
    CALENDAR,
    ELAPSED,
    LAG,
    LAG_CALENDAR,
    OFF,
    OUTGOING,
    TARGET,
    TYPE,
    add,
    between,
    following,
)

_SS, _FF, _SF = 1, 2, 3
_UNKNOWN = -OFF


@njit(cache=True)
def _work(shifts: Any, first: Any, days: Any, low_day: int, calendar: int, start: int, end: int) -> int:
    """Working minutes from ``start`` to ``end``; ``_UNKNOWN`` where the calendar was not laid out so far."""
    for moment in (start, end):
        if following(shifts, first, days, low_day, calendar, moment) >= OFF:
            return _UNKNOWN
    return between(shifts, first, days, low_day, calendar, start, end)


@njit(cache=True)
def floats(
    shifts: Any,
    first: Any,
    days: Any,
    low_day: int,
    nodes: Any,
    links: Any,
    spans: Any,
    out_link: Any,
    early_start: Any,
    early_finish: Any,
    late_start: Any,
    late_finish: Any,
    finish: int,
    total: Any,
    free: Any,
    broken: Any,
) -> bool:
    """Fill in total and free float [minutes] by node, and the broken links; False off the calendars."""
    for n in range(len(nodes)):
        calendar = nodes[n, CALENDAR]
        begun, done = early_start[n], early_finish[n]
        of_finish = _work(shifts, first, days, low_day, calendar, done, late_finish[n])
        of_start = _work(shifts, first, days, low_day, calendar, begun, late_start[n])
        slack = _work(shifts, first, days, low_day, calendar, done, finish)
        if of_finish == _UNKNOWN or of_start == _UNKNOWN or slack == _UNKNOWN:
            return False
        total[n] = min(of_finish, of_start)
        for place in range(spans[n, OUTGOING], spans[n + 1, OUTGOING]):
            link = out_link[place]
            target, tie, lag = links[link, TARGET], links[link, TYPE], links[link, LAG]
            own, lag_calendar = nodes[target, CALENDAR], nodes[target, LAG_CALENDAR]
            reached = early_finish[target] if tie in (_FF, _SF) else early_start[target]
            driver = begun if tie in (_SS, _SF) else done
            asked, latest = driver + lag, reached - lag
            if lag and not links[link, ELAPSED]:
                asked = add(shifts, first, days, low_day, lag_calendar, driver, lag)
                latest = add(shifts, first, days, low_day, lag_calendar, reached, -lag)
                latest = following(shifts, first, days, low_day, lag_calendar, latest)
            leeway = _work(shifts, first, days, low_day, calendar, driver, latest)
            short = _work(shifts, first, days, low_day, own, reached, asked)
            if asked >= OFF or latest >= OFF or leeway == _UNKNOWN or short == _UNKNOWN:
                return False
            slack = min(slack, leeway)
            broken[link] = reached < asked and short > 0
        free[n] = slack
    return True
