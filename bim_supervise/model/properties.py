"""Property sets as plain values: single, enumerated, listed, bounded, tables, complex and predefined ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bim_supervise.model.instances import Instances, Kind, Ref, Typed
from bim_supervise.model.units import Units, unit_factor

PropertyValue = Any
"""Plain data: text, number, truth value, None (stated without a value), a list of these, or a mapping:
``{"lower", "upper", "set_point"}`` of a bounded value, ``{"defining", "defined"}`` of a table."""

_SETS = ("IfcPropertySet", "IfcPreDefinedPropertySet", "IfcPropertySetDefinition")
_MEASURED = frozenset({"length", "area", "volume", "mass", "time", "angle"})
_ROOT_ATTRIBUTES = frozenset({"GlobalId", "OwnerHistory", "Name", "Description"})
_MAX_DEPTH = 8


class PropertySets(Mapping[str, PropertyValue]):
    """Properties of one element, ``"<set>.<name>"`` to value; sets that many elements share are kept once.

    Of a name that comes twice the last counts.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[dict[str, PropertyValue], ...] = ()) -> None:
        self.parts = parts

    def __getitem__(self, key: str) -> PropertyValue:
        for part in reversed(self.parts):
            if key in part:
                return part[key]
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key for part in self.parts for key in part))

    def __len__(self) -> int:
        return len({key for part in self.parts for key in part})

    def __bool__(self) -> bool:
        return any(self.parts)

    def __or__(self, other: PropertySets) -> PropertySets:
        return PropertySets(self.parts + other.parts)


class Properties:
    """Reads property sets of one file; a property that many sets share is worked out once.

    Lengths, areas, volumes, masses, times and angles are SI (m, m2, m3, kg, s, rad); a property's own unit
    wins over the project's. A part of a complex property is ``"<set>.<complex>.<name>"``. Quantity sets are
    left out; see ``quantities.quantities_of``.
    """

    def __init__(self, instances: Instances, units: Units) -> None:
        self._instances = instances
        self._units = units
        self._entries: dict[str, _Entries] = {}
        self._places: dict[str, tuple[int, int | None] | None] = {}

    def of(self, sets: Iterable[Ref]) -> PropertySets:
        """Properties of these sets."""
        instances = self._instances
        found: list[dict[str, PropertyValue]] = []
        for number in sets:
            kind = instances.classes[number]
            if kind not in self._places:
                self._places[kind] = self._place(number)
            places = self._places[kind]
            if places is None:
                continue
            named, place = places
            row = instances.rows[number]
            prefix = row[named]
            if not isinstance(prefix, str) or not prefix.strip():
                prefix = kind
            if place is None:
                predefined = _predefined(instances, number, self._units)
                found.append({f"{prefix}.{part}": value for part, value in predefined})
                continue
            entries = self._entries.get(prefix)
            if entries is None:
                entries = self._entries[prefix] = _Entries(instances, self._units, prefix)
            # Sets of one type mostly list the same properties: the whole list is worked out once.
            found.append(entries[row[place] or ()])
        return PropertySets(tuple(found))

    def _place(self, number: int) -> tuple[int, int | None] | None:
        """Where such sets have their name and their properties (None: predefined); None for no set."""
        instances = self._instances
        if not instances.is_a(number, *_SETS) or instances.is_a(number, "IfcElementQuantity"):
            return None
        names = [attribute.name for attribute in instances.attributes[instances.classes[number]]]
        return names.index("Name"), names.index("HasProperties") if "HasProperties" in names else None


