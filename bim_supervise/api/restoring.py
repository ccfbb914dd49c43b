"""Restoring a backup: unpacked, checked file by file, opened, and its ledger verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bim_supervise.api.backup import restore_backup
from bim_supervise.api.base import existing_file
from bim_supervise.api.project import Project


def restore(file: str | Path, directory: str | Path) -> dict[str, Any]:
    """Restore a backup into a new project directory.

    Returns:
        Where it lies, how many files it has, when the backup was made, and what its ledger says.

    Raises:
        NotFound: ``file_missing``.
        InputRefused: ``restore_not_empty`` or ``backup_damaged``.
    """
    report = restore_backup(existing_file(file), Path(directory).expanduser().resolve())
    project = Project.open(report["directory"])
    try:
        return {**report, "ledger": project.verify_ledger()}
    finally:
        project.close()
