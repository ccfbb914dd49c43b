"""ISO 15143-3 snapshots, XML and JSON alike: each value at its own time, and what is damaged says so."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.kinds import BUILT_IN_KINDS, KindTable
from bim_supervise.events.normalise import normalise
from bim_supervise.events.rows import Unreadable
from bim_supervise.events.sources_aemp import decode_aemp, fleet_batches
from bim_supervise.events.sources_formats import FORMATS, decode_with

MAPPING = FORMATS["aemp"].mapping
EXCAVATOR = """\
  <Equipment>
    <EquipmentHeader>
      <UnitInstallDateTime>2025-05-01T00:00:00Z</UnitInstallDateTime><OEMName>Maker</OEMName><Model>E-22</Model>
      <EquipmentID>EX-1</EquipmentID><SerialNumber>0042</SerialNumber><PIN>PIN0042</PIN>
    </EquipmentHeader>
    <Location datetime="2026-03-20T02:58:00Z">
      <Latitude>39.9091</Latitude><Longitude>116.6572</Longitude>
      <Altitude>21.5</Altitude><AltitudeUnits>metre</AltitudeUnits>
    </Location>
    <CumulativeOperatingHours datetime="2026-03-20T02:59:00Z"><Hour>1250.5</Hour></CumulativeOperatingHours>
    <FuelUsed datetime="2026-03-20T02:30:00Z"><FuelUnits>litre</FuelUnits><FuelConsumed>20100</FuelConsumed></FuelUsed>
    <EngineStatus datetime="2026-03-20T02:59:30Z"><EngineNumber>1</EngineNumber><Running>true</Running></EngineStatus>
  </Equipment>
