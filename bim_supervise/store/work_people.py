"""Accounts, appointments and login sessions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update

from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.store.records import AppointmentRecord, SessionRecord, UserRecord
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_people import AppointmentTable, SessionTable, UserTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_USER = table_of(UserTable)
_APPOINTMENT = table_of(AppointmentTable)
_SESSION = table_of(SessionTable)


class WorkPeople(WorkBase):
    """Who may sign in, and what they were appointed to."""

    def add_user(
        self,
        name: str,
        password_hash: str,
        created_at: datetime,
        display_name: str = "",
        language: str = "zh",
    ) -> UserRecord:
        """Add an account; ``password_hash`` is made by ``ledger.passwords``.

        Raises:
            InputRefused: ``user_exists`` or ``user_name_empty``.
        """
        if not name.strip():
            raise InputRefused("user_name_empty", "An account needs a name.", "Give one without spaces.")
        if self.user(name) is not None:
            raise InputRefused(
                "user_exists", f"There is an account '{name}' already.", "Choose another name.", name=name
            )
        user = UserRecord(
            name=name,
            display_name=display_name or name,
            password_hash=password_hash,
            language=language,
            created_at=created_at,
        )
        self._insert(UserTable, [to_row(user)])
        return user

    def set_password_hash(self, name: str, password_hash: str) -> None:
        """Replace the password hash of an account.

        Raises:
            NotFound: ``user_unknown``.
        """
        self._require(name)
        self._connection.execute(
            update(_USER).where(_USER.c.name == name).values(password_hash=password_hash)
        )

    def set_language(self, name: str, language: str) -> None:
        """Set the language an account reads.

        Raises:
            NotFound: ``user_unknown``.
        """
        self._require(name)
        self._connection.execute(update(_USER).where(_USER.c.name == name).values(language=language))

    def user(self, name: str) -> UserRecord | None:
        """An account by its name, or None."""
        row = self._row(select(_USER).where(_USER.c.name == name))
        return None if row is None else to_record(row, UserRecord)

    def users(self) -> list[UserRecord]:
        """All accounts by name."""
        return [to_record(row, UserRecord) for row in self._rows(select(_USER).order_by(_USER.c.name))]

    def add_appointment(
        self,
        user: str,
        capacity: str,
        first_day: date,
        last_day: date | None = None,
        certificate: str | None = None,
    ) -> AppointmentRecord:
        """Appoint a person to a capacity for site days, both inclusive.

        Raises:
            NotFound: ``user_unknown``.
            InputRefused: ``appointment_days`` when it would end before it begins.
        """
        self._require(user)
        if last_day is not None and last_day < first_day:
            raise InputRefused(
                "appointment_days",
                f"The appointment would end on {last_day}, before it begins on {first_day}.",
                "Swap the days or correct one.",
                first_day=str(first_day),
                last_day=str(last_day),
            )
        row: dict[str, Any] = {
            "user": user,
            "capacity": capacity,
            "first_day": first_day,
            "last_day": last_day,
            "certificate": certificate,
        }
        return AppointmentRecord(id=self._insert_one(AppointmentTable, row), **row)

    def appointments(self, user: str | None = None) -> list[AppointmentRecord]:
        """Appointments in the order they were made, of one person or of all."""
        statement = select(_APPOINTMENT).order_by(_APPOINTMENT.c.id)
        if user is not None:
            statement = statement.where(_APPOINTMENT.c.user == user)
        return [to_record(row, AppointmentRecord) for row in self._rows(statement)]

    def add_session(self, token_hash: str, user: str, created: datetime, expires: datetime) -> None:
        """Remember a login; sessions that had expired by ``created`` are forgotten.

        Raises:
            NotFound: ``user_unknown``.
        """
        self._require(user)
        self._connection.execute(delete(_SESSION).where(_SESSION.c.expires <= created))
        self._insert(
            SessionTable,
            [{"token_hash": token_hash, "user": user, "created": created, "expires": expires}],
        )

    def session(self, token_hash: str) -> SessionRecord | None:
        """A login session, expired or not, or None; the caller compares ``expires`` with its clock."""
        row = self._row(select(_SESSION).where(_SESSION.c.token_hash == token_hash))
        return None if row is None else to_record(row, SessionRecord)

    def end_session(self, token_hash: str) -> None:
        """Forget a login session; an unknown one is no error."""
        self._connection.execute(delete(_SESSION).where(_SESSION.c.token_hash == token_hash))

    def end_sessions_of(self, user: str) -> None:
        """Forget all sessions of a person."""
        self._connection.execute(delete(_SESSION).where(_SESSION.c.user == user))

    def _require(self, name: str) -> None:
        if self.user(name) is None:
            raise NotFound("user_unknown", f"There is no account '{name}'.", "Add it first.", name=name)
