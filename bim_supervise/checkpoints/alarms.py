"""Alarms (报警): the life of failing verdicts, folded from them alone, and their rank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from bim_supervise.checkpoints.contract import Outcome, Severity, Subject, Verdict
from bim_supervise.core.canonical import digest_of

CLEAR_AFTER = 2
"""Valid passing windows in a row that clear an alarm; platform default, not a legal limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm. ``id`` depends only on rule, subject and the window that raised it.

    ``verdict`` is the failing verdict that raised it and ``latest`` the newest failing one; ``failures``
    counts them. Times are aware UTC; ``cleared_at`` is None while the alarm stands.
    """

    id: str
    verdict: Verdict
    latest: Verdict
    failures: int
    raised_at: datetime
    cleared_at: datetime | None = None

    @property
    def rule(self) -> str:
        """The rule that failed."""
        return self.verdict.rule

    @property
    def subject(self) -> Subject:
        """What it failed for."""
        return self.verdict.subject

    @property
    def severity(self) -> Severity:
        """How grave it is now: that of the newest failing verdict, so that it can rise and fall."""
        return self.latest.severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What an alarm endangers; None where that is unknown.

    ``total_float_hours`` is the least float [h] of the tasks it reaches, ``money`` their open budget in the
    project's currency.
    """

    tasks: int = 0
    elements: int = 0
    total_float_hours: float | None = None
    money: float | None = None


class Rankable(Protocol):
    """What ranking needs of an alarm, whether just folded or read from the store."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def severity(self) -> str: ...  # noqa: D102
    @property
    def raised_at(self) -> datetime: ...  # noqa: D102
    @property
    def cleared_at(self) -> datetime | None: ...  # noqa: D102


AnyAlarm = TypeVar("AnyAlarm", bound=Rankable)


def fold_alarms(
    verdicts: Iterable[Verdict], *, as_of: datetime, clear_after: int = CLEAR_AFTER
) -> list[Alarm]:
    """The alarms of any number of rules and subjects; the order of the verdicts does not matter.

    Windowed verdicts of one rule and subject are taken in the order of their windows: the first that fails
    raises an alarm at its end, ``clear_after`` passing ones without a failing one between them clear it at
    the end of the last. An undetermined window neither raises nor clears. A verdict without a window that
    fails is an open alarm since ``since`` (``as_of`` where the rule does not know it).

    Args:
        verdicts: current verdicts.
        as_of: the moment they were given for, aware UTC.
        clear_after: hysteresis, at least 1; a rule states its own in ``params["clear_after"]``, and a passing
            window with ``params["margin_kept"]`` false does not count.
    """
    series: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    alarms: list[Alarm] = []
    for verdict in verdicts:
        if verdict.window_start is not None and verdict.window_end is not None:
            series[verdict.rule, verdict.subject.key].append(verdict)
        elif verdict.outcome is Outcome.FAIL:
            alarms.append(_raised(verdict, verdict.since or as_of, verdict.since))
    for windows in series.values():
        alarms += _episodes(sorted(windows, key=_window), clear_after)
    return sorted(alarms, key=lambda alarm: (alarm.raised_at, alarm.id))


def rank(
    alarms: Iterable[AnyAlarm], consequence: Callable[[AnyAlarm], Consequence] = lambda _: Consequence()
) -> list[AnyAlarm]:
    """Alarms in the order in which somebody has to act.

    Life safety first, always; then standing before cleared, graver before lesser, less float before more
    (unknown last), more money, more tasks, more elements; then the older, then the id.
    """

    def order(alarm: AnyAlarm) -> tuple[object, ...]:
        severity, weighed = Severity(alarm.severity), consequence(alarm)
        slack = weighed.total_float_hours
        return (
            severity is not Severity.LIFE_SAFETY,
            alarm.cleared_at is not None,
            list(Severity).index(severity),
            (slack is None, slack or 0.0),
            -(weighed.money or 0.0),
            -weighed.tasks,
            -weighed.elements,
            alarm.raised_at,
            alarm.id,
        )

    return sorted(alarms, key=order)


def _window(verdict: Verdict) -> tuple[datetime, datetime]:
    assert verdict.window_start is not None
    assert verdict.window_end is not None
    return verdict.window_start, verdict.window_end


def _raised(verdict: Verdict, at: datetime, anchor: datetime | None) -> Alarm:
    key = [verdict.rule, verdict.subject.key, anchor.isoformat() if anchor else None]
    return Alarm(id=digest_of(key), verdict=verdict, latest=verdict, failures=1, raised_at=at)


def _episodes(windows: Sequence[Verdict], clear_after: int) -> list[Alarm]:
    episodes: list[Alarm] = []
    passed = 0
    for verdict in windows:
        start, end = _window(verdict)
        standing = episodes[-1] if episodes and episodes[-1].cleared_at is None else None
        if verdict.outcome is Outcome.FAIL:
            passed = 0
            if standing is None:
                episodes.append(_raised(verdict, min(end, verdict.since or end), start))
            else:
                episodes[-1] = _with(standing, latest=verdict, failures=standing.failures + 1)
        elif verdict.outcome is Outcome.PASS and standing is not None:
            # Within the limit, but not by the rule's margin: neither a failure nor a step towards clearing.
            passed += verdict.params.get("margin_kept", True) is True
            if passed >= max(1, int(verdict.params.get("clear_after", clear_after))):
                episodes[-1] = _with(standing, cleared_at=end)
    return episodes


def _with(
    alarm: Alarm,
    *,
    latest: Verdict | None = None,
    failures: int | None = None,
    cleared_at: datetime | None = None,
) -> Alarm:
    return Alarm(
        id=alarm.id,
        verdict=alarm.verdict,
        latest=latest or alarm.latest,
        failures=failures or alarm.failures,
        raised_at=alarm.raised_at,
        cleared_at=cleared_at or alarm.cleared_at,
    )
