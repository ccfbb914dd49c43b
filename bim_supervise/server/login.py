"""Login and logout: form token, throttling, and the session cookie."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bim_supervise.core.catalogue import LANGUAGES
from bim_supervise.core.errors import AuthenticationFailed, SupervisionError
from bim_supervise.core.throttle import LoginThrottle
from bim_supervise.server.login_page import LOGIN_POLICY, LoginPage, Notice
from bim_supervise.server.sessions import SessionCheck
from bim_supervise.server.settings import LANGUAGE_COOKIE, SESSION_COOKIE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bim_supervise.api import Project

_FORM_COOKIE = "bim_login"
_LARGEST_FORM = 16_384
_YEAR_S = 31_536_000
_PARALLEL_HASHES = 2


def form_token(session_token: str) -> str:
    """The token that forms of a signed-in page carry; derived, so that nothing has to be stored."""
    return hmac.new(session_token.encode(), b"form", hashlib.sha256).hexdigest()


def safe_path(path: str) -> str:
    """``path`` if it stays on this server, else ``/``."""
    parts = urlsplit(path)
    stays = path.startswith("/") and not path.startswith(("//", "/\\", "/login", "/logout"))
    return path if stays and not parts.scheme and not parts.netloc and path.isprintable() else "/"


class Login:
    """The login and logout routes of one project.

    Args:
        project: gives the open project; blocking, called in threads.
        sessions: forgets a token at logout.
        session_hours: lifetime of the cookie [h].
        throttle: slows guessing down.
    """

    def __init__(
        self,
        project: Callable[[], Project],
        sessions: SessionCheck,
        *,
        session_hours: float,
        throttle: LoginThrottle | None = None,
    ) -> None:
        self._project = project
        self._sessions = sessions
        self._session_s = int(session_hours * 3600)
        self.throttle = throttle or LoginThrottle(time.monotonic)
        self._provider = ""
        self._page = LoginPage()
        self._key = secrets.token_bytes(32)
        self._hashing = CapacityLimiter(_PARALLEL_HASHES)

    def offer(self, provider: str) -> None:
        """Show the way to an OpenID provider, by its name."""
        self._provider = provider

    def routes(self) -> list[Route]:
        """The routes ``/login`` and ``/logout``."""
        return [
            Route("/login", self.show, methods=["GET"]),
            Route("/login", self.enter, methods=["POST"]),
            Route("/logout", self.leave, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form; whoever has a session already goes on."""
        target = self.target(request)
        if await self._sessions.user(dict(request.scope)):
            return RedirectResponse(target, 303)
        return await self._form(request, target)

    async def enter(self, request: Request) -> Response:
        """Checks form token, throttle and password; sets the session cookie."""
        form = await self._read_form(request)
        if form is None:
            return PlainTextResponse("form", 413)
        target = safe_path(form.get("next", "/"))
        name, password = form.get("name", "").strip(), form.get("password", "")
        if not self._form_is_ours(request, form.get("csrf", "")):
            return await self._form(request, target, form, Notice(text="expired", hint="expired_hint"), 403)
        if not name or not password:
            return await self._form(request, target, form, Notice(text="missing"), 400)
        address = request.client.host if request.client else ""
        if (wait := self.throttle.wait_s(address, name)) > 0:
            return await self.slow_down(request, target, math.ceil(wait), form)
        try:
            token = await to_thread.run_sync(
                lambda: self._project().login(name, password), limiter=self._hashing
            )
        except AuthenticationFailed:
            self.throttle.failed(address, name)
            return await self._form(request, target, form, Notice(text="wrong", hint="wrong_hint"), 401)
        except SupervisionError as error:
            notice = Notice(text="unavailable", hint="unavailable_hint", params=(("message", error.message),))
            return await self._form(request, target, form, notice, 503)
        self.throttle.succeeded(address, name)
        response = self.enter_with(request, token, target)
        secure = request.url.scheme == "https"
        await self._keep_language(response, name, form.get("chosen", ""), secure=secure)
        return response

    def enter_with(self, request: Request, token: str, target: str) -> Response:
        """Lets a person in whose session was opened; ``target`` is the page they wanted."""
        response = RedirectResponse(safe_path(target), 303)
        response.set_cookie(
            SESSION_COOKIE,
            token,
            max_age=self._session_s,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
            path="/",
        )
        response.delete_cookie(_FORM_COOKIE, path="/login")
        return response

    async def refuse(self, request: Request, target: str, notice: Notice, status: int) -> Response:
        """The form with a reason why nobody was let in."""
        return await self._form(request, safe_path(target), None, notice, status)

    async def slow_down(
        self, request: Request, target: str, seconds: int, form: dict[str, str] | None = None
    ) -> Response:
        """The form with the time to wait [s] after too many failures."""
        notice = Notice(text="throttled", hint="throttled_hint", params=(("seconds", str(seconds)),))
        response = await self._form(request, safe_path(target), form, notice, 429)
        response.headers["retry-after"] = str(seconds)
        return response

    @staticmethod
    def target(request: Request) -> str:
        """The page that a person wanted when they were asked to sign in."""
        return safe_path(request.query_params.get("next", "/"))

    async def _keep_language(self, response: Response, name: str, language: str, *, secure: bool) -> None:
        """Keeps the language that a person chose on the login page; a guess from the browser is not kept."""
        if language in LANGUAGES:
            await to_thread.run_sync(lambda: self._project().set_language(name, language))
            response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, samesite="lax", secure=secure)

    async def leave(self, request: Request) -> Response:
        """Ends the session; the form must carry the token derived from it."""
        token = request.cookies.get(SESSION_COOKIE, "")
        form = await self._read_form(request)
        if form is None or not hmac.compare_digest(form.get("csrf", ""), form_token(token)):
            return PlainTextResponse("form", 403)
        await to_thread.run_sync(lambda: self._project().logout(token))
        self._sessions.forget(token)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(SESSION_COOKIE, path="/")
        response.headers["clear-site-data"] = '"cache"'
        return response

    def _language(self, request: Request, form: dict[str, str] | None) -> str:
        wanted = self._chosen(request, form) or request.cookies.get(LANGUAGE_COOKIE)
        if wanted in LANGUAGES:
            return wanted
        accepted = request.headers.get("accept-language", "zh").lower()
        return "en" if accepted.startswith("en") else "zh"

    @staticmethod
    def _chosen(request: Request, form: dict[str, str] | None) -> str:
        """The language somebody chose by a link on the page; empty when nobody did."""
        chosen = (form or {}).get("chosen") or request.query_params.get("lang", "")
        return chosen if chosen in LANGUAGES else ""

    async def _form(
        self,
        request: Request,
        target: str,
        form: dict[str, str] | None = None,
        notice: Notice | None = None,
        status: int = 200,
    ) -> Response:
        try:
            project_name = await to_thread.run_sync(lambda: self._project().info().name)
        except SupervisionError as error:
            project_name = ""
            if notice is None:
                notice = Notice(
                    text="unavailable", hint="unavailable_hint", params=(("message", error.message),)
                )
                status = 503
        known = request.cookies.get(_FORM_COOKIE, "")
        cookie = known if len(known) == 43 else secrets.token_urlsafe(32)
        body = self._page.render(
            language=self._language(request, form),
            chosen=self._chosen(request, form),
            csrf=self._token_for(cookie),
            next_path=target,
            project_name=project_name,
            name=(form or {}).get("name", "")[:128],
            notice=notice,
            provider=self._provider,
        )
        response = HTMLResponse(body, status)
        response.headers["content-security-policy"] = LOGIN_POLICY
        response.headers["cache-control"] = "no-store"
        response.set_cookie(
            _FORM_COOKIE,
            cookie,
            max_age=3600,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            path="/login",
        )
        return response

    def _token_for(self, cookie: str) -> str:
        return hmac.new(self._key, cookie.encode(), hashlib.sha256).hexdigest()

    def _form_is_ours(self, request: Request, token: str) -> bool:
        cookie = request.cookies.get(_FORM_COOKIE, "")
        return bool(cookie) and hmac.compare_digest(token.encode(), self._token_for(cookie).encode())

    @staticmethod
    async def _read_form(request: Request) -> dict[str, str] | None:
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > _LARGEST_FORM:
                    return None
        except ClientDisconnect:
            return None
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=None)
        return {key: values[-1] for key, values in fields.items()}
