"""Telemetry messages that describe themselves, straight to columns: no dictionary and no object per reading.

Only the common forms are read here: a message with ``device``, ``kind``, ``value`` and ``time``, or one with
``readings`` whose items hold value, time, device or interval and leave the kind and unit to the message.
Every other message, and every one with anything wrong in it, is handed back whole for ``events.normalise``,
whose answer is the same for these too (a test holds both against each other).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from bim_supervise.core.clock import epoch_ms
from bim_supervise.events.fields import DEFAULT_MAPPING
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.normalise import (
    DEFAULT_INTERVAL_S,
    FUTURE_TOLERANCE,
    TelemetrySeries,
    clean_text,
    interval_ms_of,
)
from bim_supervise.events.observations import Batch, Shape, SubjectType
from bim_supervise.events.readings import DISTRUSTED, UNAUTHENTICATED, Readings
from bim_supervise.events.rows import Refused
from bim_supervise.events.times import EARLIEST_MS, LATEST_MS, TimeReader

Message = tuple[str, bytes]
"""Topic and payload."""

_MISSING = frozenset(DEFAULT_MAPPING.missing)
_SECONDS_BELOW = 1e11
_SURE_BELOW = 1e9
_FAR_FROM_TIE = 0.499
_NO_INTERVAL = -1


class _UncommonError(Exception):
    """A message that needs the long way."""


class _Item(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    value: float
    time: int | float | str | None = None
    device: str | None = None
    interval_s: float | None = None


class _Message(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    kind: str
    device: str | None = None
    unit: str | None = None
    time: int | float | str | None = None
    value: float | None = None
    interval_s: float | None = None
    readings: list[_Item] | None = None


_DECODER = msgspec.json.Decoder(_Message)


class Fast(NamedTuple):
    """What could be read here, and the (number from 1, message) pairs that could not."""

    batch: Batch
    rest: list[tuple[int, Message]]


def fast_messages(
    messages: Sequence[Message],
    *,
    kinds: KindTable,
    zone: ZoneInfo,
    received: datetime,
    authenticated: bool,
    intervals: Mapping[str, float],
) -> Fast:
    """Read what is common; arguments as for ``normalise`` with the default mapping.

    Returns:
        A batch without facts and rejections, and the messages that need the long way.
    """
    run = _Run(kinds, zone, intervals)
    rest: list[tuple[int, Message]] = []
    for number, message in enumerate(messages, 1):
        try:
            taken = run.take(_DECODER.decode(message[1]))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Refused, _UncommonError):
            taken = False
        if not taken:
            rest.append((number, message))
    return Fast(run.batch(received, authenticated), rest)


class _Run:
    """Collects the messages that were taken, each whole."""

    def __init__(self, kinds: KindTable, zone: ZoneInfo, intervals: Mapping[str, float]) -> None:
        self._kinds = kinds
        self._intervals = intervals
        self._clock = TimeReader(DEFAULT_MAPPING.observations[0].time, zone, _MISSING)
        self._numbers: dict[tuple[str, str | None], dict[str | None, int]] = {}
        self._series: list[TelemetrySeries] = []
        self._texts: dict[str, int] = {}
        self._which: list[int] = []
        self._values: list[float] = []
        self._seconds: list[float | None] = []
        self._times: list[NDArray[np.int64]] = []

    def take(self, message: _Message) -> bool:
        """Take a message whole, or nothing of it."""
        items = message.readings
        if items is None:
            if message.value is None or message.device is None:
                return False
            items = [_Item(message.value)]
        elif not items or message.value is not None:
            return False
        which = self._numbered(message, items)
        times = self._timed(message, items)
        if which is None or times is None:
            return False
        seconds = [item.interval_s for item in items]
        if seconds.count(None) == len(seconds):
            seconds = [message.interval_s] * len(items)
        elif message.interval_s is not None:
            seconds = [message.interval_s if own is None else own for own in seconds]
        for own in set(seconds):
            if own is not None:
                interval_ms_of(own)
        self._which += which
        self._values += [item.value for item in items]
        self._seconds += seconds
        self._times.append(times)
        return True

    def _numbered(self, message: _Message, items: list[_Item]) -> list[int] | None:
        """The series of each item; None when one names none, or names it in two places."""
        table = self._numbers.setdefault((message.kind, message.unit), {})
        devices = [item.device for item in items]
        if message.device is not None:
            if devices.count(None) != len(devices):
                return None
            number = table.get(message.device)
            return [self._new(table, message, message.device) if number is None else number] * len(items)
        numbers = [table.get(device) for device in devices]
        if None in numbers:
            numbers = [
                self._new(table, message, device) if number is None else number
                for device, number in zip(devices, numbers, strict=True)
            ]
        return numbers  # type: ignore[return-value]

    def _new(self, table: dict[str | None, int], message: _Message, device: str | None) -> int:
        if device in table:
            return table[device]
        kind = self._kinds.get(message.kind)
        unit = message.unit
        if (
            device is None
            or device in _MISSING
            or clean_text(device, "subject") != device
            or (unit is not None and unit.strip() in _MISSING)
            or kind is None
            or kind.shape is not Shape.TELEMETRY
            or SubjectType.DEVICE not in kind.subjects
        ):
            raise _UncommonError
        series = TelemetrySeries(device, kind, unit, self._intervals.get(device, DEFAULT_INTERVAL_S))
        self._series.append(series)
        table[device] = len(self._series) - 1
        return table[device]

    def _timed(self, message: _Message, items: list[_Item]) -> NDArray[np.int64] | None:
        stated = [item.time for item in items]
        shared = message.time
        if shared is not None:
            if stated.count(None) == len(stated):
                if len(stated) > 1:
                    one = self._timed(message, items[:1])
                    return None if one is None else np.repeat(one, len(stated))
                stated = [shared]
            else:
                stated = [shared if own is None else own for own in stated]
        kinds = set(map(type, stated))
        if kinds == {int}:
            times = self._from_numbers(np.array(stated, np.float64))
        elif kinds == {str}:
            times = np.array([self._from_text(text) for text in stated], np.int64)  # type: ignore[arg-type]
        elif kinds <= {int, float}:
            times = self._from_numbers(np.array(stated, np.float64))
        else:
            return None
        if not bool(((times >= EARLIEST_MS) & (times < LATEST_MS)).all()):
            return None
        return times

    @staticmethod
    def _from_numbers(stated: NDArray[np.float64]) -> NDArray[np.int64]:
        if not bool(((stated >= 0) & (stated < 1e15)).all()):
            raise Refused("time_implausible")
        return np.rint(np.where(stated < _SECONDS_BELOW, stated * 1000, stated)).astype(np.int64)

    def _from_text(self, text: str) -> int:
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = self._clock.milliseconds({"time": text})
        return known

    def batch(self, received: datetime, authenticated: bool) -> Batch:
        if not self._which:
            return Batch()
        which = np.array(self._which, np.int64)
        values = np.array(self._values, np.float64)
        event_ms = np.concatenate(self._times)
        scale = np.array([series.quantiser.float_scale for series in self._series])[which]
        offset = np.array([series.quantiser.float_offset for series in self._series])[which]
        with np.errstate(over="ignore"):
            scaled = values * scale + offset
        nearest = np.rint(scaled)
        sure = (np.abs(scaled) < _SURE_BELOW) & (np.abs(scaled - nearest) < _FAR_FROM_TIE)
        steps = np.where(sure, nearest, 0).astype(np.int64)
        saturated = np.zeros(len(which), np.bool_)
        for place in np.flatnonzero(~sure).tolist():
            exact = self._series[which[place]].quantiser.steps(self._values[place])
            steps[place], saturated[place] = exact
        low = np.array([series.low for series in self._series], np.int64)[which]
        high = np.array([series.high for series in self._series], np.int64)[which]
        latest = epoch_ms(received + FUTURE_TOLERANCE)
        distrusted = saturated | (steps < low) | (steps > high) | (event_ms > latest)
        flags = np.where(distrusted, DISTRUSTED, 0) | (0 if authenticated else UNAUTHENTICATED)
        names: dict[tuple[str, str], int] = {}
        index = [names.setdefault((series.device, series.kind), len(names)) for series in self._series]
        return Batch(
            readings=Readings(
                series=tuple(names),
                series_index=np.array(index, np.int32)[which],
                event_ms=event_ms,
                steps=steps,
                interval_ms=self._intervals_of(which),
                flags=flags.astype(np.uint8),
            ),
            read=len(which),
        )

    def _intervals_of(self, which: NDArray[np.int64]) -> NDArray[np.int64]:
        usual = np.array([series.interval_ms for series in self._series], np.int64)[which]
        kinds = set(self._seconds)
        if kinds == {None}:
            return usual
        known = {seconds: _NO_INTERVAL if seconds is None else interval_ms_of(seconds) for seconds in kinds}
        if len(known) == 1:
            return np.full(len(which), known.popitem()[1], np.int64)
        own = np.array([known[seconds] for seconds in self._seconds], np.int64)
        return np.where(own == _NO_INTERVAL, usual, own)
