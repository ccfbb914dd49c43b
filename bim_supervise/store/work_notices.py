"""The outbox: notices about alarms, each made once, claimed before it is sent and settled after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_judgement import NoticeTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_NOTICE = table_of(NoticeTable)
QUEUED, SENDING, SENT, FAILED, UNSURE = "queued", "sending", "sent", "failed", "unsure"
LEDGER_HEAD = "ledger_head"
"""Event of a notice that tells the head of the ledger; every other is about an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice: about what, to whom, and how far it has come.

    ``state`` is queued, sending, sent, failed (given up) or unsure: the process ended while it was sending,
    and sending again might send it twice.
    """

    id: str
    alarm_id: str
    event: str
    contact: str
    state: str = QUEUED
    created_at: datetime
    tried_at: datetime | None = None
    attempts: int = 0
    problem: str = ""


class WorkNotices(WorkBase):
    """Notices in the order they were made."""

    def queue_notices(self, notices: Sequence[Notice]) -> None:
        """Keep notices; one that is known already is left as it is."""
        if not notices:
            return
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(_NOTICE).on_conflict_do_nothing(index_elements=["id"])
        self._connection.execute(statement, [to_row(notice) for notice in notices])

    def notices(self, state: str | None = None) -> list[Notice]:
        """Notices in one state, or all, by when they were made."""
        statement = select(_NOTICE).order_by(_NOTICE.c.created_at, _NOTICE.c.id)
        if state is not None:
            statement = statement.where(_NOTICE.c.state == state)
        return [to_record(row, Notice) for row in self._rows(statement)]

    def claim_notice(self, identity: str, at: datetime) -> bool:
        """Take a queued notice for sending; False when another process has it."""
        taken = self._connection.execute(
            update(_NOTICE)
            .where(_NOTICE.c.id == identity, _NOTICE.c.state == QUEUED)
            .values(state=SENDING, tried_at=at, attempts=_NOTICE.c.attempts + 1)
        )
        return bool(taken.rowcount)

    def settle_notice(self, identity: str, state: str, problem: str = "") -> None:
        """Say what became of a notice."""
        self._connection.execute(
            update(_NOTICE).where(_NOTICE.c.id == identity).values(state=state, problem=problem)
        )
