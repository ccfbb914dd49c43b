"""Real air data of Beijing, with gaps and values to 999: every hour as a plain pandas computation says."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime

import pandas
import pytest

from bim_supervise.api import Project
from bim_supervise.checkpoints.conditions import Measured
from bim_supervise.checkpoints.contract import Kind, Limit
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.registry import load_packs, registry_of
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.events.kinds import KindTable
from bim_supervise.store.silences import windows_of

LIMIT = 150.0
PM10 = KindTable()["pm10"]


class HourOfDust(WindowedRule):
    """Mean of PM10 over the hour, for this test alone: fails above 150, gaps are undetermined."""

    id = "TST-01"
    kind = Kind.GREEN
    title = {"en": "Hour of dust", "zh": "小时扬尘"}
    condition = Measured(kind=PM10, purpose="street", calibrated=False)


PACK = Pack(
    name="test",
    version="1",
    title={"en": "Test", "zh": "测试"},
    rules=(HourOfDust(),),
    limits=(
        Limit(
            rule_id="TST-01", jurisdiction="CN", edition="test", effective_from=date(2010, 1, 1),
            effective_to=None, clause="none", evidence_class="ENG", value=LIMIT, unit="ug/m3", window="PT1H",
            statistic="mean", comparator="<=", action="none", min_completeness=0.75, editable=True,
        ),
    ),
)  # fmt: skip
MAPPING = """\
observations:
  - kind: pm10
    subject: {type: device, id: D1}
    time: {column: time}
    value: {column: PM10}
    unit: ug/m3
    interval_s: 3600
    optional: true
"""


@pytest.mark.shared
def test_two_years_of_real_air_give_the_verdicts_of_pandas(shared_data, tmp_path, monkeypatch):
    source = shared_data / "iot" / "prsa_beijing_dongsi_2013_2017_raw.csv"
    with source.open(encoding="utf-8-sig") as stream:
        rows = [row for row in csv.DictReader(stream) if row["year"] in ("2014", "2015")]
    table = tmp_path / "air.csv"
    with table.open("w") as stream:
        stream.write("time,PM10\n")
        for row in rows:
            stamp = f"{row['year']}-{int(row['month']):02}-{int(row['day']):02} {int(row['hour']):02}:00"
            stream.write(f"{stamp},{row['PM10']}\n")
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "devices.yaml").write_text(
        "devices:\n  - {id: D1, name: Dongsi, kinds: [pm10], purpose: street, expected_interval_s: 3600}\n"
    )
    registry = registry_of([*load_packs().packs, PACK])
    monkeypatch.setattr("bim_supervise.api.project.load_packs", lambda: registry)
    project = Project.create(tmp_path / "site", "Air", clock=lambda: datetime(2016, 1, 1, tzinfo=UTC))
    project.load_devices(tmp_path / "devices.yaml")
    counted = project.observe([table], mapping=tmp_path / "mapping.yaml", authenticated=True)
    project.evaluate("2015-12-31")
    with project._store.reading() as work:
        said = {
            start: (verdict.outcome, verdict.value)
            for verdict in work.verdicts("TST-01")
            for start, _ in windows_of(verdict)
        }
    project.close()

    plain = pandas.read_csv(table, parse_dates=["time"], na_values=["NA"]).set_index("time")["PM10"]
    plain.index = plain.index.tz_localize("Asia/Shanghai").tz_convert("UTC")
    assert counted["stored"] == plain.notna().sum() > 17_000
    assert len(rows) == len(plain) == 2 * 365 * 24
    assert plain.max() > 800, "the days that look impossible are in it"
    first, last = plain.dropna().index[0], plain.index[-1]
    wrong = []
    for moment, value in plain[first:last].items():
        wanted = ("undetermined", None)
        if not pandas.isna(value):
            wanted = ("pass" if value <= LIMIT else "fail", float(value))
        found = said.get(moment.to_pydatetime())
        if found is None or found[0] != wanted[0] or found[1] != pytest.approx(wanted[1]):
            wrong.append((moment, wanted, found))
    assert wrong == []
    assert sum(outcome == "fail" for outcome, _ in said.values()) == int((plain > LIMIT).sum())
