"""Databases for the contract: a template of each kind is made once and copied for every test."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bim_supervise.store import Store
from bim_supervise.store.tables import METADATA

pytest.register_assert_rewrite("contract_setup", "contract_evidence", "contract_people", "contract_readings")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    file = tmp_path_factory.mktemp("template") / "project.db"
    Store.open(f"sqlite:///{file}", create=True).close()
    return file


class Stores:
    """Makes empty stores: call it for one, and hand it back with ``done`` to save room."""

    def __init__(self, make: Callable[[int], tuple[Store, object]], clear: Callable[[object], None]) -> None:
        self._make = make
        self._clear = clear
        self._open: dict[Store, object] = {}
        self._made = 0

    def __call__(self) -> Store:
        self._made += 1
        store, place = self._make(self._made)
        self._open[store] = place
        return store

    def done(self, store: Store) -> None:
        store.close()
        self._clear(self._open.pop(store))

    def close(self) -> None:
        for store in list(self._open):
            self.done(store)


@pytest.fixture
def sqlite_stores(sqlite_template: Path, tmp_path: Path) -> Iterator[Stores]:
    """Makes empty stores in SQLite."""

    def make(number: int) -> tuple[Store, object]:
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(sqlite_template, folder / "project.db")
        return Store.open(f"sqlite:///{folder / 'project.db'}"), folder

    stores = Stores(make, shutil.rmtree)  # type: ignore[arg-type]
    yield stores
    stores.close()


def _binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")) or [shutil.which(name)]
    if found[-1] is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed; CI must install it")
        pytest.skip("PostgreSQL is not installed")
    return str(found[-1])


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Callable[[str], str]]:
    """A temporary PostgreSQL cluster behind a socket of its own; gives the URL of a database by its name."""
    initdb, control = _binary("initdb"), _binary("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="bs-pg-"))
    # The server refuses to run as root.
    as_server = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_server:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(*command: str) -> None:
        # Not a pipe: the server would inherit it and keep it open.
        with (folder.parent / f"{folder.name}.log").open("w+") as log:
            done = subprocess.run([*as_server, *command], stdout=log, stderr=log, cwd="/", check=False)
            log.seek(0)
            assert done.returncode == 0, log.read()

    try:
        run(initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run(control, "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield lambda name: f"postgresql://postgres@/{name}?host={folder}"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: Callable[[str], str]) -> Iterator[Callable[[], str]]:
    """Makes empty databases and gives their URLs."""
    import psycopg

    names = itertools.count(1)
    with psycopg.connect(postgresql_server("postgres"), autocommit=True) as admin:

        def make() -> str:
            name = f"site{next(names)}"
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            return postgresql_server(name)

        yield make


@pytest.fixture(scope="session")
def postgresql_pool() -> list[str]:
    """URLs of migrated databases that no test uses now."""
    return []


@pytest.fixture
def postgresql_stores(
    postgresql_database: Callable[[], str], postgresql_pool: list[str], tmp_path: Path
) -> Iterator[Stores]:
    """Makes empty stores in PostgreSQL; databases are emptied and used again, which is fast."""
    import psycopg

    def make(number: int) -> tuple[Store, object]:
        url = postgresql_pool.pop() if postgresql_pool else postgresql_database()
        store = Store.open(url, create=True, attachments=tmp_path / f"attachments{number}")
        with psycopg.connect(url, autocommit=True) as admin:
            # Lets the test, and nobody else, empty even the ledger.
            admin.execute("SET session_replication_role = replica")
            tables = ", ".join(f'"{name}"' for name in METADATA.tables)
            admin.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        return store, url

    stores = Stores(make, postgresql_pool.append)  # type: ignore[arg-type]
    yield stores
    stores.close()
