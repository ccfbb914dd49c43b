"""The checkpoint plan of a project: a YAML file of checkpoints at tasks, or of the whole site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from bim_supervise.checkpoints.contract import Boundary, Checkpoint, Control, Kind, Terms
from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.tasks import Schedule, Task, TaskKind

_E = TypeVar("_E", bound=StrEnum)
_KEYS = {
    "id", "kind", "control", "boundary", "rule", "task", "title", "parameters", "required_capacities",
    "terms",
}  # fmt: skip


def read_checkpoints(
    path: Path, schedule: Schedule | None, capacities: Sequence[str]
) -> tuple[Checkpoint, ...]:
    """Read checkpoints and resolve the tasks they stand at.

    Args:
        path: YAML file: a list, or a mapping with the list under ``checkpoints``.
        schedule: the current plan; ``task`` may be a task id, a source id, a WBS code or a unique name.
        capacities: the capacities that ``required_capacities`` may name.

    Raises:
        InputRefused: ``checkpoints_unreadable`` or ``checkpoint_invalid``, naming the entry and the field.
    """
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputRefused(
            "checkpoints_unreadable",
            f"{path.name} cannot be read as YAML: {error}",
            "Write a list of checkpoints; see docs/formats.md.",
            file=path.name,
            problem=str(error),
        ) from error
    rows = data.get("checkpoints") if isinstance(data, Mapping) else data
    if not isinstance(rows, list):
        raise InputRefused(
            "checkpoints_unreadable",
            f"{path.name} holds no list of checkpoints.",
            "Write a list of checkpoints; see docs/formats.md.",
            file=path.name,
        )
    found: dict[str, Checkpoint] = {}
    for number, row in enumerate(rows, 1):
        point = _Entry(path.name, number, row).checkpoint(schedule, capacities)
        if point.id in found:
            raise _invalid(path.name, number, "id", f"'{point.id}' stands twice")
        found[point.id] = point
    return tuple(found.values())


def find_task(schedule: Schedule | None, text: str) -> Task | None:
    """The one task (no summary) with this id, source id, WBS code or name; None when none or several fit."""
    if schedule is None:
        return None
    tasks = [task for task in schedule.tasks if task.kind is not TaskKind.SUMMARY]
    for key in ("id", "source_id", "wbs", "name"):
        fits = [task for task in tasks if getattr(task, key) == text]
        if fits:
            return fits[0] if len(fits) == 1 else None
    return None


def read_terms(told: Any) -> Terms:
    """The terms of a checkpoint from plain data.

    Raises:
        ValueError: saying which field is wrong.
    """
    if not isinstance(told, Mapping):
        raise ValueError("no mapping of fields")
    known = {field.name for field in fields(Terms)} - {"origin"}
    strange = sorted(str(key) for key in told if key not in known)
    if strange:
        raise ValueError(f"'{strange[0]}' is no field; known are {', '.join(sorted(known))}")
    terms = msgspec.convert(dict(told), Terms)
    if terms.if_absent not in (None, "proceed", "wait"):
        raise ValueError("'if_absent' is neither proceed nor wait")
    for name in ("notice_hours", "review_hours"):
        hours = getattr(terms, name)
        if hours is not None and not 0 <= hours <= 10_000:
            raise ValueError(f"'{name}' is no number of hours")
    return terms


class _Entry:
    def __init__(self, file: str, number: int, row: Any) -> None:
        if not isinstance(row, Mapping):
            raise _invalid(file, number, "", "is no mapping of fields")
        self._file, self._number, self._row = file, number, row
        unknown = sorted(str(key) for key in row if key not in _KEYS)
        if unknown:
            raise _invalid(file, number, unknown[0], f"is no field; known are {', '.join(sorted(_KEYS))}")

    def checkpoint(self, schedule: Schedule | None, capacities: Sequence[str]) -> Checkpoint:
        required = self._row.get("required_capacities") or []
        for capacity in required if isinstance(required, list) else [required]:
            if capacity not in capacities:
                raise self._wrong("required_capacities", f"'{capacity}' is none of {', '.join(capacities)}")
        title = self._row.get("title") or {}
        parameters = self._row.get("parameters") or {}
        if not isinstance(title, Mapping) or not isinstance(parameters, Mapping):
            raise self._wrong("title" if not isinstance(title, Mapping) else "parameters", "is no mapping")
        control = self._choice(Control, "control")
        boundary = self._choice(Boundary, "boundary")
        task = self._task(schedule)
        if control is Control.HOLD and not required:
            raise self._wrong("required_capacities", "is empty; a hold point needs somebody who signs")
        if boundary is not Boundary.THROUGHOUT and task is None:
            raise self._wrong("task", "is empty; a checkpoint at a start or finish needs its task")
        return Checkpoint(
            id=self._text("id"),
            kind=self._choice(Kind, "kind"),
            control=control,
            boundary=boundary,
            rule=self._text("rule"),
            task=task,
            title={str(key): str(value) for key, value in title.items()},
            parameters=dict(parameters),
            required_capacities=tuple(required),
            terms=self._terms(),
        )

    def _terms(self) -> Terms | None:
        told = self._row.get("terms")
        if told is None:
            return None
        try:
            return read_terms(told)
        except ValueError as error:
            raise self._wrong("terms", f"cannot be read: {error}") from error

    def _task(self, schedule: Schedule | None) -> str | None:
        text = self._row.get("task")
        if text is None:
            return None
        task = find_task(schedule, str(text))
        if task is None:
            raise self._wrong("task", f"'{text}' is not exactly one task of the current schedule")
        return task.id

    def _text(self, key: str) -> str:
        value = self._row.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "is missing")
        return value.strip()

    def _choice(self, kind: type[_E], key: str) -> _E:
        try:
            return kind(self._text(key))
        except ValueError:
            raise self._wrong(key, f"is none of {', '.join(item.value for item in kind)}") from None

    def _wrong(self, field: str, problem: str) -> InputRefused:
        return _invalid(self._file, self._number, field, problem)


def _invalid(file: str, number: int, field: str, problem: str) -> InputRefused:
    return InputRefused(
        "checkpoint_invalid",
        f"{file}, checkpoint {number}: {field} {problem}.".replace(":  ", ": "),
        "Correct the entry and load the file again; nothing was stored.",
        file=file,
        number=number,
        field=field,
        problem=problem,
    )
