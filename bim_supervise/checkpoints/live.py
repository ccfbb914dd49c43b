"""Evidence for the live path: loaded on demand, each stretch of a series once; and which rules can wait."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Limit, Rule
from bim_supervise.checkpoints.limits import duration
from bim_supervise.checkpoints.snapshot import LoadWindows, Snapshot
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.devices import Device
from bim_supervise.events.windows import Window
from bim_supervise.tracking.state import TaskState

DAY_MS = 86_400_000
_MS = timedelta(milliseconds=1)

ExtentOf = Callable[[str, str], tuple[int, int] | None]
"""Device and kind -> start of the first and end of the last window [UTC epoch ms]."""


class Live(Snapshot):
    """A snapshot that reads windows, extents and tasks only when a rule asks for them.

    Args:
        as_of: the moment, aware UTC.
        zone: the site's time zone.
        devices: all registered devices.
        load: reads the windows of a span.
        extent_of: reads from when to when there are any.
        tasks: folds the states of the tasks.
    """

    def __init__(
        self,
        *,
        as_of: datetime,
        zone: ZoneInfo,
        devices: Iterable[Device],
        load: LoadWindows,
        extent_of: ExtentOf,
        tasks: Callable[[], Sequence[TaskState]],
    ) -> None:
        super().__init__(as_of=as_of, zone=zone, devices=devices)
        self._load_live = load
        self._extent_of = extent_of
        self._read_tasks: Callable[[], Sequence[TaskState]] | None = tasks
        self._kept: dict[tuple[str, str], tuple[int, int, list[Window], list[int]]] = {}
        self._chosen: dict[tuple[str, str | None], Sequence[Device]] = {}

    def tasks(self) -> Sequence[TaskState]:
        """All tasks, folded when first asked for."""
        if self._read_tasks is not None:
            read, self._read_tasks = self._read_tasks, None
            self._tasks = {state.task.id: state for state in read()}
        return super().tasks()

    def task(self, task_id: str) -> TaskState | None:
        """One task, or None."""
        self.tasks()
        return super().task(task_id)

    def devices(self, kind: str, purpose: str | None = None) -> Sequence[Device]:
        """Devices that report ``kind``, by id; optionally only those of a purpose."""
        if (kind, purpose) not in self._chosen:
            self._chosen[kind, purpose] = super().devices(kind, purpose)
        return self._chosen[kind, purpose]

    def windows(self, device: str, kind: str, start: datetime, end: datetime) -> Sequence[Window]:
        """Minute windows that start in [start, end) and have ended by ``as_of``, ascending."""
        first, last = epoch_ms(start), min(epoch_ms(end), self._end_ms)
        if last <= first:
            return []
        kept = self._kept.get((device, kind))
        if kept is None or first < kept[0] or last > kept[1]:
            begin, until = (first, last) if kept is None else (min(first, kept[0]), max(last, kept[1]))
            rows = list(self._load_live(device, kind, begin, until))
            while rows and rows[-1].end_ms > self._end_ms:
                rows.pop()
            kept = (begin, until, rows, [row.start_ms for row in rows])
            self._kept[device, kind] = kept
        _, _, rows, starts = kept
        return rows[bisect_left(starts, first) : bisect_left(starts, last)]

    def forget(self) -> None:
        """Let go of the windows that were read: the next device needs others."""
        self._kept.clear()

    def extent(self, device: str, kind: str) -> tuple[datetime, datetime] | None:
        """Start of the first and end of the last window known at ``as_of``, or None."""
        if (device, kind) not in self._extents:
            found = self._extent_of(device, kind)
            if found is None:
                return None
            self._extents[device, kind] = found
        return super().extent(device, kind)


def judged_step_ms(rule: Rule, limits: Sequence[Limit]) -> int | None:
    """The time [ms] between two moments at which a rule can have a new verdict; None when it cannot be told.

    A rule tells it by its method ``step_ms(limits)``.
    """
    step = getattr(rule, "step_ms", None)
    return None if step is None else step(limits)


def shortest_window_ms(limits: Sequence[Limit]) -> int | None:
    """The shortest window [ms] of limit rows; None when a row has none or there is no row."""
    lengths = [None if limit.window is None else duration(limit.window) // _MS for limit in limits]
    known = [length for length in lengths if length is not None]
    return min(known) if known and len(known) == len(lengths) else None


class Closing:
    """Whether a window of a step, aligned to the site's clock, has ended since a moment.

    Args:
        step_ms: the step; unknown ones (None), and those that do not divide a day, always may have.
        now_ms: the present, UTC epoch ms.
        zone: the site's time zone.
    """

    def __init__(self, step_ms: int | None, now_ms: int, zone: ZoneInfo) -> None:
        self._ended_ms: int | None = None
        if step_ms is not None and DAY_MS % step_ms == 0:
            self._ended_ms = now_ms - (now_ms + _offset_ms(now_ms, zone)) % step_ms
            # Before a clock change windows ended at other times: what reaches back over it is asked.
            if _offset_ms(now_ms - step_ms, zone) != _offset_ms(now_ms, zone):
                self._ended_ms = None

    def since(self, moment: datetime | None) -> bool:
        """Whether one ended after ``moment`` (aware UTC) and by now; None is from the first reading."""
        return moment is None or self._ended_ms is None or epoch_ms(moment) < self._ended_ms


def earliest(moments: Sequence[datetime | None]) -> datetime | None:
    """The earliest of some moments; None among them is before all, and stands for none at all."""
    known = [moment for moment in moments if moment is not None]
    return min(known) if known and len(known) == len(moments) else None


def _offset_ms(moment_ms: int, zone: ZoneInfo) -> int:
    return (from_epoch_ms(moment_ms).astimezone(zone).utcoffset() or timedelta(0)) // _MS
