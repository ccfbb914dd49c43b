"""When it happened: the time forms of a mapping to UTC milliseconds.

A time without an offset is a wall time of the site. In the hour that a daylight-saving change repeats, the
first occurrence is meant; a wall time that the change leaps over is read as an unchanged clock would
show it (02:30 in a leap from 2 to 3 o'clock is 03:30 summer time). Sources that must tell the two
passes apart have to send an offset.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import epoch_ms, site_zone, to_utc
from bim_supervise.events.fields import TimeField
from bim_supervise.events.rows import Refused, as_written, field_reader, look_up

EARLIEST_MS = epoch_ms(datetime(2000, 1, 1, tzinfo=UTC))
LATEST_MS = epoch_ms(datetime(2200, 1, 1, tzinfo=UTC))
"""Times outside these are the fault of a clock (1970, 1980) or of a format: ``time_implausible``."""

_EPOCH_TEXT = re.compile(r"\d{10}(?:\.\d{1,9})?|\d{13}", re.ASCII)
_NUMBER_TEXT = re.compile(r"\d{1,16}(?:\.\d{1,9})?", re.ASCII)
_ISO_WEEK = re.compile(r"(?:(\d{4})-?)?[Ww]?(\d{1,2})", re.ASCII)
_END_OF_DAY = time(23, 59, 59)
_SECONDS_BELOW = 1e11


def _from_number(value: float, scale: int) -> int:
    # A JSON integer may be larger than any float.
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused("time_invalid")
    if not 0 <= value < 1e15:
        raise Refused("time_implausible")
    return round(value * scale)


class TimeReader:
    """Reads the event time of a row by one ``TimeField``.

    Args:
        field: the time form.
        zone: the site's time zone, for times without an offset.
        missing: texts that mean *no value*.
    """

    def __init__(self, field: TimeField, zone: ZoneInfo, missing: frozenset[str]) -> None:
        self._format = field.format
        self._columns = field.columns
        self._zone = site_zone(field.zone) if field.zone else zone
        self._missing = missing
        self._at_end = field.at == "end"
        self._closes_day = field.midnight == "end"
        self._week = field_reader(field.iso_week, "time", missing) if field.iso_week else None
        self._year = field_reader(field.year, "time", missing)

    def is_empty(self, row: Mapping[str, Any]) -> bool:
        """Whether the row says nothing at all about the time."""
        if self._week is not None:
            return self._week(row) is None
        return all(self._cell(row, column) is None for column in self._columns)

    def milliseconds(self, row: Mapping[str, Any]) -> int:
        """UTC epoch milliseconds; refuses ``time_missing``, ``time_invalid`` or ``time_implausible``."""
        found = self._from_week(row) if self._week is not None else self._from_columns(row)
        if not EARLIEST_MS <= found < LATEST_MS:
            raise Refused("time_implausible")
        return found

    def _cell(self, row: Mapping[str, Any], column: str) -> Any:
        found = look_up(row, column)
        return None if isinstance(found, str) and found.strip() in self._missing else found

    def _from_columns(self, row: Mapping[str, Any]) -> int:
        if len(self._columns) == 1:
            found = self._cell(row, self._columns[0])
            if found is None:
                raise Refused("time_missing")
            if isinstance(found, str):
                return self._from_text(found.strip())
            if isinstance(found, bool) or not isinstance(found, (int, float)):
                raise Refused("time_invalid")
            return self._from_scalar(found)
        cells = [self._cell(row, column) for column in self._columns]
        if any(cell is None for cell in cells):
            raise Refused("time_missing")
        if any(not isinstance(cell, (str, int)) or isinstance(cell, bool) for cell in cells):
            raise Refused("time_invalid")
        if any(isinstance(cell, int) and abs(cell) > 10**9 for cell in cells):
            raise Refused("time_invalid")
        return self._from_text(" ".join(str(cell).strip() for cell in cells))

    def _from_scalar(self, value: float) -> int:
        if self._format == "epoch_s":
            return _from_number(value, 1000)
        if self._format == "epoch_ms":
            return _from_number(value, 1)
        if self._format == "auto":
            return _from_number(value, 1000 if value < _SECONDS_BELOW else 1)
        raise Refused("time_invalid")

    def _from_text(self, text: str) -> int:
        if self._format in ("epoch_s", "epoch_ms"):
            if not _NUMBER_TEXT.fullmatch(text):
                raise Refused("time_invalid")
            return self._from_scalar(float(text))
        if self._format == "auto" and _EPOCH_TEXT.fullmatch(text):
            return self._from_scalar(float(text))
        try:
            if self._format in ("auto", "iso"):
                moment = datetime.fromisoformat(text)
            else:
                moment = datetime.strptime(text, self._format)  # noqa: DTZ007 - a wall time is meant
        except (ValueError, OverflowError, UnicodeError):
            raise Refused("time_invalid") from None
        if self._closes_day and moment.time() == time.min:
            moment += timedelta(days=1)
        return self._instant(moment)

    def _instant(self, moment: datetime) -> int:
        if not 1999 <= moment.year <= 2200:
            raise Refused("time_implausible")
        return epoch_ms(moment if moment.tzinfo else to_utc(moment, self._zone))

    def _from_week(self, row: Mapping[str, Any]) -> int:
        assert self._week is not None
        week = self._week(row)
        if week is None:
            raise Refused("time_missing")
        written = _ISO_WEEK.fullmatch(as_written(week) or "")
        if written is None:
            raise Refused("time_invalid")
        year = written[1] or self._year(row)
        if year is None:
            raise Refused("time_missing")
        try:
            day = date.fromisocalendar(int(as_written(year) or ""), int(written[2]), 7 if self._at_end else 1)
        except (ValueError, OverflowError):
            raise Refused("time_invalid") from None
        return self._instant(datetime.combine(day, _END_OF_DAY if self._at_end else time.min))
