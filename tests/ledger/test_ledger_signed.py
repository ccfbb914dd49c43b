"""Signed entries: both verifiers find every change, with its place; keys open only under their password."""

from __future__ import annotations

import ast
import functools
import importlib.util
import io
import json
import os
import random
import sys
from pathlib import Path

import pytest
from ledger_samples import (
    PROJECT,
    append,
    chain,
    entry,
    introduce,
    key_of,
    row,
    signed,
    signed_chain,
)

from bim_supervise.core.canonical import GENESIS_HASH, canonical_json
from bim_supervise.core.errors import AuthenticationFailed
from bim_supervise.ledger import checks
from bim_supervise.ledger.capacities import Capacity
from bim_supervise.ledger.chain import verify
from bim_supervise.ledger.entries import Decision, entry_bytes
from bim_supervise.ledger.export import export_lines, verify_export
from bim_supervise.ledger.rules import Made, four_eyes
from bim_supervise.ledger.signatures import new_key, seal, signature_holds, signed_bytes, unseal

SECOND = Path(__file__).resolve().parents[2] / "docs" / "verify_ledger.py"
LONG = os.environ.get("BIM_SUPERVISE_FULL") == "1"


@pytest.fixture(scope="module")
def second():
    spec = importlib.util.spec_from_file_location("verify_ledger", SECOND)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exported(rows):
    head = rows[-1][2] if rows else GENESIS_HASH
    return list(export_lines(rows, project=PROJECT, entries=len(rows), head=head, keys=verify(rows).keys))


def broken_at(second, content):
    """Where both verifiers say that a file breaks; None where both say that it holds."""
    first = verify_export(io.BytesIO(content))
    place = None
    try:
        second.check(io.BytesIO(content))
    except second.Broken as broken:
        place = broken.args[0]
    assert place == first.first_broken, first
    return place


def test_the_second_verifier_is_short_and_uses_the_standard_library_and_cryptography_alone():
    source = SECOND.read_text("utf-8")
    assert len(source.splitlines()) < 100
    roots = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            roots |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            roots.add(node.module.split(".")[0])
    assert roots <= set(sys.stdlib_module_names) | {"cryptography"}


def test_a_signed_chain_holds_and_names_its_keys(second):
    rows = signed_chain(12)
    result = verify(rows, project=PROJECT)
    assert (result.valid, result.entries, result.unsigned) == (True, 12, 0)
    assert [(key.signer, key.entry) for key in result.keys] == [("li.na", 1), ("wang.wei", 2)]
    assert broken_at(second, b"".join(exported(rows))) is None


def test_an_unsigned_chain_goes_on_signed_but_never_back(second):
    rows = signed_chain(8, before=chain(3))
    result = verify(rows)
    assert (result.valid, result.unsigned) == (True, 3)
    assert broken_at(second, b"".join(exported(rows))) is None
    old = row(9, rows[-1][2], entry_bytes(entry(9, rows[-1][2])))
    assert verify([*rows, old]).reason == "format_downgraded"
    assert verify([*rows, old]).first_broken == 9
    assert broken_at(second, b"".join(_as_if_valid([*rows, old]))) == 9


def _as_if_valid(rows):
    return list(
        export_lines(rows, project=PROJECT, entries=len(rows), head=rows[-1][2], keys=verify(rows).keys)
    )


def forged(rows, place, change):
    """A chain rewritten from an entry on: hashes and links are right again, signatures cannot be."""
    made = list(rows[: place - 1])
    for at in range(place, len(rows) + 1):
        data = rows[at - 1][3]
        previous = made[-1][2] if made else GENESIS_HASH
        value = {**json.loads(data), "_after": {"entries": at - 1, "hash": previous}}
        if at == place:
            value |= change
        made.append(row(at, previous, canonical_json(value)))
    return made


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        ({"reason": "rewritten"}, 5, "signature_wrong"),
        ({"signature": "00" * 64}, 5, "signature_wrong"),
        ({"signer": "wang.wei"}, 5, "signature_wrong"),
        ({"project": "elsewhere"}, 5, "project_differs"),
        ({"signature": "xx"}, 5, "signature_missing"),
        ({"signature": 5}, 5, "signature_missing"),
        ({"type": "signing_key", "replaces": None}, 5, "signature_wrong"),
    ],
)
def test_a_rewritten_chain_is_found_at_the_entry_that_nobody_signed(second, change, place, reason):
    rows = forged(signed_chain(8), place, change)
    result = verify(rows, project=PROJECT)
    assert (result.first_broken, result.reason) == (place, reason)
    assert verify(rows, chain_only=True).valid, "hashes alone cannot tell"
    assert broken_at(second, b"".join(_as_if_valid(rows))) == place


