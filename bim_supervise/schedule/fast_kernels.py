"""Compiled inner loops of ``fast_cpm``: working time, and the passes as ``cpm_forward`` and ``cpm_backward``.

Everything is in minutes since the epoch. A calendar that ends before a date is reached answers ``OFF``, which
every later date inherits; the caller then lays the calendars out further.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

OFF = np.iinfo(np.int64).max // 4
NONE = np.iinfo(np.int64).min // 4

_DAY = 1440
START, END, BEFORE = 0, 1, 2
"""Columns of the shifts: first and last minute, and the working minutes of the calendar before it."""
DURATION, CALENDAR, LAG_CALENDAR, CONSTRAINT, CONSTRAINT_AT, DEADLINE = 0, 1, 2, 3, 4, 5
"""Columns of the nodes."""
SOURCE, TARGET, TYPE, LAG, ELAPSED = 0, 1, 2, 3, 4
"""Columns of the links."""
INCOMING, OUTGOING = 0, 1
"""Columns of the spans: where a node's incoming links and its places in ``out_link`` begin."""


@njit(cache=True)
def _at_or_after(shifts: Any, first: Any, days: Any, low_day: int, calendar: int, moment: int) -> int:
    """The first shift that ends at or after ``moment``, or -1 off the table."""
    number = moment // _DAY - low_day
    if number < 0 or number >= days.shape[1]:
        return -1
    index = days[calendar, number]
    if index > first[calendar] and shifts[index - 1, END] >= moment:
        index -= 1
    last = first[calendar + 1]
    while index < last and shifts[index, END] < moment:
        index += 1
    return index if index < last else -1


@njit(cache=True)
def following(shifts: Any, first: Any, days: Any, low_day: int, calendar: int, moment: int) -> int:
    """``moment`` if it is working time, else the start of the next shift."""
    if calendar == 0 or moment >= OFF:
        return moment
    index = _at_or_after(shifts, first, days, low_day, calendar, moment)
    if index < 0:
        return OFF
    if shifts[index, END] == moment:
        index += 1
        if index >= first[calendar + 1]:
            return OFF
    return max(moment, shifts[index, START])  # type: ignore[no-any-return]


@njit(cache=True)
def preceding(shifts: Any, first: Any, days: Any, low_day: int, calendar: int, moment: int) -> int:
    """``moment`` if it lies inside a shift or ends one, else the end of the shift before."""
    if calendar == 0 or moment >= OFF:
        return moment
    index = _at_or_after(shifts, first, days, low_day, calendar, moment)
    if index < 0:
        return OFF
    if shifts[index, START] < moment:
        return moment
    index -= 1
    return shifts[index, END] if index >= first[calendar] else OFF


@njit(cache=True)
def add(shifts: Any, first: Any, days: Any, low_day: int, calendar: int, moment: int, minutes: int) -> int:
    """The moment ``minutes`` of work later or earlier, as ``WorkTime.add_minutes``."""
    if calendar == 0 or moment >= OFF:
        return moment + minutes if moment < OFF else OFF
    index = _at_or_after(shifts, first, days, low_day, calendar, moment)
    if index < 0:
        return OFF
    inside = shifts[index, START] <= moment
    if minutes == 0:
        return moment if inside else shifts[index, START]
    target = shifts[index, BEFORE] + (moment - shifts[index, START] if inside else 0) + minutes
    low, high = first[calendar], first[calendar + 1]
    if minutes > 0:
        # The last shift with less work before it than asked for: gallop, then halve.
        step = 1
        left = index
        while left + step < high and shifts[left + step, BEFORE] < target:
            left += step
            step *= 2
        right = min(left + step, high)
        while right - left > 1:
            middle = (left + right) // 2
            if shifts[middle, BEFORE] < target:
                left = middle
            else:
                right = middle
        answer = shifts[left, START] + target - shifts[left, BEFORE]
        return answer if answer <= shifts[left, END] else OFF
    step = 1
    right = index + 1
    while right - step >= low and shifts[right - step, BEFORE] > target:
        right -= step
        step *= 2
    left = max(right - step, low - 1)
    while right - left > 1:
        middle = (left + right) // 2
        if shifts[middle, BEFORE] <= target:
            left = middle
        else:
            right = middle
    return shifts[left, START] + target - shifts[left, BEFORE] if left >= low else OFF


@njit(cache=True)
def between(shifts: Any, first: Any, days: Any, low_day: int, calendar: int, start: int, end: int) -> int:
    """Working minutes from ``start`` to ``end``."""
    if calendar == 0:
        return end - start
    return _worked(shifts, first, days, low_day, calendar, end) - _worked(
        shifts, first, days, low_day, calendar, start
    )


