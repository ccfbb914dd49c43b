"""A file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from bim_supervise.core.errors import InputRefused


def write_whole(target: Path, parts: Iterable[bytes]) -> None:
    """Write the parts one after the other.

    Raises:
        InputRefused: ``file_not_writable``.
    """
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("wb") as stream:
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise InputRefused(
            "file_not_writable",
            f"{target} cannot be written: {error.strerror}.",
            "Choose another folder.",
            path=str(target),
            problem=error.strerror,
        ) from error
