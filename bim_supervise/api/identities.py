"""Login by an identity at an OpenID provider: who it is here is said by the administrator alone.

An identity opens a session of an account that exists; it never makes an account or an appointment, and a
signature still asks for the account's own password, which opens the signing key.
"""

from __future__ import annotations

from bim_supervise.api.base import EVIDENCE, PLAN
from bim_supervise.api.people import People
from bim_supervise.core.errors import AuthenticationFailed, InputRefused, NotFound
from bim_supervise.store.work_identities import IdentityEventRecord, IdentityRecord

_LONGEST = 255
"""Longest subject that OpenID Connect allows [characters]."""


class Identities(People):
    """Outside identities of accounts."""

    def link_identity(self, name: str, issuer: str, subject: str, *, user: str) -> None:
        """Let an identity at an OpenID provider open sessions of an account.

        Args:
            name: the account.
            issuer: the provider, exactly as it names itself.
            subject: the provider's unchanging id of the person (``sub``).
            user: the administrator who says so.

        Raises:
            PermissionRefused: ``not_appointed``.
            NotFound: ``user_unknown``.
            InputRefused: ``identity_bad`` or ``identity_taken``.
        """
        self.require(user, "administer")
        for value in (issuer, subject):
            if not value or value != value.strip() or not value.isprintable() or len(value) > _LONGEST:
                raise InputRefused(
                    "identity_bad",
                    f"'{value[:80]}' cannot name an identity.",
                    "Copy issuer and subject as the login page showed them when it refused.",
                    value=value[:80],
                )
        with self._write(PLAN) as work:
            self._user(work, name)
            owner = work.identity(issuer, subject)
            if owner is not None:
                raise InputRefused(
                    "identity_taken",
                    f"This identity belongs to {owner}.",
                    "Unlink it there first.",
                    owner=owner,
                )
            work.add_identity(issuer, subject, name)
            work.add_identity_event(self._clock(), "linked", issuer, subject, name, user)

    def unlink_identity(self, issuer: str, subject: str, *, user: str) -> None:
        """Let an identity open no more sessions; the open sessions of its account end.

        Raises:
            PermissionRefused: ``not_appointed``.
            NotFound: ``identity_unknown``.
        """
        self.require(user, "administer")
        with self._write(PLAN) as work:
            name = work.identity(issuer, subject)
            if name is None:
                raise NotFound(
                    "identity_unknown",
                    f"No account has the identity '{subject}' at {issuer}.",
                    "'identity list' names all.",
                    issuer=issuer,
                    subject=subject,
                )
            work.remove_identity(issuer, subject)
            work.end_sessions_of(name)
            work.add_identity_event(self._clock(), "unlinked", issuer, subject, name, user)

    def identities(self, user: str) -> list[IdentityRecord]:
        """All outside identities by account.

        Raises:
            PermissionRefused: ``not_appointed``.
        """
        self.require(user, "administer")
        with self._store.reading() as work:
            return work.identities()

    def identity_events(self, user: str) -> list[IdentityEventRecord]:
        """Which identities were linked, unlinked, let in and refused, the newest first.

        Raises:
            PermissionRefused: ``not_appointed``.
        """
        self.require(user, "audit_reads")
        with self._store.reading() as work:
            return work.identity_events()

    def login_identity(self, issuer: str, subject: str) -> str:
        """Open a session for an identity that the provider has vouched for, and return its token.

        Raises:
            AuthenticationFailed: ``identity_unlinked``; the refusal is kept.
        """
        with self._write(EVIDENCE) as work:
            name = work.identity(issuer, subject)
            happened = "refused" if name is None else "entered"
            work.add_identity_event(self._clock(), happened, issuer, subject, name)
            token = None if name is None else self._open_session(work, name)
        if token is None:
            raise AuthenticationFailed(
                "identity_unlinked",
                f"No account here belongs to the identity '{subject}' at {issuer}.",
                "Give both to the administrator, who can link them to your account.",
                issuer=issuer,
                subject=subject,
            )
        return token
