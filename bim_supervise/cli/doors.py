"""Commands of the doors that evidence comes through: tokens and feeds."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections import Counter
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, project_of

Devices = Annotated[
    list[str] | None,
    typer.Option("--device", metavar="ID", help="Id or pattern (NM-*) of a device it may speak for."),
]
Addresses = Annotated[
    list[str] | None,
    typer.Option("--address", metavar="NET", help="Network it must come from, e.g. 10.1.2.0/24."),
]


async def together(
    doors: Sequence[Coroutine[Any, Any, dict[str, Any]]], stop: asyncio.Event
) -> list[dict[str, Any]]:
    """Run listeners side by side; when one fails, the others finish what they hold first."""
    tasks = [asyncio.ensure_future(door) for door in doors]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        stop.set()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [task.result() for task in tasks]


def summed(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The counters of several listeners as one report."""
    reasons: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for report in reports:
        reasons.update(report["rejected_reasons"])
        totals.update({key: value for key, value in report.items() if key != "rejected_reasons"})
    return {**totals, "rejected_reasons": dict(reasons)}


def read_station_password(station: str) -> str:
    """Ask for the password of a station, or read one line from standard input when it is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Password (PW) of station {station}: ")
    return sys.stdin.readline().rstrip("\n")


def register(app: typer.Typer, device: typer.Typer) -> None:
    """Add these commands to ``app`` and to its group ``device``."""
    token = typer.Typer(no_args_is_help=True, help="Tokens of devices and gateways that send by HTTP.")
    feed = typer.Typer(no_args_is_help=True, help="Feeds: how messages are read, and who vouches for them.")
    device.add_typer(token, name="token")
    app.add_typer(feed, name="feed")

    @command(token, "create")
    def token_create(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME", help="What sends, e.g. 'dust gateway'.")],
        devices: Devices = None,
        addresses: Addresses = None,
        statements: Annotated[
            bool, typer.Option("--statements", help="It may also state facts about elements and tasks.")
        ] = False,
    ) -> dict[str, Any]:
        """Make a token; it is shown once and cannot be read again."""
        identity, secret = project_of(context).add_sender(
            name, devices or (), by=getpass.getuser(), addresses=addresses or (), statements=statements
        )
        return {"id": identity, "token": secret}

    @command(token, "list")
    def token_list(context: typer.Context) -> list[Any]:
        """List the senders, revoked ones too."""
        return project_of(context).senders()

    @command(token, "revoke")
    def token_revoke(
        context: typer.Context,
        identity: Annotated[str, typer.Argument(metavar="ID", help="The sender's id.")],
    ) -> dict[str, Any]:
        """Let a sender send no more; what it has sent stays."""
        project_of(context).revoke_sender(identity)
        return {"revoked": identity}

    @command(device, "station")
    def device_station(
        context: typer.Context,
        station: Annotated[str, typer.Argument(metavar="MN", help="Number of the station, or a pattern.")],
        name: Annotated[str, typer.Option("--name", help="What it is called.")] = "",
        addresses: Addresses = None,
    ) -> dict[str, Any]:
        """Let an HJ 212 station send; asks for its password (PW), or reads it from standard input."""
        password = read_station_password(station)
        project = project_of(context)
        identity = project.add_station(
            station, password, by=getpass.getuser(), name=name, addresses=addresses or ()
        )
        return {"id": identity}

    @command(feed, "load")
    def feed_load(
        context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file.")]
    ) -> dict[str, Any]:
        """Replace the project's feeds by those of a YAML file."""
        return project_of(context).load_feeds(file)

    @command(feed, "list")
    def feed_list(context: typer.Context) -> list[Any]:
        """List the feeds in their order."""
        return project_of(context).feeds()
