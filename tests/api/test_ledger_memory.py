"""A signature reads no entry of the ledger twice, and a memory that was overtaken is read anew."""

from __future__ import annotations

from small_site import PASSWORD

from bim_supervise.store.work_ledger import WorkLedger


def sign(project, decision="reject"):
    return project.sign("CP-RB", "liu", decision, "checked on site", password=PASSWORD)


def test_a_signature_reads_only_the_entries_since_the_last(project, monkeypatch):
    for _ in range(3):
        sign(project)
    read = []
    entries = WorkLedger.entries

    def counted(self, after=0):
        for row in entries(self, after):
            read.append(row.sequence)
            yield row

    monkeypatch.setattr(WorkLedger, "entries", counted)
    before = project.ledger_length()
    for _ in range(3):
        sign(project)
    assert sorted(read) == sorted(set(read)), "an entry was read again"
    assert set(read) <= {before, before + 1, before + 2, before + 3}


def test_what_was_rolled_back_is_forgotten(project):
    sign(project)
    memory, made = project._ledger_memory, sign(project)
    with project._store.reading() as work:
        assert [item.sequence for item in memory.sign_offs(work, ["CP-RB", "CP-XX"])["CP-RB"]] == [
            made["entry"] - 1,
            made["entry"],
        ]
    # As after a transaction that was rolled back: the last entry read is not the one in the store.
    memory._last, memory._hash = made["entry"] + 1, "ab" * 32
    memory._withdrawn.add(made["entry"])
    with project._store.reading() as work:
        assert [item.sequence for item in memory.sign_offs_of(work, "CP-RB")][-1] == made["entry"]
        assert memory.withdrawn(work) == frozenset()
