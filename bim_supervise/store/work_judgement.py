"""Verdicts and alarms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select

from bim_supervise.store.records import AlarmActionRecord, StoredAlarm, StoredVerdict
from bim_supervise.store.silences import LONGEST_PAUSE, ended_by, folded, is_silence, windows_of, without
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_judgement import AlarmActionTable, AlarmTable, VerdictTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_VERDICT = table_of(VerdictTable)
_ALARM = table_of(AlarmTable)
_ACTION = table_of(AlarmActionTable)
_APART = "apart"
_Series = tuple[str, str, int]
"""Rule, subject key and span [us]: windows that follow each other."""


class WorkJudgement(WorkBase):
    """What the rules said, what it raised, and what people did about it."""

    def upsert_verdicts(self, verdicts: Sequence[StoredVerdict]) -> None:
        """Store verdicts; one of the same rule, subject, window and checkpoint is overwritten."""
        self._upsert(VerdictTable, (to_row(verdict) for verdict in verdicts))

    def renew_watch(self, verdicts: Sequence[StoredVerdict]) -> None:
        """Store what rules say by themselves about windows; silent windows in a row become one verdict.

        Each is of one window, as ``silences.watched_verdict`` gives it. A verdict about a window that lay in
        a stored silence splits it.
        """
        series: dict[_Series, list[StoredVerdict]] = defaultdict(list)
        last = {(one.rule, one.subject, one.window_start, one.window_span): one for one in verdicts}
        for verdict in last.values():
            series[verdict.rule, verdict.subject, verdict.window_span].append(verdict)
        silent = self._silences(verdicts)
        plain: list[StoredVerdict] = []
        for key, found in series.items():
            if key in silent or any(is_silence(verdict) for verdict in found):
                self._renew_silences(key, found, silent.get(key, []))
            else:
                plain += found
        self.upsert_verdicts(plain)

    def _silences(self, verdicts: Sequence[StoredVerdict]) -> dict[_Series, list[StoredVerdict]]:
        """Stored silences that windowed verdicts may touch, by rule, subject and span."""
        starts = [verdict.window_start for verdict in verdicts if verdict.window_start is not None]
        ends = [verdict.window_end for verdict in verdicts if verdict.window_end is not None]
        found: dict[_Series, list[StoredVerdict]] = defaultdict(list)
        if starts and ends:
            columns = _VERDICT.c
            rows = self._rows(
                select(_VERDICT).where(
                    columns.checkpoint == "",
                    columns.first_end.is_not(None),
                    columns.window_end >= min(starts) - LONGEST_PAUSE,
                    columns.window_start <= max(ends) + LONGEST_PAUSE,
                )
            )
            for row in rows:
                one = to_record(row, StoredVerdict)
                found[one.rule, one.subject, one.window_span].append(one)
        return found

    def _renew_silences(
        self, key: _Series, found: Sequence[StoredVerdict], stored: Sequence[StoredVerdict]
    ) -> None:
        """Fold new verdicts of one rule, subject and span with the stored ones beside and between them."""
        starts = sorted(verdict.window_start for verdict in found if verdict.window_start is not None)
        columns, known = _VERDICT.c, set(starts)
        series = [
            columns.rule == key[0],
            columns.subject == key[1],
            columns.checkpoint == "",
            columns.window_span == key[2],
        ]
        spoken = self._connection.execute(
            select(columns.window_start, columns.window_end).where(
                *series,
                columns.first_end.is_(None),
                columns.window_start >= starts[0] - LONGEST_PAUSE,
                columns.window_start <= starts[-1] + LONGEST_PAUSE,
            )
        ).all()
        # Of what is stored and stays, only the place matters: it keeps two silences apart.
        apart = [
            StoredVerdict(
                rule=key[0], subject=key[1], outcome="pass", reason=_APART, digest="", window_start=start,
                window_end=end, window_span=key[2],
            )
            for start, end in spoken
            if start not in known
        ]  # fmt: skip
        kept = [part for silence in stored for part in without(silence, starts)]
        renewed = [one for one in folded([*found, *apart, *kept]) if one.reason != _APART]
        former = {verdict.window_start: verdict for verdict in stored}
        gone = former.keys() | {start for start, _ in spoken if start in known}
        gone -= {one.window_start for one in renewed}
        if gone:
            # Each name of the statement is bound once a row: thousands of rows cost one statement.
            statement = delete(_VERDICT).where(*series, columns.window_start == bindparam("start"))
            self._connection.execute(statement, [{"start": start} for start in gone])
        self.upsert_verdicts([one for one in renewed if former.get(one.window_start) != one])

    def watching_rules(self, subject: str) -> list[str]:
        """The rules that have said something about a subject by themselves."""
        columns = _VERDICT.c
        statement = select(columns.rule).where(columns.subject == subject, columns.checkpoint == "")
        return sorted(self._connection.execute(statement.distinct()).scalars())

    def retire_watch(
        self, rule: str, subject: str, keep: Collection[tuple[datetime, int]], until: datetime
    ) -> datetime | None:
        """Forget what a rule said by itself about windows that it judges no more, and say from when on.

        Args:
            rule: rule id.
            subject: subject key.
            keep: starts and spans [us] of the windows that are judged.
            until: only windows that had ended by then.

        Returns:
            The start of the first window that is forgotten, or None.
        """
        stored = [
            one for one in self.verdicts(rule, subject=subject, checkpoint="") if one.window_start is not None
        ]
        kept: dict[int, list[StoredVerdict]] = defaultdict(list)
        retired: list[datetime] = []
        for one in stored:
            span = one.window_span
            gone = [start for start, end in windows_of(one) if end <= until and (start, span) not in keep]
            retired += gone
            if one.first_end is not None:
                kept[span] += without(one, gone)
            elif not gone:
                kept[span].append(one)
        if not retired:
            return None
        renewed = {(one.window_start, span): one for span, ones in kept.items() for one in folded(ones)}
        columns = _VERDICT.c
        for one in stored:
            if (one.window_start, one.window_span) not in renewed:
                self._connection.execute(
                    delete(_VERDICT).where(
                        columns.rule == rule,
                        columns.subject == subject,
                        columns.checkpoint == "",
                        columns.window_start == one.window_start,
                        columns.window_span == one.window_span,
                    )
                )
        former = {(one.window_start, one.window_span): one for one in stored}
        self.upsert_verdicts([one for key, one in renewed.items() if former.get(key) != one])
        return min(retired)

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
            until: of windowed verdicts, only those whose window had ended by then; a silence that went on is
                given as far as it had come.
            checkpoint: only of this checkpoint (empty: the rules' own watch).
            subject: only of this subject key.
            since: only windowed verdicts whose window starts at or after this instant, and whole silences
                that last longer than until then.
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
            statement = statement.where(
                or_(
                    columns.window_start >= since,
                    and_(columns.first_end.is_not(None), columns.window_end > since),
                )
            )
        if until is not None:
            statement = statement.where(_ended_by(until))
        rows = self._rows(
            statement.order_by(
                columns.rule,
                columns.subject,
                columns.checkpoint,
                columns.window_start,
                columns.window_span,
            )
        )
        found = [to_record(row, StoredVerdict) for row in rows]
        if until is None:
            return found
        clipped = (ended_by(one, until) if one.first_end else one for one in found)
        return [one for one in clipped if one is not None]

    def count_verdicts(self, until: datetime | None = None) -> dict[tuple[str, str], int]:
        """How many stored verdicts each (rule, outcome) has that had ended by ``until``; a silence is one."""
        columns = _VERDICT.c
        statement = select(columns.rule, columns.outcome, func.count())
        if until is not None:
            statement = statement.where(_ended_by(until))
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


def _ended_by(until: datetime) -> ColumnElement[bool]:
    columns = _VERDICT.c
    ended = func.coalesce(columns.first_end, columns.window_end)
    return or_(columns.window_end.is_(None), ended <= until)
