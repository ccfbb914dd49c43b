"""How one server process is set up; passed in, never read from globals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bim_supervise.config import OidcSettings

SESSION_COOKIE = "bim_session"
"""Cookie that carries the session token; the screens read it through the websocket's handshake."""

OIDC_START = "/login/oidc"
OIDC_CALLBACK = "/login/oidc/back"
"""The way to the OpenID provider, and the way back that is registered there."""

LANGUAGE_COOKIE = "bim_language"
"""Cookie that remembers the language a person chose (``en`` or ``zh``); not secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """What a server process serves and listens to.

    Args:
        project_dir: folder of the project.
        database_url: SQLAlchemy URL; None for the SQLite file inside ``project_dir``.
        mqtt_url: broker to subscribe to, e.g. ``mqtt://user:password@127.0.0.1:1883``; None for none.
        mqtt_topics: topic filters.
        mqtt_trusted: whether messages of that broker count as authenticated.
        hj212: ``HOST:PORT`` where HJ 212 stations connect; None for none.
        oidc: the OpenID provider where people may sign in; None for none.
        session_hours: how long the browser keeps the session cookie [h]; the store decides when it ends.
        companions: further things that live exactly as long as the server (a demo's broker and simulator);
            entered in order before the subscriber starts.
    """

    project_dir: Path
    database_url: str | None = None
    mqtt_url: str | None = None
    mqtt_topics: Sequence[str] = ("#",)
    mqtt_trusted: bool = False
    hj212: str | None = None
    oidc: OidcSettings | None = None
    session_hours: float = 12.0
    companions: Sequence[Callable[[], AbstractAsyncContextManager[Any]]] = field(default=())
