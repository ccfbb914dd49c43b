"""Commands of the supervisor: sign, ledger, packs."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import installed_packs, ledger_file_length, verify_ledger_file
from bim_supervise.cli.output import Answer, CountBar, command, project_of
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
        return project.sign(
            checkpoint, user, decision, reason, password=read_password(user), capacity=capacity
        )

    @command(app, "withdraw")
    def withdraw(
        context: typer.Context,
        entry: Annotated[int, typer.Argument(metavar="ENTRY", help="Number of the ledger entry.")],
        user: Annotated[str, typer.Option("--user", help="Who signed it.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; stands in the ledger.")],
    ) -> dict[str, Any]:
        """Take back one's own sign-off or delegation by a new entry; asks for the password."""
        return project_of(context).withdraw(entry, user, reason, read_password(user))

    @command(app, "delegate")
    def delegate(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME", help="The deputy's login name.")],
        user: Annotated[str, typer.Option("--user", help="Who hands the capacity on.")],
        capacity: Annotated[str, typer.Option("--capacity", help="Which capacity.")],
        first_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First site day.")],
        last_day: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last site day.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; stands in the ledger.")],
    ) -> dict[str, Any]:
        """Name a deputy who may sign checkpoints for some days; asks for the password."""
        return project_of(context).delegate(
            user, capacity, name, first_day.date(), last_day.date(), reason, read_password(user)
        )

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
        head: Annotated[
            str | None,
            typer.Option("--head", help="A hash that was printed before; the chain must end there."),
        ] = None,
        chain_only: Annotated[
            bool, typer.Option("--chain-only", help="Check hashes and links, not signatures.")
        ] = False,
    ) -> Answer:
        """Check the chain: every changed, moved, removed or inserted byte is found."""
        with CountBar("entries") as bar:
            if file:
                result = verify_ledger_file(
                    file,
                    head=head,
                    chain_only=chain_only,
                    cores=os.cpu_count() or 1,
                    on_progress=bar(ledger_file_length(file)),
                )
            else:
                project = project_of(context)
                result = project.verify_ledger(
                    head=head, chain_only=chain_only, on_progress=bar(project.ledger_length())
                )
        return Answer(result, ok=result["valid"])

    @command(app, "packs")
    def packs() -> list[Any]:
        """List installed packs, their rules and their limits with sources."""
        return installed_packs()
