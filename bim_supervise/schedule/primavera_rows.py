"""What the passes by Primavera's conventions share: activities, the run, lags and limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bim_supervise.schedule.calendars import WorkTime, to_minutes
from bim_supervise.schedule.cpm_rows import Calendars
from bim_supervise.schedule.network import Arc, Network
from bim_supervise.schedule.tasks import (
    Constraint,
    ConstraintType,
    LagCalendar,
    LinkType,
    SchedulingRules,
    Skipped,
    Task,
    TaskKind,
)

FROM_START = (LinkType.SS, LinkType.SF)
TO_START = (LinkType.FS, LinkType.SS)


@dataclass(slots=True)
class Activity:
    """One activity while it is calculated; moments and durations in minutes."""

    task: Task
    work: WorkTime
    left: int
    started: bool
    finished: bool
    spans: bool
    at_finish: bool
    limits: dict[ConstraintType, int]
    early_start: int = 0
    early_finish: int = 0
    late_start: int = 0
    late_finish: int = 0

    @property
    def milestone(self) -> bool:
        """Whether it is a milestone."""
        return self.task.kind is TaskKind.MILESTONE


@dataclass(slots=True)
class PrimaveraRun:
    """One calculation: activities by their node, options, and the moments that bound it."""

    network: Network
    rules: SchedulingRules
    activities: list[Activity]
    calendars: Calendars
    project_work: WorkTime
    floor: int
    data_date: int
    finish: int = 0
    problems: list[Skipped] = field(default_factory=list)

    def arcs(self, arcs: list[Arc]) -> Iterator[Arc]:
        """Links between activities of which neither is a summary nor a level of effort."""
        count = len(self.activities)
        for arc in arcs:
            ends = (arc.source, arc.target)
            if max(ends) < count and not any(self.activities[end].spans for end in ends):
                yield arc

    def lag_work(self, arc: Arc) -> WorkTime:
        """The calendar in which the lag of a link is counted."""
        if arc.link.lag_elapsed:
            return self.calendars.always
        match self.rules.lag_calendar:
            case LagCalendar.PREDECESSOR:
                return self.activities[arc.source].work
            case LagCalendar.SUCCESSOR:
                return self.activities[arc.target].work
            case LagCalendar.PROJECT:
                return self.project_work

    def after(self, moment: int, arc: Arc) -> int:
        """The moment a lag after ``moment``."""
        lag = arc.link.lag_minutes
        return self.lag_work(arc).add_minutes(moment, lag) if lag else moment

    def before(self, moment: int, arc: Arc) -> int:
        """The latest moment from which the lag still arrives by ``moment``."""
        lag = arc.link.lag_minutes
        return self.lag_work(arc).add_minutes(moment, -lag) if lag else moment


def make_activity(task: Task, at_finish: bool, run: PrimaveraRun) -> Activity:
    """The activity before it is placed; ``at_finish`` for a finish milestone."""
    work = run.calendars.work(task.calendar, task.name)
    if task.duration_elapsed:
        work = run.calendars.always
    started = task.actual_start is not None or task.actual_finish is not None
    finished = task.actual_finish is not None
    duration = task.duration_minutes
    if duration is None:
        run.problems.append(Skipped(what=task.name, reason="duration_unknown"))
        duration = 0
    left = duration if task.remaining_minutes is None else task.remaining_minutes
    if started and task.remaining_minutes is None and task.percent is not None:
        left = round(duration * (1 - task.percent / 100))
    return Activity(
        task=task,
        work=work,
        left=0 if finished or task.kind is TaskKind.MILESTONE else left,
        started=started,
        finished=finished,
        spans=task.kind in (TaskKind.LEVEL_OF_EFFORT, TaskKind.SUMMARY),
        at_finish=at_finish,
        limits=_limits(task.constraint, run.rules),
    )


def _limits(constraint: Constraint | None, rules: SchedulingRules) -> dict[ConstraintType, int]:
    found: dict[ConstraintType, int] = {}
    while constraint is not None:
        kind, at = constraint.type, 0 if constraint.at is None else to_minutes(constraint.at)
        if kind in (ConstraintType.START_NO_LATER_THAN, ConstraintType.FINISH_NO_LATER_THAN):
            found[kind] = min(at, found.get(kind, at))
        elif kind is not ConstraintType.EXPECTED_FINISH or rules.use_expected_finish:
            found[kind] = max(at, found.get(kind, at))
        constraint = constraint.also
    return found


def milestone_at(own: Activity, moment: int) -> int:
    """Where a milestone stands that may not be before ``moment``."""
    return own.work.previous_minutes(moment) if own.at_finish else own.work.next_minutes(moment)
