"""Cases (案卷): what is opened, answered, verified and closed by named people, told as dated notes.

A case is the fold of its notes; nothing is ever changed or removed. ``STEPS`` is the one table of what may
happen to a case of each kind, in which state, and whose right it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import to_utc
from bim_supervise.core.errors import InputRefused, PermissionRefused

ESCALATE_AFTER = timedelta(days=3)
"""How long after its due day an unanswered case goes one rung higher; platform default, no legal limit."""


class CaseKind(StrEnum):
    """What a case is about."""

    NCR = "ncr"
    NOTICE = "notice"
    STOP = "stop"
    WAIVER = "waiver"
    REQUEST = "request"
    LOT = "lot"
    LEVEL = "level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note of a case; ``number`` is its place among all notes of the project.

    ``capacity`` is the one the person acted in, ``at`` aware UTC, ``files`` SHA-256 of attachments, ``entry``
    the sequence of the ledger entry where the step is signed for. ``data`` holds what the kind needs, e.g.
    ``title``, ``elements``, ``tasks``, ``checkpoints``, ``due`` (ISO day).
    """

    number: int
    case: str
    kind: str
    action: str
    user: str
    capacity: str
    at: datetime
    text: str = ""
    files: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that may happen to a case.

    ``before`` are the states in which it may, an empty one for a step that opens a case; ``after`` is the
    state it leads to, empty where it changes none. ``right`` names the permission, ``signed`` whether the
    step is an entry of the ledger, ``not_by`` the earlier actions whose people may not take it.
    """

    kind: CaseKind
    action: str
    before: tuple[str, ...]
    after: str
    right: str
    signed: bool = False
    not_by: tuple[str, ...] = ()
    worded: bool = True
    """Whether it needs words."""


_NCR, _NOTICE, _STOP, _LOT = CaseKind.NCR, CaseKind.NOTICE, CaseKind.STOP, CaseKind.LOT
STEPS: tuple[Step, ...] = (
    Step(kind=_NCR, action="raise", before=("",), after="open", right="raise_ncr"),
    Step(kind=_NCR, action="comment", before=("open", "corrected", "verified"), after="", right="comment"),
    Step(kind=_NCR, action="correct", before=("open",), after="corrected", right="correct"),
    Step(
        kind=_NCR,
        action="verify",
        before=("corrected",),
        after="verified",
        right="verify",
        not_by=("raise", "correct"),
    ),
    Step(kind=_NCR, action="refuse", before=("corrected", "verified"), after="open", right="verify"),
    Step(
        kind=_NCR,
        action="close",
        before=("verified",),
        after="closed",
        right="close",
        signed=True,
        not_by=("correct",),
    ),
    Step(kind=_NOTICE, action="issue", before=("",), after="issued", right="issue_notice", signed=True),
    Step(kind=_NOTICE, action="comment", before=("issued", "replied"), after="", right="comment"),
    Step(kind=_NOTICE, action="reply", before=("issued",), after="replied", right="correct"),
    Step(kind=_NOTICE, action="refuse", before=("replied",), after="issued", right="verify"),
    Step(
        kind=_NOTICE,
        action="close",
        before=("replied",),
        after="closed",
        right="close",
        signed=True,
        not_by=("reply",),
    ),
    Step(kind=_STOP, action="propose", before=("",), after="proposed", right="raise_ncr"),
    Step(kind=_STOP, action="comment", before=("proposed", "issued"), after="", right="comment"),
    Step(
        kind=_STOP, action="issue", before=("", "proposed"), after="issued", right="order_stop", signed=True
    ),
    Step(
        kind=_STOP, action="dismiss", before=("proposed",), after="dismissed", right="order_stop", signed=True
    ),
    Step(kind=_STOP, action="lift", before=("issued",), after="lifted", right="order_stop", signed=True),
    Step(kind=CaseKind.WAIVER, action="grant", before=("",), after="in_force", right="waive", signed=True),
    Step(
        kind=CaseKind.WAIVER,
        action="withdraw",
        before=("in_force",),
        after="withdrawn",
        right="waive",
        signed=True,
    ),
    Step(kind=CaseKind.REQUEST, action="invite", before=("",), after="invited", right="invite", worded=False),
    Step(
        kind=CaseKind.REQUEST,
        action="withdraw",
        before=("invited",),
        after="withdrawn",
        right="invite",
    ),
    Step(kind=_LOT, action="define", before=("",), after="defined", right="report_work", worded=False),
    Step(kind=_LOT, action="measure", before=("defined",), after="", right="report_work", worded=False),
    Step(
        kind=_LOT,
        action="qualify",
        before=("defined",),
        after="qualified",
        right="judge_lot",
        signed=True,
        worded=False,
    ),
    Step(
        kind=_LOT,
        action="disqualify",
        before=("defined",),
        after="not_qualified",
        right="judge_lot",
        signed=True,
    ),
    Step(
        kind=CaseKind.LEVEL,
        action="qualify",
        before=("",),
        after="qualified",
        right="judge_level",
        signed=True,
        worded=False,
    ),
    Step(
        kind=CaseKind.LEVEL,
        action="disqualify",
        before=("",),
        after="not_qualified",
        right="judge_level",
        signed=True,
    ),
)
_ENDED = frozenset({"closed", "dismissed", "lifted", "withdrawn", "qualified", "not_qualified"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it stands; ``notes`` ascending, never empty."""

    id: str
    kind: CaseKind
    state: str
    notes: tuple[Note, ...]

    @property
    def opened(self) -> Note:
        """The note that opened it."""
        return self.notes[0]

    @property
    def ended_at(self) -> datetime | None:
        """When it ended (aware UTC); None while it stands."""
        return self.notes[-1].at if self.state in _ENDED else None

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.opened.data.get("title") or "")

    def listed(self, name: str) -> tuple[str, ...]:
        """The ids that its notes name under ``elements``, ``tasks`` or ``checkpoints``; the latest list."""
        found = [note.data[name] for note in self.notes if note.data.get(name)]
        return tuple(found[-1]) if found else ()

    @property
    def due(self) -> date | None:
        """The site day by which it must be answered; None where nobody has set one."""
        found = [note.data["due"] for note in self.notes if note.data.get("due")]
        return date.fromisoformat(str(found[-1])) if found else None

    def moment(self, name: str) -> datetime | None:
        """An instant (aware UTC) that its first note names, e.g. ``inspection_at``."""
        text = self.opened.data.get(name)
        return datetime.fromisoformat(str(text)) if text else None

    def people(self, *actions: str) -> frozenset[str]:
        """Who has taken these steps."""
        return frozenset(note.user for note in self.notes if note.action in actions)

    def first(self, action: str) -> Note | None:
        """The first note of an action."""
        return next((note for note in self.notes if note.action == action), None)


