"""Appointments and contacts as the administrator sees and sets them."""

from __future__ import annotations

from datetime import date
from typing import Any

from bim_supervise.api.base import PLAN
from bim_supervise.api.people import People
from bim_supervise.core.errors import InputRefused
from bim_supervise.ledger.capacities import Capacity

_CONTACTS = "people.contacts"
_LONGEST = 120


class Appointments(People):
    """Who holds which capacity, and how they are reached."""

    def capacities(self) -> list[str]:
        """All capacities that a person can be appointed to."""
        return [item.value for item in Capacity]

    def appointments(self) -> list[dict[str, Any]]:
        """All appointments with certificate numbers and the contact of each person."""
        with self._store.reading() as work:
            contacts = work.setting(_CONTACTS, {})
            return [
                {
                    "user": row.user,
                    "capacity": row.capacity,
                    "first_day": row.first_day,
                    "last_day": row.last_day,
                    "certificate": row.certificate,
                    "phone": "",
                    "email": "",
                    **contacts.get(row.user, {}),
                }
                for row in work.appointments()
            ]

    def appoint_as(
        self,
        administrator: str,
        user: str,
        capacity: str,
        first_day: date,
        last_day: date | None = None,
        *,
        certificate: str | None = None,
    ) -> None:
        """Appoint a person in the name of an administrator; see :meth:`appoint`.

        Raises:
            PermissionRefused: ``not_appointed`` when the one who appoints is no administrator.
        """
        self.require(administrator, "administer")
        self.appoint(user, capacity, first_day, last_day, certificate=certificate)

    def set_contact(self, administrator: str, user: str, *, phone: str = "", email: str = "") -> None:
        """Keep how a person is reached; their own contact anybody keeps, another's an administrator.

        Raises:
            PermissionRefused: ``not_appointed``.
            NotFound: ``user_unknown``.
            InputRefused: ``contact_invalid``.
        """
        if administrator != user:
            self.require(administrator, "administer")
        phone, email = phone.strip(), email.strip()
        wrong = phone and not all(sign.isdigit() or sign in "+-() /" for sign in phone)
        if wrong or (email and ("@" not in email[1:-1] or " " in email)) or len(phone + email) > _LONGEST:
            raise InputRefused(
                "contact_invalid",
                f"'{phone or email}' is no telephone number or address.",
                "Type the number with digits and +, the address as name@place.",
                text=phone or email,
            )
        with self._write(PLAN) as work:
            self._user(work, user)
            contacts = dict(work.setting(_CONTACTS, {}))
            contacts[user] = {"phone": phone, "email": email}
            work.set_setting(_CONTACTS, contacts)
