"""Serves the screens over the fake project: ``python tests/ui/ui_fake_server.py PORT``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ui_fake_project import FakeProject

from bim_supervise import api

_project = FakeProject()
api.shared_project = lambda: _project

if __name__ == "__main__":
    from bim_supervise.server import serve

    serve(".", port=int(sys.argv[1]), on_ready=print)
