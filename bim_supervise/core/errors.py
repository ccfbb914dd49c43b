"""Failures that a person has to act on.

An error says what was wrong (``message``), where (inside ``message``: file, line, element, field)
and what to do (``hint``). ``code`` is the machine-readable reason that scripts and the message
catalogues rely on; it never changes once released.
"""

from __future__ import annotations

from typing import Any


class SupervisionError(Exception):
    """A refused or failed job; the store is unchanged when it is raised.

    Args:
        code: machine-readable reason in lower snake case, e.g. ``"ifc_truncated"``.
        message: English sentence: what was wrong and where.
        hint: English sentence: what to do about it.
        params: the values inside the sentence, so that another language can be built from ``code``.
    """

    def __init__(self, code: str, message: str, hint: str = "", **params: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.params = params

    def as_dict(self) -> dict[str, str]:
        """The error as the command line prints it under the key ``error``."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class InputRefused(SupervisionError):
    """A file, row or value that cannot be read; nothing of it was stored."""


class NotFound(SupervisionError):
    """Something named by the caller does not exist in this project."""


class PermissionRefused(SupervisionError):
    """The person is not appointed to do this, now, on this project."""


class AuthenticationFailed(SupervisionError):
    """Wrong name, wrong password, or a session that has ended."""


class StoreFailed(SupervisionError):
    """The database or the files beside it could not be opened, migrated or written."""
