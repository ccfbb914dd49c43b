"""An embedded MQTT 3.1.1 broker for the demo: this machine only, passwords, no anonymous clients."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from argon2 import PasswordHasher

from bim_supervise.core.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from amqtt.broker import Broker

_QUIET = ("amqtt", "transitions")


def _write_passwords(file: Path, users: Mapping[str, str]) -> None:
    # The passwords are random and live as long as the process, so that light parameters are enough;
    # they spare the demo's start half a second a user.
    hasher = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}:{hasher.hash(word)}\n" for name, word in users.items()), "utf-8")


@contextlib.asynccontextmanager
async def embedded_broker(
    port: int, users: Mapping[str, str], *, host: str = "127.0.0.1"
) -> AsyncIterator[Broker]:
    """Runs a broker on ``host:port`` inside the running event loop.

    Args:
        port: TCP port.
        users: password by user name; nobody else gets in.
        host: address to bind; the default answers this machine only.

    Raises:
        InputRefused: ``broker_failed`` when the broker cannot start (port taken).
    """
    # Imported here because it takes half a second and only the demo needs it.
    from amqtt.broker import Broker
    from amqtt.errors import AMQTTError

    for name in _QUIET:
        # Aborted connections make it log tracebacks; for a demo they are noise.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="bim-supervise-broker-") as folder:
        passwords = Path(folder) / "passwords"
        _write_passwords(passwords, users)
        broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}", "max_connections": 100}},
                "plugins": {
                    "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(passwords)},
                },
            }
        )
        try:
            await broker.start()
        except (AMQTTError, OSError) as error:
            raise InputRefused(
                "broker_failed",
                f"The embedded broker cannot listen on {host}:{port}: {error}.",
                "Stop what listens there, or choose another port.",
                host=host,
                port=port,
                problem=str(error),
            ) from error
        try:
            yield broker
        finally:
            await broker.shutdown()
