"""Gates: what opens them, what never does, and what is recorded when nobody waits for them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from checkpoint_samples import NOON, a_checkpoint, a_sign_off, a_state, a_verdict
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.checkpoints.contract import Boundary, Control, Outcome
from bim_supervise.checkpoints.gates import (
    Circumstances,
    GateState,
    checkpoint_state,
    is_due,
    task_gate,
)
from bim_supervise.checkpoints.releases import Guard, releases, started_without_release

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASS, FAIL, UNKNOWN = a_verdict(), a_verdict(Outcome.FAIL, 2.0), a_verdict(Outcome.UNDETERMINED, None)
HOLD = a_checkpoint("chief")


def state_of(verdicts, sign_offs=(), checkpoint=HOLD, *, due=True):
    return checkpoint_state(checkpoint, verdicts, sign_offs, Circumstances(due=due))


def codes(result):
    return [missing.code for missing in result.missing]


def test_nothing_observed_waits_for_evidence():
    assert state_of([UNKNOWN]).state is GateState.WAITING_FOR_EVIDENCE
    assert codes(state_of([UNKNOWN])) == ["evidence_missing_for", "signature_missing"]
    assert state_of([]).state is GateState.WAITING_FOR_EVIDENCE


def test_something_observed_that_proves_nothing_is_undetermined():
    partly = a_verdict(Outcome.UNDETERMINED, None, evidence=("fact:1",), reason="record_missing")
    assert state_of([partly]).state is GateState.UNDETERMINED
    assert state_of([PASS, UNKNOWN]).state is GateState.UNDETERMINED


@pytest.mark.parametrize("reason", ["rule_failed", "rule_not_installed"])
def test_a_rule_that_cannot_be_asked_is_undetermined_not_waiting(reason):
    broken = a_verdict(Outcome.UNDETERMINED, None, reason=reason)
    assert state_of([broken]).state is GateState.UNDETERMINED


def test_passing_evidence_waits_for_the_signature_and_the_signature_releases():
    assert state_of([PASS]).state is GateState.WAITING_FOR_SIGNATURE
    signed = state_of([PASS], [a_sign_off(1, [PASS])])
    assert (signed.state, signed.missing, signed.counted) == (GateState.RELEASED, (), (1,))
    assert signed.released_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize("evidence", [FAIL, UNKNOWN], ids=["failing", "undetermined"])
def test_a_signature_over_evidence_that_does_not_pass_never_opens_the_gate(evidence):
    made = [a_sign_off(1, [evidence])]
    assert state_of([evidence], made).state is not GateState.RELEASED
    later = state_of([PASS], made)
    assert later.state is GateState.WAITING_FOR_SIGNATURE
    assert (codes(later), later.counted) == (["signature_missing"], ())


def test_a_signature_over_nothing_never_opens_the_gate():
    assert state_of([], [a_sign_off(1, [])]).state is GateState.WAITING_FOR_EVIDENCE
    assert state_of([PASS], [a_sign_off(1, [])]).state is GateState.WAITING_FOR_SIGNATURE


def test_changed_evidence_makes_the_signature_stale_until_somebody_signs_again():
    other = a_verdict(value=3.0)
    stale = state_of([other], [a_sign_off(1, [PASS])])
    assert (stale.state, codes(stale), stale.counted) == (GateState.STALE, ["signature_stale"], ())
    assert state_of([other], [a_sign_off(1, [PASS]), a_sign_off(2, [other])]).state is GateState.RELEASED
    assert state_of([PASS], [a_sign_off(1, [PASS]), a_sign_off(2, [other])]).state is GateState.RELEASED


def test_failing_evidence_is_shown_before_a_stale_signature():
    result = state_of([FAIL], [a_sign_off(1, [PASS])])
    assert (result.state, codes(result)) == (
        GateState.EVIDENCE_FAILED,
        ["evidence_failed", "signature_stale"],
    )


def test_all_required_capacities_must_sign():
    both = a_checkpoint("chief", "inspector")
    one = state_of([PASS], [a_sign_off(1, [PASS], capacity="inspector")], both)
    assert (one.state, one.counted) == (GateState.WAITING_FOR_SIGNATURE, (1,))
    assert [missing.params["capacity"] for missing in one.missing] == ["chief"]
    made = [a_sign_off(1, [PASS], capacity="inspector"), a_sign_off(2, [PASS])]
    assert state_of([PASS], made, both).released_at == NOON + timedelta(hours=2)


def test_a_signature_in_another_capacity_does_not_count():
    result = state_of([PASS], [a_sign_off(1, [PASS], capacity="observer")])
    assert result.state is GateState.WAITING_FOR_SIGNATURE


def test_a_rejection_of_the_same_capacity_withdraws_and_a_new_acceptance_restores():
    accept, reject = a_sign_off(1, [PASS]), a_sign_off(2, [PASS], decision="reject")
    shut = state_of([PASS], [accept, reject])
    assert (shut.state, codes(shut)) == (GateState.WAITING_FOR_SIGNATURE, ["signature_rejected"])
    assert state_of([PASS], [accept, reject, a_sign_off(3, [PASS])]).state is GateState.RELEASED
    other = a_sign_off(2, [PASS], capacity="observer", decision="reject")
    assert state_of([PASS], [accept, other]).state is GateState.RELEASED


def test_what_is_not_due_asks_for_nothing_but_never_hides_a_failure():
    assert codes(state_of([UNKNOWN], due=False)) == ["not_due"]
    assert state_of([PASS], due=False).state is GateState.NOT_DUE
    assert state_of([FAIL], due=False).state is GateState.EVIDENCE_FAILED
    assert state_of([PASS], [a_sign_off(1, [PASS])], due=False).state is GateState.RELEASED


def test_evidence_alone_releases_where_nobody_has_to_sign():
    assert state_of([PASS], (), a_checkpoint()).state is GateState.RELEASED
    assert state_of([UNKNOWN], (), a_checkpoint()).state is GateState.WAITING_FOR_EVIDENCE


VERDICTS = st.lists(st.sampled_from([PASS, FAIL, UNKNOWN, a_verdict(value=3.0)]), max_size=3)


@given(VERDICTS, st.lists(st.tuples(VERDICTS, st.sampled_from(["accept", "reject"]), st.sampled_from("ab"))))
def test_a_gate_is_released_only_over_passing_evidence_that_every_capacity_has_signed(verdicts, rows):
    made = [a_sign_off(n, seen, capacity=who, decision=what) for n, (seen, what, who) in enumerate(rows, 1)]
    result = checkpoint_state(a_checkpoint("a", "b"), verdicts, made)
    assert result == checkpoint_state(a_checkpoint("a", "b"), verdicts, made[::-1])
    assert result.state is checkpoint_state(a_checkpoint("a", "b"), verdicts[::-1], made).state
    if result.state is GateState.RELEASED:
        assert verdicts
        assert all(verdict.outcome is Outcome.PASS for verdict in verdicts)
        counted = [one for one in made if one.sequence in result.counted]
        assert {one.capacity for one in counted} == {"a", "b"}
        assert all(one.decision == "accept" and one.all_passed for one in counted)
    else:
        assert result.missing
        assert result.released_at is None


def test_the_worst_gate_is_the_gate_of_the_boundary():
    released, failing = state_of([PASS], [a_sign_off(1, [PASS])]), state_of([FAIL])
    assert task_gate([]) is None
    assert task_gate([released]) is GateState.RELEASED
    assert task_gate([released, state_of([PASS])]) is GateState.WAITING_FOR_SIGNATURE
    assert task_gate([released, failing, state_of([UNKNOWN])]) is GateState.EVIDENCE_FAILED


def test_monitored_points_and_standing_conditions_guard_nothing():
    assert HOLD.guards
    assert not a_checkpoint(control=Control.MONITORED).guards
    assert not a_checkpoint(boundary=Boundary.THROUGHOUT).guards


def due(boundary, task, predecessors=()):
    return is_due(a_checkpoint(boundary=boundary), task, predecessors, as_of=NOON, zone=SHANGHAI)


def test_a_finish_gate_is_due_when_its_task_has_started():
    assert not due(Boundary.FINISH, a_state(planned=datetime(2026, 3, 1, 8)))
    assert due(Boundary.FINISH, a_state(start=NOON))
    assert due(Boundary.FINISH, a_state(complete=0.1))
    assert not due(Boundary.FINISH, a_state(complete=0.0))


def test_a_start_gate_is_due_when_a_predecessor_has_finished_or_its_planned_start_has_come():
    assert not due(Boundary.START, a_state(planned=datetime(2026, 3, 2, 12, 1)))
    assert due(Boundary.START, a_state(planned=datetime(2026, 3, 2, 12)))
    assert not due(Boundary.START, a_state(), [a_state("P", start=NOON)])
    assert due(Boundary.START, a_state(), [a_state("P", start=NOON), a_state("Q", finish=NOON)])
    assert due(Boundary.START, a_state(start=NOON))


def test_standing_conditions_and_the_whole_site_are_always_due():
    assert due(Boundary.THROUGHOUT, a_state())
    assert due(Boundary.FINISH, None)


def test_releases_are_the_spans_in_which_all_signatures_stood():
    both, other = a_checkpoint("a", "b"), a_verdict(value=3.0)
    made = [
        a_sign_off(1, [PASS], capacity="a"),
        a_sign_off(2, [other], capacity="b"),  # not over the same verdicts
        a_sign_off(3, [PASS], capacity="b"),
        a_sign_off(4, [other], capacity="a"),  # renewed over newer evidence: the gate stays open
        a_sign_off(5, [PASS], capacity="b", decision="reject"),
        a_sign_off(6, [other], capacity="b"),
    ]
    assert [(span.since, span.until) for span in releases(both, made)] == [
        (NOON + timedelta(hours=3), NOON + timedelta(hours=5)),
        (NOON + timedelta(hours=6), None),
    ]
    assert releases(both, [a_sign_off(1, [FAIL], capacity="a"), a_sign_off(2, [FAIL], capacity="b")]) == ()


def started(at, *gates):
    guards = [Guard(checkpoint=point, verdicts=verdicts, sign_offs=made) for point, verdicts, made in gates]
    return started_without_release(a_state(start=at), guards)


def test_work_that_starts_behind_a_shut_gate_is_a_finding_from_that_moment():
    start = NOON + timedelta(hours=2)
    finding = started(start, (HOLD, [PASS], []))
    assert (finding.outcome, finding.reason) == (Outcome.FAIL, "started_without_release")
    assert (finding.since, finding.params["checkpoints"]) == (start, ["C"])
    late = started(start, (HOLD, [PASS], [a_sign_off(3, [PASS])]))
    assert late.outcome is Outcome.FAIL
    over_failing = started(start, (HOLD, [FAIL], [a_sign_off(1, [FAIL])]))
    assert over_failing.outcome is Outcome.FAIL


def test_work_that_starts_behind_an_open_gate_is_none_even_if_the_signature_is_stale_today():
    start = NOON + timedelta(hours=2)
    made = [a_sign_off(1, [PASS])]
    assert started(start, (HOLD, [PASS], made)).outcome is Outcome.PASS
    assert started(start, (HOLD, [a_verdict(value=3.0)], made)).outcome is Outcome.PASS
    rejected = [*made, a_sign_off(4, [PASS], decision="reject", hours=3)]
    assert started(start, (HOLD, [PASS], rejected)).outcome is Outcome.PASS


def test_a_gate_of_evidence_alone_must_have_passed_before_the_start():
    start, alone = NOON + timedelta(hours=2), a_checkpoint()
    assert started(start, (alone, [a_verdict(since=NOON)], [])).outcome is Outcome.PASS
    assert started(start, (alone, [a_verdict(since=NOON + timedelta(hours=3))], [])).outcome is Outcome.FAIL
    assert started(start, (alone, [UNKNOWN], [])).outcome is Outcome.FAIL


def test_nothing_is_found_where_nothing_guards_or_nobody_started():
    assert started(NOON, (a_checkpoint(control=Control.MONITORED), [FAIL], [])) is None
    assert started(None, (HOLD, [PASS], [])).outcome is Outcome.UNDETERMINED
