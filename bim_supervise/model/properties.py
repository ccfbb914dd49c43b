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
_ROOT_ATTRIBUTES = 4
_MAX_DEPTH = 8


def properties_of(instances: Instances, sets: Iterable[Ref], units: Units) -> dict[str, PropertyValue]:
    """Properties of these sets, ``"<set>.<name>"`` to value; of a name that comes twice the last counts.

    Lengths, areas, volumes, masses, times and angles are SI (m, m2, m3, kg, s, rad); a property's own unit
    wins over the project's. A part of a complex property is ``"<set>.<complex>.<name>"``. Quantity sets are
    left out; see ``quantities.quantities_of``.
    """
    found: dict[str, PropertyValue] = {}
    for number in sets:
        if not instances.is_a(number, *_SETS) or instances.is_a(number, "IfcElementQuantity"):
            continue
        prefix = instances.text(number, "Name") or instances.classes[number]
        if instances.is_a(number, "IfcPropertySet"):
            found.update(_flat(instances, instances.refs(number, "HasProperties"), prefix, units, 0))
        else:
            found.update(_predefined(instances, number, prefix, units))
    return found


def _flat(
    instances: Instances, numbers: Iterable[Ref], prefix: str, units: Units, depth: int
) -> Iterator[tuple[str, PropertyValue]]:
    for number in numbers:
        name = f"{prefix}.{instances.text(number, 'Name') or '?'}"
        if instances.is_a(number, "IfcComplexProperty"):
            if depth < _MAX_DEPTH:
                yield from _flat(instances, instances.refs(number, "HasProperties"), name, units, depth + 1)
        else:
            yield name, _value(instances, number, units)


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


def _predefined(
    instances: Instances, number: Ref, prefix: str, units: Units
) -> Iterator[tuple[str, PropertyValue]]:
    attributes = instances.attributes[instances.classes[number]][_ROOT_ATTRIBUTES:]
    for attribute in attributes:
        value = instances.get(number, attribute.name)
        if value is None or isinstance(value, Ref):
            continue
        yield (
            f"{prefix}.{attribute.name}",
            _converted(_plain(instances, value, units, None), attribute.kind, units),
        )


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
