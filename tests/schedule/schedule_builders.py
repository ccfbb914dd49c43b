"""Small plans for the tests of this room."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import strategies as st

from bim_supervise.schedule.tasks import Calendar, CalendarException, Link, LinkType, Schedule, Task

OFFICE = ((480, 720), (780, 1020))
WEEK = Calendar(id="week", name="Week", week=(OFFICE,) * 5 + ((), ()))
ALL_DAYS = Calendar(id="all", name="All days", week=(((360, 1320),),) * 7)
NIGHT = Calendar(
    id="night",
    name="Night",
    week=(((0, 300), (1320, 1440)),) * 6 + ((),),
    exceptions=(CalendarException(first=date(2026, 1, 8), last=date(2026, 1, 12)),),
)
CALENDARS = (WEEK, ALL_DAYS, NIGHT)
MONDAY = datetime(2026, 1, 5, 8)
DAY = 480


def task(key: str, duration: int | None = DAY, **more) -> Task:
    return Task(**({"id": key, "source_id": key, "name": f"Task {key}", "duration_minutes": duration} | more))


def plan(tasks, links=(), **more) -> Schedule:
    values = {
        "name": "plan",
        "source_format": "csv",
        "sha256": "",
        "tasks": tuple(tasks),
        "links": tuple(links),
        "calendars": CALENDARS,
        "default_calendar": "week",
        "project_start": MONDAY,
    }
    return Schedule(**(values | more))


def link(before: str, after: str, kind: str = "FS", lag: int = 0, *, elapsed: bool = False) -> Link:
    return Link(
        predecessor=before, successor=after, type=LinkType(kind), lag_minutes=lag, lag_elapsed=elapsed
    )


@st.composite
def calendars(draw) -> Calendar:
    """Calendars with working time in at least one weekday."""

    def shifts():
        edges = draw(st.lists(st.integers(0, 96), max_size=6, unique=True))
        edges = sorted(edges)[: len(edges) // 2 * 2]
        return tuple((15 * a, 15 * b) for a, b in zip(edges[::2], edges[1::2], strict=True))

    week = [shifts() for _ in range(7)]
    if not any(week):
        week[draw(st.integers(0, 6))] = ((480, 960),)
    exceptions = tuple(
        CalendarException(
            first=date.fromordinal(first), last=date.fromordinal(first + length), shifts=shifts()
        )
        for first, length in draw(
            st.lists(
                st.tuples(
                    st.integers(date(2025, 12, 1).toordinal(), date(2026, 6, 1).toordinal()),
                    st.integers(0, 12),
                ),
                max_size=4,
            )
        )
    )
    return Calendar(id="c", name="drawn", week=tuple(week), exceptions=exceptions)


@st.composite
def plans(
    draw, *, kinds=tuple(LinkType), summaries: bool = False, max_tasks: int = 14, mixed: bool = True
) -> Schedule:
    """Acyclic plans with links and lags, without constraints; ``mixed``: of several calendars and elapsed."""
    count = draw(st.integers(1, max_tasks))
    minutes = st.sampled_from((0, 30, 60, 240, 480, 960, 1440, 2400))
    tasks = [
        task(
            str(n),
            draw(minutes),
            calendar=draw(st.sampled_from((None, "week", "all", "night") if mixed else (None,))),
            duration_elapsed=mixed and draw(st.sampled_from((False, False, False, True))),
        )
        for n in range(count)
    ]
    links = []
    for n in range(1, count):
        links += [
            link(
                str(before),
                str(n),
                draw(st.sampled_from(kinds)),
                draw(st.sampled_from((0, 0, 60, 480, 1000, -60, -480))),
                elapsed=mixed and draw(st.booleans()),
            )
            for before in draw(st.lists(st.integers(0, n - 1), max_size=3))
        ]
    if summaries and count > 3:
        cut = draw(st.integers(1, count - 1))
        tasks = [
            Task(**{**_fields(t), "parent": "early" if n < cut else "late"}) for n, t in enumerate(tasks)
        ]
        tasks += [task("early", None), task("late", None)]
        links.append(link("early", "late", draw(st.sampled_from(("FS", "SS"))), 480))
    return plan(tasks, links)


def _fields(row: Task) -> dict:
    return {name: getattr(row, name) for name in Task.__slots__}
