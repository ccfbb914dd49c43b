"""Which element of a later revision is which of an earlier one: what is sure, what a person has to decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bim_supervise.model.compare import Match, Uncertain
from bim_supervise.store.records import SuccessionRecord
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_model import ElementSuccessionTable
from bim_supervise.store.work_base import WorkBase, to_record

_SUCCESSION = table_of(ElementSuccessionTable)


class WorkSuccession(WorkBase):
    """Elements that changed their GlobalId between two revisions of one discipline."""

    def add_successions(
        self, before_model: int, after_model: int, sure: Sequence[Match], unsure: Sequence[Uncertain]
    ) -> None:
        """Keep what a comparison found; what is known of the same element and revisions stays as it is."""
        known = {
            item.before
            for item in self.successions()
            if (item.before_model, item.after_model) == (before_model, after_model)
        }
        models = {"before_model": before_model, "after_model": after_model}
        rows: list[dict[str, Any]] = [
            models
            | {
                "before": match.before,
                "after": match.after,
                "evidence": match.by,
                "changes": list(match.changes),
                "candidates": [match.after],
                "state": "carried",
            }
            for match in sure
        ]
        rows += [
            models
            | {
                "before": item.before,
                "after": None,
                "evidence": "",
                "changes": [],
                "candidates": list(item.candidates),
                "state": "review",
            }
            for item in unsure
        ]
        self._insert(ElementSuccessionTable, (row for row in rows if row["before"] not in known))

    def successions(self, states: Collection[str] = ()) -> list[SuccessionRecord]:
        """All of them in the order they were found, or those in these states."""
        statement = select(_SUCCESSION).order_by(_SUCCESSION.c.id)
        if states:
            statement = statement.where(_SUCCESSION.c.state.in_(sorted(states)))
        return [to_record(row, SuccessionRecord) for row in self._rows(statement)]

    def decide_succession(
        self, number: int, *, after: str | None, state: str, user: str, at: datetime, reason: str
    ) -> None:
        """Write down what a person decided."""
        values = {"after": after, "state": state, "decided_by": user, "decided_at": at, "reason": reason}
        self._connection.execute(update(_SUCCESSION).where(_SUCCESSION.c.id == number).values(**values))
