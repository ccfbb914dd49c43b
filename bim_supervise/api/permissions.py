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
    RAISE_NCR = "raise_ncr"
    COMMENT = "comment"
    CORRECT = "correct"
    VERIFY = "verify"
    CLOSE = "close"
    ISSUE_NOTICE = "issue_notice"
    ORDER_STOP = "order_stop"
    WAIVE = "waive"
    INVITE = "invite"
    JUDGE_LOT = "judge_lot"
    JUDGE_LEVEL = "judge_level"
    PLAN_INSPECTION = "plan_inspection"
    RECORD_SUPERVISION = "record_supervision"
    READ_PERSONAL = "read_personal"
    AUDIT_READS = "audit_reads"


_SIGNERS = {
    Capacity.SUPERVISION_ASSISTANT,
    Capacity.SPECIALIST_SUPERVISION_ENGINEER,
    Capacity.CHIEF_SUPERVISION_ENGINEER,
    Capacity.QUALITY_INSPECTOR,
    Capacity.CONTRACTOR_PROJECT_MANAGER,
    Capacity.OWNER_PROJECT_MANAGER,
}

_ENGINEERS = {Capacity.SPECIALIST_SUPERVISION_ENGINEER, Capacity.CHIEF_SUPERVISION_ENGINEER}
_SUPERVISION = {*_ENGINEERS, Capacity.SUPERVISION_ASSISTANT}
_CONTRACTOR = {Capacity.QUALITY_INSPECTOR, Capacity.CONTRACTOR_PROJECT_MANAGER}

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
    Action.RAISE_NCR: frozenset(_SUPERVISION | {Capacity.QUALITY_INSPECTOR, Capacity.OWNER_PROJECT_MANAGER}),
    Action.COMMENT: frozenset(_SIGNERS | {Capacity.BIM_COORDINATOR}),
    Action.CORRECT: frozenset(_CONTRACTOR),
    Action.VERIFY: frozenset(_ENGINEERS),
    Action.CLOSE: frozenset(_ENGINEERS),
    Action.ISSUE_NOTICE: frozenset(_ENGINEERS),
    Action.ORDER_STOP: frozenset({Capacity.CHIEF_SUPERVISION_ENGINEER}),
    Action.WAIVE: frozenset({Capacity.CHIEF_SUPERVISION_ENGINEER}),
    Action.INVITE: frozenset(_CONTRACTOR),
    # Which of these judges a lot, an item, a division or the unit stands in the profile of acceptance.
    Action.JUDGE_LOT: frozenset(_ENGINEERS),
    Action.JUDGE_LEVEL: frozenset(_ENGINEERS | {Capacity.OWNER_PROJECT_MANAGER}),
    Action.PLAN_INSPECTION: frozenset({Capacity.CHIEF_SUPERVISION_ENGINEER, Capacity.ADMINISTRATOR}),
    Action.RECORD_SUPERVISION: frozenset(_SUPERVISION),
    # Where a person was: every look is written down, and more people see the list than may look.
    Action.READ_PERSONAL: frozenset(
        {Capacity.CHIEF_SUPERVISION_ENGINEER, Capacity.CONTRACTOR_PROJECT_MANAGER, Capacity.ADMINISTRATOR}
    ),
    Action.AUDIT_READS: frozenset(
        {Capacity.CHIEF_SUPERVISION_ENGINEER, Capacity.OWNER_PROJECT_MANAGER, Capacity.ADMINISTRATOR}
    ),
}


ROUTES: dict[str, Action] = {
    # A prefix decides; the longest that fits. Whoever holds no appointment today sees nothing of the project.
    "/attachment/": Action.VIEW,
    "/field": Action.VIEW,
    "/shapes/": Action.VIEW,
    "/today": Action.VIEW,
    "/": Action.VIEW,
}
"""What a session needs on each route of the server; the rest of the routes ask for no session at all."""

PERSONAL_ROUTES = ("/logout", "/language/")
"""What a person may do with their own session whatever they are appointed to."""


def route_action(path: str) -> Action | None:
    """What a person must be allowed to do to get an answer from a path; None for their own session."""
    if path.startswith(PERSONAL_ROUTES):
        return None
    return ROUTES[max((prefix for prefix in ROUTES if path.startswith(prefix)), key=len)]


def may_enter(path: str, capacities: Iterable[str]) -> bool:
    """Whether any of the capacities that a person holds now opens a path of the server."""
    action = route_action(path)
    return action is None or allowed(action, [Capacity(item) for item in capacities])


def allowed(action: Action, capacities: Iterable[Capacity]) -> bool:
    """Whether any of the capacities that a person holds now allows the action."""
    return not ALLOWED[action].isdisjoint(capacities)
