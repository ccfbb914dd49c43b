"""Pure ASGI middleware: no session, no answer; no foreign origin; security headers on everything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bim_supervise.api import may_enter
from bim_supervise.core.wording import core_catalogue
from bim_supervise.server.sessions import SessionCheck, cookie
from bim_supervise.server.settings import OIDC_CALLBACK, OIDC_START, SESSION_COOKIE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN_PATHS = frozenset({"/login", OIDC_START, OIDC_CALLBACK, "/healthz"})
"""The only paths that answer without a session."""

METRICS = "/metrics"
"""Figures of the intake; without a session only for a scraper on this machine."""

OBSERVATIONS = "/api/v1/observations"
"""What is posted here, or to a feed below it, is let in by a sender's token, which the route checks."""
_TO_OBSERVATIONS = re.compile(rf"{OBSERVATIONS}(?:/[^/]+)?")

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# The screens' front end evaluates chart specifications and starts workers from blobs.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; "
    "frame-src 'self' blob:; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)

_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"content-security-policy", PAGE_POLICY.encode()),
)


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope.get("headers", []):
        if key.lower() == name:
            return str(value.decode("latin-1"))
    return None


def same_origin(scope: Scope) -> bool | None:
    """Whether the request's Origin is the host it was sent to; None when it names no origin."""
    origin = _header(scope, b"origin")
    if origin is None:
        return None
    host = _header(scope, b"host")
    return host is not None and urlsplit(origin).netloc.lower() == host.lower()


def _needs_no_session(scope: Scope) -> bool:
    path = scope["path"]
    if path == METRICS:
        return _on_this_machine(scope)
    return path in OPEN_PATHS or (scope["method"] == "POST" and _TO_OBSERVATIONS.fullmatch(path) is not None)


def _on_this_machine(scope: Scope) -> bool:
    """Whether a request was made here and not handed on by a proxy for somebody elsewhere."""
    client = scope.get("client")
    forwarded = any(_header(scope, name) for name in (b"x-forwarded-for", b"forwarded", b"x-real-ip"))
    return client is not None and client[0] in ("127.0.0.1", "::1") and not forwarded


class SecurityHeaders:
    """Adds security headers to every response that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and completes the headers of its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                present = {key.lower() for key, _ in headers}
                headers += [(key, value) for key, value in _HEADERS if key not in present]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, completed)


class OriginCheck:
    """Refuses changing requests and websockets that another site's page makes.

    A request without Origin is not made by a page of another site (browsers always send it there), so a
    changing request may lack it; a websocket may not, since only browsers open ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes same-origin traffic on; answers 403 to the rest."""
        if scope["type"] == "websocket" and same_origin(scope) is not True:
            await refuse_websocket(scope, receive, send, 403)
            return
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS and same_origin(scope) is False:
            await respond(send, 403, b"origin")
            return
        await self.app(scope, receive, send)


class SessionGuard:
    """Asks for a valid session on every route and websocket except those of login and health.

    What a path asks for besides stands in the table of ``api.permissions``; who holds no appointment that
    allows it is answered 403. A page asked for without a session is redirected to the login page, anything
    else is answered 401. A websocket is checked when it opens and on every message, so that it ends with
    its session.

    Args:
        app: the application behind the guard.
        sessions: who a request belongs to.
    """

    def __init__(self, app: ASGIApp, sessions: SessionCheck) -> None:
        self.app = app
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes requests with a session on."""
        kind = scope["type"]
        if kind == "lifespan" or (kind == "http" and _needs_no_session(scope)):
            await self.app(scope, receive, send)
            return
        user = await self.sessions.user(dict(scope))
        if user is not None and not may_enter(scope["path"], user.capacities):
            # Known, but appointed to nothing today: the project is none of this person's business now.
            if kind == "websocket":
                await refuse_websocket(scope, receive, send, 403)
            else:
                await respond(send, 403, refusal_without_appointment(user.language))
        elif user is not None:
            scope.setdefault("state", {})["user"] = user
            guarded = self._checked(scope, receive) if kind == "websocket" else receive
            await self.app(scope, guarded, send)
        elif kind == "websocket":
            await refuse_websocket(scope, receive, send, 401)
        elif self._wants_page(scope):
            target = scope["path"]
            if scope.get("query_string"):
                target += "?" + scope["query_string"].decode("latin-1")
            location = "/login" if target == "/" else f"/login?next={quote(target, safe='')}"
            await respond(send, 303, b"", [(b"location", location.encode("latin-1"))])
        else:
            await respond(send, 401, b"session")

    @staticmethod
    def _wants_page(scope: Scope) -> bool:
        return (
            scope["method"] in ("GET", "HEAD")
            and "text/html" in (_header(scope, b"accept") or "")
            and not scope["path"].startswith("/_stcore")
        )

    def _checked(self, scope: Scope, receive: Receive) -> Receive:
        token = cookie(list(scope["headers"]), SESSION_COOKIE) or ""

        async def checked() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            user = await self.sessions.user_of(token)
            if user is None or not may_enter(scope["path"], user.capacities):
                return {"type": "websocket.disconnect", "code": 1008}
            return message

        return checked


def refusal_without_appointment(language: str) -> bytes:
    """What a person reads who has an account but holds no appointment today."""
    words = core_catalogue()
    return "\n".join(
        words.text(f"server.no_appointment.{part}", language) for part in ("message", "hint")
    ).encode()


async def respond(
    send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """Sends a whole short plain-text response."""
    base: list[tuple[bytes, bytes]] = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": base + (headers or [])})
    await send({"type": "http.response.body", "body": body})


async def refuse_websocket(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    """Refuses a websocket before it opens, with an HTTP status where the server can send one."""
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        start: dict[str, Any] = {
            "type": "websocket.http.response.start",
            "status": status,
            "headers": [(b"content-length", b"0")],
        }
        await send(start)
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": 1008})
