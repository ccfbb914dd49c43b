"""Plans in formats of other tools (MS Project MPP, Asta, Synchro ...) through the optional library MPXJ.

MPXJ reads the file and writes it as MS Project XML, which the own reader then takes: one interpretation for
all. It needs the extra ``mpxj`` and a Java virtual machine.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bim_supervise.core.child import Progress
from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.read_mspdi import parse_mspdi
from bim_supervise.schedule.tasks import Schedule, Skipped

_HEAP = "-Xmx2g"
_QUIET = (
    "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
    "-Dlog4j2.level=OFF",
)


def mpxj_installed() -> bool:
    """Whether the extra ``mpxj`` is installed."""
    return find_spec("mpxj") is not None


def java_found() -> bool:
    """Whether there is a Java virtual machine."""
    return bool(os.environ.get("JAVA_HOME")) or shutil.which("java") is not None


def start_java() -> Any:
    """Start the virtual machine with MPXJ on its class path and return the bridge; once per process.

    Raises:
        InputRefused: ``java_missing``.
    """
    import jpype
    import mpxj  # noqa: F401 - puts its archives on the class path

    try:
        jpype.startJVM(_HEAP, *_QUIET, convertStrings=True)
    except (OSError, jpype.JVMNotFoundException) as error:
        raise InputRefused(
            "java_missing",
            f"MPXJ needs Java, and none could be started ({error}).",
            "Install a Java runtime (for instance openjdk-17-jre-headless) and set JAVA_HOME.",
            problem=str(error),
        ) from error
    return jpype


def parse_with_mpxj(path: str, sha256: str, progress: Progress) -> Schedule:
    """Read a plan through MPXJ; runs in a child process.

    Raises:
        InputRefused: ``java_missing``, ``mpxj_unreadable``, and what ``read_mspdi.parse_mspdi`` refuses.
    """
    progress("java", 0.0)
    bridge = start_java()
    from org.mpxj.mspdi import MSPDIWriter
    from org.mpxj.reader import UniversalProjectReader

    progress("read", 0.2)
    try:
        project = UniversalProjectReader().read(path)
    except bridge.JException as error:
        raise _unreadable(path, str(error)) from error
    if project is None:
        raise _unreadable(path, "no format that MPXJ knows")
    with tempfile.TemporaryDirectory() as folder:
        between = str(Path(folder) / "plan.xml")
        MSPDIWriter().write(project, between)
        schedule = parse_mspdi(between, sha256, progress)
    properties = project.getProjectProperties()
    kind = str(properties.getFileType() or "").lower() or Path(path).suffix.lstrip(".").lower()
    name = str(properties.getProjectTitle() or properties.getName() or "").strip()
    return replace(
        schedule,
        name=name or Path(path).stem,
        source_format=kind,
        converted=(
            Skipped(what=f"{kind}: {Path(path).name}", reason="read_through_mpxj"),
            *schedule.converted,
        ),
    )


def _unreadable(path: str, problem: str) -> InputRefused:
    return InputRefused(
        "mpxj_unreadable",
        f"{Path(path).name} could not be read by MPXJ: {problem}.",
        "Export the plan as MS Project XML, Primavera P6 XER or XML, CSV or IFC (SPF).",
        file=Path(path).name,
        problem=problem,
    )
