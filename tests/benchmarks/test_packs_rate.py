"""What judging by all packs costs the intake: the same messages with every pack watching, and with none.

A site of many instruments of every purpose that the sample has, each at 1 Hz. Both projects know the same
kinds and devices; in one of them the packs have no rules. Ratios of processor time in one run, by turns.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml
from bim_supervise_sample.paths import devices_path
from site_stream import A_MESSAGE, START_MS, SiteClock

from bim_supervise.api import Project
from bim_supervise.api.listening import MESSAGES_A_TRANSACTION
from bim_supervise.checkpoints.registry import registry_of
from bim_supervise.events.kinds import KindTable

COPIES = 25
"""How often the instruments of the sample are on this site."""
USUAL = {
    "noise_level": 58.0, "noise_level_max": 61.0, "pm10": 60.0, "pm25": 30.0, "air_temperature": 12.0,
    "humidity": 50.0, "wind_speed": 4.0, "wind_gust": 6.0, "dome_pressure": 310.0, "purifier_state": 1.0,
    "exhaust_state": 1.0, "airlock_inner_open": 0.0, "airlock_outer_open": 0.0, "co": 3.0, "no2": 0.5,
    "settlement": -3.0, "water_level": -15.0, "crane_load": 4.0, "power": 90.0, "energy_total": 1000.0,
    "concrete_temperature": 30.0,
}  # fmt: skip
"""Values of an ordinary hour; each instrument moves a little above them."""
TOPIC = "bim-supervise/site/gateway"


def register() -> list[dict]:
    devices = yaml.safe_load(devices_path().read_text("utf-8"))["devices"]
    return [
        {
            **{key: value for key, value in device.items() if key not in ("zone", "position")},
            "id": f"{device['id']}-{copy:02d}",
            "expected_interval_s": 1,
        }
        for device in devices
        for copy in range(COPIES)
    ]


def project_of(folder: Path, devices: list[dict], clock: SiteClock, *, judging: bool) -> Project:
    project = Project.create(folder, "Benchmark", clock=clock)
    file = folder / "devices.yaml"
    file.write_text(yaml.safe_dump({"devices": devices}, allow_unicode=True))
    project.load_devices(file)
    if not judging:
        project.registry = registry_of(
            replace(pack, rules=(), limits=(), figures=(), rows=()) for pack in project.registry.packs
        )
    return project


def messages(devices: list[dict], kinds: KindTable, first: int, seconds: int) -> Iterator[tuple[str, bytes]]:
    by_kind: dict[str, list[str]] = {}
    for device in devices:
        for kind in device["kinds"]:
            by_kind.setdefault(kind, []).append(device["id"])
    for second in range(first, first + seconds):
        for key, names in by_kind.items():
            kind = kinds[key]
            step = 0.0 if kind.maximum == 1 else kind.resolution
            for begin in range(0, len(names), A_MESSAGE):
                readings = [
                    {"device": name, "value": round(USUAL[key] + step * ((second + place) % 5), 6)}
                    for place, name in enumerate(names[begin : begin + A_MESSAGE])
                ]
                body = {
                    "kind": key,
                    "unit": kind.unit,
                    "time": START_MS + second * 1000,
                    "readings": readings,
                }
                yield TOPIC, json.dumps(body).encode()


def test_judging_by_all_packs_costs_less_than_a_third_of_the_intake(tmp_path, full, capsys):
    seconds, rounds = (2400, 3) if full else (400, 2)
    devices = register()
    projects = {}
    for name, judging in (("all packs", True), ("no rules", False)):
        clock = SiteClock()
        projects[name] = clock, project_of(tmp_path / name, devices, clock, judging=judging)
    kinds = projects["all packs"][1].kinds
    spent: dict[str, list[float]] = {name: [] for name in projects}
    for number in range(rounds):
        sent = list(messages(devices, kinds, number * seconds, seconds))
        for name, (clock, project) in projects.items():
            began = time.process_time()
            for begin in range(0, len(sent), MESSAGES_A_TRANSACTION):
                part = sent[begin : begin + MESSAGES_A_TRANSACTION]
                clock.now_ms = json.loads(part[-1][1])["time"] + 1000
                report = project.ingest(part, authenticated=True)
                assert report["rejected_count"] == 0, report
            spent[name].append(time.process_time() - began)
    series = sum(len(device["kinds"]) for device in devices)
    with capsys.disabled():
        print(
            f"\n{series} series of {len({kind for one in devices for kind in one['kinds']})} kinds at 1 Hz:"
        )
        for name, (_, project) in projects.items():
            with project._store.reading() as work:
                counted = sum(work.count_verdicts().values())
            rate = rounds * seconds * series / sum(spent[name])
            print(f"  {name:10} {rate:>12,.0f} readings a processor second, {counted} verdicts")
        ratio = sum(spent["no rules"]) / sum(spent["all packs"])
        print(f"  {ratio:.2f} of the intake is left with all packs")
    for _, project in projects.values():
        project.close()
    assert ratio >= (0.7 if full else 0.4)