"""  # noqa: E501 - as a service sends it
FLEET = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Fleet xmlns="http://standards.iso.org/iso/15143/-3/20190501"'
    ' version="1" snapshotTime="2026-03-20T03:00:00Z">\n'
    "  <Links><rel>self</rel><href>https://maker.example/Fleet/1</href></Links>\n{}</Fleet>\n"
)
JSON = {
    "Equipment": [
        {
            "EquipmentHeader": {"OEMName": "Maker", "EquipmentId": "EX-1", "Pin": "PIN0042"},
            "Location": {"Datetime": "2026-03-20T02:58:00Z", "Latitude": 39.9091, "Longitude": 116.6572,
                         "Altitude": 21.5, "AltitudeUnits": "metre"},
            "CumulativeOperatingHours": {"datetime": "2026-03-20T02:59:00Z", "Hour": 1250.5},
            "FuelUsed": {"dateTime": "2026-03-20T02:30:00Z", "FuelUnits": "litre", "FuelConsumed": 20100},
        }
    ]
}  # fmt: skip
SAID = {
    ("operating_hours", "02:59", 1250.5), ("fuel_total", "02:30", 20100.0), ("latitude", "02:58", 39.9091),
    ("longitude", "02:58", 116.6572), ("altitude", "02:58", 21.5),
}  # fmt: skip


def read(*payloads: bytes):
    kinds = KindTable(BUILT_IN_KINDS).with_kinds(load_packs().kinds)
    batch = normalise(
        decode_with("aemp", [("", payload) for payload in payloads]), MAPPING, kinds=kinds,
        zone=ZoneInfo("UTC"), received=datetime(2026, 3, 20, 4, tzinfo=UTC), source="http",
        authenticated=True,
    )  # fmt: skip
    found = set()
    series = batch.readings.series
    for place, event_ms, steps in zip(
        batch.readings.series_index, batch.readings.event_ms, batch.readings.steps, strict=True
    ):
        device, kind = series[place]
        assert device == "EX-1"
        moment = datetime.fromtimestamp(event_ms / 1000, UTC)
        found.add((kind, f"{moment:%H:%M}", round(float(steps) * kinds[kind].resolution, 7)))
    return found, [item.reason for item in batch.rejected]


@pytest.mark.parametrize(
    "payload",
    [
        FLEET.format(EXCAVATOR).encode(),
        b"\xef\xbb\xbf" + FLEET.format(EXCAVATOR).encode(),
        FLEET.replace("UTF-8", "UTF-16").format(EXCAVATOR).encode("utf-16"),
        EXCAVATOR.encode(),
        json.dumps(JSON).encode(),
        b"\xef\xbb\xbf" + json.dumps([JSON]).encode(),
        json.dumps(JSON["Equipment"][0]).encode(),
    ],
    ids=["xml", "mark", "utf-16", "one machine", "json", "json array", "json machine"],
)
def test_a_snapshot_is_read_in_every_form_each_value_at_its_own_time(payload):
    assert read(payload) == (SAID, [])


def test_a_value_without_its_time_and_one_in_gallons_are_rejected_with_the_reason():
    machine = {**JSON["Equipment"][0], "CumulativeOperatingHours": {"Hour": 1250.5}}
    machine["FuelUsed"] = {**machine["FuelUsed"], "FuelUnits": "gallon"}
    found, reasons = read(json.dumps(machine).encode())
    assert found == {row for row in SAID if row[0] in ("latitude", "longitude", "altitude")}
    assert sorted(reasons) == ["time_missing", "unit_unexpected"]


@pytest.mark.parametrize(
    ("payload", "reasons"),
    [
        (b"", ["json_invalid"]),
        (b"{", ["json_invalid"]),
        (b"[1, {}]", ["json_not_object", "fleet_invalid"]),
        (b'{"Equipment": null}', ["fleet_invalid"]),
        (b"<Fleet></Fleet>", ["fleet_invalid"]),
        (b"<Fleet><Equipment/></Fleet>", ["machine_unnamed"]),
        (b'{"Equipment": [{"EquipmentHeader": {"Model": "no name"}}]}', ["machine_unnamed"]),
        (b'{"EquipmentHeader": {"PIN": {"nested": 1}}}', ["machine_unnamed"]),
        (FLEET.format(EXCAVATOR).encode()[:-20], ["xml_invalid"]),
        (b'<?xml version="1.0" encoding="martian"?><Fleet/>', ["xml_invalid"]),
        (b'<!DOCTYPE f [<!ENTITY a "b">]><Fleet>&a;</Fleet>', ["xml_invalid"]),
        (b"<Fleet>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</Fleet>", ["fleet_invalid"]),
        (b"[" * 100_000, ["json_invalid"]),
    ],
)
def test_what_is_no_snapshot_is_rejected_with_the_reason(payload, reasons):
    assert [row.reason for row in decode_aemp("", payload) if isinstance(row, Unreadable)] == reasons


def test_a_nested_machine_is_none_of_its_own_and_does_not_stop_the_others():
    nested = FLEET.format("<Equipment><Equipment><a/></Equipment></Equipment>" + EXCAVATOR)
    assert read(nested.encode()) == (SAID, ["machine_unnamed"])


def test_fuzzed_xml_is_read_or_rejected_and_the_good_one_beside_it_is_read():
    dice, good = random.Random("aemp"), FLEET.format(EXCAVATOR).encode()
    reasons = set()
    for _ in range(500):
        bad = bytearray(good)
        for _ in range(dice.randrange(1, 8)):
            place = dice.randrange(len(bad))
            bad[place : place + dice.randrange(4)] = dice.randbytes(dice.randrange(4))
        kept = [row for row in decode_aemp("", bytes(bad)) if isinstance(row, Unreadable)]
        reasons |= {row.reason for row in kept}
    assert {"xml_invalid"} <= reasons
    assert read(b"<Fleet", good) == (SAID, ["xml_invalid"])


def test_a_file_is_read_in_a_child_and_one_that_is_no_snapshot_is_refused(tmp_path):
    file = tmp_path / "fleet.xml"
    file.write_text(FLEET.format(EXCAVATOR + "<Equipment/>"))
    ((one, two),) = fleet_batches(file, MAPPING)
    assert (one[0], one[1]["machine"], two) == (1, "EX-1", (2, Unreadable("machine_unnamed")))
    file.write_text("<Project/>")
    with pytest.raises(InputRefused) as refused:
        list(fleet_batches(file, MAPPING))
    assert refused.value.code == "fleet_unreadable"
    with file.open("wb") as sparse:
        sparse.truncate(65 << 20)
    with pytest.raises(InputRefused) as refused:
        list(fleet_batches(file, MAPPING))
    assert refused.value.code == "fleet_file_too_large"
