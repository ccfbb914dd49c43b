"""Dates, durations and lags as planning files write them, turned into minutes; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bim_supervise.core.errors import InputRefused

_ISO_DURATION = re.compile(
    r"(?P<sign>[+-])?P(?:(?P<years>[\d.]+)Y)?(?:(?P<months>[\d.]+)M)?(?:(?P<weeks>[\d.]+)W)?"
    r"(?:(?P<days>[\d.]+)D)?(?P<time>T(?:(?P<hours>[\d.]+)H)?(?:(?P<minutes>[\d.]+)M)?(?:(?P<seconds>[\d.]+)S)?)?",
    re.IGNORECASE,
)
_TEXT_DURATION = re.compile(r"(?P<number>[+-]?\d+(?:[.,]\d+)?)\s*(?P<elapsed>e)?(?P<unit>[^\d\s?]*)\s*\??")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\S+))?")

_UNITS = {
    "m": "minute", "min": "minute", "mins": "minute", "minute": "minute", "minutes": "minute",
    "分钟": "minute",
    "h": "hour", "hr": "hour", "hrs": "hour", "hour": "hour", "hours": "hour", "小时": "hour",
    "": "day", "d": "day", "day": "day", "days": "day", "dy": "day", "dys": "day",
    "天": "day", "日": "day", "工日": "day", "工作日": "day", "个工作日": "day",
    "w": "week", "wk": "week", "wks": "week", "week": "week", "weeks": "week", "周": "week",
    "mo": "month", "mon": "month", "mons": "month", "month": "month", "months": "month",
    "月": "month", "个月": "month",
}  # fmt: skip
_ELAPSED_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10_080, "month": 43_200}


@dataclass(frozen=True, slots=True)
class Span:
    """A duration or lag: whole minutes, elapsed or working, and what had to be assumed to get there."""

    minutes: int
    elapsed: bool = False
    whole_days: bool = False
    """Written in days only, which some tools mean as 24 hours and others as working days."""
    assumed: str | None = None
    """Reason code when the value is not exact: ``month_length`` or ``rounded_to_minute``."""


@dataclass(frozen=True, slots=True)
class WorkdayLength:
    """Working minutes of a day, a week and a month, by which a plan's units are converted."""

    day: int = 480
    week: int = 2400
    month: int = 9600


def iso_duration(text: str) -> Span | None:
    """An ISO 8601 duration taken literally (a day is 24 h, a month 30 days); None when it is none."""
    match = _ISO_DURATION.fullmatch(text.strip())
    if match is None or text.strip().upper().rstrip("T").lstrip("+-") == "P":
        return None
    try:
        parts = {
            name: float(match[name] or 0)
            for name in ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
        }
    except ValueError:
        return None
    days = parts["years"] * 365 + parts["months"] * 30 + parts["weeks"] * 7 + parts["days"]
    exact = days * 1440 + parts["hours"] * 60 + parts["minutes"] + parts["seconds"] / 60
    minutes = round(exact)
    assumed = None
    if parts["years"] or parts["months"]:
        assumed = "month_length"
    elif abs(exact - minutes) > 1e-6:
        assumed = "rounded_to_minute"
    whole_days = days != 0 and not (parts["hours"] or parts["minutes"] or parts["seconds"]) and days % 1 == 0
    return Span(-minutes if match["sign"] == "-" else minutes, whole_days=whole_days, assumed=assumed)


def text_duration(text: str, lengths: WorkdayLength) -> Span | None:
    """``5d``, ``40h``, ``2w``, ``3ed`` (elapsed), ``PT40H`` or a plain number of working days.

    None when the text is none of these.
    """
    text = text.strip()
    if text.upper().lstrip("+-").startswith("P"):
        return iso_duration(text)
    match = _TEXT_DURATION.fullmatch(text)
    if match is None:
        return None
    unit = _UNITS.get(match["unit"].lower())
    if unit is None:
        return None
    elapsed = match["elapsed"] is not None
    if elapsed:
        size = _ELAPSED_MINUTES[unit]
    else:
        size = {"minute": 1, "hour": 60, "day": lengths.day, "week": lengths.week, "month": lengths.month}[
            unit
        ]
    exact = float(match["number"].replace(",", ".")) * size
    rounded = abs(exact - round(exact)) > 1e-6
    return Span(round(exact), elapsed=elapsed, assumed="rounded_to_minute" if rounded else None)


def clock_minutes(text: str, *, end: bool = False) -> int | None:
    """Minutes since midnight; with ``end``, 00:00 and 23:59:59 are read as 24:00. None when invalid."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    total = hours * 60 + minutes
    if minutes > 59 or seconds > 59 or total > 1440:
        return None
    if end and (total == 0 or (total == 1439 and seconds == 59)):
        return 1440
    return total


def iso_moment(text: str) -> datetime | None:
    """A date and time as naive wall time (an offset is dropped: plans are wall time); None if invalid."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def written_moment(text: str, formats: tuple[str, ...] = ()) -> tuple[datetime, bool] | None:
    """A typed date, with whether it has a time of day. Year-first dates need no format; None when invalid."""
    text = text.strip()
    for form in formats:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - plan times are naive
        except ValueError:
            continue
        return moment, any(code in form for code in ("%H", "%I", "%T", "%X", "%c"))
    match = _YEAR_FIRST.fullmatch(text)
    if match is None:
        return None
    try:
        day = datetime(int(match[1]), int(match[2]), int(match[3]))  # noqa: DTZ001 - plan times are naive
    except ValueError:
        return None
    if match[4] is None:
        return day, False
    clock = clock_minutes(match[4])
    if clock is None or clock == 1440:
        return None
    return day.replace(hour=clock // 60, minute=clock % 60), True


def _line_of(where: str) -> str | None:
    """The number in ``line 12``; None where a place is not a line."""
    return where.removeprefix("line ") if where.startswith("line ") else None


def refuse_date(text: str, where: str, field: str, hint: str = "") -> InputRefused:
    """The refusal of a value that is no date."""
    return InputRefused(
        "date_invalid",
        f"{where}: '{text}' in {field} is not a date.",
        hint or "Write dates as 2026-03-31T08:00:00.",
        value=text,
        field=field.removeprefix("column ").strip("'"),
        where=where if _line_of(where) is None else None,
        line=_line_of(where),
    )


def refuse_duration(text: str, where: str, field: str, hint: str = "") -> InputRefused:
    """The refusal of a value that is no duration."""
    return InputRefused(
        "duration_invalid",
        f"{where}: '{text}' in {field} is not a duration.",
        hint or "Write durations as PT40H0M0S.",
        value=text,
        field=field.removeprefix("column ").strip("'"),
        where=where if _line_of(where) is None else None,
        line=_line_of(where),
    )
