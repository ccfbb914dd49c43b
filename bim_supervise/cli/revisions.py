"""Commands about what a model holds, and about elements under another GlobalId in a later revision."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import element_table
from bim_supervise.cli.output import Answer, StageBar, command, project_of
from bim_supervise.cli.people import read_password


def register(model: typer.Typer) -> None:
    """Add these commands to the group ``model``."""

    @command(model, "review")
    def review(
        context: typer.Context,
        state: Annotated[
            str | None, typer.Option("--state", help="carried, review, confirmed or refused; all without it.")
        ] = None,
    ) -> list[Any]:
        """List elements under another GlobalId, and those whose successor a person has to name."""
        return project_of(context).successions(state)

    @command(model, "confirm")
    def confirm(
        context: typer.Context,
        number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number from model review.")],
        user: Annotated[str, typer.Option("--user", help="Who decides.")],
        reason: Annotated[str, typer.Option("--reason", help="How this is known; kept with it.")],
        after: Annotated[
            str | None, typer.Option("--as", metavar="GLOBALID", help="Which candidate it has become.")
        ] = None,
        different: Annotated[bool, typer.Option("--different", help="It is not the same thing.")] = False,
    ) -> dict[str, Any]:
        """Confirm what an element has become; asks for the password, or reads it from standard input."""
        project = project_of(context)
        project.check_password(user, read_password(user))
        return project.decide_succession(number, user, after=after, reason=reason, same=not different)

    @command(model, "table")
    def table(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="The IFC to read.")],
        accept_partial: Annotated[
            bool, typer.Option("--accept-partial", help="Read what a damaged file holds.")
        ] = False,
    ) -> list[Any]:
        """Show the elements of a file and their properties without loading it."""
        with StageBar() as progress:
            return element_table(file, accept_partial=accept_partial, on_progress=progress)

    @command(model, "check")
    def check(
        context: typer.Context,
        ids: Annotated[
            Path | None,
            typer.Argument(metavar="FILE.ids", help="The IDS; default: what supervision needs."),
        ] = None,
        bcf: Annotated[
            Path | None, typer.Option("--bcf", metavar="OUT", help="Write what fails as BCF topics.")
        ] = None,
    ) -> Answer:
        """Hold the current models against an IDS."""
        project = project_of(context)
        with StageBar() as progress:
            result = project.check_models(ids, bcf=bcf, on_progress=progress)
        return Answer(result, ok=all(item["status"] != "fail" for item in result["specifications"]))

    @command(model, "properties")
    def properties(
        context: typer.Context,
        global_id: Annotated[str, typer.Argument(metavar="GLOBALID", help="The element.")],
    ) -> dict[str, Any]:
        """Show the property sets of one element, values in SI units."""
        return project_of(context).element_properties(global_id)
