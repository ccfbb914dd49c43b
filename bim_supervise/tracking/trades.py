"""Trades: which elements one crew builds, in what order, and how fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bim_supervise.model.elements import Element

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One trade (工种): its names, the concepts it builds, and its productivity.

    ``per_day`` is in the SI unit of ``quantities``; ``pieces_per_day`` counts elements that have none.
    """

    id: str
    zh: str
    en: str
    of: tuple[str, ...]
    pieces_per_day: float
    made_of: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    per_day: float | None = None

    def days(self, element: Element) -> tuple[float, bool]:
        """Working days that an element takes, and whether a quantity says so (else it is counted)."""
        value = _first(self.quantities, element.quantities)
        if value is None or self.per_day is None:
            return 1 / self.pieces_per_day, False
        return value / self.per_day, True


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeTable:
    """Trades in building order, working hours of a day [h] and the working days of the week."""

    hours: float
    days: tuple[Day, ...]
    trades: tuple[Trade, ...]

    def trade_of(self, objects: Sequence[str], materials: Sequence[str]) -> int | None:
        """The place of the first trade that builds one of ``objects`` of one of ``materials``."""
        for place, trade in enumerate(self.trades):
            if set(trade.of) & set(objects) and (not trade.made_of or set(trade.made_of) & set(materials)):
                return place
        return None


def _first(names: Sequence[str], quantities: Mapping[str, float]) -> float | None:
    plain = {key.rpartition(".")[2]: value for key, value in quantities.items()}
    return next((plain[name] for name in names if plain.get(name, 0) > 0), None)
