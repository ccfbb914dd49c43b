"""Quantity sets in SI and the few properties that state a strength grade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bim_supervise.model.instances import Instances, Ref, Typed, number_of
from bim_supervise.model.units import Units, unit_factor

QUANTITY_VALUES = {
    "IfcQuantityLength": ("LengthValue", "length"),
    "IfcQuantityArea": ("AreaValue", "area"),
    "IfcQuantityVolume": ("VolumeValue", "volume"),
    "IfcQuantityWeight": ("WeightValue", "mass"),
    "IfcQuantityTime": ("TimeValue", "time"),
    "IfcQuantityCount": ("CountValue", "count"),
    "IfcQuantityNumber": ("NumberValue", "count"),
}
"""Class of a simple quantity to the attribute with its value and the kind of that value."""

GRADE_PROPERTIES = frozenset(
    {
        "strengthclass",
        "strengthgrade",
        "concretestrengthclass",
        "concretegrade",
        "concretestrength",
        "compressivestrength",
        "reinforcementstrengthclass",
        "steelgrade",
        "reinforcementgrade",
        "materialgrade",
        "grade",
        "yieldstress",
        "ultimatestress",
        "timberstrengthgrade",
        "强度等级",
        "混凝土强度等级",
        "混凝土等级",
        "混凝土标号",
        "钢筋等级",
        "钢筋牌号",
        "钢材牌号",
        "砂浆强度等级",
        "抗渗等级",
        "材料等级",
    }
)
"""Names (lower case, without blanks, ``_`` and ``-``) of properties that state a strength grade."""

_MAX_DEPTH = 8


def quantities_of(instances: Instances, sets: Iterable[Ref], units: Units) -> dict[str, float]:
    """Quantities of IfcElementQuantity sets, ``"<set>.<name>"`` to SI; of two of a name the last counts."""
    found: dict[str, float] = {}
    for number in sets:
        if instances.classes[number] != "IfcElementQuantity":  # it has no subtypes
            continue
        prefix = instances.text(number, "Name") or "Quantities"
        found.update(_flat(instances, instances.refs(number, "Quantities"), prefix, units, 0))
    return found


def _flat(
    instances: Instances, numbers: Iterable[Ref], prefix: str, units: Units, depth: int
) -> Iterator[tuple[str, float]]:
    for number in numbers:
        name = f"{prefix}.{instances.text(number, 'Name') or '?'}"
        if instances.is_a(number, "IfcPhysicalComplexQuantity"):
            if depth < _MAX_DEPTH:
                yield from _flat(instances, instances.refs(number, "HasQuantities"), name, units, depth + 1)
            continue
        value = simple_quantity(instances, number, units)
        if value is not None:
            yield name, value[0]


def simple_quantity(instances: Instances, number: Ref, units: Units) -> tuple[float, str] | None:
    """Value in SI and kind of an IfcPhysicalSimpleQuantity; its own unit wins over the project's."""
    known = QUANTITY_VALUES.get(instances.classes[number])
    if known is None:
        return None
    attribute, kind = known
    value = number_of(instances.get(number, attribute))
    if value is None:
        return None
    own = unit_factor(instances, instances.ref(number, "Unit"))
    return value * units.factor(kind, own), kind


def grades_of(instances: Instances, sets: Iterable[Ref]) -> list[tuple[str, str]]:
    """Name and value of every property that states a strength grade."""
    found: list[tuple[str, str]] = []
    for number in sets:
        if not instances.is_a(number, "IfcPropertySet", "IfcMaterialProperties"):
            continue
        attribute = "HasProperties" if instances.is_a(number, "IfcPropertySet") else "Properties"
        for entry in instances.refs(number, attribute):
            name = instances.text(entry, "Name")
            if name is None or not is_grade(name):
                continue
            text = property_text(instances, entry)
            if text:
                found.append((name, text))
    return found


def is_grade(name: str) -> bool:
    """Whether a property of this name states a strength grade."""
    return name.casefold().translate({32: None, 45: None, 95: None}) in GRADE_PROPERTIES


def property_text(instances: Instances, number: Ref) -> str | None:
    """The value of a single or enumerated property as text."""
    value = instances.get(number, "NominalValue")
    if value is None:
        value = instances.get(number, "EnumerationValues")
    if isinstance(value, tuple) and not isinstance(value, Typed):
        return ",".join(str(part.value if isinstance(part, Typed) else part) for part in value) or None
    if isinstance(value, Typed):
        value = value.value
    if isinstance(value, float):
        return f"{value:.9g}"
    return None if value is None else str(value).strip() or None
