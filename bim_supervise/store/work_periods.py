"""Stored verdicts of a period, column by column: what reports and sections summarise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bim_supervise.store.records import StoredVerdict
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_judgement import VerdictTable
from bim_supervise.store.work_base import WorkBase, to_record

_VERDICT = table_of(VerdictTable)


@dataclass(frozen=True, slots=True)
class JudgedWindow:
    """One windowed verdict of a rule's own watch, without its limit and evidence."""

    rule: str
    subject: str
    device: str | None
    outcome: str
    value: float | None
    start: datetime
    end: datetime


class WorkPeriods(WorkBase):
    """Windowed verdicts between two moments."""

    def judged_windows(self, after: datetime, until: datetime) -> Iterator[JudgedWindow]:
        """Windows that ended after ``after`` and by ``until`` (aware), by rule, subject and start."""
        columns = _VERDICT.c
        statement = (
            select(
                columns.rule,
                columns.subject,
                columns.device,
                columns.outcome,
                columns.value,
                columns.window_start,
                columns.window_end,
            )
            .where(columns.window_end > after, columns.window_end <= until, columns.checkpoint == "")
            .order_by(columns.rule, columns.subject, columns.window_start)
        )
        for row in self._connection.execute(statement):
            yield JudgedWindow(*row)

    def verdict_of(self, window: JudgedWindow) -> StoredVerdict:
        """The whole verdict of a window, with its limit and evidence."""
        columns = _VERDICT.c
        statement = select(_VERDICT).where(
            columns.rule == window.rule,
            columns.subject == window.subject,
            columns.checkpoint == "",
            columns.window_start == window.start,
        )
        return to_record(self._rows(statement)[0], StoredVerdict)
