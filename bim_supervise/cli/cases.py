"""Commands for cases, the inspection plan and the records of people on site."""

from __future__ import annotations

import mimetypes
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import CaseDraft, Project, SiteRecord
from bim_supervise.cli.output import command, project_of
from bim_supervise.cli.people import read_password
from bim_supervise.core.errors import NotFound

User = Annotated[str, typer.Option("--user", help="Who acts.")]
Text = Annotated[str, typer.Option("--text", help="What was found, done or decided.")]
Capacity = Annotated[str | None, typer.Option("--capacity", help="Needed only with several that may.")]
Photos = Annotated[list[Path] | None, typer.Option("--photo", help="JPEG, PNG, WebP or HEIC.")]
Day = Annotated[datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help="Answer by, site day.")]
Names = list[str] | None


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    cases = typer.Typer(no_args_is_help=True, help="NCRs, notices, stop orders, waivers, requests.")
    app.add_typer(cases, name="case")

    @command(cases, "open")
    def open_case(
        context: typer.Context,
        kind: Annotated[str, typer.Argument(metavar="KIND", help="ncr, notice, stop, waiver or request")],
        user: User,
        text: Text = "",
        title: Annotated[str, typer.Option("--title", help="What it is called.")] = "",
        element: Annotated[Names, typer.Option("--element", help="GlobalId; may be repeated.")] = None,
        task: Annotated[Names, typer.Option("--task", help="Task id; may be repeated.")] = None,
        checkpoint: Annotated[Names, typer.Option("--checkpoint", help="Checkpoint id; repeatable.")] = None,
        due: Day = None,
        expires: Annotated[
            datetime | None,
            typer.Option("--expires", formats=["%Y-%m-%d"], help="Last site day of a waiver."),
        ] = None,
        inspection_at: Annotated[
            datetime | None,
            typer.Option("--at", help="Site time of the inspection that a request calls for."),
        ] = None,
        photo: Photos = None,
        at_once: Annotated[
            bool, typer.Option("--at-once", help="Issue a stop order without a proposal before it.")
        ] = False,
        capacity: Capacity = None,
    ) -> Any:
        """Open a case; asks for the password, or reads it from standard input."""
        project = project_of(context)
        draft = CaseDraft(
            password=_password(project, user),
            text=text,
            title=title,
            elements=element or (),
            tasks=task or (),
            checkpoints=checkpoint or (),
            due=due.date() if due else None,
            expires=expires.date() if expires else None,
            inspection_at=inspection_at,
            photos=_pictures(photo),
        )
        return project.open_case(kind, user, draft, action="issue" if at_once else None, capacity=capacity)

    @command(cases, "act")
    def act(
        context: typer.Context,
        case: Annotated[str, typer.Argument(metavar="CASE", help="Number of the case, e.g. NCR-001.")],
        action: Annotated[str, typer.Argument(metavar="ACTION", help="The step, e.g. correct or verify.")],
        user: User,
        text: Text = "",
        due: Day = None,
        photo: Photos = None,
        capacity: Capacity = None,
    ) -> Any:
        """Take the next step in a case; asks for the password, or reads it from standard input."""
        project = project_of(context)
        draft = CaseDraft(
            text=text,
            due=due.date() if due else None,
            photos=_pictures(photo),
            password=_password(project, user),
        )
        return project.act_on_case(case, action, user, draft, capacity=capacity)

    @command(cases, "list")
    def list_cases(
        context: typer.Context,
        kind: Annotated[str | None, typer.Option("--kind", help="Only cases of this kind.")] = None,
        standing: Annotated[bool, typer.Option("--standing", help="Leave out what has ended.")] = False,
        as_of: Annotated[str | None, typer.Option("--as-of", help="State of knowledge.")] = None,
    ) -> list[Any]:
        """List cases, the newest first."""
        return project_of(context).cases(kind, standing=standing, as_of=as_of)

    itp = typer.Typer(no_args_is_help=True, help="The inspection and test plan.")
    app.add_typer(itp, name="itp")

    @command(itp, "load")
    def load_itp(
        context: typer.Context,
        source: Annotated[str, typer.Argument(metavar="FILE", help="YAML file, or cn or fidic.")],
    ) -> dict[str, Any]:
        """Replace the inspection plan; its lines make checkpoints for the work they match."""
        return project_of(context).load_itp(source)

    @command(itp, "list")
    def list_itp(context: typer.Context) -> list[Any]:
        """List the lines of the inspection plan."""
        return project_of(context).itp()

    @command(app, "record")
    def record(
        context: typer.Context,
        kind: Annotated[str, typer.Argument(metavar="KIND", help="E.g. standing_started or patrol.")],
        user: User,
        element: Annotated[str | None, typer.Option("--element", help="What it is about.")] = None,
        task: Annotated[str | None, typer.Option("--task", help="What it is about.")] = None,
        checkpoint: Annotated[str | None, typer.Option("--checkpoint", help="What it is about.")] = None,
        at: Annotated[datetime | None, typer.Option("--at", help="Site time; default now.")] = None,
        result: Annotated[str | None, typer.Option("--result", help="pass or fail")] = None,
        value: Annotated[float | None, typer.Option("--value", help="A measured value.")] = None,
        unit: Annotated[str, typer.Option("--unit", help="Its unit.")] = "",
        item: Annotated[str, typer.Option("--item", help="What was measured.")] = "",
        sample: Annotated[str, typer.Option("--sample", help="Number of the specimen.")] = "",
        test: Annotated[str | None, typer.Option("--test", help="Kind of test of a laboratory.")] = None,
        text: Text = "",
        photo: Photos = None,
    ) -> dict[str, Any]:
        """Record what a person saw or did on site; asks for the password."""
        project = project_of(context)
        project.check_password(user, read_password(user))
        about = [("element", element), ("task", task), ("checkpoint", checkpoint)]
        named = [(kind_, name) for kind_, name in about if name]
        if len(named) != 1:
            raise typer.BadParameter("name exactly one of --element, --task, --checkpoint")
        measured = {"result": value, "unit": unit} if kind == "lab_report" and value is not None else {}
        return project.record(
            user,
            SiteRecord(
                kind=kind,
                subject_type=named[0][0],
                subject=named[0][1] or "",
                at=at,
                value=result if result is not None else None if measured else value,
                unit="" if measured else unit,
                item=item,
                sample=sample,
                text=text,
                photos=_pictures(photo),
                data={**measured, **({"test": test} if test else {})},
            ),
        )


def _password(project: Project, user: str) -> str:
    password = read_password(user)
    project.check_password(user, password)
    return password


def _pictures(files: list[Path] | None) -> list[tuple[str, str, bytes]]:
    found = []
    for file in files or ():
        if not file.is_file():
            raise NotFound("file_missing", f"There is no file {file}.", "Check the path.", path=str(file))
        found.append((file.name, mimetypes.guess_type(file.name)[0] or "", file.read_bytes()))
    return found
