"""Plans and their calculated dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select, update

from bim_supervise.core.canonical import sha256_hex
from bim_supervise.core.errors import NotFound
from bim_supervise.schedule.tasks import Calculation, Link, Schedule, Task, TaskDates
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_schedule import (
    CalculationTable,
    ScheduleTable,
    TaskDatesTable,
    TaskLinkTable,
    TaskTable,
)
from bim_supervise.store.work_base import Row, WorkBase, to_record, to_row

_SCHEDULE = table_of(ScheduleTable)
_TASK = table_of(TaskTable)
_LINK = table_of(TaskLinkTable)
_CALCULATION = table_of(CalculationTable)
_DATES = table_of(TaskDatesTable)


def _known(row: Row) -> Row:
    """Without what is null: a column that an earlier version did not have becomes the field's default."""
    return {name: value for name, value in row.items() if value is not None}


class WorkSchedule(WorkBase):
    """The current plan is the one that was loaded last."""

    def add_schedule(self, schedule: Schedule, loaded_at: datetime) -> int:
        """Store a plan and make it the current one; the very same plan is not stored again.

        Returns:
            The id of the plan.
        """
        digest = sha256_hex(msgspec.json.encode(schedule, order="sorted"))
        order = self._next(ScheduleTable, "load_order")
        known = self._row(select(_SCHEDULE.c.id).where(_SCHEDULE.c.content_digest == digest))
        if known is not None:
            self._connection.execute(
                update(_SCHEDULE).where(_SCHEDULE.c.id == known["id"]).values(load_order=order)
            )
            return int(known["id"])
        row = to_row(
            schedule,
            without=("tasks", "links"),
            content_digest=digest,
            loaded_at=loaded_at,
            load_order=order,
        )
        schedule_id = self._insert_one(ScheduleTable, row)
        self._insert(
            TaskTable,
            (to_row(task, schedule_id=schedule_id, position=n) for n, task in enumerate(schedule.tasks)),
        )
        self._insert(
            TaskLinkTable,
            (to_row(link, schedule_id=schedule_id, position=n) for n, link in enumerate(schedule.links)),
        )
        return schedule_id

    def current_schedule(self) -> Schedule | None:
        """The plan that was loaded last, or None."""
        return self._schedule(self._row(select(_SCHEDULE).order_by(_SCHEDULE.c.load_order.desc()).limit(1)))

    def schedule(self, number: int) -> Schedule | None:
        """A stored plan by its number, or None."""
        return self._schedule(self._row(select(_SCHEDULE).where(_SCHEDULE.c.id == number)))

    def schedules(self) -> Sequence[Row]:
        """Stored plans with their number of tasks, the current one first."""
        count = select(func.count()).where(_TASK.c.schedule_id == _SCHEDULE.c.id).scalar_subquery()
        return self._rows(
            select(
                _SCHEDULE.c.id,
                _SCHEDULE.c.name,
                _SCHEDULE.c.source_format.label("format"),
                _SCHEDULE.c.sha256,
                _SCHEDULE.c.data_date,
                _SCHEDULE.c.loaded_at,
                count.label("tasks"),
            ).order_by(_SCHEDULE.c.load_order.desc())
        )

    def use_schedule(self, number: int) -> bool:
        """Make a stored plan the current one; False when there is none of that number."""
        order = self._next(ScheduleTable, "load_order")
        changed = self._connection.execute(
            update(_SCHEDULE).where(_SCHEDULE.c.id == number).values(load_order=order)
        )
        return changed.rowcount == 1

    def _schedule(self, row: Row | None) -> Schedule | None:
        if row is None:
            return None
        tasks = self._rows(select(_TASK).where(_TASK.c.schedule_id == row["id"]).order_by(_TASK.c.position))
        links = self._rows(select(_LINK).where(_LINK.c.schedule_id == row["id"]).order_by(_LINK.c.position))
        return to_record(
            {
                **_known(row),
                "tasks": tuple(to_record(_known(task), Task) for task in tasks),
                "links": tuple(to_record(link, Link) for link in links),
            },
            Schedule,
        )

    def save_calculation(self, calculation: Calculation) -> None:
        """Keep the calculated dates of the current plan, in place of earlier ones.

        Raises:
            NotFound: ``schedule_missing`` when no plan is loaded.
        """
        schedule_id = self._current_schedule_id()
        if schedule_id is None:
            raise NotFound("schedule_missing", "No schedule is loaded.", "Load one first.")
        self._connection.execute(delete(_DATES).where(_DATES.c.schedule_id == schedule_id))
        row = to_row(calculation, without=("dates",), schedule_id=schedule_id)
        self._upsert(CalculationTable, [row])
        self._insert(
            TaskDatesTable,
            (
                to_row(dates, schedule_id=schedule_id, task=task, position=n)
                for n, (task, dates) in enumerate(calculation.dates.items())
            ),
        )

    def calculation(self) -> Calculation | None:
        """The calculated dates of the current plan, or None when it was not calculated yet."""
        schedule_id = self._current_schedule_id()
        row = self._row(select(_CALCULATION).where(_CALCULATION.c.schedule_id == schedule_id))
        if row is None:
            return None
        dates = self._rows(
            select(_DATES).where(_DATES.c.schedule_id == schedule_id).order_by(_DATES.c.position)
        )
        return to_record(
            {**row, "dates": {date["task"]: to_record(date, TaskDates) for date in dates}}, Calculation
        )

    def _current_schedule_id(self) -> int | None:
        row = self._row(select(_SCHEDULE.c.id).order_by(_SCHEDULE.c.load_order.desc()).limit(1))
        return None if row is None else int(row["id"])
