"""Tables of people: accounts, appointments, login sessions."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

from bim_supervise.store.column_types import Instant
from bim_supervise.store.tables_base import Base


class UserTable(Base, table=True):
    """An account; only the hash of its password is known."""

    __tablename__ = "user_account"

    name: str = Field(primary_key=True)
    display_name: str
    password_hash: str
    language: str
    created_at: datetime = Field(sa_type=Instant)


class AppointmentTable(Base, table=True):
    """Who holds which capacity from when to when."""

    __tablename__ = "appointment"

    id: int | None = Field(default=None, primary_key=True)
    user: str = Field(foreign_key="user_account.name", index=True)
    capacity: str
    first_day: date
    last_day: date | None = None
    certificate: str | None = None


class SessionTable(Base, table=True):
    """A login session; only the hash of its token is known."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True)
    user: str = Field(foreign_key="user_account.name", index=True)
    created: datetime = Field(sa_type=Instant)
    expires: datetime = Field(sa_type=Instant, index=True)
