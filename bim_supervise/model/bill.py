"""Bill items from IfcCostSchedule and IfcCostItem (IFC4 and later)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bim_supervise.model.elements import BillItem
from bim_supervise.model.instances import Instances, Ref, Typed, number_of
from bim_supervise.model.quantities import simple_quantity
from bim_supervise.model.spatial import distinct
from bim_supervise.model.units import SI_SYMBOLS, Units, unit_factor

_MAX_DEPTH = 16
_SUM_CATEGORIES = ("*", "sum", "total")


def bill_items_of(instances: Instances, units: Units, element_ids: Mapping[int, str]) -> list[BillItem]:
    """The priced lines of all cost schedules.

    A cost item that only gathers others (it has nested items, no price and no assignment of its own) is a
    heading and no line. The value is price x quantity; without quantities the price is a lump sum. Where a
    price, its unit or an operator is not understood, the value is None.

    Args:
        instances: the file.
        units: its units.
        element_ids: instance number of each element to its id.
    """
    elements, tasks = _assignments(instances, element_ids)
    children: dict[int, list[Ref]] = {}
    for relation in instances.of("IfcRelNests"):
        whole = instances.ref(relation, "RelatingObject")
        if whole is not None and instances.is_a(whole, "IfcCostItem"):
            children.setdefault(whole, []).extend(instances.refs(relation, "RelatedObjects"))
    found = []
    for number in instances.of("IfcCostItem"):
        prices = instances.refs(number, "CostValues")
        assigned = elements.get(number, []) or tasks.get(number, [])
        gathers = children.get(number) and (not prices or _is_sum(instances, prices))
        if gathers and not assigned:
            continue
        value, quantity, unit = (None, None, None) if gathers else _line(instances, number, prices, units)
        global_id = instances.text(number, "GlobalId") or ""
        found.append(
            BillItem(
                global_id=global_id,
                identification=instances.text(number, "Identification"),
                name=instances.text(number, "Name") or global_id,
                value=value,
                quantity=quantity,
                unit=unit,
                element_ids=tuple(dict.fromkeys(elements.get(number, []))),
                task_source_ids=tuple(dict.fromkeys(tasks.get(number, []))),
            )
        )
    names = distinct([item.global_id for item in found])
    return [replace(item, global_id=name) for item, name in zip(found, names, strict=True)]


def _assignments(
    instances: Instances, element_ids: Mapping[int, str]
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    elements: dict[int, list[str]] = {}
    tasks: dict[int, list[str]] = {}
    for relation in instances.of("IfcRelAssignsToControl"):
        control = instances.ref(relation, "RelatingControl")
        if control is None or not instances.is_a(control, "IfcCostItem"):
            continue
        for assigned in instances.refs(relation, "RelatedObjects"):
            if assigned in element_ids:
                elements.setdefault(control, []).append(element_ids[assigned])
            elif instances.is_a(assigned, "IfcTask"):
                tasks.setdefault(control, []).append(instances.text(assigned, "GlobalId") or "")
    for relation in instances.of("IfcRelAssignsToProcess"):
        task = instances.ref(relation, "RelatingProcess")
        if task is None or not instances.is_a(task, "IfcTask"):
            continue
        for assigned in instances.refs(relation, "RelatedObjects"):
            if instances.is_a(assigned, "IfcCostItem"):
                tasks.setdefault(assigned, []).append(instances.text(task, "GlobalId") or "")
    return elements, tasks


def _is_sum(instances: Instances, prices: list[Ref]) -> bool:
    return all((instances.text(price, "Category") or "").casefold() in _SUM_CATEGORIES for price in prices)


def _line(
    instances: Instances, number: Ref | int, prices: list[Ref], units: Units
) -> tuple[float | None, float | None, str | None]:
    """Value, SI quantity and SI unit of one line."""
    measured = [
        simple
        for quantity in instances.refs(number, "CostQuantities")
        if (simple := simple_quantity(instances, quantity, units)) is not None
    ]
    kinds = {kind for _, kind in measured}
    quantity = sum(value for value, _ in measured) if len(kinds) == 1 else None
    kind = kinds.pop() if len(kinds) == 1 else None
    unit = None if kind is None else SI_SYMBOLS[kind]
    if not prices:
        return None, quantity, unit
    total = 0.0
    for price in prices:
        amount = _amount(instances, price, 0)
        if amount is None:
            return None, quantity, unit
        if measured:
            if quantity is None or kind is None:
                return None, quantity, unit
            basis = _basis(instances, price, kind, units)
            if basis is None:
                return None, quantity, unit
            amount *= quantity / basis
        total += amount
    return total, quantity, unit


def _basis(instances: Instances, price: Ref, kind: str, units: Units) -> float | None:
    """SI amount of the quantity that a price is for: its unit basis, else one unit of the project."""
    basis = instances.ref(price, "UnitBasis")
    if basis is None:
        return units.factor(kind)
    amount = number_of(instances.get(basis, "ValueComponent"))
    factor = 1.0
    if kind != "count":
        own = unit_factor(instances, instances.ref(basis, "UnitComponent"))
        factor = units.factor(kind, own)
    return None if not amount else amount * factor


def _amount(instances: Instances, price: Ref, depth: int) -> float | None:
    """The money of an IfcCostValue, from its applied value or from its components."""
    if depth > _MAX_DEPTH:
        return None
    applied = instances.get(price, "AppliedValue")
    if isinstance(applied, Typed):
        return number_of(applied)
    if isinstance(applied, Ref):
        if instances.is_a(applied, "IfcMeasureWithUnit"):
            return number_of(instances.get(applied, "ValueComponent"))
        return None
    parts = [_amount(instances, part, depth + 1) for part in instances.refs(price, "Components")]
    amounts = [part for part in parts if part is not None]
    if not amounts or len(amounts) != len(parts):
        return None
    operator = instances.get(price, "ArithmeticOperator") or "ADD"
    result = amounts[0]
    for amount in amounts[1:]:
        if operator == "ADD":
            result += amount
        elif operator == "SUBTRACT":
            result -= amount
        elif operator == "MULTIPLY":
            result *= amount
        elif operator == "DIVIDE" and amount:
            result /= amount
        else:
            return None
    return result
