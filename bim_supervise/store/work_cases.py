"""Cases and the inspection plan: notes are added behind each other, lines replaced together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from bim_supervise.inspection.cases import Note
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_cases import CaseNoteTable, ItpLineTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_NOTE = table_of(CaseNoteTable)
_LINE = table_of(ItpLineTable)


class WorkCases(WorkBase):
    """What inspection leaves behind."""

    def add_note(self, note: Note) -> Note:
        """Add a note; its number is given by the store and stands in the note that is returned."""
        row = to_row(note, without=("number",))
        return to_record(row | {"number": self._insert_one(CaseNoteTable, row)}, Note)

    def notes(self, case: str | None = None) -> list[Note]:
        """All notes, or those of one case, in the order they were written."""
        statement = select(_NOTE).order_by(_NOTE.c.number)
        if case is not None:
            statement = statement.where(_NOTE.c.case == case)
        return [to_record(row, Note) for row in self._rows(statement)]

    def count_cases(self, kind: str) -> int:
        """How many cases of a kind there are."""
        statement = select(func.count(func.distinct(_NOTE.c.case))).where(_NOTE.c.kind == kind)
        return int(self._connection.execute(statement).scalar() or 0)

    def replace_itp(self, lines: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Replace the inspection plan by lines (id, body); their order is kept."""
        self._replace_all(
            ItpLineTable,
            ({"id": name, "place": place, "body": dict(body)} for place, (name, body) in enumerate(lines)),
        )

    def itp_lines(self) -> list[Mapping[str, Any]]:
        """The bodies of the lines in their order."""
        return [row["body"] for row in self._rows(select(_LINE).order_by(_LINE.c.place))]
