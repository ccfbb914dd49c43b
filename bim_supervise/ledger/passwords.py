"""Passwords: stored only as Argon2id hashes (RFC 9106); nothing here logs or keeps the plain text."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bim_supervise.core.errors import InputRefused

MINIMUM_LENGTH = 8
"""Fewest characters of a password (NIST SP 800-63B, section 5.1.1.2)."""
MAXIMUM_LENGTH = 1024
"""Most characters of a password; the key derivation must not become a way to keep the server busy."""


def hash_password(password: str) -> str:
    """The Argon2id hash of a new password, with its own random salt and the parameters inside.

    Raises:
        InputRefused: ``password_too_short`` or ``password_too_long``.
    """
    length = len(password)
    if length < MINIMUM_LENGTH:
        raise InputRefused(
            "password_too_short",
            f"The password has {length} characters; at least {MINIMUM_LENGTH} are needed.",
            "Choose a longer one; a few words are easier to keep in mind than signs.",
            length=length,
            minimum=MINIMUM_LENGTH,
        )
    if length > MAXIMUM_LENGTH:
        raise InputRefused(
            "password_too_long",
            f"The password has {length} characters; at most {MAXIMUM_LENGTH} are allowed.",
            "Choose a shorter one.",
            length=length,
            maximum=MAXIMUM_LENGTH,
        )
    return _hasher().hash(normal_form(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` belongs to the stored hash.

    Give None for a person who does not exist: the same work is done, so that the time an answer takes
    does not tell which names are known.
    """
    if len(password) > MAXIMUM_LENGTH:
        return False
    try:
        _hasher().verify(stored or _hash_of_nobody(), normal_form(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a stored hash was made with other parameters than today's and should be made anew at login."""
    return _hasher().check_needs_rehash(stored)


def normal_form(password: str) -> str:
    """One spelling of a password, whatever keyboard it was typed on."""
    # The same word typed on another keyboard may arrive in another Unicode form.
    return unicodedata.normalize("NFC", password)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    return _hasher().hash("nobody signs in with this")
