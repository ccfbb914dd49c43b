"""Numbers, money, dates and ages as people write them, in the site's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent
from babel.units import format_unit, get_unit_name

from bim_supervise_ui import session
from bim_supervise_ui.i18n import language

if TYPE_CHECKING:
    from datetime import timedelta

UNKNOWN = "—"
"""Shown where nothing is known; never a zero."""

_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


_UNIT_SIGNS = {
    "degC": "°C",
    "ug/m3": "µg/m³",
    "mg/m3": "mg/m³",
    "m3": "m³",
    "m2": "m²",
    "m3/h": "m³/h",
    "degC.d": "°C·d",
}


_DURATIONS = {"d": "duration-day", "h": "duration-hour", "min": "duration-minute", "s": "duration-second"}
"""Units that have a word in every language, by their names in Unicode's CLDR."""


def unit_sign(unit: str) -> str:
    """A unit as it is printed, e.g. ``ug/m3`` -> ``µg/m³``."""
    return _UNIT_SIGNS.get(unit, unit)


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats values for one language, time zone and currency; None becomes an em dash.

    Args:
        language: ``en`` or ``zh``.
        zone: the site's time zone.
        currency: ISO 4217 code.
    """

    language: str
    zone: tzinfo
    currency: str

    @property
    def locale(self) -> str:
        """The Babel locale of the language."""
        return _LOCALES.get(self.language, "en_GB")

    def number(self, value: float | None, digits: int = 1) -> str:
        """A number with up to ``digits`` decimals."""
        if value is None:
            return UNKNOWN
        return str(
            format_decimal(value, format=f"#,##0.{'#' * digits}" if digits else "#,##0", locale=self.locale)
        )

    def fixed(self, value: float | None, digits: int = 2) -> str:
        """A number with exactly ``digits`` decimals."""
        if value is None:
            return UNKNOWN
        return str(format_decimal(value, format=f"#,##0.{'0' * digits}", locale=self.locale))

    def share(self, value: float | None, digits: int = 0) -> str:
        """A share 0..1 as percent."""
        if value is None:
            return UNKNOWN
        pattern = f"#,##0.{'0' * digits}%" if digits else "#,##0%"
        return str(format_percent(value, format=pattern, locale=self.locale))

    def percent(self, value: float | None, digits: int = 1) -> str:
        """A percent value 0..100."""
        return self.share(None if value is None else value / 100, digits)

    def money(self, value: float | None) -> str:
        """An amount in the project's currency, in full."""
        if value is None:
            return UNKNOWN
        return self._plain_yuan(format_currency(value, self.currency, locale=self.locale))

    def money_short(self, value: float | None) -> str:
        """An amount in the project's currency, shortened for key figures."""
        if value is None:
            return UNKNOWN
        return self._plain_yuan(
            format_compact_currency(value, self.currency, locale=self.locale, fraction_digits=2)
        )

    @staticmethod
    def _plain_yuan(written: str) -> str:
        # The project names its currency once, so that the sign need not say the country again.
        return written.replace("CN¥", "¥")

    def quantity(self, value: float | None, unit: str | None, digits: int = 2) -> str:
        """A number with its unit."""
        if value is None:
            return UNKNOWN
        if unit in _DURATIONS:
            pattern = f"#,##0.{'#' * digits}" if digits else "#,##0"
            return str(format_unit(value, _DURATIONS[unit], "short", format=pattern, locale=self.locale))
        return f"{self.number(value, digits)} {unit_sign(unit)}" if unit else self.number(value, digits)

    def unit(self, unit: str) -> str:
        """A unit that stands alone, as a sign or, for a length of time, as a word."""
        if unit in _DURATIONS:
            return str(get_unit_name(_DURATIONS[unit], "short", locale=self.locale))
        return unit_sign(unit)

    def moment(self, instant: datetime | None, *, year: bool = True) -> str:
        """An instant (aware) at site time: date and minute."""
        if instant is None:
            return UNKNOWN
        return self.wall(instant.astimezone(self.zone).replace(tzinfo=None), year=year)

    def moment_to_second(self, instant: datetime) -> str:
        """An instant (aware) at site time, to the second."""
        return f"{self.moment(instant)}:{instant.astimezone(self.zone):%S}"

    def wall(self, when: datetime | None, *, year: bool = True) -> str:
        """A site wall time: date and minute."""
        if when is None:
            return UNKNOWN
        day = self.day(when.date(), year=year)
        return f"{day} {when:%H:%M}"

    def clock(self, instant: datetime | None) -> str:
        """An instant (aware) at site time: hour and minute."""
        return UNKNOWN if instant is None else f"{instant.astimezone(self.zone):%H:%M}"

    def day(self, day: date | None, *, year: bool = True) -> str:
        """A site day."""
        if day is None:
            return UNKNOWN
        if year:
            return str(format_date(day, format="medium", locale=self.locale))
        return str(format_skeleton("MMMd", day, locale=self.locale))

    def span(self, length: timedelta) -> str:
        """A length of time in words."""
        return str(format_timedelta(length, locale=self.locale, threshold=1.2))

    def zone_name(self, instant: datetime) -> str:
        """The zone at an instant as its offset, e.g. ``UTC+8``: abbreviations are ambiguous."""
        offset = instant.astimezone(self.zone).utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset is not None else 0
        hours, rest = divmod(abs(minutes), 60)
        sign = "+" if minutes >= 0 else "\u2212"
        return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def formats() -> Formats:
    """The formats of this session."""
    project = session.project()
    info = session.shared("info", project.info, seconds=60.0)
    return Formats(language(), project.zone, info.currency)
