"""A backup of a project in use restores to the same project; a damaged one is refused whole."""

from __future__ import annotations

import json
import tarfile
from io import BytesIO

import pytest
from sqlalchemy import text

from bim_supervise.api import Project, WorkReport, restore
from bim_supervise.core.errors import InputRefused
from bim_supervise.store.dump import evidence_digest


def test_a_backup_restores_to_the_same_project(project, clock, tmp_path):
    photo = b"\xff\xd8\xff\xe0 not a real picture"
    project.report_work("wang", WorkReport(task="A", quantity=120, photos=[("a.jpg", "image/jpeg", photo)]))
    with project._store.reading() as work:
        wanted = evidence_digest(work)
    made = project.backup(tmp_path / "site.tar")
    assert made["files"] >= 2
    with pytest.raises(InputRefused) as exists:
        project.backup(tmp_path / "site.tar")
    assert exists.value.code == "backup_exists"
    project.report_work("wang", WorkReport(task="A", quantity=150))  # after the backup
    report = restore(tmp_path / "site.tar", tmp_path / "again")
    assert report["ledger"]["valid"]
    again = Project.open(tmp_path / "again", clock=clock)
    with again._store.reading() as work:
        assert evidence_digest(work) == wanted
        (digest,) = work.raw_rows(text("SELECT sha256 FROM attachment"))
        assert work.attachment_bytes(digest[0]) == photo
    again.close()
    with pytest.raises(InputRefused) as full:
        restore(tmp_path / "site.tar", tmp_path / "again")
    assert full.value.code == "restore_not_empty"


def rewritten(source, target, change):
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for entry in old:
            data = change(entry.name, old.extractfile(entry).read())
            entry.size = len(data)
            new.addfile(entry, BytesIO(data))
    return target


def test_a_damaged_backup_restores_nothing(project, tmp_path):
    project.backup(tmp_path / "site.tar")
    whole = (tmp_path / "site.tar").read_bytes()
    (tmp_path / "short.tar").write_bytes(whole[: len(whole) // 2])

    def flip(name, data):
        return data[:-1] + bytes([data[-1] ^ 1]) if name.endswith(".sqlite") else data

    def forget(name, data):
        return json.dumps({"sha256": {}, "made_at": "x"}).encode() if name == "manifest.json" else data

    rewritten(tmp_path / "site.tar", tmp_path / "changed.tar", flip)
    rewritten(tmp_path / "site.tar", tmp_path / "more.tar", forget)
    with tarfile.open(tmp_path / "out.tar", "w") as evil:
        entry = tarfile.TarInfo("../../evil")
        entry.size = 1
        evil.addfile(entry, BytesIO(b"x"))
    for name in ("short", "changed", "more", "out"):
        with pytest.raises(InputRefused) as refused:
            restore(tmp_path / f"{name}.tar", tmp_path / "never")
        assert refused.value.code == "backup_damaged"
        assert not (tmp_path / "never").exists()
    assert not list(tmp_path.glob(".restore-*"))
