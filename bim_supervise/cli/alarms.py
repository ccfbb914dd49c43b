"""Commands of the alarm desk: alarm list, acknowledge, shelve, unshelve, contacts, notify."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, project_of
from bim_supervise.cli.people import read_password

_Alarm = Annotated[str, typer.Argument(metavar="ALARM", help="Id of the alarm, or its beginning.")]
_User = Annotated[str, typer.Option("--user", help="Who does it; asks for the password.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    alarm = typer.Typer(no_args_is_help=True, help="Alarms: who has seen them, and whom to tell.")
    app.add_typer(alarm, name="alarm")

    @command(alarm, "list")
    def show(
        context: typer.Context,
        as_of: Annotated[str | None, typer.Option("--as-of", metavar="T", help="At this moment.")] = None,
        cleared: Annotated[bool, typer.Option("--cleared", help="Cleared ones too.")] = False,
    ) -> list[dict[str, Any]]:
        """List alarms by rank, life safety first."""
        found = project_of(context).alarms(as_of, cleared=cleared)
        return [dataclasses.asdict(view) for view in found]

    @command(alarm, "acknowledge")
    def acknowledge(
        context: typer.Context,
        alarm_id: _Alarm,
        user: _User,
        comment: Annotated[str, typer.Option("--comment", help="What you saw or did.")],
    ) -> dict[str, Any]:
        """Say that an alarm has been seen, and what was made of it."""
        project = project_of(context)
        project.check_password(user, read_password(user))
        chosen = project.alarm_named(alarm_id)
        project.acknowledge(chosen, user, comment)
        return {"alarm": chosen, "state": "acknowledged"}

    @command(alarm, "shelve")
    def shelve(
        context: typer.Context,
        alarm_id: _Alarm,
        user: _User,
        hours: Annotated[float, typer.Option("--hours", help="For how long, from now.")],
        reason: Annotated[str, typer.Option("--reason", help="Why nobody has to act now.")],
    ) -> dict[str, Any]:
        """Take an alarm off the list for a time; life safety needs a second person, who runs this again."""
        project = project_of(context)
        project.check_password(user, read_password(user))
        chosen = project.alarm_named(alarm_id)
        state = project.shelve(chosen, user, project.now() + timedelta(hours=hours), reason)
        return {"alarm": chosen, "state": state}

    @command(alarm, "unshelve")
    def unshelve(
        context: typer.Context,
        alarm_id: _Alarm,
        user: _User,
        reason: Annotated[str, typer.Option("--reason", help="Why it is back.")] = "",
    ) -> dict[str, Any]:
        """Put an alarm back on the list."""
        project = project_of(context)
        project.check_password(user, read_password(user))
        chosen = project.alarm_named(alarm_id)
        project.unshelve(chosen, user, reason)
        return {"alarm": chosen, "state": "open"}

    @command(alarm, "contacts")
    def contacts(
        context: typer.Context,
        file: Annotated[
            Path | None, typer.Argument(metavar="[FILE]", help="YAML file that replaces the contacts.")
        ] = None,
    ) -> dict[str, Any]:
        """Show whom alarms are told to, or replace them by those of a file."""
        project = project_of(context)
        if file is not None:
            project.load_contacts(file)
        return {"contacts": project.contacts()}

    @command(alarm, "notify")
    def notify(context: typer.Context) -> dict[str, Any]:
        """Send the notices that are due, each once; the server does the same by itself."""
        return dict(project_of(context).notify())
