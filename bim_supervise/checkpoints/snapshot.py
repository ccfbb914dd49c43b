"""A snapshot: all evidence known at a moment, in memory, as rules are given it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Figure
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.devices import Device, are_neighbours, device_named
from bim_supervise.events.windows import Window
from bim_supervise.tracking.fold import standing_facts
from bim_supervise.tracking.state import Fact, TaskState

Series = tuple[str, str]
"""Device id and kind."""
LoadWindows = Callable[[str, str, int, int], Sequence[Window]]
"""Device, kind, start and end [UTC epoch ms] -> the minute windows that start in [start, end), ascending."""


class Snapshot:
    """Implements ``Evidence``; nothing that happened after ``as_of`` can be read from it.

    Args:
        as_of: the moment, aware UTC.
        zone: the site's time zone.
        tasks: task states, folded at ``as_of``, without summaries.
        facts: all stored statements in any order; corrected and later ones are left out here.
        devices: all registered devices.
        windows: minute windows by series, or a function that loads those of a span.
        extents: start of the first and end of the last window [UTC epoch ms] by series; needed with a loader,
            worked out from the windows otherwise.
        figures: derived numbers by (name, task id or None).
    """

    def __init__(
        self,
        *,
        as_of: datetime,
        zone: ZoneInfo,
        tasks: Iterable[TaskState] = (),
        facts: Iterable[Fact] = (),
        devices: Iterable[Device] = (),
        windows: Mapping[Series, Iterable[Window]] | LoadWindows | None = None,
        extents: Mapping[Series, tuple[int, int]] | None = None,
        figures: Mapping[tuple[str, str | None], Figure] | None = None,
    ) -> None:
        self.as_of = as_of
        self.zone = zone
        self._tasks = {state.task.id: state for state in tasks}
        self._facts: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for fact in standing_facts(facts, as_of):
            self._facts[fact.kind, fact.subject].append(fact)
        self._devices = sorted(devices, key=lambda device: device.id)
        self._by_kind: dict[str, list[Device]] = defaultdict(list)
        for device in self._devices:
            for kind in device.kinds:
                self._by_kind[kind].append(device)
        self._neighbours: dict[tuple[str, str], list[str]] = {}
        self._figures = dict(figures or {})
        self._end_ms = epoch_ms(as_of)
        self._load: LoadWindows | None = None
        self._windows: dict[Series, list[Window]] = {}
        self._extents = dict(extents or {})
        if callable(windows):
            if extents is None:
                raise ValueError("windows that are loaded on demand need their extents")
            self._load = windows
        elif windows is not None:
            self._windows = {
                series: sorted(rows, key=lambda row: row.start_ms) for series, rows in windows.items()
            }
            known = {
                series: (rows[0].start_ms, rows[-1].end_ms) for series, rows in self._windows.items() if rows
            }
            self._extents = known | self._extents

    def tasks(self) -> Sequence[TaskState]:
        """All tasks (summaries excluded), in the order of the plan."""
        return list(self._tasks.values())

    def task(self, task_id: str) -> TaskState | None:
        """One task, or None."""
        return self._tasks.get(task_id)

    def facts(self, kind: str, subject: str) -> Sequence[Fact]:
        """Standing statements of ``kind`` about a subject id, by event time, then id."""
        return self._facts.get((kind, subject), [])

    def devices(self, kind: str, purpose: str | None = None) -> Sequence[Device]:
        """Devices that report ``kind``, by id; optionally only those of a purpose."""
        found = self._by_kind.get(kind, [])
        return [device for device in found if purpose is None or device.purpose == purpose]

    def neighbours(self, device: str, kind: str) -> Sequence[str]:
        """Ids of the devices that stand beside one and report the same kind for the same purpose."""
        found = self._neighbours.get((device, kind))
        if found is None:
            known = self._by_kind.get(kind, [])
            own = device_named(known, device)
            found = [] if own is None else [one.id for one in known if are_neighbours(own, one)]
            self._neighbours[device, kind] = found
        return found

    def all_devices(self) -> Sequence[Device]:
        """The whole register, by id."""
        return self._devices

    def windows(self, device: str, kind: str, start: datetime, end: datetime) -> Sequence[Window]:
        """Minute windows that start in [start, end) and have ended by ``as_of``, ascending."""
        first, last = epoch_ms(start), min(epoch_ms(end), self._end_ms)
        if last <= first:
            return []
        if self._load is not None:
            rows = list(self._load(device, kind, first, last))
        else:
            series = self._windows.get((device, kind), [])
            cut = bisect_left(series, first, key=lambda row: row.start_ms)
            rows = series[cut : bisect_left(series, last, key=lambda row: row.start_ms)]
        while rows and rows[-1].end_ms > self._end_ms:
            rows = rows[:-1]
        return rows

    def extent(self, device: str, kind: str) -> tuple[datetime, datetime] | None:
        """Start of the first and end of the last window known at ``as_of``, or None."""
        known = self._extents.get((device, kind))
        if known is None or known[0] >= self._end_ms:
            return None
        return from_epoch_ms(known[0]), from_epoch_ms(min(known[1], self._end_ms))

    def figure(self, name: str, task: str | None = None) -> Figure | None:
        """A derived figure, or None when it was not worked out."""
        return self._figures.get((name, task))
