"""Chains for the tests, built only with the public functions."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bim_supervise.core.canonical import GENESIS_HASH
from bim_supervise.ledger.capacities import Appointment, Capacity
from bim_supervise.ledger.entries import (
    Decision,
    EntryType,
    SignedElement,
    SignedVerdict,
    capacity_part,
    entry_bytes,
    entry_hash,
    instant_text,
    sign_off_body,
    unsigned_entry,
)
from bim_supervise.ledger.signatures import SigningKey, signed_bytes

PROJECT = "pump-station"
CHIEF = Appointment(
    id=7,
    user="li.na",
    capacity=Capacity.CHIEF_SUPERVISION_ENGINEER,
    first_day=date(2026, 1, 1),
    last_day=None,
    certificate="31004521",
)


def entry(sequence: int, previous: str, **changes):
    """An entry of version 1, as it was written before entries were signed."""
    values = {
        "sequence": sequence,
        "previous_hash": previous,
        "time": datetime(2026, 3, 1, 8, 30, tzinfo=UTC) + timedelta(hours=sequence),
        "project": PROJECT,
        "signer": "li.na",
        "display_name": "李娜",
        "appointment": CHIEF,
        "checkpoint": f"H-{sequence:03}",
        "task": f"T{sequence}",
        "decision": Decision.ACCEPT,
        "reason": "钢筋隐蔽验收合格",
        "verdicts": [
            SignedVerdict(
                rule="QUA-CN-01",
                subject=f"task=T{sequence}",
                outcome="pass",
                digest=hashlib.sha256(b"%d" % sequence).hexdigest(),
            )
        ],
        "elements": [SignedElement(global_id="2O2Fr$t4X7Zf8NOew3FLOH", content_hash="ab" * 32)],
        "model_revision": "cd" * 32,
        "attachments": [],
    }
    values |= changes
    return {
        "format_version": 1,
        "algorithms": {"hash": "sha256", "canonical": "rfc8785", "signature": None},
        "sequence": values.pop("sequence"),
        "previous_hash": values.pop("previous_hash"),
        "time": instant_text(values.pop("time")),
        "project": values.pop("project"),
        "type": "sign_off",
        "signer": values["signer"],
        "display_name": values.pop("display_name"),
        **capacity_part(values.pop("appointment"), values.pop("signer")),
        **sign_off_body(**values),
    }


def chain(length: int, **changes):
    rows = []
    previous = GENESIS_HASH
    for sequence in range(1, length + 1):
        data = entry_bytes(entry(sequence, previous, **changes))
        rows.append((sequence, previous, entry_hash(data), data))
        previous = rows[-1][2]
    return rows


def key_of(signer: str) -> SigningKey:
    """A key that is the same in every run."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(signer.encode()).digest()))


def signed(sequence, previous, signer="li.na", *, key=None, kind=EntryType.SIGN_OFF, body=None, **changes):
    """A signed entry."""
    key = key or key_of(signer)
    if body is None:
        old = entry(sequence, previous)
        names = ("checkpoint", "task", "decision", "reason", "verdicts", "elements", "model_revision")
        body = {name: old[name] for name in (*names, "attachments", "capacity", "appointment")}
    values = {
        "sequence": sequence, "previous_hash": previous,
        "time": datetime(2026, 3, 1, 8, 30, tzinfo=UTC) + timedelta(hours=sequence),
        "project": PROJECT, "entry_type": kind, "signer": signer, "display_name": "李娜",
        "public_key": key.public_key, "body": body,
    }  # fmt: skip
    return signed_bytes(unsigned_entry(**(values | changes)), key)


def row(sequence, previous, data):
    return (sequence, previous, entry_hash(data), data)


def append(rows, **asked):
    """A further signed row behind ``rows``."""
    sequence, previous = len(rows) + 1, rows[-1][2] if rows else GENESIS_HASH
    return [*rows, row(sequence, previous, signed(sequence, previous, **asked))]


def introduce(rows, signer="li.na", *, key=None, replaces=None):
    """A further row that introduces a key."""
    return append(rows, signer=signer, key=key, kind=EntryType.SIGNING_KEY, body={"replaces": replaces})


def signed_chain(length, signers=("li.na", "wang.wei"), before=()):
    """A chain in which each signer introduces a key and then signs in turn."""
    rows = list(before)
    for signer in signers:
        rows = introduce(rows, signer)
    turn = 0
    while len(rows) < length:
        sequence, previous = len(rows) + 1, rows[-1][2]
        rows.append(row(sequence, previous, signed(sequence, previous, signers[turn % len(signers)])))
        turn += 1
    return rows
