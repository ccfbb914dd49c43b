"""From the telematics of machines to their new-energy share: three figures, each by itself."""

from __future__ import annotations

from datetime import date

import pytest
from small_site import build

DEVICES = """\
devices:
  - {id: EX-E, name: Electric excavator, kinds: [operating_hours, energy_total], purpose: machine,
     expected_interval_s: 86400}
  - {id: EX-D, name: Diesel excavator, kinds: [operating_hours, fuel_total], purpose: machine,
     expected_interval_s: 86400}
"""
MACHINE = """\
<Equipment><EquipmentHeader><EquipmentID>{name}</EquipmentID></EquipmentHeader>
<CumulativeOperatingHours datetime="{day}T08:00:00+08:00"><Hour>{hours}</Hour></CumulativeOperatingHours>
<FuelUsed datetime="{day}T08:00:00+08:00"><FuelUnits>litre</FuelUnits>
<FuelConsumed>{fuel}</FuelConsumed></FuelUsed></Equipment>"""
COUNTERS = [("2026-03-02", 1000, 5000, 700, 20_000.0), ("2026-03-19", 1060, 5000, 740, 20_100.0)]


@pytest.fixture
def project(tmp_path, clock):
    made = build(tmp_path / "site", clock, tmp_path / "inputs", people=False)
    (tmp_path / "machines.yaml").write_text(DEVICES)
    made.load_devices(tmp_path / "machines.yaml")
    _, secret = made.add_sender("maker", ["EX-*"], by="admin")
    for day, electric, energy, diesel, fuel in COUNTERS:
        body = MACHINE.format(name="EX-D", day=day, hours=diesel, fuel=fuel)
        plain = MACHINE.format(name="EX-E", day=day, hours=electric, fuel="").replace("litre", "")
        made.receive(secret, f"<Fleet>{body}{plain}</Fleet>".encode(), feed="aemp")
        kwh = energy + (995 if day == "2026-03-19" else 0)
        row = f'{{"device": "EX-E", "kind": "energy_total", "value": {kwh}, "time": "{day}T08:00:00+08:00"}}'
        made.receive(secret, row.encode())
    yield made
    made.close()


def test_the_share_by_hours_by_energy_and_by_count_are_three_figures_with_their_own_values(project):
    sections = {one.name: one for one in project.pack_sections(date(2026, 3, 1), date(2026, 3, 20))}
    shares = {one.params["by"]: one for one in sections["lifting"].figures if one.rule == "MCH-03"}
    # 60 of 100 hours; 995 kWh beside 100 L of diesel at 9.95 kWh; one of two machines.
    assert {by: one.params["value"] for by, one in shares.items()} == {"hours": 60, "energy": 50, "count": 50}
    assert {one.outcome for one in shares.values()} == {"undetermined"}, "no target has been entered"
    assert {one.reason for one in shares.values()} == {"limit_not_set"}