def test_a_key_must_stand_in_the_chain_before_it_signs(second):
    for rows in (
        append(signed_chain(4), signer="stranger"),
        append(signed_chain(4), signer="li.na", key=key_of("another key")),
        introduce(signed_chain(4), "li.na", key=key_of("second key")),
        introduce(signed_chain(4), "li.na", key=key_of("second key"), replaces="ab" * 32),
    ):
        assert (verify(rows).first_broken, verify(rows).reason) == (5, "key_unknown")
        assert broken_at(second, b"".join(_as_if_valid(rows))) == 5


def test_a_replaced_key_signs_and_the_old_one_no_longer(second):
    old, new = key_of("li.na"), key_of("second key")
    rows = introduce(signed_chain(4), "li.na", key=new, replaces=old.public_key)
    good = append(rows, signer="li.na", key=new)
    assert verify(good).valid
    assert [key.public_key for key in verify(good).keys if key.signer == "li.na"] == [
        old.public_key,
        new.public_key,
    ]
    assert broken_at(second, b"".join(exported(good))) is None
    assert verify(append(rows, signer="li.na", key=old)).first_broken == 6


def test_a_signature_inside_the_text_is_no_signature():
    # A reason that spells a signature is escaped; an object inside that carries one makes two.
    key = key_of("li.na")
    good = signed(1, GENESIS_HASH, body={"reason": ',"signature":"' + "ab" * 64 + '"'})
    assert signature_holds(good, key.public_key)
    double = signed(1, GENESIS_HASH, body={"x": {"a": 1, "signature": "ab" * 64}})
    assert not signature_holds(double, key.public_key)
    assert not signature_holds(b"{}", key.public_key)
    assert not signature_holds(good, "not hexadecimal")


@pytest.mark.timeout(3600)
def test_flipping_any_byte_of_a_long_export_is_found_by_both_with_the_place(second, monkeypatch):
    """Every byte of 200 entries in the long form; in CI eight hundred places, spread over everything."""
    content = b"".join(exported(signed_chain(200)))
    ends = [place + 1 for place, byte in enumerate(content) if byte == 0x0A]
    assert len(ends) == 201
    # Entries in front of the changed byte are the same every time; these functions of theirs are pure.
    for module, name in ((checks, "_use_of"), (second, "holds"), (second, "read")):
        monkeypatch.setattr(module, name, functools.lru_cache(None)(getattr(module, name)))
    chance = random.Random(20260301)
    places = range(len(content)) if LONG else sorted(chance.sample(range(len(content)), 800))
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1 << chance.randrange(8)
        line = next(number for number, end in enumerate(ends) if place < end)
        found = broken_at(second, bytes(changed))
        assert found == line, f"byte {place}: {content[place]:#x} -> {changed[place]:#x}"


def test_reordering_removal_and_insertion_are_found_by_both_with_the_place(second):
    header, *lines = exported(signed_chain(20))
    chance = random.Random(7)
    for _ in range(20):
        one, two = sorted(chance.sample(range(20), 2))
        swapped = list(lines)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        assert broken_at(second, b"".join([header, *swapped])) == one + 1
        removed = lines[:one] + lines[one + 1 :]
        assert broken_at(second, b"".join([header, *removed])) == one + 1
        doubled = lines[: one + 1] + lines[one:]
        assert broken_at(second, b"".join([header, *doubled])) == one + 2
    assert broken_at(second, b"".join([header, *lines[:-1]])) == 20


def test_a_cut_end_with_a_rewritten_header_is_found_against_a_printed_head(second):
    rows = signed_chain(10)
    shorter = b"".join(exported(rows[:7]))
    assert broken_at(second, shorter) is None
    assert verify_export(io.BytesIO(shorter), head=rows[-1][2]).reason == "head_differs"
    with pytest.raises(second.Broken) as broken:
        second.check(io.BytesIO(shorter), rows[-1][2])
    assert broken.value.args[0] == 8


def test_a_header_that_lists_other_keys_is_found():
    rows = signed_chain(6)
    keys = verify(rows).keys[:1]
    lines = list(export_lines(rows, project=PROJECT, entries=6, head=rows[-1][2], keys=keys))
    assert verify_export(lines).reason == "keys_differ"


