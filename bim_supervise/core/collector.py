"""Python's collector of reference cycles, held back while a batch is taken in.

A batch makes hundreds of thousands of objects and no cycle among them, yet their number has the collector
walk through everything in memory, again and again. Between batches it runs as ever.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_held = {"by": 0, "was_on": 0}


@contextmanager
def collector_held() -> Iterator[None]:
    """No collection in this process as long as somebody holds it; a collector switched off stays off."""
    with _lock:
        if not _held["by"]:
            _held["was_on"] = gc.isenabled()
            gc.disable()
        _held["by"] += 1
    try:
        yield
    finally:
        with _lock:
            _held["by"] -= 1
            if not _held["by"] and _held["was_on"]:
                gc.enable()
