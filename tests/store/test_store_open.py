"""Opening what is no project, and what happens when the database cannot be written."""

import os
import sqlite3
import threading

import pytest

from bim_supervise.core.errors import StoreFailed
from bim_supervise.store import Store
from bim_supervise.store import database as database_module


def test_a_project_that_is_not_there(tmp_path):
    with pytest.raises(StoreFailed) as missing:
        Store.open(f"sqlite:///{tmp_path / 'project.db'}")
    assert missing.value.code == "store_missing"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreFailed) as nowhere:
        Store.open(f"sqlite:///{tmp_path / 'no' / 'project.db'}", create=True)
    assert nowhere.value.code == "store_unreachable"


def test_an_empty_file_is_no_project_but_may_become_one(tmp_path):
    file = tmp_path / "project.db"
    file.touch()
    with pytest.raises(StoreFailed) as missing:
        Store.open(f"sqlite:///{file}")
    assert missing.value.code == "store_missing"
    Store.open(f"sqlite:///{file}", create=True).close()


def test_somebody_elses_database_is_left_alone(tmp_path):
    file = tmp_path / "other.db"
    raw = sqlite3.connect(file)
    raw.execute("CREATE TABLE wine (name TEXT)")
    raw.commit()
    raw.close()
    before = file.read_bytes()
    with pytest.raises(StoreFailed) as foreign:
        Store.open(f"sqlite:///{file}", create=True)
    assert foreign.value.code == "store_foreign"
    assert file.read_bytes() == before


def test_a_file_that_is_no_database(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("not a database at all, but long enough to be read as one" * 20)
    before = file.read_bytes()
    with pytest.raises(StoreFailed) as damaged:
        Store.open(f"sqlite:///{file}", create=True)
    assert damaged.value.code == "store_damaged"
    assert file.read_bytes() == before


@pytest.mark.parametrize("url", ["", "no url", "mysql://user:secret@host/db", "nonsense://x"])
def test_a_url_that_is_none(url):
    with pytest.raises(StoreFailed) as bad:
        Store.open(url)
    assert bad.value.code == "database_url_invalid"
    assert "secret" not in bad.value.message


@pytest.mark.postgresql
def test_a_server_that_is_not_there(postgresql_server):
    url = postgresql_server("nobody_made_this")
    with pytest.raises(StoreFailed) as missing:
        Store.open(url, create=True)
    assert missing.value.code == "store_unreachable"


@pytest.mark.postgresql
def test_attachments_of_a_server_need_a_folder(postgresql_stores, postgresql_pool, tmp_path):
    from store_samples import NOW

    store = postgresql_stores()
    store._attachments = None
    with pytest.raises(StoreFailed) as unknown, store.transaction() as work:
        work.add_attachment(b"x", "text/plain", "x.txt", NOW)
    assert unknown.value.code == "attachments_folder_unknown"


def test_a_driver_that_is_not_installed(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreFailed) as missing:
        Store.open("postgresql://user@host/site")
    assert missing.value.code == "database_driver_missing"
    assert "postgresql" in missing.value.hint


def test_the_database_survives_what_it_acknowledged(sqlite_stores):
    store = sqlite_stores()
    with store._engine.connect() as connection:
        for pragma, expected in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == expected


def test_a_second_writer_waits(sqlite_stores):
    store = sqlite_stores()
    order = []
    inside = threading.Event()

    def second():
        inside.wait()
        with store.transaction() as work:
            order.append(work.setting("count"))

    waiting = threading.Thread(target=second)
    waiting.start()
    with store.transaction() as work:
        inside.set()
        waiting.join(0.3)
        work.set_setting("count", 1)
        order.append("first")
    waiting.join()
    assert order == ["first", 1]


def test_many_threads_lose_no_update(sqlite_stores):
    store = sqlite_stores()

    def work_hard():
        for _ in range(20):
            with store.transaction() as work:
                work.set_setting("count", work.setting("count", 0) + 1)

    threads = [threading.Thread(target=work_hard) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as work:
        assert work.setting("count") == 80


def test_a_writer_that_waits_too_long_says_so(sqlite_stores, monkeypatch):
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 50)
    store = sqlite_stores()
    file = store._engine.url.database
    blocker = sqlite3.connect(file, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFailed) as locked, store.transaction():
        pass
    assert locked.value.code == "store_locked"
    with store.reading() as work:
        assert work.models() == [], "readers do not wait"
    blocker.execute("ROLLBACK")
    blocker.close()
    with store.transaction() as work:
        work.set_setting("a", 1)


def test_a_full_disk_loses_nothing_that_was_there(sqlite_stores):
    store = sqlite_stores()
    with store.transaction() as work:
        work.set_setting("a", "kept")
    with pytest.raises(StoreFailed) as full, store.transaction() as work:  # noqa: PT012 - one unit of work
        # The engine's own limit of pages answers exactly as a full disk does.
        list(work.raw_rows(_text(f"PRAGMA max_page_count = {_pages(work)}")))
        work.set_setting("b", os.urandom(200_000).hex())
    assert full.value.code == "store_full"
    with store.reading() as work:
        assert (work.setting("a"), work.setting("b")) == ("kept", None)


def _text(statement):
    from sqlalchemy import text

    return text(statement)


def _pages(work):
    return next(iter(work.raw_rows(_text("PRAGMA page_count"))))[0]
