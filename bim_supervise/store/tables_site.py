"""Tables of the site's set-up: what hangs on which task, devices, checkpoints."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Double
from sqlmodel import Field

from bim_supervise.store.column_types import Document
from bim_supervise.store.tables_base import Base


class ElementTaskTable(Base, table=True):
    """An element-task link and where it came from."""

    __tablename__ = "element_task"

    element_id: str = Field(primary_key=True)
    task_id: str = Field(primary_key=True, index=True)
    origin: str


class DeviceTable(Base, table=True):
    """A device of the registry."""

    __tablename__ = "device"

    id: str = Field(primary_key=True)
    name: str
    kinds: Any = Field(sa_type=Document)
    purpose: str | None = None
    zone: str | None = None
    position: Any = Field(sa_type=Document, nullable=True)
    expected_interval_s: float = Field(sa_type=Double)
    calibrated_until: date | None = None
    life_safety: bool
    owner: str | None = None


class CheckpointTable(Base, table=True):
    """A defined checkpoint; ``place`` keeps the order of the definition."""

    __tablename__ = "checkpoint"

    id: str = Field(primary_key=True)
    place: int
    kind: str
    control: str
    boundary: str
    rule: str
    task: str | None = Field(default=None, index=True)
    title: Any = Field(sa_type=Document)
    parameters: Any = Field(sa_type=Document)
    required_capacities: Any = Field(sa_type=Document)
    terms: Any = Field(default=None, sa_type=Document, nullable=True)
