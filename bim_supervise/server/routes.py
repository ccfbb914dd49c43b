"""The routes beside login: health, attachments and the choice of language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bim_supervise import __version__
from bim_supervise.core.catalogue import LANGUAGES
from bim_supervise.core.errors import NotFound, SupervisionError
from bim_supervise.server.login import safe_path
from bim_supervise.server.settings import LANGUAGE_COOKIE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bim_supervise.api import Project

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_YEAR_S = 31_536_000


class PlainRoutes:
    """Routes that need nothing but the project.

    Args:
        project: gives the open project; blocking, called in threads.
    """

    def __init__(self, project: Callable[[], Project]) -> None:
        self._project = project

    def routes(self) -> list[Route]:
        """``/healthz``, ``/attachment/{sha256}``, ``/language/{code}`` and the first screen by name."""
        return [
            Route("/today", self.home, methods=["GET"]),
            Route("/healthz", self.health, methods=["GET"]),
            Route("/attachment/{sha256}", self.attachment, methods=["GET"]),
            Route("/language/{code}", self.language, methods=["GET"]),
        ]

    async def home(self, request: Request) -> Response:
        """The first screen lives at the root; its name as an address leads there."""
        return RedirectResponse("/", 303)

    async def health(self, request: Request) -> Response:
        """Status, version and how long ago evidence last came in [s]; nothing secret."""
        try:
            fresh = await to_thread.run_sync(lambda: self._project().freshness())
        except SupervisionError as error:
            return JSONResponse({"status": "failed", "version": __version__, "code": error.code}, 503)
        age = None if fresh.age_s is None else round(fresh.age_s, 1)
        return JSONResponse(
            {"status": "ok", "version": __version__, "ingest_age_s": age, "ingest_stale": fresh.stale},
            headers={"cache-control": "no-store"},
        )

    async def attachment(self, request: Request) -> Response:
        """A stored photo or document by its SHA-256; behind the session guard like every other route."""
        sha256 = request.path_params["sha256"]
        if not _SHA256.fullmatch(sha256):
            return PlainTextResponse("attachment", 404)
        try:
            content, media_type = await to_thread.run_sync(lambda: self._project().attachment(sha256))
        except NotFound:
            return PlainTextResponse("attachment", 404)
        inline = media_type in _SHOWN_INLINE
        return Response(
            content,
            media_type=media_type if inline else "application/octet-stream",
            headers={
                "content-disposition": f'{"inline" if inline else "attachment"}; filename="{sha256[:16]}"',
                "content-security-policy": "default-src 'none'; sandbox",
                "cache-control": "private, max-age=31536000, immutable",
            },
        )

    async def language(self, request: Request) -> Response:
        """Remembers the language a person reads and goes back to where they were."""
        response = RedirectResponse(safe_path(request.query_params.get("next", "/")), 303)
        code = request.path_params["code"]
        if code in LANGUAGES:
            name = request.scope["state"]["user"].name
            await to_thread.run_sync(lambda: self._project().set_language(name, code))
            secure = request.url.scheme == "https"
            response.set_cookie(LANGUAGE_COOKIE, code, max_age=_YEAR_S, samesite="lax", secure=secure)
        return response
