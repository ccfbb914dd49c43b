"""Numbers as they arrive to exact integer steps: parsing, unit conversion, rounding once.

A value becomes ``round(value x factor + offset, to the kind's resolution)`` exactly once. The number is
taken as the decimal that was *written* (68.25 is 68.25, not its binary neighbour) and a tie goes to the
even step, so the same reading gives the same step on every machine and through every door.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache

MAX_STEPS = 10**12
"""Largest magnitude of a telemetry value in steps; what is beyond saturates and is distrusted.

It keeps ``steps x 60,000 ms`` inside a 64-bit integer, with room for sums of a minute.
"""

_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.ASCII | re.IGNORECASE)

_SPELLINGS = {
    "dB(A)": ("dBA", "dBa", "db(a)", "DB(A)"),
    "ug/m3": ("µg/m3", "μg/m3", "ug/m³", "µg/m³", "μg/m³"),
    "mg/m3": ("mg/m³",),
    "degC": ("°C", "℃", "C", "celsius"),
    "degF": ("°F", "℉"),
    "%": ("%RH", "%rh", "percent"),
    "kW": ("kw", "KW"),
    "kWh": ("kwh", "KWH"),
    "deg": ("°", "degree", "degrees"),
    "Pa": ("pa",),
    "kPa": ("kpa", "KPa"),
    "L": ("l", "litre", "liter", "litres", "liters"),
    "m": ("metre", "meter", "metres", "meters"),
}
"""Other spellings of the same unit. A plain ``dB`` is not here: it does not say which weighting."""

_PLAIN = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}

_TO_KIND_UNIT: dict[tuple[str, str], tuple[Fraction, Fraction]] = {
    ("mg/m3", "ug/m3"): (Fraction(1000), Fraction(0)),
    ("ug/m3", "mg/m3"): (Fraction(1, 1000), Fraction(0)),
    ("kPa", "Pa"): (Fraction(1000), Fraction(0)),
    ("hPa", "Pa"): (Fraction(100), Fraction(0)),
    ("Pa", "kPa"): (Fraction(1, 1000), Fraction(0)),
    ("hPa", "kPa"): (Fraction(1, 10), Fraction(0)),
    ("mbar", "kPa"): (Fraction(1, 10), Fraction(0)),
    ("mbar", "Pa"): (Fraction(100), Fraction(0)),
    ("W", "kW"): (Fraction(1, 1000), Fraction(0)),
    ("MW", "kW"): (Fraction(1000), Fraction(0)),
    ("Wh", "kWh"): (Fraction(1, 1000), Fraction(0)),
    ("MWh", "kWh"): (Fraction(1000), Fraction(0)),
    ("m", "mm"): (Fraction(1000), Fraction(0)),
    ("cm", "mm"): (Fraction(10), Fraction(0)),
    ("mm", "m"): (Fraction(1, 1000), Fraction(0)),
    ("cm", "m"): (Fraction(1, 100), Fraction(0)),
    ("km/h", "m/s"): (Fraction(1000, 3600), Fraction(0)),
    ("K", "degC"): (Fraction(1), Fraction("-273.15")),
    ("degF", "degC"): (Fraction(5, 9), Fraction(-160, 9)),
}
"""(from, to) -> (factor, offset): ``to = from x factor + offset``, exact."""


@lru_cache(maxsize=4096)
def conversion(unit: str, kind_unit: str) -> tuple[Fraction, Fraction] | None:
    """Exact (factor, offset) from ``unit`` to ``kind_unit``; None when that is not known to be safe.

    ppm is deliberately unknown: its conversion to mg/m3 needs temperature, pressure and the substance.
    """
    plain = unit.strip()
    plain = _PLAIN.get(plain, plain)
    if plain == kind_unit:
        return Fraction(1), Fraction(0)
    return _TO_KIND_UNIT.get((plain, kind_unit))


def parse_number(raw: object, *, decimal_comma: bool = False) -> float | int | None:
    """A JSON number or the text of a decimal number; None when it is neither.

    Infinite values come back as infinities (an over-range mark of some loggers); NaN comes back as NaN.
    Text is read strictly: no thousands separators, no underscores, no digits of other scripts.
    """
    if isinstance(raw, bool):
        return int(raw)
    if isinstance(raw, (int, float)):
        return raw
    if not isinstance(raw, str):
        return None
    text = raw.strip()
    if decimal_comma:
        text = text.replace(",", ".")
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return None


class Quantiser:
    """Turns values of one unit into steps of one kind.

    Args:
        resolution: the size of a step [kind's unit].
        factor: exact factor from the value's unit to the kind's unit.
        offset: exact offset [kind's unit] added after the factor.
    """

    __slots__ = ("_factor", "_float_offset", "_float_scale", "_offset", "_resolution")

    def __init__(
        self, resolution: float, factor: Fraction = Fraction(1), offset: Fraction = Fraction(0)
    ) -> None:
        self._resolution = Fraction(repr(resolution))
        self._factor = factor
        self._offset = offset
        self._float_scale = float(factor / self._resolution)
        self._float_offset = float(offset / self._resolution)

    @property
    def float_scale(self) -> float:
        """Steps per unit of the value; good to the error of floats."""
        return self._float_scale

    @property
    def float_offset(self) -> float:
        """Steps added after it."""
        return self._float_offset

    def steps(self, value: float | int) -> tuple[int, bool]:
        """The value in steps, and whether it had to be saturated at ``MAX_STEPS``; NaN is not allowed."""
        if not -1e300 < value < 1e300:
            return (MAX_STEPS if value > 0 else -MAX_STEPS), True
        scaled = value * self._float_scale + self._float_offset
        if -1e9 < scaled < 1e9:
            nearest = round(scaled)
            # Far from a tie the error of the floats (< 1e-6 steps here) cannot change the answer.
            if abs(scaled - nearest) < 0.499:
                return nearest, False
        exact = round((Fraction(repr(value)) * self._factor + self._offset) / self._resolution)
        if -MAX_STEPS <= exact <= MAX_STEPS:
            return exact, False
        return (MAX_STEPS if exact > 0 else -MAX_STEPS), True


@lru_cache(maxsize=1024)
def quantiser(resolution: float, factor: Fraction | int = 1, offset: Fraction | int = 0) -> Quantiser:
    """The quantiser of a kind and unit; it has no state, so that one serves every series."""
    return Quantiser(resolution, Fraction(factor), Fraction(offset))


@lru_cache(maxsize=1024)
def step_bounds(resolution: float, minimum: float | None, maximum: float | None) -> tuple[int, int]:
    """The smallest and largest step inside [minimum, maximum] [kind's unit]; open ends saturate."""
    size = Fraction(repr(resolution))
    low = -MAX_STEPS if minimum is None else math.ceil(Fraction(repr(minimum)) / size)
    high = MAX_STEPS if maximum is None else math.floor(Fraction(repr(maximum)) / size)
    return low, high


def convert(value: float, factor: Fraction, offset: Fraction) -> float:
    """A fact's number in the kind's unit, rounded once to the nearest float."""
    if factor == 1 and offset == 0:
        return float(value)
    return float(Fraction(repr(value)) * factor + offset)
