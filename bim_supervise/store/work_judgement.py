"""Verdicts and alarms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from bim_supervise.store.records import AlarmActionRecord, StoredAlarm, StoredVerdict
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_judgement import AlarmActionTable, AlarmTable, VerdictTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_VERDICT = table_of(VerdictTable)
_ALARM = table_of(AlarmTable)
_ACTION = table_of(AlarmActionTable)


class WorkJudgement(WorkBase):
    """What the rules said, what it raised, and what people did about it."""

    def upsert_verdicts(self, verdicts: Sequence[StoredVerdict]) -> None:
        """Store verdicts; one of the same rule, subject, window start and checkpoint is overwritten."""
        self._upsert(VerdictTable, (to_row(verdict) for verdict in verdicts))

    def delete_verdicts(self, rule: str | None = None, checkpoint: str | None = None) -> None:
        """Forget verdicts of a rule, of a checkpoint, or all; they can be worked out again any time."""
        statement = delete(_VERDICT)
        if rule is not None:
            statement = statement.where(_VERDICT.c.rule == rule)
        if checkpoint is not None:
            statement = statement.where(_VERDICT.c.checkpoint == checkpoint)
        self._connection.execute(statement)

    def verdicts(
        self,
        rule: str | None = None,
        until: datetime | None = None,
        checkpoint: str | None = None,
        *,
        subject: str | None = None,
        since: datetime | None = None,
    ) -> list[StoredVerdict]:
        """Verdicts by rule, subject, checkpoint and window start.

        Args:
            rule: only of this rule.
            until: of windowed verdicts, only those whose window had ended by then.
            checkpoint: only of this checkpoint (empty: the rules' own watch).
            subject: only of this subject key.
            since: only windowed verdicts whose window starts at or after this instant.
        """
        columns = _VERDICT.c
        statement = select(_VERDICT)
        if rule is not None:
            statement = statement.where(columns.rule == rule)
        if checkpoint is not None:
            statement = statement.where(columns.checkpoint == checkpoint)
        if subject is not None:
            statement = statement.where(columns.subject == subject)
        if since is not None:
            statement = statement.where(columns.window_start >= since)
        if until is not None:
            statement = statement.where(or_(columns.window_end.is_(None), columns.window_end <= until))
        rows = self._rows(
            statement.order_by(columns.rule, columns.subject, columns.checkpoint, columns.window_start)
        )
        return [to_record(row, StoredVerdict) for row in rows]

    def count_verdicts(self, until: datetime | None = None) -> dict[tuple[str, str], int]:
        """How many stored verdicts each (rule, outcome) has, of windows that had ended by ``until``."""
        columns = _VERDICT.c
        statement = select(columns.rule, columns.outcome, func.count())
        if until is not None:
            statement = statement.where(or_(columns.window_end.is_(None), columns.window_end <= until))
        rows = self._connection.execute(statement.group_by(columns.rule, columns.outcome))
        return {(rule, outcome): count for rule, outcome, count in rows}

    def replace_alarms(self, scope: str, alarms: Sequence[StoredAlarm]) -> None:
        """Replace the alarms of one scope (e.g. a rule's); what people did about them is kept."""
        self._connection.execute(delete(_ALARM).where(_ALARM.c.scope == scope))
        self._upsert(AlarmTable, (to_row(alarm, scope=scope) for alarm in alarms))

    def alarms(self, scope: str | None = None) -> list[StoredAlarm]:
        """Alarms of a scope or of all, by the time they were raised, then id."""
        statement = select(_ALARM).order_by(_ALARM.c.raised_at, _ALARM.c.id)
        if scope is not None:
            statement = statement.where(_ALARM.c.scope == scope)
        return [to_record(row, StoredAlarm) for row in self._rows(statement)]

    def alarms_after(self, moment: datetime) -> list[tuple[str, StoredAlarm]]:
        """Alarms that stand, or were cleared after a moment, with their scopes."""
        statement = select(_ALARM).where(or_(_ALARM.c.cleared_at.is_(None), _ALARM.c.cleared_at > moment))
        return [(row["scope"], to_record(row, StoredAlarm)) for row in self._rows(statement)]

    def add_alarm_action(
        self,
        alarm_id: str,
        user: str,
        action: str,
        comment: str,
        at: datetime,
        until: datetime | None = None,
    ) -> int:
        """Record what a person did about an alarm and return the number of the record."""
        row = {
            "alarm_id": alarm_id, "user": user, "action": action, "comment": comment, "at": at,
            "until": until,
        }  # fmt: skip
        return self._insert_one(AlarmActionTable, row)

    def alarm_actions(self, alarm_id: str | None = None) -> list[AlarmActionRecord]:
        """What people did, in the order they did it, about one alarm or all."""
        statement = select(_ACTION).order_by(_ACTION.c.id)
        if alarm_id is not None:
            statement = statement.where(_ACTION.c.alarm_id == alarm_id)
        return [to_record(row, AlarmActionRecord) for row in self._rows(statement)]
