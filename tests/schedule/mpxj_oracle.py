"""Random networks and the dates that MPXJ's schedulers give them; MPXJ runs in a process of its own.

As a script: ``python mpxj_oracle.py ms_project|primavera FOLDER`` reads each ``*.xml`` of a folder and prints
one JSON object: early start, early finish, late start and late finish by file and task.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.mspdi_text import mspdi_text
from bim_supervise.schedule.tasks import (
    Calculation,
    Calendar,
    CalendarException,
    Constraint,
    ConstraintType,
    Link,
    LinkType,
    Method,
    Schedule,
    SchedulingRules,
    Task,
    TaskKind,
)

START = datetime(2026, 1, 5, 8)
_OFFICE = ((480, 720), (780, 1020))
_WEEKS = (
    ((_OFFICE,) * 5 + ((), ())),
    ((((420, 900),),) * 6 + ((),)),
    (((0, 360), (1080, 1440)),) * 7,
)
_CONSTRAINTS = tuple(
    kind for kind in ConstraintType if kind.value in ("SNET", "FNET", "SNLT", "FNLT", "MSO", "MFO")
)
_AT_FINISH = {
    ConstraintType.FINISH_NO_EARLIER_THAN, ConstraintType.FINISH_NO_LATER_THAN, ConstraintType.MUST_FINISH_ON
}  # fmt: skip
Moments = tuple[datetime, datetime, datetime, datetime]


def network(seed: int, method: Method, size: int, *, calendars: int, constraints: bool = True) -> Schedule:
    """A random plan: holidays, all link types, positive and negative lags, milestones, constraints."""
    dice = random.Random(seed)
    holidays = []
    for month in range(12):
        first = date(2026, 1, 1) + timedelta(days=30 * month + dice.randrange(20))
        holidays.append(CalendarException(first=first, last=first + timedelta(days=dice.randrange(4))))
    rules = SchedulingRules(method=method)
    made = tuple(
        Calendar(
            id=str(number + 1),
            name=f"Calendar {number + 1}",
            week=_WEEKS[number],
            exceptions=tuple(holidays) if number == 0 else (),
            rules=rules if number == 0 else None,
        )
        for number in range(calendars)
    )
    tasks, links = [], []
    for number in range(1, size + 1):
        milestone = dice.random() < 0.06
        duration = 0 if milestone else dice.choice((60, 120, 240, 300, 480, 480, 960, 1440, 2400, 4800))
        constraint = None
        if constraints and dice.random() < 0.06:
            kind = dice.choice(_CONSTRAINTS)
            at = START + timedelta(days=dice.randrange(200))
            constraint = Constraint(type=kind, at=at.replace(hour=17 if kind in _AT_FINISH else 8))
        tasks.append(
            Task(
                id=str(number),
                source_id=str(number),
                name=f"Task {number}",
                kind=TaskKind.MILESTONE if milestone else TaskKind.TASK,
                duration_minutes=duration,
                calendar=dice.choice((None, *(one.id for one in made))),
                constraint=constraint,
            )
        )
        near = range(max(1, number - 20), number)
        for before in dice.sample(near, min(len(near), dice.choice((0, 1, 1, 2, 2, 3)))):
            kind, lag = dice.choice(tuple(LinkType)), dice.choice((0, 0, 0, 480, 960, -240, -480, 60))
            link = Link(predecessor=str(before), successor=str(number), type=kind, lag_minutes=lag)
            links.append(link)
    return Schedule(
        name=f"network {seed}",
        source_format="mspdi",
        sha256="",
        tasks=tuple(tasks),
        links=tuple(links),
        calendars=made,
        default_calendar="1",
        project_start=START,
    )


def mpxj_dates(plans: dict[str, Schedule], method: Method, folder: Path) -> dict[str, dict[str, Moments]]:
    """Dates of each plan by MPXJ's scheduler; a plan that MPXJ refuses is left out."""
    for name, plan in plans.items():
        (folder / f"{name}.xml").write_bytes(mspdi_text(plan).content)
    answer = subprocess.run(
        [sys.executable, __file__, method.value, str(folder)], capture_output=True, text=True, check=True
    )
    return {
        name: {task: tuple(map(datetime.fromisoformat, moments)) for task, moments in rows.items()}
        for name, rows in json.loads(answer.stdout).items()
    }


