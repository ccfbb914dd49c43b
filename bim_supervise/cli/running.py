"""Commands that keep running: serve a project, or play the whole sample site."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from bim_supervise.api import Project, shared_project
from bim_supervise.cli.output import StageBar, Target, command, messages, project_of
from bim_supervise.config import find_oidc_settings
from bim_supervise.core.errors import SupervisionError

SITE_TOPIC = "bim-supervise/#"


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""

    @command(app, "serve")
    def serve(
        context: typer.Context,
        host: Annotated[str, typer.Option("--host", help="Address to bind.")] = "127.0.0.1",
        port: Annotated[int, typer.Option("--port", help="TCP port.")] = 8501,
        mqtt: Annotated[
            str | None, typer.Option("--mqtt", metavar="URL", help="Broker to subscribe to while serving.")
        ] = None,
        topic: Annotated[list[str] | None, typer.Option("--topic", help="Topic filter.")] = None,
        trusted: Annotated[
            bool, typer.Option("--trusted", help="The broker authenticates every sender.")
        ] = False,
        hj212: Annotated[
            str | None, typer.Option("--hj212", metavar="HOST:PORT", help="Where HJ 212 stations connect.")
        ] = None,
        open_browser: Annotated[bool, typer.Option("--open", help="Open a browser.")] = False,
    ) -> None:
        """Serve the screens, the HTTP routes and the MQTT subscriber in one process."""
        from bim_supervise.server import serve as run_server

        project = project_of(context)
        messages.print(f"Serving {escape(project.info().name)} at http://{host}:{port}")
        run_server(
            project.settings.directory,
            database_url=project.settings.database_url,
            host=host,
            port=port,
            mqtt_url=mqtt,
            mqtt_topics=tuple(topic or [SITE_TOPIC]),
            mqtt_trusted=trusted,
            hj212=hj212,
            oidc=find_oidc_settings(),
            open_browser=open_browser,
        )

    @command(app, "demo")
    def demo(
        context: typer.Context,
        headless: Annotated[bool, typer.Option("--headless", help="Open no browser.")] = False,
        port: Annotated[int, typer.Option("--port", help="TCP port; 0 picks a free one.")] = 0,
        minutes: Annotated[
            float, typer.Option("--minutes", help="Play the 60 days of the site in this many minutes.")
        ] = 10.0,
        seed: Annotated[int, typer.Option("--seed", help="Seed of the simulated site.")] = 1,
    ) -> None:
        """Build the sample project, play its site over MQTT and open the screens."""
        # Imported here, as in serve: the screens and the sample take seconds that no other command needs.
        from bim_supervise.server import embedded_broker
        from bim_supervise.server import serve as run_server

        target: Target = context.obj
        directory = target.directory or Path(tempfile.mkdtemp(prefix="bim-supervise-demo-"))
        project, passwords = prepare_sample(directory, target.database_url)
        project.close()
        broker_port = _free_port()
        accounts = {"site": secrets.token_urlsafe(18), "supervise": secrets.token_urlsafe(18)}
        run_server(
            project.settings.directory,
            database_url=project.settings.database_url,
            host="127.0.0.1",
            port=port,
            mqtt_url=f"mqtt://supervise:{accounts['supervise']}@127.0.0.1:{broker_port}?version=4",
            mqtt_topics=(SITE_TOPIC,),
            mqtt_trusted=True,
            open_browser=not headless,
            companions=(
                lambda: embedded_broker(broker_port, accounts),
                lambda: _simulated_site(broker_port, accounts["site"], minutes, seed),
                lambda: _people_who_sign(passwords),
            ),
            on_ready=lambda url: _greet(url, directory, passwords),
        )


def prepare_sample(directory: Path, database_url: str | None = None) -> tuple[Project, dict[str, str]]:
    """Create (or open again) the sample project and give its people new random passwords.

    Returns the open project and the passwords by login name.
    """
    import bim_supervise_sample as sample

    people = sample.people()
    passwords = {person["name"]: secrets.token_urlsafe(9) for person in people}
    try:
        project = Project.open(directory, database_url=database_url)
    except SupervisionError as error:
        if error.code != "store_missing":
            raise
    else:
        for name, password in passwords.items():
            project.set_password(name, password)
        return project, passwords
    project = Project.create(
        directory, sample.PROJECT_NAME, timezone=sample.TIMEZONE, currency=sample.CURRENCY, replay=True,
        database_url=database_url,
    )  # fmt: skip
    with StageBar() as progress:
        project.load_model(sample.model_path(), on_progress=progress)
    project.load_schedule(sample.model_path())
    project.calculate_schedule()
    project.load_devices(sample.devices_path())
    project.load_checkpoints(sample.checkpoints_path())
    project.load_rules(sample.rules_path())
    for person in people:
        _enrol(project, person, passwords[person["name"]])
    project.set_site_now(sample.START)
    project.observe([sample.history_path()], authenticated=True)
    sign_what_is_due(project, passwords)
    return project, passwords


def _enrol(project: Project, person: dict[str, Any], password: str) -> None:
    project.add_user(
        person["name"], password, display_name=person["display_name"], language=person.get("language", "zh")
    )
    for appointment in person.get("appointments", []):
        project.appoint(
            person["name"],
            appointment["capacity"],
            date.fromisoformat(str(appointment["from"])),
            date.fromisoformat(str(appointment["to"])) if appointment.get("to") else None,
            certificate=appointment.get("certificate"),
        )


@contextlib.asynccontextmanager
async def _simulated_site(broker_port: int, password: str, minutes: float, seed: int) -> AsyncIterator[None]:
    """The site simulator as a process of its own; its password travels in the environment."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [
            sys.executable, "-m", "bim_supervise_sample.simulator",
            "--mqtt", f"mqtt://site@127.0.0.1:{broker_port}?version=4",
            "--minutes", str(minutes), "--seed", str(seed),
        ],
        env=os.environ | {"BIM_SUPERVISE_MQTT_PASSWORD": password},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


