"""The door to the IFC parser: an SPF file to plain ``Instances``, with what the parser lost on the way."""

from __future__ import annotations

import gc
import resource
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifcopenshell import ifcopenshell_wrapper as wrapper

from bim_supervise.model.instances import Attribute, Instances, Kind, Ref, Typed
from bim_supervise.model.spf_text import recovered_text

_MEASURES = {
    "IfcLengthMeasure": "length",
    "IfcPlaneAngleMeasure": "angle",
    "IfcAreaMeasure": "area",
    "IfcVolumeMeasure": "volume",
    "IfcMassMeasure": "mass",
    "IfcTimeMeasure": "time",
}
_STATM = Path("/proc/self/statm")
_SIMPLE = {"logical": "boolean", "number": "real"}
_REPORT_EVERY = 1 << 13
_MEMORY_SHARE = 0.85
_MOST_EMPTY = 1000
"""The parser answers a statement that it skips with nothing; so many in a row mean that it is stuck."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the parser held when it stopped.

    Attributes:
        instances: everything it held.
        authoring_tool: originating system of the header.
        header_read: False when the parser could not make sense of the header.
        syntax_error: True when it stopped at something it could not parse.
        count: number of instances it yielded.
        repeated: instance numbers that were defined twice.
        dangling: instance numbers that are referred to but not defined.
        last: the last instance number read.
        text_encoding: encoding in which mojibake names were recovered, if any.
    """

    instances: Instances
    authoring_tool: str | None
    header_read: bool
    syntax_error: bool
    count: int
    repeated: tuple[int, ...]
    dangling: tuple[int, ...]
    last: int | None
    text_encoding: str | None


_open_streamer: Any = wrapper.instance_streamer
"""The parser's streaming reader; it is not typed."""


class _Reader:
    """Turns the parser's dictionaries into compact rows and remembers every reference."""

    def __init__(self) -> None:
        self.references: set[int] = set()
        self.suspects: set[str] = set()
        self.types: set[str] = set()

    def value(self, value: Any) -> Any:
        kind = type(value)
        if kind is float or value is None or kind is int:
            return value
        if kind is str:
            if not value.isascii() and any("\x80" <= character <= "\x9f" for character in value):
                self.suspects.add(value)
            return value
        if kind is dict:
            number = value.get("ref")
            if number is not None:
                self.references.add(number)
                return Ref(number)
            self.types.add(value["type"])
            return Typed(value["type"], self.value(value["value"]))
        if kind is tuple:
            if not value or type(value[0]) is float:
                return value
            return tuple([self.value(part) for part in value])
        return value


def header_is_readable(data: bytes) -> bool:
    """Whether the parser understands the header of an SPF file; only the header is handed to it."""
    head, mark, _ = data.partition(b"DATA;")
    with tempfile.NamedTemporaryFile(suffix=".ifc") as file:
        file.write(head + mark + b"\nENDSEC;\nEND-ISO-10303-21;\n")
        file.flush()
        return _open_streamer(file.name).schema() is not None


def parse(path: Path, progress: Callable[[int], None]) -> Parsed:
    """Read all instances of an SPF file.

    Args:
        path: the file to parse.
        progress: called now and then with the number of instances read.
    """
    streamer: Any = _open_streamer(str(path))
    if streamer.schema() is None:
        return Parsed(Instances(""), None, False, False, 0, (), (), None, None)
    schema = streamer.schema()
    instances = Instances(schema.name())
    reader = _Reader()
    tool: str | None = None
    count = empty = 0
    last: int | None = None
    repeated: list[int] = []
    names: dict[str, str] = {}
    expected: dict[str, tuple[str, ...]] = {}
    rows, classes = instances.rows, instances.classes
    # The collector would walk hundreds of thousands of live rows again and again; none of them is garbage.
    gc.disable()
    try:
        while streamer:
            record = streamer.read_instance_py()
            if not record:
                empty += 1
                if empty > _MOST_EMPTY:
                    break
                continue
            empty = 0
            number = record["id"]
            name = record["type"]
            if not number:
                if name == "file_name":
                    tool = _tool(record)
                continue
            count += 1
            last = number
            if count % _REPORT_EVERY == 0:
                _keep_memory_in_hand()
                progress(count)
            if number in rows:
                repeated.append(number)
                continue
            name = names.setdefault(name, name)
            wanted = expected.get(name)
            if wanted is None:
                instances.attributes[name] = attributes = attributes_of(schema, name)
                instances.supertypes[name] = supertypes_of(schema, name)
                wanted = expected[name] = ("id", "type", *(attribute.name for attribute in attributes))
            classes[number] = name
            if tuple(record) == wanted:
                values = list(record.values())[2:]
            else:
                values = [record.get(attribute) for attribute in wanted[2:]]
            rows[number] = tuple([reader.value(value) for value in values])
    finally:
        gc.enable()
    instances.value_kinds = {name: value_kind(schema, name) for name in reader.types}
    encoding = _recover_names(instances, reader.suspects)
    instances.index()
    return Parsed(
        instances=instances,
        authoring_tool=tool,
        header_read=True,
        syntax_error=empty > _MOST_EMPTY
        or int(streamer.status().value()) != int(wrapper.file_open_status.SUCCESS),
        count=count,
        repeated=tuple(repeated),
        dangling=tuple(sorted(reader.references.difference(rows))),
        last=last,
        text_encoding=encoding,
    )


