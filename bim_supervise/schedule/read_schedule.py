"""Read a plan whatever its format: the content decides, not the file's extension."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.graph import refuse_cycles, task_graph
from bim_supervise.schedule.read_mpxj import mpxj_installed, parse_with_mpxj
from bim_supervise.schedule.read_mspdi import parse_mspdi
from bim_supervise.schedule.read_pmxml import parse_pmxml
from bim_supervise.schedule.read_schedule_csv import read_csv_schedule
from bim_supervise.schedule.read_xer import parse_xer
from bim_supervise.schedule.tasks import Schedule

_EXPORT = "Export the plan as MS Project XML, Primavera P6 XER or XML, CSV or IFC (SPF)."
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ZIP = b"PK\x03\x04"


def read_schedule(
    path: Path,
    *,
    mapping: Path | None = None,
    timeout_s: float = 900.0,
    memory_bytes: int = 8 << 30,
    on_progress: Progress | None = None,
) -> Schedule:
    """Read a plan: MS Project XML, Primavera P6 XER or XML, CSV, or the tasks of an IFC file.

    With the extra ``mpxj`` also MS Project MPP and the other binary formats that MPXJ knows.

    Args:
        path: the file; all but CSV are read in a child process with limits of time and memory.
        mapping: YAML file that names the columns of a CSV; see ``docs`` and ``read_schedule_csv``.
        timeout_s: limit of the child process [s].
        memory_bytes: limit of the child's address space [bytes].
        on_progress: called with stage and share 0..1.

    Returns:
        The plan with what was skipped and converted, its links free of cycles.

    Raises:
        InputRefused: with the file's name in the message; codes of the readers, and ``file_not_found``,
            ``file_empty``, ``schedule_format_unsupported``, ``schedule_cycle``.
    """
    try:
        schedule = _read(path, mapping, timeout_s, memory_bytes, on_progress)
        refuse_cycles(task_graph(schedule))
    except InputRefused as error:
        if path.name in error.message:
            raise
        params = error.params | {"file": path.name}
        raise InputRefused(error.code, f"{path.name}: {error.message}", error.hint, **params) from error
    return schedule


def _read(
    path: Path,
    mapping: Path | None,
    timeout_s: float,
    memory_bytes: int,
    on_progress: Progress | None,
) -> Schedule:
    try:
        kind = _kind_of(path)
    except InputRefused as error:
        if error.code != "schedule_format_unsupported" or not error.params.get("binary"):
            raise
        if not mpxj_installed():
            raise InputRefused(
                "schedule_needs_mpxj",
                error.message,
                f"{_EXPORT} Or install bim-supervise[mpxj] and a Java runtime, and load it as it is.",
                file=path.name,
                format=error.params["format"],
            ) from error
        kind = "mpxj"
    digest = _digest(path)
    if kind == "csv":
        return read_csv_schedule(path, digest, mapping=mapping)
    if mapping is not None:
        raise InputRefused(
            "mapping_not_used",
            f"A column mapping was given, but {path.name} is not a CSV file.",
            "Leave the mapping out.",
            file=path.name,
        )
    readers = {"pmxml": parse_pmxml, "xer": parse_xer, "mpxj": parse_with_mpxj}
    parse = readers.get(kind, parse_mspdi)
    if kind == "ifc":
        # Imported here because ifcopenshell takes a second to import and only IFC plans need it.
        from bim_supervise.schedule.read_ifc_schedule import parse_ifc_schedule as parse
    schedule = run_limited(
        parse,
        str(path),
        digest,
        timeout_s=timeout_s,
        memory_bytes=memory_bytes,
        on_progress=on_progress,
    )
    assert isinstance(schedule, Schedule)
    return schedule


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _kind_of(path: Path) -> str:
    """``xml``, ``pmxml``, ``xer``, ``ifc`` or ``csv``."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise InputRefused(
            "file_not_found",
            f"{path.name} cannot be read ({error.strerror}).",
            "Check the path and its permissions.",
            file=path.name,
            problem=error.strerror,
        ) from error
    if not head.strip():
        raise InputRefused("file_empty", f"{path.name} is empty.", _EXPORT, file=path.name)
    text = _as_text(head).lstrip("\ufeff \t\r\n")
    name = "a Git-LFS pointer, not the file itself" if text.startswith("version https://git-lfs") else None
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        name = "an MS Project MPP (or another Office) binary"
    elif head.startswith(_ZIP):
        if _zip_holds_ifc(path):
            return "ifc"
        name = "a zip archive without an IFC file (a workbook?)"
    elif text.startswith("ISO-10303-21"):
        return "ifc"
    elif text.startswith(("ERMHDR", "%T\t")):
        return "xer"
    elif text.startswith("<"):
        root = _ROOT.search(_COMMENT.sub("", text))
        return "pmxml" if root is not None and root[1] == "APIBusinessObjects" else "xml"
    elif name is None and "\0" in text:
        name = "a binary file"
    if name is not None:
        raise InputRefused(
            "schedule_format_unsupported",
            f"{path.name} is {name}, which cannot be read as a plan.",
            _EXPORT,
            format=name,
            file=path.name,
            binary=not text.startswith("version https://git-lfs") or None,
        )
    return "csv"


def _as_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head[:2] in (b"<\0", b"\0<"):
        return head.decode("utf-16-le" if head[:1] == b"<" else "utf-16-be", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _zip_holds_ifc(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.lower().endswith(".ifc") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False
