"""Commands of the administrator: users and appointments."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime
from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, project_of


def read_password(user: str) -> str:
    """Ask for a password without echo, or read one line from standard input when it is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {user}: ")
    return sys.stdin.readline().rstrip("\n")


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    user = typer.Typer(no_args_is_help=True, help="People.")
    app.add_typer(user, name="user")

    @command(user, "add")
    def add(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME", help="Login name.")],
        display_name: Annotated[str, typer.Option("--display-name", help="As it stands on documents.")] = "",
        language: Annotated[str, typer.Option("--language", help="zh or en")] = "zh",
    ) -> dict[str, Any]:
        """Add a person; asks for the password, or reads it from standard input."""
        project = project_of(context)
        project.add_user(name, read_password(name), display_name=display_name, language=language)
        return {"user": name}

    @command(user, "list")
    def list_users(context: typer.Context) -> list[Any]:
        """List people and the capacities they hold today."""
        return project_of(context).users()

    @command(app, "appoint")
    def appoint(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME", help="Login name.")],
        capacity: Annotated[str, typer.Option("--capacity", help="E.g. specialist_supervision_engineer.")],
        first_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First site day.")],
        last_day: Annotated[
            datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last site day.")
        ] = None,
        certificate: Annotated[str | None, typer.Option("--certificate", help="Certificate number.")] = None,
    ) -> dict[str, Any]:
        """Appoint a person to a capacity with dates."""
        project_of(context).appoint(
            name, capacity, first_day.date(), last_day.date() if last_day else None, certificate=certificate
        )
        return {"user": name, "capacity": capacity}
