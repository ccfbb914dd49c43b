"""Files beside the database: whole or not at all, under their own digest."""

import hashlib
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import NOW

from bim_supervise.core.errors import NotFound, StoreFailed
from bim_supervise.store.attachments import read_attachment, write_attachment

PHOTO = bytes(range(256)) * 50
DIGEST = hashlib.sha256(PHOTO).hexdigest()


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@given(content=st.binary(max_size=100))
def test_content_comes_back(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("attachments")
    digest = write_attachment(folder, content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert read_attachment(folder, digest) == content


def test_the_same_content_is_kept_once(tmp_path):
    for _ in range(2):
        assert write_attachment(tmp_path, PHOTO) == DIGEST
    assert files(tmp_path) == [f"{DIGEST[:2]}/{DIGEST}"]


def test_a_damaged_file_is_noticed_and_written_anew(tmp_path):
    write_attachment(tmp_path, PHOTO)
    place = tmp_path / DIGEST[:2] / DIGEST
    place.write_bytes(PHOTO[:-1] + b"x")
    with pytest.raises(StoreFailed) as damaged:
        read_attachment(tmp_path, DIGEST)
    assert damaged.value.code == "attachment_damaged"
    place.write_bytes(PHOTO[:-1])
    write_attachment(tmp_path, PHOTO)
    assert read_attachment(tmp_path, DIGEST) == PHOTO


@pytest.mark.parametrize("digest", ["", "0" * 64, "../" * 20 + "etc/passwd0000", "G" * 64, DIGEST.upper()])
def test_what_is_not_there_is_not_found(tmp_path, digest):
    write_attachment(tmp_path, PHOTO)
    with pytest.raises(NotFound):
        read_attachment(tmp_path, digest)


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed) as failed:
        write_attachment(tmp_path, PHOTO)
    assert failed.value.code == "store_full"
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "attachments").write_text("a file is in the way")
    with pytest.raises(StoreFailed) as failed:
        write_attachment(tmp_path / "attachments", PHOTO)
    assert failed.value.code == "attachment_unwritable"


def test_two_writers_of_the_same_content_do_no_harm(tmp_path):
    threads = [threading.Thread(target=write_attachment, args=(tmp_path, PHOTO)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert files(tmp_path) == [f"{DIGEST[:2]}/{DIGEST}"]
    assert read_attachment(tmp_path, DIGEST) == PHOTO


def test_they_lie_beside_the_database(sqlite_stores, tmp_path):
    store = sqlite_stores()
    with store.transaction() as work:
        work.add_attachment(PHOTO, "image/jpeg", "a.jpg", NOW)
    (database,) = tmp_path.rglob("project.db")
    assert files(database.parent / "attachments") == [f"{DIGEST[:2]}/{DIGEST}"]
