"""Where a project lies: its directory, its database and the files beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_VARIABLE = "BIM_SUPERVISE_PROJECT"
DATABASE_VARIABLE = "BIM_SUPERVISE_DATABASE_URL"
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
