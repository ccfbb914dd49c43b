"""The MQTT source against a real Mosquitto and against the embedded broker of the demo."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bim_supervise.core.errors import AuthenticationFailed, InputRefused
from bim_supervise.events.mqtt_url import parse_broker_url
from bim_supervise.events.rows import Unreadable
from bim_supervise.events.sources_mqtt import Messages, MqttSource, decode_messages

pytestmark = pytest.mark.timeout(60)
needs_publisher = pytest.mark.skipif(
    not shutil.which("mosquitto_pub") and not os.environ.get("CI"), reason="mosquitto_pub is not installed"
)


class Store:
    """Takes batches as a store would: what is in ``committed`` is safe."""

    def __init__(self, fail_first: int = 0) -> None:
        self.committed: list[str] = []
        self.batches: list[int] = []
        self.failures_left = fail_first

    async def handle(self, messages: Messages) -> None:
        await asyncio.sleep(0)
        if self.failures_left:
            self.failures_left -= 1
            raise OSError("disk full")
        self.batches.append(len(messages))
        self.committed += [payload.decode() for _, payload in messages]


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(source: MqttSource) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(source.run(stop))
    try:
        yield task
    finally:
        stop.set()
        if not task.done():
            await asyncio.wait_for(task, 10)


@pytest.mark.broker
@needs_publisher
@pytest.mark.parametrize("version", [4, 5, None])
def test_delivers_and_acknowledges(mosquitto_broker, version, caplog):
    store = Store()
    query = f"?version={version}" if version else ""
    source = MqttSource(mosquitto_broker.url + query, ["site/#"], store.handle, client_id="reader")

    async def scenario():
        async with running(source):
            await until(lambda: source.connected)
            sent = [str(number) for number in range(500)]
            await asyncio.to_thread(mosquitto_broker.publish, "site/a", *sent)
            await until(lambda: len(store.committed) >= 500)
            assert store.committed == sent
            assert source.messages == 500
        # Everything was acknowledged: a new subscriber under the same name gets nothing again.
        again = Store()
        second = MqttSource(mosquitto_broker.url + query, ["site/#"], again.handle, client_id="reader")
        async with running(second):
            await until(lambda: second.connected)
            await asyncio.sleep(0.3)
        assert again.committed == []

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    assert "s:e@c/ret" not in caplog.text
    assert "s%3Ae" not in caplog.text


@pytest.mark.broker
@needs_publisher
def test_messages_share_transactions(mosquitto_broker):
    store = Store()
    source = MqttSource(mosquitto_broker.url, ["site/#"], store.handle, client_id="reader")

    async def scenario():
        async with running(source):
            await until(lambda: source.connected)
            await asyncio.to_thread(mosquitto_broker.publish, "site/a", *map(str, range(3000)))
            await until(lambda: len(store.committed) >= 3000)

    asyncio.run(scenario())
    assert len(store.batches) < 300


@pytest.mark.broker
@needs_publisher
@pytest.mark.parametrize("version", [4, 5])
def test_keeps_messages_while_nobody_listens(mosquitto_broker, version):
    store = Store()

    async def scenario():
        for expected in (0, 3):
            source = MqttSource(
                f"{mosquitto_broker.url}?version={version}", ["site/#"], store.handle, client_id="reader"
            )
            async with running(source):
                await until(lambda source=source: source.connected)
                await until(lambda expected=expected: len(store.committed) >= expected)
            if not expected:
                mosquitto_broker.publish("site/a", "1", "2", "3")

    asyncio.run(scenario())
    assert store.committed == ["1", "2", "3"]


@pytest.mark.broker
@needs_publisher
@pytest.mark.parametrize("version", [4, 5])
def test_failed_transaction_comes_again(mosquitto_broker, version, caplog):
    store = Store(fail_first=2)
    source = MqttSource(
        f"{mosquitto_broker.url}?version={version}", ["site/#"], store.handle, client_id="reader"
    )

    async def scenario():
        async with running(source):
            await until(lambda: source.connected)
            await asyncio.to_thread(mosquitto_broker.publish, "site/a", "1", "2", "3")
            await until(lambda: len(store.committed) >= 3)
            assert source.connected
            assert source.last_error is None

    asyncio.run(scenario())
    assert sorted(set(store.committed)) == ["1", "2", "3"]
    assert "disk full" in caplog.text


SUBSCRIBER = """
    import asyncio, sys
    from bim_supervise.events.sources_mqtt import MqttSource

    url, file, mode = sys.argv[1:]

    async def handle(messages):
        if mode == "hang":
            print("got", len(messages), flush=True)
            await asyncio.sleep(3600)
        with open(file, "ab") as out:
            for _, payload in messages:
                out.write(payload + b"\\n")
        print("done", len(messages), flush=True)

    asyncio.run(MqttSource(url, ["site/#"], handle, client_id="killed").run(asyncio.Event()))
