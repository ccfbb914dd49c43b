"""Which account an identity at an OpenID provider belongs to, and what happened with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_identities import IdentityEventTable
from bim_supervise.store.tables_signing import IdentityTable
from bim_supervise.store.work_base import WorkBase, to_record

_IDENTITY = table_of(IdentityTable)
_EVENT = table_of(IdentityEventTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRecord:
    """An account's identity at an OpenID provider."""

    issuer: str
    subject: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEventRecord:
    """What happened: ``linked``, ``unlinked``, ``entered`` or ``refused``; ``by`` is who linked."""

    id: int
    at: datetime
    event: str
    issuer: str
    subject: str
    user: str | None
    by: str | None


class WorkIdentities(WorkBase):
    """Identities at OpenID providers."""

    def add_identity(self, issuer: str, subject: str, user: str) -> None:
        """Join an outside identity to an account; the pair must be new."""
        self._insert(IdentityTable, [{"issuer": issuer, "subject": subject, "user": user}])

    def remove_identity(self, issuer: str, subject: str) -> None:
        """Take an outside identity from its account."""
        self._connection.execute(
            delete(_IDENTITY).where(_IDENTITY.c.issuer == issuer, _IDENTITY.c.subject == subject)
        )

    def identity(self, issuer: str, subject: str) -> str | None:
        """The account behind an outside identity, or None."""
        row = self._row(select(_IDENTITY).where(_IDENTITY.c.issuer == issuer, _IDENTITY.c.subject == subject))
        return None if row is None else str(row["user"])

    def identities(self) -> list[IdentityRecord]:
        """All outside identities by account."""
        statement = select(_IDENTITY).order_by(_IDENTITY.c.user, _IDENTITY.c.issuer, _IDENTITY.c.subject)
        return [to_record(row, IdentityRecord) for row in self._rows(statement)]

    def add_identity_event(
        self, at: datetime, event: str, issuer: str, subject: str, user: str | None, by: str | None = None
    ) -> None:
        """Remember what happened with an outside identity."""
        row = {"at": at, "event": event, "issuer": issuer, "subject": subject, "user": user, "by": by}
        self._insert(IdentityEventTable, [row])

    def identity_events(self, limit: int = 1000) -> list[IdentityEventRecord]:
        """What happened last with outside identities, the newest first."""
        statement = select(_EVENT).order_by(_EVENT.c.id.desc()).limit(limit)
        return [to_record(row, IdentityEventRecord) for row in self._rows(statement)]
