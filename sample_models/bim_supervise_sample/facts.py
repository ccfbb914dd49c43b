"""What people and scanners state while the work goes on: from the delivery of a bar to the end of a task."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from bim_supervise_sample import story
from bim_supervise_sample.model.layout import parts_by_task
from bim_supervise_sample.model.parts import Part
from bim_supervise_sample.plan.calendars import working_time
from bim_supervise_sample.plan.dates import Dates, planned, schedule
from bim_supervise_sample.plan.tasks import PlanTask, plan_tasks, tasks_by_code
from bim_supervise_sample.site import CURRENCY, END, START, ZONE

DELIVERED_CLASSES = {
    "IfcMember",
    "IfcCovering",
    "IfcReinforcingBar",
    "IfcPump",
    "IfcValve",
    "IfcPipeSegment",
    "IfcDoor",
    "IfcFan",
    "IfcUnitaryEquipment",
    "IfcDuctSegment",
    "IfcSolarDevice",
    "IfcHeatExchanger",
    "IfcFilter",
    "IfcTransportElement",
}
"""Classes that come to site ready made and pass the portal at the gate."""

HISTORY_SEED = 1
_EARLY = START.replace(tzinfo=None) + timedelta(days=4)
"""Deliveries come up to three days before their task."""

FOREMAN = "site.foreman"
INSPECTOR = "zhang.lei"
SCANNER = "RFID-PIT"
PORTAL = "RFID-GATE"


@dataclass(frozen=True, slots=True)
class Statement:
    """One message about an element or a task, and when it was sent (aware)."""

    sent: datetime
    body: dict[str, Any]


@cache
def actual() -> dict[str, Dates]:
    """When tasks really start and finish (naive site wall time), beyond the simulated period too."""
    fixed = {
        code: Dates(start.replace(tzinfo=None), finish.replace(tzinfo=None))
        for code, (start, finish) in story.SPANS.items()
    }
    return schedule(story.HOURS, story.DELAYS, fixed)


def statements(seed: int, *, until: datetime = END) -> list[Statement]:
    """Every statement of the sample's story up to ``until`` (aware), in the order they are sent.

    The same seed gives the same statements; the story itself (who fails when) does not depend on it.
    """
    found: list[Statement] = []
    for task in plan_tasks():
        if not task.summary:
            # What began before the simulated period has a committed history: no seed may contradict it.
            early = actual()[task.code].start < _EARLY
            found.extend(
                _task_statements(task, random.Random(f"{HISTORY_SEED if early else seed}/{task.code}"))
            )
    return sorted(
        (statement for statement in found if statement.sent < until),
        key=lambda statement: (statement.sent, str(statement.body)),
    )


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=ZONE)


def _fact(
    kind: str,
    subject: dict[str, str],
    when: datetime,
    reporter: str,
    sent: datetime | None = None,
    **more: Any,
) -> Statement:
    body = {"kind": kind, **subject, "time": when.isoformat(timespec="seconds"), "reporter": reporter, **more}
    return Statement(sent or when + timedelta(seconds=20), body)


def _task_statements(task: PlanTask, random_: random.Random) -> Iterator[Statement]:
    dates = actual()[task.code]
    subject = {"task": task.global_id}
    start, finish = _aware(dates.start), _aware(dates.finish)
    yield _fact(
        "task_started", subject, start, FOREMAN, sent=start + timedelta(minutes=random_.randint(5, 50))
    )
    if not task.milestone:
        yield from _daily_quantities(task, dates, random_)
    yield from _element_statements(task, dates, random_)
    yield _fact(
        "task_finished", subject, finish, FOREMAN, sent=finish + timedelta(minutes=random_.randint(5, 60))
    )
    if task.code not in story.UNINSPECTED_TASKS and _inspected_as_a_whole(task):
        when = finish + timedelta(minutes=random_.randint(20, 90))
        yield _fact("inspected", subject, when, INSPECTOR, value="pass")


def _inspected_as_a_whole(task: PlanTask) -> bool:
    """Whether nothing but the task itself can be inspected: it leaves no elements behind."""
    return task.calendar == "SITE" and (task.trade == "earthwork" or not parts_by_task().get(task.code))


def _work_days(task: PlanTask, dates: Dates) -> list[tuple[datetime, float]]:
    """Ends of the task's days of work and the share of it done by then."""
    # A task that did not keep to working hours is measured by the clock.
    work = working_time("CONTINUOUS" if task.code in story.SPANS else task.calendar)
    total = work.hours_between(dates.start, dates.finish)
    days: list[tuple[datetime, float]] = []
    day = dates.start.date()
    while day <= dates.finish.date():
        evening = datetime.combine(day, time(17))
        if evening > dates.start:
            moment = min(evening, dates.finish)
            done = work.hours_between(dates.start, moment) / total if total > 0 else 1.0
            if not days or done > days[-1][1]:
                days.append((moment, min(done, 1.0)))
        day += timedelta(days=1)
    return days


