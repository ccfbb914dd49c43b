"""Stored verdicts of a period, column by column: what reports and sections summarise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, func, select, type_coerce

from bim_supervise.store.records import StoredVerdict
from bim_supervise.store.silences import only_window, windows_between
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_judgement import VerdictTable
from bim_supervise.store.work_base import WorkBase, to_record

_VERDICT = table_of(VerdictTable)


@dataclass(frozen=True, slots=True)
class JudgedWindow:
    """One window that a rule judged in its own watch, without evidence.

    ``limit`` and ``comparator`` are those it was judged by, None where it was by none. ``stored`` is where
    the verdict about it begins in the store: earlier than ``start`` where several silent windows are one
    verdict; ``span`` [us] is how long its window is, also where it failed before that was over.
    """

    rule: str
    subject: str
    device: str | None
    outcome: str
    value: float | None
    start: datetime
    end: datetime
    stored: datetime
    limit: float | None = None
    comparator: str | None = None
    span: int = 0


class WorkPeriods(WorkBase):
    """Windowed verdicts between two moments."""

    def judged_windows(self, after: datetime, until: datetime) -> Iterator[JudgedWindow]:
        """Windows that ended after ``after`` and by ``until`` (aware), by rule, subject and start."""
        columns = _VERDICT.c
        limit = type_coerce(columns["limit"], JSON)
        statement = (
            select(
                columns.rule,
                columns.subject,
                columns.device,
                columns.outcome,
                columns.value,
                columns.window_start,
                columns.window_end,
                columns.window_span,
                columns.first_end,
                columns.steps,
                limit["value"].as_float(),
                limit["comparator"].as_string(),
            )
            .where(
                columns.checkpoint == "",
                columns.window_end > after,
                func.coalesce(columns.first_end, columns.window_end) <= until,
            )
            .order_by(columns.rule, columns.subject, columns.window_start, columns.window_span)
        )
        for row in self._connection.execute(statement):
            rule, subject, device, outcome, value, begun, ended, span, first_end, steps, bound, how = row
            windows = [(begun, ended)] if first_end is None else windows_between(begun, first_end, steps)
            for start, end in windows:
                if after < end <= until:
                    yield JudgedWindow(
                        rule, subject, device, outcome, value, start, end, begun, bound, how, span
                    )

    def verdict_of(self, window: JudgedWindow) -> StoredVerdict:
        """The whole verdict about a window, with its limit and evidence; of a silence the part that it is."""
        columns = _VERDICT.c
        statement = select(_VERDICT).where(
            columns.rule == window.rule,
            columns.subject == window.subject,
            columns.checkpoint == "",
            columns.window_start == window.stored,
            columns.window_span == window.span,
        )
        found = to_record(self._rows(statement)[0], StoredVerdict)
        return found if found.first_end is None else only_window(found, window.start)
