"""Who may do what: the one table. A capacity comes from an appointment in force, never from a claim."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from bim_supervise.ledger.capacities import Capacity


class Action(StrEnum):
    """Something a person may be allowed to do."""

    VIEW = "view"
    REPORT_WORK = "report_work"
    LOAD_PLAN = "load_plan"
    ACKNOWLEDGE = "acknowledge"
    SIGN = "sign"
    ADMINISTER = "administer"


_SIGNERS = {
    Capacity.SUPERVISION_ASSISTANT,
    Capacity.SPECIALIST_SUPERVISION_ENGINEER,
    Capacity.CHIEF_SUPERVISION_ENGINEER,
    Capacity.QUALITY_INSPECTOR,
    Capacity.CONTRACTOR_PROJECT_MANAGER,
    Capacity.OWNER_PROJECT_MANAGER,
}

ALLOWED: dict[Action, frozenset[Capacity]] = {
    Action.VIEW: frozenset(Capacity),
    Action.REPORT_WORK: frozenset(
        {
            Capacity.SUPERVISION_ASSISTANT,
            Capacity.SPECIALIST_SUPERVISION_ENGINEER,
            Capacity.CHIEF_SUPERVISION_ENGINEER,
            Capacity.QUALITY_INSPECTOR,
            Capacity.CONTRACTOR_PROJECT_MANAGER,
        }
    ),
    Action.LOAD_PLAN: frozenset({Capacity.BIM_COORDINATOR, Capacity.ADMINISTRATOR}),
    Action.ACKNOWLEDGE: frozenset(_SIGNERS),
    # A checkpoint also names the capacities it requires; the signer must hold one of them.
    Action.SIGN: frozenset(_SIGNERS),
    Action.ADMINISTER: frozenset({Capacity.ADMINISTRATOR}),
}


def allowed(action: Action, capacities: Iterable[Capacity]) -> bool:
    """Whether any of the capacities that a person holds now allows the action."""
    return not ALLOWED[action].isdisjoint(capacities)