@njit(cache=True)
def _worked(shifts: Any, first: Any, days: Any, low_day: int, calendar: int, moment: int) -> int:
    index = _at_or_after(shifts, first, days, low_day, calendar, moment)
    if index < 0:
        return 0
    return shifts[index, BEFORE] + max(0, moment - shifts[index, START])  # type: ignore[no-any-return]


@njit(cache=True)
def _finish_from(
    shifts: Any, first: Any, days: Any, low_day: int, calendar: int, duration: int, start: int
) -> int:
    return (
        following(
            shifts,
            first,
            days,
            low_day,
            calendar,
            add(shifts, first, days, low_day, calendar, start, duration),
        )
        if duration
        else start
    )


@njit(cache=True)
def _first_start(
    shifts: Any, first: Any, days: Any, low_day: int, calendar: int, duration: int, moment: int
) -> int:
    return (
        following(shifts, first, days, low_day, calendar, moment)
        if duration
        else add(shifts, first, days, low_day, calendar, moment, 0)
    )


@njit(cache=True)
def place_early(
    n: int,
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
    floor: int,
    project: int,
) -> None:
    """Early dates of one node; ``floor`` is the data date or ``NONE``."""
    duration, calendar, lag_calendar = nodes[n, DURATION], nodes[n, CALENDAR], nodes[n, LAG_CALENDAR]
    kind, at = nodes[n, CONSTRAINT], nodes[n, CONSTRAINT_AT]
    start, finish, shown = NONE, NONE, NONE
    for link in range(spans[n, INCOMING], spans[n + 1, INCOMING]):
        source, tie, lag = links[link, SOURCE], links[link, TYPE], links[link, LAG]
        asked = early_start[source] if tie == 1 or tie == 3 else early_finish[source]
        if lag:
            asked = (
                asked + lag
                if links[link, ELAPSED]
                else add(shifts, first, days, low_day, lag_calendar, asked, lag)
            )
        if tie <= 1:
            start = max(start, asked)
        else:
            if tie == 2:
                asked = max(asked, add(shifts, first, days, low_day, calendar, project, duration))
            elif lag == 0 and asked > finish:
                shown = asked
            finish = max(finish, asked)
    if start == NONE and finish == NONE and kind != 1:
        start = project
    if kind == 1:
        start = max(start, at)
    elif kind == 2:
        finish = max(finish, at)
    start = max(start, floor)
    begin = NONE
    if start > NONE:
        begin = _first_start(shifts, first, days, low_day, calendar, duration, start)
    if finish > NONE:
        begin = max(begin, add(shifts, first, days, low_day, calendar, finish, -duration))
    if kind >= 3:
        held = at
        if kind == 4 or kind == 6:
            held = add(shifts, first, days, low_day, calendar, at, -duration)
        else:
            held = _first_start(shifts, first, days, low_day, calendar, duration, at)
        begin = held if kind >= 5 else min(begin, held)
        if floor > NONE and begin < floor:
            begin = _first_start(shifts, first, days, low_day, calendar, duration, floor)
    end = add(shifts, first, days, low_day, calendar, begin, duration)
    if (
        finish > end
        and shown == finish
        and between(shifts, first, days, low_day, calendar, end, finish) == 0
        and following(shifts, first, days, low_day, calendar, finish) == finish
    ):
        end = finish
    early_start[n], early_finish[n] = begin, end


@njit(cache=True)
def place_late(
    n: int,
    shifts: Any,
    first: Any,
    days: Any,
    low_day: int,
    nodes: Any,
    links: Any,
    spans: Any,
    out_link: Any,
    early_finish: Any,
    late_start: Any,
    late_finish: Any,
    end: int,
) -> None:
    """Late dates of one node, counting back from ``end``."""
    duration, calendar, deadline = nodes[n, DURATION], nodes[n, CALENDAR], nodes[n, DEADLINE]
    kind, at = nodes[n, CONSTRAINT], nodes[n, CONSTRAINT_AT]
    start, finish = OFF, end
    for place in range(spans[n, OUTGOING], spans[n + 1, OUTGOING]):
        link = out_link[place]
        target, tie, lag = links[link, TARGET], links[link, TYPE], links[link, LAG]
        by = late_start[target] if tie <= 1 else late_finish[target]
        if lag:
            if links[link, ELAPSED]:
                by -= lag
            else:
                by = following(
                    shifts,
                    first,
                    days,
                    low_day,
                    nodes[target, LAG_CALENDAR],
                    add(shifts, first, days, low_day, nodes[target, LAG_CALENDAR], by, -lag),
                )
        if tie == 1 or tie == 3:
            start = min(start, by)
        else:
            finish = min(finish, by)
    if start < OFF:
        finish = min(finish, _finish_from(shifts, first, days, low_day, calendar, duration, start))
    if kind == 5:
        finish = _finish_from(shifts, first, days, low_day, calendar, duration, at)
    elif kind == 6:
        finish = at
    elif kind == 3:
        finish = min(finish, _finish_from(shifts, first, days, low_day, calendar, duration, at))
    elif kind == 4:
        finish = min(finish, at)
    finish = min(finish, deadline)
    shown = finish
    if duration or add(shifts, first, days, low_day, calendar, finish, 0) != finish:
        shown = preceding(shifts, first, days, low_day, calendar, finish)
    if (
        shown < early_finish[n]
        and between(shifts, first, days, low_day, calendar, shown, early_finish[n]) == 0
    ):
        shown = early_finish[n]
    late_finish[n] = shown
    late_start[n] = add(shifts, first, days, low_day, calendar, finish, -duration) if duration else shown


