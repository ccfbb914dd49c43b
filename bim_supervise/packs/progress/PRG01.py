"""PRG-01: late start."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Evidence, Kind, Limit, Outcome, Subject, Verdict
from bim_supervise.packs.progress.statements import (
    contradicted,
    days_after,
    progress_statements,
    seen_missing_when_planned,
    site_day,
    verdict,
)
from bim_supervise.tracking.state import ElementState, Fact, TaskState


class LateStart:
    """Work that should have begun by the plan, and was seen not to have.

    **Why**: a late start eats the float of everything behind it, and is the first thing that can still be
    repaired.

    **What it judges**: every task, and every element of a task, against the task's planned start. Days are
    compared, not hours: on the planned day nothing is late yet, except an element that was *seen missing* on
    that day or later and that nobody had stated installed by then.

    **Fails**: a wall of a task planned to start on Friday is on the list of elements seen missing of that
    week's Sunday. A task is stated to have started three days after its planned start. A foreman reports 0 %
    on the day after the planned start.

    **Passes**: the task is stated to have started on its planned day; the element was delivered the day
    before.

    **Undetermined**: nobody has said anything. An element that is absent from a list of missing elements has
    not been seen installed. An element stated delivered and seen missing afterwards proves nothing.

    **Source**: definition of this platform; the plan is the contractor's own.
    """

    id: ClassVar[str] = "PRG-01"
    kind: ClassVar[Kind] = Kind.PROGRESS
    title: ClassVar[Mapping[str, str]] = {"en": "Late start", "zh": "开工滞后"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "A late start eats the float of everything behind it, "
        "and is the first thing that can still be repaired.",
        "zh": "开工滞后会吃掉后续工作的时差，也是最早还能补救的环节。",
    }

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """Every task; its verdicts are about the task and each of its elements."""
        return [Subject(task=state.task.id) for state in evidence.tasks()]

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """Verdicts for the task and each element, or only for ``subject.element``; values in days."""
        state = evidence.task(subject.task) if subject.task is not None else None
        if state is None:
            return [verdict(self.id, Outcome.UNDETERMINED, "task_unknown", subject, None)]
        elements = [one for one in state.elements if subject.element in (None, one.global_id)]
        if state.planned_start is None:
            rows = [subject, *(_row(state, element) for element in elements)]
            return [verdict(self.id, Outcome.UNDETERMINED, "not_planned", row, None) for row in rows]
        planned = state.planned_start.date()
        verdicts = [self._element(state, element, planned, evidence) for element in elements]
        return verdicts if subject.element is not None else [self._task(state, planned, evidence), *verdicts]

    def _task(self, state: TaskState, planned: date, evidence: Evidence) -> Verdict:
        subject, zone = Subject(task=state.task.id), evidence.zone
        if state.actual_start is not None:
            return self._started(state, subject, state.actual_start, state.started, planned, evidence)
        reports = progress_statements(state, evidence)
        installed = [element.installed for element in state.elements if element.installed]
        done = [fact for fact, share in reports if share != 0] + installed
        done += [state.finished] if state.finished else []
        first = min(done, key=lambda fact: (fact.event_time, fact.id), default=None)
        if first is not None and site_day(first.event_time, zone) <= planned:
            return verdict(
                self.id, Outcome.PASS, "begun_as_planned", subject, planned, [first], since=first.event_time
            )
        idle = [
            fact
            for fact, share in reports
            if share == 0
            and site_day(fact.event_time, zone) > planned
            and (first is None or fact.event_time < first.event_time)
        ]
        if idle:
            late = days_after(planned, idle[-1].event_time, zone)
            return verdict(
                self.id,
                Outcome.FAIL,
                "stated_not_started",
                subject,
                planned,
                idle,
                days=late,
                since=idle[0].event_time,
            )
        return self._unknown(subject, planned, evidence)

    def _started(
        self,
        state: TaskState,
        subject: Subject,
        at: datetime,
        fact: Fact | None,
        planned: date,
        evidence: Evidence,
    ) -> Verdict:
        days = days_after(planned, at, evidence.zone)
        source: Fact | str = fact if fact is not None else f"plan:{state.task.id}"
        if days > 0:
            return verdict(
                self.id, Outcome.FAIL, "started_late", subject, planned, [source], days=days, since=at
            )
        return verdict(self.id, Outcome.PASS, "started_as_planned", subject, planned, [source], since=at)

    def _element(self, state: TaskState, element: ElementState, planned: date, evidence: Evidence) -> Verdict:
        subject, zone = _row(state, element), evidence.zone
        seen = seen_missing_when_planned(element, planned, zone)
        if seen:
            late = days_after(planned, seen[-1].event_time, zone)
            return verdict(
                self.id,
                Outcome.FAIL,
                "missing_at_planned_start",
                subject,
                planned,
                seen,
                days=late,
                since=seen[0].event_time,
            )
        if state.actual_start is not None and days_after(planned, state.actual_start, zone) <= 0:
            return self._started(state, subject, state.actual_start, state.started, planned, evidence)
        stated = (element.delivered, element.installed, element.installed_last)
        there = [fact for fact in stated if fact is not None and site_day(fact.event_time, zone) <= planned]
        if there:
            newest = max(there, key=lambda fact: (fact.event_time, fact.id))
            denial = contradicted(newest, element)
            if denial is not None:
                return verdict(
                    self.id, Outcome.UNDETERMINED, "contradicted", subject, planned, [newest, denial]
                )
            return verdict(
                self.id, Outcome.PASS, "there_as_planned", subject, planned, [newest], since=newest.event_time
            )
        return self._unknown(subject, planned, evidence)

    def _unknown(self, subject: Subject, planned: date, evidence: Evidence) -> Verdict:
        due = site_day(evidence.as_of, evidence.zone) >= planned
        return verdict(
            self.id, Outcome.UNDETERMINED, "no_observation" if due else "not_due", subject, planned
        )


def _row(state: TaskState, element: ElementState) -> Subject:
    return Subject(task=state.task.id, element=element.global_id)
