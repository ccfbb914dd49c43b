"""What the packs say of a period: each rule's figure per subject, its limit, its days and its evidence."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from bim_supervise.api.present import limit_view
from bim_supervise.api.supervision import Supervision, delay_rows, worst
from bim_supervise.api.views import LimitView
from bim_supervise.checkpoints.contract import Kind, Outcome, Subject, Verdict
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.period_figures import Period, PeriodFigure, PeriodValue
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import to_utc
from bim_supervise.inspection.cases import fold_cases
from bim_supervise.inspection.green_delay import green_delays
from bim_supervise.store.work_periods import JudgedWindow
from bim_supervise.supervise import Situation

_GRAVEST = (Outcome.FAIL, Outcome.UNDETERMINED, Outcome.PASS)
_AT_LEAST = (">", ">=")
_SERIES_KEPT = 8
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigure:
    """The figure of one site day: the worst value [unit of the rule], None where nothing was determined."""

    day: date
    outcome: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFigure:
    """What one rule found about one subject in a period.

    ``passed``, ``failed`` and ``undetermined`` count windows (one, where the rule has no windows). ``value``
    in ``unit``, ``reason``, ``limit``, ``at`` (aware) and ``evidence`` are those of the worst of them: the
    failing one farthest from its limit, else the newest undetermined one, else the passing one nearest to it.
    """

    rule: str
    title: Mapping[str, str]
    subject: str
    device: str | None
    device_name: str | None
    outcome: str
    passed: int
    failed: int
    undetermined: int
    value: float | None
    unit: str
    reason: str
    params: Mapping[str, Any]
    limit: LimitView | None
    at: datetime | None
    completeness: float | None
    evidence: Sequence[str]
    days: Sequence[DayFigure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedRow:
    """A derived figure that a pack worked out of the period, about one subject; see ``PeriodFigure``.

    ``value`` None means undetermined; ``reason`` with ``params`` says why, or what it was worked out from.
    ``share`` 0..1 of the period was used.
    """

    key: str
    title: Mapping[str, str]
    note: Mapping[str, str]
    unit: str
    subject: str
    device: str | None
    device_name: str | None
    value: float | None
    reason: str
    params: Mapping[str, Any]
    share: float | None
    evidence: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSection:
    """A pack's part of the green screen and report; ``unobserved`` are rules that nothing was heard about.

    ``figures`` of rules and ``derived`` figures come in the order of the rows that the pack declares.
    """

    name: str
    title: Mapping[str, str]
    figures: Sequence[PackFigure]
    derived: Sequence[DerivedRow] = ()
    unobserved: Sequence[tuple[str, Mapping[str, str]]] = ()
    kinds: Sequence[str] = ()
    """Kinds of observation that the pack brings."""

    @property
    def outcome(self) -> str:
        """The worst outcome; ``undetermined`` where there is no figure."""
        found = {Outcome(item.outcome) for item in self.figures} or {Outcome.UNDETERMINED}
        return next(one.value for one in _GRAVEST if one in found)


@dataclass(slots=True)
class _Group:
    """Windows of one rule and subject, as far as they have been read."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    chosen: dict[str, JudgedWindow] = field(default_factory=dict)
    days: dict[date, JudgedWindow] = field(default_factory=dict)


