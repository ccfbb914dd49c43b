"""Commands that hand results to other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.cli.output import StageBar, command, project_of

Out = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    export = typer.Typer(no_args_is_help=True, help="Results for other tools.")
    app.add_typer(export, name="export")

    @command(export, "mspdi")
    def export_mspdi(context: typer.Context, file: Out) -> dict[str, Any]:
        """Write the plan as MS Project XML."""
        return project_of(context).export_mspdi(file)

    @command(export, "bcf")
    def export_bcf(
        context: typer.Context,
        file: Out,
        version: Annotated[str, typer.Option("--version", help="2.1 or 3.0")] = "2.1",
        language: Annotated[str, typer.Option("--language", help="zh or en")] = "zh",
    ) -> dict[str, Any]:
        """Write non-conformances, notices, stops and failing checkpoints as BCF topics."""
        return project_of(context).export_bcf(file, version=version, language=language)

    @command(export, "ifc")
    def export_ifc(
        context: typer.Context,
        file: Out,
        discipline: Annotated[
            str | None,
            typer.Option(
                "--discipline", help="Which of several current models; default: the one loaded last."
            ),
        ] = None,
        as_of: Annotated[
            str | None, typer.Option("--as-of", metavar="T", help="Judge at this moment; default: now.")
        ] = None,
        language: Annotated[str, typer.Option("--language", help="zh or en")] = "zh",
    ) -> dict[str, Any]:
        """Write actual dates, status, gates, sign-offs and non-conformances into a copy of the model."""
        project = project_of(context)
        with StageBar() as progress:
            return project.export_ifc(
                file, discipline=discipline, as_of=as_of, language=language, on_progress=progress
            )

    bcf = typer.Typer(no_args_is_help=True, help="Issues of other tools.")
    app.add_typer(bcf, name="bcf")

    @command(bcf, "load")
    def load_bcf(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A BCF archive.")],
        user: Annotated[str, typer.Option("--user", help="Who loads it; comments come in by them.")],
    ) -> dict[str, Any]:
        """Read a BCF archive: topics join the model by GlobalId, comments return to their cases."""
        return project_of(context).load_bcf(file, user)

    @command(bcf, "list")
    def list_bcf(context: typer.Context) -> list[Any]:
        """List loaded topics."""
        return project_of(context).bcf_topics()

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
