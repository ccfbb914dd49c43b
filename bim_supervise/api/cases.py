"""Cases: NCRs, supervision notices, stop orders, waivers and inspection requests, by named people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bim_supervise.api.base import EVIDENCE
from bim_supervise.api.case_views import CaseView, case_view
from bim_supervise.api.intake import check_photo, readable
from bim_supervise.api.permissions import Action, allowed
from bim_supervise.api.signers import Signer
from bim_supervise.api.stops import proposals
from bim_supervise.api.supervision import Supervision
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.core.canonical import digest_of
from bim_supervise.core.clock import to_utc
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.inspection.cases import Case, CaseKind, Note, Step, check_step, fold_cases, step_of
from bim_supervise.inspection.green_delay import RULE
from bim_supervise.ledger.capacities import Appointment
from bim_supervise.store.work import Work

_NUMBERS = {
    CaseKind.NCR: "NCR",
    CaseKind.NOTICE: "SN",
    CaseKind.STOP: "STOP",
    CaseKind.WAIVER: "WVR",
    CaseKind.REQUEST: "REQ",
    CaseKind.LOT: "LOT",
    CaseKind.LEVEL: "ACC",
}
_DUE_NEEDED = frozenset({CaseKind.NCR, CaseKind.NOTICE})
_SUBJECT_NEEDED = frozenset({CaseKind.NCR, CaseKind.NOTICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDraft:
    """What a person says when they open a case or take a step in it.

    ``due`` and ``expires`` are site days (expiry inclusive), ``inspection_at`` naive site wall time.
    ``photos`` are (name, media type, bytes). ``typed_at`` (aware) is when it was written, where that was
    earlier than now because there was no signal. ``data`` holds what the kind needs besides.
    """

    text: str = ""
    title: str = ""
    elements: Sequence[str] = ()
    tasks: Sequence[str] = ()
    checkpoints: Sequence[str] = ()
    due: date | None = None
    expires: date | None = None
    inspection_at: datetime | None = None
    photos: Sequence[tuple[str, str, bytes]] = ()
    typed_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    password: str = field(default="", repr=False)
    """Opens the person's signing key where the step is signed for; not kept."""


