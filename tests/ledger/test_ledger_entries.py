import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_samples import CHIEF, entry

from bim_supervise.core.canonical import GENESIS_HASH
from bim_supervise.core.errors import InputRefused
from bim_supervise.ledger.entries import (
    Decision,
    SignedElement,
    SignedVerdict,
    entry_bytes,
    entry_hash,
)


def test_an_entry_says_everything_a_stranger_needs():
    made = entry(1, GENESIS_HASH)
    assert set(made) == {
        "format_version", "algorithms", "sequence", "previous_hash", "time", "project", "type", "signer",
        "display_name", "capacity", "appointment", "checkpoint", "task", "decision", "reason", "verdicts",
        "elements", "model_revision", "attachments",
    }  # fmt: skip
    assert made["capacity"] == "chief_supervision_engineer"
    assert made["appointment"] == {"id": 7, "certificate": "31004521", "from": "2026-01-01", "to": None}
    assert made["time"] == "2026-03-01T09:30:00.000000Z"


def test_the_bytes_are_canonical_and_the_hash_is_theirs():
    data = entry_bytes(entry(1, GENESIS_HASH))
    assert data.startswith(
        b'{"algorithms":{"canonical":"rfc8785","hash":"sha256","signature":null},"appointment"'
    )
    assert json.loads(data) == entry(1, GENESIS_HASH)
    # worked out with sha256sum over the same bytes
    import hashlib

    assert entry_hash(data) == hashlib.sha256(data).hexdigest()
    assert entry_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_another_time_zone_of_the_same_instant_gives_the_same_bytes():
    instant = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    there = instant.astimezone(timezone(timedelta(hours=8)))
    assert entry_bytes(entry(1, GENESIS_HASH, time=instant)) == entry_bytes(
        entry(1, GENESIS_HASH, time=there)
    )


@given(st.permutations(range(5)))
def test_the_order_in_which_evidence_is_listed_does_not_matter(order):
    verdicts = [
        SignedVerdict(rule=f"R{n % 2}", subject=f"s{n}", outcome="pass", digest=str(n)) for n in range(5)
    ]
    elements = [SignedElement(global_id=f"g{n}", content_hash=str(n)) for n in range(5)]
    shuffled = entry(
        1,
        GENESIS_HASH,
        verdicts=[verdicts[n] for n in order],
        elements=[elements[n] for n in order],
        attachments=[str(n) for n in order],
    )
    straight = entry(1, GENESIS_HASH, verdicts=verdicts, elements=elements, attachments=list("01234"))
    assert entry_bytes(shuffled) == entry_bytes(straight)


def test_a_rejection_needs_a_reason():
    with pytest.raises(InputRefused) as refused:
        entry(1, GENESIS_HASH, decision=Decision.REJECT, reason="  ")
    assert refused.value.code == "reason_missing"
    assert entry(1, GENESIS_HASH, decision=Decision.REJECT, reason="露筋")["decision"] == "reject"


def test_misuse_is_an_exception():
    with pytest.raises(ValueError, match="aware"):
        entry(1, GENESIS_HASH, time=datetime(2026, 3, 1))
    with pytest.raises(ValueError, match="belongs to"):
        entry(1, GENESIS_HASH, signer="wang.wei", appointment=CHIEF)


def test_half_a_character_is_refused():
    with pytest.raises(InputRefused) as refused:
        entry_bytes(entry(1, GENESIS_HASH, reason="\ud800"))
    assert refused.value.code == "text_not_unicode"
