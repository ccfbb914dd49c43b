"""Routes of the viewer: its program, the shapes of models and how their elements look."""

from __future__ import annotations

import gzip
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bim_supervise.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from bim_supervise.api import Project

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOREVER = "private, max-age=31536000, immutable"


class ShapeRoutes:
    """Addresses under ``/shapes`` name their content, so a browser asks for each only once.

    Args:
        project: gives the open project; blocking, called in threads.
    """

    def __init__(self, project: Callable[[], Project]) -> None:
        self._project = project

    def routes(self) -> list[Route]:
        """The program, chunks of shapes, and per model revision its scene and looks."""
        return [
            Route("/shapes/program/{version}/viewer.js", self.program, methods=["GET"]),
            Route("/shapes/chunk/{sha256}", self.chunk, methods=["GET"]),
            Route("/shapes/scene/{model:int}/{version}", self.scene, methods=["GET"]),
            Route("/shapes/look/{model:int}/{version}", self.look, methods=["GET"]),
        ]

    async def program(self, request: Request) -> Response:
        """The viewer's bundle."""
        body = await to_thread.run_sync(_program)
        return _packed(body, "text/javascript; charset=utf-8", _FOREVER)

    async def chunk(self, request: Request) -> Response:
        """Shapes by their SHA-256."""
        name = request.path_params["sha256"]
        if not _SHA256.fullmatch(name):
            return PlainTextResponse("chunk", 404)
        try:
            body = await to_thread.run_sync(lambda: self._project().geometry_file(name))
        except NotFound:
            return PlainTextResponse("chunk", 404)
        return _packed(body, "application/octet-stream", _FOREVER)

    async def scene(self, request: Request) -> Response:
        """What a model revision is drawn from."""
        model = int(request.path_params["model"])
        return await self._document(request, lambda: self._project().drawing_document(model))

    async def look(self, request: Request) -> Response:
        """How a model revision's elements look now."""
        model = int(request.path_params["model"])
        return await self._document(request, lambda: self._project().look_document(model))

    async def _document(self, request: Request, read: Callable[[], tuple[str, bytes]]) -> Response:
        try:
            digest, body = await to_thread.run_sync(read)
        except NotFound:
            return PlainTextResponse("model", 404)
        # An address that has been overtaken is answered with what holds now, but not kept under the old name.
        kept = _FOREVER if digest == request.path_params["version"] else "no-store"
        return _packed(body, "application/json", kept)


@cache
def _program() -> bytes:
    """The bundle, compressed once a process."""
    bundle = files("bim_supervise_ui") / "assets" / "viewer" / "viewer.js"
    return gzip.compress(bundle.read_bytes(), 6, mtime=0)


def _packed(body: bytes, media_type: str, kept: str) -> Response:
    return Response(body, media_type=media_type, headers={"content-encoding": "gzip", "cache-control": kept})