class Cases(Supervision):
    """What is opened, answered, verified and closed."""

    def open_case(
        self,
        kind: str,
        user: str,
        draft: CaseDraft,
        *,
        action: str | None = None,
        capacity: str | None = None,
    ) -> CaseView:
        """Open a case.

        Args:
            kind: ``ncr``, ``notice``, ``stop``, ``waiver``, ``request`` or ``lot``.
            user: who opens it.
            draft: what they say.
            action: the step that opens it, where there are several (``propose`` or ``issue`` a stop).
            capacity: in which capacity; needed only when the person holds several that may.

        Raises:
            InputRefused: what is wrong with the draft, e.g. ``case_due_missing``, ``waiver_never``.
            NotFound: ``element_unknown``, ``task_unknown`` or ``checkpoint_unknown``.
            PermissionRefused: ``not_appointed``.
        """
        case_kind = _kind(kind)
        step = step_of(case_kind, action or _OPENING[case_kind])
        sent = str(draft.data.get("draft") or "")
        known = self._opened_by_draft(case_kind, user, sent) if sent else None
        if case_kind is CaseKind.STOP and draft.data.get("alarm"):
            draft = self._with_rule(draft)
        return self.case(known, user=user) if known else self._take(None, step, user, draft, capacity)

    def _opened_by_draft(self, kind: CaseKind, user: str, sent: str) -> str | None:
        """The case that this draft of this person has opened already: its answer got lost on the way."""
        with self._store.reading() as work:
            return next(
                (
                    note.case
                    for note in work.notes()
                    if (note.kind, note.user, note.data.get("draft")) == (kind.value, user, sent)
                ),
                None,
            )

    def act_on_case(
        self, case_id: str, action: str, user: str, draft: CaseDraft, *, capacity: str | None = None
    ) -> CaseView:
        """Take the next step in a case; a step that is signed for becomes an entry of the ledger.

        Raises:
            NotFound: ``case_unknown``.
            InputRefused: ``case_action_unknown``, ``case_state_wrong`` or ``case_words_missing``.
            PermissionRefused: ``not_appointed``, or ``case_needs_another`` for its own author.
        """
        case = self._case(case_id)
        return self._take(case.id, step_of(case.kind, action), user, draft, capacity)

    def cases(
        self,
        kind: str | None = None,
        *,
        standing: bool = False,
        user: str | None = None,
        as_of: str | date | datetime | None = None,
    ) -> list[CaseView]:
        """All cases, or those of a kind; ``standing`` leaves out what has ended. The newest first."""
        moment = self.moment(as_of)
        with self._store.reading() as work:
            found = fold_cases(work.notes(), moment)
            names = {row.name: row.display_name or row.name for row in work.users()}
            rights = self._rights(work, user)
        return [
            case_view(case, names=names, as_of=moment, zone=self.zone, user=user, rights=rights)
            for case in reversed(found)
            if (kind is None or case.kind.value == kind) and not (standing and case.ended_at is not None)
        ]

    def case(self, case_id: str, *, user: str | None = None) -> CaseView:
        """One case.

        Raises:
            NotFound: ``case_unknown``.
        """
        self._case(case_id)
        return next(view for view in self.cases(user=user) if view.id == case_id)

    def stop_proposals(self) -> list[dict[str, Any]]:
        """What the software proposes to stop: standing breaches that no stop case answers yet.

        Each has ``alarm``, ``rule``, ``severity``, ``reason``, ``params``, ``since`` and ``tasks``; life
        safety comes first. See ``api.stops`` for what proposes a stop of which tasks. Only the chief
        supervision engineer orders a stop.
        """
        answered = {
            str(view.notes[0].data.get("alarm"))
            for view in self.cases("stop")
            if view.state in ("proposed", "issued", "dismissed")
        }
        return [item.row() for item in proposals(self.situation(), self.registry, answered)]

    def _with_rule(self, draft: CaseDraft) -> CaseDraft:
        """A stop that answers a finding says which rule's: green delay is counted by it."""
        finding = draft.data.get("alarm")
        rule = next((one["rule"] for one in self.stop_proposals() if one["alarm"] == finding), None)
        return replace(draft, data={**draft.data, RULE: rule}) if rule else draft

    # -- one step ---------------------------------------------------------------------------------------

    def _take(
        self, case_id: str | None, step: Step, user: str, draft: CaseDraft, capacity: str | None
    ) -> CaseView:
        for photo in draft.photos:
            check_photo(*photo)
        moment = self.now()
        self._check_waivable(step, draft)
        signer = self._proved(case_id, step, user, draft, capacity) if step.signed else None
        with self._write(EVIDENCE) as work:
            appointment = self._acting(work, user, step, capacity)
            # Read inside the transaction: of two people who close a case at once, one comes too late.
            case = fold_cases(work.notes(case_id))[0] if case_id else None
            check_step(case, step, user, draft.text)
            data = self._data(work, case, step, draft, moment)
            name = case_id or f"{_NUMBERS[step.kind]}-{work.count_cases(step.kind.value) + 1:03d}"
            note = Note(
                number=0,
                case=name,
                kind=step.kind.value,
                action=step.action,
                user=user,
                capacity=appointment.capacity.value,
                at=moment,
                text=readable(draft.text),
                files=tuple(
                    work.add_attachment(content, media_type, title, self._clock()).sha256
                    for title, media_type, content in draft.photos
                ),
                data=data,
            )
            if signer is not None:
                body = _body(note, step, work.notes(name), work.content_hashes())
                kind = f"case_{step.kind.value}"
                row = self.append_signed(work, signer, kind, moment, body, appointment)
                note = replace(note, entry=row.sequence)
            work.add_note(note)
        return self.case(name, user=user)

    def _proved(
        self, case_id: str | None, step: Step, user: str, draft: CaseDraft, capacity: str | None
    ) -> Signer:
        """The person, who proves who they are once it is clear that they may take the step."""
        with self._store.reading() as work:
            self._acting(work, user, step, capacity)
            check_step(fold_cases(work.notes(case_id))[0] if case_id else None, step, user, draft.text)
        return self.signer(user, draft.password)

    def _acting(self, work: Work, user: str, step: Step, capacity: str | None) -> Appointment:
        """The appointment in which a person takes a step."""
        right = Action(step.right)
        held = [
            item
            for item in self._appointments(work, user)
            if allowed(right, [item.capacity]) and capacity in (None, item.capacity.value)
        ]
        if not held:
            raise PermissionRefused(
                "not_appointed",
                f"{user} holds no appointment today that allows '{step.right}'.",
                "Ask the administrator for an appointment with the right capacity and dates.",
                user=user,
                action=step.right,
            )
        return held[0]

    def _data(
        self, work: Work, case: Case | None, step: Step, draft: CaseDraft, moment: datetime
    ) -> dict[str, Any]:
        """What a note says besides its words, checked against what the project knows."""
        self._check_subjects(work, draft)
        if case is None:
            self._check_opening(work, step, draft, moment)
        today = moment.astimezone(self.zone).date()
        for name, day in (("due", draft.due), ("expires", draft.expires)):
            if day is not None and day < today:
                raise InputRefused(
                    "case_day_past",
                    f"{day} has passed.",
                    "Choose a day to come.",
                    day=day.isoformat(),
                    field=name,
                )
        said: dict[str, Any] = {
            "title": readable(draft.title),
            "elements": list(dict.fromkeys(draft.elements)),
            "tasks": list(dict.fromkeys(draft.tasks)),
            "checkpoints": list(dict.fromkeys(draft.checkpoints)),
            "due": draft.due.isoformat() if draft.due else None,
            "expires": draft.expires.isoformat() if draft.expires else None,
            "inspection_at": to_utc(draft.inspection_at, self.zone).isoformat()
            if draft.inspection_at
            else None,
            "typed_at": draft.typed_at.astimezone(UTC).isoformat() if draft.typed_at else None,
        }
        return {**draft.data, **{key: value for key, value in said.items() if value}}

    def _check_subjects(self, work: Work, draft: CaseDraft) -> None:
        hashes = work.content_hashes() or {}
        for element in draft.elements:
            if element not in hashes:
                raise NotFound(
                    "element_unknown",
                    f"There is no element '{element}' in the current model.",
                    "Choose one of the list of elements.",
                    element=element,
                )
        schedule = work.current_schedule() if draft.tasks else None
        tasks = {task.id for task in schedule.tasks} if schedule else set()
        for task in draft.tasks:
            if task not in tasks:
                raise NotFound("task_unknown", f"There is no task '{task}'.", "Choose a task.", task=task)
        points = {point.id for point in work.checkpoints()} if draft.checkpoints else set()
        for point in draft.checkpoints:
            if point not in points:
                raise NotFound(
                    "checkpoint_unknown",
                    f"There is no checkpoint '{point}'.",
                    "List them with: bim-supervise checkpoint list.",
                    checkpoint=point,
                )

    def _check_opening(self, work: Work, step: Step, draft: CaseDraft, moment: datetime) -> None:
        """What a new case of its kind must name."""
        if step.kind in _SUBJECT_NEEDED and not (draft.elements or draft.tasks or draft.checkpoints):
            raise _lacking("elements", "Name the elements, tasks or checkpoints that it is about.")
        if step.kind is CaseKind.STOP and not draft.tasks:
            raise _lacking("tasks", "Name the tasks that are to stop.")
        if step.kind in (CaseKind.WAIVER, CaseKind.REQUEST) and not draft.checkpoints:
            raise _lacking("checkpoints", "Name the checkpoint.")
        if step.kind in _DUE_NEEDED and draft.due is None:
            raise _lacking("due", "Say by which day it must be answered.")
        if step.kind is CaseKind.WAIVER and draft.expires is None:
            raise _lacking("expires", "Say until which day the waiver holds.")
        if step.kind is CaseKind.REQUEST:
            if draft.inspection_at is None:
                raise _lacking("inspection_at", "Say when the inspection is to be.")
            self._check_notice(work, draft, moment, to_utc(draft.inspection_at, self.zone))

    def _check_notice(self, work: Work, draft: CaseDraft, moment: datetime, at: datetime) -> None:
        hours = max(
            (point.notice_hours or 0.0 for point in work.checkpoints() if point.id in draft.checkpoints),
            default=0.0,
        )
        earliest = moment + timedelta(hours=hours)
        if at < earliest:
            raise InputRefused(
                "notice_too_short",
                f"The inspection must be at least {hours:g} hours from now.",
                f"Name a time from {earliest.astimezone(self.zone):%Y-%m-%d %H:%M} on.",
                hours=f"{hours:g}",
                earliest=f"{earliest.astimezone(self.zone):%Y-%m-%d %H:%M}",
            )

    def _check_waivable(self, step: Step, draft: CaseDraft) -> None:
        """A mandatory life-safety clause is never waived, whoever asks."""
        if step.kind is not CaseKind.WAIVER or step.action != "grant":
            return
        judged = self.situation().judged
        for name in draft.checkpoints:
            if name not in judged:
                continue
            terms = judged[name].checkpoint.terms
            clause = terms.mandatory_clause if terms else ""
            grave = [item.rule for item in judged[name].verdicts if item.severity is Severity.LIFE_SAFETY]
            if clause or grave:
                raise InputRefused(
                    "waiver_never",
                    f"{name} stands on a mandatory life-safety clause ({clause or grave[0]}); "
                    "nobody can waive it.",
                    "Put the cause right, or stop the work.",
                    checkpoint=name,
                    clause=clause or grave[0],
                )

    def _case(self, case_id: str) -> Case:
        with self._store.reading() as work:
            found = fold_cases(work.notes(case_id))
        if not found:
            raise NotFound(
                "case_unknown", f"There is no case '{case_id}'.", "Choose one of the list.", case=case_id
            )
        return found[0]

    def _rights(self, work: Work, user: str | None) -> frozenset[str]:
        if user is None:
            return frozenset()
        held = [item.capacity for item in self._appointments(work, user)]
        return frozenset(action.value for action in Action if allowed(action, held))


