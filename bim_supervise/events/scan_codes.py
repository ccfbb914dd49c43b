"""QR codes in a photo of a stranger's camera: decoded in a child process with limits."""

from __future__ import annotations

import io

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused

_MOST_PIXELS = 120_000_000
_LONGEST_SIDE = 2400
"""A photo is made smaller than this [pixels] before it is searched: codes on labels stay readable."""
_MEMORY = 2 << 30
_TIMEOUT_S = 30.0


def codes_in(photo: bytes) -> list[str]:
    """The texts of the QR codes in a photo, the largest first; none where there is no code.

    Raises:
        InputRefused: ``scan_unreadable`` when it is no photo, or that the child ran out of time or memory.
    """
    found: list[str] = run_limited(read_codes, photo, timeout_s=_TIMEOUT_S, memory_bytes=_MEMORY)
    return found


def read_codes(photo: bytes, progress: Progress) -> list[str]:
    """What the child does."""
    import zxingcpp
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(io.BytesIO(photo)) as opened:
            opened.draft("L", (_LONGEST_SIDE, _LONGEST_SIDE))
            picture = ImageOps.exif_transpose(opened).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputRefused(
            "scan_unreadable",
            "The file cannot be read as a photo.",
            "Take the photo again, as JPEG, PNG or WebP.",
        ) from error
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    progress("scan", 1.0)

    def size(one: zxingcpp.Barcode) -> int:
        first, last = one.position.top_left, one.position.bottom_right
        return abs(last.x - first.x) + abs(last.y - first.y)

    return [one.text for one in sorted(found, key=size, reverse=True)]
