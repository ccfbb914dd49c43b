"""Cases as faces show them: frozen rows, times aware UTC, days site days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bim_supervise.inspection.cases import Case, escalation, next_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNoteView:
    """One note: who did what, in which capacity, when; ``entry`` is its place in the ledger if signed."""

    action: str
    user: str
    user_name: str
    capacity: str
    at: datetime
    text: str
    files: Sequence[str]
    data: Mapping[str, Any]
    entry: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case (NCR, supervision notice, stop order, waiver, inspection request, lot) as it stands.

    ``escalation`` is 0 while it is not overdue, 1 when the chief supervision engineer, 2 when the owner has
    to know. ``steps`` are what the asking person may do next.
    """

    id: str
    kind: str
    state: str
    title: str
    author: str
    opened_at: datetime
    ended_at: datetime | None
    due: date | None
    escalation: int
    elements: Sequence[str]
    tasks: Sequence[str]
    checkpoints: Sequence[str]
    notes: Sequence[CaseNoteView]
    steps: Sequence[str]
    signed: Sequence[str] = ()
    """Those of the steps that are signed for and ask for the password."""


def case_view(
    case: Case,
    *,
    names: Mapping[str, str],
    as_of: datetime,
    zone: ZoneInfo,
    user: str | None,
    rights: frozenset[str],
) -> CaseView:
    """A case as a row.

    Args:
        case: the case.
        names: display names by user.
        as_of: the moment, for what is overdue.
        zone: the site's time zone.
        user: who asks; None for nobody in particular.
        rights: what that person may do.
    """
    steps = [] if user is None else [step for step in next_steps(case, user) if step.right in rights]
    return CaseView(
        id=case.id,
        kind=case.kind.value,
        state=case.state,
        title=case.title or case.opened.text,
        author=names.get(case.opened.user, case.opened.user),
        opened_at=case.opened.at,
        ended_at=case.ended_at,
        due=case.due,
        escalation=escalation(case, as_of, zone),
        elements=case.listed("elements"),
        tasks=case.listed("tasks"),
        checkpoints=case.listed("checkpoints"),
        notes=[
            CaseNoteView(
                action=note.action,
                user=note.user,
                user_name=names.get(note.user, note.user),
                capacity=note.capacity,
                at=note.at,
                text=note.text,
                files=note.files,
                data=note.data,
                entry=note.entry,
            )
            for note in case.notes
        ],
        steps=[step.action for step in steps],
        signed=[step.action for step in steps if step.signed],
    )
