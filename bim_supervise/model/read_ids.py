"""The door to ifctester: a model held against an IDS (buildingSMART Information Delivery Specification)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from bim_supervise.core.child import Progress
from bim_supervise.core.errors import InputRefused
from bim_supervise.model.read_source import read_source

SUPERVISION_IDS = Path(str(files("bim_supervise.model").joinpath("supervision.ids")))
"""What supervision needs of a model, as an IDS of our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An element that does not meet a requirement; ``reason`` is ifctester's own sentence (English)."""

    global_id: str
    ifc_class: str
    name: str | None
    requirement: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One specification held against one model.

    Attributes:
        name: of the specification.
        description: as the IDS says; empty where it says nothing.
        status: ``pass``, ``fail``, or ``not_applicable``: it is for other versions of IFC, or nothing in the
            model falls under it and nothing has to.
        passed: number of elements that meet every requirement.
        failed: number of elements that do not.
        failures: each failed requirement of each element.
    """

    name: str
    description: str
    status: str
    passed: int
    failed: int
    failures: tuple[Failure, ...]


def check_in_child(
    ids_path: str, model_path: str, work_folder: str, progress: Progress
) -> list[Specification]:
    """Hold a model against an IDS.

    Raises:
        InputRefused: ``extra_missing`` without ifctester; ``ids_invalid``; what ``read_source`` refuses.
    """
    try:
        from ifctester import ids
    except ImportError as error:
        raise InputRefused(
            "extra_missing",
            "Checking an IDS needs the package ifctester, which is not installed.",
            "Install it with: pip install 'bim-supervise[ids]'.",
            package="ifctester",
            extra="ids",
        ) from error
    import ifcopenshell

    progress("ids", 0.0)
    try:
        wanted: Any = ids.open(ids_path, validate=True)
    except Exception as error:  # whatever the XML libraries raise, the file is no IDS
        raise InputRefused(
            "ids_invalid",
            f"{Path(ids_path).name} is no valid IDS: {str(error).strip().splitlines()[0][:200]}.",
            "Check it with the IDS audit tool of buildingSMART, or write it anew.",
            file=Path(ids_path).name,
            problem=str(error).strip().splitlines()[0][:200],
        ) from error
    source = read_source(Path(model_path), Path(work_folder))
    model: Any = ifcopenshell.open(str(source.path))
    found = []
    for place, specification in enumerate(wanted.specifications):
        specification.reset_status()
        applies = specification.check_ifc_version(model)
        if applies:
            specification.validate(model)
        found.append(_result(specification, applies))
        progress("ids", (place + 1) / len(wanted.specifications))
    return found


def _result(specification: Any, applies: bool) -> Specification:
    failures = [
        Failure(
            global_id=getattr(failure["element"], "GlobalId", None) or f"#{failure['element'].id()}",
            ifc_class=failure["element"].is_a(),
            name=getattr(failure["element"], "Name", None),
            requirement=str(facet.to_string("requirement", specification, facet)),
            reason=str(failure["reason"]),
        )
        for facet in (specification.requirements if applies else ())
        for failure in facet.failures
    ]
    failed = specification.failed_entities if applies else ()
    passed = [item for item in specification.passed_entities if item not in failed] if applies else ()
    if not applies or (specification.status and not specification.applicable_entities):
        status = "not_applicable"
    else:
        status = "pass" if specification.status else "fail"
    return Specification(
        name=specification.name or "",
        description=specification.description or "",
        status=status,
        passed=len(passed),
        failed=len(failed),
        failures=tuple(failures),
    )


def worst(specifications: Sequence[Specification]) -> str:
    """The status of several models held against one specification."""
    states = {item.status for item in specifications}
    return next((state for state in ("fail", "pass") if state in states), "not_applicable")
