"""Signers: opening a person's key under their password, and entries made with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bim_supervise.api.base import PLAN
from bim_supervise.api.people import People
from bim_supervise.core.errors import AuthenticationFailed, InputRefused
from bim_supervise.ledger.capacities import Appointment, Capacity
from bim_supervise.ledger.entries import EntryType, capacity_part, unsigned_entry
from bim_supervise.ledger.passwords import hash_password
from bim_supervise.ledger.signatures import SigningKey, new_key, seal, signed_bytes, unseal
from bim_supervise.store.records import LedgerRow
from bim_supervise.store.work import Work
from bim_supervise.store.work_signing import SigningKeyRecord


@dataclass(frozen=True, slots=True)
class Signer:
    """A person who has just proved who they are, with their key opened for what they do now."""

    user: str
    key: SigningKey
    sealed: Mapping[str, Any] | None
    """Given while the key is new and stands neither in the store nor in the ledger."""


class Signers(People):
    """Keys under passwords, and signed entries."""

    def signer(self, user: str, password: str) -> Signer:
        """Ask for the password again and open the person's key; the first signature makes one.

        It takes a good part of a second on purpose, and must stand outside any transaction.

        Raises:
            AuthenticationFailed: ``password_needed``, ``wrong_credentials`` or ``signing_throttled``.
        """
        if not password:
            raise AuthenticationFailed(
                "password_needed", "A signature asks for your password.", "Type it; it is not kept."
            )
        self._retype(user, password)
        with self._store.reading() as work:
            record = work.signing_key(user)
        if record is not None and record.sealed is not None:
            return Signer(user, unseal(record.sealed, user, password), None)
        key = new_key()
        return Signer(user, key, seal(key, user, password))

    def _retype(self, user: str, password: str) -> None:
        """Check a password that is asked for again; guessing in somebody's open session is slowed down."""
        place = f"again\n{user}"
        wait = self._retyped.wait_s(place, user)
        if wait > 0:
            seconds = math.ceil(wait)
            raise AuthenticationFailed(
                "signing_throttled",
                f"The password was wrong too often; try again in {seconds} s.",
                "Wait, then type it slowly. If you forgot it, ask the administrator.",
                seconds=seconds,
            )
        try:
            self.check_password(user, password)
        except AuthenticationFailed:
            self._retyped.failed(place, user)
            raise
        self._retyped.succeeded(place, user)

    def change_password(self, user: str, old: str, new: str) -> None:
        """A person replaces their own password; their signing key stays, under the new one.

        Open sessions of the account end.

        Raises:
            AuthenticationFailed: ``wrong_credentials`` or ``signing_throttled``.
            InputRefused: ``password_too_short`` or ``password_too_long``.
        """
        self._retype(user, old)
        hashed = hash_password(new)
        with self._store.reading() as work:
            record = work.signing_key(user)
        sealed = None
        if record is not None and record.sealed is not None:
            sealed = seal(unseal(record.sealed, user, old), user, new)
        with self._write(PLAN) as work:
            work.set_password_hash(user, hashed)
            if record is not None and sealed is not None:
                work.reseal_signing_key(record.public_key, sealed)
            work.end_sessions_of(user)

    def signer_keys(self, user: str) -> list[dict[str, Any]]:
        """Public keys of a person, for printing: the newest is the one in use."""
        with self._store.reading() as work:
            return [
                {"public_key": key.public_key, "since": key.created_at, "until": key.retired_at}
                for key in work.signing_keys(user)
            ]

    def append_signed(
        self,
        work: Work,
        signer: Signer,
        entry_type: str,
        moment: datetime,
        body: Mapping[str, Any],
        appointment: Appointment | None = None,
    ) -> LedgerRow:
        """Append one signed entry in the caller's transaction; a new key is introduced by an entry before it.

        Args:
            work: the write transaction that the entry belongs to.
            signer: from :meth:`signer`.
            entry_type: what it records, see ``ledger.entries.EntryType``.
            moment: aware instant of the signature.
            body: plain data without floats; its names must not be those of every entry.
            appointment: in which capacity it is signed, None for what a person says about themself.

        Raises:
            AuthenticationFailed: ``signing_key_changed``: the key was replaced since it was opened.
        """
        user = self._user(work, signer.user)
        public_key = signer.key.public_key
        current = work.signing_key(user.name)
        project = work.project().id

        def make(kind: str, said: Mapping[str, Any]) -> LedgerRow:
            return work.append_entry(
                lambda sequence, previous: signed_bytes(
                    unsigned_entry(
                        sequence=sequence,
                        previous_hash=previous,
                        time=moment,
                        project=project,
                        entry_type=kind,
                        signer=user.name,
                        display_name=user.display_name,
                        public_key=public_key,
                        body=said,
                    ),
                    signer.key,
                )
            )

        if current is None or current.public_key != public_key:
            if signer.sealed is None or current is not None:
                raise AuthenticationFailed(
                    "signing_key_changed",
                    "The signing key was replaced in the meantime.",
                    "Sign again.",
                )
            before = work.signing_keys(user.name)
            replaces = before[-1].public_key if before else None
            work.add_signing_key(
                SigningKeyRecord(
                    public_key=public_key, user=user.name, sealed=signer.sealed, created_at=self._clock()
                )
            )
            make(EntryType.SIGNING_KEY, {"replaces": replaces})
        capacity = capacity_part(appointment, user.name) if appointment else {}
        return make(entry_type, {**capacity, **body})

    def _entitled(self, work: Work, user: str) -> list[Appointment]:
        """A person's own appointments in force today, and capacities handed on to them for today."""
        today = self._now(work.project()).astimezone(self._zone).date()
        handed = []
        for item in work.delegations(user):
            if item.withdrawn_by is not None or not item.first_day <= today <= item.last_day:
                continue
            # A deputy stands and falls with the appointment of the person who named them.
            own = next(
                (held for held in self._appointments(work, item.delegator) if held.capacity == item.capacity),
                None,
            )
            if own is not None:
                handed.append(
                    Appointment(
                        id=own.id,
                        user=user,
                        capacity=Capacity(item.capacity),
                        first_day=item.first_day,
                        last_day=item.last_day,
                        certificate=own.certificate,
                        delegated_by=item.delegator,
                        delegation=item.entry,
                    )
                )
        return [*self._appointments(work, user), *handed]


def days_in_order(first_day: date, last_day: date) -> None:
    """Make sure that a span of days does not end before it begins.

    Raises:
        InputRefused: ``appointment_days``.
    """
    if last_day < first_day:
        raise InputRefused(
            "appointment_days",
            f"It would end on {last_day}, before it begins on {first_day}.",
            "Swap the days or correct one.",
            first_day=str(first_day),
            last_day=str(last_day),
        )
