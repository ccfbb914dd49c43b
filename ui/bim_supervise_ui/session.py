"""Who looks at the screens, and the project they look at."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from bim_supervise import api
from bim_supervise.core.errors import SupervisionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bim_supervise.api import Project
    from bim_supervise.api.views import UserView
    from bim_supervise.core.catalogue import Catalogue

T = TypeVar("T")

SESSION_COOKIE = "bim_session"

_SHARED_S = 2.0
_lock = threading.Lock()
_shared: dict[tuple[Any, ...], tuple[float, Any]] = {}


def project() -> Project:
    """The project of this process."""
    return api.shared_project()


def cookie(name: str) -> str | None:
    """A cookie of the connection, or None."""
    value = st.context.cookies.get(name)
    return str(value) if value is not None else None


def session_token() -> str | None:
    """The session token of the connection, or None."""
    return cookie(SESSION_COOKIE)


def form_token(token: str) -> str:
    """The token that forms posted to the server carry; the server derives the same one."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def current_user() -> UserView | None:
    """The person whose session this is; None when the session has ended."""
    token = session_token()
    if not token:
        return None
    try:
        return project().session_user(token)
    except SupervisionError:
        return None


def require_user() -> UserView:
    """The person, asked anew on every run; without one the run stops at a link to the login page."""
    user = current_user()
    if user is None:
        from bim_supervise_ui.widgets.notices import session_ended

        session_ended()
        st.stop()
    return user


def project_catalogue() -> Catalogue | None:
    """The sentences of the project's packs, or None while no project can be opened."""
    try:
        opened = project()
        return shared("catalogue", opened.catalogue, seconds=60.0)
    except SupervisionError:
        return None


def shared(name: str, compute: Callable[[], T], *parameters: Any, seconds: float = _SHARED_S) -> T:
    """A result that all sessions share for a moment, so that ten open pages cost as much as one.

    Args:
        name: what is computed.
        compute: the computation.
        parameters: what the result depends on besides the project.
        seconds: how long [s] the result is reused.
    """
    key = (id(project()), name, *parameters)
    now = time.monotonic()
    with _lock:
        known = _shared.get(key)
        if known and now - known[0] < seconds:
            kept: T = known[1]
            return kept
    value = compute()
    with _lock:
        for old in [entry for entry, (at, _) in _shared.items() if now - at > 120]:
            del _shared[old]
        _shared[key] = (now, value)
    return value


def changed() -> None:
    """Drops shared results after this session has changed something."""
    with _lock:
        _shared.clear()
