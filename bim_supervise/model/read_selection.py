"""Elements picked from a model file by IfcOpenShell's selector syntax, in a child process with limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused

TIME_LIMIT_S = 300.0


def select_elements(file: Path, queries: Sequence[str]) -> list[tuple[str, ...]]:
    """The GlobalIds that each query picks, in the order of the queries.

    Args:
        file: an IFC file that was loaded before.
        queries: selectors such as ``IfcWall, material=/C30.*/``.

    Raises:
        InputRefused: ``selector_invalid`` with the query and what is wrong with it, or the child ran out of
            time or memory.
    """
    found: list[tuple[str, ...]] = run_limited(
        select_in_child, str(file), tuple(queries), timeout_s=TIME_LIMIT_S
    )
    return found


def select_in_child(path: str, queries: tuple[str, ...], progress: Progress) -> list[tuple[str, ...]]:
    """Run the queries; see ``select_elements``."""
    import ifcopenshell
    from ifcopenshell.util.selector import filter_elements

    progress("open", 0.0)
    model = ifcopenshell.open(path)
    found = []
    for done, query in enumerate(queries):
        progress("select", done / len(queries))
        try:
            picked = filter_elements(model, query)
        except Exception as error:
            # The grammar's own errors say where in the query the fault lies.
            detail = " ".join(str(error).split())[:200]
            raise InputRefused(
                "selector_invalid",
                f"'{query}' is no valid selector: {detail}.",
                "Write it as IfcOpenShell does, e.g. IfcWall, material=concrete.",
                query=query,
                detail=detail,
            ) from error
        found.append(tuple(sorted(one.GlobalId for one in picked if hasattr(one, "GlobalId"))))
    return found
