"""Commands of rule settings: rules load, rules show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, project_of
from bim_supervise.cli.people import read_password


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    rules = typer.Typer(no_args_is_help=True, help="Profiles, parameters and limits of the project's rules.")
    app.add_typer(rules, name="rules")

    @command(rules, "load")
    def load(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file; see docs/rule-settings.md.")],
        user: Annotated[
            str | None, typer.Option("--user", help="Who loads it; needed when a limit is loosened.")
        ] = None,
    ) -> dict[str, Any]:
        """Replace the project's rule settings by those of a file."""
        project = project_of(context)
        if user is not None:
            project.check_password(user, read_password(user))
        return project.load_rules(file, user)

    @command(rules, "show")
    def show(context: typer.Context) -> dict[str, Any]:
        """Show the rule settings in force."""
        return project_of(context).rules()
