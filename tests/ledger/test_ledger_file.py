"""An export on disk, checked in spans and on several cores, gives the answers of the check line by line."""

from __future__ import annotations

import io
import random

import pytest
from ledger_samples import PROJECT, append, chain, entry, introduce, key_of, row, signed_chain

from bim_supervise.core.side_by_side import side_by_side
from bim_supervise.ledger import read_export
from bim_supervise.ledger.chain import verify
from bim_supervise.ledger.entries import entry_bytes
from bim_supervise.ledger.export import export_lines, verify_export
from bim_supervise.ledger.read_export import verify_export_file


def exported(rows):
    head = rows[-1][2] if rows else "0" * 64
    return b"".join(export_lines(rows, project=PROJECT, entries=len(rows), head=head, keys=verify(rows).keys))


@pytest.fixture
def same(tmp_path, monkeypatch):
    """Checks bytes in small spans, alone and side by side, and holds both against the check of the lines."""
    monkeypatch.setattr(read_export, "BLOCK_BYTES", 1700)
    monkeypatch.setattr(read_export, "SPAN_BYTES", 4000)
    monkeypatch.setattr(read_export, "CHAIN_SPAN_BYTES", 3000)

    def check(content, **asked):
        path = tmp_path / "ledger"
        path.write_bytes(content)
        expected = verify_export(io.BytesIO(content), **asked)
        assert verify_export_file(path, **asked) == expected
        return path, expected

    return check


@pytest.mark.parametrize("chain_only", [True, False])
def test_changes_anywhere_are_found_where_the_lines_show_them(same, chain_only):
    content = exported(signed_chain(30))
    assert same(content, chain_only=chain_only)[1].valid
    chance = random.Random(5)
    for _ in range(300):
        place = chance.randrange(len(content))
        changed = bytearray(content)
        changed[place] ^= 1 << chance.randrange(8)
        assert not same(bytes(changed), chain_only=chain_only)[1].valid
    header, *lines = content.splitlines(keepends=True)
    for _ in range(40):
        one, two = sorted(chance.sample(range(30), 2))
        swapped = list(lines)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        for wrong in (swapped, lines[:one] + lines[one + 1 :], lines[: one + 1] + lines[one:]):
            assert not same(b"".join([header, *wrong]), chain_only=chain_only)[1].valid
    for cut in (1, 75, 76, 500, 3000, len(content) - len(header), len(content)):
        assert not same(content[:-cut], chain_only=chain_only)[1].valid


def test_old_entries_keys_and_empty_chains_are_read_alike(same):
    rows = signed_chain(12, before=chain(7))
    late = introduce(rows, "li.na", key=key_of("late"), replaces=key_of("li.na").public_key)
    for made in ([], chain(7), rows, append(late, signer="li.na"), append(late, key=key_of("late"))):
        same(exported(made))
        same(exported(made), chain_only=True)
    assert same(exported(rows), head="ab" * 32)[1].reason == "head_differs"


@pytest.mark.parametrize("chain_only", [True, False])
def test_an_unsigned_entry_behind_signed_ones_is_found_where_it_stands(same, chain_only):
    rows = signed_chain(23, before=chain(5))
    rows.append(row(24, rows[-1][2], entry_bytes(entry(24, rows[-1][2]))))
    content = b"".join(export_lines(append(rows), project=PROJECT, entries=25, head="", keys=()))
    found = same(content, chain_only=chain_only)[1]
    assert (found.first_broken, found.reason, found.unsigned) == (24, "format_downgraded", 5)


@pytest.mark.parametrize("chain_only", [True, False])
def test_several_cores_find_the_same_place(same, chain_only):
    content = exported(signed_chain(60))
    path, whole = same(content, chain_only=chain_only)
    seen = []
    found = verify_export_file(path, chain_only=chain_only, cores=2, on_progress=seen.append)
    assert found == whole
    assert seen == sorted(seen)
    assert seen[-1] == 60
    lines = content.splitlines(keepends=True)
    path, broken = same(b"".join(lines[:40] + lines[41:]), chain_only=chain_only)
    assert broken.first_broken == 40
    assert verify_export_file(path, chain_only=chain_only, cores=2) == broken


def test_answers_come_in_order_whoever_gives_them():
    pieces = [bytes([number]) * 1000 for number in range(200)]
    assert list(side_by_side(len, iter(pieces), 3)) == [1000] * 200
    assert list(side_by_side(ord, "abcdef" * 20, 2)) == [ord(sign) for sign in "abcdef" * 20]
    long = [[number, "a" * 200_000] for number in range(12)]
    assert list(side_by_side(list, long, 2)) == long
    assert list(side_by_side(ord, "a", 2)) == [97]
    assert list(side_by_side(ord, "", 2)) == []
    with pytest.raises(TypeError):
        list(side_by_side(ord, ["ab", "c"] * 9, 2))
