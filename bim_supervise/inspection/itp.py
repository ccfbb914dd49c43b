"""The inspection and test plan (ITP, 检验试验计划): lines that make checkpoints for the work they match.

A line says for which work it holds (by words of the task, classes and storeys of its elements) and what it
asks. ``checkpoints_of`` turns lines, tasks and elements into checkpoints; the same input gives the same
checkpoints, so that a new model revision or a new plan only adds and removes what really changed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bim_supervise.checkpoints.contract import Boundary, Checkpoint, Control, Kind, Terms
from bim_supervise.checkpoints.read_checkpoints import read_terms
from bim_supervise.core.errors import InputRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """To which tasks a line applies; every filter that is not empty must fit.

    ``work`` are words, one of which stands in the task's trade, name or WBS code; ``classes`` are IFC classes
    and ``storeys`` names of storeys of linked elements.
    """

    work: tuple[str, ...] = ()
    not_work: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    storeys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItpLine:
    """A line of the plan. ``evidence_class`` tells how sure its ``terms.clause`` and times are."""

    id: str
    title: Mapping[str, str]
    kind: Kind
    control: Control
    boundary: Boundary
    rule: str
    applies: Applies
    parameters: Mapping[str, Any] = field(default_factory=dict)
    required_capacities: tuple[str, ...] = ()
    terms: Terms = Terms()  # noqa: RUF009 - frozen
    evidence_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A task as a line looks at it: its words, and its elements as (GlobalId, IFC class, storey)."""

    task: str
    words: str
    elements: Sequence[tuple[str, str, str | None]] = ()


def profiles() -> dict[str, Traversable]:
    """The plans that ship with the software, by name; nothing of them holds until one is loaded."""
    folder = files("bim_supervise.inspection") / "profiles"
    return {
        item.name.removeprefix("itp_").removesuffix(".yaml"): item
        for item in sorted(folder.iterdir(), key=lambda one: one.name)
        if item.name.startswith("itp_")
    }


def read_itp(source: Path | Traversable, capacities: Sequence[str]) -> tuple[ItpLine, ...]:
    """Read a plan.

    Args:
        source: YAML file with the list ``itp``.
        capacities: the capacities that ``required_capacities`` may name.

    Raises:
        InputRefused: ``itp_unreadable`` or ``itp_invalid``, naming the line and the field.
    """
    try:
        data = yaml.safe_load(source.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(source.name, str(error)) from error
    rows = data.get("itp") if isinstance(data, Mapping) else data
    if not isinstance(rows, list):
        raise _unreadable(source.name, "no list 'itp'")
    return parse_itp(rows, capacities, source.name)


def parse_itp(rows: Sequence[Any], capacities: Sequence[str], name: str = "") -> tuple[ItpLine, ...]:
    """A plan from plain data.

    Raises:
        InputRefused: ``itp_invalid``.
    """
    lines: dict[str, ItpLine] = {}
    for number, row in enumerate(rows, 1):
        try:
            line = _line(row, capacities)
            if line.id in lines:
                raise ValueError(f"'id': '{line.id}' stands twice")
        except ValueError as error:
            raise InputRefused(
                "itp_invalid",
                f"{name}, line {number}: {error}.",
                "Correct the line and load the plan again; nothing was stored.",
                file=name,
                number=number,
                problem=str(error),
            ) from error
        lines[line.id] = line
    return tuple(lines.values())


def plain_line(line: ItpLine) -> dict[str, Any]:
    """A line as plain data, as ``parse_itp`` reads it."""
    data: dict[str, Any] = msgspec.to_builtins(line)
    data["terms"].pop("origin", None)
    return data


def checkpoints_of(lines: Iterable[ItpLine], work: Sequence[Work]) -> tuple[Checkpoint, ...]:
    """The checkpoints that lines make for tasks, in the order of the lines, then of the tasks.

    Where a line looks at classes or storeys, its rule is asked about the matching elements only.
    """
    made = []
    for line in lines:
        for item in work:
            elements = _matching(line.applies, item)
            if elements is None:
                continue
            parameters = dict(line.parameters)
            if (line.applies.classes or line.applies.storeys) and elements:
                parameters.setdefault("elements", sorted(set(elements)))
            made.append(
                Checkpoint(
                    id=f"{line.id}@{item.task}",
                    kind=line.kind,
                    control=line.control,
                    boundary=line.boundary,
                    rule=line.rule,
                    task=item.task,
                    title=line.title,
                    parameters=parameters,
                    required_capacities=line.required_capacities,
                    terms=replace(line.terms, origin=line.id),
                )
            )
    return tuple(made)


def _matching(applies: Applies, work: Work) -> list[str] | None:
    """The elements of a task that a line is about; None where it does not apply to the task."""
    words = _folded(work.words)
    if applies.work and not any(_folded(word) in words for word in applies.work):
        return None
    if any(_folded(word) in words for word in applies.not_work):
        return None
    found = [
        element
        for element, ifc_class, storey in work.elements
        if (not applies.classes or ifc_class in applies.classes)
        and (not applies.storeys or storey in applies.storeys)
    ]
    if (applies.classes or applies.storeys) and not found:
        return None
    return found


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _line(row: Any, capacities: Sequence[str]) -> ItpLine:
    if not isinstance(row, Mapping):
        raise ValueError("is no mapping of fields")
    known = {item.name for item in fields(ItpLine)}
    strange = sorted(str(key) for key in row if key not in known)
    if strange:
        raise ValueError(f"'{strange[0]}' is no field; known are {', '.join(sorted(known))}")
    terms = read_terms(row.get("terms") or {})
    line = msgspec.convert({**row, "terms": {}}, ItpLine)
    for capacity in line.required_capacities:
        if capacity not in capacities:
            raise ValueError(f"'required_capacities': '{capacity}' is none of {', '.join(capacities)}")
    if not line.id.strip() or "@" in line.id:
        raise ValueError("'id' is empty or holds an @")
    if line.control is Control.HOLD and not line.required_capacities:
        raise ValueError("'required_capacities' is empty; a hold point needs somebody who signs")
    if not any((line.applies.work, line.applies.classes, line.applies.storeys)):
        raise ValueError("'applies' is empty; say for which work the line holds")
    return replace(line, terms=terms)


def _unreadable(name: str, problem: str) -> InputRefused:
    return InputRefused(
        "itp_unreadable",
        f"{name} is no inspection plan: {problem}.",
        "Write a YAML file with a list 'itp'; see docs/formats.md.",
        file=name,
        problem=problem,
    )
