"""HJ 212-2017: published vectors, damaged streams, and a real server that answers after the commit."""

from __future__ import annotations

import asyncio
import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim_supervise.events.hj212 import BadPacket, Packet, PacketReader, answer, checksum, framed
from bim_supervise.events.rows import Unreadable
from bim_supervise.events.sources_hj212 import Hj212Server, rows_of

STANDARD = (
    b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&RtdInterval=30&&1C80\r\n"
)
"""The example of the standard."""
IN_USE = (
    b"##0285QN=20190925181031464;ST=22;CN=2061;PW=BF470F88957588DE902D1A52;MN=Z13401000010301;Flag=5;CP=&&"
    b"DataTime=20190924220000;a34006-Avg=2.69700,a34006-Flag=N;a34007-Avg=7.96600,a34007-Flag=N;"
    b"a34048-Avg=3.30600,a34048-Flag=N;a34047-Avg=7.35700,a34047-Flag=N;a34049-Avg=10.66300,a34049-Flag=N&&"
    b"C181\r\n"
)
"""A packet of a station in use, published with its checksum."""
FULL = os.environ.get("BIM_SUPERVISE_FULL") == "1"


def segment(command=2011, values="a01001-Rtd=21.5,a01001-Flag=N", time="20260302080000", flag=5, more=""):
    return (
        f"QN=20260302080001000;ST=39;CN={command};PW=123456;MN=STATION1;Flag={flag};{more}"
        f"CP=&&DataTime={time};{values}&&"
    )


def packets(data, cut=None):
    reader = PacketReader()
    if cut is None:
        return reader.feed(data)
    return [item for start in range(0, len(data), cut) for item in reader.feed(data[start : start + cut])]


def test_the_published_packets_are_read_and_written_byte_for_byte():
    [standard], [in_use] = packets(STANDARD), packets(IN_USE)
    assert (standard.station, standard.command, standard.system) == ("010000A8900016F000169DC0", 1062, "32")
    assert standard.groups == ({"RtdInterval": "30"},)
    assert framed(STANDARD[6:-6].decode()) == STANDARD
    assert framed(IN_USE[6:-6].decode()) == IN_USE
    assert [row["factor"] for row in rows_of(in_use)] == ["a34006", "a34007", "a34048", "a34047", "a34049"]
    assert {row["device"] for row in rows_of(in_use)} == {"Z13401000010301/hour"}
    assert "BF470F88" not in repr(in_use)


@pytest.mark.parametrize(
    ("command", "field", "device"),
    [(2011, "Rtd", "STATION1"), (2051, "Avg", "STATION1/minute"), (2061, "Avg", "STATION1/hour")],
)
def test_each_kind_of_data_is_a_series_of_its_own(command, field, device):
    values = f"LA-{field}=61.2,LA-Min=50,LA-Max=80,LA-Flag=T;a01002-{field}=40"
    [packet] = packets(framed(segment(command, values)))
    first, second = rows_of(packet)
    assert (first["device"], first["factor"], first["value"], first["flag"]) == (device, "LA", "61.2", "T")
    assert (second["factor"], second["flag"]) == ("a01002", "N")


def test_data_in_parts_keep_the_time_of_the_first_part():
    [packet] = packets(framed(segment(more="PNUM=2;PNO=2;", flag=7).replace("DataTime=20260302080000;", "")))
    assert (packet.part, packet.parts) == (2, 2)
    assert rows_of(packet, "20260302080000")[0]["time"] == "20260302080000"


@pytest.mark.parametrize(
    ("command", "flag", "expected"), [(2011, 5, "9014"), (3019, 5, "9013"), (2011, 4, None), (9011, 5, None)]
)
def test_an_answer_is_given_when_it_is_wanted(command, flag, expected):
    [packet] = packets(framed(segment(command, flag=flag)))
    given_answer = answer(packet)
    if expected is None:
        assert given_answer is None
        return
    [back] = packets(given_answer)
    assert (str(back.command), back.number, back.station, back.system, back.flag, back.groups) == (
        expected, "20260302080001000", "STATION1", "91", 4, ()
    )  # fmt: skip