def _keep_memory_in_hand() -> None:
    """Give up before the limit: short of memory the parser may crash or spin instead of saying so.

    Raises:
        MemoryError: the process uses most of the address space that it is allowed.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return
    try:
        used = int(_STATM.read_text("ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return  # not a Linux; the limit itself remains
    if used > _MEMORY_SHARE * limit:
        raise MemoryError


def _tool(record: dict[str, Any]) -> str | None:
    for key in ("originating_system", "preprocessor_version"):
        text = record.get(key)
        if isinstance(text, str) and text.strip():
            return text.strip()
    return None


def _recover_names(instances: Instances, suspects: set[str]) -> str | None:
    if not suspects:
        return None
    encoding = recovered_text(suspects)
    if encoding is None:
        return None

    def recover(value: Any) -> Any:
        if isinstance(value, str) and not value.isascii():
            try:
                return value.encode("latin-1").decode(encoding)
            except (UnicodeDecodeError, UnicodeEncodeError):
                return value
        if isinstance(value, Typed):
            return Typed(value.type, recover(value.value))
        if isinstance(value, tuple):
            return tuple(recover(part) for part in value)
        return value

    for number, row in instances.rows.items():
        instances.rows[number] = tuple(recover(value) for value in row)
    return encoding


def supertypes_of(schema: Any, name: str) -> frozenset[str]:
    """Names of an entity class and all its supertypes."""
    found = []
    declaration = schema.declaration_by_name(name)
    while declaration is not None:
        found.append(declaration.name())
        declaration = declaration.supertype()
    return frozenset(found)


def attributes_of(schema: Any, name: str) -> tuple[Attribute, ...]:
    """All direct attributes of an entity class in the order of the schema."""
    declaration = schema.declaration_by_name(name).as_entity()
    return tuple(
        Attribute(attribute.name(), _kind(attribute.type_of_attribute()))
        for attribute in declaration.all_attributes()
    )


def value_kind(schema: Any, name: str) -> Kind:
    """What a defined type holds."""
    try:
        return _declared(schema.declaration_by_name(name))
    except RuntimeError:
        return Kind("string")


def _kind(parameter: Any) -> Kind:
    aggregation = parameter.as_aggregation_type()
    if aggregation is not None:
        form = "set" if aggregation.type_of_aggregation_string() in ("set", "bag") else "list"
        return Kind(form, _kind(aggregation.type_of_element()))
    named = parameter.as_named_type()
    if named is not None:
        return _declared(named.declared_type())
    return _simple(parameter)


def _declared(declaration: Any) -> Kind:
    if declaration.as_entity() is not None:
        return Kind("entity")
    if declaration.as_select_type() is not None:
        return Kind("select")
    if declaration.as_enumeration_type() is not None:
        return Kind("enum")
    if declaration.name() in _MEASURES:
        return Kind(_MEASURES[declaration.name()])
    return _kind(declaration.as_type_declaration().declared_type())


def _simple(parameter: Any) -> Kind:
    name = str(parameter.as_simple_type()).strip("<>").lower()
    return Kind(_SIMPLE.get(name, name))
