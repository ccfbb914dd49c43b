"""Where a project lies: its directory, its database and the files beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bim_supervise.core.errors import InputRefused

PROJECT_VARIABLE = "BIM_SUPERVISE_PROJECT"
DATABASE_VARIABLE = "BIM_SUPERVISE_DATABASE_URL"
OIDC_ISSUER_VARIABLE = "BIM_SUPERVISE_OIDC_ISSUER"
OIDC_CLIENT_VARIABLE = "BIM_SUPERVISE_OIDC_CLIENT_ID"
OIDC_SECRET_VARIABLE = "BIM_SUPERVISE_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
OIDC_NAME_VARIABLE = "BIM_SUPERVISE_OIDC_NAME"
DATABASE_FILE = "bim-supervise.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A project directory and the URL of its database."""

    directory: Path
    database_url: str

    @property
    def attachments(self) -> Path:
        """Content-addressed uploads."""
        return self.directory / "attachments"

    @property
    def models(self) -> Path:
        """Loaded model files by their SHA-256, for what is made from them later."""
        return self.directory / "models"

    @property
    def geometry(self) -> Path:
        """Content-addressed shapes for the viewer; made again when they are missing."""
        return self.directory / "geometry"

    @property
    def mappings(self) -> Path:
        """Column mappings that were used, kept with the project."""
        return self.directory / "mappings"

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file inside the project directory."""
        return self.database_url == _embedded_url(self.directory)


def _embedded_url(directory: Path) -> str:
    return f"sqlite:///{directory / DATABASE_FILE}"


def find_settings(directory: str | Path | None = None, database_url: str | None = None) -> Settings:
    """Settings from arguments, else from the environment, else the working directory.

    Args:
        directory: project directory; default ``$BIM_SUPERVISE_PROJECT`` or the working directory.
        database_url: SQLAlchemy URL; default ``$BIM_SUPERVISE_DATABASE_URL`` or SQLite in the directory.
    """
    folder = Path(directory or os.environ.get(PROJECT_VARIABLE) or ".").expanduser().resolve()
    url = database_url or os.environ.get(DATABASE_VARIABLE) or _embedded_url(folder)
    return Settings(directory=folder, database_url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """An OpenID provider, and who we are there; ``name`` is what people call it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str


def find_oidc_settings() -> OidcSettings | None:
    """The OpenID provider from the environment; None when none is set up.

    Raises:
        InputRefused: ``oidc_incomplete`` or ``oidc_issuer_bad``.
    """
    needed = (OIDC_ISSUER_VARIABLE, OIDC_CLIENT_VARIABLE, OIDC_SECRET_VARIABLE)
    issuer, client_id, client_secret = (os.environ.get(name, "").strip() for name in needed)
    found = (issuer, client_id, client_secret)
    if not any(found):
        return None
    if not all(found):
        variable = needed[found.index("")]
        raise InputRefused(
            "oidc_incomplete",
            f"Login at an OpenID provider is set up only in part: {variable} is missing.",
            "Set all three variables of OpenID Connect, or none.",
            variable=variable,
        )
    host = urlsplit(issuer).hostname
    if not is_private(issuer):
        raise InputRefused(
            "oidc_issuer_bad",
            f"'{issuer}' cannot be an OpenID provider.",
            "Give its issuer as an https address, exactly as the provider writes it.",
            issuer=issuer,
        )
    name = os.environ.get(OIDC_NAME_VARIABLE, "").strip() or str(host)
    return OidcSettings(issuer=issuer, client_id=client_id, client_secret=client_secret, name=name)


def is_private(url: str) -> bool:
    """Whether nobody on the way can read or change what goes to an address."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme == "https" and bool(parts.hostname)
