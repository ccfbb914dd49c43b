"""The typed form of a sign-off says what the reading of any JSON says."""

from __future__ import annotations

import json

import pytest
from ledger_samples import PROJECT, key_of, signed

from bim_supervise.core.canonical import GENESIS_HASH, canonical_json
from bim_supervise.ledger import checks
from bim_supervise.ledger.canonical_form import NOT_CANONICAL, read_canonical
from bim_supervise.ledger.sign_off_form import message_of, read_sign_off
from bim_supervise.ledger.signatures import signature_and_message

DATA = signed(1, GENESIS_HASH)
DEPUTY = {"certificate": None, "delegated_by": "wang", "delegation": 7, "from": "", "id": 1, "to": None}


def both(data):
    asked = (data, 1, GENESIS_HASH, PROJECT)
    return checks._use_of(*asked), checks._use_of_any(*asked)


def test_every_flipped_bit_is_found_by_both():
    typed, plain = both(DATA)
    assert typed == plain
    assert typed.public_key == key_of("li.na").public_key
    for place in range(len(DATA)):
        for bit in (0x01, 0x20, 0x80):
            changed = bytearray(DATA)
            changed[place] ^= bit
            typed, plain = both(bytes(changed))
            assert isinstance(typed, str), (place, bit)
            assert isinstance(plain, str), (place, bit)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reason", '她说 "好",\u2028\U0001f600 ,"signature":"' + "ab" * 64 + '"'),
        ("reason", "line\nfeed\t\x01"),
        ("task", None),
        ("typed_at", "2026-03-01T08:30:00.000000Z"),
        ("appointment", DEPUTY),
        ("model_revision", None),
        ("attachments", ["ab" * 32]),
        ("verdicts", []),
        ("format_version", 3),
        ("signature", "AB" * 64),
        ("signature", "ab " * 42 + "ab"),
        ("signature", ""),
        ("project", "another"),
        ("algorithms", {"hash": "sha256", "canonical": "rfc8785", "signature": "none"}),
    ],
)  # fmt: skip
def test_whatever_the_fields_hold(name, value):
    data = canonical_json(json.loads(DATA) | {name: value})
    form = read_sign_off(data)
    assert form is not None
    assert read_canonical(data) is not NOT_CANONICAL
    message = message_of(form, data)
    assert message == (signature_and_message(data) or ("", None))[1]
    typed, plain = both(data)
    assert typed == plain


@pytest.mark.parametrize(
    "data",
    [
        DATA.replace(b'"format_version":2', b'"format_version":2.0'),
        DATA.replace(b'"format_version":2', b'"format_version":9007199254740993'),
        DATA.replace(b"{", b"{ ", 1),
        DATA.replace(b'"type":"sign_off"', b'"type":"sign_off","type":"sign_off"'),
        DATA.replace(b'"type":"sign_off"', b'"type":"sign\\u005foff"'),
        DATA.replace(b'"type":"sign_off"', b'"type":"withdrawal"'),
        DATA.replace(b'"type":"sign_off"', b'"type":"sign_off","zone":"A"'),
        DATA[:-1],
        b"[]",
        b"",
        b"\xff",
    ],
)
def test_what_is_not_exactly_of_this_form_is_read_as_any_json(data):
    assert read_sign_off(data) is None
    assert both(data)[0] == both(data)[1]
