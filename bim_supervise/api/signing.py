"""Signing: one ledger entry binds verdicts, elements and model revision; and checking the chain."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from bim_supervise.api.base import EVIDENCE, existing_file
from bim_supervise.api.intake import Intake
from bim_supervise.api.ledger_acts import LedgerActs
from bim_supervise.api.permissions import Action, allowed
from bim_supervise.api.present import sign_off_view
from bim_supervise.api.views import SignOffView
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.core.whole_file import write_whole
from bim_supervise.ledger.capacities import Appointment, Capacity
from bim_supervise.ledger.chain import VerifyResult, verify
from bim_supervise.ledger.entries import (
    Decision,
    EntryType,
    SignedElement,
    SignedVerdict,
    instant_text,
    sign_off_body,
)
from bim_supervise.ledger.export import export_lines
from bim_supervise.ledger.read_export import verify_export_file
from bim_supervise.ledger.rules import Made, four_eyes
from bim_supervise.store.work import Work
from bim_supervise.supervise import Judged, Situation


class Signing(Intake, LedgerActs):
    """Signatures and the chain they stand in."""

    def sign(
        self,
        checkpoint_id: str,
        user: str,
        decision: str,
        reason: str,
        *,
        password: str,
        capacity: str | None = None,
        at: datetime | None = None,
        typed_at: datetime | None = None,
    ) -> dict[str, Any]:
        """Sign a checkpoint: one signed entry that binds verdicts, elements, photos and model revision.

        The person proves who they are again: ``password`` opens the key that signs.

        The signature is recorded whatever the evidence says; it opens the gate only if the evidence passes.
        ``at`` (aware UTC) signs at another site time than now, which only a replayed site allows.
        ``typed_at`` (aware) is when the words were written, where that was before there was a signal; it
        stands in the entry beside the time of the signature, and the same words sent again are not signed
        again.

        Raises:
            NotFound: ``checkpoint_unknown``.
            AuthenticationFailed: ``wrong_credentials``.
            PermissionRefused: ``not_appointed``, ``capacity_not_required``, ``four_eyes_two_capacities`` or
                ``four_eyes_own_work``.
            InputRefused: ``decision_unknown``, ``reason_missing``, ``capacity_ambiguous`` or
                ``not_a_replay``.
        """
        if decision not in {item.value for item in Decision}:
            raise InputRefused(
                "decision_unknown",
                f"'{decision}' is no decision.",
                "Use accept or reject.",
                decision=decision,
            )
        if not reason.strip():
            raise InputRefused(
                "reason_missing", "A signature needs a reason.", "Say what was checked, or what is wrong."
            )
        if at is not None and not self.info().replay:
            raise InputRefused(
                "not_a_replay",
                "Only a replayed site is signed at another time than now.",
                "Leave the time out.",
            )
        moment = at or self.now()
        situation = self.situation(moment)
        judged = situation.judged.get(checkpoint_id)
        if judged is None:
            raise unknown_checkpoint(checkpoint_id)
        state = situation.by_task.get(judged.checkpoint.task or "")
        element_ids = {element.global_id for element in state.elements} if state else set()
        with self._store.reading() as work:
            # Who may not sign is told so before a password is asked for.
            self._signing_appointment(work, user, judged, capacity)
        signer = self.signer(user, password)
        with self._write(EVIDENCE) as work:
            appointment = self._signing_appointment(work, user, judged, capacity)
            self._second_pair_of_eyes(work, user, appointment.capacity, Decision(decision), judged)
            model = work.current_model()
            elements = [item for item in work.elements() if item.global_id in element_ids] if model else []
            before = None
            if typed_at is not None:
                before = self._ledger_memory.typed(work, user, checkpoint_id, instant_text(typed_at))
            if before is not None:
                # The same words came before, and their answer got lost on the way.
                answer: dict[str, Any] = {"entry": before[0], "hash": before[1], "missing": []}
                return answer | {"state": judged.gate.state.value}
            body = sign_off_body(
                checkpoint=checkpoint_id,
                task=judged.checkpoint.task,
                decision=Decision(decision),
                reason=reason.strip(),
                verdicts=[
                    SignedVerdict(
                        rule=item.rule,
                        subject=item.subject.key,
                        outcome=item.outcome.value,
                        digest=item.digest,
                    )
                    for item in judged.verdicts
                ],
                elements=[
                    SignedElement(global_id=item.global_id, content_hash=item.content_hash)
                    for item in elements
                ],
                model_revision=model.sha256 if model else None,
                attachments=_photos(work, judged.checkpoint.task, element_ids, moment),
            )
            if typed_at is not None:
                body["typed_at"] = instant_text(typed_at)
            row = self.append_signed(work, signer, EntryType.SIGN_OFF, moment, body, appointment)
        after = self.situation(moment).judged[checkpoint_id]
        return {
            "entry": row.sequence,
            "hash": row.hash,
            "state": after.gate.state.value,
            "missing": [{"code": item.code, "params": dict(item.params)} for item in after.gate.missing],
        }

    def sign_offs(self) -> list[SignOffView]:
        """All sign-offs, the newest first."""
        situation = self.situation()
        with self._store.reading() as work:
            views = self._ledger_views(work, situation)
        flat = [view for group in views.values() for view in group]
        return sorted(flat, key=lambda view: view.sequence, reverse=True)

    def export_ledger(self, path: str | Path) -> dict[str, Any]:
        """Write the chain of sign-offs to one file; it appears whole or not at all."""
        target = Path(path).expanduser()
        with self._store.reading() as work:
            project = work.project().id
            found = verify(work.entries(), project=project, cores=os.cpu_count() or 1)
            if not found.valid:
                raise InputRefused(
                    "ledger_broken",
                    f"The ledger does not hold: entry {found.first_broken}, {found.reason}.",
                    "Nothing was written. Compare with an export or a backup made before.",
                    entry=found.first_broken,
                    reason=found.reason,
                )
            lines = export_lines(
                work.entries(), project=project, entries=found.entries, head=found.head, keys=found.keys
            )
            write_whole(target, lines)
        return {"file": str(target), "entries": found.entries, "head": found.head}

    def verify_ledger(
        self,
        *,
        head: str | None = None,
        chain_only: bool = False,
        on_progress: Callable[[int], None] | None = None,
    ) -> dict[str, Any]:
        """Check the project's own chain, on all cores; see :func:`verify_ledger_file`."""
        with self._store.reading() as work:
            result = verify(
                work.entries(),
                project=work.project().id,
                head=head,
                chain_only=chain_only,
                cores=os.cpu_count() or 1,
                on_progress=on_progress,
            )
        return _said(result)

    def ledger_length(self) -> int:
        """How many entries the ledger has."""
        with self._store.reading() as work:
            return work.ledger_head().entries

    def _second_pair_of_eyes(
        self, work: Work, user: str, capacity: Capacity, decision: Decision, judged: Judged
    ) -> None:
        earlier = [
            Made(item.signer, item.capacity, item.decision)
            for item in self._ledger_memory.sign_offs_of(work, judged.checkpoint.id)
        ]
        task = judged.checkpoint.task
        claimed_by = {fact.reporter for fact in work.facts(kinds=_CLAIMS, subject=task)} if task else set()
        problem = four_eyes(user, capacity, decision, earlier, claimed_by)
        if problem == "four_eyes_two_capacities":
            raise PermissionRefused(
                "four_eyes_two_capacities",
                f"{user} has accepted {judged.checkpoint.id} in another capacity; a second person must sign.",
                "Let another appointed person sign.",
                user=user,
                checkpoint=judged.checkpoint.id,
            )
        if problem:
            raise PermissionRefused(
                "four_eyes_own_work",
                f"{user} reported the work of {judged.checkpoint.id} and cannot accept it as its supervisor.",
                "Let another appointed person sign.",
                user=user,
                checkpoint=judged.checkpoint.id,
            )

    def _signing_appointment(
        self, work: Work, user: str, judged: Judged, capacity: str | None
    ) -> Appointment:
        """The appointment that entitles a person to sign this checkpoint now."""
        self._user(work, user)
        held = [item for item in self._entitled(work, user) if allowed(Action.SIGN, [item.capacity])]
        if not held:
            raise PermissionRefused(
                "not_appointed",
                f"{user} holds no appointment today that allows signing.",
                "Ask the administrator for an appointment with the right capacity and dates.",
                user=user,
                action="sign",
            )
        required = judged.checkpoint.required_capacities
        fitting = [
            item
            for item in held
            if (not required or item.capacity.value in required)
            and (capacity is None or item.capacity.value == capacity)
        ]
        if not fitting:
            raise PermissionRefused(
                "capacity_not_required",
                f"{user} holds none of the capacities that must sign {judged.checkpoint.id}: "
                f"{', '.join(required) or capacity}.",
                "Let an appointed person sign.",
                user=user,
                required=list(required),
                checkpoint=judged.checkpoint.id,
                capacities=list(required) or [capacity],
            )
        if len({item.capacity for item in fitting}) > 1:
            raise InputRefused(
                "capacity_ambiguous",
                f"{user} could sign in several capacities: "
                f"{', '.join(sorted({item.capacity.value for item in fitting}))}.",
                "Say in which one.",
                user=user,
                capacities=sorted({item.capacity.value for item in fitting}),
            )
        return fitting[0]

    def _ledger_views(
        self, work: Work, situation: Situation, checkpoints: Iterable[str] | None = None
    ) -> dict[str, list[SignOffView]]:
        """What was signed by checkpoint, of some or of the whole ledger."""
        views: dict[str, list[SignOffView]] = {}
        withdrawn = self._ledger_memory.withdrawn(work)
        if checkpoints is None:
            rows = work.entries()
        else:
            rows = work.entries_at(self._ledger_memory.places(work, checkpoints))
        for row in rows:
            entry = json.loads(row.data)
            if entry["type"] != EntryType.SIGN_OFF:
                continue
            judged = situation.judged.get(entry["checkpoint"])
            counts = judged is not None and row.sequence in judged.gate.counted
            views.setdefault(entry["checkpoint"], []).append(
                sign_off_view(
                    row.sequence, row.hash, entry, counts=counts, withdrawn=row.sequence in withdrawn
                )
            )
        return views


