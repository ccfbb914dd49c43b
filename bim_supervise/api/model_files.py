"""Loaded model files, kept by content for what is made from them later: shapes, selections, exports."""

from __future__ import annotations

import shutil
from pathlib import Path

from bim_supervise.config import Settings
from bim_supervise.core.errors import NotFound
from bim_supervise.store.records import ModelRecord


def keep_model_file(settings: Settings, file: Path, sha256: str) -> None:
    """Keep a loaded model file under its content address, whole or not at all."""
    settings.models.mkdir(parents=True, exist_ok=True)
    target = settings.models / sha256
    if not target.is_file():
        partial = settings.models / f".{sha256}.part"
        shutil.copyfile(file, partial)
        partial.replace(target)


def kept_model_file(settings: Settings, model: ModelRecord) -> Path:
    """The kept file of a revision.

    Raises:
        NotFound: ``model_file_missing`` when an older version loaded it and kept no copy.
    """
    file = settings.models / model.sha256
    if not file.is_file():
        raise NotFound(
            "model_file_missing",
            f"The file of {model.file_name} was not kept when it was loaded.",
            "Load the same file once more; nothing else changes.",
            file=model.file_name,
        )
    return file
