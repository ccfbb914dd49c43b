"""Commands of the doors that evidence comes through: tokens and feeds."""

from __future__ import annotations

import getpass
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