"""


@pytest.mark.broker
@needs_publisher
@pytest.mark.parametrize("version", [4, 5])
def test_kill_before_commit_loses_nothing(mosquitto_broker, tmp_path: Path, version):
    script = tmp_path / "subscriber.py"
    script.write_text(textwrap.dedent(SUBSCRIBER))
    file = tmp_path / "stored"
    file.touch()
    url = f"{mosquitto_broker.url}?version={version}"

    def start(mode: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, str(script), url, str(file), mode],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    def wait_for_subscription() -> None:
        log = mosquitto_broker.folder / "mosquitto.log"

        async def wait():
            await until(lambda: b"Sending SUBACK to killed" in log.read_bytes())

        asyncio.run(wait())

    first = start("hang")
    try:
        wait_for_subscription()
        mosquitto_broker.publish("site/a", "1", "2", "3")
        assert first.stdout is not None
        assert first.stdout.readline().startswith(b"got")
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        first.stdout.close()
    mosquitto_broker.publish("site/a", "4")
    second = start("store")
    try:

        async def wait():
            await until(lambda: set(file.read_text().split()) >= {"1", "2", "3", "4"})

        asyncio.run(wait())
    finally:
        second.kill()
        second.wait(10)
        second.stdout.close()


@pytest.mark.broker
@needs_publisher
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_comes_back_after_a_broker_restart(mosquitto_broker, how):
    store = Store()
    source = MqttSource(mosquitto_broker.url, ["site/#"], store.handle, client_id="reader")

    async def scenario():
        async with running(source):
            await until(lambda: source.connected)
            await asyncio.to_thread(mosquitto_broker.publish, "site/a", "before")
            await until(lambda: "before" in store.committed)
            mosquitto_broker.stop(how)
            await until(lambda: not source.connected)
            await asyncio.sleep(0.6)
            assert source.last_error
            mosquitto_broker.start()
            await until(lambda: source.connected)
            await asyncio.to_thread(mosquitto_broker.publish, "site/a", "after")
            await until(lambda: "after" in store.committed)

    asyncio.run(scenario())


@pytest.mark.broker
def test_wrong_password_is_said_and_never_logged(mosquitto_broker, caplog):
    url = mosquitto_broker.url.replace("s%3Ae%40c%2Fret", "hunter2")
    source = MqttSource(url, ["site/#"], Store().handle, client_id="reader")
    with caplog.at_level(logging.DEBUG), pytest.raises(AuthenticationFailed) as refused:
        asyncio.run(source.run(asyncio.Event()))
    assert refused.value.code == "mqtt_refused"
    assert "hunter2" not in f"{refused.value.message}{refused.value.hint}{refused.value.params}{caplog.text}"


@pytest.mark.broker
@needs_publisher
@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_tls_with_an_own_authority(mosquitto_broker, second_port):
    folder, port = mosquitto_broker.folder, mosquitto_broker.port
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=site"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    mosquitto_broker.stop()
    with (folder / "mosquitto.conf").open("a") as file:
        file.write(f"listener {second_port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\n")
    mosquitto_broker.start()
    url = mosquitto_broker.url.replace("mqtt://", "mqtts://").replace(
        f"127.0.0.1:{port}", f"localhost:{second_port}"
    )
    store = Store()
    trusting = MqttSource(f"{url}?ca={certificate}", ["site/#"], store.handle, client_id="reader")
    doubting = MqttSource(url, ["site/#"], store.handle, client_id="doubting")

    async def scenario():
        async with running(trusting):
            await until(lambda: trusting.connected)
            await asyncio.to_thread(mosquitto_broker.publish, "site/a", "1")
            await until(lambda: store.committed == ["1"])
        async with running(doubting):
            await until(lambda: doubting.last_error)
            assert "certificate" in doubting.last_error
            assert not doubting.connected

    asyncio.run(scenario())


def test_waits_for_a_broker_that_is_not_there(free_port):
    source = MqttSource(f"mqtt://127.0.0.1:{free_port}", ["a"], Store().handle, client_id="reader")

    async def scenario():
        async with running(source):
            await until(lambda: source.last_error)
            assert not source.connected

    asyncio.run(scenario())


def test_embedded_broker_delivers_to_users_only(tmp_path, free_port, caplog):
    from amqtt.broker import Broker
    from argon2 import PasswordHasher
    from gmqtt import Client
    from gmqtt.mqtt.constants import MQTTv311

    passwords = tmp_path / "passwords"
    passwords.write_text(f"site:{PasswordHasher(time_cost=1, memory_cost=8192).hash('secret')}\n")
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{free_port}"}},
        "plugins": {
            "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": False},
            "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(passwords)},
            "amqtt.plugins.topic_checking.TopicTabooPlugin": {},
        },
    }
    store = Store()
    address = f"127.0.0.1:{free_port}"

    async def scenario():
        broker = Broker(config)
        await broker.start()
        # No version is given: the broker knows only 3.1.1, the source has to find that out.
        source = MqttSource(
            f"mqtt://site:secret@{address}", ["site/#"], store.handle, client_id="reader", connect_within_s=1
        )
        async with running(source):
            await until(lambda: source.connected)
            sender = Client("sender")
            sender.set_auth_credentials("site", "secret")
            await sender.connect("127.0.0.1", free_port, version=MQTTv311)
            for number in range(50):
                sender.publish("site/a", str(number), qos=1)
            await until(lambda: set(store.committed) >= {str(number) for number in range(50)})
            await sender.disconnect()
        wrong = MqttSource(f"mqtt://site:wrong@{address}?version=4", ["a"], store.handle, client_id="other")
        with pytest.raises(AuthenticationFailed):
            await asyncio.wait_for(wrong.run(asyncio.Event()), 10)
        nobody = MqttSource(f"mqtt://{address}?version=4", ["a"], store.handle, client_id="nobody")
        with pytest.raises(AuthenticationFailed):
            await asyncio.wait_for(nobody.run(asyncio.Event()), 10)
        taboo = MqttSource(
            f"mqtt://site:secret@{address}?version=4", ["site/#", "top-secret"], store.handle, client_id="spy"
        )
        with pytest.raises(InputRefused) as refused:
            await asyncio.wait_for(taboo.run(asyncio.Event()), 10)
        assert refused.value.code == "mqtt_topic_refused"
        assert refused.value.params["topics"] == "top-secret"
        await broker.shutdown()

    asyncio.run(scenario())


def test_messages_become_rows():
    rows = decode_messages(
        [
            ("site/a", b'{"device": "n1", "$topic": "forged"}'),
            ("site/b", b'[{"x": 1}, 2]'),
            ("site/c", b"68.5"),
            ("site/d", b"{"),
            ("site/e", b"\xff"),
        ]
    )
    assert rows == [
        (1, {"device": "n1", "$topic": "site/a"}),
        (2, {"x": 1, "$topic": "site/b"}),
        (2, Unreadable("json_not_object")),
        (3, {"$value": 68.5, "$topic": "site/c"}),
        (4, Unreadable("json_invalid")),
        (5, Unreadable("json_invalid")),
    ]
    assert json.dumps(rows[0][1])


def test_urls():
    address = parse_broker_url("mqtts://us%40er:p%3Aw@broker.example?version=5&ca=/etc/ca.pem")
    assert (address.host, address.port, address.tls) == ("broker.example", 8883, True)
    assert (address.user, address.password, address.version) == ("us@er", "p:w", 5)
    assert "p:w" not in f"{address} {address!r}"
    with pytest.raises(InputRefused, match="cannot be read"):
        parse_broker_url("mqtts://h?ca=/nowhere").tls_context()


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "mqtt://",
        "mqtt://u:geheim@h/topic",
        "mqtt://u:geheim@h?version=3",
        "mqtt://u:geheim@h:x",
        "mqtt://u:geheim@h?qos=1",
        "tcp",
    ],
)
def test_wrong_urls_are_refused_without_repeating_them(url):
    with pytest.raises(InputRefused) as refused:
        MqttSource(url, ["a"], Store().handle, client_id="x")
    assert refused.value.code == "mqtt_url_invalid"
    assert "geheim" not in f"{refused.value.message}{refused.value.hint}{refused.value.params}"


@pytest.mark.parametrize(
    "topics", [[], [""], ["site/#/noise"], ["site#"], ["a+/b"], ["a\x00"], ["x" * 70_000]]
)
def test_wrong_topics_are_refused(topics):
    with pytest.raises(InputRefused) as refused:
        MqttSource("mqtt://h", topics, Store().handle, client_id="x")
    assert refused.value.code == "mqtt_topic_invalid"


def test_wrong_client_ids_are_refused():
    with pytest.raises(InputRefused) as refused:
        MqttSource("mqtt://h", ["+/noise/#"], Store().handle, client_id="工地")
    assert refused.value.code == "mqtt_client_id_invalid"