@njit(cache=True)
def forward(
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
    floor: int,
    project: int,
) -> int:
    """Early dates of all nodes; returns the latest early finish."""
    end = NONE
    for n in range(len(early_start)):
        place_early(
            n,
            shifts,
            first,
            days,
            low_day,
            nodes,
            links,
            spans,
            out_link,
            early_start,
            early_finish,
            floor,
            project,
        )
        end = max(end, early_finish[n])
    return end


@njit(cache=True)
def backward(
    shifts: Any,
    first: Any,
    days: Any,
    low_day: int,
    nodes: Any,
    links: Any,
    spans: Any,
    out_link: Any,
    early_finish: Any,
    late_start: Any,
    late_finish: Any,
    end: int,
) -> None:
    """Late dates of all nodes."""
    for n in range(len(early_finish) - 1, -1, -1):
        place_late(
            n,
            shifts,
            first,
            days,
            low_day,
            nodes,
            links,
            spans,
            out_link,
            early_finish,
            late_start,
            late_finish,
            end,
        )


@njit(cache=True)
def change(
    node: int,
    shifts: Any,
    first: Any,
    days: Any,
    low_day: int,
    nodes: Any,
    links: Any,
    spans: Any,
    out_link: Any,
    dates: Any,
    dirty: Any,
    floor: int,
    project: int,
    end_before: int,
) -> tuple[int, int]:
    """Carry a change of one node through; ``dirty`` comes and goes all zero.

    Returns the latest early finish and how many dates were worked out anew.
    """
    early_start, early_finish, late_start, late_finish = dates
    count = len(early_start)
    worked = 0
    last = node
    dirty[node] = 1
    n = node
    lowest, highest = node, node
    held_the_end = False
    while n <= last:
        if dirty[n] & 1:
            dirty[n] = dirty[n] & 2
            old_start, old_finish = early_start[n], early_finish[n]
            place_early(
                n,
                shifts,
                first,
                days,
                low_day,
                nodes,
                links,
                spans,
                out_link,
                early_start,
                early_finish,
                floor,
                project,
            )
            worked += 1
            if n == node or early_finish[n] != old_finish or early_start[n] != old_start:
                dirty[n] = dirty[n] | 2
                highest = max(highest, n)
                held_the_end = held_the_end or old_finish == end_before
                for place in range(spans[n, OUTGOING], spans[n + 1, OUTGOING]):
                    target = links[out_link[place], TARGET]
                    dirty[target] = dirty[target] | 1
                    last = max(last, target)
        n += 1
    end = end_before
    for n in range(lowest, highest + 1):
        if dirty[n]:
            end = max(end, early_finish[n])
    if held_the_end and end == end_before:
        end = early_finish.max()
    if end != end_before:
        dirty[:] = 0
        backward(
            shifts,
            first,
            days,
            low_day,
            nodes,
            links,
            spans,
            out_link,
            early_finish,
            late_start,
            late_finish,
            end,
        )
        return end, worked + count
    down_to = lowest
    n = highest
    while n >= down_to:
        if dirty[n]:
            dirty[n] = 0
            old_start, old_finish = late_start[n], late_finish[n]
            place_late(
                n,
                shifts,
                first,
                days,
                low_day,
                nodes,
                links,
                spans,
                out_link,
                early_finish,
                late_start,
                late_finish,
                end,
            )
            worked += 1
            if n == node or late_start[n] != old_start or late_finish[n] != old_finish:
                for link in range(spans[n, INCOMING], spans[n + 1, INCOMING]):
                    source = links[link, SOURCE]
                    dirty[source] = dirty[source] | 2
                    down_to = min(down_to, source)
        n -= 1
    return end, worked
