"""What comes in, counted for the screens and for Prometheus; numbers of this process since it began."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bim_supervise.core.clock import epoch_ms
from bim_supervise.events.observations import Batch

RATE_OVER_S = 60.0
"""Throughput is the mean of this time [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFigures:
    """Counts since the process began; ``rate`` [readings and statements a second] over the last minute.

    ``lag_s`` is how long [s] the newest item of the last batch had been under way, ``commit_s`` how long the
    last transaction took, ``backlog`` how many messages wait for theirs.
    """

    batches: int
    read: int
    stored: int
    duplicates: int
    conflicts: int
    rejected: dict[str, int]
    rate: float
    lag_s: float | None
    commit_s: float | None
    commit_total_s: float
    backlog: int


def lag_s(batch: Batch, received: datetime) -> float | None:
    """How long [s] the newest item of a batch was under way; None without any, 0 for a clock ahead."""
    newest = [epoch_ms(fact.event_time) for fact in batch.facts]
    if len(batch.readings):
        newest.append(int(batch.readings.event_ms.max()))
    return max((epoch_ms(received) - max(newest)) / 1000, 0.0) if newest else None


class IntakeStats:
    """Counts what the intake does; every thread may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._batches = 0
        self._counts: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._recent: deque[tuple[float, int]] = deque()
        self._lag_s: float | None = None
        self._commit_s: float | None = None
        self._commit_total_s = 0.0
        self._waiting: dict[str, Callable[[], int]] = {}

    def watch(self, name: str, waiting: Callable[[], int]) -> None:
        """Ask a source how many messages wait for their transaction; it replaces one of the same name."""
        with self._lock:
            self._waiting[name] = waiting

    def note(
        self,
        *,
        read: int,
        stored: int,
        duplicates: int,
        conflicts: int,
        rejected: Counter[str],
        lag_s: float | None,
        commit_s: float,
    ) -> None:
        """Count a batch that has been committed."""
        now = self._clock()
        with self._lock:
            self._batches += 1
            self._counts.update(read=read, stored=stored, duplicates=duplicates, conflicts=conflicts)
            self._rejected.update(rejected)
            self._recent.append((now, read))
            self._forget(now)
            self._lag_s = self._lag_s if lag_s is None else lag_s
            self._commit_s = commit_s
            self._commit_total_s += commit_s

    def figures(self) -> IntakeFigures:
        """The figures now."""
        now = self._clock()
        with self._lock:
            self._forget(now)
            return IntakeFigures(
                batches=self._batches,
                read=self._counts["read"],
                stored=self._counts["stored"],
                duplicates=self._counts["duplicates"],
                conflicts=self._counts["conflicts"],
                rejected=dict(self._rejected),
                rate=sum(count for _, count in self._recent) / RATE_OVER_S,
                lag_s=self._lag_s,
                commit_s=self._commit_s,
                commit_total_s=self._commit_total_s,
                backlog=sum(waiting() for waiting in self._waiting.values()),
            )

    def _forget(self, now: float) -> None:
        while self._recent and now - self._recent[0][0] > RATE_OVER_S:
            self._recent.popleft()
