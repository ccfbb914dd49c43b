"""The store: opens a project's database and hands out transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from bim_supervise.store.database import (
    failures,
    open_engine,
    parse_url,
    read_transaction,
    sqlite_file,
    write_transaction,
)
from bim_supervise.store.migrate import migrate
from bim_supervise.store.work import Work


class Store:
    """An open project database; safe to use from several threads, each with its own transactions."""

    def __init__(self, engine: Engine, attachments: Path | None) -> None:
        self._engine = engine
        self._attachments = attachments

    @staticmethod
    def open(url: str, *, create: bool = False, attachments: Path | None = None) -> Store:
        """Open a database and bring it to the newest layout.

        Args:
            url: ``sqlite:////path/to/file.db`` or ``postgresql://user:password@host/database``.
            create: whether an absent or empty database is set up; one that holds a project is just opened.
            attachments: folder of the attachments; beside the database when that is a file.

        Raises:
            StoreFailed: ``database_url_invalid``, ``store_missing``, ``store_newer`` (and nothing is
                changed), ``store_foreign``, ``store_damaged``, ``store_unreachable``, ``store_locked`` or
                ``migration_failed`` (and the database is as it was).
        """
        parsed = parse_url(url)
        migrate(parsed, create=create)
        file = sqlite_file(parsed)
        if attachments is None and file is not None:
            attachments = file.parent / "attachments"
        return Store(open_engine(parsed), attachments)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def copy_to(self, file: Path) -> None:
        """Copy an SQLite database to a new file while it is in use, as of one moment.

        Raises:
            StoreFailed: ``store_full``, ``store_unreachable`` or ``store_damaged``.
        """
        with failures(self._engine), self._engine.connect() as connection:
            target = sqlite3.connect(file)
            try:
                source = connection.connection.driver_connection
                assert isinstance(source, sqlite3.Connection)
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")
            finally:
                target.close()

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """One write transaction: stored whole when the block ends, not at all when it raises.

        Writers queue, also those of other processes.

        Raises:
            StoreFailed: ``store_locked``, ``store_full``, ``store_damaged``, ``store_unreachable`` or
                ``store_refused``; nothing was stored.
        """
        with write_transaction(self._engine) as connection:
            yield Work(connection, self._attachments)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A consistent snapshot to read from; it does not wait for writers and refuses to write."""
        with read_transaction(self._engine) as connection:
            yield Work(connection, self._attachments)