class GreenFigures(Supervision):
    """Sections of the packs."""

    def pack_sections(
        self, first_day: date, last_day: date, as_of: str | date | datetime | None = None
    ) -> list[PackSection]:
        """A section for every installed pack that watches the site, outsiders' too.

        Args:
            first_day: first site day.
            last_day: last site day, inclusive.
            as_of: the moment whose knowledge is shown.
        """
        situation = self.situation(as_of)
        start = to_utc(datetime.combine(first_day, time.min), self.zone)
        end = to_utc(datetime.combine(last_day + timedelta(days=1), time.min), self.zone)
        packs = [pack for pack in self.registry.packs if watches_site(pack)]
        read = {rule for pack in packs for figure in pack.figures for rule in figure.rules}
        found, judged = self._windowed(start, min(end, situation.as_of), read)
        by_rule: dict[str, list[PackFigure]] = defaultdict(list)
        every = {(*key, ""): figure for key, figure in found.items()}
        every |= {key: one for key, one in self._points(situation).items() if key[:2] not in found}
        for (rule, _, _), figure in sorted(every.items()):
            by_rule[rule].append(figure)
        derived = self._derived(packs, situation, start, min(end, situation.as_of), found, judged)
        return [_section(pack, by_rule, derived) for pack in packs]

    def period_delays(
        self, first_day: date, last_day: date, as_of: str | date | datetime | None = None
    ) -> list[dict[str, Any]]:
        """What each task lost under green stop orders in a period, as it stood at the period's end.

        Args:
            first_day: first site day.
            last_day: last site day, inclusive.
            as_of: the moment whose knowledge is shown; where it lies in the period, the count ends with it.
        """
        moment = self.moment(as_of)
        situation = self.situation(as_of)
        since = to_utc(datetime.combine(first_day, time.min), self.zone)
        until = min(to_utc(datetime.combine(last_day + timedelta(days=1), time.min), self.zone), moment)
        with self._store.reading() as work:
            cases = fold_cases(work.notes(), until)
        found = green_delays(cases, self.registry.is_green, as_of=until, since=since)
        return delay_rows(found, situation)

    def _derived(
        self,
        packs: Sequence[Pack],
        situation: Situation,
        start: datetime,
        end: datetime,
        found: Mapping[tuple[str, str], PackFigure],
        judged: Mapping[str, Sequence[JudgedWindow]],
    ) -> dict[str, list[DerivedRow]]:
        """The derived figures of the packs by key; one that breaks down is undetermined and says so."""
        made: dict[str, list[DerivedRow]] = defaultdict(list)
        with self._store.reading() as work:
            devices = work.devices()
            names = {device.id: device.name for device in devices}
            evidence = Snapshot(
                as_of=situation.as_of,
                zone=self.zone,
                tasks=situation.states,
                devices=devices,
                # Several figures read one series.
                windows=lru_cache(maxsize=_SERIES_KEPT)(work.windows),
                extents=work.extents(),
            )
            period = Period(start=start, end=end, evidence=evidence, judged=judged)
            for figure in (figure for pack in packs for figure in pack.figures):
                for value in _worked(figure, period):
                    behind = [found.get((rule, value.subject.key)) for rule in figure.rules]
                    shown = [one for item in behind if item is not None for one in item.evidence]
                    made[figure.key].append(_derived_row(figure, value, names, value.evidence or shown))
        return made

    def _windowed(
        self, start: datetime, end: datetime, read: Container[str]
    ) -> tuple[dict[tuple[str, str], PackFigure], dict[str, list[JudgedWindow]]]:
        """The figures of the period; and, from the same reading, the windows of the rules in ``read``."""
        judged: dict[str, list[JudgedWindow]] = defaultdict(list)
        groups: dict[tuple[str, str], _Group] = defaultdict(_Group)
        made = {}
        with self._store.reading() as work:
            names = {device.id: device.name for device in work.devices()}
            for window in work.judged_windows(start, end):
                if window.rule in self.registry.rules:
                    self._count(groups[window.rule, window.subject], window)
                if window.rule in read:
                    judged[window.rule].append(window)
            for key, group in groups.items():
                outcome = next(one for one in _GRAVEST if group.counts[one])
                stored = work.verdict_of(group.chosen[outcome])
                verdict = self._verdict(stored)
                made[key] = _figure(
                    verdict,
                    self.registry.rules[verdict.rule].title,
                    names,
                    subject=stored.subject,
                    outcome=outcome.value,
                    counts=group.counts,
                    days=[
                        DayFigure(
                            day=day,
                            outcome=said.outcome,
                            value=None if said.outcome == Outcome.UNDETERMINED else said.value,
                        )
                        for day, said in sorted(group.days.items())
                    ],
                )
        return made, judged

    def _count(self, group: _Group, window: JudgedWindow) -> None:
        outcome = Outcome(window.outcome)
        group.counts[outcome] += 1
        kept = group.chosen.get(outcome)
        if kept is None or outcome is Outcome.UNDETERMINED or _worse(window, kept):
            group.chosen[outcome] = window
        # A window belongs to the day on which its last moment lies.
        day = (window.end - timedelta(microseconds=1)).astimezone(self.zone).date()
        said = group.days.get(day)
        if outcome is Outcome.UNDETERMINED:
            group.days.setdefault(day, window)
        elif said is None or said.outcome == Outcome.UNDETERMINED or _worse(window, said):
            group.days[day] = window

    def _points(self, situation: Situation) -> dict[tuple[str, str, str], PackFigure]:
        """Figures of rules without windows, and of those that checkpoints ask, as they stand.

        A rule that says several things of one subject (shares by hours, energy, count) has a figure for each.
        """
        grouped: dict[tuple[str, str, str], list[Verdict]] = defaultdict(list)
        asked = (item for judged in situation.judged.values() for item in judged.verdicts)
        own = (item for item in situation.verdicts if item.window_start is None)
        for verdict in (*own, *asked):
            if verdict.rule in self.registry.rules:
                statistic = "" if verdict.limit is None else verdict.limit.statistic
                grouped[verdict.rule, verdict.subject.key, statistic].append(verdict)
        with self._store.reading() as work:
            names = {device.id: device.name for device in work.devices()}
        made = {}
        for key, verdicts in grouped.items():
            outcome = worst(verdicts)
            chosen = next(item for item in verdicts if item.outcome is outcome)
            counts = {one: sum(item.outcome is one for item in verdicts) for one in Outcome}
            made[key] = _figure(
                chosen,
                self.registry.rules[chosen.rule].title,
                names,
                subject=key[1],
                outcome=outcome.value,
                counts=counts,
            )
        return made


