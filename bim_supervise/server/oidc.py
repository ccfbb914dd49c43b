"""Login through an OpenID Connect provider: authorization code with PKCE, state and nonce.

The protocol is authlib's; here stands what a project adds: which provider, whom an identity belongs to, what
a person reads when it fails, and that guessing is slowed down. An optional part, imported only when it is set
up; its packages are those of the extra ``oidc``.
"""

from __future__ import annotations

import logging
import math
import secrets
from typing import TYPE_CHECKING, Any

import httpx
from anyio import to_thread
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Route

from bim_supervise.config import is_private
from bim_supervise.core.errors import AuthenticationFailed, SupervisionError
from bim_supervise.server.login_page import Notice
from bim_supervise.server.settings import OIDC_CALLBACK, OIDC_START

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from bim_supervise.api import Project
    from bim_supervise.config import OidcSettings
    from bim_supervise.server.login import Login

_LOG = logging.getLogger(__name__)
_SIGNED_BY_A_KEY_PAIR = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
"""Signatures that only the provider can make; the client's secret proves nothing about a person."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_COOKIE = "bim_oidc"
_MINUTES_TO_SIGN_IN = 15
_TIMEOUT_S = 10.0


class _ProviderWrong(Exception):
    """The provider does not say what it must; the text is for the log."""


class OidcLogin:
    """The two routes of a login at the provider.

    What must be remembered until the person comes back (state, nonce, PKCE verifier, the page they wanted)
    lies in a signed cookie of these two routes, so that nobody can fill the server's memory with logins that
    are never finished.

    Args:
        project: gives the open project; blocking, called in threads.
        login: the login by password; shows refusals and sets the session cookie.
        settings: the provider, and who we are there.
    """

    def __init__(self, project: Callable[[], Project], login: Login, settings: OidcSettings) -> None:
        self._project = project
        self._login = login
        self._settings = settings
        providers: Any = OAuth  # authlib is not typed
        self._client: Any = providers().register(
            "provider",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=settings.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid",
                "code_challenge_method": "S256",
                "timeout": _TIMEOUT_S,
                "follow_redirects": False,
            },
        )
        self._key = secrets.token_urlsafe(32)

    def routes(self) -> list[Route]:
        """The way to the provider and the way back."""
        kept = [
            Middleware(
                SessionMiddleware,
                secret_key=self._key,
                session_cookie=_COOKIE,
                path=OIDC_START,
                max_age=_MINUTES_TO_SIGN_IN * 60,
                # The way back is a link of another site, which carries no strict cookies.
                same_site="lax",
            )
        ]
        return [
            Route(OIDC_START, self.start, methods=["GET"], middleware=kept),
            Route(OIDC_CALLBACK, self.finish, methods=["GET"], middleware=kept),
        ]

    async def start(self, request: Request) -> Response:
        """Sends the person to the provider."""
        target = self._login.target(request)
        try:
            await self._check_provider()
            request.session.clear()
            request.session["next"] = target
            back: Response = await self._client.authorize_redirect(request, self._callback(request))
        except (httpx.HTTPError, _ProviderWrong, ValueError) as error:
            _LOG.warning("the OpenID provider cannot be used: %s", _told(error))
            notice = Notice(text="oidc_unreachable", hint="oidc_unreachable_hint")
            return await self._login.refuse(request, target, notice, 503)
        back.headers["cache-control"] = "no-store"
        return back

    async def finish(self, request: Request) -> Response:
        """Takes the person back, and opens a session when the administrator has linked the identity."""
        address = request.client.host if request.client else ""
        guesser = f"\noidc {address}"
        target = str(request.session.get("next", "/"))
        if (wait := self._login.throttle.wait_s(address, guesser)) > 0:
            return await self._login.slow_down(request, target, math.ceil(wait))
        try:
            subject = await self._subject(request)
            token = await to_thread.run_sync(
                lambda: self._project().login_identity(self._settings.issuer, subject)
            )
        except httpx.HTTPError as error:
            _LOG.warning("the OpenID provider cannot be used: %s", _told(error))
            notice = Notice(text="oidc_unreachable", hint="oidc_unreachable_hint")
            return await self._login.refuse(request, target, notice, 503)
        except AuthenticationFailed as error:
            self._login.throttle.failed(address, guesser)
            params = tuple((key, str(value)) for key, value in error.params.items())
            notice = Notice(text="oidc_unlinked", hint="oidc_unlinked_hint", params=params)
            return await self._login.refuse(request, target, notice, 403)
        except SupervisionError as error:
            notice = Notice(text="unavailable", hint="unavailable_hint", params=(("message", error.message),))
            return await self._login.refuse(request, target, notice, 503)
        except (AuthlibBaseError, JoseError, _ProviderWrong, ValueError) as error:
            self._login.throttle.failed(address, guesser)
            _LOG.warning("a login at the OpenID provider failed: %s", _told(error))
            notice = Notice(text="oidc_failed", hint="oidc_failed_hint")
            return await self._login.refuse(request, target, notice, 401)
        finally:
            # A state opens one door once.
            request.session.clear()
        self._login.throttle.succeeded(address, guesser)
        return self._login.enter_with(request, token, target)

    async def _subject(self, request: Request) -> str:
        """The provider's id of the person, once everything the standard asks for holds."""
        await self._check_provider()
        token = await self._client.authorize_access_token(
            request,
            claims_options={
                "iss": {"essential": True, "values": [self._settings.issuer]},
                "aud": {"essential": True, "values": [self._settings.client_id]},
            },
        )
        subject = (token.get("userinfo") or {}).get("sub")
        if not isinstance(subject, str) or not subject.strip() or len(subject) > 255:
            raise _ProviderWrong("the provider named nobody")
        return subject

    async def _check_provider(self) -> None:
        """Hold what the provider says about itself against what was set up."""
        said = await self._client.load_server_metadata()
        problem = ""
        if said.get("issuer") != self._settings.issuer:
            problem = "it names itself differently"
        elif not all(is_private(str(said.get(name, ""))) for name in _ENDPOINTS):
            problem = "one of its addresses is not https"
        offered = said.get("id_token_signing_alg_values_supported") or ["RS256"]
        used = [name for name in offered if name in _SIGNED_BY_A_KEY_PAIR]
        if not used:
            problem = "it signs with no key pair"
        if problem:
            # Asked anew the next time: whoever runs the provider may have put it right.
            said.clear()
            raise _ProviderWrong(problem)
        said["id_token_signing_alg_values_supported"] = used

    @staticmethod
    def _callback(request: Request) -> str:
        return str(request.url.replace(path=OIDC_CALLBACK, query="", fragment=""))


def _told(error: Exception) -> str:
    """An error for the log: its kind and code; the text may quote a token."""
    if isinstance(error, _ProviderWrong):
        return str(error)
    code = getattr(error, "error", "")
    return f"{type(error).__name__} {code}".strip()
