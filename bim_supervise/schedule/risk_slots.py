"""Compiled runs of ``risk`` through several calendars, by tables of equal slots of time.

A slot is the largest piece of time of which all shifts are whole multiples, often an hour; it is then all
work or none. Moment to working time and back is one look-up each, where ``fast_kernels`` searches shifts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from bim_supervise.schedule.calendars import DAY_MINUTES
from bim_supervise.schedule.fast_kernels import (
    CALENDAR,
    CONSTRAINT,
    ELAPSED,
    END,
    INCOMING,
    LAG,
    LAG_CALENDAR,
    NONE,
    OFF,
    SOURCE,
    START,
    TYPE,
)
from bim_supervise.schedule.fast_network import SF, FastNetwork, ShiftTables
from bim_supervise.schedule.risk_kernels import draw, driving_chain, next_number, seed_of

Minutes = NDArray[np.int32]

_MOST_CELLS = 8_000_000
"""Cells of one table; shifts on odd minutes over many years would need more, and are searched instead."""


@dataclass(slots=True)
class SlotTables:
    """Working time by calendar and slot, in minutes; calendar 0 works always and is not looked up."""

    worked: Minutes
    """Work of the calendar before the slot."""
    opened: Minutes
    """1 where the slot is work, else 0."""
    moment: Minutes
    """Start of the k-th slot that is work, counted from ``low``; -1 behind the last."""
    low: int
    """Start of the first slot in minutes since the epoch."""
    size: int
    """Minutes of a slot."""


def slot_tables(network: FastNetwork) -> SlotTables | None:
    """Tables for a plan without constraints and start-to-finish links; None where they do not serve."""
    if network.nodes[:, CONSTRAINT].any() or (network.links[:, TYPE] == SF).any():
        return None
    calendars = network.calendars
    low = calendars.low_day * DAY_MINUTES
    edges = calendars.shifts[calendars.first[1] :, : END + 1] - low
    size = int(np.gcd.reduce(edges, axis=None, initial=DAY_MINUTES))
    slots = int(edges.max()) // size + 1
    if slots * (len(calendars.first) - 1) > _MOST_CELLS:
        return None
    return _laid_out(calendars, low, size, slots)


def _laid_out(calendars: ShiftTables, low: int, size: int, slots: int) -> SlotTables:
    shape = (len(calendars.first) - 1, slots)
    worked, opened = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    moment = np.full(shape, -1, np.int32)
    for number in range(1, shape[0]):
        shifts = calendars.shifts[calendars.first[number] : calendars.first[number + 1]]
        begins, ends = (np.maximum(shifts[:, side] - low, 0) // size for side in (START, END))
        turns = np.bincount(begins, minlength=slots) - np.bincount(ends, minlength=slots)
        opened[number] = np.cumsum(turns)
        worked[number] = (np.cumsum(opened[number]) - opened[number]) * size
        at = np.flatnonzero(opened[number])
        moment[number, : len(at)] = at * size
    return SlotTables(worked=worked, opened=opened, moment=moment, low=low, size=size)


@njit(cache=True, inline="always")
def _done(worked: Any, opened: Any, size: Any, calendar: int, moment: Any) -> Any:
    """Working minutes of the calendar before a moment; -1 off the table."""
    if moment < 0 or moment >= worked.shape[1] * size:
        return -1
    slot = np.uint32(moment) // np.uint32(size)
    return worked[calendar, slot] + opened[calendar, slot] * (moment - np.int64(slot) * size)


@njit(cache=True, inline="always")
def _moment(table: Any, size: Any, calendar: int, work: Any) -> Any:
    """The moment at which the minute after ``work`` minutes of work begins; -1 off the table."""
    if work < 0 or work >= table.shape[1] * size:
        return -1
    place = np.uint32(work) // np.uint32(size)
    start = table[calendar, place]
    return start + (work - np.int64(place) * size) if start >= 0 else -1


@njit(cache=True)
def _inside(opened: Any, size: Any, calendar: int, moment: Any) -> Any:
    """Whether a moment lies in a shift or ends one."""
    if opened[calendar, moment // size]:
        return True
    return moment % size == 0 and moment >= size and opened[calendar, moment // size - 1] != 0


@njit(cache=True, parallel=True)
def runs_in_slots(
    worked: Any, opened: Any, table: Any, low: int, size: int, nodes: Any, links: Any, spans: Any,
    spread: Any, seed: int, runs: int, project: int, finishes: Any, driving: Any, ends: Any, watched: Any,
) -> None:  # fmt: skip
    """Runs of a plan as ``runs_in_calendars``, to the minute; a run off the tables gives ``OFF``."""
    shortest, mode, longest = spread
    count, blocks = len(mode), len(driving)
    begun = project - low
    for block in prange(blocks):
        start, finish = np.empty(count, np.int64), np.empty(count, np.int64)
        for run in range(block, runs, blocks):
            state = seed_of(seed, run)
            last, best, off = 0, NONE, False
            for n in range(count):
                state, u = next_number(state)
                duration = int(draw(u, shortest[n], mode[n], longest[n]) + 0.5)
                calendar, lag_calendar = nodes[n, CALENDAR], nodes[n, LAG_CALENDAR]
                by_start, by_finish = NONE, NONE
                for link in range(spans[n, INCOMING], spans[n + 1, INCOMING]):
                    source, tie, lag = links[link, SOURCE], links[link, TYPE], links[link, LAG]
                    asked = start[source] if tie == 1 else finish[source]
                    if lag:
                        if links[link, ELAPSED] or lag_calendar == 0:
                            asked += lag
                        else:
                            # A lag ends with its last minute of work, a lead begins with its first.
                            late = 1 if lag > 0 else 0
                            work = _done(worked, opened, size, lag_calendar, asked)
                            off |= work < 0
                            asked = _moment(table, size, lag_calendar, work + lag - late) + late
                            off |= asked < late
                    if tie <= 1:
                        by_start = max(by_start, asked)
                    else:
                        by_finish = max(by_finish, asked)
                if by_finish > NONE:
                    if calendar == 0:
                        by_finish = max(by_finish, begun + duration)
                    elif duration:
                        work = _done(worked, opened, size, calendar, begun)
                        by_finish = max(by_finish, _moment(table, size, calendar, work + duration - 1) + 1)
                    elif _inside(opened, size, calendar, begun):
                        by_finish = max(by_finish, begun)
                    else:
                        work = _done(worked, opened, size, calendar, begun)
                        by_finish = max(by_finish, _moment(table, size, calendar, work))
                elif by_start == NONE:
                    by_start = begun
                if calendar == 0:
                    begin = max(by_start, by_finish - duration if by_finish > NONE else NONE)
                    end = begin + duration
                elif duration:
                    # Both bounds as working minutes: the later one is where the task begins.
                    work = -1
                    if by_start > NONE:
                        work = _done(worked, opened, size, calendar, by_start)
                        off |= work < 0
                    if by_finish > NONE:
                        done = _done(worked, opened, size, calendar, by_finish)
                        off |= done < duration
                        work = max(work, done - duration)
                    begin = _moment(table, size, calendar, work)
                    end = _moment(table, size, calendar, work + duration - 1) + 1
                    off |= begin < 0 or end < 1
                else:
                    begin = max(by_start, by_finish)
                    work = _done(worked, opened, size, calendar, begin)
                    off |= work < 0
                    if work >= 0 and not _inside(opened, size, calendar, begin):
                        begin = _moment(table, size, calendar, work)
                        off |= begin < 0
                    end = begin
                if off:
                    break
                start[n], finish[n] = begin, end
                if end > best:
                    best, last = end, n
            if off:
                finishes[run] = OFF
                continue
            finishes[run] = best + low
            for place in range(len(watched)):
                ends[place, run] = finish[watched[place]] + low
            driving_chain(links, spans, start, finish, last, driving[block])
