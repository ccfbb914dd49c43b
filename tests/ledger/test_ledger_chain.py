import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_samples import PROJECT, chain, entry

from bim_supervise.core.canonical import GENESIS_HASH, canonical_json
from bim_supervise.ledger.canonical_form import is_canonical
from bim_supervise.ledger.chain import VerifyResult, verify
from bim_supervise.ledger.entries import entry_bytes, entry_hash

ROWS = chain(6)


def test_an_empty_chain_holds():
    assert verify([]) == VerifyResult(
        entries=0, valid=True, first_broken=None, reason=None, head=GENESIS_HASH
    )


def test_a_chain_holds_and_names_its_head():
    result = verify(iter(ROWS), project=PROJECT, head=ROWS[-1][2])
    assert (result.entries, result.valid, result.first_broken, result.head) == (6, True, None, ROWS[-1][2])


def broken(rows, **asked):
    result = verify(rows, **asked)
    assert not result.valid
    return result.first_broken, result.reason


@given(st.integers(0, 5), st.data())
def test_any_changed_byte_is_found_in_its_entry(place, data):
    sequence, previous, digest, content = ROWS[place]
    where = data.draw(st.integers(0, len(content) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[where]))
    changed = bytearray(content)
    changed[where] = value
    rows = [*ROWS[:place], (sequence, previous, digest, bytes(changed)), *ROWS[place + 1 :]]
    assert broken(rows) == (place + 1, "bytes_changed")


@given(st.permutations(range(6)).filter(lambda order: list(order) != list(range(6))))
def test_any_reordering_is_found(order):
    first = next(n for n, place in enumerate(order) if n != place)
    assert broken([ROWS[place] for place in order]) == (first + 1, "sequence_broken")
    renumbered = [(n + 1, ROWS[place][1], *ROWS[place][2:]) for n, place in enumerate(order)]
    assert broken(renumbered) == (first + 1, "sequence_broken")


@given(st.integers(0, 4))
def test_any_removal_is_found(place):
    rows = ROWS[:place] + ROWS[place + 1 :]
    assert broken(rows) == (place + 1, "sequence_broken")


def test_a_cut_end_is_found_against_a_head_that_was_handed_out():
    assert verify(ROWS[:-1]).valid
    assert broken(ROWS[:-1], head=ROWS[-1][2]) == (6, "head_differs")


@given(st.integers(0, 6))
def test_any_insertion_is_found(place):
    foreign = chain(7, reason="inserted")[place]
    result = verify([*ROWS[:place], foreign, *ROWS[place:]])
    assert not result.valid
    assert result.first_broken in (place + 1, place + 2)


def test_an_entry_hashed_anew_breaks_the_link_behind_it():
    data = entry_bytes(entry(3, ROWS[1][2], reason="rewritten"))
    rows = [*ROWS[:2], (3, ROWS[1][2], entry_hash(data), data), *ROWS[3:]]
    assert broken(rows) == (4, "link_broken")


def test_columns_that_lie_about_the_bytes_are_found():
    sequence, previous, digest, data = ROWS[2]
    assert broken([*ROWS[:2], (sequence, "0" * 64, digest, data)]) == (3, "link_broken")
    other = entry_bytes(entry(3, "f" * 64))
    assert broken([*ROWS[:2], (3, previous, entry_hash(other), other)]) == (3, "link_broken")


def rehashed(data):
    return [(1, GENESIS_HASH, entry_hash(data), data)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (json.dumps(entry(1, GENESIS_HASH), sort_keys=True, ensure_ascii=False).encode(), "not_canonical"),
        (entry_bytes(entry(1, GENESIS_HASH)) + b" ", "not_canonical"),
        (entry_bytes(entry(1, GENESIS_HASH) | {"format_version": 2}), "format_unknown"),
        (b"", "entry_malformed"),
        (b"[]", "entry_malformed"),
        (b'{"sequence":1}', "entry_malformed"),
        (b"\xff\xfe", "entry_malformed"),
    ],
)
def test_well_hashed_nonsense_is_found(data, reason):
    assert broken(rehashed(data)) == (1, reason)


def test_an_entry_of_another_project_is_found():
    assert broken(chain(1, project="elsewhere"), project=PROJECT) == (1, "project_differs")


def test_an_entry_type_of_a_later_day_still_verifies():
    data = canonical_json(entry(1, GENESIS_HASH) | {"type": "waiver", "share": 0.25, "remark": "😀"})
    assert verify(rehashed(data)).valid


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
@settings(max_examples=300)
def test_canonical_form_is_recognised(value):
    assert is_canonical(canonical_json(value))


@given(json_values, st.sampled_from([None, 1]), st.booleans(), st.booleans())
@settings(max_examples=300)
def test_any_other_spelling_is_recognised_as_such(value, indent, ascii_only, ordered):
    spelled = json.dumps(value, indent=indent, ensure_ascii=ascii_only, sort_keys=ordered).encode(
        "utf-8", "surrogatepass"
    )
    assert is_canonical(spelled) == (spelled == canonical_json(value))


@pytest.mark.parametrize(
    "data", [b"1.0", b"-0", b"1E2", b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'"\\/"', b'"\\u0041"', b'"\\ud800"',
             b"9007199254740993", b"NaN", b"", b"\xff", b"[1,]", b"[" * 5000, b"9" * 400, b"9" * 5000]
)  # fmt: skip
def test_spellings_that_rfc_8785_does_not_know(data):
    assert not is_canonical(data)


def test_the_published_vector_of_rfc_8785():
    # RFC 8785, section 3.2.3 and 3.2.4
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "€$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_json(value) == expected
    assert is_canonical(expected)


def test_a_long_chain_is_checked_quickly():
    rows = chain(3000)
    start = time.perf_counter()
    assert verify(rows).entries == 3000
    assert time.perf_counter() - start < 2
