"""The command line: a contract that scripts call; see ``docs/architecture.md``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bim_supervise import __version__
from bim_supervise.cli import (
    alarms,
    backup,
    cases,
    documents,
    evidence,
    exports,
    identities,
    lots,
    people,
    places,
    plan,
    plans,
    rules,
    running,
    supervision,
)
from bim_supervise.cli.output import Target

app = typer.Typer(
    name="bim-supervise",
    help="Supervise a construction site: model, plan, evidence, gates and signatures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def choose_project(
    context: typer.Context,
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="DIR",
            help="Project directory; default $BIM_SUPERVISE_PROJECT or the working directory.",
        ),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            metavar="URL",
            help="Database elsewhere; default $BIM_SUPERVISE_DATABASE_URL or SQLite in the project.",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Supervise a construction site: model, plan, evidence, gates and signatures."""
    context.obj = Target(project, database_url)


for module in (
    plan,
    evidence,
    supervision,
    alarms,
    backup,
    cases,
    lots,
    rules,
    people,
    identities,
    documents,
    running,
    plans,
    exports,
    places,
):
    module.register(app)


def main() -> None:
    """Entry point of ``bim-supervise``."""
    app()
