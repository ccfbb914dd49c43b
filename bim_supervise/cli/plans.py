"""Commands about several plans."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, group_of, project_of


def register(app: typer.Typer) -> None:
    """Add these commands to the group that ``plan`` made."""
    schedule = group_of(app, "schedule")

    @command(schedule, "list")
    def schedule_list(context: typer.Context) -> list[Any]:
        """List the stored plans, the current one first."""
        return project_of(context).schedules()

    @command(schedule, "use")
    def schedule_use(
        context: typer.Context,
        number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of a stored plan.")],
    ) -> list[Any]:
        """Make a stored plan the current one again."""
        project = project_of(context)
        project.use_schedule(number)
        return project.schedules()

    @command(schedule, "compare")
    def schedule_compare(
        context: typer.Context,
        before: Annotated[str, typer.Argument(metavar="A", help="Earlier plan: number, current or a file.")],
        after: Annotated[str, typer.Argument(metavar="B", help="Later plan: number, current or a file.")],
    ) -> dict[str, Any]:
        """Compare two plans: tasks moved, added, removed, changed, and their logic."""
        return project_of(context).compare_schedules(before, after)

    @command(schedule, "risk")
    def schedule_risk(
        context: typer.Context,
        runs: Annotated[int, typer.Option("--runs", help="How many times the plan is calculated.")] = 1000,
        seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same answer.")] = 1,
        low: Annotated[float, typer.Option("--low", help="Shortest duration, factor of planned.")] = 0.9,
        mode: Annotated[float, typer.Option("--mode", help="Likeliest duration, factor of planned.")] = 1.0,
        high: Annotated[float, typer.Option("--high", help="Longest duration, factor of planned.")] = 1.3,
    ) -> dict[str, Any]:
        """Simulate the finish with uncertain durations."""
        return project_of(context).schedule_risk(runs=runs, seed=seed, low=low, mode=mode, high=high)
