"""The life of an alarm: raised, acknowledged, escalated, shelved for a time, cleared; and storms of alarms.

Everything here is worked out from the alarm and what people did about it: nothing has to run for an alarm to
escalate, and a shelved one comes back by itself. The times are defaults of this platform, not of any law.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bim_supervise.checkpoints.contract import Severity

ACKNOWLEDGE, SHELVE, PROPOSE_SHELVING, UNSHELVE = "acknowledge", "shelve", "propose_shelving", "unshelve"
"""What people do about alarms."""

LONGEST_SHELVING: Mapping[Severity, timedelta] = {
    Severity.LIFE_SAFETY: timedelta(hours=8),
    Severity.MAJOR: timedelta(days=2),
    Severity.MINOR: timedelta(days=14),
}
"""How long an alarm may be shelved at once."""

ESCALATES_AFTER: Mapping[Severity, tuple[timedelta, ...]] = {
    Severity.LIFE_SAFETY: (timedelta(minutes=5), timedelta(minutes=15)),
    Severity.MAJOR: (timedelta(minutes=30), timedelta(hours=2)),
    Severity.MINOR: (timedelta(hours=8), timedelta(days=1)),
}
"""After how long without an acknowledgement an alarm rises to level 1 and 2."""

STORM_OF = 5
"""So many alarms of one rule ..."""
STORM_WITHIN = timedelta(minutes=10)
"""... raised within this time are one storm."""


class AlarmState(StrEnum):
    """Where an alarm stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    CLEARED = "cleared"


class Act(Protocol):
    """What a person did about an alarm, and when (aware UTC)."""

    @property
    def user(self) -> str: ...  # noqa: D102
    @property
    def action(self) -> str: ...  # noqa: D102
    @property
    def comment(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def until(self) -> datetime | None: ...  # noqa: D102


class Standing(Protocol):
    """What the life of an alarm needs of it."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def severity(self) -> Severity: ...  # noqa: D102
    @property
    def raised_at(self) -> datetime: ...  # noqa: D102
    @property
    def cleared_at(self) -> datetime | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLife:
    """Where an alarm stands at a moment, by whom and since when; times are aware UTC.

    ``level`` counts escalations of an alarm that nobody has acknowledged. ``proposed`` is a shelving of a
    life-safety alarm that waits for a second person.
    """

    state: AlarmState
    level: int = 0
    acknowledged: Act | None = None
    shelved: Act | None = None
    confirmed_by: str | None = None
    proposed: Act | None = None


def life_of(alarm: Standing, acts: Sequence[Act], now: datetime) -> AlarmLife:
    """The life of an alarm at ``now``.

    Args:
        alarm: as it stands.
        acts: what people did about it up to now, in the order they did it.
        now: aware UTC.
    """
    acknowledged = shelved = proposed = None
    confirmed_by: str | None = None
    for act in acts:
        if act.at > now:
            continue
        if act.action == ACKNOWLEDGE:
            acknowledged = act
        elif act.action == PROPOSE_SHELVING:
            proposed = act
        elif act.action == SHELVE:
            if alarm.severity is Severity.LIFE_SAFETY:
                if proposed is None or proposed.user == act.user:
                    continue  # two named persons, or it is not shelved
                shelved, confirmed_by, proposed = proposed, act.user, None
            else:
                shelved = act
        elif act.action == UNSHELVE:
            shelved = proposed = confirmed_by = None
    if shelved is not None and (shelved.until is None or shelved.until <= now):
        shelved = confirmed_by = None
    if proposed is not None and (proposed.until is None or proposed.until <= now):
        proposed = None
    if alarm.cleared_at is not None and alarm.cleared_at <= now:
        state = AlarmState.CLEARED
    elif shelved is not None:
        state = AlarmState.SHELVED
    else:
        state = AlarmState.ACKNOWLEDGED if acknowledged else AlarmState.OPEN
    level = 0
    if state is AlarmState.OPEN:
        # The clock of an alarm that comes back from the shelf starts when it does.
        ends = [act.until for act in acts if act.until is not None and _is_over(act, act.until, now)]
        begun = max([alarm.raised_at, *ends])
        level = sum(now - begun >= after for after in ESCALATES_AFTER[alarm.severity])
    return AlarmLife(
        state=state,
        level=level,
        acknowledged=acknowledged,
        shelved=shelved,
        confirmed_by=confirmed_by,
        proposed=proposed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Alarms of one rule that came together; ``id`` is that of the first."""

    id: str
    rule: str
    alarms: tuple[str, ...] = field(default=())


def storms(alarms: Iterable[Standing]) -> list[Storm]:
    """Storms among alarms, by rule and time; life safety is never part of one."""
    by_rule: dict[str, list[Standing]] = {}
    for alarm in sorted(alarms, key=lambda one: (one.raised_at, one.id)):
        if alarm.severity is not Severity.LIFE_SAFETY:
            by_rule.setdefault(alarm.rule, []).append(alarm)
    found = []
    for rule, row in by_rule.items():
        groups: list[list[Standing]] = []
        for alarm in row:
            if not groups or alarm.raised_at - groups[-1][-1].raised_at > STORM_WITHIN:
                groups.append([])
            groups[-1].append(alarm)
        found += [
            Storm(id=group[0].id, rule=rule, alarms=tuple(one.id for one in group))
            for group in groups
            if len(group) >= STORM_OF
        ]
    return sorted(found, key=lambda storm: storm.id)


def _is_over(act: Act, until: datetime, now: datetime) -> bool:
    return act.action == SHELVE and act.at <= now and until <= now
