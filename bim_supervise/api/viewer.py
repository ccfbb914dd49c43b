"""The documents that the viewer in the browser reads, compressed and named by their content.

A page reads 50,000 numbers faster as bytes than as text: columns are little-endian arrays in base64, and
lists of words are one text with a line each.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np

from bim_supervise.api.appearance import CODES, Appearance
from bim_supervise.api.base import EVIDENCE, PLAN

_KEPT = 16
SHAPES = ("none", "mesh", "failed")
"""How an element of a scene is drawn, in the order of its codes in ``drawing_document``."""


class ViewerDocuments(Appearance):
    """Scene and looks of a model revision as gzip-compressed JSON."""

    def scene_document(self, model_id: int) -> tuple[str, bytes]:
        """``scene`` of a revision: its digest and its bytes.

        Raises:
            NotFound: see ``scene``.
        """
        with self._store.reading() as work:
            plan = int(work.setting(PLAN, 0))
        return self._document(("scene", model_id, plan), lambda: self.scene(model_id))

    def drawing_document(self, model_id: int) -> tuple[str, bytes]:
        """What the browser reads of a scene: its digest and its bytes, see ``drawing``.

        Raises:
            NotFound: see ``scene``.
        """
        with self._store.reading() as work:
            plan = int(work.setting(PLAN, 0))
        return self._document(
            ("drawing", model_id, plan),
            lambda: drawing(json.loads(gzip.decompress(self.scene_document(model_id)[1]))),
        )

    def look_document(self, model_id: int) -> tuple[str, bytes]:
        """Codes and times of a revision's elements at the present, in the order of its scene, as columns.

        Raises:
            NotFound: see ``scene``.
        """
        with self._store.reading() as work:
            key = ("look", model_id, int(work.setting(PLAN, 0)), int(work.setting(EVIDENCE, 0)))
        minute = self.now().replace(second=0, microsecond=0)

        def look() -> dict[str, Any]:
            found = self.appearance(json.loads(gzip.decompress(self.scene_document(model_id)[1]))["ids"])
            del found["as_of"]  # else the document had another name every minute
            return look_columns(found)

        return self._document((*key, minute), look)

    def look_rows(self, model_id: int) -> list[dict[str, Any]]:
        """What the viewer shows of each element, as rows for a table.

        Keys ``id class name storey shape`` (see ``scene``), ``codes`` (dimension -> code) and ``text``, what
        a search looks in.
        """
        scene = json.loads(gzip.decompress(self.scene_document(model_id)[1]))
        look = json.loads(gzip.decompress(self.look_document(model_id)[1]))
        columns = {name: base64.b64decode(body) for name, body in look["codes"].items()}
        found = []
        for place, global_id in enumerate(scene["ids"]):
            storey = scene["storey"][place]
            row = {
                "id": global_id,
                "class": scene["classes"][scene["class"][place]],
                "name": scene["names"][place],
                "storey": scene["storeys"][storey] if storey >= 0 else "",
                "shape": scene["shape"][place],
            }
            codes = {name: CODES[name][values[place]] for name, values in columns.items()}
            found.append({**row, "codes": codes, "text": " ".join(row.values()).casefold()})
        return found

    def _document(self, key: tuple[Any, ...], make: Any) -> tuple[str, bytes]:
        with self._lock:
            kept: dict[tuple[Any, ...], tuple[str, bytes]] = self.__dict__.setdefault("_viewer_documents", {})
            if key not in kept:
                body = json.dumps(make(), separators=(",", ":"), default=_written).encode()
                while len(kept) >= _KEPT:
                    kept.pop(next(iter(kept)))
                kept[key] = hashlib.sha256(body).hexdigest()[:24], gzip.compress(body, 5, mtime=0)
            return kept[key]


def drawing(scene: dict[str, Any]) -> dict[str, Any]:
    """A ``scene`` as the browser reads it.

    ``shape`` (places in ``SHAPES``) and ``trade`` are bytes, ``storey`` 16 bits (0 none, else place + 1);
    ``boxes`` holds those of elements that have no mesh by their place: a page knows the others' from their
    shapes.
    """
    shapes = [SHAPES.index(shape) for shape in scene["shape"]]
    return {
        "model": scene["model"],
        "name": scene["name"],
        "origin": scene["origin"],
        "frame": scene["frame"],
        "chunks": scene["chunks"],
        "ids": _lines(scene["ids"]),
        "wholes": _lines(scene["wholes"]) if any(scene["wholes"]) else "",
        "storeys": scene["storeys"],
        "storey": _column([place + 1 for place in scene["storey"]], "<u2"),
        "trade": _column(scene["trade"], "u1"),
        "shape": _column(shapes, "u1"),
        "boxes": {
            place: box
            for place, (shape, box) in enumerate(zip(scene["shape"], scene["boxes"], strict=True))
            if box is not None and shape != "mesh"
        },
    }


def look_columns(look: dict[str, Any]) -> dict[str, Any]:
    """An ``appearance`` as the browser reads it: ``codes`` as bytes, ``times`` as 32 bits (-1 unknown)."""
    return look | {
        "codes": {name: _column(values, "u1") for name, values in look["codes"].items()},
        "times": {name: _column(values, "<i4") for name, values in look["times"].items()},
    }


def _column(values: Iterable[int], kind: str) -> str:
    return base64.b64encode(np.array(list(values), kind).tobytes()).decode()


def _lines(words: Iterable[str]) -> str:
    return "\n".join(word.replace("\n", " ") for word in words)


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
