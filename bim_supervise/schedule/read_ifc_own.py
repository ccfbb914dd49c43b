"""What a plan written by this software keeps in the property set ``BimSupervise_Task``; untrusted input."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from bim_supervise.schedule.details import ActivityCode, Baseline, WbsNode
from bim_supervise.schedule.tasks import Link, SchedulingRules, Task
from bim_supervise.schedule.values import iso_moment

OWN = "BimSupervise_Task"
OWN_PLAN = "BimSupervise_Plan"
"""Names of the property sets on tasks and on the work schedule."""


def moment_in(values: Mapping[str, Any], name: str) -> datetime | None:
    """A moment kept as text; None when it is absent or no date."""
    text = values.get(name)
    return iso_moment(text) if isinstance(text, str) and text else None


def wbs_of(task: Any, values: Mapping[str, Any]) -> str | None:
    """The WBS code: IFC keeps it, or the task's id, in ``Identification``."""
    if "Id" in values:
        return str(values["Wbs"]) if values.get("Wbs") else None
    return task.Identification or None


def codes_in(values: Mapping[str, Any]) -> tuple[ActivityCode, ...]:
    """Activity codes kept as JSON ``[[type, value, name], ...]``."""
    return tuple(
        ActivityCode(type=row[0], value=row[1], name=row[2] if isinstance(row[2], str) else None)
        for row in _rows(values, "Codes", 3)
        if isinstance(row[0], str) and isinstance(row[1], str)
    )


def baselines_in(values: Mapping[str, Any]) -> tuple[Baseline, ...]:
    """Baselines kept as JSON ``[[name, start, finish, minutes, cost], ...]``."""
    return tuple(
        Baseline(
            name=str(row[0]),
            start=iso_moment(row[1]) if isinstance(row[1], str) else None,
            finish=iso_moment(row[2]) if isinstance(row[2], str) else None,
            duration_minutes=row[3] if isinstance(row[3], int) else None,
            cost=float(row[4]) if isinstance(row[4], int | float) else None,
        )
        for row in _rows(values, "Baselines", 5)
    )


def elements_in(values: Mapping[str, Any]) -> tuple[str, ...]:
    """GlobalIds kept as JSON because the elements lie in another file."""
    text = values.get("GlobalIds")
    try:
        found = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return ()
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def wbs_names_in(values: Mapping[str, Any]) -> tuple[WbsNode, ...]:
    """Names of the work breakdown kept as JSON ``[[path, name], ...]``."""
    return tuple(WbsNode(path=str(row[0]), name=str(row[1])) for row in _rows(values, "Wbs", 2))


def rules_in(values: Mapping[str, Any]) -> SchedulingRules | None:
    """Scheduling options kept as JSON; None when there are none or they make no sense."""
    text = values.get("Rules")
    try:
        return msgspec.json.decode(text, type=SchedulingRules) if isinstance(text, str) else None
    except msgspec.MsgspecError:
        return None


def _rows(values: Mapping[str, Any], name: str, length: int) -> Iterable[list[Any]]:
    text = values.get(name)
    if not isinstance(text, str):
        return []
    try:
        found = json.loads(text)
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    return [row for row in found if isinstance(row, list) and len(row) == length]


def with_own_ids(
    tasks: list[Task], links: tuple[Link, ...], values: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Task], tuple[Link, ...]]:
    """Tasks and links by the ids the tasks had before the plan became IFC, when every task kept one."""
    own = {task.id: str(found) for task in tasks if (found := values.get(task.id, {}).get("Id")) is not None}
    if len(own) != len(tasks) or len(set(own.values())) != len(own):
        return tasks, links
    return (
        [replace(task, id=own[task.id], parent=own.get(task.parent or "")) for task in tasks],
        tuple(
            replace(link, predecessor=own[link.predecessor], successor=own[link.successor]) for link in links
        ),
    )
