"""Photos for print: decoded in a child process, turned upright, made small, and freed of metadata."""

from __future__ import annotations

import io
from collections.abc import Sequence

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused

LONGEST_SIDE = 1400
"""Longest side of a printed photo [pixels]; 78 mm at 300 dpi need 920."""
MOST_PIXELS = 120_000_000
"""A photo of more pixels is not decoded: it is no photo but an attack on the memory."""


def printable(photos: Sequence[bytes]) -> list[bytes | None]:
    """Each photo as a small JPEG without metadata (no place, no device); None where it cannot be read."""
    if not photos:
        return []
    try:
        answer: list[bytes | None] = run_limited(
            shrink_all, list(photos), timeout_s=30.0 + 5.0 * len(photos), memory_bytes=4 << 30
        )
    except InputRefused:
        # One photo stopped the child: each gets a child of its own, so that only the bad one is missing.
        return [None] if len(photos) == 1 else [item for photo in photos for item in printable([photo])]
    return answer


def shrink_all(photos: list[bytes], progress: Progress) -> list[bytes | None]:
    """What the child does."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    made = []
    for at, photo in enumerate(photos, 1):
        made.append(_shrink(photo))
        progress("pictures", at / len(photos))
    return made


def _shrink(photo: bytes) -> bytes | None:
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(photo)) as opened:
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=82, optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return out.getvalue()
