"""Commands of places: zones, where the site lies, stays of machines and tags, protection of people."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, project_of
from bim_supervise.cli.people import read_password


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    zone = typer.Typer(no_args_is_help=True, help="Zones on site, and who was in them.")
    app.add_typer(zone, name="zone")

    @command(zone, "load")
    def zone_load(
        context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file.")]
    ) -> dict[str, Any]:
        """Replace the zones drawn on site by those of a YAML file."""
        return project_of(context).load_zones(file)

    @command(zone, "list")
    def zone_list(context: typer.Context) -> list[Any]:
        """List the zones drawn on site and the spaces of the model."""
        return project_of(context).zones()

    @command(zone, "anchor")
    def zone_anchor(
        context: typer.Context,
        latitude: Annotated[float, typer.Option("--latitude", help="Degrees, WGS 84.")],
        longitude: Annotated[float, typer.Option("--longitude", help="Degrees, WGS 84.")],
        altitude: Annotated[float, typer.Option("--altitude", help="Metres.")] = 0.0,
        x: Annotated[float, typer.Option("--x", help="The same point in project coordinates [m].")] = 0.0,
        y: Annotated[float, typer.Option("--y", help="As --x.")] = 0.0,
        z: Annotated[float, typer.Option("--z", help="As --x.")] = 0.0,
        rotation: Annotated[
            float,
            typer.Option("--rotation", help="From east to the x axis, counter-clockwise [deg]."),
        ] = 0.0,
    ) -> dict[str, Any]:
        """Say where a point of the project lies on the globe, for devices that report GPS positions."""
        project_of(context).place_site(
            latitude=latitude, longitude=longitude, altitude=altitude, x=x, y=y, z=z, rotation_deg=rotation
        )
        return {"latitude": latitude, "longitude": longitude}

    @command(zone, "visits")
    def zone_visits(
        context: typer.Context,
        device: Annotated[str, typer.Argument(metavar="ID", help="Machine, or pseudonym of a tag.")],
        start: Annotated[str, typer.Option("--from", help="Site date or time, or ISO 8601 with offset.")],
        end: Annotated[str | None, typer.Option("--to", help="As --from; default now.")] = None,
        gap: Annotated[float, typer.Option("--gap", help="Minutes without a position: lost.")] = 15.0,
        least: Annotated[float, typer.Option("--least", help="Seconds below which it is jitter.")] = 0.0,
        by: Annotated[str | None, typer.Option("--by", help="Who asks; needed for a person's tag.")] = None,
        reason: Annotated[str, typer.Option("--reason", help="Why; kept, needed for a person's tag.")] = "",
    ) -> list[Any]:
        """List the stays of a machine or tag in zones: entered, left, how long."""
        project = project_of(context)
        if by is not None:
            project.check_password(by, read_password(by))
            return project.person_visits(
                by,
                device,
                project.moment(start),
                project.moment(end),
                reason=reason,
                gap=timedelta(minutes=gap),
                least=timedelta(seconds=least),
            )
        return project.visits(
            device,
            project.moment(start),
            project.moment(end),
            gap=timedelta(minutes=gap),
            least=timedelta(seconds=least),
        )

    @command(zone, "people")
    def zone_people(
        context: typer.Context,
        tags: Annotated[
            list[str] | None, typer.Option("--tag", help="Id or pattern (tag-*) of people's tags.")
        ] = None,
        days: Annotated[int, typer.Option("--days", help="How long their readings are kept.")] = 30,
    ) -> dict[str, Any]:
        """Keep people's tags under pseudonyms; without --tag, forget what is older than it may be."""
        project = project_of(context)
        if tags:
            project.protect_people(tags, days=days)
        return {**(project.people_protection() or {"tags": [], "days": None}), **project.forget_people()}
