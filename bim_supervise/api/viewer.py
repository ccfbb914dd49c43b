"""The documents that the viewer in the browser reads, compressed and named by their content."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import datetime
from typing import Any

from bim_supervise.api.appearance import CODES, Appearance
from bim_supervise.api.base import EVIDENCE, PLAN

_KEPT = 12


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

    def look_document(self, model_id: int) -> tuple[str, bytes]:
        """Codes and times of a revision's elements at the present, in the order of its scene.

        Raises:
            NotFound: see ``scene``.
        """
        with self._store.reading() as work:
            key = ("look", model_id, int(work.setting(PLAN, 0)), int(work.setting(EVIDENCE, 0)))
        minute = self.now().replace(second=0, microsecond=0)

        def look() -> dict[str, Any]:
            found = self.appearance(json.loads(gzip.decompress(self.scene_document(model_id)[1]))["ids"])
            del found["as_of"]  # else the document had another name every minute
            return found

        return self._document((*key, minute), look)

    def look_rows(self, model_id: int) -> list[dict[str, Any]]:
        """What the viewer shows of each element, as rows for a table.

        Keys ``id class name storey shape`` (see ``scene``), ``codes`` (dimension -> code) and ``text``, what
        a search looks in.
        """
        scene = json.loads(gzip.decompress(self.scene_document(model_id)[1]))
        look = json.loads(gzip.decompress(self.look_document(model_id)[1]))
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
            codes = {name: CODES[name][values[place]] for name, values in look["codes"].items()}
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


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
