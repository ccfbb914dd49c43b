"""A sample site to look at: a project on disk, people in it, and a server over it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from bim_supervise import api

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Site:
    """A project on disk with people whose password is ``PASSWORD``."""

    directory: Path
    project: api.Project


def noise(project: api.Project, device: str, minutes: int, level: float) -> None:
    """Lets a meter report one level [dB(A)] a minute up to the project's present."""
    now = project.now()
    rows = [
        {
            "device": device, "kind": "noise_level", "value": level, "unit": "dB(A)", "interval_s": 60,
            "time": (now - timedelta(minutes=minutes - index)).isoformat(),
        }
        for index in range(minutes)
    ]  # fmt: skip
    project.ingest([(f"bim-supervise/{device}", json.dumps(rows).encode())], authenticated=True)


def copy_site(template: Path, target: Path) -> Site:
    shutil.copytree(template, target)
    return Site(target, api.Project.open(target))


@dataclass(frozen=True)
class Server:
    """A server that really runs, in a process of its own."""

    url: str
    site: Site

    def client(self, **kwargs: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **kwargs)
