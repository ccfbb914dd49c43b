"""A site of many instruments at 1 Hz, as messages of 100 readings: what the benchmarks of the intake send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bim_supervise.api import Project

SERIES = 1000
A_MESSAGE = 100
START_MS = int(datetime(2026, 3, 2, 0, 0, tzinfo=UTC).timestamp() * 1000)


class SiteClock:
    """The clock of a site whose hours pass as fast as its readings come in."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)


def new_project(folder: Path, clock: SiteClock, *, database_url: str | None = None) -> Project:
    """A project with 1,000 noise meters, each at the boundary and judged by the noise rules."""
    project = Project.create(folder, "Benchmark", clock=clock, database_url=database_url)
    lines = [
        f"  - {{id: {name(number)}, name: M{number}, kinds: [noise_level], purpose: boundary,"
        " expected_interval_s: 1, calibrated_until: 2027-12-31}"
        for number in range(SERIES)
    ]
    (folder / "devices.yaml").write_text("devices:\n" + "\n".join(lines) + "\n")
    project.load_devices(folder / "devices.yaml")
    return project


def name(number: int) -> str:
    return f"N{number:04d}"


def payloads(readings: int, start_ms: int = START_MS) -> Iterator[bytes]:
    """Messages of a gateway that reads 100 instruments a second; every instrument comes once a second."""
    for number in range(readings // A_MESSAGE):
        second, part = divmod(number, SERIES // A_MESSAGE)
        items = [
            {
                "device": name(part * A_MESSAGE + place),
                "value": 45 + (second * 7 + place * 13 + part) % 240 / 10,
            }
            for place in range(A_MESSAGE)
        ]
        yield json.dumps(
            {"kind": "noise_level", "unit": "dB(A)", "time": start_ms + second * 1000, "readings": items}
        ).encode()
