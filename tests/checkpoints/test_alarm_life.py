"""The life of an alarm: escalation by time and severity, shelving by one or two persons, storms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from checkpoint_samples import NOON

from bim_supervise.checkpoints.alarm_life import AlarmState, life_of, storms
from bim_supervise.checkpoints.contract import Severity

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class AnAlarm:
    id: str = "a"
    rule: str = "X-01"
    severity: Severity = Severity.MAJOR
    raised_at: datetime = NOON
    cleared_at: datetime | None = None


@dataclass(frozen=True)
class AnAct:
    user: str
    action: str
    at: datetime
    until: datetime | None = None
    comment: str = "because"


@pytest.mark.parametrize(
    ("severity", "minutes", "level"),
    [
        (Severity.LIFE_SAFETY, 4, 0), (Severity.LIFE_SAFETY, 5, 1), (Severity.LIFE_SAFETY, 15, 2),
        (Severity.MAJOR, 29, 0), (Severity.MAJOR, 30, 1), (Severity.MAJOR, 120, 2),
        (Severity.MINOR, 479, 0), (Severity.MINOR, 480, 1), (Severity.MINOR, 1440, 2),
    ],
)  # fmt: skip
def test_an_alarm_that_nobody_acknowledges_rises(severity, minutes, level):
    life = life_of(AnAlarm(severity=severity), [], NOON + minutes * MINUTE)
    assert (life.state, life.level) == (AlarmState.OPEN, level)


def test_an_acknowledged_one_does_not():
    acts = [AnAct("li", "acknowledge", NOON + 40 * MINUTE)]
    assert life_of(AnAlarm(), acts, NOON + 35 * MINUTE).level == 1
    life = life_of(AnAlarm(), acts, NOON + 5 * HOUR)
    assert (life.state, life.level, life.acknowledged.user) == (AlarmState.ACKNOWLEDGED, 0, "li")


def test_one_person_shelves_and_it_comes_back_by_itself():
    acts = [AnAct("li", "shelve", NOON + MINUTE, NOON + 2 * HOUR)]
    life = life_of(AnAlarm(), acts, NOON + HOUR)
    assert (life.state, life.shelved.until) == (AlarmState.SHELVED, NOON + 2 * HOUR)
    back = life_of(AnAlarm(), acts, NOON + 2 * HOUR)
    assert (back.state, back.level) == (AlarmState.OPEN, 0)
    assert life_of(AnAlarm(), acts, NOON + 2 * HOUR + 30 * MINUTE).level == 1


def test_life_safety_needs_two_persons_and_the_end_that_was_proposed():
    gas = AnAlarm(severity=Severity.LIFE_SAFETY)
    proposal = AnAct("li", "propose_shelving", NOON + MINUTE, NOON + HOUR)
    alone = [AnAct("li", "shelve", NOON + MINUTE, NOON + 9 * HOUR)]
    assert life_of(gas, alone, NOON + 2 * MINUTE).state is AlarmState.OPEN
    waiting = life_of(gas, [proposal], NOON + 2 * MINUTE)
    assert (waiting.state, waiting.proposed.user) == (AlarmState.OPEN, "li")
    same = [proposal, AnAct("li", "shelve", NOON + 2 * MINUTE, NOON + HOUR)]
    assert life_of(gas, same, NOON + 3 * MINUTE).state is AlarmState.OPEN
    both = [proposal, AnAct("wang", "shelve", NOON + 2 * MINUTE, NOON + 7 * HOUR)]
    life = life_of(gas, both, NOON + 3 * MINUTE)
    assert (life.state, life.shelved.user, life.confirmed_by) == (AlarmState.SHELVED, "li", "wang")
    assert life_of(gas, both, NOON + HOUR).state is AlarmState.OPEN
    late = [proposal, AnAct("wang", "shelve", NOON + 2 * HOUR, NOON + 3 * HOUR)]
    assert life_of(gas, late, NOON + 2 * HOUR).proposed is None


def test_what_was_done_later_is_not_known_yet_and_a_cleared_alarm_stays_cleared():
    acts = [AnAct("li", "acknowledge", NOON + HOUR)]
    assert life_of(AnAlarm(), acts, NOON).state is AlarmState.OPEN
    cleared = AnAlarm(cleared_at=NOON + 2 * HOUR)
    assert life_of(cleared, acts, NOON + 3 * HOUR).state is AlarmState.CLEARED
    assert life_of(cleared, acts, NOON + HOUR).state is AlarmState.ACKNOWLEDGED


def test_an_alarm_put_back_is_open():
    acts = [
        AnAct("li", "shelve", NOON + MINUTE, NOON + 5 * HOUR),
        AnAct("wang", "unshelve", NOON + HOUR),
    ]
    assert life_of(AnAlarm(), acts, NOON + 2 * HOUR).state is AlarmState.OPEN


def test_a_storm_is_many_of_one_rule_close_together_and_never_life_safety():
    row = [AnAlarm(id=f"a{n}", raised_at=NOON + n * 3 * MINUTE) for n in range(6)]
    lone = AnAlarm(id="later", raised_at=NOON + 5 * HOUR)
    gas = [AnAlarm(id=f"g{n}", rule="GAS-01", severity=Severity.LIFE_SAFETY) for n in range(9)]
    (storm,) = storms([*reversed(row), lone, *gas])
    assert (storm.id, storm.rule, storm.alarms) == ("a0", "X-01", tuple(alarm.id for alarm in row))
    assert storms(row[:4]) == []
