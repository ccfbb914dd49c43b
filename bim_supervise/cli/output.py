"""How every command answers: one JSON document on stdout, or a table for people; messages on stderr."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bim_supervise.api import Project
from bim_supervise.core.errors import SupervisionError

messages = Console(stderr=True, highlight=False)


@dataclasses.dataclass(slots=True)
class Target:
    """Which project the command line means."""

    directory: Path | None
    database_url: str | None

    def open(self) -> Project:
        """The open project."""
        return Project.open(self.directory, database_url=self.database_url)


@dataclasses.dataclass(slots=True)
class Answer:
    """An answer that is complete but says that something is wrong: exit code 1 unless ``ok``."""

    value: Any
    ok: bool


def group_of(app: typer.Typer, name: str) -> typer.Typer:
    """The group of commands of that name, so that another module can add to it."""
    found = next(group.typer_instance for group in app.registered_groups if group.name == name)
    assert found is not None
    return found


def plain(value: Any) -> Any:
    """Any answer as plain JSON data: dataclasses to objects, times to ISO 8601."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value


def answer(value: Any, *, as_json: bool) -> None:
    """Write the answer of a command to stdout."""
    data = plain(value)
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
        sys.stdout.flush()
        return
    console = Console(highlight=False)
    if isinstance(data, list):
        _show_rows(console, data)
    elif isinstance(data, dict):
        _show_fields(console, data)
    else:
        console.print(data, markup=False)


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, (dict, list)):
        return escape(json.dumps(value, ensure_ascii=False)) if value else "—"
    if isinstance(value, float):
        return f"{value:.6g}"
    return escape(str(value))


def _show_rows(console: Console, rows: list[Any]) -> None:
    if not rows:
        console.print("(nothing)")
        return
    if not isinstance(rows[0], dict):
        for row in rows:
            console.print(_cell(row))
        return
    table = Table()
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in rows[0]))
    console.print(table)


def _show_fields(console: Console, data: dict[str, Any]) -> None:
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            console.print(f"[bold]{key}[/bold] ({len(value)})")
            _show_rows(console, value)
        elif isinstance(value, dict):
            inner = "  ".join(f"{name}={_cell(item)}" for name, item in value.items())
            console.print(f"[bold]{key}[/bold]: {inner or '—'}")
        else:
            console.print(f"[bold]{key}[/bold]: {_cell(value)}")


def fail(error: SupervisionError, *, as_json: bool) -> None:
    """Report a refused or failed job and leave with exit code 1."""
    if as_json:
        sys.stdout.write(json.dumps({"error": error.as_dict()}, ensure_ascii=False) + "\n")
    else:
        messages.print(f"[red]{escape(error.message)}[/red] [dim]({error.code})[/dim]")
        if error.hint:
            messages.print(escape(error.hint))
    raise typer.Exit(1)


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a command that takes ``--json`` and answers with what it returns."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function, eval_str=True)
        option = inspect.Parameter(
            "json_output",
            inspect.Parameter.KEYWORD_ONLY,
            default=False,
            annotation=Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")],
        )

        @functools.wraps(function)
        def wrapper(*args: Any, json_output: bool = False, **kwargs: Any) -> None:
            try:
                result = function(*args, **kwargs)
            except SupervisionError as error:
                fail(error, as_json=json_output)
            except KeyboardInterrupt:
                messages.print("Interrupted; everything acknowledged so far is kept.")
                raise typer.Exit(1) from None
            else:
                ok = True
                if isinstance(result, Answer):
                    result, ok = result.value, result.ok
                if result is not None:
                    answer(result, as_json=json_output)
                if not ok:
                    raise typer.Exit(1)

        parameters = [*signature.parameters.values(), option]
        wrapper.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {item.name: item.annotation for item in parameters}
        app.command(name)(wrapper)
        return wrapper

    return register


class StageBar:
    """A progress bar on stderr for work in stages; silent when stderr is no terminal."""

    def __enter__(self) -> Callable[[str, float], None]:
        self._bar = Progress(
            TextColumn("{task.description:<22}"), BarColumn(), TimeElapsedColumn(), console=messages,
            disable=not messages.is_terminal,
        )  # fmt: skip
        self._bar.start()
        self._tasks: dict[str, Any] = {}
        return self._report

    def _report(self, stage: str, share: float) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(stage, total=1.0)
        self._bar.update(self._tasks[stage], completed=share)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


class CountBar:
    """A progress bar on stderr over a number of things; silent when stderr is no terminal."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> Callable[[int], Callable[[int], None]]:
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=messages, disable=not messages.is_terminal,
        )  # fmt: skip
        self._bar.start()
        return self._over

    def _over(self, total: int) -> Callable[[int], None]:
        task = self._bar.add_task(self._what, total=total or None)
        return lambda done: self._bar.update(task, completed=done)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def project_of(context: typer.Context) -> Project:
    """The project that this command line names, opened."""
    target: Target = context.obj
    project = target.open()
    context.call_on_close(project.close)
    return project


def limited(rows: Sequence[Any], most: int | None) -> list[Any]:
    """At most ``most`` rows (all when None)."""
    return list(rows if most is None else rows[:most])
