"""Commands that hand results to other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, project_of

Out = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    export = typer.Typer(no_args_is_help=True, help="Results for other tools.")
    app.add_typer(export, name="export")

    @command(export, "mspdi")
    def export_mspdi(context: typer.Context, file: Out) -> dict[str, Any]:
        """Write the plan as MS Project XML."""
        return project_of(context).export_mspdi(file)

    @command(export, "plan")
    def export_plan(
        context: typer.Context,
        file: Out,
        model: Annotated[
            Path | None, typer.Option("--model", metavar="IFC", help="Write into a copy of this model.")
        ] = None,
    ) -> dict[str, Any]:
        """Write the plan as IfcTask, with sequences, lags, calendars and times."""
        return project_of(context).export_ifc_plan(file, model)
