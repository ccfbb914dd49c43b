"""Whose turn it is: which checkpoints wait for the signature of a person."""

from __future__ import annotations

from bim_supervise.api.views import CheckpointView, UserView

SIGNED_STATES = ("waiting_for_signature", "stale")
"""Gate states in which a signature is what is missing."""


def mine(item: CheckpointView, user: UserView) -> bool:
    """Whether a checkpoint waits for this person: they may sign, it is due, and they have not signed yet."""
    if not item.may_sign or item.state not in SIGNED_STATES:
        return False
    return not any(entry.counts and entry.signer == user.name for entry in item.sign_offs)
