"""Commands that link elements to tasks by rule and by suggestion, and that draft a plan."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import LEAST_CONFIDENCE
from bim_supervise.cli.output import command, project_of


def register(link: typer.Typer, schedule: typer.Typer) -> None:
    """Add these commands to the groups ``link`` and ``schedule``."""

    @command(link, "rules")
    def link_rules(
        context: typer.Context,
        file: Annotated[
            Path | None, typer.Argument(metavar="[FILE]", help="YAML file of rules; default: the kept ones.")
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, but link nothing.")] = False,
    ) -> dict[str, Any]:
        """Link elements to tasks by stored rules, which every new revision of the model meets again."""
        return project_of(context).load_link_rules(file, dry_run=dry_run)

    @command(link, "suggest")
    def link_suggest(
        context: typer.Context,
        apply: Annotated[
            bool, typer.Option("--apply", help="Link what names one task only; nothing is linked without it.")
        ] = False,
        least: Annotated[
            float, typer.Option("--least", min=0.0, max=1.0, help="Least confidence, 0..1.")
        ] = LEAST_CONFIDENCE,
    ) -> dict[str, Any]:
        """Suggest tasks for elements that have none, with the reasons and a confidence."""
        return project_of(context).suggest_links(apply=apply, least=least)

    @command(schedule, "draft")
    def schedule_draft(
        context: typer.Context,
        start: Annotated[
            datetime | None, typer.Option("--start", formats=["%Y-%m-%d"], help="First day of work.")
        ] = None,
        trades: Annotated[
            Path | None, typer.Option("--trades", metavar="YAML", help="Trades and rates of your own.")
        ] = None,
        language: Annotated[str, typer.Option("--language", help="zh or en, of the tasks' names.")] = "zh",
        replace: Annotated[
            bool, typer.Option("--replace", help="Put it in the place of the project's plan.")
        ] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Work it out, but store nothing.")] = False,
    ) -> dict[str, Any]:
        """Draft a plan from the model alone: what carries comes first, storeys and trades in order."""
        return project_of(context).draft_schedule(
            start=start.date() if start else None,
            trades=trades,
            language=language,
            replace=replace,
            dry_run=dry_run,
        )
