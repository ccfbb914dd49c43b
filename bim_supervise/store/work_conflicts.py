"""Conflicts: what was said differently under one identity, opened with both sides."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from bim_supervise.core.clock import epoch_ms
from bim_supervise.store.records import ConflictRecord
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_evidence import ConflictTable, FactTable
from bim_supervise.store.work_base import Row
from bim_supervise.store.work_facts import fact_content
from bim_supervise.store.work_readings import WorkReadings

_CONFLICT = table_of(ConflictTable)
_FACT = table_of(FactTable)


class WorkConflicts(WorkReadings):
    """Contradictions, for people to look into; nothing is ever dropped."""

    def conflicts(self, limit: int | None = None) -> list[ConflictRecord]:
        """Conflicts by event time, then id; with ``limit`` only the latest so many (still ascending)."""
        latest = select(_CONFLICT).order_by(_CONFLICT.c.event_time.desc(), _CONFLICT.c.id.desc())
        return [
            ConflictRecord(
                id=row["id"],
                shape=row["shape"],
                identity=row["identity"],
                kind=row["kind"],
                subject=row["subject"],
                event_time=row["event_time"],
                kept=self._kept(row),
                other=row["content"],
                source=row["source"],
                received_time=row["received_time"],
            )
            for row in reversed(self._rows(latest.limit(limit)))
        ]

    def count_conflicts(self) -> int:
        """How many statements stand beside the one that counts."""
        return int(self._connection.execute(select(func.count()).select_from(_CONFLICT)).scalar_one())

    def _kept(self, conflict: Row) -> dict[str, Any]:
        if conflict["shape"] == "fact":
            return fact_content(self._rows(select(_FACT).where(_FACT.c.id == conflict["identity"]))[0])
        found = self.reading_at(conflict["subject"], conflict["kind"], epoch_ms(conflict["event_time"]))
        assert found is not None, "a conflict stands beside a reading that is stored"
        return found
