"""Commands for inspection lots: define, measure, judge, and what they add up to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import Project
from bim_supervise.cli.output import command, project_of
from bim_supervise.cli.people import read_password
from bim_supervise.core.errors import InputRefused

User = Annotated[str, typer.Option("--user", help="Who acts.")]
Text = Annotated[str, typer.Option("--text", help="What was found or decided.")]
Capacity = Annotated[str | None, typer.Option("--capacity", help="Needed only with several that may.")]
Decision = Annotated[str, typer.Option("--decision", help="qualified or not_qualified; there is no other.")]
Lot = Annotated[str, typer.Argument(metavar="LOT", help="Number of the lot, e.g. LOT-001.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    lots = typer.Typer(no_args_is_help=True, help="Inspection lots, and the levels that they add up to.")
    app.add_typer(lots, name="lot")

    @command(lots, "profile")
    def profile(
        context: typer.Context,
        source: Annotated[
            str | None, typer.Argument(metavar="[FILE]", help="YAML file, gb50300 or iso9001.")
        ] = None,
    ) -> Any:
        """Show by which profile lots are judged, or judge by another from now on."""
        project = project_of(context)
        if source is not None:
            project.use_lot_profile(source)
        return project.lot_profile()

    @command(lots, "define")
    def define(
        context: typer.Context,
        template: Annotated[str, typer.Argument(metavar="KIND", help="A kind of lot of the profile.")],
        user: User,
        element: Annotated[list[str] | None, typer.Option("--element", help="GlobalId; repeatable.")] = None,
        storey: Annotated[
            str | None, typer.Option("--storey", help="Every element of this storey that fits the kind.")
        ] = None,
        title: Annotated[str, typer.Option("--title", help="What it is called.")] = "",
        size: Annotated[float | None, typer.Option("--size", help="Height of the whole [mm].")] = None,
        renews: Annotated[
            str | None, typer.Option("--renews", help="The failed lot that this one accepts anew.")
        ] = None,
    ) -> Any:
        """Define a lot: a set of elements accepted together; asks for the password."""
        project = _proved(context, user)
        chosen = [*(element or ()), *(project.fitting_elements(template, storey) if storey else ())]
        return project.define_lot(
            user, template, list(dict.fromkeys(chosen)), title, size=size, renews=renews
        )

    @command(lots, "measure")
    def measure(
        context: typer.Context,
        lot: Lot,
        user: User,
        file: Annotated[
            Path | None, typer.Argument(metavar="[FILE]", help="CSV or JSON; default: recorded values.")
        ] = None,
        text: Text = "",
    ) -> Any:
        """Add points of a table, or what was recorded as measured on its elements; asks for the password."""
        project = _proved(context, user)
        if file is None:
            return project.take_measured(lot, user, text=text)
        return project.load_points(lot, user, file, text=text)

    @command(lots, "judge")
    def judge(
        context: typer.Context,
        lot: Lot,
        user: User,
        decision: Decision,
        text: Text = "",
        capacity: Capacity = None,
    ) -> Any:
        """Sign a lot as qualified or not; asks for the password."""
        project = project_of(context)
        return project.judge_lot(
            lot,
            user,
            qualified=_qualified(decision),
            text=text,
            password=read_password(user),
            capacity=capacity,
        )

    @command(lots, "list")
    def list_lots(context: typer.Context) -> list[Any]:
        """List the lots, the newest first."""
        return [
            {
                "id": item.case.id,
                "state": item.case.state,
                "title": item.case.title,
                "template": item.template.id,
                "elements": len(item.case.elements),
                "least": item.least,
                "points": len(item.points),
                "judgement": item.result.judgement,
                "renews": item.renews,
                "renewed_by": item.renewed_by,
            }
            for item in project_of(context).lots()
        ]

    @command(lots, "show")
    def show(context: typer.Context, lot: Lot) -> Any:
        """Show one lot: its checks with tolerance, points and pass rate, and its course."""
        return project_of(context).lot(lot)

    @command(lots, "levels")
    def levels(context: typer.Context) -> list[Any]:
        """List items, divisions and the unit over the lots."""
        return project_of(context).lot_levels()

    @command(lots, "judge-level")
    def judge_level(
        context: typer.Context,
        level: Annotated[str, typer.Argument(metavar="LEVEL", help="item, division or unit, as listed.")],
        name: Annotated[str, typer.Argument(metavar="NAME", help="Which one, as listed.")],
        user: User,
        decision: Decision,
        confirmed: Annotated[
            list[str] | None, typer.Option("--confirmed", help="E.g. records; may be repeated.")
        ] = None,
        text: Text = "",
        capacity: Capacity = None,
    ) -> Any:
        """Sign an item, a division or the unit as qualified or not; asks for the password."""
        project = project_of(context)
        return project.judge_level(
            level,
            name,
            user,
            qualified=_qualified(decision),
            confirmed=confirmed or (),
            text=text,
            password=read_password(user),
            capacity=capacity,
        )


def _proved(context: typer.Context, user: str) -> Project:
    project = project_of(context)
    project.check_password(user, read_password(user))
    return project


def _qualified(decision: str) -> bool:
    if decision not in ("qualified", "not_qualified"):
        raise InputRefused(
            "lot_decision_unknown",
            f"'{decision}' is no judgement of a lot.",
            "Say qualified or not_qualified; there is nothing between.",
            decision=decision,
        )
    return decision == "qualified"