_OPENING = {
    CaseKind.NCR: "raise",
    CaseKind.NOTICE: "issue",
    CaseKind.STOP: "propose",
    CaseKind.WAIVER: "grant",
    CaseKind.REQUEST: "invite",
    CaseKind.LOT: "define",
    CaseKind.LEVEL: "qualify",
}


def _kind(text: str) -> CaseKind:
    try:
        return CaseKind(text)
    except ValueError:
        known = ", ".join(kind.value for kind in CaseKind)
        raise InputRefused(
            "case_kind_unknown",
            f"'{text}' is no kind of case.",
            f"Use one of {known}.",
            kind=text,
            known=known,
        ) from None


def _lacking(name: str, advice: str) -> InputRefused:
    return InputRefused("case_incomplete", f"'{name}' is missing.", advice, field=name, advice=advice)


def _body(note: Note, step: Step, before: Sequence[Note], hashes: Mapping[str, str] | None) -> dict[str, Any]:
    """What the ledger says of a step: the step itself, and by digest all that led to it."""
    found = hashes or {}
    listed = [
        *note.data.get("elements", ()),
        *(key for row in before for key in row.data.get("elements", ())),
    ]
    return {
        "case": note.case,
        "kind": note.kind,
        "action": note.action,
        "reason": note.text,
        "data": json.loads(json.dumps(dict(note.data))),
        "history": digest_of([_told(row) for row in before]),
        "elements": [
            {"global_id": key, "content_hash": found[key]} for key in sorted(set(listed)) if key in found
        ],
        "attachments": sorted({*note.files, *(digest for row in before for digest in row.files)}),
    }


def _told(note: Note) -> list[Any]:
    return [
        note.number,
        note.action,
        note.user,
        note.capacity,
        note.at.isoformat(),
        note.text,
        list(note.files),
        json.loads(json.dumps(dict(note.data))),
    ]
