"""People: accounts, sessions, appointments, and what they may do."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from bim_supervise.api.base import EVIDENCE, PLAN, ProjectBase
from bim_supervise.api.permissions import Action, allowed
from bim_supervise.api.views import UserView
from bim_supervise.core.canonical import sha256_hex
from bim_supervise.core.catalogue import LANGUAGES
from bim_supervise.core.errors import AuthenticationFailed, InputRefused, NotFound, PermissionRefused
from bim_supervise.ledger.capacities import Appointment, Capacity
from bim_supervise.ledger.passwords import hash_password, needs_rehash, verify_password
from bim_supervise.store.records import AppointmentRecord, UserRecord
from bim_supervise.store.work import Work

SESSION_LENGTH = timedelta(hours=12)


class People(ProjectBase):
    """Accounts, sessions and appointments."""

    def add_user(self, name: str, password: str, *, display_name: str = "", language: str = "zh") -> None:
        """Create an account.

        Raises:
            InputRefused: ``user_exists``, ``user_name_bad``, ``language_unknown`` or ``password_too_short``.
        """
        if not name or name != name.strip() or not name.isprintable() or len(name) > 64:
            raise InputRefused(
                "user_name_bad",
                f"'{name}' cannot be a login name.",
                "Use 1 to 64 printable characters without spaces at the ends.",
                name=name,
            )
        if language not in LANGUAGES:
            raise InputRefused(
                "language_unknown", f"There is no language '{language}'.", "Use zh or en.", language=language
            )
        hashed = hash_password(password)
        with self._write(PLAN) as work:
            work.add_user(name, hashed, self._clock(), display_name, language)

    def set_password(self, name: str, password: str) -> None:
        """Replace a forgotten password; open sessions end, and the next signature makes a new signing key."""
        hashed = hash_password(password)
        with self._write(PLAN) as work:
            self._user(work, name)
            work.set_password_hash(name, hashed)
            work.retire_signing_key(name, self._clock())
            work.end_sessions_of(name)

    def appoint(
        self,
        user: str,
        capacity: str,
        first_day: date,
        last_day: date | None = None,
        *,
        certificate: str | None = None,
    ) -> None:
        """Appoint a person to a capacity from ``first_day`` to ``last_day`` (site days, inclusive).

        Raises:
            NotFound: ``user_unknown``.
            InputRefused: ``capacity_unknown`` or ``appointment_days``.
        """
        if capacity not in {item.value for item in Capacity}:
            raise InputRefused(
                "capacity_unknown",
                f"There is no capacity '{capacity}'.",
                f"Use one of {', '.join(item.value for item in Capacity)}.",
                capacity=capacity,
            )
        with self._write(PLAN) as work:
            work.add_appointment(user, capacity, first_day, last_day, certificate)

    def users(self) -> list[UserView]:
        """All accounts with the capacities they hold today."""
        today = self.today()
        with self._store.reading() as work:
            return [self._view(work, user, today) for user in work.users()]

    def user(self, name: str) -> UserView:
        """One account.

        Raises:
            NotFound: ``user_unknown``.
        """
        today = self.today()
        with self._store.reading() as work:
            return self._view(work, self._user(work, name), today)

    def set_language(self, name: str, language: str) -> None:
        """Remember which language a person reads."""
        with self._write(PLAN) as work:
            work.set_language(name, language)

    def check_password(self, name: str, password: str) -> None:
        """Make sure that this is the person's password.

        Raises:
            AuthenticationFailed: ``wrong_credentials``; it does not say whether the name exists.
        """
        with self._store.reading() as work:
            user = work.user(name)
        if not verify_password(user.password_hash if user else None, password) or user is None:
            raise AuthenticationFailed(
                "wrong_credentials", "The name or the password is wrong.", "Type both again."
            )
        if needs_rehash(user.password_hash):
            with self._write(PLAN) as work:
                work.set_password_hash(name, hash_password(password))

    def login(self, name: str, password: str) -> str:
        """Open a session and return its token; the store keeps only the token's hash.

        Raises:
            AuthenticationFailed: ``wrong_credentials``.
        """
        self.check_password(name, password)
        with self._write(EVIDENCE) as work:
            return self._open_session(work, name)

    def session_user(self, token: str | None) -> UserView | None:
        """Whose session a token opens; None when there is none or it has ended."""
        if not token:
            return None
        with self._store.reading() as work:
            session = work.session(_token_hash(token))
            if session is None or session.expires <= self._clock():
                return None
            user = work.user(session.user)
            return self._view(work, user, self.today()) if user else None

    def logout(self, token: str) -> None:
        """End a session."""
        with self._write(EVIDENCE) as work:
            work.end_session(_token_hash(token))

    def may(self, user: str, action: str) -> bool:
        """Whether a person may do something today, by the table in ``api.permissions``."""
        with self._store.reading() as work:
            return allowed(Action(action), [item.capacity for item in self._appointments(work, user)])

    def require(self, user: str, action: str) -> None:
        """Refuse what a person may not do.

        Raises:
            PermissionRefused: ``not_appointed``.
        """
        if not self.may(user, action):
            raise PermissionRefused(
                "not_appointed",
                f"{user} holds no appointment today that allows '{action}'.",
                "Ask the administrator for an appointment with the right capacity and dates.",
                user=user,
                action=action,
            )

    def _open_session(self, work: Work, name: str) -> str:
        token = secrets.token_urlsafe(32)
        now = self._clock()
        work.add_session(_token_hash(token), name, now, now + SESSION_LENGTH)
        return token

    def _appointments(self, work: Work, user: str) -> list[Appointment]:
        """Appointments of a person that are in force today."""
        today = self._now(work.project()).astimezone(self._zone).date()
        return [item for record in work.appointments(user) if (item := _appointment(record)).holds_on(today)]

    def _user(self, work: Work, name: str) -> UserRecord:
        user = work.user(name)
        if user is None:
            raise NotFound("user_unknown", f"There is no user '{name}'.", "Add the user first.", name=name)
        return user

    def _view(self, work: Work, user: UserRecord, today: date) -> UserView:
        held = [
            record.capacity for record in work.appointments(user.name) if _appointment(record).holds_on(today)
        ]
        return UserView(
            name=user.name,
            display_name=user.display_name,
            language=user.language,
            capacities=tuple(dict.fromkeys(held)),
        )


def _appointment(record: AppointmentRecord) -> Appointment:
    return Appointment(
        id=record.id,
        user=record.user,
        capacity=Capacity(record.capacity),
        first_day=record.first_day,
        last_day=record.last_day,
        certificate=record.certificate,
    )


def _token_hash(token: str) -> str:
    return sha256_hex(token.encode())
