"""Acts of the ledger besides signing a checkpoint: taking a signature back, and naming a deputy."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from bim_supervise.api.base import EVIDENCE
from bim_supervise.api.signers import Signers, days_in_order
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.ledger.entries import EntryType
from bim_supervise.ledger.rules import DELEGABLE
from bim_supervise.store.records import LedgerRow
from bim_supervise.store.work import Work
from bim_supervise.store.work_signing import DelegationRecord

_REVOCABLE = (EntryType.SIGN_OFF, EntryType.DELEGATION)


class LedgerActs(Signers):
    """Withdrawal and delegation; both are entries, nothing is ever changed or removed."""

    def withdraw(self, entry: int, user: str, reason: str, password: str) -> dict[str, Any]:
        """Take back one's own sign-off or delegation by a new entry; the old one stays and no longer counts.

        Raises:
            NotFound: ``entry_unknown``.
            InputRefused: ``reason_missing``, ``entry_not_revocable`` or ``entry_withdrawn``.
            PermissionRefused: ``not_own_entry``.
            AuthenticationFailed: ``wrong_credentials``.
        """
        said = _reason(reason)
        signer = self.signer(user, password)
        with self._write(EVIDENCE) as work:
            row = self._entry(work, entry)
            old = json.loads(row.data)
            if old["type"] not in _REVOCABLE:
                raise InputRefused(
                    "entry_not_revocable",
                    f"Entry {entry} is neither a sign-off nor a delegation.",
                    "Only these can be taken back.",
                    entry=entry,
                )
            if old["signer"] != user:
                raise PermissionRefused(
                    "not_own_entry",
                    f"Entry {entry} was signed by {old['signer']}, not by {user}.",
                    "Let the signer withdraw it, or reject the checkpoint.",
                    entry=entry,
                    signer=old["signer"],
                    user=user,
                )
            if entry in self._ledger_memory.withdrawn(work):
                raise InputRefused(
                    "entry_withdrawn", f"Entry {entry} was withdrawn before.", "Nothing is left to do.",
                    entry=entry,
                )  # fmt: skip
            made = self.append_signed(
                work,
                signer,
                EntryType.WITHDRAWAL,
                self.now(),
                {"withdraws": {"entry": entry, "hash": row.hash}, "reason": said},
            )
            if old["type"] == EntryType.DELEGATION:
                work.withdraw_delegation(entry, made.sequence)
        return {"entry": made.sequence, "hash": made.hash, "withdraws": entry}

    def delegate(
        self,
        user: str,
        capacity: str,
        delegate: str,
        first_day: date,
        last_day: date,
        reason: str,
        password: str,
    ) -> dict[str, Any]:
        """Hand a capacity on for some days: the deputy may sign checkpoints in it, and nothing else.

        It ends with its last day, with the delegator's own appointment, or when it is withdrawn.

        Raises:
            NotFound: ``user_unknown``.
            InputRefused: ``reason_missing``, ``appointment_days`` or ``capacity_not_delegable``.
            PermissionRefused: ``not_own_capacity``: only who is appointed to it may hand it on.
            AuthenticationFailed: ``wrong_credentials``.
        """
        said = _reason(reason)
        days_in_order(first_day, last_day)
        if capacity not in DELEGABLE or delegate == user:
            raise InputRefused(
                "capacity_not_delegable",
                f"The capacity {capacity} cannot be handed on to {delegate}.",
                "Engineers, inspectors and project managers may name another person as deputy.",
                capacity=capacity,
                delegate=delegate,
            )
        signer = self.signer(user, password)
        with self._write(EVIDENCE) as work:
            self._user(work, delegate)
            own = next((item for item in self._appointments(work, user) if item.capacity == capacity), None)
            if own is None:
                raise PermissionRefused(
                    "not_own_capacity",
                    f"{user} is not appointed as {capacity} today and cannot hand it on.",
                    "Only an appointed person can name a deputy, and a deputy cannot name another.",
                    user=user,
                    capacity=capacity,
                )
            made = self.append_signed(
                work,
                signer,
                EntryType.DELEGATION,
                self.now(),
                {
                    "delegate": delegate,
                    "from": first_day.isoformat(),
                    "to": last_day.isoformat(),
                    "reason": said,
                },
                own,
            )
            work.add_delegation(
                DelegationRecord(
                    entry=made.sequence,
                    delegator=user,
                    delegate=delegate,
                    capacity=capacity,
                    first_day=first_day,
                    last_day=last_day,
                )
            )
        return {"entry": made.sequence, "hash": made.hash}

    def _entry(self, work: Work, sequence: int) -> LedgerRow:
        row = work.entry(sequence)
        if row is None:
            raise NotFound(
                "entry_unknown",
                f"The ledger has no entry {sequence}.",
                "The register of sign-offs lists them.",
                entry=sequence,
            )
        return row


def _reason(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise InputRefused(
            "reason_missing", "A signature needs a reason.", "Say what was checked, or what is wrong."
        )
    return said