def _worse(window: JudgedWindow, other: JudgedWindow) -> bool:
    """Whether a window lies farther on the wrong side of its own limit than the other does of its own.

    A fail is worse than a pass. Limits of different units (a start in seconds, a run in hours) are compared
    by the share of the limit; of one limit this is the order of the values.
    """
    if window.outcome != other.outcome:
        return window.outcome == Outcome.FAIL
    mine, theirs = _excess(window), _excess(other)
    return mine is not None and (theirs is None or mine > theirs)


def _excess(window: JudgedWindow) -> float | None:
    if window.value is None:
        return None
    beyond = window.value - (window.limit or 0.0)
    return (-beyond if window.comparator in _AT_LEAST else beyond) / (abs(window.limit or 0.0) or 1.0)


def watches_site(pack: Pack) -> bool:
    """Whether a pack has a section: it brings kinds of observation or rules of the kind green."""
    return bool(pack.kinds) or any(rule.kind is Kind.GREEN for rule in pack.rules)


def _figure(
    verdict: Verdict,
    title: Mapping[str, str],
    names: Mapping[str, str],
    *,
    subject: str,
    outcome: str,
    counts: Mapping[Any, int],
    days: Sequence[DayFigure] = (),
) -> PackFigure:
    device = verdict.subject.device
    return PackFigure(
        rule=verdict.rule,
        title=title,
        subject=subject,
        device=device,
        device_name=names.get(device or "") or device,
        outcome=outcome,
        passed=counts[Outcome.PASS],
        failed=counts[Outcome.FAIL],
        undetermined=counts[Outcome.UNDETERMINED],
        value=verdict.value,
        unit=verdict.unit or (verdict.limit.unit if verdict.limit else ""),
        reason=verdict.reason,
        params=verdict.params,
        limit=limit_view(verdict.limit),
        at=verdict.window_end or verdict.since,
        completeness=verdict.completeness,
        evidence=verdict.evidence,
        days=days,
    )


def _worked(figure: PeriodFigure, period: Period) -> list[PeriodValue]:
    try:
        return list(figure.work(period))
    # A pack is foreign code: what it raises must not take the section down, and must not go unseen.
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        _LOG.exception("the derived figure %s of a pack broke down", figure.key)
        return [PeriodValue(subject=Subject(), value=None, reason="figure_failed", params={"problem": text})]


def _derived_row(
    figure: PeriodFigure, value: PeriodValue, names: Mapping[str, str], evidence: Sequence[str]
) -> DerivedRow:
    device = value.subject.device
    return DerivedRow(
        key=figure.key,
        title=figure.title,
        note=figure.note,
        unit=figure.unit,
        subject=value.subject.key,
        device=device,
        device_name=names.get(device or "") or device,
        value=value.value,
        reason=value.reason,
        params=value.params,
        share=value.share,
        evidence=evidence,
    )


def _section(
    pack: Pack, by_rule: Mapping[str, Sequence[PackFigure]], derived: Mapping[str, Sequence[DerivedRow]]
) -> PackSection:
    return PackSection(
        name=pack.name,
        title=pack.title,
        figures=[
            replace(figure, title=row.title or figure.title)
            for row in pack.section_rows
            for figure in by_rule.get(row.of, ())
        ],
        derived=[
            replace(figure, title=row.title or figure.title)
            for row in pack.section_rows
            for figure in derived.get(row.of, ())
        ],
        unobserved=[(rule.id, rule.title) for rule in pack.rules if rule.id not in by_rule],
        kinds=[kind.key for kind in pack.kinds],
    )
