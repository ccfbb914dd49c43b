"""The simulated site over real MQTT: Mosquitto and the embedded broker of the demo."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys

import gmqtt
import pytest
from bim_supervise_sample.simulator import PASSWORD_VARIABLE, mqtt_publisher

from bim_supervise.server.broker import embedded_broker

pytestmark = pytest.mark.timeout(240)
PASSWORD = "a secret that nobody may print"


async def answering(port, seconds=30):
    """Wait for the broker: a client whose first try is refused may go on trying beside the second."""
    async with asyncio.timeout(seconds):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def listening(port, *, user=None, password=None, version=5):
    """A subscriber's list of (topic, body) that grows while messages come."""
    got = []
    client = gmqtt.Client("sample-test-listener")
    if user:
        client.set_auth_credentials(user, password)

    def on_message(client, topic, payload, qos, properties):
        got.append((topic, json.loads(payload)))
        return 0

    subscribed = asyncio.Event()

    def on_connect(client, flags, rc, properties):
        # At every connection: a clean session forgets its subscriptions when the line breaks.
        client.subscribe("bim-supervise/#", qos=1)

    def on_subscribe(client, mid, qos, properties):
        subscribed.set()

    client.on_message = on_message
    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    await answering(port)
    await client.connect("127.0.0.1", port, version=version)
    async with asyncio.timeout(30):
        await subscribed.wait()
    try:
        yield got
    finally:
        await client.disconnect()


def simulator(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "bim_supervise_sample.simulator", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def enough(got, count, seconds=90):
    async with asyncio.timeout(seconds):
        while len(got) < count:
            await asyncio.sleep(0.05)


@pytest.mark.broker
def test_site_speaks_to_mosquitto_and_stops_cleanly(mosquitto, free_port, tmp_path):
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {free_port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    broker = subprocess.Popen(
        [mosquitto, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    async def run():
        async with listening(free_port) as got:
            process = simulator("--mqtt", f"mqtt://127.0.0.1:{free_port}", "--minutes", "1")
            try:
                await enough(got, 300)
                process.send_signal(signal.SIGTERM)
                _, errors = await asyncio.to_thread(process.communicate, timeout=60)
            finally:
                process.kill()
            assert process.returncode == 0
            sent = int(errors.split()[0])
            await enough(got, sent)
            return got, sent

    try:
        got, sent = asyncio.run(run())
    finally:
        broker.terminate()
        broker.wait(10)
    assert len(got) == sent
    assert {topic.rsplit("/", 1)[1] for topic, _ in got} == {"clock", "observations"}
    clocks = [body["time"] for topic, body in got if topic.endswith("clock")]
    assert clocks[0] == "2026-03-02T00:00:00+08:00"
    assert clocks == sorted(clocks)


def test_site_speaks_to_the_embedded_broker_with_a_password(free_port):
    async def run():
        users = {"site": PASSWORD, "supervise": "another"}
        async with (
            embedded_broker(free_port, users),
            listening(free_port, user="supervise", password="another", version=4) as got,
        ):
            process = simulator(
                "--mqtt",
                f"mqtt://site@127.0.0.1:{free_port}?version=4",
                "--minutes",
                "1",
                **{PASSWORD_VARIABLE: PASSWORD},
            )
            try:
                await enough(got, 200)
                process.terminate()
                output = await asyncio.to_thread(process.communicate, timeout=60)
            finally:
                process.kill()
            assert process.returncode == 0
            assert PASSWORD not in "".join(output)

    asyncio.run(run())


def test_a_refused_password_is_said_and_not_shown(free_port):
    async def run():
        async with embedded_broker(free_port, {"site": PASSWORD}):
            process = simulator("--mqtt", f"mqtt://site:wrong-word@127.0.0.1:{free_port}?version=4")
            output = "".join(await asyncio.to_thread(process.communicate, timeout=60))
            assert process.returncode == 1
            assert "refused" in output
            assert "wrong-word" not in output
            assert "Traceback" not in output

    asyncio.run(run())


def test_no_broker_is_said(monkeypatch, free_port):
    monkeypatch.setattr("bim_supervise_sample.simulator.CONNECT_WITHIN_S", 0.2)

    async def run():
        async with mqtt_publisher(f"mqtt://127.0.0.1:{free_port}"):
            pass

    with pytest.raises(ConnectionError, match="no MQTT broker answers"):
        asyncio.run(run())


def test_a_replay_file_is_written_and_read(tmp_path, monkeypatch):
    monkeypatch.setattr("bim_supervise_sample.telemetry.DAYS", 1)
    from bim_supervise_sample.simulator import main

    assert main(["--out", str(tmp_path / "site.jsonl")]) == 0
    rows = [json.loads(line) for line in (tmp_path / "site.jsonl").read_text("utf-8").splitlines()]
    assert sum(len(row.get("readings", ())) for row in rows) > 7_000
    assert [row["received"] for row in rows] == sorted(row["received"] for row in rows)