@contextlib.asynccontextmanager
async def _people_who_sign(passwords: Mapping[str, str]) -> AsyncIterator[None]:
    """The people of the sample sign as their story says, when the site's clock has come to it."""

    async def follow() -> None:
        while True:
            try:
                await asyncio.to_thread(sign_what_is_due, shared_project(), passwords)
            except SupervisionError as error:
                # A busy store or evidence that has not arrived yet: they try again like people would.
                messages.print(f"[dim]{escape(error.message)}[/dim]")
            await asyncio.sleep(1.0)

    task = asyncio.create_task(follow(), name="people-who-sign")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def sign_what_is_due(project: Project, passwords: Mapping[str, str]) -> int:
    """Make the sample's sign-offs whose time has come and that nobody has made yet; returns how many."""
    import bim_supervise_sample as sample

    now = project.now()
    done = {(view.checkpoint, view.signer) for view in project.sign_offs()}
    count = 0
    for item in sample.sign_offs():
        if item.time <= now and (item.checkpoint, item.user) not in done:
            project.sign(
                item.checkpoint, item.user, item.decision, item.reason, password=passwords[item.user],
                at=item.time,
            )  # fmt: skip
            count += 1
    return count


def _greet(url: str, directory: Path, passwords: dict[str, str]) -> None:
    """Say where the screens are and who may log in; stdout carries one JSON document for scripts."""
    messages.print(f"\n[bold]The sample site runs at {url}[/bold]   (project in {escape(str(directory))})")
    messages.print("Log in as one of (new passwords at every start):")
    for name, password in passwords.items():
        messages.print(f"  {name:<12} {escape(password)}")
    messages.print("Stop with Ctrl-C.\n")
    sys.stdout.write(
        json.dumps({"url": url, "project": str(directory), "passwords": passwords}, ensure_ascii=False) + "\n"
    )
    sys.stdout.flush()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
