"""An OpenID provider that really runs: it checks what a client must send, and signs what it says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "bim-site-1", "a-secret-of-the-client-0123456789abcdef"


class Provider:
    """Lets everybody in as ``subject``; ``spoil`` may change the claims, ``alg`` how they are signed."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.other = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.forgive()
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        routes = [
            Route("/.well-known/openid-configuration", self.about),
            Route("/keys", self.keys),
            Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="error")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def forgive(self) -> None:
        """Behave again."""
        self.subject = "2483"
        self.spoil: Callable[[dict[str, Any]], Any] = lambda claims: None
        self.alg = "RS256"

    def __enter__(self) -> Provider:
        self._thread.start()
        until = time.monotonic() + 60
        while not self._server.started:
            assert time.monotonic() < until, "the provider did not start"
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.issuer = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    async def about(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(
            asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]}), 302
        )

    async def token(self, request: Request) -> Response:
        async with request.form() as form:
            said = {key: str(value) for key, value in form.items()}
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(said.get("code", ""), None)
        verifier = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        if request.headers.get("authorization") != f"Basic {expected}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if (
            asked is None
            or said.get("redirect_uri") != asked["redirect_uri"]
            or _base64(verifier).decode() != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"],
        }  # fmt: skip
        self.spoil(claims)
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300}
        if self.alg != "absent":
            answer["id_token"] = self._signed(claims)
        return JSONResponse(answer)

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.alg == "none":
            parts = ({"alg": "none"}, claims)
            plain = [_base64(json.dumps(part).encode()) for part in parts]
            return b".".join([*plain, b""]).decode()
        if self.alg == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        if self.alg == "key as secret":
            # By hand, for a library that knows the trick refuses to sign like this.
            parts = ({"alg": "HS256", "kid": "one"}, claims)
            signed = b".".join(_base64(json.dumps(part).encode()) for part in parts)
            mark = hmac.digest(self.key.as_pem(private=False), signed, "sha256")
            return b".".join([signed, _base64(mark)]).decode()
        key = self.other if self.alg == "another key" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
