"""Commands of the BIM coordinator: project, model, schedule, links, devices, checkpoints."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import Project
from bim_supervise.cli import doors, linking, revisions, shapes
from bim_supervise.cli.output import StageBar, Target, command, plain, project_of

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file to read.")]
Mapping = Annotated[Path | None, typer.Option("--mapping", metavar="YAML", help="Which column is what.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    model = typer.Typer(no_args_is_help=True, help="IFC models.")
    schedule = typer.Typer(no_args_is_help=True, help="Schedules and dates.")
    link = typer.Typer(no_args_is_help=True, help="Links of elements to tasks.")
    device = typer.Typer(no_args_is_help=True, help="Devices on site.")
    checkpoint = typer.Typer(no_args_is_help=True, help="Checkpoints of the project.")
    groups = {"model": model, "schedule": schedule, "link": link, "device": device, "checkpoint": checkpoint}
    for name, group in groups.items():
        app.add_typer(group, name=name)

    shapes.register(model)

    @command(app, "new")
    def new(
        context: typer.Context,
        directory: Annotated[Path, typer.Argument(metavar="DIR", help="Directory to create.")],
        name: Annotated[str, typer.Option("--name", help="Name of the project.")],
        timezone: Annotated[str, typer.Option("--timezone", help="IANA zone of the site.")] = "Asia/Shanghai",
        currency: Annotated[str, typer.Option("--currency", help="ISO 4217 code.")] = "CNY",
    ) -> dict[str, Any]:
        """Create a project."""
        target: Target = context.obj
        project = Project.create(
            directory, name, timezone=timezone, currency=currency, database_url=target.database_url
        )
        try:
            return {"project": str(project.settings.directory), **_info(project)}
        finally:
            project.close()

    @command(model, "load")
    def model_load(
        context: typer.Context,
        file: File,
        accept_partial: Annotated[
            bool,
            typer.Option("--accept-partial", help="Load what a damaged file holds, marked partial."),
        ] = False,
        discipline: Annotated[
            str,
            typer.Option("--discipline", help="Whose model it is; it replaces the former one of the same."),
        ] = "",
    ) -> dict[str, Any]:
        """Read an IFC model into the project; a new revision replaces the former one of its discipline."""
        project = project_of(context)
        with StageBar() as progress:
            return project.load_model(
                file, accept_partial=accept_partial, discipline=discipline, on_progress=progress
            )

    @command(model, "elements")
    def model_elements(
        context: typer.Context,
        query: Annotated[
            str, typer.Option("--query", help="Words that class, name, storey, material, tag or id contain.")
        ] = "",
    ) -> list[Any]:
        """List the elements of the current model."""
        return [
            {"class" if key == "ifc_class" else key: value for key, value in plain(row).items()}
            for row in project_of(context).elements(query)
        ]

    @command(model, "compare")
    def model_compare(
        context: typer.Context,
        before: Annotated[str, typer.Argument(metavar="A", help="Earlier revision: number or SHA-256.")],
        after: Annotated[str, typer.Argument(metavar="B", help="Later revision: number or SHA-256.")],
    ) -> dict[str, Any]:
        """Compare two model revisions; only sure matches count."""
        return project_of(context).compare_models(before, after)

    revisions.register(model)

    @command(schedule, "load")
    def schedule_load(context: typer.Context, file: File, mapping: Mapping = None) -> dict[str, Any]:
        """Read MS Project XML, Primavera P6 XER and XML, CSV or the tasks of an IFC file."""
        return project_of(context).load_schedule(file, mapping=mapping)

    @command(schedule, "calculate")
    def schedule_calculate(
        context: typer.Context,
        data_date: Annotated[
            datetime | None, typer.Option("--data-date", help="Site wall time; remaining work starts here.")
        ] = None,
    ) -> dict[str, Any]:
        """Calculate early and late dates, float and the critical path."""
        return project_of(context).calculate_schedule(data_date)

    @command(schedule, "show")
    def schedule_show(context: typer.Context) -> list[Any]:
        """List the tasks with their dates."""
        return project_of(context).tasks()

    @command(link, "load")
    def link_load(context: typer.Context, file: File, mapping: Mapping = None) -> dict[str, Any]:
        """Read a table that links elements to tasks."""
        return project_of(context).load_links(file, mapping=mapping)

    linking.register(link, schedule)
    doors.register(app, device)

    @command(device, "load")
    def device_load(context: typer.Context, file: File) -> dict[str, Any]:
        """Read the device register (YAML)."""
        return project_of(context).load_devices(file)

    @command(device, "list")
    def device_list(context: typer.Context) -> list[Any]:
        """List the devices with their newest reading."""
        return project_of(context).devices()

    @command(checkpoint, "load")
    def checkpoint_load(context: typer.Context, file: File) -> dict[str, Any]:
        """Read the checkpoints of the project (YAML)."""
        return project_of(context).load_checkpoints(file)

    @command(checkpoint, "list")
    def checkpoint_list(context: typer.Context) -> list[Any]:
        """List the checkpoints with their state and what they wait for."""
        return project_of(context).checkpoints()


def _info(project: Project) -> dict[str, Any]:
    info = project.info()
    return {"name": info.name, "timezone": info.timezone, "currency": info.currency}
