"""Alarms: raised, cleared with hysteresis, ranked; the same from the same verdicts in any order."""

from datetime import timedelta
from itertools import pairwise

from checkpoint_samples import NOON, a_verdict
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.checkpoints.alarms import Consequence, fold_alarms, rank
from bim_supervise.checkpoints.contract import Outcome, Severity

P, F, U = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
LENGTH = timedelta(minutes=20)


def folded(outcomes, **more):
    return fold_alarms([a_verdict(one, window=n) for n, one in enumerate(outcomes)], as_of=NOON, **more)


def test_raised_at_the_end_of_the_first_failing_window_and_cleared_after_two_passing_ones():
    (alarm,) = folded([P, F, F, P, P, P])
    assert alarm.raised_at == NOON + 2 * LENGTH
    assert alarm.cleared_at == NOON + 5 * LENGTH
    assert (alarm.failures, alarm.latest.window_start) == (2, NOON + 2 * LENGTH)


def test_one_passing_window_does_not_clear():
    (alarm,) = folded([F, P, F, P])
    assert alarm.cleared_at is None


def test_undetermined_windows_neither_raise_nor_clear():
    assert folded([U, U]) == []
    (alarm,) = folded([F, P, U, U])
    assert alarm.cleared_at is None
    (cleared,) = folded([F, P, U, P])
    assert cleared.cleared_at == NOON + 4 * LENGTH


def test_the_next_failure_after_clearing_is_another_alarm():
    first, second = folded([F, P, P, F])
    assert first.id != second.id
    assert (first.cleared_at is None, second.cleared_at is None) == (False, True)


def test_rules_and_subjects_do_not_mix():
    verdicts = [a_verdict(F, window=0), a_verdict(P, window=1, task="U"), a_verdict(P, window=2, rule="Y-01")]
    (alarm,) = fold_alarms(verdicts, as_of=NOON)
    assert (alarm.rule, alarm.subject.task, alarm.cleared_at) == ("X-01", "T", None)


def test_a_verdict_without_a_window_is_open_since_it_became_true():
    (known,) = fold_alarms([a_verdict(F, since=NOON - LENGTH)], as_of=NOON)
    assert (known.raised_at, known.cleared_at) == (NOON - LENGTH, None)
    (unknown,) = fold_alarms([a_verdict(F)], as_of=NOON)
    (again,) = fold_alarms([a_verdict(F)], as_of=NOON + LENGTH)
    assert unknown.raised_at == NOON
    assert unknown.id == again.id
    assert fold_alarms([a_verdict(P), a_verdict(U)], as_of=NOON) == []


OUTCOMES = st.lists(st.sampled_from([P, F, U]), max_size=30)


@given(OUTCOMES, st.randoms(use_true_random=False), st.integers(1, 3))
def test_the_order_of_arrival_does_not_matter(outcomes, random, clear_after):
    verdicts = [a_verdict(one, window=n) for n, one in enumerate(outcomes)]
    expected = fold_alarms(verdicts, as_of=NOON, clear_after=clear_after)
    random.shuffle(verdicts)
    assert fold_alarms(verdicts, as_of=NOON, clear_after=clear_after) == expected


@given(OUTCOMES)
def test_every_failing_window_belongs_to_exactly_one_alarm(outcomes):
    alarms = folded(outcomes)
    assert sum(alarm.failures for alarm in alarms) == outcomes.count(F)
    assert len({alarm.id for alarm in alarms}) == len(alarms)
    assert all(alarm.cleared_at is not None for alarm in alarms[:-1])
    assert all(one.cleared_at < other.raised_at for one, other in pairwise(alarms))


def test_life_safety_is_first_whatever_the_money():
    verdicts = [
        a_verdict(F, task="dear", since=NOON, severity=Severity.MAJOR),
        a_verdict(F, task="dome", since=NOON + LENGTH, severity=Severity.LIFE_SAFETY),
        a_verdict(F, task="tight", since=NOON, severity=Severity.MAJOR),
        a_verdict(F, task="small", since=NOON - LENGTH, severity=Severity.MINOR),
    ]
    weighed = {
        "dear": Consequence(total_float_hours=80, money=1e9),
        "tight": Consequence(total_float_hours=0, money=1),
    }
    order = rank(
        fold_alarms(verdicts, as_of=NOON),
        lambda alarm: weighed.get(alarm.subject.task, Consequence()),
    )
    assert [alarm.subject.task for alarm in order] == ["dome", "tight", "dear", "small"]


def test_standing_alarms_come_before_cleared_ones_of_the_same_rank():
    first, second = folded([F, P, P, F])
    assert rank([first, second]) == [second, first]
