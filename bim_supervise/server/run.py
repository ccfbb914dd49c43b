"""Serves a project until interrupted."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import uvicorn

from bim_supervise.config import OidcSettings
from bim_supervise.core.errors import InputRefused
from bim_supervise.server.app import build_app
from bim_supervise.server.settings import ServerSettings

LARGEST_MESSAGE = 200 * 1024 * 1024
"""Largest websocket message [bytes], as the screens' front end expects."""


class _Announcing(uvicorn.Server):
    """A server that says when it is ready to answer."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts as usual, then announces."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def _bound_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise InputRefused(
            "address_in_use",
            f"{host}:{port} cannot be served: {error.strerror}.",
            "Stop what listens there, or choose another port with --port.",
            host=host,
            port=port,
            problem=error.strerror,
        ) from error
    return bound


def serve(
    project_dir: str | Path,
    *,
    database_url: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8501,
    mqtt_url: str | None = None,
    mqtt_topics: Sequence[str] = ("#",),
    mqtt_trusted: bool = False,
    hj212: str | None = None,
    oidc: OidcSettings | None = None,
    open_browser: bool = False,
    companions: Sequence[Callable[[], AbstractAsyncContextManager[Any]]] = (),
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serves screens, HTTP routes and the MQTT subscriber of a project; blocks until interrupted.

    Args:
        project_dir: folder of the project.
        database_url: SQLAlchemy URL; None for the SQLite file inside the folder.
        host: address to bind; the default answers this machine only.
        port: TCP port; 0 takes a free one.
        mqtt_url: broker to subscribe to; None for none.
        mqtt_topics: topic filters.
        mqtt_trusted: whether that broker's messages count as authenticated.
        hj212: ``HOST:PORT`` where HJ 212 stations connect; None for none.
        oidc: the OpenID provider where people may sign in; None for none.
        open_browser: whether to open the login page in the machine's browser.
        companions: further contexts that live as long as the server, e.g. a demo's broker and simulator.
        on_ready: called once with the URL when the server answers.

    Raises:
        InputRefused: ``address_in_use`` when the address cannot be bound; ``oidc_not_installed``.
    """
    bound = _bound_socket(host, port)
    shown = "localhost" if host in ("127.0.0.1", "::1") else host
    url = f"http://{f'[{shown}]' if ':' in shown else shown}:{bound.getsockname()[1]}"

    def ready() -> None:
        if on_ready:
            on_ready(url)
        if open_browser:
            webbrowser.open(url)

    settings = ServerSettings(
        project_dir=Path(project_dir),
        database_url=database_url,
        mqtt_url=mqtt_url,
        mqtt_topics=tuple(mqtt_topics),
        mqtt_trusted=mqtt_trusted,
        hj212=hj212,
        oidc=oidc,
        companions=tuple(companions),
    )
    config = uvicorn.Config(
        build_app(settings),
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    try:
        _Announcing(config, ready).run(sockets=[bound])
    finally:
        bound.close()
