"""The element table of a file that is not loaded into any project."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec

from bim_supervise.api.base import existing_file
from bim_supervise.core.child import Progress, run_limited
from bim_supervise.model.read_table import Table, read_table_in_child


def element_table(
    path: str | Path, *, accept_partial: bool = False, on_progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Elements of an IFC file with their property sets; no content hash and no bounding box.

    Args:
        path: an IFC in SPF form, plain or zipped.
        accept_partial: read what a damaged file still holds.
        on_progress: called with the stage and the share 0..1 done.

    Raises:
        NotFound: ``file_missing``.
        InputRefused: as when a model is loaded.
    """
    file = existing_file(path)
    with tempfile.TemporaryDirectory(prefix="bim-supervise-") as folder:
        table: Table = run_limited(
            read_table_in_child, str(file.absolute()), folder, accept_partial, on_progress=on_progress
        )
    rows = []
    for element in table.elements:
        row: dict[str, Any] = msgspec.to_builtins(element)
        row["class"] = row.pop("ifc_class")
        del row["content_hash"], row["bounding_box"]
        rows.append(row | {"properties": dict(table.properties.get(element.global_id, {}))})
    return rows
