"""Commands that write documents and results for other tools."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.cli.output import command, project_of
from bim_supervise.core.whole_file import write_whole


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""

    @command(app, "labels")
    def labels(
        context: typer.Context,
        kind: Annotated[str, typer.Argument(metavar="KIND", help="element or device")],
        out: Annotated[Path, typer.Option("--out", metavar="FILE", help="PDF to write.")],
        address: Annotated[
            str, typer.Option("--address", metavar="URL", help="Where people reach the site's screens.")
        ],
        storey: Annotated[str | None, typer.Option("--storey", help="Elements of this storey only.")] = None,
        language: Annotated[str, typer.Option("--language", help="zh or en")] = "zh",
    ) -> dict[str, Any]:
        """Write labels with QR codes for elements or devices."""
        data = project_of(context).labels(kind, address, language=language, storey=storey)
        write_whole(out, [data])
        return {"file": str(out), "kind": kind, "bytes": len(data)}

    @command(app, "report")
    def report(
        context: typer.Context,
        kind: Annotated[str, typer.Argument(metavar="KIND", help="Which document.")],
        out: Annotated[Path, typer.Option("--out", metavar="FILE", help="File ending in .pdf or .xlsx.")],
        language: Annotated[str, typer.Option("--language", help="zh or en")] = "zh",
        first_day: Annotated[
            datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First site day.")
        ] = None,
        last_day: Annotated[
            datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last site day.")
        ] = None,
        subject: Annotated[
            str | None, typer.Option("--subject", help="Id of what the document is about.")
        ] = None,
        as_of: Annotated[str | None, typer.Option("--as-of", help="State of knowledge.")] = None,
    ) -> dict[str, Any]:
        """Write a document as PDF or XLSX."""
        return project_of(context).report(
            kind,
            out,
            language=language,
            first_day=first_day.date() if first_day else None,
            last_day=last_day.date() if last_day else None,
            subject=subject,
            as_of=as_of,
        )
