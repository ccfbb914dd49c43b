"""Parts of the server that need no socket: throttle, paths, subscriber; and the embedded broker."""

from __future__ import annotations

import asyncio
import contextlib

import gmqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.core.errors import InputRefused
from bim_supervise.core.throttle import FORGET_AFTER_S, LONGEST_WAIT_S, MOST_KEYS, LoginThrottle
from bim_supervise.server import subscriber
from bim_supervise.server.broker import embedded_broker
from bim_supervise.server.login import safe_path
from bim_supervise.server.run import serve


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_wait_doubles_and_is_bounded() -> None:
    clock = Clock()
    throttle = LoginThrottle(clock)
    waits = []
    for _ in range(20):
        throttle.failed("1.1.1.1", "a")
        waits.append(throttle.wait_s("1.1.1.1", "a"))
    assert waits[:4] == [0.0] * 4
    assert waits[4:8] == [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == LONGEST_WAIT_S
    clock.now += LONGEST_WAIT_S
    assert throttle.wait_s("1.1.1.1", "a") <= 0


def test_one_address_does_not_lock_out_another() -> None:
    throttle = LoginThrottle(Clock())
    for _ in range(29):
        throttle.failed("1.1.1.1", "a")
    assert throttle.wait_s("1.1.1.1", "a") > 0
    assert throttle.wait_s("2.2.2.2", "a") == 0
    assert throttle.wait_s("1.1.1.1", "b") == 0
    throttle.failed("1.1.1.1", "c")
    assert throttle.wait_s("1.1.1.1", "b") > 0, "an address that tries many names is slowed down"


def test_success_and_time_forget_failures() -> None:
    clock = Clock()
    throttle = LoginThrottle(clock)
    for _ in range(9):
        throttle.failed("1.1.1.1", "a")
    throttle.succeeded("1.1.1.1", "a")
    assert throttle.wait_s("1.1.1.1", "a") == 0
    for _ in range(9):
        throttle.failed("1.1.1.1", "a")
    clock.now += FORGET_AFTER_S + 1
    throttle.failed("1.1.1.1", "a")
    assert throttle.wait_s("1.1.1.1", "a") == 0


def test_memory_of_failures_is_bounded() -> None:
    throttle = LoginThrottle(Clock())
    for number in range(MOST_KEYS):
        throttle.failed(f"10.0.{number // 256}.{number % 256}", str(number))
    assert len(throttle._failures) <= MOST_KEYS


@given(st.text(max_size=40))
def test_safe_path_stays_on_this_server(text: str) -> None:
    path = safe_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert "\n" not in path
    assert "\r" not in path


def test_subscriber_is_restarted_and_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "FIRST_PAUSE_S", 0.01)
    runs: list[int] = []

    async def job(stop: asyncio.Event) -> None:
        runs.append(len(runs))
        if len(runs) < 3:
            raise ConnectionError("broker gone")
        await stop.wait()

    async def story() -> None:
        async with subscriber.running(job):
            while len(runs) < 3:
                await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(story(), 10))
    assert runs == [0, 1, 2]


def test_subscriber_that_hangs_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "STOP_WITHIN_S", 0.05)

    async def job(stop: asyncio.Event) -> None:
        await asyncio.sleep(3600)

    async def story() -> None:
        async with subscriber.running(job):
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(story(), 10))


class _Client(gmqtt.Client):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.got: asyncio.Queue[bytes] = asyncio.Queue()
        self.on_message = self._take

    async def _take(self, client: object, topic: str, payload: bytes, qos: int, properties: object) -> int:
        await self.got.put(payload)
        return 0


async def _connected(name: str, port: int, user: str | None, word: str | None) -> _Client:
    client = _Client(name)
    if user is not None:
        client.set_auth_credentials(user, word)
    await asyncio.wait_for(client.connect("127.0.0.1", port, version=4), 5)
    return client


def test_broker_passes_messages_between_known_users(free_port: int) -> None:
    async def story() -> bytes:
        async with embedded_broker(free_port, {"site": "one", "supervise": "two"}):
            reader = await _connected("r", free_port, "supervise", "two")
            reader.subscribe("x/#", qos=1)
            await asyncio.sleep(0.3)
            writer = await _connected("w", free_port, "site", "one")
            writer.publish("x/y", b"42", qos=1)
            got = await asyncio.wait_for(reader.got.get(), 5)
            await writer.disconnect()
            await reader.disconnect()
            return got

    assert asyncio.run(story()) == b"42"


@pytest.mark.parametrize(("user", "word"), [(None, None), ("site", "wrong"), ("stranger", "one")])
def test_broker_lets_nobody_else_in(free_port: int, user: str | None, word: str | None) -> None:
    async def story() -> bool:
        async with embedded_broker(free_port, {"site": "one"}):
            with contextlib.suppress(Exception):
                client = await _connected("s", free_port, user, word)
                await asyncio.sleep(0.3)
                connected = client.is_connected
                await client.disconnect()
                return bool(connected)
            return False

    assert asyncio.run(story()) is False


def test_address_in_use_is_said_clearly(tmp_path, free_port: int) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        with pytest.raises(InputRefused) as caught:
            serve(tmp_path, port=free_port)
    assert caught.value.code == "address_in_use"
    assert str(free_port) in caught.value.message
