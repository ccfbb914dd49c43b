"""Vision events to rows: what a model believes to have seen in a picture of a camera.

One picture judged by one model is one statement, of the kind ``vision_detection`` and no other: no rule that
releases or proves anything reads it, whoever sends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bim_supervise.events.rows import Row, Unreadable
from bim_supervise.events.sources_file import decode_json

MOST_DETECTIONS = 200
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")


def decode_vision(topic: str, payload: bytes) -> Sequence[Row]:
    """Rows with ``camera``, ``time``, ``model``, ``image`` (SHA-256), ``confidence`` and ``detections``.

    Expected is an object, or an array of objects, of ``camera``, ``time``, ``model``, ``image_sha256`` and
    ``detections``: a list of ``{class, confidence, box}`` with a confidence from 0 to 1; one detection may
    stand in the object itself. What is not like that is ``vision_invalid``.
    """
    return [
        _row(document) if isinstance(document, Mapping) else document for document in decode_json(payload)
    ]


def _row(document: Mapping[str, Any]) -> Row:
    found = document.get("detections")
    if found is None:
        found = [document]
    digest = _SHA256.fullmatch(str(document.get("image_sha256", "")))
    model = document.get("model")
    if (
        digest is None
        or not isinstance(model, str)
        or not isinstance(found, list)
        or not 0 < len(found) <= MOST_DETECTIONS
    ):
        return Unreadable("vision_invalid")
    detections: list[dict[str, Any]] = []
    for item in found:
        name = item.get("class") if isinstance(item, Mapping) else None
        confidence = item.get("confidence") if isinstance(item, Mapping) else None
        if (
            not isinstance(name, str)
            or not 0 < len(name) <= 100
            or isinstance(confidence, bool)
            or not isinstance(confidence, (int, float))
            or not 0 <= confidence <= 1
        ):
            return Unreadable("vision_invalid")
        box = item.get("box")
        detections.append(
            {"class": name, "confidence": confidence, **({"box": box} if isinstance(box, list) else {})}
        )
    return {
        "camera": document.get("camera"),
        "time": document.get("time"),
        "model": model,
        "image": digest[1].lower(),
        "confidence": max(item["confidence"] for item in detections),
        "detections": detections,
        "classes": ", ".join(sorted({item["class"] for item in detections}))[:255],
    }
