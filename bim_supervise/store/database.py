"""The connection: SQLite set up for one writer and many readers, or PostgreSQL, by URL alone."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, StatementError

from bim_supervise.core.errors import StoreFailed

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another one before it gives up [ms]."""

WAL_PAGES = 16_384
"""Pages of the write-ahead log between two checkpoints: a busy page is copied back once, not every time."""
CACHE_KIB = 65_536
"""Page cache of one SQLite connection [KiB]: a batch touches the end of every series, a page each."""

_IMMEDIATE = "bim_supervise_immediate"
_WRITER_LOCK = 0x62696D5F73757076
"""Key of the PostgreSQL advisory lock that lets one writer in at a time."""


def parse_url(url: str) -> URL:
    """A database URL, checked.

    Raises:
        StoreFailed: ``database_url_invalid`` when it is no URL or names a database that is not supported.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise _bad_url(url) from error
    if backend not in ("sqlite", "postgresql"):
        raise _bad_url(url)
    return parsed


def _bad_url(url: str) -> StoreFailed:
    return StoreFailed(
        "database_url_invalid",
        f"'{url.split('@')[-1]}' is not the URL of an SQLite or PostgreSQL database.",
        "Use sqlite:////path/to/file.db or postgresql://user:password@host/database.",
        url=url.split("@")[-1],
    )


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL and for a database in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def open_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """An engine whose transactions are real ones on every Python version.

    SQLite: WAL, foreign keys checked (``foreign_keys``), a full sync at every commit so that what was
    acknowledged survives a power cut, and BEGIN sent by SQLAlchemy instead of the driver.

    Raises:
        StoreFailed: ``database_driver_missing``.
    """
    try:
        engine = create_engine(url, json_serializer=_to_json, json_deserializer=json.loads)
    except ModuleNotFoundError as error:
        raise StoreFailed(
            "database_driver_missing",
            f"The driver for {url.get_backend_name()} is not installed ({error.name}).",
            "Install it with: pip install 'bim-supervise[postgresql]'",
            driver=url.get_backend_name(),
            module=error.name,
        ) from error
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine, foreign_keys)
    return engine


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _turn_on_wal(driver: sqlite3.Connection) -> None:
    """SQLite refuses one of two processes that turn a new file to WAL at once; it does not let them wait."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            driver.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0.005, 0.05))  # noqa: S311


def _set_up_sqlite(engine: Engine, foreign_keys: bool) -> None:
    def connect(driver: sqlite3.Connection, _record: object) -> None:
        driver.isolation_level = None
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _turn_on_wal(driver)
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        driver.execute("PRAGMA temp_store = MEMORY")
        driver.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        driver.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    def begin(connection: Connection) -> None:
        # A deferred transaction that turns to writing may find the database changed beneath it.
        immediate = connection.get_execution_options().get(_IMMEDIATE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One write transaction, all or nothing; a second writer waits.

    Raises:
        StoreFailed: see :func:`failures`.
    """
    options = {_IMMEDIATE: True}
    with failures(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
        yield connection


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """One consistent snapshot that refuses to be written to."""
    with failures(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with connection.begin():
                yield connection
            return
        with connection.begin():
            connection.exec_driver_sql("PRAGMA query_only = ON")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("PRAGMA query_only = OFF")


@contextmanager
def failures(engine: Engine | None = None) -> Iterator[None]:
    """Database errors as failures that a person can act on, also those of the engine's driver itself.

    Raises:
        StoreFailed: ``store_locked``, ``store_full``, ``store_damaged``, ``store_unreachable`` or
            ``store_refused``.
    """
    driver: type[Exception] = sqlite3.Error if engine is None else engine.dialect.loaded_dbapi.Error
    try:
        yield
    except StatementError as error:
        raise _failure(error.orig or error) from error
    except driver as error:
        raise _failure(error) from error


_KNOWN = (
    (
        ("is locked", "is busy"),
        "store_locked",
        "Another process kept writing to the database for too long.",
        "Wait until it has finished, or stop it, and try again.",
    ),
    (
        ("disk is full", "No space left", "could not extend"),
        "store_full",
        "The disk that holds the database is full.",
        "Free some space and try again; nothing of this batch was stored.",
    ),
    (
        ("malformed", "not a database", "disk I/O error"),
        "store_damaged",
        "The database file is damaged or is no database.",
        "Restore it from a backup.",
    ),
    (
        ("connection", "server closed", "unable to open"),
        "store_unreachable",
        "The database cannot be reached.",
        "Check the path or the URL, and that the server runs.",
    ),
)


def _failure(error: BaseException) -> StoreFailed:
    text = str(error).strip()
    for signs, code, message, hint in _KNOWN:
        if any(sign in text for sign in signs):
            return StoreFailed(code, f"{message} ({text})", hint, detail=text)
    return StoreFailed(
        "store_refused",
        f"The database refused the change: {text}",
        "Nothing was stored; report this with the message.",
        detail=text,
    )
