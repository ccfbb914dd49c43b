"""HJ 212 stations in a real project: who is known, what is distrusted, and a server that is killed."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from small_site import build

from bim_supervise.api import Project
from bim_supervise.core.clock import system_clock
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.hj212 import Packet, PacketReader, framed
from bim_supervise.events.sources_hj212 import Received
from bim_supervise.store.dump import evidence_digest

EACH = 15
START = datetime(2026, 3, 20, 8, 0)
KILLS = 20 if os.environ.get("BIM_SUPERVISE_FULL") == "1" else 2


@pytest.fixture
def project(tmp_path, clock):
    made = build(tmp_path / "site", clock, tmp_path / "inputs", people=False)
    yield made
    made.close()


def packet(
    minute=0, values="LA-Rtd=61.5,LA-Flag=N", station="N1", password="654321", command=2011, start=START
):
    moment = start + timedelta(minutes=minute)
    return framed(
        f"QN={moment:%Y%m%d%H%M%S}000;ST=39;CN={command};PW={password};MN={station};Flag=5;"
        f"CP=&&DataTime={moment:%Y%m%d%H%M%S};{values}&&"
    )


def take(project, *data, address="10.0.0.9"):
    found = [item for part in data for item in PacketReader().feed(part)]
    return project.ingest_packets([Received(address=address, packet=item) for item in found])


def readings(project, device="N1", kind="noise_level"):
    with project._store.reading() as work:
        return work.readings(device, kind, 0, 2**60)


def test_a_known_station_is_authenticated_and_a_stranger_is_kept_but_marked(project):
    project.add_station("N1", "654321", by="admin", addresses=["10.0.0.0/24"])
    assert take(project, packet(0))["stored"] == 1
    take(project, packet(1, password="wrong!"))
    take(project, packet(2), address="192.168.1.1")
    take(project, packet(3, station="N7"))
    assert readings(project).flags.tolist() == [0, 2, 2]
    assert readings(project, "N7").flags.tolist() == [2]
    [view] = project.senders()
    assert (view.door, view.devices) == ("hj212", ("N1",))
    assert view.last_used_at is not None
    project.revoke_sender(view.id)
    take(project, packet(4))
    assert readings(project).flags.tolist() == [0, 2, 2, 2]


def test_the_same_packet_twice_is_one_reading_in_beijing_time(project):
    damaged = packet(5).replace(b"61.5", b"61.6")
    report = take(project, packet(), packet(), damaged, packet(1, values="LA-Rtd=x"))
    assert (report["stored"], report["duplicates"]) == (1, 1)
    assert report["rejected_reasons"] == {"hj212_checksum_wrong": 1, "hj212_no_packet": 1, "value_invalid": 1}
    assert readings(project).event_ms.tolist() == [
        int(datetime(2026, 3, 20, 0, 0, tzinfo=UTC).timestamp() * 1000)
    ]


def test_a_flag_other_than_normal_distrusts_the_value_and_keeps_it(project):
    project.add_station("N1", "654321", by="admin")
    take(project, *(packet(n, f"LA-Rtd=99.5,LA-Flag={flag}") for n, flag in enumerate("NFMSDCTB")))
    assert readings(project).flags.tolist() == [0, 1, 1, 1, 1, 1, 1, 1]
    assert set(readings(project).steps.tolist()) == {995}


def test_minute_and_hour_data_are_series_beside_the_real_time_ones(project):
    project.add_station("N*", "654321", by="admin")
    hour = packet(values="LA-Avg=60.0,LA-Flag=N", command=2061)
    take(project, packet(), packet(values="LA-Avg=61.0,LA-Flag=N", command=2051), hour)
    assert readings(project, "N1/minute").steps.tolist() == [610]
    assert readings(project, "N1/hour").interval_ms.tolist() == [3_600_000]
    assert readings(project, "N1/hour").flags.tolist() == [0]


FEEDS = """\
feeds:
  - {name: dust, door: hj212, devices: [N1], mapping: {observations: [{
      kind: {column: factor, map: {a34002: pm10}}, subject: {type: device, column: device}, unit: mg/m3,
      time: {column: time, format: "%Y%m%d%H%M%S", zone: Asia/Shanghai}, value: {column: value}}]}}
"""


def test_dust_is_read_only_when_a_feed_says_its_unit(project, tmp_path):
    dust = packet(values="a34002-Rtd=0.085,a34002-Flag=N")
    assert take(project, dust)["rejected_reasons"] == {"kind_unmapped": 1}
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    project.load_feeds(tmp_path / "feeds.yaml")
    assert take(project, dust)["stored"] == 1
    assert readings(project, kind="pm10").steps.tolist() == [850], "85 ug/m3"


def test_a_station_without_a_password_is_refused(project):
    with pytest.raises(InputRefused) as refused:
        project.add_station("N1", "", by="admin")
    assert refused.value.code == "station_password_missing"


class Station:
    """Sends each packet again until it is answered, as the protocol asks of a station."""

    def __init__(self, port):
        self.port = port
        self.answered = 0

    def send(self, data, until):
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                    connection.settimeout(5)
                    connection.sendall(data)
                    cutter, found = PacketReader(), []
                    while chunk := connection.recv(4096):
                        found += cutter.feed(chunk)
                        if any(isinstance(item, Packet) and item.command == 9014 for item in found):
                            self.answered += 1
                            return
            except OSError:
                time.sleep(0.05)
        pytest.fail("the station was never answered")


def listening(folder, port):
    process = subprocess.Popen(
        [sys.executable, "-m", "bim_supervise.cli", "--project", str(folder), "listen", "--hj212",
         f"127.0.0.1:{port}", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert "Listening" in process.stderr.readline()
    return process


def test_killed_between_two_instructions_nothing_answered_is_lost_or_doubled(tmp_path, free_port):
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    started = now.replace(tzinfo=None) + timedelta(hours=8) - timedelta(minutes=EACH * KILLS)
    sent = [
        packet(minute, f"LA-Rtd={50 + minute % 20}.5,LA-Flag=N", start=started)
        for minute in range(EACH * KILLS)
    ]
    project = build(tmp_path / "site", system_clock, tmp_path / "inputs", people=False)
    project.add_station("N1", "654321", by="admin")
    folder = project.settings.directory
    calm = build(tmp_path / "calm", system_clock, tmp_path / "inputs", people=False)
    calm.add_station("N1", "654321", by="admin")
    take(calm, *sent)
    station, dice, until = Station(free_port), random.Random(9), time.monotonic() + 200
    process = listening(folder, free_port)
    kill_at = {dice.randrange(EACH * turn, EACH * turn + EACH) for turn in range(KILLS)}
    try:
        for number, data in enumerate(sent):
            if number in kill_at:
                process.kill()
                process.communicate()
                process = listening(folder, free_port)
            station.send(data, until)
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert station.answered == len(sent)
    assert digest(project, now) == digest(calm, now)
    calm.close()
    project.close()


def digest(project: Project, moment: datetime) -> str:
    project.evaluate(moment)
    with project._store.reading() as work:
        return evidence_digest(work)