def step_of(kind: CaseKind, action: str) -> Step:
    """The step of a kind of case.

    Raises:
        InputRefused: ``case_action_unknown``.
    """
    for step in STEPS:
        if (step.kind, step.action) == (kind, action):
            return step
    known = ", ".join(step.action for step in STEPS if step.kind is kind)
    raise InputRefused(
        "case_action_unknown",
        f"'{action}' is nothing that happens to a case of kind '{kind.value}'.",
        f"Use one of {known}.",
        action=action,
        kind=kind.value,
        known=known,
    )


def fold_cases(notes: Iterable[Note], as_of: datetime | None = None) -> list[Case]:
    """The cases as they stood at a moment (aware UTC; None: with all notes), by their first note."""
    grouped: dict[str, list[Note]] = {}
    for note in sorted(notes, key=lambda one: one.number):
        if as_of is None or note.at <= as_of:
            grouped.setdefault(note.case, []).append(note)
    return [_fold(case, rows) for case, rows in grouped.items()]


def next_steps(case: Case, user: str) -> tuple[Step, ...]:
    """What may happen to a case next as far as its state and the people in it go; rights are not asked."""
    return tuple(
        step
        for step in STEPS
        if step.kind is case.kind and case.state in step.before and user not in case.people(*step.not_by)
    )


def check_step(case: Case | None, step: Step, user: str, text: str) -> None:
    """Refuse a step that the state of a case, or the people in it, do not allow.

    Raises:
        InputRefused: ``case_not_open``, ``case_state_wrong`` or ``case_words_missing``.
        PermissionRefused: ``case_needs_another``: verified by somebody else than its author.
    """
    if case is None and "" not in step.before:
        raise InputRefused(
            "case_not_open",
            f"'{step.action}' happens to a case that is open already.",
            "Name the case.",
            action=step.action,
        )
    if case is not None and case.state not in step.before:
        raise InputRefused(
            "case_state_wrong",
            f"{case.id} is '{case.state}'; '{step.action}' is possible only while it is "
            f"{' or '.join(step.before)}.",
            "Open the case again and look at its state.",
            case=case.id,
            state=case.state,
            action=step.action,
            before=" / ".join(step.before),
        )
    if step.worded and not text.strip():
        raise InputRefused(
            "case_words_missing",
            f"'{step.action}' needs words.",
            "Say what was found, done or decided.",
            action=step.action,
        )
    if case is not None and user in case.people(*step.not_by):
        raise PermissionRefused(
            "case_needs_another",
            f"{user} has written or corrected {case.id} and may not take the step '{step.action}'.",
            "Let another person do it.",
            user=user,
            case=case.id,
            action=step.action,
        )


def overdue_since(case: Case, zone: ZoneInfo) -> datetime | None:
    """The end of its due day (aware UTC); None for a case that has ended or has none."""
    if case.due is None or case.ended_at is not None:
        return None
    return to_utc(datetime.combine(case.due + timedelta(days=1), time.min), zone)


def escalation(case: Case, as_of: datetime, zone: ZoneInfo) -> int:
    """How far an unanswered case has gone up.

    0: not overdue; 1: to the chief supervision engineer; 2: to the owner, once it is overdue by
    ``ESCALATE_AFTER``.
    """
    since = overdue_since(case, zone)
    if since is None or as_of < since:
        return 0
    return 2 if as_of >= since + ESCALATE_AFTER else 1


def names(case: Case, *, elements: Sequence[str], task: str | None, checkpoint: str) -> bool:
    """Whether a case names a checkpoint, its task, or any of the elements behind it."""
    if checkpoint in case.listed("checkpoints") or (task is not None and task in case.listed("tasks")):
        return True
    return not frozenset(case.listed("elements")).isdisjoint(elements)


def _fold(case: str, rows: Sequence[Note]) -> Case:
    kind = CaseKind(rows[0].kind)
    state = ""
    for note in rows:
        state = step_of(kind, note.action).after or state
    return Case(id=case, kind=kind, state=state, notes=tuple(rows))
