"""Opening IFC files for their plan: whole, or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import ifcopenshell

from bim_supervise.core.errors import InputRefused

_LARGEST = 4 << 30


def open_ifc(path: Path) -> Any:
    """Open an IFC file or ifczip and make sure that no task or link of it was left out.

    Raises:
        InputRefused: ``ifc_unreadable``, ``ifc_truncated`` or ``ifc_partial``.
    """
    if not zipfile.is_zipfile(path):
        return _open_plain(path)
    with zipfile.ZipFile(path) as archive:
        inside = [item for item in archive.infolist() if item.filename.lower().endswith(".ifc")]
        if len(inside) != 1 or inside[0].file_size > _LARGEST:
            held = f"the archive holds {len(inside)} IFC files, or one that is larger than 4 GiB"
            raise _unreadable(held, "Zip exactly one IFC file.")
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plan.ifc"
            with archive.open(inside[0]) as source, plain.open("wb") as target:
                shutil.copyfileobj(source, target)
            return _open_plain(plain)


def _unreadable(problem: str, hint: str) -> InputRefused:
    return InputRefused("ifc_unreadable", f"The IFC file cannot be read: {problem}.", hint, problem=problem)


def _open_plain(path: Path) -> Any:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:64]:
        raise _unreadable("it is in UTF-16", "Save it as UTF-8 or export it again (SPF).")
    if not data[-4096:].rstrip(b"\0 \t\r\n").endswith(b"END-ISO-10303-21;"):
        raise InputRefused(
            "ifc_truncated",
            "The IFC file does not end with END-ISO-10303-21; it was cut off or damaged.",
            "Export or copy the file again.",
        )
    try:
        file = ifcopenshell.open(str(path), format=".ifc")
    except Exception as error:
        raise _unreadable(str(error), "Open and save it in its authoring tool as IFC4 (SPF).") from error
    # The library leaves out damaged instances without a word, so what a plan needs is counted in the bytes.
    for name in ("IfcTask", "IfcRelSequence"):
        written = len(re.findall(rb"#\d+\s*=\s*%s\s*\(" % name.upper().encode(), data))
        read = len(file.by_type(name, include_subtypes=False))
        if read < written:
            raise InputRefused(
                "ifc_partial",
                f"Only {read} of {written} {name} in the IFC file can be read; it is damaged.",
                "Export or copy the file again.",
                name=name,
                read=read,
                written=written,
            )
    return file
