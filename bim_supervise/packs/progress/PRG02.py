"""PRG-02: late finish."""
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


class LateFinish:
    """Work that should have been finished by the plan, and was seen not to be.

    **Why**: a late finish moves the start of whatever waits for it.

    **What it judges**: every task, and every element of a task, against the task's planned finish. Days are
    compared, not hours: on the planned day nothing is late yet, except an element that was *seen missing* on
    that day or later and that nobody had stated installed by then.

    **Fails**: a window of a task planned to finish on Thursday is on the list of elements seen missing of
    that week's Sunday. An element is stated installed, or the task finished, after the planned day. 80 % is
    reported on the day after the planned finish.

    **Passes**: the element was stated installed, or the task finished, on or before the planned day, and
    nobody saw the element missing afterwards.

    **Undetermined**: nobody has said anything; or an element was stated installed in time and seen missing
    afterwards, so that the two statements contradict each other.

    **Source**: definition of this platform; the plan is the contractor's own.
    """

    id: ClassVar[str] = "PRG-02"
    kind: ClassVar[Kind] = Kind.PROGRESS
    title: ClassVar[Mapping[str, str]] = {"en": "Late finish", "zh": "完工滞后"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "A late finish moves the start of whatever waits for it.",
        "zh": "完工滞后会推迟等待它的后续工作。",
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
        if state.planned_finish is None:
            rows = [subject, *(_row(state, element) for element in elements)]
            return [verdict(self.id, Outcome.UNDETERMINED, "not_planned", row, None) for row in rows]
        planned = state.planned_finish.date()
        verdicts = [self._element(state, element, planned, evidence) for element in elements]
        return verdicts if subject.element is not None else [self._task(state, planned, evidence), *verdicts]

    def _task(self, state: TaskState, planned: date, evidence: Evidence) -> Verdict:
        subject, zone = Subject(task=state.task.id), evidence.zone
        if state.actual_finish is not None:
            source: Fact | str = state.finished if state.finished is not None else f"plan:{state.task.id}"
            return self._finished(subject, state.actual_finish, source, planned, evidence)
        behind = [
            fact
            for fact, share in progress_statements(state, evidence)
            if share < 1 and site_day(fact.event_time, zone) > planned
        ]
        if behind:
            late = days_after(planned, behind[-1].event_time, zone)
            return verdict(
                self.id,
                Outcome.FAIL,
                "stated_not_finished",
                subject,
                planned,
                behind,
                days=late,
                since=behind[0].event_time,
            )
        return self._unknown(subject, planned, evidence)

    def _finished(
        self, subject: Subject, at: datetime, source: Fact | str, planned: date, evidence: Evidence
    ) -> Verdict:
        days = days_after(planned, at, evidence.zone)
        if days > 0:
            return verdict(
                self.id, Outcome.FAIL, "finished_late", subject, planned, [source], days=days, since=at
            )
        return verdict(self.id, Outcome.PASS, "finished_as_planned", subject, planned, [source], since=at)

    def _element(self, state: TaskState, element: ElementState, planned: date, evidence: Evidence) -> Verdict:
        subject, zone = _row(state, element), evidence.zone
        seen = seen_missing_when_planned(element, planned, zone)
        if seen:
            late = days_after(planned, seen[-1].event_time, zone)
            return verdict(
                self.id,
                Outcome.FAIL,
                "missing_at_planned_finish",
                subject,
                planned,
                seen,
                days=late,
                since=seen[0].event_time,
            )
        if element.installed is not None:
            newest = element.installed_last or element.installed
            denial = contradicted(newest, element)
            # An element that came late was late, whatever was seen of it afterwards.
            if denial is not None and site_day(element.installed.event_time, zone) <= planned:
                return verdict(
                    self.id, Outcome.UNDETERMINED, "contradicted", subject, planned, [newest, denial]
                )
            return self._finished(subject, element.installed.event_time, element.installed, planned, evidence)
        if state.actual_finish is not None:
            source: Fact | str = state.finished if state.finished is not None else f"plan:{state.task.id}"
            denial = next((one for one in element.missing if one.event_time > state.actual_finish), None)
            if denial is not None and days_after(planned, state.actual_finish, zone) <= 0:
                return verdict(
                    self.id, Outcome.UNDETERMINED, "contradicted", subject, planned, [source, denial]
                )
            return self._finished(subject, state.actual_finish, source, planned, evidence)
        return self._unknown(subject, planned, evidence)

    def _unknown(self, subject: Subject, planned: date, evidence: Evidence) -> Verdict:
        due = site_day(evidence.as_of, evidence.zone) >= planned
        return verdict(
            self.id, Outcome.UNDETERMINED, "no_observation" if due else "not_due", subject, planned
        )


def _row(state: TaskState, element: ElementState) -> Subject:
    return Subject(task=state.task.id, element=element.global_id)