_CLAIMS = ("task_started", "task_finished", "quantity_reported", "percent_reported")
"""Kinds by which a person claims that work was done."""


def verify_ledger_file(
    path: str | Path,
    *,
    head: str | None = None,
    chain_only: bool = False,
    cores: int = 1,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Check an exported ledger; needs no project.

    ``head`` is a hash that was handed out before (a printed one), ``chain_only`` leaves signatures out.

    Raises:
        NotFound: ``file_missing``.
    """
    result = verify_export_file(
        existing_file(path), head=head, chain_only=chain_only, cores=cores, on_progress=on_progress
    )
    return _said(result)


def ledger_file_length(path: str | Path) -> int:
    """How many entries an export says it has, for a progress bar; 0 when it does not say."""
    with existing_file(path).open("rb") as stream:
        try:
            return int(json.loads(stream.readline())["entries"])
        except (ValueError, KeyError, TypeError):
            return 0


def _said(result: VerifyResult) -> dict[str, Any]:
    return {
        "entries": result.entries,
        "valid": result.valid,
        "first_broken": result.first_broken,
        "reason": result.reason,
        "head": result.head,
        "unsigned": result.unsigned,
        "keys": [dataclasses.asdict(key) for key in result.keys],
    }


def _photos(work: Work, task: str | None, element_ids: set[str], moment: datetime) -> list[str]:
    """SHA-256 of the photos that people took of a task and its elements up to a moment."""
    if task is None:
        return []
    facts = work.facts(until=moment, subject=task)
    for element in sorted(element_ids) if len(element_ids) <= _MOST_ELEMENTS_WITH_PHOTOS else ():
        facts += work.facts(until=moment, subject=element)
    return sorted({str(photo) for fact in facts for photo in fact.payload.get("photos", ())})


_MOST_ELEMENTS_WITH_PHOTOS = 500


def unknown_checkpoint(checkpoint_id: str) -> NotFound:
    """The refusal of a checkpoint id that this project does not have."""
    return NotFound(
        "checkpoint_unknown",
        f"There is no checkpoint '{checkpoint_id}'.",
        "List them with: bim-supervise checkpoint list.",
        checkpoint=checkpoint_id,
    )
