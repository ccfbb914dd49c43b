"""Commands of the supervisor: sign, ledger, packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import installed_packs, verify_ledger_file
from bim_supervise.cli.output import Answer, command, project_of
from bim_supervise.cli.people import read_password


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    ledger = typer.Typer(no_args_is_help=True, help="The chain of sign-offs.")
    app.add_typer(ledger, name="ledger")

    @command(app, "sign")
    def sign(
        context: typer.Context,
        checkpoint: Annotated[str, typer.Argument(metavar="CHECKPOINT", help="Id of the checkpoint.")],
        user: Annotated[str, typer.Option("--user", help="Who signs.")],
        decision: Annotated[str, typer.Option("--decision", help="accept or reject")],
        reason: Annotated[str, typer.Option("--reason", help="Why; stands in the ledger.")],
        capacity: Annotated[
            str | None, typer.Option("--capacity", help="Needed only when the person holds several.")
        ] = None,
    ) -> dict[str, Any]:
        """Sign a checkpoint; asks for the password, or reads it from standard input."""
        project = project_of(context)
        project.check_password(user, read_password(user))
        return project.sign(checkpoint, user, decision, reason, capacity=capacity)

    @command(ledger, "export")
    def export(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")],
    ) -> dict[str, Any]:
        """Write the whole chain to one file that a stranger can verify."""
        return project_of(context).export_ledger(file)

    @command(ledger, "verify")
    def verify(
        context: typer.Context,
        file: Annotated[
            Path | None, typer.Argument(metavar="FILE", help="An export; default: the project's own chain.")
        ] = None,
    ) -> Answer:
        """Check the chain: every changed, moved, removed or inserted byte is found."""
        result = verify_ledger_file(file) if file else project_of(context).verify_ledger()
        return Answer(result, ok=result["valid"])

    @command(app, "packs")
    def packs() -> list[Any]:
        """List installed packs, their rules and their limits with sources."""
        return installed_packs()
