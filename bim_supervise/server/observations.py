"""``POST /api/v1/observations``: devices and gateways send by HTTP, with a token of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bim_supervise.core.errors import AuthenticationFailed, InputRefused, NotFound, SupervisionError
from bim_supervise.server.guard import OBSERVATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bim_supervise.api import Project

LARGEST_BODY = 8 << 20
"""Largest request [bytes]."""
_PARALLEL = 4
_RETRY_AFTER_S = "10"


class ObservationRoutes:
    """The door for HTTP.

    Args:
        project: gives the open project; blocking, called in threads.
    """

    def __init__(self, project: Callable[[], Project]) -> None:
        self._project = project
        # The store takes one writer at a time; more waiting threads would only keep the screens from theirs.
        self._limiter = CapacityLimiter(_PARALLEL)

    def routes(self) -> list[Route]:
        """``/api/v1/observations`` and ``/api/v1/observations/{feed}``."""
        return [
            Route(OBSERVATIONS, self.take, methods=["POST"]),
            Route(f"{OBSERVATIONS}/{{feed}}", self.take, methods=["POST"]),
        ]

    async def take(self, request: Request) -> Response:
        """Stores the observations of a request; answers after the commit.

        200: all accepted; 207: some; 422: none; 400, 401, 404, 413, 503 with an error of code, message, hint.
        """
        address = request.client.host if request.client else ""
        token = _bearer(request)
        try:
            await to_thread.run_sync(
                lambda: self._project().check_token(token, address), limiter=self._limiter
            )
            body = await _body(request)
            if body is None:
                return _error(413, InputRefused(
                    "request_too_large",
                    f"The request is larger than {LARGEST_BODY >> 20} MiB.",
                    "Send the observations in several requests.",
                    mebibytes=LARGEST_BODY >> 20,
                ))  # fmt: skip
            if request.query_params.get("event", "up") != "up":
                # ChirpStack also posts joins, status and acknowledgements to the same address.
                return JSONResponse({"read": 0, "stored": 0, "items": []})
            feed = request.path_params.get("feed") or request.query_params.get("feed") or "readings"
            report = await to_thread.run_sync(
                lambda: self._project().receive(token, body, address=address, feed=feed),
                limiter=self._limiter,
            )
        except ClientDisconnect:
            return Response(status_code=400)
        except AuthenticationFailed as error:
            return _error(401, error, {"www-authenticate": "Bearer"})
        except NotFound as error:
            return _error(404, error)
        except InputRefused as error:
            return _error(400, error)
        except SupervisionError as error:
            return _error(503, error, {"retry-after": _RETRY_AFTER_S})
        return JSONResponse(report, _status(report), headers={"cache-control": "no-store"})


def _status(report: dict[str, Any]) -> int:
    states = {item["status"] for item in report["items"]}
    if states <= {"accepted"}:
        return 200
    return 422 if states == {"rejected"} else 207


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _error(status: int, error: SupervisionError, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        {"error": error.as_dict()}, status, headers={"cache-control": "no-store", **(headers or {})}
    )