def test_answers_of_stations_make_no_readings():
    for command in (9011, 9012, 9014):
        [packet] = packets(framed(segment(command, "QnRtn=1")))
        assert rows_of(packet) == []
    [empty] = packets(framed(segment(2011, "")))
    assert rows_of(empty) == [Unreadable("row_empty")]


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 5))
def test_a_stream_is_cut_anywhere_and_read_the_same(cut, repeats):
    data = STANDARD + b"noise\r\n" + IN_USE * repeats + b"##12" + b"x" * 9 + STANDARD
    assert packets(data, cut)[-1] == packets(STANDARD)[0]
    assert sum(isinstance(item, Packet) for item in packets(data, cut)) == repeats + 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (STANDARD.replace(b"30&&", b"31&&"), "hj212_checksum_wrong"),
        (b"##01x1" + STANDARD[6:], "hj212_length_invalid"),
        (b"GET / HTTP/1.1\r\n\r\n", "hj212_no_packet"),
        (framed("hello"), "hj212_fields_missing"),
        (framed(segment().replace("CN=2011", "CN=x")), "hj212_fields_missing"),
    ],
)
def test_what_is_damaged_says_why_and_costs_nothing_else(data, reason):
    found = packets(data + STANDARD)
    assert reason in [item.reason for item in found if isinstance(item, BadPacket)]
    assert isinstance(found[-1], Packet)


def test_mutated_and_random_packets_never_stop_the_stream():
    dice = random.Random(212)
    survived = 0
    for _ in range(10_000 if FULL else 300):
        data = bytearray(dice.choice((STANDARD, IN_USE, framed(segment()))))
        for _ in range(dice.randrange(1, 8)):
            place = dice.randrange(len(data))
            data[place : place + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
        if dice.random() < 0.3:
            data = bytearray(dice.randbytes(dice.randrange(200)))
        reader = PacketReader()
        for item in reader.feed(bytes(data)):
            if isinstance(item, Packet):
                rows_of(item)
                answer(item)
        # A damaged length may swallow what follows, but never more than it can say.
        found = reader.feed(STANDARD * 90)
        survived += isinstance(found[-1], Packet)
        assert isinstance(found[-1], Packet)
    assert survived


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_the_checksum_tells_every_changed_byte(data):
    right = checksum(data)
    assert 0 <= right <= 0xFFFF
    for place in range(0, len(data), 17):
        changed = bytes([*data[:place], data[place] ^ 0x20, *data[place + 1 :]])
        assert checksum(changed) != right


def run_server(story, handle):
    async def main():
        stop = asyncio.Event()
        server = Hj212Server("127.0.0.1", 0, handle)
        running = asyncio.create_task(server.run(stop))
        await asyncio.wait_for(server.bound.wait(), 20)
        try:
            return await asyncio.wait_for(story(server), 60)
        finally:
            stop.set()
            await running

    return asyncio.run(main())


def test_a_station_is_answered_only_after_the_commit():
    log = []

    async def handle(received):
        await asyncio.sleep(0.05)
        log.append(("committed", len(received)))

    async def story(server):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(framed(segment()) * 3 + b"rubbish")
        found = []
        cutter = PacketReader()
        while len(found) < 3:
            found += cutter.feed(await reader.read(4096))
            log.append("answered")
        writer.close()
        return found

    assert [item.command for item in run_server(story, handle)] == [9014] * 3
    assert log[0] == ("committed", 4)


def test_what_was_not_stored_is_not_answered_and_the_station_is_sent_away():
    async def handle(received):
        raise OSError("disk full")

    async def story(server):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(framed(segment()))
        answered = await reader.read()
        writer.close()
        return answered

    assert run_server(story, handle) == b""


def test_many_stations_share_transactions():
    sizes = []

    async def handle(received):
        sizes.append(len(received))
        await asyncio.sleep(0.02)

    async def station(port, number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(framed(segment().replace("STATION1", f"S{number}")))
        await reader.readuntil(b"\r\n")
        writer.close()

    async def story(server):
        await asyncio.gather(*(station(server.port, number) for number in range(60)))

    run_server(story, handle)
    assert sum(sizes) == 60
    assert len(sizes) < 30
