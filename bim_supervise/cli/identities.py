"""Commands of outside identities: who may sign in through the OpenID provider."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, project_of

_ISSUER = typer.Option("--issuer", help="The provider, exactly as it names itself.")
_SUBJECT = typer.Option("--subject", help="The provider's unchanging id of the person.")
_USER = typer.Option("--user", help="Who does this.")


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    identity = typer.Typer(no_args_is_help=True, help="Identities at an OpenID provider.")
    app.add_typer(identity, name="identity")

    @command(identity, "link")
    def link(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME", help="Login name.")],
        issuer: Annotated[str, _ISSUER],
        subject: Annotated[str, _SUBJECT],
        user: Annotated[str, _USER],
    ) -> dict[str, Any]:
        """Let an identity at the provider sign in as a person who has an account."""
        project_of(context).link_identity(name, issuer, subject, user=user)
        return {"user": name, "issuer": issuer, "subject": subject}

    @command(identity, "unlink")
    def unlink(
        context: typer.Context,
        issuer: Annotated[str, _ISSUER],
        subject: Annotated[str, _SUBJECT],
        user: Annotated[str, _USER],
    ) -> dict[str, Any]:
        """Let an identity sign in no more; open sessions of its account end."""
        project_of(context).unlink_identity(issuer, subject, user=user)
        return {"issuer": issuer, "subject": subject}

    @command(identity, "list")
    def list_identities(context: typer.Context, user: Annotated[str, _USER]) -> list[Any]:
        """List the identities and whose they are."""
        return project_of(context).identities(user)

    @command(identity, "log")
    def log(context: typer.Context, user: Annotated[str, _USER]) -> list[Any]:
        """List which identities were linked, unlinked, let in and refused, the newest first."""
        return project_of(context).identity_events(user)
