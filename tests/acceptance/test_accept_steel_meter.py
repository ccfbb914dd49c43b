"""A real plant meter whose midnight rows carry the day before: its file runs backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas
import pytest

from bim_supervise.api import Project

MAPPING = """\
observations:
  - kind: energy_total
    subject: {type: device, id: M1}
    time: {column: date, format: "%d/%m/%Y %H:%M", stamps: end, midnight: MIDNIGHT}
    value: {column: Usage_kWh}
    unit: kWh
    interval_s: 900
"""
DEVICES = "devices:\n  - {id: M1, name: Plant, kinds: [energy_total], expected_interval_s: 900}\n"


@pytest.mark.shared
def test_midnight_rows_that_run_backwards_come_out_right(shared_data, tmp_path):
    rows = (shared_data / "iot" / "power_steel_plant_15min_2018.csv").read_text("utf-8-sig").splitlines()
    table = tmp_path / "meter.csv"
    days = 60
    table.write_text("\n".join(rows[: 1 + 96 * days]) + "\n", "utf-8")
    (tmp_path / "devices.yaml").write_text(DEVICES)
    (tmp_path / "mapping.yaml").write_text(MAPPING.replace("MIDNIGHT", "end"))
    project = Project.create(tmp_path / "site", "Meter", clock=lambda: datetime(2019, 1, 1, tzinfo=UTC))
    project.load_devices(tmp_path / "devices.yaml")
    counted = project.observe([table], mapping=tmp_path / "mapping.yaml", authenticated=True)
    assert (counted["stored"], counted["conflicts"], counted["rejected_count"]) == (96 * days, 0, 0)
    begin = datetime(2017, 12, 31, 16, tzinfo=UTC)
    series = project.series("M1", "energy_total", begin, begin + timedelta(days=days), 15)
    project.close()

    plain = pandas.read_csv(table)
    # The rows follow each other by a quarter of an hour, whatever day the midnight row names.
    assert series.times == [begin + timedelta(minutes=15 * place) for place in range(96 * days)]
    assert series.values == pytest.approx(plain["Usage_kWh"].tolist(), abs=5e-4)
    assert series.coverage == [1.0] * (96 * days)


@pytest.mark.shared
def test_without_the_word_for_midnight_they_are_out_of_order(shared_data, tmp_path):
    rows = (shared_data / "iot" / "power_steel_plant_15min_2018.csv").read_text("utf-8-sig").splitlines()
    table = tmp_path / "meter.csv"
    table.write_text("\n".join(rows[:97]) + "\n", "utf-8")
    (tmp_path / "devices.yaml").write_text(DEVICES)
    (tmp_path / "mapping.yaml").write_text(MAPPING.replace("MIDNIGHT", "start"))
    project = Project.create(tmp_path / "site", "Meter", clock=lambda: datetime(2019, 1, 1, tzinfo=UTC))
    project.load_devices(tmp_path / "devices.yaml")
    project.observe([table], mapping=tmp_path / "mapping.yaml", authenticated=True)
    begin = datetime(2017, 12, 31, 15, tzinfo=UTC)
    series = project.series("M1", "energy_total", begin, begin + timedelta(days=2), 15)
    project.close()
    assert series.times[0] == begin + timedelta(minutes=45), "the last row of the day stands before the first"
