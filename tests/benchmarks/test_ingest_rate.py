"""How much of a bare subscriber's rate is left when everything is stored, judged and acknowledged after it.

A queue of messages waits at a real Mosquitto; two subscribers of the same class drain it by turns, one that
only parses, one that stores into a project with windows, verdicts and alarms. Only ratios of one run count,
and those of processor time decide: where others use the machine too, wall time tells how busy they are.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from site_stream import A_MESSAGE, START_MS, SiteClock, new_project, payloads

from bim_supervise.api.listening import MESSAGES_A_TRANSACTION
from bim_supervise.core.collector import collector_held
from bim_supervise.events.fast_messages import fast_messages
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.sources_mqtt import MqttSource

pytestmark = pytest.mark.broker

UTC = ZoneInfo("UTC")
TOPIC = "bim-supervise/site/gateway"
Handle = Callable[[Sequence[tuple[str, bytes]]], Awaitable[object]]


class Item(msgspec.Struct):
    device: str
    value: float


class Message(msgspec.Struct):
    kind: str
    unit: str
    time: int
    readings: list[Item]


def source(port: int, name: str, handle: Handle) -> MqttSource:
    return MqttSource(
        f"mqtt://127.0.0.1:{port}", [TOPIC], handle, client_id=name, batch_messages=MESSAGES_A_TRANSACTION
    )


async def drained(port: int, name: str, messages: Sequence[bytes], handle: Handle) -> tuple[float, float]:
    """Wall and processor seconds in which a subscriber takes in messages that wait for it at the broker."""
    waiting = asyncio.Event()
    subscriber = source(port, name, handle)

    async def subscribed() -> None:
        while not subscriber.connected:
            await asyncio.sleep(0.01)
        waiting.set()

    listening = asyncio.create_task(subscriber.run(waiting))
    await asyncio.wait_for(subscribed(), 60)
    await listening
    publisher = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-t", TOPIC, "-q", "1", "-l"]
    subprocess.run(publisher, input=b"\n".join(messages) + b"\n", check=True, timeout=600)

    seen, done, ended = 0, asyncio.Event(), (0.0, 0.0)

    async def counted(batch: Sequence[tuple[str, bytes]]) -> None:
        nonlocal seen, ended
        await handle(batch)
        seen += len(batch)
        if seen >= len(messages):
            ended = time.perf_counter(), time.process_time()
            done.set()

    began = time.perf_counter(), time.process_time()
    await asyncio.wait_for(source(port, name, counted).run(done), 1800)
    assert seen == len(messages)
    return ended[0] - began[0], ended[1] - began[1]


async def decode_only(batch: Sequence[tuple[str, bytes]]) -> None:
    """The least that a subscriber can do: JSON to structs, and away with them."""
    decoder = msgspec.json.Decoder(Message)
    for _, payload in batch:
        decoder.decode(payload)


async def parse_only(batch: Sequence[tuple[str, bytes]]) -> None:
    """What the real subscriber parses into, and nothing after it: the same call makes the same ``Batch``.

    Units are converted, values quantised and bounded, times checked, senders marked. A decoder alone
    (``decode_only``) makes objects that nothing could be stored or judged from; it is printed beside it.
    """
    with collector_held():
        fast_messages(
            batch, kinds=KindTable(), zone=UTC, received=datetime.now(UTC), authenticated=True, intervals={}
        )


def turns_of(runs: Sequence[tuple[float, float]], rounds: int) -> list[float]:
    """Processor seconds of so many rounds in a row, for each round they may begin with."""
    return [sum(run[1] for run in runs[begin : begin + rounds]) for begin in range(len(runs) - rounds + 1)]


def test_storing_and_judging_keeps_up_with_a_subscriber_that_only_parses(deep_broker, tmp_path, full, capsys):
    a_round, rounds, a_turn = (500_000, 20, 5) if full else (400_000, 4, 3)
    clock = SiteClock()
    project = new_project(tmp_path / "project", clock)
    decoded, bare, whole, memory = [], [], [], []
    judged = 0
    for number in range(rounds):
        seconds = number * a_round // 1000
        messages = list(payloads(a_round, START_MS + seconds * 1000))
        taken = 0

        async def store(batch: Sequence[tuple[str, bytes]], base: int = seconds) -> None:
            nonlocal taken
            taken += len(batch)
            clock.now_ms = START_MS + (base + taken * A_MESSAGE // 1000) * 1000
            report = await asyncio.to_thread(project.ingest, batch, authenticated=True)
            assert report["rejected_count"] == 0

        decoded.append(asyncio.run(drained(deep_broker, f"decode-{number}", messages, decode_only)))
        bare.append(asyncio.run(drained(deep_broker, f"bare-{number}", messages, parse_only)))
        whole.append(asyncio.run(drained(deep_broker, f"whole-{number}", messages, store)))
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    with project._store.reading() as work:
        judged = sum(work.count_verdicts().values())
        stored = sum(1 for _ in work.readings("N0000", "noise_level", 0, 2**42).event_ms)
    project.close()
    assert stored == rounds * a_round // 1000
    with capsys.disabled():
        print("\nMQTT QoS 1, acknowledged after the commit, 1,000 series at 1 Hz, 100 readings a message:")
        for what, runs in (
            ("JSON to structs", decoded),
            ("JSON to columns", bare),
            ("stored and judged", whole),
        ):
            wall, cpu = (a_round / statistics.median(column) for column in zip(*runs, strict=True))
            print(f"  {what:18} {wall:>12,.0f} readings/s {cpu:>12,.0f} a processor second")
        print(f"  {rounds * a_round:,} readings, {judged} verdicts, peak memory [MiB] round by round:")
        print("  " + " ".join(f"{one:.0f}" for one in memory))
    assert judged >= 1000 * (rounds * a_round // 1_200_000)
    # A window closes in every third round or so, and those must count: a turn is as many rounds as close one.
    turns = list(zip(turns_of(bare, a_turn), turns_of(whole, a_turn), strict=True))
    # Both sides of a turn meet the same machine. In few rounds, the best turn of each side is the fairest.
    ratio = statistics.median(one / other for one, other in turns)
    if not full:
        ratio = min(one for one, _ in turns) / min(other for _, other in turns)
    with capsys.disabled():
        print(f"  {ratio:.2f} of the processor rate of the subscriber that only parses")
    assert ratio >= (0.5 if full else 0.2)
    if full:
        # SQLite's page cache fills up as the database grows; once it is full, memory stays flat.
        assert memory[-1] < memory[rounds * 3 // 5] * 1.05, f"memory grows: {memory}"
