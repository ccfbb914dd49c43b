"""Files beside the database, each under its own SHA-256: written whole or not at all, never overwritten."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from bim_supervise.core.canonical import sha256_hex
from bim_supervise.core.errors import NotFound, StoreFailed


def write_attachment(folder: Path, data: bytes) -> str:
    """Keep ``data`` and return its hexadecimal SHA-256.

    The file is complete on disk when this returns. Two writers of the same content do no harm to each other.

    Raises:
        StoreFailed: ``attachment_unwritable`` or ``store_full``.
    """
    digest = sha256_hex(data)
    target = _place(folder, digest)
    if target.is_file() and target.stat().st_size == len(data):
        return digest
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".part-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise StoreFailed(
            "store_full" if full else "attachment_unwritable",
            f"The attachment could not be written to '{target.parent}': {error.strerror}.",
            "Free some space and try again." if full else "Check that the folder may be written to.",
            folder=str(target.parent),
            detail=f"{target.parent}: {error.strerror}",
        ) from error
    return digest


def read_attachment(folder: Path, digest: str) -> bytes:
    """The content kept under ``digest``, checked against it.

    Raises:
        NotFound: ``attachment_missing``.
        StoreFailed: ``attachment_damaged`` when the file is no longer what was stored.
    """
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise _missing(digest)
    try:
        data = _place(folder, digest).read_bytes()
    except FileNotFoundError as error:
        raise _missing(digest) from error
    if sha256_hex(data) != digest:
        raise StoreFailed(
            "attachment_damaged",
            f"The attachment {digest} is no longer what was stored.",
            "Restore it from a backup.",
            sha256=digest,
        )
    return data


def _missing(digest: str) -> NotFound:
    return NotFound(
        "attachment_missing",
        f"There is no attachment {digest}.",
        "Check the link; if it came from this project, restore the attachments folder from a backup.",
        sha256=digest,
    )


def _place(folder: Path, digest: str) -> Path:
    # A folder of its own per first byte keeps directories small over years of photos.
    return folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