def _daily_quantities(task: PlanTask, dates: Dates, random_: random.Random) -> Iterator[Statement]:
    if task.quantity is None:
        return
    subject = {"task": task.global_id}
    overrun = random_.uniform(0.96, 1.05)
    if task.code in story.DELAYS or task.code in story.SPANS or task.code in story.HOURS:
        overrun += 0.06
    paid = share = 0.0
    days = _work_days(task, dates)
    for index, (moment, done) in enumerate(days):
        when = _aware(moment)
        last = index == len(days) - 1
        # Foremen estimate: amid a task their figure is a few percent off, at its end it is measured.
        share = 1.0 if last else min(0.99, max(share, 0.01, done * random_.uniform(0.96, 1.03)))
        yield _fact(
            "quantity_reported",
            subject,
            when,
            FOREMAN,
            sent=when + timedelta(minutes=random_.randint(10, 70)),
            value=round(task.quantity * share, 3),
            unit=task.unit,
        )
        if task.budget is not None and (last or when.weekday() == 5):
            cost = round(task.budget * overrun * (1.0 if last else share) - paid, 2)
            if cost > 0:
                paid += cost
                yield _fact(
                    "cost_incurred",
                    subject,
                    when + timedelta(hours=1),
                    "wang.fang",
                    value=cost,
                    unit=CURRENCY,
                )


def _element_statements(task: PlanTask, dates: Dates, random_: random.Random) -> Iterator[Statement]:
    made = parts_by_task().get(task.code, ())
    if not made or task.trade == "earthwork":
        return
    work = working_time(task.calendar)
    total = work.hours_between(dates.start, dates.finish)
    for index, part in enumerate(made):
        subject = {"element": part.global_id}
        moment = work.add(dates.start, total * (index + 1) / len(made)) if total > 0 else dates.finish
        installed = _aware(moment) - timedelta(minutes=random_.randint(2, 25))
        if part.ifc_class in DELIVERED_CLASSES:
            morning = datetime.combine(dates.start.date() - timedelta(days=random_.randint(1, 3)), time(6))
            arrived = _aware(morning) + timedelta(minutes=random_.randint(0, 100), seconds=index)
            yield _fact("delivered", subject, arrived, PORTAL)
            yield _fact("installed", subject, installed, SCANNER)
        else:
            yield _fact("installed", subject, installed, FOREMAN, sent=installed + timedelta(minutes=30))
        yield from _inspections(part, subject, installed, _aware(dates.finish), random_)


def _inspections(
    part: Part, subject: dict[str, str], installed: datetime, finish: datetime, random_: random.Random
) -> Iterator[Statement]:
    if part.tag in story.UNINSPECTED or part.task in story.UNINSPECTED_TASKS:
        return
    if part.tag in story.FAILED_FIRST:
        remark, failed, passed = story.FAILED_FIRST[part.tag]
        yield _fact("inspected", subject, failed, INSPECTOR, value="fail", remark=remark)
        yield _fact(
            "inspected", subject, passed, INSPECTOR, value="pass", remark="复验合格 / Passed on re-inspection"
        )
        return
    if part.tag in story.FAILED:
        remark, failed = story.FAILED[part.tag]
        yield _fact("inspected", subject, failed, INSPECTOR, value="fail", remark=remark)
        return
    when = min(installed + timedelta(minutes=random_.randint(20, 45)), finish - timedelta(minutes=1))
    yield _fact("inspected", subject, max(when, installed), INSPECTOR, value="pass")


def delays() -> dict[str, timedelta]:
    """How much later than planned each task really finishes, by code."""
    return {code: actual()[code].finish - planned()[code].finish for code in tasks_by_code()}
