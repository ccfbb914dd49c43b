"""Migrations: a project made by one version opens in the next, and never the other way round."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, inspect
from sqlalchemy.engine import URL

from bim_supervise.core.errors import StoreFailed
from bim_supervise.store.database import failures, open_engine, sqlite_file, write_transaction

SCRIPTS = Path(str(files("bim_supervise.store").joinpath("migrations")))
"""Where the packaged migrations lie."""

HEAD = max(path.name[:4] for path in SCRIPTS.joinpath("versions").glob("[0-9]*.py"))
"""The newest packaged revision, so that a project that is up to date opens without loading Alembic."""


def migrate(url: URL, *, create: bool, scripts: Path = SCRIPTS, target: str = HEAD) -> None:
    """Bring a database to a revision, in one transaction: it succeeds whole or changes nothing.

    Args:
        url: the database.
        create: whether an absent or empty one may be set up.
        scripts: folder of the migrations.
        target: the revision to arrive at.

    Raises:
        StoreFailed: ``store_missing``, ``store_newer``, ``store_foreign``, ``store_damaged`` or
            ``migration_failed``.
    """
    if sqlite_file(url) is not None and _look_at_file(url, create=create, scripts=scripts) == target:
        return
    # Rebuilding a table, the only way SQLite can alter a column, must not trip over keys that point to it.
    engine = open_engine(url, foreign_keys=False)
    try:
        with write_transaction(engine) as connection:
            revision, empty = _state(connection)
            _check(revision, empty, str(url.database), create=create, scripts=scripts)
            if revision != target:
                _upgrade(connection, scripts, target)
    finally:
        engine.dispose()


def _look_at_file(url: URL, *, create: bool, scripts: Path) -> str | None:
    """Look at an SQLite file without changing a byte: turning on WAL would already rewrite its header.

    Returns:
        Its revision, None for a new or empty one.
    """
    file = sqlite_file(url)
    assert file is not None
    if not file.exists():
        if not create:
            raise _missing(str(file))
        if not file.parent.is_dir():
            raise StoreFailed(
                "store_unreachable",
                f"The folder '{file.parent}' does not exist.",
                "Create it, or name another place.",
                folder=str(file.parent),
            )
        return None
    with failures():
        connection = sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)
        try:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {row[0] for row in names}
            revision = None
            if "alembic_version" in tables:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                revision = None if row is None else str(row[0])
        finally:
            connection.close()
    _check(revision, not tables, str(file), create=create, scripts=scripts)
    return revision


def _state(connection: Connection) -> tuple[str | None, bool]:
    """The revision of a database, and whether it holds no table at all."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        return None, not tables
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return (None if row is None else str(row[0])), False


def _check(revision: str | None, empty: bool, name: str, *, create: bool, scripts: Path) -> None:
    if empty:
        if not create:
            raise _missing(name)
        return
    if revision is None:
        raise StoreFailed(
            "store_foreign",
            f"'{name}' is a database, but not one of this software.",
            "Name another database, or an empty one for a new project.",
            path=name,
        )
    if (revision != HEAD or scripts != SCRIPTS) and revision not in _revisions(scripts):
        raise StoreFailed(
            "store_newer",
            f"'{name}' was written by a newer version (revision {revision}); it was left unchanged.",
            "Install that version or a later one.",
            revision=revision,
            path=name,
        )


def _missing(name: str) -> StoreFailed:
    return StoreFailed(
        "store_missing",
        f"There is no project database at '{name}'.",
        "Create a project first, or name the directory of one.",
        path=name,
    )


# Alembic is loaded below only when there is something to migrate: it takes as long as all the rest to load.


def _revisions(scripts: Path) -> set[str]:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", _location(scripts))
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _upgrade(connection: Connection, scripts: Path, target: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _location(scripts))
    config.attributes["connection"] = connection
    try:
        with failures():
            command.upgrade(config, target)
    except StoreFailed as error:
        if error.code == "store_refused":
            raise _migration_failed(error) from error
        raise
    except Exception as error:
        raise _migration_failed(error) from error
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise _migration_failed(ValueError(f"table {broken[0]} points to rows that are not there"))


def _location(scripts: Path) -> str:
    # Alembic would take a percent sign in the path for an interpolation.
    return str(scripts).replace("%", "%%")


def _migration_failed(error: BaseException) -> StoreFailed:
    return StoreFailed(
        "migration_failed",
        f"The database could not be brought to this version: {error}",
        "It was left as it was. Open it with the version it was made by, and report this message.",
        problem=str(error),
    )
