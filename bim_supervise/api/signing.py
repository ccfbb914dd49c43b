"""Signing: one ledger entry binds verdicts, elements and model revision; and checking the chain."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bim_supervise.api.base import EVIDENCE, existing_file
from bim_supervise.api.intake import Intake
from bim_supervise.api.permissions import Action, allowed
from bim_supervise.api.present import sign_off_view
from bim_supervise.api.views import SignOffView
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.ledger.capacities import Appointment
from bim_supervise.ledger.chain import export_lines, verify, verify_export
from bim_supervise.ledger.entries import (
    Decision,
    SignedElement,
    SignedVerdict,
    entry_bytes,
    sign_off_entry,
    signed_entry,
)
from bim_supervise.store.work import Work
from bim_supervise.supervise import Judged, Situation


class Signing(Intake):
    """Signatures and the chain they stand in."""

    def sign(
        self,
        checkpoint_id: str,
        user: str,
        decision: str,
        reason: str,
        *,
        capacity: str | None = None,
        at: datetime | None = None,
    ) -> dict[str, Any]:
        """Sign a checkpoint: one entry in the ledger that binds verdicts, elements and model revision.

        The signature is recorded whatever the evidence says; it opens the gate only if the evidence passes.
        ``at`` (aware UTC) signs at another site time than now, which only a replayed site allows.

        Raises:
            NotFound: ``checkpoint_unknown``.
            PermissionRefused: ``not_appointed`` or ``capacity_not_required``.
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
        with self._write(EVIDENCE) as work:
            appointment = self._signing_appointment(work, user, judged, capacity)
            model = work.current_model()
            elements = [item for item in work.elements() if item.global_id in element_ids] if model else []
            project = work.project()
            signer = self._user(work, user)

            def make(sequence: int, previous: str) -> bytes:
                return entry_bytes(
                    sign_off_entry(
                        sequence=sequence,
                        previous_hash=previous,
                        time=moment,
                        project=project.id,
                        signer=user,
                        display_name=signer.display_name,
                        appointment=appointment,
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
                    )
                )

            row = work.append_entry(make)
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
        partial = target.with_name(f".{target.name}.part")
        with self._store.reading() as work:
            head = work.ledger_head()
            lines = export_lines(
                work.entries(), project=work.project().id, entries=head.entries, head=head.hash
            )
            try:
                with partial.open("wb") as stream:
                    stream.writelines(lines)
                    stream.flush()
                    os.fsync(stream.fileno())
                partial.replace(target)
            except OSError as error:
                with contextlib.suppress(OSError):
                    partial.unlink()
                raise InputRefused(
                    "file_not_writable",
                    f"{target} cannot be written: {error.strerror}.",
                    "Choose another folder.",
                    path=str(target),
                    problem=error.strerror,
                ) from error
        return {"file": str(target), "entries": head.entries, "head": head.hash}

    def verify_ledger(self) -> dict[str, Any]:
        """Check the project's own chain."""
        with self._store.reading() as work:
            result = verify(work.entries(), project=work.project().id)
        return {
            "entries": result.entries,
            "valid": result.valid,
            "first_broken": result.first_broken,
            "reason": result.reason,
            "head": result.head,
        }

    def _append_signed(
        self,
        work: Work,
        user: str,
        appointment: Appointment,
        entry_type: str,
        body: Mapping[str, Any],
        moment: datetime,
    ) -> int:
        """Append an entry that is no sign-off of a checkpoint; its place in the chain."""
        project = work.project()
        signer = self._user(work, user)

        def make(sequence: int, previous: str) -> bytes:
            return entry_bytes(
                signed_entry(
                    sequence=sequence,
                    previous_hash=previous,
                    time=moment,
                    project=project.id,
                    entry_type=entry_type,
                    signer=user,
                    display_name=signer.display_name,
                    appointment=appointment,
                    body=body,
                )
            )

        return work.append_entry(make).sequence

    def _signing_appointment(
        self, work: Work, user: str, judged: Judged, capacity: str | None
    ) -> Appointment:
        """The appointment that entitles a person to sign this checkpoint now."""
        self._user(work, user)
        held = [item for item in self._appointments(work, user) if allowed(Action.SIGN, [item.capacity])]
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

    def _ledger_views(self, work: Work, situation: Situation) -> dict[str, list[SignOffView]]:
        views: dict[str, list[SignOffView]] = {}
        for row in work.entries():
            entry = json.loads(row.data)
            if entry["type"] != "sign_off":
                continue
            judged = situation.judged.get(entry["checkpoint"])
            counts = judged is not None and row.sequence in judged.gate.counted
            views.setdefault(entry["checkpoint"], []).append(
                sign_off_view(row.sequence, row.hash, entry, counts=counts)
            )
        return views


def verify_ledger_file(path: str | Path) -> dict[str, Any]:
    """Check an exported ledger; needs no project.

    Raises:
        NotFound: ``file_missing``.
    """
    with existing_file(path).open("rb") as stream:
        result = verify_export(stream)
    return {
        "entries": result.entries,
        "valid": result.valid,
        "first_broken": result.first_broken,
        "reason": result.reason,
        "head": result.head,
    }


def unknown_checkpoint(checkpoint_id: str) -> NotFound:
    """The refusal of a checkpoint id that this project does not have."""
    return NotFound(
        "checkpoint_unknown",
        f"There is no checkpoint '{checkpoint_id}'.",
        "List them with: bim-supervise checkpoint list.",
        checkpoint=checkpoint_id,
    )
