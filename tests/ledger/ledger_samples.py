"""Chains for the tests, built only with the public functions."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from bim_supervise.core.canonical import GENESIS_HASH
from bim_supervise.ledger.capacities import Appointment, Capacity
from bim_supervise.ledger.entries import (
    Decision,
    SignedElement,
    SignedVerdict,
    entry_bytes,
    entry_hash,
    sign_off_entry,
)

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
    return sign_off_entry(**(values | changes))


def chain(length: int, **changes):
    rows = []
    previous = GENESIS_HASH
    for sequence in range(1, length + 1):
        data = entry_bytes(entry(sequence, previous, **changes))
        rows.append((sequence, previous, entry_hash(data), data))
        previous = rows[-1][2]
    return rows
