"""The command that makes a model's shapes for the viewer ahead of the first look."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bim_supervise.cli.output import StageBar, command, project_of


def register(model: typer.Typer) -> None:
    """Add the command to the group ``model``."""

    @command(model, "geometry")
    def model_geometry(
        context: typer.Context,
        revision: Annotated[
            int | None, typer.Option("--revision", help="Number of a revision; default: the current one.")
        ] = None,
    ) -> dict[str, Any]:
        """Make the shapes of a model for the viewer, unless they are there."""
        project = project_of(context)
        with StageBar() as progress:
            return project.build_geometry(revision, on_progress=progress)
