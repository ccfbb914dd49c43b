import hashlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_samples import PROJECT, signed_chain

from bim_supervise.core.canonical import GENESIS_HASH, canonical_json
from bim_supervise.ledger.chain import verify
from bim_supervise.ledger.export import export_lines, verify_export

ROWS = signed_chain(5)


def exported(rows):
    head = rows[-1][2] if rows else GENESIS_HASH
    keys = verify(rows).keys
    return list(export_lines(rows, project=PROJECT, entries=len(rows), head=head, keys=keys))


def check(content: bytes, **asked):
    """As a file opened in binary mode gives its lines."""
    return verify_export(io.BytesIO(content), **asked)


@pytest.mark.parametrize("length", [0, 1, 5])
def test_an_export_verifies_itself(length):
    result = check(b"".join(exported(ROWS[:length])))
    assert (result.valid, result.entries, result.first_broken, result.reason) == (True, length, None, None)


def test_the_format_is_simple_enough_to_check_by_hand():
    header, *lines = exported(ROWS)
    described = json.loads(header)
    assert described["format"] == "bim-supervise-ledger"
    assert (described["format_version"], described["project"], described["entries"]) == (2, PROJECT, 5)
    assert described["algorithms"] == {"hash": "sha256", "canonical": "rfc8785", "signature": "ed25519"}
    previous = GENESIS_HASH
    for line in lines:
        parsed = json.loads(line)
        start, end = line.index(b'{"entry":') + 9, line.rindex(b',"hash":"')
        assert hashlib.sha256(line[start:end]).hexdigest() == parsed["hash"]
        assert parsed["entry"]["_after"]["hash"] == previous
        previous = parsed["hash"]
    assert previous == described["head"]


def test_every_single_byte_counts():
    content = b"".join(exported(ROWS[:3]))
    assert check(content).valid
    lines = [len(line) for line in exported(ROWS[:3])]
    for place, byte in enumerate(content):
        for flip in (0x01, 0x20, 0x80, byte ^ 0x0A):  # the last one makes a line feed
            if not flip:
                continue
            changed = content[:place] + bytes([byte ^ flip]) + content[place + 1 :]
            result = check(changed)
            assert not result.valid, f"byte {place} ({byte ^ flip:#x}) goes unnoticed"
            where = next(n for n in range(len(lines)) if place < sum(lines[: n + 1]))
            assert result.first_broken == where


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=3))
def test_inserted_bytes_are_found(place, inserted):
    content = b"".join(exported(ROWS))
    place %= len(content) + 1
    changed = content[:place] + inserted + content[place:]
    assert changed == content or not check(changed).valid


@given(st.integers(0, 10**6), st.integers(1, 300))
def test_removed_bytes_are_found(place, count):
    content = b"".join(exported(ROWS))
    place %= len(content)
    assert not check(content[:place] + content[place + count :]).valid


@given(st.permutations(range(5)).filter(lambda order: list(order) != list(range(5))))
def test_reordered_lines_are_found_with_their_place(order):
    header, *lines = exported(ROWS)
    result = verify_export([header, *(lines[n] for n in order)])
    assert not result.valid
    assert result.first_broken == 1 + next(n for n, place in enumerate(order) if n != place)


@pytest.mark.parametrize("place", range(5))
def test_a_removed_or_doubled_line_is_found(place):
    header, *lines = exported(ROWS)
    removed = verify_export([header, *lines[:place], *lines[place + 1 :]])
    assert (removed.valid, removed.first_broken) == (False, place + 1)
    doubled = verify_export([header, *lines[: place + 1], *lines[place:]])
    assert (doubled.valid, doubled.first_broken) == (False, place + 2)


def test_a_cut_end_is_found():
    lines = exported(ROWS)
    result = verify_export(lines[:-1])
    assert (result.valid, result.reason, result.first_broken, result.entries) == (
        False,
        "entries_missing",
        5,
        4,
    )


def test_a_cut_end_with_a_rewritten_header_is_found_against_a_printed_head():
    shorter = exported(ROWS[:4])
    assert verify_export(shorter).valid
    result = verify_export(shorter, head=ROWS[-1][2])
    assert (result.valid, result.reason) == (False, "head_differs")


def test_a_rewritten_header_is_found():
    header, *lines = exported(ROWS)
    described = json.loads(header)
    for change in ({"head": "0" * 64}, {"entries": 4}, {"entries": 6}, {"project": "other"}, {"extra": 1}):
        rest = {key: value for key, value in (described | change).items() if key != "digest"}
        rewritten = (
            canonical_json(rest | {"digest": hashlib.sha256(canonical_json(rest)).hexdigest()}) + b"\n"
        )
        assert not verify_export([rewritten, *lines]).valid, change


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "header_malformed"),
        (b"\n", "header_malformed"),
        (b"not json\n", "header_malformed"),
        (b"[1]\n", "header_malformed"),
        (b'{"format":"other","format_version":1,"project":"p","entries":0,"head":"h"}\n', "format_unknown"),
        (b"\xff\n", "header_malformed"),
    ],
)
def test_a_file_of_another_kind_is_refused(content, reason):
    result = check(content)
    assert (result.valid, result.first_broken, result.reason) == (False, 0, reason)