@pytest.mark.parametrize("place", [1, 2, 1999, 2000, 2001, 3500, 4100])
def test_stretches_checked_side_by_side_find_the_same_place(place, monkeypatch):
    rows = LONG_CHAIN()
    changed = list(rows)
    sequence, previous, digest, data = rows[place - 1]
    changed[place - 1] = (sequence, previous, digest, data.replace(b'"type"', b'"typE"'))
    one = verify(changed, project=PROJECT, chain_only=True)
    assert (one.first_broken, one.reason) == (place, "bytes_changed")
    assert verify(changed, project=PROJECT, chain_only=True, cores=2) == one


def test_side_by_side_keys_are_followed_across_stretches():
    rows = LONG_CHAIN()
    seen = []
    result = verify(rows, cores=2, on_progress=seen.append)
    assert result.valid
    assert [key.entry for key in result.keys] == [1, 2]
    assert seen == sorted(seen)
    assert seen[-1] == len(rows)
    late = introduce(rows, "li.na", key=key_of("late"), replaces=key_of("li.na").public_key)
    assert verify(append(late, signer="li.na"), cores=2).first_broken == len(late) + 1


@functools.cache
def LONG_CHAIN():
    return tuple(signed_chain(4200))


def test_a_sealed_key_opens_only_for_its_owner_with_the_password():
    key = new_key()
    sealed = seal(key, "li.na", "correct horse battery")
    assert unseal(sealed, "li.na", "correct horse battery").public_key == key.public_key
    assert key.private.private_bytes_raw().hex() not in str(sealed)
    for wrong in (
        lambda: unseal(sealed, "li.na", "wrong horse battery"),
        lambda: unseal(sealed, "wang.wei", "correct horse battery"),
        lambda: unseal(sealed | {"public_key": "00" * 32}, "li.na", "correct horse battery"),
        lambda: unseal(sealed | {"sealed": "00" + sealed["sealed"][2:]}, "li.na", "correct horse battery"),
        lambda: unseal({}, "li.na", "correct horse battery"),
    ):
        with pytest.raises(AuthenticationFailed) as refused:
            wrong()
        assert refused.value.code == "signing_key_locked"


def test_the_same_key_gives_the_published_signature():
    # RFC 8032, section 7.1, test 3
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    )
    assert private.sign(b"\xaf\x82").hex() == (
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )


def test_misuse_is_an_exception():
    with pytest.raises(ValueError, match="another key"):
        signed_bytes({"public_key": "00"}, key_of("li.na"))
    with pytest.raises(ValueError, match="overwrite"):
        signed(1, GENESIS_HASH, body={"signature": "x"})
    with pytest.raises(ValueError, match="before the link"):
        signed(1, GENESIS_HASH, body={"A": "x"})


ASSISTANT, SPECIALIST, CHIEF, INSPECTOR = (
    Capacity.SUPERVISION_ASSISTANT,
    Capacity.SPECIALIST_SUPERVISION_ENGINEER,
    Capacity.CHIEF_SUPERVISION_ENGINEER,
    Capacity.QUALITY_INSPECTOR,
)


@pytest.mark.parametrize(
    ("capacity", "decision", "earlier", "claimed_by", "expected"),
    [
        (CHIEF, Decision.ACCEPT, [], [], None),
        (CHIEF, Decision.ACCEPT, [Made("li", SPECIALIST.value, "accept")], [], "four_eyes_two_capacities"),
        (CHIEF, Decision.REJECT, [Made("li", SPECIALIST.value, "accept")], ["li"], None),
        (CHIEF, Decision.ACCEPT, [Made("li", SPECIALIST.value, "reject")], [], None),
        (CHIEF, Decision.ACCEPT, [Made("li", CHIEF.value, "accept")], [], None),
        (CHIEF, Decision.ACCEPT, [Made("wang", SPECIALIST.value, "accept")], ["wang"], None),
        (ASSISTANT, Decision.ACCEPT, [], ["li"], "four_eyes_own_work"),
        (INSPECTOR, Decision.ACCEPT, [], ["li"], None),
    ],
)
def test_a_second_pair_of_eyes(capacity, decision, earlier, claimed_by, expected):
    assert four_eyes("li", capacity, decision, earlier, claimed_by) == expected
