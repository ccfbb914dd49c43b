"""Stored plans: their list, comparison of two, and writing one for other planning tools."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bim_supervise.api.base import PLAN, ProjectBase, existing_file
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.schedule.compare import PlanComparison, compare_plans
from bim_supervise.schedule.mspdi_text import mspdi_text
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import Schedule, Skipped
from bim_supervise.store.work import Work


class Plans(ProjectBase):
    """More than one plan, and plans on their way out."""

    def schedules(self) -> list[dict[str, Any]]:
        """Stored plans, the current one first."""
        with self._store.reading() as work:
            return [dict(row) for row in work.schedules()]

    def compare_schedules(self, before: str, after: str) -> dict[str, Any]:
        """What changed from one plan to another.

        Args:
            before: number of a stored plan, ``current``, or a path of a plan file.
            after: the same.

        Raises:
            NotFound: ``schedule_unknown`` or ``schedule_missing``.
            InputRefused: a file that cannot be read as a plan.
        """
        found: PlanComparison = compare_plans(self._plan_named(before), self._plan_named(after))
        return {
            "before": before,
            "after": after,
            "unchanged": found.unchanged,
            "moved": [dataclasses.asdict(one) for one in found.moved],
            "changed": [
                {
                    "id": one.id,
                    "name": one.name,
                    "fields": [{"field": name, "before": old, "after": new} for name, old, new in one.fields],
                }
                for one in found.changed
            ],
            "added": [{"id": task, "name": name} for task, name in found.added],
            "removed": [{"id": task, "name": name} for task, name in found.removed],
            "renumbered": [{"before": old, "after": new} for old, new in found.renumbered],
            "links": [dataclasses.asdict(one) for one in found.links],
            "finish_before": found.finish_before,
            "finish": found.finish,
        }

    def export_mspdi(self, path: str | Path) -> dict[str, Any]:
        """Write the current plan as MS Project XML.

        Raises:
            NotFound: ``schedule_missing``.
            InputRefused: ``file_not_writable``.
        """
        with self._store.reading() as work:
            schedule = self._current(work)
        text = mspdi_text(schedule)
        _write(Path(path), lambda target: target.write_bytes(text.content))
        return _written(path, schedule, text.dropped)

    def export_ifc_plan(self, path: str | Path, model: str | Path | None = None) -> dict[str, Any]:
        """Write the current plan as IfcTask, alone or into a copy of a model, with its element links.

        Raises:
            NotFound: ``schedule_missing`` or ``file_missing``.
            InputRefused: ``ifc_schema_unsupported`` or ``file_not_writable``.
        """
        base = None if model is None else existing_file(model)
        with self._store.reading() as work:
            schedule = self._current(work)
            calculation = work.calculation()
            linked: dict[str, list[str]] = {}
            for element, task, _ in work.links():
                linked.setdefault(task, []).append(element)
        tied = dataclasses.replace(
            schedule,
            tasks=tuple(
                dataclasses.replace(task, element_ids=tuple(linked.get(task.id, task.element_ids)))
                for task in schedule.tasks
            ),
        )
        dropped: list[Skipped] = []

        def write(target: Path) -> None:
            # Imported here because ifcopenshell takes a second to import and only IFC plans need it.
            from bim_supervise.report.ifc_plan import write_ifc_plan

            dropped.extend(write_ifc_plan(target, tied, calculation=calculation, model=base))

        _write(Path(path), write)
        return _written(path, tied, tuple(dropped))

    def schedule_risk(
        self, *, runs: int = 1000, seed: int = 1, low: float = 0.9, mode: float = 1.0, high: float = 1.3
    ) -> dict[str, Any]:
        """The finish of the current plan when durations are uncertain.

        Args:
            runs: how many times the plan is calculated with drawn durations.
            seed: the same seed gives the same answer.
            low: shortest duration as a factor of the planned one.
            mode: likeliest duration.
            high: longest duration.

        Raises:
            NotFound: ``schedule_missing``.
            InputRefused: ``risk_runs``, ``risk_spread`` or ``risk_plan``.
        """
        # Imported here because numba takes a second to import and only this needs it.
        from bim_supervise.schedule.risk import Spread, simulate

        with self._store.reading() as work:
            schedule = self._current(work)
        found = simulate(schedule, runs=runs, seed=seed, usual=Spread(low=low, mode=mode, high=high))
        names = {task.id: task.name for task in schedule.tasks}
        driving = sorted(found.driving.items(), key=lambda item: (-item[1], item[0]))
        return {
            "runs": found.runs,
            "planned": found.planned,
            "chance_of_planned": found.chance_of_planned,
            "finish": {f"p{percent}": moment for percent, moment in found.finishes.items()},
            "milestones": [
                {
                    "id": task,
                    "name": names[task],
                    **{f"p{percent}": moment for percent, moment in row.items()},
                }
                for task, row in found.milestones.items()
            ],
            "driving": [{"id": task, "name": names[task], "share": share} for task, share in driving],
        }

    def use_schedule(self, number: int) -> None:
        """Make a stored plan the current one again.

        Raises:
            NotFound: ``schedule_unknown``.
        """
        with self._write(PLAN) as work:
            if not work.use_schedule(number):
                raise _unknown(str(number))

    def _current(self, work: Work) -> Schedule:
        schedule = work.current_schedule()
        if schedule is None:
            raise NotFound(
                "schedule_missing",
                "The project has no schedule yet.",
                "Load one first: bim-supervise schedule load FILE.",
            )
        return schedule

    def _plan_named(self, name: str) -> Schedule:
        if not name.isdecimal() and name != "current":
            file = Path(name).expanduser()
            if not file.is_file():
                raise _unknown(name)
            return read_schedule(file)
        with self._store.reading() as work:
            if name == "current":
                return self._current(work)
            schedule = work.schedule(int(name))
        if schedule is None:
            raise _unknown(name)
        return schedule


def _unknown(name: str) -> NotFound:
    return NotFound(
        "schedule_unknown",
        f"'{name}' is no stored plan of this project and no plan file.",
        "Use a number of bim-supervise schedule list, the word current, or the path of a plan file.",
        name=name,
    )


def _written(path: str | Path, schedule: Schedule, dropped: tuple[Skipped, ...]) -> dict[str, Any]:
    return {
        "file": str(path),
        "tasks": len(schedule.tasks),
        "links": len(schedule.links),
        "calendars": len(schedule.calendars),
        "dropped": [{"what": item.what, "reason": item.reason} for item in dropped],
    }


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the target and put it in place when whole, so that a failure leaves no half file."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".plan-", suffix=path.suffix)
        os.close(handle)
        try:
            write(Path(name))
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputRefused(
            "file_not_writable",
            f"{path} cannot be written: {error.strerror}.",
            "Choose another folder.",
            path=str(path),
            problem=error.strerror,
        ) from error
