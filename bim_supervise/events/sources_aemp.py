"""ISO 15143-3 (AEMP 2.0) fleet snapshots to rows: what the telematics of machines of any maker report.

A snapshot is XML or JSON: a page of a fleet, or one machine. Every value carries its own time, and most are
counters since the machine was built. A row is a machine with all that is said of it; the mapping takes what
has a kind, and a feed may map more of it (a maker's own counter of energy, say).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from xml.etree.ElementTree import ParseError

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.fields import ObservationMapping
from bim_supervise.events.rows import Row, Unreadable, as_written
from bim_supervise.events.sources_file import decode_json

_IDENTITIES = ("equipmentid", "pin", "serialnumber")
"""What a machine is called by, in this order, whatever the case in which a maker writes it."""
_UTF_8_MARK = b"\xef\xbb\xbf"
_XML_BEGINS = (b"<", b"\xff\xfe<", b"\xfe\xff\x00<")
_MOST_BYTES = 64 << 20
_MEMORY = 2 << 30
_TIMEOUT_S = 300.0


class _Element(Protocol):
    tag: str
    text: str | None
    attrib: dict[str, str]

    def __iter__(self) -> Iterator[_Element]: ...


def decode_aemp(topic: str, payload: bytes) -> Sequence[Row]:
    """Rows with ``machine`` and the blocks of the snapshot as they are called there, each with ``datetime``.

    ``machine`` is the EquipmentID, else the PIN, else the serial number. What is neither XML nor JSON is
    ``json_invalid``, damaged XML or such with a DTD ``xml_invalid``; a document without machines is
    ``fleet_invalid`` and a machine without a name ``machine_unnamed``.
    """
    rows: list[Row] = []
    for document in _documents(payload):
        if isinstance(document, Unreadable):
            rows.append(document)
            continue
        machines = list(_machines(document))
        rows += [_row(machine) for machine in machines] or [Unreadable("fleet_invalid")]
    return rows or [Unreadable("fleet_invalid")]


def _documents(payload: bytes) -> Iterable[object]:
    begin = payload.removeprefix(_UTF_8_MARK).lstrip()
    if not begin.startswith(_XML_BEGINS):
        return decode_json(begin)
    # Imported here: only who receives XML needs it.
    from defusedxml.ElementTree import fromstring

    try:
        return [_fleet(fromstring(payload, forbid_dtd=True))]
    except (ParseError, ValueError, LookupError):
        return [Unreadable("xml_invalid")]


def _fleet(root: _Element) -> dict[str, Any]:
    """A snapshot in XML as the same in JSON; what lies deeper than its values is nothing we know."""
    found = [root] if _name(root.tag) == "Equipment" else root
    machines = [list(one) for one in found if _name(one.tag) == "Equipment"]
    # Of a block that is there more than once (an engine each) the first counts.
    return {"Equipment": [{_name(one.tag): _block(one) for one in reversed(blocks)} for blocks in machines]}


def _block(element: _Element) -> dict[str, Any]:
    attributes = {_name(name): value for name, value in element.attrib.items()}
    return attributes | {_name(leaf.tag): (leaf.text or "").strip() for leaf in element}


def _name(tag: object) -> str:
    # Comments and processing instructions have a function for a tag.
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _machines(document: object) -> Iterator[Mapping[str, Any]]:
    if not isinstance(document, Mapping):
        return
    found = document.get("Equipment", document if "EquipmentHeader" in document else None)
    for machine in found if isinstance(found, list) else [found]:
        if isinstance(machine, Mapping):
            yield machine


def _row(machine: Mapping[str, Any]) -> Row:
    header = machine.get("EquipmentHeader")
    said = {str(key).casefold(): as_written(value) for key, value in _items(header)}
    name = next((said[key] for key in _IDENTITIES if said.get(key)), None)
    if name is None:
        return Unreadable("machine_unnamed")
    blocks = {
        key: {"datetime" if part.casefold() == "datetime" else part: value for part, value in _items(block)}
        for key, block in machine.items()
        if isinstance(block, Mapping)
    }
    return {**blocks, "machine": name}


def _items(block: object) -> Iterable[tuple[str, Any]]:
    return [(str(key), value) for key, value in block.items()] if isinstance(block, Mapping) else ()


# -- files -------------------------------------------------------------------------------------------


def is_fleet(path: Path) -> bool:
    """Whether a file is named like a snapshot in XML."""
    return path.suffix.lower() == ".xml"


def fleet_batches(
    path: Path, mapping: ObservationMapping, *, on_progress: Callable[[float], None] | None = None
) -> Iterator[list[tuple[int, Row]]]:
    """The machines of a snapshot in XML, numbered from 1, in one chunk; read in a child process.

    Raises:
        InputRefused: ``fleet_file_too_large``, ``fleet_unreadable``, or that the child ran out of time or
            memory.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise InputRefused(
            "fleet_file_too_large",
            f"'{path.name}' is larger than {_MOST_BYTES >> 20} MiB.",
            "Save the pages of the fleet in files of their own.",
            file=path.name,
            mebibytes=_MOST_BYTES >> 20,
        )
    rows = run_limited(read_fleet, str(path), timeout_s=_TIMEOUT_S, memory_bytes=_MEMORY)
    yield list(enumerate(rows, 1))


def read_fleet(path: str, progress: Progress) -> Sequence[Row]:
    """The rows of a snapshot; runs in the child.

    Raises:
        InputRefused: ``fleet_unreadable`` when nothing in the file can be read as a machine.
    """
    rows = decode_aemp("", Path(path).read_bytes())
    progress("fleet", 1.0)
    if all(isinstance(row, Unreadable) and row.reason != "machine_unnamed" for row in rows):
        name = Path(path).name
        raise InputRefused(
            "fleet_unreadable",
            f"'{name}' is no ISO 15143-3 (AEMP 2.0) snapshot of a fleet.",
            "Save what the maker's telematics service answers to /Fleet/1, as it is.",
            file=name,
        )
    return rows
