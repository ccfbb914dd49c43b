"""The instances of an IFC file as plain data: what every other part of this room works on.

Nothing here knows the library that parsed the file, so everything built on it is pure and testable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Ref(int):
    """The number of another instance (``#12``), told apart from a plain integer value."""

    __slots__ = ()


class Typed(NamedTuple):
    """A value with its own type inside a SELECT, e.g. ``IFCLABEL('x')``."""

    type: str
    value: Any


@dataclass(frozen=True, slots=True)
class Kind:
    """What an attribute holds.

    ``form`` is ``entity``, ``select``, ``list``, ``set`` (order is free: EXPRESS SET and BAG) or a
    value: ``length area volume mass time angle real integer string enum boolean binary``.
    """

    form: str
    item: Kind | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A direct attribute of an entity class in the order of the schema."""

    name: str
    kind: Kind


@dataclass(slots=True)
class Instances:
    """All instances of one file, keyed by instance number, with the schema facts they need.

    Attributes:
        schema: schema identifier of the file, e.g. ``IFC4``.
        classes: instance number to class name (``IfcWall``).
        rows: instance number to attribute values in schema order; references are ``Ref``.
        attributes: class name to its attributes.
        supertypes: class name to the names of itself and all its supertypes.
        value_kinds: name of a defined type (``IfcLengthMeasure``) to its kind.
    """

    schema: str
    classes: dict[int, str] = field(default_factory=dict)
    rows: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    attributes: dict[str, tuple[Attribute, ...]] = field(default_factory=dict)
    supertypes: dict[str, frozenset[str]] = field(default_factory=dict)
    value_kinds: dict[str, Kind] = field(default_factory=dict)
    _members: dict[str, list[int]] = field(default_factory=dict)
    _positions: dict[str, dict[str, int]] = field(default_factory=dict)

    def index(self) -> None:
        """Prepare the look-ups by class and attribute name; call once after filling."""
        if sum(map(len, self._members.values())) != len(self.rows):
            self._members.clear()
            for number, name in self.classes.items():
                self._members.setdefault(name, []).append(number)
        self._positions = {
            name: {attribute.name: place for place, attribute in enumerate(attributes)}
            for name, attributes in self.attributes.items()
        }

    def add(self, name: str, numbers: list[int], rows: list[tuple[Any, ...]]) -> None:
        """Add instances of one class; much quicker than one by one."""
        self.rows.update(zip(numbers, rows, strict=True))
        self.classes.update(dict.fromkeys(numbers, name))
        self._members.setdefault(name, []).extend(numbers)

    def of(self, *names: str) -> Iterator[int]:
        """Numbers of the instances of these classes and all their subtypes, class by class."""
        wanted = set(names)
        for name, numbers in self._members.items():
            if not wanted.isdisjoint(self.supertypes.get(name, {name})):
                yield from numbers

    def referring(self, name: str, *attributes: str) -> Iterator[tuple[list[Ref], ...]]:
        """Of every instance of a class and its subtypes, the instances that each attribute refers to."""
        for kind, numbers in self._members.items():
            if name not in self.supertypes.get(kind, ()):
                continue
            places = [self._positions[kind].get(attribute) for attribute in attributes]
            for number in numbers:
                row = self.rows[number]
                yield tuple([self._existing(None if at is None else row[at]) for at in places])

    def _existing(self, value: Any) -> list[Ref]:
        if type(value) is Typed:
            value = value.value
        if type(value) is Ref:
            return [value] if value in self.rows else []
        if type(value) is not tuple:
            return []
        rows = self.rows
        return [entry for entry in value if type(entry) is Ref and entry in rows]

    def is_a(self, number: Any, *names: str) -> bool:
        """Whether this is a reference to an existing instance of one of these classes or a subtype."""
        if number is None:
            return False
        try:
            mine = self.supertypes[self.classes[number]]
        except (KeyError, TypeError):
            return False
        return any(name in mine for name in names)

    def get(self, number: int | None, name: str) -> Any:
        """The value of an attribute; None if it is unset, unknown to the class, or nothing is there."""
        if number is None:
            return None
        kind = self.classes.get(number)
        if kind is None:
            return None
        place = self._positions[kind].get(name)
        return None if place is None else self.rows[number][place]

    def text(self, number: int | None, name: str) -> str | None:
        """A text attribute exactly as written; text of blanks alone counts as unset."""
        value = self.get(number, name)
        if isinstance(value, Typed):
            value = value.value
        if not isinstance(value, str):
            return None
        return value if value.strip() else None

    def ref(self, number: int | None, name: str) -> Ref | None:
        """A reference to an instance that exists."""
        value = self.get(number, name)
        return value if isinstance(value, Ref) and value in self.rows else None

    def refs(self, number: int | None, name: str) -> list[Ref]:
        """All references to existing instances in an attribute, be it one, a list or a typed set."""
        return self._existing(self.get(number, name))

    def named(self, number: int) -> Mapping[str, Any]:
        """All attributes of one instance by name."""
        names = (attribute.name for attribute in self.attributes[self.classes[number]])
        return dict(zip(names, self.rows[number], strict=False))


def number_of(value: Any) -> float | None:
    """The number in a plain or typed value; None for anything else (booleans included)."""
    if isinstance(value, Typed):
        value = value.value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or isinstance(value, Ref):
        return None
    return float(value)
