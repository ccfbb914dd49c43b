"""Signers' keys, delegations, and the log of reads of personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_signing import (
    AccessTable,
    DelegationTable,
    SigningKeyTable,
)
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_KEY = table_of(SigningKeyTable)
_DELEGATION = table_of(DelegationTable)
_ACCESS = table_of(AccessTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyRecord:
    """A signer's key; ``sealed`` is None once it is retired."""

    public_key: str
    user: str
    sealed: Mapping[str, Any] | None
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationRecord:
    """A capacity handed on; days are site days, both inclusive."""

    entry: int
    delegator: str
    delegate: str
    capacity: str
    first_day: date
    last_day: date
    withdrawn_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRecord:
    """One read of personal data."""

    id: int
    at: datetime
    user: str
    what: str
    subject: str
    reason: str | None


class WorkSigning(WorkBase):
    """What stands beside the ledger."""

    def signing_key(self, user: str) -> SigningKeyRecord | None:
        """The key a person signs with now, or None before their first signature and after a reset."""
        row = self._row(select(_KEY).where(_KEY.c.user == user, _KEY.c.retired_at.is_(None)))
        return None if row is None else to_record(row, SigningKeyRecord)

    def signing_keys(self, user: str) -> list[SigningKeyRecord]:
        """All keys of a person, the oldest first."""
        statement = select(_KEY).where(_KEY.c.user == user).order_by(_KEY.c.id)
        return [to_record(row, SigningKeyRecord) for row in self._rows(statement)]

    def add_signing_key(self, key: SigningKeyRecord) -> None:
        """Keep a new key; the one before is retired and its sealed half forgotten."""
        self.retire_signing_key(key.user, key.created_at)
        self._insert(SigningKeyTable, [to_row(key)])

    def retire_signing_key(self, user: str, at: datetime) -> None:
        """Forget the sealed half of a person's key: it cannot sign any more."""
        self._connection.execute(
            update(_KEY)
            .where(_KEY.c.user == user, _KEY.c.retired_at.is_(None))
            .values(retired_at=at, sealed=None)
        )

    def reseal_signing_key(self, public_key: str, sealed: Mapping[str, Any]) -> None:
        """Keep the same key under a new password."""
        self._connection.execute(
            update(_KEY).where(_KEY.c.public_key == public_key).values(sealed=dict(sealed))
        )

    def add_delegation(self, delegation: DelegationRecord) -> None:
        """Remember what a ledger entry hands on."""
        self._insert(DelegationTable, [to_row(delegation)])

    def withdraw_delegation(self, entry: int, withdrawn_by: int) -> None:
        """Remember which ledger entry took a delegation back."""
        self._connection.execute(
            update(_DELEGATION).where(_DELEGATION.c.entry == entry).values(withdrawn_by=withdrawn_by)
        )

    def delegations(self, delegate: str | None = None) -> list[DelegationRecord]:
        """Delegations in the order they were made, to one person or all."""
        statement = select(_DELEGATION).order_by(_DELEGATION.c.entry)
        if delegate is not None:
            statement = statement.where(_DELEGATION.c.delegate == delegate)
        return [to_record(row, DelegationRecord) for row in self._rows(statement)]

    def log_access(self, at: datetime, user: str, what: str, subject: str, reason: str) -> None:
        """Remember that somebody read personal data, and why."""
        self._insert(
            AccessTable, [{"at": at, "user": user, "what": what, "subject": subject, "reason": reason}]
        )

    def accesses(self, limit: int = 1000) -> list[AccessRecord]:
        """The newest reads of personal data, the newest first."""
        statement = select(_ACCESS).order_by(_ACCESS.c.id.desc()).limit(limit)
        return [to_record(row, AccessRecord) for row in self._rows(statement)]
