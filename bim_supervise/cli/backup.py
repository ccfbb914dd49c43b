"""Commands that keep a project safe: backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import restore
from bim_supervise.cli.output import command, project_of


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""

    @command(app, "backup")
    def backup(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, ending in .tar.")],
    ) -> dict[str, Any]:
        """Write the whole project to one file, also while it is served."""
        return project_of(context).backup(file)

    @command(app, "restore")
    def bring_back(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that backup wrote.")],
        directory: Annotated[Path, typer.Argument(metavar="DIR", help="New project directory.")],
    ) -> dict[str, Any]:
        """Restore a backup into a new project directory, and verify it."""
        return restore(file, directory)
