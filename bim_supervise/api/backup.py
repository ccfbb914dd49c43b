"""Backup of a project in one file, and restoring it: database, attachments, models and mappings, checked."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from bim_supervise import __version__
from bim_supervise.config import DATABASE_FILE, Settings
from bim_supervise.core.errors import InputRefused, StoreFailed
from bim_supervise.store.store import Store

MANIFEST = "manifest.json"
_FOLDERS = ("attachments", "models", "mappings")
_CHUNK = 1 << 20


def write_backup(store: Store, settings: Settings, out: Path, now: datetime) -> dict[str, Any]:
    """Write a project to a ``.tar`` file while it is in use; a file that is there already is not overwritten.

    The database is copied first, by SQLite's own backup: attachments and models are never changed or removed,
    so whatever the copy names is in the folders that follow.

    Raises:
        InputRefused: ``backup_exists``.
        StoreFailed: ``backup_needs_dump`` for a project on PostgreSQL; ``backup_unwritable``.
    """
    if not settings.embedded:
        raise StoreFailed(
            "backup_needs_dump",
            "The database of this project is on a server.",
            "Use pg_dump for it and copy the project directory; docs/operations.md shows both.",
        )
    if out.exists():
        raise InputRefused("backup_exists", f"{out} exists already.", "Name another file.", path=str(out))
    part = out.with_name(out.name + ".part")
    digests: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory(dir=settings.directory) as folder:
            copy = Path(folder) / DATABASE_FILE
            store.copy_to(copy)
            with part.open("wb") as stream, tarfile.open(fileobj=stream, mode="w") as archive:
                _add(archive, copy, DATABASE_FILE, digests)
                for name in _FOLDERS:
                    for file in sorted((settings.directory / name).rglob("*")):
                        if file.is_file():
                            _add(archive, file, file.relative_to(settings.directory).as_posix(), digests)
                manifest = json.dumps(
                    {"version": __version__, "made_at": now.isoformat(), "sha256": digests}, sort_keys=True
                ).encode()
                entry = tarfile.TarInfo(MANIFEST)
                entry.size = len(manifest)
                archive.addfile(entry, BytesIO(manifest))
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreFailed(
            "backup_unwritable",
            f"{out} could not be written: {error.strerror or error}",
            "Check the folder and the free space; nothing was changed.",
            path=str(out),
            problem=error.strerror or str(error),
        ) from error
    return {"file": str(out), "files": len(digests), "bytes": out.stat().st_size}


def restore_backup(file: Path, directory: Path) -> dict[str, Any]:
    """Unpack a backup into a new project directory, and check every file of it.

    Raises:
        InputRefused: ``restore_not_empty``, or ``backup_damaged`` naming what does not hold; the directory is
            then as it was.
    """
    if directory.exists() and any(directory.iterdir()):
        raise InputRefused(
            "restore_not_empty", f"{directory} is not empty.", "Name a new directory.", path=str(directory)
        )
    directory.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".restore-", dir=directory.parent))
    try:
        try:
            with tarfile.open(file) as archive:
                archive.extractall(staging, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise _damaged(f"it is no whole archive ({error})") from error
        manifest = _manifest(staging)
        for name, digest in manifest["sha256"].items():
            target = staging / name
            if not target.is_file() or _digest(target) != digest:
                raise _damaged(f"'{name}' is missing or changed")
        known = {*manifest["sha256"], MANIFEST}
        for found in staging.rglob("*"):
            if found.is_file() and found.relative_to(staging).as_posix() not in known:
                raise _damaged(f"'{found.relative_to(staging)}' does not belong to it")
        (staging / MANIFEST).unlink()
        if directory.exists():
            directory.rmdir()
        staging.rename(directory)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return {"directory": str(directory), "files": len(manifest["sha256"]), "made_at": manifest["made_at"]}


def _add(archive: tarfile.TarFile, file: Path, name: str, digests: dict[str, str]) -> None:
    digests[name] = _digest(file)
    archive.add(file, name, recursive=False)


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
        if isinstance(found["sha256"], dict) and isinstance(found["made_at"], str):
            return dict(found)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise _damaged("it has no manifest")


def _damaged(problem: str) -> InputRefused:
    return InputRefused(
        "backup_damaged",
        f"The backup does not hold: {problem}.",
        "Use another backup; nothing was restored.",
        problem=problem,
    )
