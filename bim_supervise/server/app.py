"""Puts the ASGI application together: screens, routes, guards and the subscriber's lifespan."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from anyio import to_thread
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from streamlit import config as streamlit_config

from bim_supervise import api
from bim_supervise.core.errors import InputRefused, StoreFailed
from bim_supervise.server.field import FieldRoutes
from bim_supervise.server.guard import OPEN_PATHS, OriginCheck, SecurityHeaders, SessionGuard
from bim_supervise.server.login import Login
from bim_supervise.server.metrics_route import MetricsRoute
from bim_supervise.server.notifier import notify_until
from bim_supervise.server.observations import ObservationRoutes
from bim_supervise.server.routes import PlainRoutes
from bim_supervise.server.sessions import SessionCheck
from bim_supervise.server.settings import OIDC_CALLBACK, OIDC_START
from bim_supervise.server.shapes import ShapeRoutes
from bim_supervise.server.subscriber import running

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable

    from bim_supervise.api import Project
    from bim_supervise.config import OidcSettings
    from bim_supervise.server.settings import ServerSettings

UI_PACKAGE = "bim_supervise_ui"


def screens_script() -> Path:
    """The main script of the screens, wherever the package is installed.

    Raises:
        StoreFailed: ``screens_missing`` when the package is not installed.
    """
    found = importlib.util.find_spec(UI_PACKAGE)
    if found is None or found.origin is None:
        raise StoreFailed(
            "screens_missing",
            f"The package {UI_PACKAGE} is not installed.",
            "Install bim-supervise from its wheel, or 'pip install .' in the checkout.",
            package=UI_PACKAGE,
        )
    return Path(found.origin).with_name("app.py")


def configure_screens() -> None:
    """Sets the look and behaviour of the screens, so that no configuration file has to be found."""
    theme = importlib.import_module(f"{UI_PACKAGE}.theme")
    options: dict[str, Any] = {
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "viewer",
        "logger.hideWelcomeMessage": True,
        "runner.magicEnabled": False,
        "runner.postScriptGC": False,
        "server.allowRunOnSave": False,
        "server.fileWatcherType": "none",
        "server.headless": True,
        "server.maxUploadSize": 1024,
        **theme.streamlit_options(),
    }
    streamlit_config.get_config_options(force_reparse=True, options_from_flags=options)


def _warm_up() -> None:
    importlib.import_module(f"{UI_PACKAGE}.warm_up").warm_up()


def _oidc_routes(project: Callable[[], Project], login: Login, settings: OidcSettings | None) -> list[Route]:
    if settings is None:
        # These paths ask for no session, so nothing else may answer there.
        return [Route(path, _to_login, methods=["GET"]) for path in (OIDC_START, OIDC_CALLBACK)]
    try:
        oidc = importlib.import_module("bim_supervise.server.oidc")
    except ModuleNotFoundError as error:
        raise InputRefused(
            "oidc_not_installed",
            f"Login at an OpenID provider needs the package {error.name}.",
            "Install it with: pip install 'bim-supervise[oidc]'.",
            package=error.name,
        ) from error
    login.offer(settings.name)
    routes: list[Route] = oidc.OidcLogin(project, login, settings).routes()
    return routes


async def _to_login(_request: Request) -> Response:
    return RedirectResponse("/login", 303)


def session_routes() -> list[str]:
    """Paths of all our own routes that answer only to a session, for the check against the table."""

    def no_project() -> Project:
        raise AssertionError("the paths are told without a project")

    plain = [
        *PlainRoutes(no_project).routes(),
        *FieldRoutes(no_project).routes(),
        *ShapeRoutes(no_project).routes(),
    ]
    return [
        route.path
        for route in plain
        if route.path not in OPEN_PATHS and not route.path.startswith("/language/")
    ]


def build_app(settings: ServerSettings) -> st.App:
    """One ASGI application for one project; it must be the only one of its process.

    Args:
        settings: what to serve.

    Returns:
        An application for any ASGI server; its lifespan runs the MQTT subscriber.
    """
    os.environ["BIM_SUPERVISE_PROJECT"] = str(Path(settings.project_dir).resolve())
    if settings.database_url:
        os.environ["BIM_SUPERVISE_DATABASE_URL"] = settings.database_url
    else:
        os.environ.pop("BIM_SUPERVISE_DATABASE_URL", None)
    configure_screens()

    def project() -> Project:
        return api.shared_project()

    sessions = SessionCheck(lambda token: project().session_user(token))
    login = Login(project, sessions, session_hours=settings.session_hours)

    @contextlib.asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
        async with contextlib.AsyncExitStack() as stack:
            opened = await to_thread.run_sync(project)
            # The first person to look should not wait for libraries that every table and chart needs.
            threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
            for companion in settings.companions:
                await stack.enter_async_context(companion())
            if settings.mqtt_url:
                url = settings.mqtt_url

                async def listen(stop: asyncio.Event) -> None:
                    await api.listen(
                        opened, url, list(settings.mqtt_topics), trusted=settings.mqtt_trusted, stop=stop
                    )

                await stack.enter_async_context(running(listen))
            if settings.hj212:
                address = settings.hj212

                async def serve_stations(stop: asyncio.Event) -> None:
                    await api.listen_hj212(opened, address, stop)

                await stack.enter_async_context(running(serve_stations))

            async def tell(stop: asyncio.Event) -> None:
                await notify_until(opened, stop)

            await stack.enter_async_context(running(tell))
            yield {}

    return st.App(
        screens_script(),
        routes=[
            *login.routes(),
            *_oidc_routes(project, login, settings.oidc),
            *PlainRoutes(project).routes(),
            *FieldRoutes(project).routes(),
            *MetricsRoute(project).routes(),
            *ObservationRoutes(project).routes(),
            *ShapeRoutes(project).routes(),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(OriginCheck),
            Middleware(SessionGuard, sessions=sessions),
        ],
        lifespan=lifespan,
    )
