"""Rows of any source to facts and telemetry columns: pure, picklable, and it never raises on a row.

Every row (or item of an array in it) makes exactly one of: a fact, a reading, a rejection with its line and
reason; so ``batch.read == len(facts) + len(readings) + len(rejected)``, always. What is wrong about a *value*
never removes it: a number outside what is physically possible, a time in the future, a mark of the source
itself lower the quality of the reading and nothing else. A *statement* that lies in the future is rejected
instead: nobody can have seen it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from bim_supervise.core.canonical import canonical_json
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.events.fields import VALUE, MappedObservation, ObservationMapping
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import (
    Batch,
    Observation,
    ObservationKind,
    Quality,
    Rejected,
    Shape,
    SubjectType,
)
from bim_supervise.events.quantise import conversion, convert, parse_number, quantiser, step_bounds
from bim_supervise.events.readings import DISTRUSTED, UNAUTHENTICATED, Readings, no_readings
from bim_supervise.events.rows import Refused, Row, Unreadable, as_written, field_reader, look_up
from bim_supervise.events.times import TimeReader

FUTURE_TOLERANCE = timedelta(minutes=5)
"""An event later than this after its receipt is in the future: the clock of its source is wrong."""
DEFAULT_INTERVAL_S = 60.0
"""How long [s] a reading speaks for when neither it nor its device says."""
LONGEST_INTERVAL_S = 86_400.0
"""The longest averaging interval [s] of a reading: a daily value."""

_LONGEST_TEXT = 255
_LARGEST_PAYLOAD = 65_536
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_GLOBAL_ID = re.compile(r"[0-3][0-9A-Za-z_$]{21}", re.ASCII)


class Resolver(Protocol):
    """Finds what a name means in the project; every id that bears the name, so that none is guessed."""

    def element_ids(self, name: str) -> Sequence[str]:
        """GlobalIds of all elements with this name."""

    def task_ids(self, name: str) -> Sequence[str]:
        """Ids of all tasks with this name."""


def normalise(
    rows: Iterable[tuple[int, Row]],
    mapping: ObservationMapping,
    *,
    kinds: KindTable,
    zone: ZoneInfo,
    received: datetime,
    source: str,
    reporter: str = "",
    authenticated: bool = False,
    resolve: Resolver | None = None,
    intervals: Mapping[str, float] | None = None,
) -> Batch:
    """Normalise rows to facts and readings.

    Args:
        rows: (line, row) pairs as a source hands them on.
        mapping: where in a row things are.
        kinds: the kinds of observation that are known.
        zone: the site's time zone, for times without an offset.
        received: when the rows came in (aware); decides what lies in the future.
        source: the door they came through (``mqtt``, ``csv``, ``ui`` ...).
        reporter: who vouches for all of them; overrides what the rows claim. Empty: the rows say.
        authenticated: whether the sender is known.
        resolve: finds elements and tasks by name; without it every row that names one is rejected.
        intervals: seconds that a reading of a device speaks for when it does not say, by device id.

    Returns:
        Facts, readings in columns in the order they were read, and rejections.
    """
    run = _Run(kinds, zone, received, source, reporter, authenticated, resolve, intervals or {})
    entries = [_Entry(entry, mapping, zone) for entry in mapping.observations]
    for line, row in rows:
        if row is None or isinstance(row, Unreadable):
            run.reject(line, row.reason if row else "row_unreadable")
            continue
        for item in _items(row, mapping.each):
            if isinstance(item, Unreadable):
                run.reject(line, item.reason)
                continue
            made = False
            for entry in entries:
                try:
                    made = run.observe(entry, item) or made
                except Refused as refused:
                    made = True
                    run.reject(line, refused.reason)
            if not made:
                run.reject(line, "row_empty")
    return run.batch()


def _items(row: Mapping[str, Any], each: str | None) -> Iterator[Mapping[str, Any] | Unreadable]:
    array = look_up(row, each) if each is not None else None
    if each is None or array is None:
        yield row
    elif not isinstance(array, list):
        yield Unreadable("array_invalid")
    elif not array:
        yield Unreadable("array_empty")
    else:
        outer = {key: value for key, value in row.items() if key != each}
        for item in array:
            yield {**outer, **item} if isinstance(item, Mapping) else {**outer, VALUE: item}


class _Entry:
    """One ``MappedObservation`` with its fields turned into functions."""

    def __init__(self, entry: MappedObservation, mapping: ObservationMapping, zone: ZoneInfo) -> None:
        missing = frozenset(mapping.missing)
        self.kind = field_reader(entry.kind, "kind", missing)
        self.subjects = [
            (subject.type, subject.by, field_reader(subject.id, "subject", missing))
            for subject in entry.subjects
        ]
        self.time = TimeReader(entry.time, zone, missing)
        self.value = field_reader(entry.value, "value", missing)
        self.unit = field_reader(entry.unit, "unit", missing)
        self.reporter = field_reader(entry.reporter, "reporter", missing)
        self.interval = field_reader(entry.interval_s, "interval", missing)
        self.flag = field_reader(entry.quality.flag, "quality", missing) if entry.quality else None
        self.good = frozenset(entry.quality.good) if entry.quality else frozenset[str]()
        self.payload = [
            (name, field_reader(field, "payload", missing)) for name, field in entry.payload.items()
        ]
        self.states_value = entry.value is not None and entry.value.constant is None
        self.optional = entry.optional
        self.stamps_end = entry.time.stamps == "end"
        self.decimal_comma = mapping.decimal_comma
        self.missing = missing

    def says_nothing(self, row: Mapping[str, Any]) -> bool:
        """Whether an optional observation is simply not in this row."""
        return self.value(row) is None if self.states_value else self.time.is_empty(row)

    def is_flagged(self, row: Mapping[str, Any]) -> bool:
        """Whether the source marked the value as invalid; an unreadable mark is no good mark."""
        return self.flag is not None and as_written(self.flag(row)) not in self.good


class TelemetrySeries:
    """What is the same for every reading of one device, kind and unit."""

    __slots__ = ("device", "high", "index", "interval_ms", "is_switch", "kind", "low", "quantiser")

    def __init__(self, device: str, kind: ObservationKind, unit: str | None, interval_s: float) -> None:
        self.device, self.kind = device, kind.key
        self.index = -1  # numbered with its first reading, so that no series is named without one
        factor_offset = conversion(unit, kind.unit) if unit is not None else (1, 0)
        if factor_offset is None:
            raise Refused("unit_unexpected")
        self.quantiser = quantiser(kind.resolution, *factor_offset)
        self.low, self.high = step_bounds(kind.resolution, kind.minimum, kind.maximum)
        self.is_switch = (self.low, self.high) == (0, 1)
        self.interval_ms = interval_ms_of(interval_s)


def interval_ms_of(seconds: float) -> int:
    """Seconds to whole milliseconds; refuses ``interval_invalid``."""
    if not 0 < seconds <= LONGEST_INTERVAL_S:
        raise Refused("interval_invalid")
    return max(1, round(seconds * 1000))


def clean_text(raw: object, what: str) -> str:
    """A clean, non-empty text of at most 255 characters."""
    text = as_written(raw)
    if text is None:
        raise Refused(f"{what}_invalid")
    if not text:
        raise Refused(f"{what}_missing")
    if len(text) > _LONGEST_TEXT or _NOT_TEXT.search(text):
        raise Refused(f"{what}_invalid")
    return text


def _number(raw: object, *, decimal_comma: bool) -> float | int:
    if raw is None:
        raise Refused("value_missing")
    number = parse_number(raw, decimal_comma=decimal_comma)
    if number is None:
        raise Refused("value_invalid")
    if number != number:  # NaN
        raise Refused("value_missing")
    return number


class _Run:
    """Collects what the rows of one call make."""

    def __init__(
        self,
        kinds: KindTable,
        zone: ZoneInfo,
        received: datetime,
        source: str,
        reporter: str,
        authenticated: bool,
        resolve: Resolver | None,
        intervals: Mapping[str, float],
    ) -> None:
        self._kinds = kinds
        self._received = received
        self._latest_ms = epoch_ms(received + FUTURE_TOLERANCE)
        self._source = source
        self._reporter = reporter
        self._authenticated = authenticated
        self._resolve = resolve
        self._intervals = intervals
        self._names: dict[tuple[SubjectType, str], Sequence[str]] = {}
        self._series: dict[tuple[str, str, str | None], TelemetrySeries] = {}
        self._indexes: dict[tuple[str, str], int] = {}
        self._facts: list[Observation] = []
        self._rejected: list[Rejected] = []
        self._read = 0
        self._readings: list[tuple[int, int, int, int, int]] = []

    def reject(self, line: int, reason: str) -> None:
        self._read += 1
        self._rejected.append(Rejected(line=line, reason=reason))

    def observe(self, entry: _Entry, row: Mapping[str, Any]) -> bool:
        """Make the entry's observation of a row; False when the row does not have it and need not."""
        if entry.optional and entry.says_nothing(row):
            return False
        raw_kind = entry.kind(row)
        if raw_kind is None:
            raise Refused("kind_missing")
        kind = self._kinds.get(raw_kind) if isinstance(raw_kind, str) else None
        if kind is None:
            kind = self._kinds.get(clean_text(raw_kind, "kind"))
        if kind is None:
            raise Refused("kind_unknown")
        subject_type, by, raw_subject = self._subject(entry, row)
        if subject_type not in kind.subjects:
            raise Refused("subject_type_unexpected")
        if kind.shape is Shape.TELEMETRY:
            self._observe_reading(entry, row, kind, raw_subject)
        else:
            self._observe_fact(entry, row, kind, subject_type, self._found(subject_type, by, raw_subject))
        self._read += 1
        return True

    def _subject(self, entry: _Entry, row: Mapping[str, Any]) -> tuple[SubjectType, str, Any]:
        chosen: tuple[SubjectType, str, Any] | None = None
        for subject_type, by, read in entry.subjects:
            raw = read(row)
            if raw is None:
                continue
            if chosen is not None:
                raise Refused("subject_ambiguous")
            chosen = (subject_type, by, raw)
        if chosen is None:
            raise Refused("subject_missing")
        return chosen

    def _found(self, subject_type: SubjectType, by: str, raw: object) -> str:
        text = clean_text(raw, "subject")
        if by == "id":
            if subject_type is SubjectType.ELEMENT and not _GLOBAL_ID.fullmatch(text):
                raise Refused("element_id_invalid")
            return text
        ids = self._names.get((subject_type, text))
        if ids is None:
            ids = self._ids(subject_type, text)
            self._names[subject_type, text] = ids
        if not ids:
            raise Refused(f"{subject_type}_unknown")
        if len(ids) > 1:
            raise Refused(f"{subject_type}_name_ambiguous")
        return ids[0]

    def _ids(self, subject_type: SubjectType, name: str) -> Sequence[str]:
        if self._resolve is None:
            return ()
        if subject_type is SubjectType.ELEMENT:
            return self._resolve.element_ids(name)
        return self._resolve.task_ids(name)

    def _observe_reading(
        self, entry: _Entry, row: Mapping[str, Any], kind: ObservationKind, raw_device: object
    ) -> None:
        unit = entry.unit(row)
        unit = None if unit is None else as_written(unit) or ""
        device = raw_device if isinstance(raw_device, str) else clean_text(raw_device, "subject")
        series = self._series.get((device, kind.key, unit))
        if series is None:
            name = clean_text(device, "subject")
            series = TelemetrySeries(name, kind, unit, self._intervals.get(name, DEFAULT_INTERVAL_S))
            self._series[device, kind.key, unit] = series
        raw_value = entry.value(row)
        if isinstance(raw_value, bool) and not series.is_switch:
            raise Refused("value_invalid")
        value = _number(raw_value, decimal_comma=entry.decimal_comma)
        event_ms = entry.time.milliseconds(row)
        raw_interval = entry.interval(row)
        interval_ms = series.interval_ms if raw_interval is None else self._interval(raw_interval)
        if entry.stamps_end:
            event_ms -= interval_ms
        steps, saturated = series.quantiser.steps(value)
        distrusted = (
            saturated
            or not series.low <= steps <= series.high
            or event_ms > self._latest_ms
            or entry.is_flagged(row)
        )
        flags = (DISTRUSTED if distrusted else 0) | (0 if self._authenticated else UNAUTHENTICATED)
        if series.index < 0:
            series.index = self._indexes.setdefault((series.device, series.kind), len(self._indexes))
        self._readings.append((series.index, event_ms, steps, interval_ms, flags))

    def _interval(self, raw: object) -> int:
        number = None if isinstance(raw, bool) else parse_number(raw)
        if number is None:
            raise Refused("interval_invalid")
        return interval_ms_of(number)

    def _observe_fact(
        self,
        entry: _Entry,
        row: Mapping[str, Any],
        kind: ObservationKind,
        subject_type: SubjectType,
        subject: str,
    ) -> None:
        value, unit = self._stated(entry, row, kind)
        event_ms = entry.time.milliseconds(row)
        if event_ms > self._latest_ms:
            raise Refused("in_the_future")
        claimed = None if self._reporter else entry.reporter(row)
        payload = {
            name: found for name, read in entry.payload if (found := read(row)) is not None and found != ""
        }
        if payload:
            _check_payload(payload)
        self._facts.append(
            Observation(
                source=self._source,
                reporter=self._reporter or ("" if claimed is None else clean_text(claimed, "reporter")),
                kind=kind.key,
                subject_type=subject_type,
                subject=subject,
                event_time=from_epoch_ms(event_ms),
                received_time=self._received,
                value=value,
                unit=unit,
                quality=Quality.FLAGGED if entry.is_flagged(row) else Quality.GOOD,
                authenticated=self._authenticated,
                payload=payload,
            )
        )

    def _stated(
        self, entry: _Entry, row: Mapping[str, Any], kind: ObservationKind
    ) -> tuple[float | str | None, str]:
        """The checked value of a fact and its unit."""
        raw = entry.value(row)
        if kind.values:
            if raw is None:
                raise Refused("value_missing")
            word = (as_written(raw) or "").casefold()
            for allowed in kind.values:
                if word == allowed.casefold():
                    return allowed, ""
            raise Refused("value_not_allowed")
        if not kind.numeric:
            # "installed: no" must not become an installed element.
            if raw is not None:
                raise Refused("value_unexpected")
            return None, ""
        if isinstance(raw, bool):
            raise Refused("value_invalid")
        number = _number(raw, decimal_comma=entry.decimal_comma)
        if not -1e300 < number < 1e300:
            raise Refused("value_invalid")
        raw_unit = entry.unit(row)
        unit = "" if raw_unit is None else clean_text(raw_unit, "unit")
        if kind.unit:
            factor_offset = conversion(unit or kind.unit, kind.unit)
            if factor_offset is None:
                raise Refused("unit_unexpected")
            number, unit = convert(number, *factor_offset), kind.unit
        value = float(number)
        low = -math.inf if kind.minimum is None else kind.minimum
        high = math.inf if kind.maximum is None else kind.maximum
        if not low <= value <= high:
            raise Refused("value_out_of_range")
        return value, unit

    def batch(self) -> Batch:
        readings = no_readings()
        if self._readings:
            index, event_ms, steps, interval_ms, flags = np.array(self._readings, np.int64).T
            readings = Readings(
                series=tuple(self._indexes),
                series_index=index.astype(np.int32),
                event_ms=event_ms.copy(),
                steps=steps.copy(),
                interval_ms=interval_ms.copy(),
                flags=flags.astype(np.uint8),
            )
        return Batch(
            facts=tuple(self._facts), readings=readings, rejected=tuple(self._rejected), read=self._read
        )


def _check_payload(payload: Mapping[str, Any]) -> None:
    """Payloads are hashed and signed later, so they must have canonical bytes; and they stay small."""
    try:
        data = canonical_json(payload)
    except (ValueError, TypeError, RecursionError):
        raise Refused("payload_invalid") from None
    if rb"\u0000" in data:  # no text in a PostgreSQL database can hold it
        raise Refused("payload_invalid")
    if len(data) > _LARGEST_PAYLOAD:
        raise Refused("payload_too_large")
