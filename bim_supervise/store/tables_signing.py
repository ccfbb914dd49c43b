"""Tables beside the ledger: signers' keys, delegations, who read personal data, outside identities."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant
from bim_supervise.store.tables_base import Base


class SigningKeyTable(Base, table=True):
    """A signer's Ed25519 key; the private half only as it is sealed under its owner's password.

    A key that was replaced keeps its public half; its sealed half is forgotten.
    """

    __tablename__ = "signing_key"

    id: int | None = Field(default=None, primary_key=True)
    public_key: str = Field(unique=True)
    user: str = Field(foreign_key="user_account.name", index=True)
    sealed: Any = Field(sa_type=Document, nullable=True)
    created_at: datetime = Field(sa_type=Instant)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class DelegationTable(Base, table=True):
    """A capacity handed on for some days; the ledger entry ``entry`` says so, this table finds it quickly."""

    __tablename__ = "delegation"

    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    delegator: str = Field(index=True)
    delegate: str = Field(index=True)
    capacity: str
    first_day: date
    last_day: date
    withdrawn_by: int | None = None


class AccessTable(Base, table=True):
    """Who read personal data, about whom, when and why."""

    __tablename__ = "access_log"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant, index=True)
    user: str = Field(index=True)
    what: str
    subject: str
    reason: str | None = None


class IdentityTable(Base, table=True):
    """An account's identity at an outside OpenID provider."""

    __tablename__ = "identity"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    user: str = Field(foreign_key="user_account.name", index=True)