class _Entries(dict[tuple[Ref, ...], dict[str, PropertyValue]]):
    """Properties listed together in sets of one name, worked out at first use."""

    def __init__(self, instances: Instances, units: Units, prefix: str) -> None:
        super().__init__()
        self._instances = instances
        self._units = units
        self._prefix = prefix
        self._single: dict[Ref, list[tuple[str, PropertyValue]]] = {}

    def __missing__(self, numbers: tuple[Ref, ...]) -> dict[str, PropertyValue]:
        found: dict[str, PropertyValue] = {}
        for number in numbers:
            if number not in self._single:
                self._single[number] = self._of(number)
            found.update(self._single[number])
        self[numbers] = found
        return found

    def _of(self, number: Ref) -> list[tuple[str, PropertyValue]]:
        if not isinstance(number, Ref) or number not in self._instances.rows:
            return []
        flat = _flat(self._instances, number, self._units, 0)
        return [(f"{self._prefix}.{name}", value) for name, value in flat]


def _flat(instances: Instances, number: Ref, units: Units, depth: int) -> Iterator[tuple[str, PropertyValue]]:
    name = instances.text(number, "Name") or "?"
    if not instances.is_a(number, "IfcComplexProperty"):
        yield name, _value(instances, number, units)
    elif depth < _MAX_DEPTH:
        for part in instances.refs(number, "HasProperties"):
            for inner, value in _flat(instances, part, units, depth + 1):
                yield f"{name}.{inner}", value


def _value(instances: Instances, number: Ref, units: Units) -> PropertyValue:
    name = instances.classes[number]
    own = unit_factor(instances, instances.ref(number, "Unit"))
    if name == "IfcPropertySingleValue":
        return _plain(instances, instances.get(number, "NominalValue"), units, own)
    if name == "IfcPropertyEnumeratedValue":
        return _plain(instances, instances.get(number, "EnumerationValues"), units, None)
    if name == "IfcPropertyListValue":
        return _plain(instances, instances.get(number, "ListValues"), units, own)
    if name == "IfcPropertyBoundedValue":
        return {
            key: _plain(instances, instances.get(number, attribute), units, own)
            for key, attribute in (
                ("lower", "LowerBoundValue"),
                ("upper", "UpperBoundValue"),
                ("set_point", "SetPointValue"),
            )
        }
    if name == "IfcPropertyTableValue":
        return {
            key: _plain(
                instances,
                instances.get(number, f"{attribute}Values"),
                units,
                unit_factor(instances, instances.ref(number, f"{attribute}Unit")),
            )
            for key, attribute in (("defining", "Defining"), ("defined", "Defined"))
        }
    if name == "IfcPropertyReferenceValue":
        referred = instances.ref(number, "PropertyReference")
        return None if referred is None else instances.text(referred, "Name") or instances.classes[referred]
    return None


def _predefined(instances: Instances, number: Ref, units: Units) -> Iterator[tuple[str, PropertyValue]]:
    for attribute in instances.attributes[instances.classes[number]]:
        value = instances.get(number, attribute.name)
        if attribute.name in _ROOT_ATTRIBUTES or value is None or isinstance(value, Ref):
            continue
        plain = _plain(instances, value, units, None)
        yield attribute.name, _converted(plain, attribute.kind, units)


def _plain(instances: Instances, value: Any, units: Units, own: float | None) -> PropertyValue:
    if isinstance(value, Typed):
        kind = instances.value_kinds.get(value.type, Kind("string"))
        return _converted(_plain(instances, value.value, units, own), kind, units, own)
    if isinstance(value, tuple):
        return [_plain(instances, part, units, own) for part in value]
    if isinstance(value, Ref):
        return instances.text(value, "Name") or instances.classes.get(value)
    return value


def _converted(value: PropertyValue, kind: Kind, units: Units, own: float | None = None) -> PropertyValue:
    if kind.form not in _MEASURED or isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return value * units.factor(kind.form, own)


def properties_hash(properties: Mapping[str, PropertyValue]) -> str | None:
    """Hex SHA-256 of properties, numbers at nine significant digits; None where there are none.

    >>> properties_hash({"Pset.A": 1.0, "Pset.B": "x"}) == properties_hash({"Pset.B": "x", "Pset.A": 1})
    True
    """
    if not properties:
        return None
    text = json.dumps(_rounded(properties), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _rounded(value: PropertyValue) -> PropertyValue:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return f"{value:.9g}"
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value]
