"""Tables of plans: schedules, tasks, links, calendars and the calculated dates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Double, ForeignKeyConstraint
from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant, WallTime
from bim_supervise.store.tables_base import Base


class ScheduleTable(Base, table=True):
    """A loaded plan; ``content_digest`` tells whether the same plan comes again."""

    __tablename__ = "schedule"

    id: int | None = Field(default=None, primary_key=True)
    content_digest: str = Field(unique=True)
    name: str
    source_format: str
    sha256: str
    default_calendar: str
    project_start: datetime | None = Field(default=None, sa_type=WallTime)
    data_date: datetime | None = Field(default=None, sa_type=WallTime)
    skipped: Any = Field(sa_type=Document)
    converted: Any = Field(sa_type=Document)
    calendars: Any = Field(sa_type=Document)
    resources: Any = Field(default=None, sa_type=Document, nullable=True)
    wbs: Any = Field(default=None, sa_type=Document, nullable=True)
    loaded_at: datetime = Field(sa_type=Instant)
    load_order: int


class TaskTable(Base, table=True):
    """A task of a schedule, in the order of the file."""

    __tablename__ = "task"

    schedule_id: int = Field(primary_key=True, foreign_key="schedule.id")
    position: int = Field(primary_key=True)
    id: str = Field(index=True)
    source_id: str
    name: str
    wbs: str | None = None
    parent: str | None = None
    kind: str
    duration_minutes: int | None = Field(default=None, sa_type=BigInteger)
    duration_elapsed: bool
    calendar: str | None = None
    constraint: Any = Field(sa_type=Document, nullable=True)
    manual: bool
    start: datetime | None = Field(default=None, sa_type=WallTime)
    finish: datetime | None = Field(default=None, sa_type=WallTime)
    baseline_start: datetime | None = Field(default=None, sa_type=WallTime)
    baseline_finish: datetime | None = Field(default=None, sa_type=WallTime)
    actual_start: datetime | None = Field(default=None, sa_type=WallTime)
    actual_finish: datetime | None = Field(default=None, sa_type=WallTime)
    deadline: datetime | None = Field(default=None, sa_type=WallTime)
    remaining_minutes: int | None = Field(default=None, sa_type=BigInteger)
    resumes: datetime | None = Field(default=None, sa_type=WallTime)
    percent: float | None = Field(default=None, sa_type=Double)
    budget: float | None = Field(default=None, sa_type=Double)
    quantity: float | None = Field(default=None, sa_type=Double)
    unit: str | None = None
    trade: str | None = None
    element_ids: Any = Field(sa_type=Document)
    percent_type: str | None = None
    physical_percent: float | None = Field(default=None, sa_type=Double)
    codes: Any = Field(default=None, sa_type=Document, nullable=True)
    baselines: Any = Field(default=None, sa_type=Document, nullable=True)
    assignments: Any = Field(default=None, sa_type=Document, nullable=True)


class TaskLinkTable(Base, table=True):
    """A logic link between two tasks of a schedule."""

    __tablename__ = "task_link"

    schedule_id: int = Field(primary_key=True, foreign_key="schedule.id")
    position: int = Field(primary_key=True)
    predecessor: str
    successor: str
    type: str
    lag_minutes: int = Field(sa_type=BigInteger)
    lag_elapsed: bool


class CalculationTable(Base, table=True):
    """The latest calculation of a schedule."""

    __tablename__ = "calculation"

    schedule_id: int = Field(primary_key=True, foreign_key="schedule.id")
    start: datetime | None = Field(default=None, sa_type=WallTime)
    finish: datetime | None = Field(default=None, sa_type=WallTime)
    problems: Any = Field(sa_type=Document)


class TaskDatesTable(Base, table=True):
    """The calculated dates of one task."""

    __tablename__ = "task_dates"
    __table_args__ = (ForeignKeyConstraint(["schedule_id"], ["calculation.schedule_id"]),)

    schedule_id: int = Field(primary_key=True)
    task: str = Field(primary_key=True)
    position: int
    early_start: datetime = Field(sa_type=WallTime)
    early_finish: datetime = Field(sa_type=WallTime)
    late_start: datetime = Field(sa_type=WallTime)
    late_finish: datetime = Field(sa_type=WallTime)
    total_float_hours: float = Field(sa_type=Double)
    free_float_hours: float = Field(sa_type=Double)
    critical: bool
