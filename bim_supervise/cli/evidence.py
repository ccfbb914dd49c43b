"""Commands that bring evidence in: observe, listen; and what it proves: evaluate, status."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from bim_supervise.api import listen as listen_to
from bim_supervise.api import listen_hj212
from bim_supervise.cli.doors import summed, together
from bim_supervise.cli.output import StageBar, command, messages, project_of

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="T", help="Site date (its end), site time, or ISO 8601 with offset."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""

    @command(app, "observe")
    def observe(
        context: typer.Context,
        files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, JSONL or Parquet files.")],
        mapping: Annotated[
            Path | None, typer.Option("--mapping", metavar="YAML", help="Which column is what.")
        ] = None,
    ) -> dict[str, Any]:
        """Replay observations from files; duplicates are ignored, bad rows are listed."""
        project = project_of(context)
        with StageBar() as progress:
            return project.observe(files, mapping=mapping, on_progress=progress)

    @command(app, "listen")
    def listen(
        context: typer.Context,
        mqtt: Annotated[
            str | None, typer.Option("--mqtt", metavar="URL", help="mqtt://user:password@host:port")
        ] = None,
        hj212: Annotated[
            str | None, typer.Option("--hj212", metavar="HOST:PORT", help="Where HJ 212 stations connect.")
        ] = None,
        sparkplug: Annotated[
            str | None, typer.Option("--sparkplug", metavar="HOST_ID", help="Be this Sparkplug host.")
        ] = None,
        topic: Annotated[
            list[str] | None, typer.Option("--topic", help="Topic filter; default bim-supervise/#.")
        ] = None,
        trusted: Annotated[
            bool,
            typer.Option(
                "--trusted", help="The broker authenticates every sender: its messages may prove and release."
            ),
        ] = False,
    ) -> dict[str, Any]:
        """Subscribe to a broker and serve stations until stopped (Ctrl-C), then report the counters."""
        if mqtt is None and hj212 is None:
            raise typer.BadParameter("name a broker with --mqtt, an address with --hj212, or both")
        project = project_of(context)

        async def run() -> dict[str, Any]:
            stop = asyncio.Event()
            for name in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(name, stop.set)
            messages.print("Listening; stop with Ctrl-C.")
            doors = []
            if mqtt is not None:
                doors.append(listen_to(project, mqtt, topic, trusted, stop, sparkplug_host=sparkplug))
            if hj212 is not None:
                doors.append(listen_hj212(project, hj212, stop))
            return summed(await together(doors, stop))

        return asyncio.run(run())

    @command(app, "evaluate")
    def evaluate(context: typer.Context, as_of: AsOf = None) -> dict[str, Any]:
        """Judge everything again at a moment: verdicts and alarms."""
        return project_of(context).evaluate(as_of)

    @command(app, "status")
    def status(context: typer.Context, as_of: AsOf = None) -> Any:
        """The state of the project at a moment."""
        return project_of(context).status(as_of)
