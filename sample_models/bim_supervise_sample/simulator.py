"""Plays the sample site: ``python -m bim_supervise_sample.simulator --mqtt URL`` or ``--out FILE``.

Over MQTT the site speaks on ``bim-supervise/<site>/observations`` and tells its time on
``bim-supervise/<site>/clock``. The broker's password comes from the URL or from the environment variable
``BIM_SUPERVISE_MQTT_PASSWORD``; it is never printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import gmqtt
from gmqtt.storage import PersistentStorage

from bim_supervise_sample.site import DAYS, SITE, START
from bim_supervise_sample.stream import Channel, Message, Simulator, replay_lines

__all__ = ["PASSWORD_VARIABLE", "Message", "Simulator", "main", "mqtt_publisher", "play", "topic"]

PASSWORD_VARIABLE = "BIM_SUPERVISE_MQTT_PASSWORD"  # noqa: S105 - the name of a variable, not a password
MOST_IN_FLIGHT = 15
"""Unacknowledged messages at a time; brokers announce 20 by default."""
CONNECT_WITHIN_S = 30.0
DRAIN_WITHIN_S = 10.0

_Client: Any = gmqtt.Client
"""gmqtt ships without types."""
Publish = Callable[[str, bytes], Awaitable[None]]


def topic(channel: Channel) -> str:
    """The MQTT topic of a channel."""
    return f"bim-supervise/{SITE}/{channel.name.lower()}"


async def play(publish: Publish, *, speed: float, seed: int = 1, stop: asyncio.Event | None = None) -> int:
    """Publish the 60 days at ``speed`` simulated seconds a second until they end or ``stop`` is set.

    Returns the number of messages published. A slow receiver slows the site down; nothing is left out.
    """
    if speed <= 0:
        raise ValueError("speed must be above 0")
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    count = 0
    messages = Simulator(seed).messages()
    # A day of telemetry is made at once and takes a moment: off the loop, so that signals are heard.
    message = await asyncio.to_thread(_next, messages)
    began = loop.time()
    while message is not None and not stop.is_set():
        wait = began + (message.received - START).total_seconds() / speed - loop.time()
        if wait > 0.005:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)
            if stop.is_set():
                break
        await publish(topic(message.channel), message.payload())
        count += 1
        message = await asyncio.to_thread(_next, messages)
    return count


def _next(messages: Iterator[Message]) -> Message | None:
    return next(messages, None)


class _InFlight(PersistentStorage):
    """Counts what the broker has not acknowledged yet."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __len__(self) -> int:
        return len(self._messages)


@contextlib.asynccontextmanager
async def mqtt_publisher(url: str) -> AsyncIterator[Publish]:
    """A publisher at QoS 1; on leaving it waits for the last acknowledgements.

    Args:
        url: ``mqtt[s]://[user[:password]@]host[:port][?version=4]``; version 4 is MQTT 3.1.1, default 5.

    Raises:
        ValueError: the URL is no MQTT URL.
        ConnectionError: no broker answers, or it refuses the user.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("the URL must look like mqtt://user@host:1883")
    in_flight = _InFlight()
    client = _Client(f"bim-supervise-sample-{os.getpid()}", persistent_storage=in_flight)
    if parts.username:
        password = os.environ.get(PASSWORD_VARIABLE) if parts.password is None else unquote(parts.password)
        client.set_auth_credentials(unquote(parts.username), password)
    version = int(parse_qs(parts.query).get("version", ["5"])[0])
    secure = parts.scheme == "mqtts"
    await _connect(client, parts.hostname, parts.port or (8883 if secure else 1883), secure, version)

    async def publish(name: str, payload: bytes) -> None:
        while len(in_flight) >= MOST_IN_FLIGHT or not client.is_connected:
            await asyncio.sleep(0.002)
        client.publish(name, payload, qos=1)

    try:
        yield publish
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(in_flight.wait_empty(), DRAIN_WITHIN_S)
        await client.disconnect()


async def _connect(client: Any, host: str, port: int, secure: bool, version: int) -> None:
    loop = asyncio.get_running_loop()
    give_up = loop.time() + CONNECT_WITHIN_S
    while True:
        try:
            await asyncio.wait_for(client.connect(host, port, ssl=secure, version=version), CONNECT_WITHIN_S)
            return
        except OSError as error:
            # The broker may still be starting beside us.
            if loop.time() > give_up:
                raise ConnectionError(f"no MQTT broker answers at {host}:{port}") from error
            await asyncio.sleep(0.5)
        except Exception as error:
            raise ConnectionError(f"the MQTT broker at {host}:{port} refused the connection") from error


async def _play_mqtt(url: str, minutes: float, seed: int) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no signal handlers on its loops; there Ctrl-C ends the run by itself.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    speed = timedelta(days=DAYS).total_seconds() / (minutes * 60)
    async with mqtt_publisher(url) as publish:
        return await play(publish, speed=speed, seed=seed, stop=stop)


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bim_supervise_sample.simulator", description=__doc__)
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--mqtt", metavar="URL", help="broker to publish to")
    target.add_argument("--out", metavar="FILE", type=Path, help="write a replay file (JSON lines) instead")
    parser.add_argument("--minutes", type=float, default=10.0, help="play the 60 days in so many minutes")
    parser.add_argument("--seed", type=int, default=1, help="seed of weather, levels and delays")
    options = parser.parse_args(arguments)
    if options.minutes <= 0:
        parser.error("--minutes must be above 0")
    if options.out is not None:
        with options.out.open("w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in replay_lines(Simulator(options.seed)))
        return 0
    try:
        count = asyncio.run(_play_mqtt(options.mqtt, options.minutes, options.seed))
    except (ConnectionError, ValueError) as error:
        print(f"The sample site cannot be played: {error}.", file=sys.stderr)
        return 1
    print(f"{count} messages published", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