@dataclass(frozen=True)
class Difference:
    """Where the two disagree, and why: a heading of ``docs/schedule-agreement.md``."""

    task: str
    which: int
    mpxj: datetime
    ours: datetime
    why: str


def differences(plan: Schedule, theirs: dict[str, Moments], found: Calculation) -> list[Difference]:
    """All differing dates of a plan, each with the first reason of the document that fits.

    The reasons are worked out from the dates and links, not from a list of known cases; what none
    of them fits is ``unexplained``.
    """
    tasks = {task.id: task for task in plan.tasks}
    works = {calendar.id: WorkTime(calendar) for calendar in plan.calendars}
    work = {key: works[task.calendar or plan.default_calendar] for key, task in tasks.items()}
    primavera = plan.rules.method is Method.PRIMAVERA
    ours = {
        key: (one.early_start, one.early_finish, one.late_start, one.late_finish)
        for key, one in found.dates.items()
    }
    before: dict[str, list[Link]] = {}
    after: dict[str, list[Link]] = {}
    for link in plan.links:
        before.setdefault(link.successor, []).append(link)
        after.setdefault(link.predecessor, []).append(link)
    finish_differs = max(row[1] for row in theirs.values()) != found.finish

    def broken(dates: dict[str, Moments], link: Link, side: int) -> bool:
        since = dates[link.predecessor][side + (link.type.value[0] == "F")]
        got = dates[link.successor][side + (link.type.value[1] == "F")]
        lag_work = work[link.predecessor if primavera else link.successor]
        asked = lag_work.add(since, link.lag_minutes) if link.lag_minutes else since
        return work[link.successor].between(got, asked) > 0

    def why(key: str, which: int) -> str:
        side = 2 * (which // 2)
        near = (after if side else before).get(key, [])
        others = [link.successor if side else link.predecessor for link in near]
        mixed = [link for link in near if work[link.predecessor] is not work[link.successor]]
        if work[key].between(theirs[key][which], ours[key][which]) == 0:
            return "same moment of work"
        if any(theirs[one][side : side + 2] != ours[one][side : side + 2] for one in others):
            return "follows another"
        open_ended = not any(link.type in (LinkType.FS, LinkType.FF) for link in near)
        if side and open_ended and finish_differs:
            return "follows another"
        if work[key].between(*theirs[key][side : side + 2]) != tasks[key].duration_minutes:
            return "start and finish apart"
        if any(broken(theirs, link, side) and not broken(ours, link, side) for link in near):
            return "link not kept"
        if mixed:
            return "link between calendars"
        return "unexplained"

    return [
        Difference(key, which, theirs[key][which], ours[key][which], why(key, which))
        for key in tasks
        for which in range(4)
        if theirs[key][which] != ours[key][which]
    ]


def _main(method: str, folder: str) -> None:
    from bim_supervise.schedule.read_mpxj import start_java

    bridge = start_java()
    from java.time import LocalDateTime
    from org.mpxj import ActivityType, Duration, TimeUnit
    from org.mpxj.cpm import MicrosoftScheduler, PrimaveraScheduler
    from org.mpxj.reader import UniversalProjectReader

    scheduler = PrimaveraScheduler if method == Method.PRIMAVERA.value else MicrosoftScheduler
    answer = {}
    for file in sorted(Path(folder).glob("*.xml")):
        project = UniversalProjectReader().read(str(file))
        for task in project.getTasks():
            task.setActualDuration(Duration.getInstance(0, TimeUnit.HOURS))
            task.setRemainingDuration(task.getDuration())
            kind = ActivityType.START_MILESTONE if task.getMilestone() else ActivityType.TASK_DEPENDENT
            task.setActivityType(kind)
        try:
            start = LocalDateTime.of(START.year, START.month, START.day, START.hour, START.minute)
            scheduler().schedule(project, start)
        except bridge.JException as error:
            print(f"{file.name}: {error}", file=sys.stderr)
            continue
        answer[file.stem] = {
            str(task.getUniqueID()): [
                str(moment)
                for moment in (
                    task.getEarlyStart(), task.getEarlyFinish(), task.getLateStart(), task.getLateFinish()
                )
            ]
            for task in project.getTasks()
            if task.getName()
        }  # fmt: skip
    print(json.dumps(answer))


if __name__ == "__main__":
    _main(*sys.argv[1:])
