"""Commands of the doors that evidence comes through: tokens and feeds."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections import Counter
from collections.abc import Coroutine, Sequence
from datetime import datetime
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


def _offsets(texts: Sequence[str]) -> dict[str, float]:
    found = {}
    for text in texts:
        kind, _, value = text.partition("=")
        try:
            found[kind] = float(value)
        except ValueError:
            raise typer.BadParameter(f"'{text}' is not KIND=VALUE, e.g. settlement=-12.5") from None
    return found


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

    @command(device, "unknown")
    def device_unknown(context: typer.Context) -> list[Any]:
        """List what reports without being registered; its readings are kept and judged by nobody."""
        return project_of(context).unknown_devices()

    @command(device, "adopt")
    def device_adopt(
        context: typer.Context,
        identity: Annotated[str, typer.Argument(metavar="ID", help="Id that it reports under.")],
        name: Annotated[str, typer.Option("--name", help="What it is called.")] = "",
        purpose: Annotated[str | None, typer.Option("--purpose", help="E.g. boundary.")] = None,
        zone: Annotated[str | None, typer.Option("--zone", help="Zone it stands in.")] = None,
        interval: Annotated[
            float, typer.Option("--interval", metavar="S", help="Seconds between readings.")
        ] = 60.0,
        calibrated: Annotated[
            datetime | None,
            typer.Option("--calibrated-until", formats=["%Y-%m-%d"], help="Last day of its certificate."),
        ] = None,
        life_safety: Annotated[bool, typer.Option("--life-safety", help="Lives hang on it.")] = False,
        owner: Annotated[str | None, typer.Option("--owner", help="Who looks after it.")] = None,
    ) -> dict[str, Any]:
        """Register what has been reporting, with its history, which is judged now."""
        return project_of(context).adopt_device(
            identity,
            name=name,
            purpose=purpose,
            zone=zone,
            expected_interval_s=interval,
            calibrated_until=calibrated.date() if calibrated else None,
            life_safety=life_safety,
            owner=owner,
        )

    @command(device, "replace")
    def device_replace(
        context: typer.Context,
        identity: Annotated[str, typer.Argument(metavar="ID", help="The device whose series goes on.")],
        by: Annotated[str, typer.Option("--by", help="Id that the new instrument reports under.")],
        since: Annotated[
            datetime,
            typer.Option("--from", formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"], help="Site wall time."),
        ],
        offset: Annotated[
            list[str] | None, typer.Option("--offset", metavar="KIND=VALUE", help="Added to what it reports.")
        ] = None,
        note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    ) -> dict[str, Any]:
        """Put another instrument or benchmark in a device's place: its series goes on."""
        return project_of(context).replace_instrument(
            identity, by=by, at=since, user=getpass.getuser(), offsets=_offsets(offset or ()), note=note
        )

    @command(device, "clocks")
    def device_clocks(context: typer.Context) -> list[Any]:
        """Show how far the clock of each device is off, and how it drifts."""
        return project_of(context).clocks()

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
