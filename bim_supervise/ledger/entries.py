"""What a ledger entry says, and its canonical bytes: the bytes are what is hashed, stored and exported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from rfc8785 import CanonicalizationError

from bim_supervise.core.canonical import canonical_json, sha256_hex
from bim_supervise.core.errors import InputRefused
from bim_supervise.ledger.capacities import Appointment

FORMAT_VERSION = 2
"""Version of the entry layout; a reader refuses one it does not know. Version 1 carried no signature."""

ALGORITHMS: Mapping[str, str] = {"hash": "sha256", "canonical": "rfc8785", "signature": "ed25519"}
"""How an entry is made canonical, hashed and signed; later versions name other algorithms here."""


class EntryType(StrEnum):
    """What an entry records; an entry of a type that a reader does not know still verifies."""

    SIGN_OFF = "sign_off"
    SIGNING_KEY = "signing_key"
    WITHDRAWAL = "withdrawal"
    DELEGATION = "delegation"


class Decision(StrEnum):
    """What the signer decided."""

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVerdict:
    """A verdict as the signer saw it; ``digest`` binds its value, its limit and its evidence."""

    rule: str
    subject: str
    outcome: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedElement:
    """An element as it was when it was signed for."""

    global_id: str
    content_hash: str


def sign_off_body(
    *,
    checkpoint: str,
    task: str | None,
    decision: Decision,
    reason: str,
    verdicts: Iterable[SignedVerdict],
    elements: Iterable[SignedElement],
    model_revision: str | None,
    attachments: Iterable[str] = (),
) -> dict[str, Any]:
    """What a sign-off (签认) says, whoever makes it.

    Args:
        checkpoint: id of the checkpoint.
        task: id of the checkpoint's task, None for the whole site.
        decision: accept or reject.
        reason: the signer's own words; a rejection needs them.
        verdicts: what the rules said at that moment.
        elements: the elements signed for.
        model_revision: SHA-256 of the model file they come from, None without a model.
        attachments: SHA-256 of attached files.

    Raises:
        InputRefused: ``reason_missing`` for a rejection without a reason.
    """
    if decision is Decision.REJECT and not reason.strip():
        raise InputRefused(
            "reason_missing",
            "A rejection needs a reason.",
            "Say what has to be put right before the work can be accepted.",
        )
    return {
        "checkpoint": checkpoint,
        "task": task,
        "decision": decision.value,
        "reason": reason,
        "verdicts": sorted(
            (
                {"rule": row.rule, "subject": row.subject, "outcome": row.outcome, "digest": row.digest}
                for row in verdicts
            ),
            key=lambda row: (row["rule"], row["subject"], row["digest"]),
        ),
        "elements": sorted(
            ({"global_id": row.global_id, "content_hash": row.content_hash} for row in elements),
            key=lambda row: row["global_id"],
        ),
        "model_revision": model_revision,
        "attachments": sorted(attachments),
    }


def capacity_part(appointment: Appointment, signer: str) -> dict[str, Any]:
    """In which capacity a person signs, and what entitles them.

    Raises:
        ValueError: an appointment that is not the signer's.
    """
    if appointment.user != signer:
        raise ValueError(f"appointment {appointment.id} belongs to {appointment.user!r}, not {signer!r}")
    entitled: dict[str, Any] = {
        "id": appointment.id,
        "certificate": appointment.certificate,
        "from": appointment.first_day.isoformat(),
        "to": appointment.last_day.isoformat() if appointment.last_day else None,
    }
    if appointment.delegated_by is not None:
        entitled |= {"delegated_by": appointment.delegated_by, "delegation": appointment.delegation}
    return {"capacity": appointment.capacity.value, "appointment": entitled}


def unsigned_entry(
    *,
    sequence: int,
    previous_hash: str,
    time: datetime,
    project: str,
    entry_type: str,
    signer: str,
    display_name: str,
    public_key: str,
    body: Mapping[str, Any],
) -> dict[str, Any]:
    """An entry without its signature; ``ledger.signatures.signed_bytes`` adds it.

    Args:
        sequence: place in the chain, from 1.
        previous_hash: hash of the entry before, ``core.canonical.GENESIS_HASH`` for the first.
        time: aware instant of the signature.
        project: stable identifier of the project; one chain belongs to one project.
        entry_type: see :class:`EntryType`.
        signer: name of the person's account.
        display_name: the person's name as printed.
        public_key: hexadecimal Ed25519 key that the signature verifies with.
        body: what the entry says; its names must not be those of this function.

    Raises:
        ValueError: a naive ``time``, or a body that would overwrite a field.
    """
    entry: dict[str, Any] = {
        # "_after" sorts before every name in small letters, so that a link is checked by the first bytes.
        "_after": {"entries": sequence - 1, "hash": previous_hash},
        "algorithms": dict(ALGORITHMS),
        "format_version": FORMAT_VERSION,
        "time": instant_text(time),
        "project": project,
        "type": entry_type,
        "signer": signer,
        "display_name": display_name,
        "public_key": public_key,
    }
    taken = (entry.keys() | {"signature"}) & body.keys()
    if taken:
        raise ValueError(f"the body would overwrite {sorted(taken)}")
    if min(body, default="a") < "a":
        raise ValueError(f"the name {min(body)!r} would stand before the link")
    return entry | dict(body)


def entry_bytes(entry: Mapping[str, Any]) -> bytes:
    """The canonical bytes (RFC 8785) of an entry.

    Raises:
        InputRefused: ``text_not_unicode`` when a text holds half a character, which no JSON can carry.
    """
    try:
        return canonical_json(dict(entry))
    except CanonicalizationError as error:
        raise InputRefused(
            "text_not_unicode",
            f"The entry cannot be written as canonical JSON: {error}.",
            "Type the reason again; a sign in it is damaged.",
            problem=str(error),
        ) from error


def entry_hash(data: bytes) -> str:
    """The hash of an entry: hexadecimal SHA-256 of its canonical bytes."""
    return sha256_hex(data)


def instant_text(time: datetime) -> str:
    """An aware instant as entries write it: UTC with microseconds."""
    if time.tzinfo is None:
        raise ValueError("the time of a ledger entry must be an aware instant")
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
