"""The units of an IFC file and their factors to SI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bim_supervise.model.instances import Instances, Ref, Typed, number_of

_PREFIXES = {
    "EXA": 1e18, "PETA": 1e15, "TERA": 1e12, "GIGA": 1e9, "MEGA": 1e6, "KILO": 1e3, "HECTO": 1e2,
    "DECA": 1e1, "DECI": 1e-1, "CENTI": 1e-2, "MILLI": 1e-3, "MICRO": 1e-6, "NANO": 1e-9,
    "PICO": 1e-12, "FEMTO": 1e-15, "ATTO": 1e-18,
}  # fmt: skip
_DIMENSION_OF_PREFIX = {"SQUARE_METRE": 2, "CUBIC_METRE": 3}
_UNIT_TYPES = {
    "length": "LENGTHUNIT",
    "area": "AREAUNIT",
    "volume": "VOLUMEUNIT",
    "mass": "MASSUNIT",
    "time": "TIMEUNIT",
    "angle": "PLANEANGLEUNIT",
}
SI_SYMBOLS = {"length": "m", "area": "m2", "volume": "m3", "mass": "kg", "time": "s", "count": "1"}
"""Symbol of the SI unit in which a kind of quantity is kept."""

_MAX_CHAIN = 16


@dataclass(frozen=True, slots=True)
class Units:
    """Factors from the file's own units to SI (m, m2, m3, kg, s, rad).

    ``missing`` names the kinds for which the file declares no unit; SI is then assumed.
    """

    factors: Mapping[str, float]
    missing: frozenset[str] = field(default_factory=frozenset)

    @property
    def length(self) -> float:
        """Metres in one length unit of the file."""
        return self.factors["length"]

    @property
    def angle(self) -> float:
        """Radians in one plane angle unit of the file."""
        return self.factors["angle"]

    def factor(self, kind: str, own: float | None = None) -> float:
        """Factor of a kind of quantity; a quantity's own unit wins over the project's."""
        return own if own is not None else self.factors.get(kind, 1.0)


def unit_factor(instances: Instances, unit: Ref | None, depth: int = 0) -> float | None:
    """Factor from an IfcUnit to SI, following conversion-based and derived units; None if unknown."""
    if unit is None or depth > _MAX_CHAIN:
        return None
    if instances.is_a(unit, "IfcSIUnit"):
        name = instances.get(unit, "Name")
        prefix = _PREFIXES.get(str(instances.get(unit, "Prefix")), 1.0)
        factor = prefix ** _DIMENSION_OF_PREFIX.get(str(name), 1)
        return factor * 1e-3 if name == "GRAM" else factor
    if instances.is_a(unit, "IfcConversionBasedUnit"):
        measure = instances.ref(unit, "ConversionFactor")
        amount = number_of(instances.get(measure, "ValueComponent"))
        base = unit_factor(instances, instances.ref(measure, "UnitComponent"), depth + 1)
        return None if amount is None or base is None or amount <= 0 else amount * base
    if instances.is_a(unit, "IfcDerivedUnit"):
        product = 1.0
        for element in instances.refs(unit, "Elements"):
            base = unit_factor(instances, instances.ref(element, "Unit"), depth + 1)
            exponent = instances.get(element, "Exponent")
            if base is None or not isinstance(exponent, int):
                return None
            product *= base**exponent
        return product
    return None


def project_units(instances: Instances) -> Units:
    """The units of the file's IfcProject; a kind that is not declared is taken as SI and listed."""
    factors = dict.fromkeys(_UNIT_TYPES, 1.0)
    missing = set(_UNIT_TYPES)
    assignments = [
        assignment
        for project in instances.of("IfcProject")
        if (assignment := instances.ref(project, "UnitsInContext")) is not None
    ] or [Ref(number) for number in instances.of("IfcUnitAssignment")]
    for assignment in assignments[:1]:
        for unit in instances.refs(assignment, "Units"):
            for kind, unit_type in _UNIT_TYPES.items():
                if instances.get(unit, "UnitType") == unit_type:
                    factor = unit_factor(instances, unit)
                    if factor is not None:
                        factors[kind] = factor
                        missing.discard(kind)
    return Units(factors, frozenset(missing))


def currency(instances: Instances) -> str | None:
    """The currency of the first IfcMonetaryUnit, e.g. ``CNY``."""
    for unit in instances.of("IfcMonetaryUnit"):
        value = instances.get(unit, "Currency")
        if isinstance(value, Typed):
            value = value.value
        if isinstance(value, str):
            return value.strip(".") or None
    return None
