"""Who may not sign although appointed: the four-eyes rules, and what a deputy may not do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bim_supervise.ledger.capacities import Capacity
from bim_supervise.ledger.entries import Decision

SUPERVISING = frozenset(
    {
        Capacity.SUPERVISION_ASSISTANT,
        Capacity.SPECIALIST_SUPERVISION_ENGINEER,
        Capacity.CHIEF_SUPERVISION_ENGINEER,
        Capacity.OWNER_PROJECT_MANAGER,
    }
)
"""Capacities that accept other people's work; who claimed the work may not accept it in one of them."""

DELEGABLE = frozenset(
    {
        Capacity.SPECIALIST_SUPERVISION_ENGINEER,
        Capacity.CHIEF_SUPERVISION_ENGINEER,
        Capacity.QUALITY_INSPECTOR,
        Capacity.CONTRACTOR_PROJECT_MANAGER,
        Capacity.OWNER_PROJECT_MANAGER,
    }
)
"""Capacities whose holder may name a deputy for some days; a deputy signs checkpoints and nothing else."""


@dataclass(frozen=True, slots=True)
class Made:
    """An earlier sign-off of the same checkpoint that was not withdrawn."""

    signer: str
    capacity: str
    decision: str


def four_eyes(
    signer: str,
    capacity: Capacity,
    decision: Decision,
    earlier: Iterable[Made],
    claimed_by: Collection[str],
) -> str | None:
    """Why a second pair of eyes is missing, or None when there is one.

    Args:
        signer: who wants to sign.
        capacity: in which capacity.
        decision: a rejection needs no second pair of eyes.
        earlier: sign-offs of the same checkpoint.
        claimed_by: who reported the work that is to be accepted.

    Returns:
        ``four_eyes_two_capacities``: the same person accepted it in another capacity;
        ``four_eyes_own_work``: the person reported the work and would accept it as its supervisor.
    """
    if decision is not Decision.ACCEPT:
        return None
    if any(
        made.signer == signer and made.capacity != capacity.value and made.decision == Decision.ACCEPT.value
        for made in earlier
    ):
        return "four_eyes_two_capacities"
    if capacity in SUPERVISING and signer in claimed_by:
        return "four_eyes_own_work"
    return None
