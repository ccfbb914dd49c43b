"""Tables of verdicts and alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Double
from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant, KeyInstant
from bim_supervise.store.tables_base import Base


class VerdictTable(Base, table=True):
    """The latest verdict of a rule for a subject, window and checkpoint (empty: the rule's own watch).

    A window is where it starts and how long it is [us]: an hour and a day that begin together are two.

    ``first_end`` and ``steps`` are set where the row stands for several silent windows; see ``silences``.
    """

    __tablename__ = "verdict"

    rule: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    checkpoint: str = Field(primary_key=True, index=True)
    window_start: datetime | None = Field(primary_key=True, sa_type=KeyInstant)
    window_span: int = Field(primary_key=True, sa_type=BigInteger)
    window_end: datetime | None = Field(default=None, sa_type=Instant, index=True)
    task: str | None = None
    element: str | None = None
    device: str | None = None
    outcome: str
    reason: str
    params: Any = Field(sa_type=Document)
    value: float | None = Field(default=None, sa_type=Double)
    unit: str
    limit: Any = Field(sa_type=Document, nullable=True)
    completeness: float | None = Field(default=None, sa_type=Double)
    since: datetime | None = Field(default=None, sa_type=Instant)
    evidence: Any = Field(sa_type=Document)
    digest: str
    severity: str
    first_end: datetime | None = Field(default=None, sa_type=Instant)
    steps: Any = Field(default=None, sa_type=Document, nullable=True)


class AlarmTable(Base, table=True):
    """The life of a failing verdict; ``scope`` names what is replaced together."""

    __tablename__ = "alarm"

    id: str = Field(primary_key=True)
    scope: str = Field(index=True)
    rule: str
    subject: str
    task: str | None = None
    element: str | None = None
    device: str | None = None
    severity: str
    kind: str
    reason: str
    params: Any = Field(sa_type=Document)
    value: float | None = Field(default=None, sa_type=Double)
    unit: str
    limit: Any = Field(sa_type=Document, nullable=True)
    raised_at: datetime = Field(sa_type=Instant, index=True)
    cleared_at: datetime | None = Field(default=None, sa_type=Instant)
    verdict_digest: str


class AlarmActionTable(Base, table=True):
    """What a person did about an alarm; kept even if late evidence takes the alarm back."""

    __tablename__ = "alarm_action"

    id: int | None = Field(default=None, primary_key=True)
    alarm_id: str = Field(index=True)
    user: str
    action: str
    comment: str
    at: datetime = Field(sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)


class NoticeTable(Base, table=True):
    """A notice about an alarm to one contact; ``id`` is the digest of what it says, so it goes out once."""

    __tablename__ = "notice"

    id: str = Field(primary_key=True)
    alarm_id: str = Field(index=True)
    event: str
    contact: str
    state: str = Field(index=True)
    created_at: datetime = Field(sa_type=Instant)
    tried_at: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int
    problem: str
