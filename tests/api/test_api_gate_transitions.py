"""Every state of a gate and every way from one to another, walked through the facade.

A walk is a list of what people do and the state that follows. ``WAYS`` is the table of transitions; a test
fails when a walk of it is missing, or when a state cannot be reached or left.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_steps import CaseDraft, close_ncr, in_days, raise_ncr, step
from small_site import PASSWORD
from test_api_gates import state

from bim_supervise.checkpoints.gates import GateState

POINT = """checkpoints:
  - {id: CP-RB, kind: quality, control: H, boundary: finish, rule: QLT-01, task: B,
     required_capacities: [specialist_supervision_engineer], terms: {notice_hours: 24}}
"""

WALKS: dict[str, tuple[tuple[str, str], ...]] = {
    "the usual way, and evidence that comes late": (
        ("begin", "waiting_for_evidence"),
        ("unclear", "undetermined"),
        ("pass", "waiting_for_signature"),
        ("reject", "waiting_for_signature"),
        ("accept", "released"),
        ("pass", "stale"),
        ("accept", "released"),
        ("fail", "evidence_failed"),
        ("pass", "stale"),
        ("fail", "evidence_failed"),
    ),
    "evidence that fails and is put right": (
        ("begin", "waiting_for_evidence"),
        ("fail", "evidence_failed"),
        ("pass", "waiting_for_signature"),
        ("fail", "evidence_failed"),
    ),
    "evidence that passes at once, and is doubted": (
        ("begin", "waiting_for_evidence"),
        ("pass", "waiting_for_signature"),
        ("unclear", "undetermined"),
        ("fail", "evidence_failed"),
    ),
    "a signature over evidence that is then doubted": (
        ("begin", "waiting_for_evidence"),
        ("pass", "waiting_for_signature"),
        ("accept", "released"),
        ("unclear", "stale"),
    ),
    "a signature that its signer takes back": (
        ("begin", "waiting_for_evidence"),
        ("pass", "waiting_for_signature"),
        ("accept", "released"),
        ("reject", "waiting_for_signature"),
    ),
    "an invitation before the work": (
        ("invite", "notice_running"),
        ("arrive", "waiting_for_evidence"),
        ("invite", "notice_running"),
        ("fail", "evidence_failed"),
    ),
    "an invitation that is withdrawn": (
        ("invite", "notice_running"),
        ("uninvite", "not_due"),
        ("begin", "waiting_for_evidence"),
        ("unclear", "undetermined"),
        ("invite", "notice_running"),
        ("uninvite", "undetermined"),
    ),
    "an inspection on the day it was called for": (
        ("begin", "waiting_for_evidence"),
        ("pass", "waiting_for_signature"),
        ("invite", "notice_running"),
        ("arrive", "waiting_for_signature"),
        ("accept", "released"),
    ),
    "somebody comes before the day": (
        ("begin", "waiting_for_evidence"),
        ("pass", "waiting_for_signature"),
        ("invite", "notice_running"),
        ("accept", "released"),
    ),
    "nothing clear on the day of the inspection": (
        ("begin", "waiting_for_evidence"),
        ("unclear", "undetermined"),
        ("invite", "notice_running"),
        ("arrive", "undetermined"),
    ),
    "waivers that are withdrawn": (
        ("waive", "waived"),
        ("unwaive", "not_due"),
        ("begin", "waiting_for_evidence"),
        ("waive", "waived"),
        ("unwaive", "waiting_for_evidence"),
        ("invite", "notice_running"),
        ("waive", "waived"),
        ("unwaive", "notice_running"),
        ("unclear", "notice_running"),
        ("arrive", "undetermined"),
        ("waive", "waived"),
        ("unwaive", "undetermined"),
        ("pass", "waiting_for_signature"),
        ("waive", "waived"),
        ("unwaive", "waiting_for_signature"),
    ),
    "waivers that run out or are not needed any more": (
        ("begin", "waiting_for_evidence"),
        ("fail", "evidence_failed"),
        ("waive", "waived"),
        ("later", "evidence_failed"),
        ("waive", "waived"),
        ("pass", "waived"),
        ("accept", "released"),
        ("pass", "waived"),
        ("unwaive", "stale"),
        ("waive", "waived"),
    ),
    "non-conformances in front of every state": (
        ("ncr", "blocked_by_ncr"),
        ("close", "not_due"),
        ("begin", "waiting_for_evidence"),
        ("ncr", "blocked_by_ncr"),
        ("close", "waiting_for_evidence"),
        ("unclear", "undetermined"),
        ("ncr", "blocked_by_ncr"),
        ("close", "undetermined"),
        ("fail", "evidence_failed"),
        ("ncr", "blocked_by_ncr"),
        ("close", "evidence_failed"),
        ("pass", "waiting_for_signature"),
        ("ncr", "blocked_by_ncr"),
        ("close", "waiting_for_signature"),
        ("accept", "released"),
        ("ncr", "blocked_by_ncr"),
        ("close", "released"),
        ("pass", "stale"),
        ("ncr", "blocked_by_ncr"),
        ("close", "stale"),
        ("waive", "waived"),
        ("ncr", "blocked_by_ncr"),
        ("close", "waived"),
    ),
    "a non-conformance while the notice runs": (
        ("invite", "notice_running"),
        ("ncr", "blocked_by_ncr"),
        ("close", "notice_running"),
    ),
}

_N, _R, _W, _F, _U, _S, _B, _O, _T, _V = (
    "not_due", "notice_running", "waiting_for_evidence", "evidence_failed", "undetermined",
    "waiting_for_signature", "blocked_by_ncr", "released", "stale", "waived",
)  # fmt: skip
WAYS: dict[str, set[str]] = {
    _N: {_R, _W, _B, _V},
    _R: {_N, _W, _F, _U, _S, _O, _B, _V},
    _W: {_R, _F, _U, _S, _B, _V},
    _F: {_S, _T, _B, _V},
    _U: {_R, _F, _S, _B, _V},
    _S: {_R, _F, _U, _O, _B, _V},
    _B: {_N, _R, _W, _F, _U, _S, _O, _T, _V},
    _O: {_F, _S, _T, _B, _V},
    _T: {_F, _O, _B, _V},
    _V: {_N, _R, _W, _F, _U, _S, _O, _T, _B},
}
"""Which state may follow which; what is not here would need evidence to be forgotten."""


class Site:
    """What people do, one hour after another."""

    def __init__(self, project, clock) -> None:
        self.project, self.clock = project, clock
        self.last: dict[str, str] = {}

    def do(self, what: str) -> str:
        self.clock.now += timedelta(hours=1)
        getattr(self, f"_{what}")()
        self.clock.now += timedelta(minutes=1)
        return state(self.project)

    def _say(self, kind: str, value: str | None = None, *, known: bool = True) -> None:
        line = f'{{"kind":"{kind}","task":"B","time":"{self.clock.now.isoformat()}","reporter":"zhang"'
        line += f',"value":"{value}"}}' if value else "}"
        self.project.ingest([("bim-supervise/site/observations", line.encode())], authenticated=known)

    def _begin(self) -> None:
        self._say("task_started")

    def _pass(self) -> None:
        self._say("inspected", "pass")

    def _fail(self) -> None:
        self._say("inspected", "fail")

    def _unclear(self) -> None:
        self._say("inspected", "pass", known=False)

    def _accept(self) -> None:
        self.project.sign("CP-RB", "liu", "accept", "seen", password=PASSWORD)

    def _reject(self) -> None:
        self.project.sign("CP-RB", "liu", "reject", "not yet", password=PASSWORD)

    def _invite(self) -> None:
        at = (self.clock.now + timedelta(hours=48)).astimezone(self.project.zone).replace(tzinfo=None)
        draft = CaseDraft(checkpoints=["CP-RB"], inspection_at=at)
        self.last["request"] = self.project.open_case("request", "zhou", draft).id

    def _uninvite(self) -> None:
        step(self.project, self.last["request"], "withdraw", "zhou")

    def _arrive(self) -> None:
        self.clock.now += timedelta(hours=48)

    def _waive(self) -> None:
        draft = CaseDraft(
            title="Certificate late",
            text="It follows",
            checkpoints=["CP-RB"],
            expires=in_days(self.project, 5),
        )
        self.last["waiver"] = self.project.open_case("waiver", "zhao", draft).id

    def _unwaive(self) -> None:
        step(self.project, self.last["waiver"], "withdraw", "zhao")

    def _later(self) -> None:
        self.clock.now += timedelta(days=7)

    def _ncr(self) -> None:
        self.last["ncr"] = raise_ncr(self.project, days=30).id

    def _close(self) -> None:
        close_ncr(self.project, self.last["ncr"])


@pytest.fixture
def site(staffed, clock):
    plan = staffed.settings.directory / "point.yaml"
    plan.write_text(POINT, "utf-8")
    staffed.load_checkpoints(plan)
    assert state(staffed) == "not_due"
    return Site(staffed, clock)


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_goes_through_the_states_it_says(site, name):
    reached = [site.do(what) for what, _ in WALKS[name]]
    assert list(zip([what for what, _ in WALKS[name]], reached, strict=True)) == list(WALKS[name])
    finish = next(row for row in site.project.tasks() if row.id == "B").finish_gate
    assert finish == reached[-1], "the task shows what its checkpoint says"
    missing = site.project.checkpoint("CP-RB").missing
    assert bool(missing) == (reached[-1] != "released"), "a gate that is not released says what is missing"


def test_every_state_and_every_transition_is_walked():
    walked: dict[str, set[str]] = {}
    for steps in WALKS.values():
        before = "not_due"
        for _, after in steps:
            if after != before:
                walked.setdefault(before, set()).add(after)
            before = after
    assert walked == WAYS
    assert set(WAYS) == {one.value for one in GateState} == set().union(*WAYS.values())
