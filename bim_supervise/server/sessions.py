"""Asks the project whether a session cookie is still valid, off the event loop and not too often."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from bim_supervise.server.settings import SESSION_COOKIE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bim_supervise.api.views import UserView

TRUSTED_S = 3.0
"""How long [s] a positive answer is reused: one page load asks for dozens of files."""
MOST_SESSIONS = 2_000


def cookie(headers: list[tuple[bytes, bytes]], name: str) -> str | None:
    """The value of a cookie in raw ASGI headers, or None."""
    for key, value in headers:
        if key.lower() == b"cookie":
            try:
                parsed: SimpleCookie = SimpleCookie(value.decode("latin-1"))
            except CookieError:
                return None
            if name in parsed:
                return parsed[name].value
    return None


class SessionCheck:
    """Whether a request carries a valid session.

    Args:
        session_user: ``Project.session_user``; blocking, so it is called in a thread.
    """

    def __init__(self, session_user: Callable[[str], UserView | None]) -> None:
        self._session_user = session_user
        self._known: OrderedDict[str, tuple[float, UserView]] = OrderedDict()

    async def user(self, scope: dict[str, Any]) -> UserView | None:
        """The person behind the request's session cookie, or None."""
        token = cookie(scope.get("headers", []), SESSION_COOKIE)
        return await self.user_of(token) if token else None

    async def user_of(self, token: str) -> UserView | None:
        """The person behind a session token, or None; answers are reused for a few seconds."""
        if len(token) > 512:
            return None
        # Only a digest is kept, so that a memory dump holds no usable token of an old session.
        key = hashlib.sha256(token.encode()).hexdigest()
        known = self._known.get(key)
        if known and time.monotonic() - known[0] < TRUSTED_S:
            return known[1]
        user = await to_thread.run_sync(self._session_user, token)
        self._known.pop(key, None)
        if user is not None:
            self._known[key] = (time.monotonic(), user)
            while len(self._known) > MOST_SESSIONS:
                self._known.popitem(last=False)
        return user

    def forget(self, token: str) -> None:
        """Makes the next request with this token ask the project again (after logout)."""
        self._known.pop(hashlib.sha256(token.encode()).hexdigest(), None)
