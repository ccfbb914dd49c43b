"""Words and figures of documents, as Chinese and English readers write them, at site time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from bim_supervise.core.catalogue import Catalogue, load_catalogue
from bim_supervise.report.document import Column, Value

UNKNOWN = "—"
"""Printed where nothing is known; never a zero."""

_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
_UNIT_SIGNS = {
    "degC": "°C", "ug/m3": "µg/m³", "mg/m3": "mg/m³", "m3": "m³", "m2": "m²", "m3/h": "m³/h",
    "degC.d": "°C·d",
}  # fmt: skip


@cache
def document_catalogue() -> Catalogue:
    """The sentences of all documents of this room."""
    return load_catalogue([files("bim_supervise.report") / "catalogue"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts and formats for one reader.

    Args:
        language: ``zh`` or ``en``.
        zone: the site's time zone; every instant is printed in it.
        currency: ISO 4217 code.
        catalogue: further sentences (rules, packs, capacities), asked where the documents' own have none.
    """

    language: str
    zone: tzinfo
    currency: str
    catalogue: Catalogue

    def text(self, key: str, **params: object) -> str:
        """A sentence of the documents' catalogue, else of the packs', else the key itself."""
        own = document_catalogue()
        chosen = own if key in own.keys("en") else self.catalogue
        return chosen.text(key, self.language, **params)

    def named(self, group: str, code: str | None) -> str:
        """The word for a code, e.g. ``named("capacity", "observer")``; the code where there is none."""
        if not code:
            return UNKNOWN
        key = f"{group}.{code}"
        said = self.text(key)
        return code if said == key else said

    def sentence(self, key: str, **params: object) -> str:
        """A sentence whose capacities and moments are said as this reader says them."""
        said: dict[str, object] = {}
        for name, value in params.items():
            if isinstance(value, datetime):
                said[name] = self.moment(value)
            elif name == "capacity":
                said[name] = self.named("capacity", str(value))
            else:
                said[name] = value
        return self.text(key, **said)

    def reason(self, code: str, params: Mapping[str, Any]) -> str:
        """Why a rule found what it found: figures to four digits, the unit as it is printed."""
        said = {name: f"{value:.4g}" if isinstance(value, float) else value for name, value in params.items()}
        if isinstance(said.get("unit"), str):
            said["unit"] = self.unit(said["unit"])
        return self.text(f"reason.{code}", **said)

    @property
    def locale(self) -> str:
        """The Babel locale."""
        return _LOCALES.get(self.language, "en_GB")

    def number(self, value: float | None, digits: int | None = None) -> str:
        """A number with at most ``digits`` decimals."""
        if value is None:
            return UNKNOWN
        pattern = "#,##0" if digits == 0 else f"#,##0.{'#' * (6 if digits is None else digits)}"
        return str(format_decimal(value, format=pattern, locale=self.locale))

    def quantity(self, value: float | None, unit: str, digits: int | None = 2) -> str:
        """A number with its unit."""
        if value is None:
            return UNKNOWN
        return f"{self.number(value, digits)} {self.unit(unit)}".strip()

    def unit(self, unit: str) -> str:
        """A unit as it is printed, e.g. ``ug/m3`` -> ``µg/m³``."""
        return _UNIT_SIGNS.get(unit, unit)

    def money(self, value: float | None) -> str:
        """An amount in the project's currency."""
        if value is None:
            return UNKNOWN
        return str(format_currency(value, self.currency, locale=self.locale)).replace("CN¥", "¥")

    def share(self, value: float | None) -> str:
        """A percentage 0..100."""
        return UNKNOWN if value is None else f"{self.number(value, 1)} %"

    def day(self, day: date | None) -> str:
        """A site day."""
        return UNKNOWN if day is None else str(format_date(day, format="medium", locale=self.locale))

    def moment(self, instant: datetime | None) -> str:
        """An aware instant, or a naive site wall time, to the minute."""
        if instant is None:
            return UNKNOWN
        local = self.wall(instant)
        return f"{self.day(local.date())} {local:%H:%M}"

    def instant(self, text: str) -> datetime:
        """An ISO 8601 time with its offset, as an aware instant."""
        return datetime.fromisoformat(text)

    def wall(self, instant: datetime) -> datetime:
        """Site wall time of an instant; a naive time is wall time already."""
        return instant if instant.tzinfo is None else instant.astimezone(self.zone).replace(tzinfo=None)

    def cell(self, value: Value, column: Column | None = None) -> str:
        """A value as a printed table shows it."""
        if value is None or value == "":
            return UNKNOWN
        if isinstance(value, bool):
            return self.text("document.yes" if value else "document.no")
        if isinstance(value, (int, float)):
            return self.number(value, column.digits if column else None)
        if isinstance(value, datetime):
            return (
                self.moment(value)
                if column is None or column.to_minute
                else self.day(self.wall(value).date())
            )
        return self.day(value) if isinstance(value, date) else value

    def heading(self, column: Column) -> str:
        """The heading of a column with its unit."""
        return f"{column.title} [{self.unit(column.unit)}]" if column.unit else column.title
