"""MS Project XML."""

from collections import Counter
from datetime import date, datetime

import pytest

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import ConstraintType, LinkType, TaskKind

DAY_TIMES = (
    "<WorkingTimes><WorkingTime><FromTime>08:00:00.000</FromTime><ToTime>16:00:00.000</ToTime></WorkingTime>"
    "</WorkingTimes>"
)


def day(number: int, *, working: bool = True, times: str = DAY_TIMES) -> str:
    body = f"<DayWorking>1</DayWorking>{times}" if working else "<DayWorking>0</DayWorking>"
    return f"<WeekDay><DayType>{number}</DayType>{body}</WeekDay>"


BASE = (
    "<Calendar><UID>1</UID><Name>Site</Name><IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID>"
    f"<WeekDays>{day(1, working=False)}{''.join(day(n) for n in range(2, 8))}%s</WeekDays>%s</Calendar>"
)


def row(uid: int, name: str | None = "x", body: str = "", level: int = 1) -> str:
    title = "" if name is None else f"<Name>{name}</Name>"
    return (
        f"<Task><UID>{uid}</UID><ID>{uid}</ID>{title}<OutlineLevel>{level}</OutlineLevel>"
        f"<Duration>PT8H0M0S</Duration><DurationFormat>7</DurationFormat>{body}</Task>"
    )


def tie(uid: int, body: str = "<Type>1</Type>") -> str:
    return f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID>{body}</PredecessorLink>"


@pytest.fixture(autouse=True)
def in_this_process(request, monkeypatch):
    """Starting a child for each of the many small cases would take most of the time."""
    if "child" not in request.node.name:
        monkeypatch.setattr(
            "bim_supervise.schedule.read_schedule.run_limited",
            lambda function, *arguments, **_: function(*arguments, lambda *_: None),
        )


@pytest.fixture
def read(tmp_path):
    def write_and_read(rows: str, calendars: str = BASE % ("", ""), head: str = ""):
        path = tmp_path / "plan.xml"
        path.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<Project xmlns="http://schemas.microsoft.com/project">'
            f"<Title>Pump station</Title><StartDate>2026-01-05T08:00:00</StartDate>{head}"
            f"<CalendarUID>1</CalendarUID><Calendars>{calendars}</Calendars>\n<Tasks>\n{rows}\n</Tasks></Project>",
            "utf-8",
        )
        return read_schedule(path)

    return write_and_read


@pytest.fixture
def refused(tmp_path):
    def write_and_refuse(content: str | bytes, name: str = "plan.xml") -> InputRefused:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(InputRefused) as refusal:
            read_schedule(path)
        assert name in refusal.value.message
        assert refusal.value.hint
        return refusal.value

    return write_and_refuse


def reasons(items) -> Counter:
    return Counter(item.reason for item in items)


def test_rows_parents_kinds_and_what_is_left_out(read):
    schedule = read(
        row(0, "Project", level=0)
        + row(1, "Structure", "<Summary>1</Summary>")
        + row(2, "Slab", "<WBS>S.1</WBS><CalendarUID>-1</CalendarUID>", level=2)
        + row(3, None, level=1)
        + row(4, "Handover", "<Milestone>1</Milestone>", level=2)
        + row(5, "Old", "<Active>0</Active>")
        + row(6, "Elsewhere", "<ExternalTask>1</ExternalTask>")
        + row(7, "Blank", "<IsNull>1</IsNull>")
        + row(8, "Walls", tie(2) + tie(3) + tie(99))
    )
    assert [(t.id, t.name, t.parent, t.kind) for t in schedule.tasks] == [
        ("1", "Structure", None, TaskKind.SUMMARY),
        ("2", "Slab", "1", TaskKind.TASK),
        ("4", "Handover", None, TaskKind.MILESTONE),
        ("8", "Walls", None, TaskKind.TASK),
    ]
    assert schedule.name == "Pump station"
    assert schedule.project_start == datetime(2026, 1, 5, 8)
    assert schedule.tasks[1].wbs == "S.1"
    assert schedule.tasks[1].calendar is None
    assert len(schedule.links) == 1
    assert reasons(schedule.skipped) == Counter(
        project_summary=1,
        nameless=2,  # the row, and the link from it
        inactive=1,
        external_task=1,
        null_row=1,
        link_unknown_task=1,
    )


def test_durations_constraints_baseline_actuals_and_money(read):
    schedule = read(
        row(
            1,
            "a",
            "<Start>2026-01-05T08:00:00</Start><Finish>2026-01-05T16:00:00</Finish>"
            "<ConstraintType>7</ConstraintType><ConstraintDate>2026-02-01T16:00:00</ConstraintDate>"
            "<Deadline>2026-02-02T16:00:00</Deadline><Cost>1250050</Cost><FixedCost>100</FixedCost>"
            "<PercentComplete>0</PercentComplete>"
            "<Baseline><Number>1</Number><Start>2020-01-01T08:00:00</Start></Baseline>"
            "<Baseline><Number>0</Number><Start>2026-01-06T08:00:00</Start><Finish>2026-01-06T16:00:00</Finish></Baseline>",
        )
        + row(
            2,
            "b",
            "<ActualStart>2026-01-05T08:00:00</ActualStart><PercentComplete>0</PercentComplete>"
            "<RemainingDuration>PT5H30M0S</RemainingDuration><ConstraintType>1</ConstraintType>",
        )
        + row(3, "c", "<Cost>0</Cost><FixedCost>0</FixedCost><Manual>1</Manual>"
                      "<ManualStart>2026-01-07T08:00:00</ManualStart>")
    )  # fmt: skip
    a, b, c = schedule.tasks
    assert a.duration_minutes == 480
    assert a.constraint is not None
    assert (a.constraint.type, a.constraint.at) == (
        ConstraintType.FINISH_NO_LATER_THAN,
        datetime(2026, 2, 1, 16),
    )
    assert a.deadline == datetime(2026, 2, 2, 16)
    assert a.budget == 12_500.5
    assert a.percent is None
    assert (a.baseline_start, a.baseline_finish) == (datetime(2026, 1, 6, 8), datetime(2026, 1, 6, 16))
    assert b.percent == 0
    assert b.remaining_minutes == 330
    assert b.constraint is not None
    assert b.constraint.type is ConstraintType.AS_LATE_AS_POSSIBLE
    assert c.budget is None
    assert c.manual
    assert c.start == datetime(2026, 1, 7, 8)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<Type>0</Type>", (LinkType.FF, 0, False)),
        ("<Type>1</Type><LinkLag>4800</LinkLag><LagFormat>7</LagFormat>", (LinkType.FS, 480, False)),
        ("<Type>2</Type><LinkLag>-600</LinkLag><LagFormat>5</LagFormat>", (LinkType.SF, -60, False)),
        ("<Type>3</Type><LinkLag>14400</LinkLag><LagFormat>8</LagFormat>", (LinkType.SS, 1440, True)),
        ("<Type>1</Type><LinkLag>50</LinkLag><LagFormat>19</LagFormat>", (LinkType.FS, 240, False)),
        ("", (LinkType.FS, 0, False)),
    ],
)
def test_link_types_and_lags(read, body, expected):
    schedule = read(row(1, "a") + row(2, "b", tie(1, body)))
    (found,) = schedule.links
    assert (found.type, found.lag_minutes, found.lag_elapsed) == expected
    assert reasons(schedule.converted) == (Counter(lag_percent=1) if "19" in body else Counter())


def test_elapsed_durations(read):
    schedule = read(row(1, "a").replace(">7<", ">8<").replace("PT8H", "PT24H"))
    assert schedule.tasks[0].duration_elapsed
    assert schedule.tasks[0].duration_minutes == 1440


def test_weeks_old_exceptions_and_derived_calendars(read):
    old = (
        "<WeekDay><DayType>0</DayType><DayWorking>0</DayWorking><TimePeriod>"
        "<FromDate>2026-01-06T00:00:00</FromDate><ToDate>2026-01-07T23:59:59</ToDate></TimePeriod></WeekDay>"
    )
    derived = (
        "<Calendar><UID>2</UID><Name>Crane</Name><IsBaseCalendar>0</IsBaseCalendar>"
        f"<BaseCalendarUID>1</BaseCalendarUID><WeekDays>{day(7, working=False)}</WeekDays></Calendar>"
    )
    schedule = read(row(1, "a", "<CalendarUID>2</CalendarUID>"), BASE % (old, "") + derived)
    crane = WorkTime(next(c for c in schedule.calendars if c.id == "2"))
    assert crane.shifts_on(date(2026, 1, 5)) == ((480, 960),)
    assert crane.shifts_on(date(2026, 1, 7)) == ()
    assert crane.shifts_on(date(2026, 1, 10)) == ()
    site = WorkTime(next(c for c in schedule.calendars if c.id == "1"))
    assert site.shifts_on(date(2026, 1, 10)) == ((480, 960),)


def exception(kind: int, more: str, first: str = "2026-01-01", last: str = "2026-12-31") -> str:
    return (
        f"<Exception><TimePeriod><FromDate>{first}T00:00:00</FromDate><ToDate>{last}T23:59:00</ToDate></TimePeriod>"
        f"<Name>E</Name><Type>{kind}</Type>{more}<DayWorking>0</DayWorking></Exception>"
    )


@pytest.mark.parametrize(
    ("body", "closed"),
    [
        (exception(1, "<Period>1</Period>", "2026-02-16", "2026-02-17"), ["2026-02-16", "2026-02-17"]),
        (
            exception(1, "<Period>3</Period>", "2026-02-02", "2026-02-10"),
            ["2026-02-02", "2026-02-05"],  # and Sunday the 8th, closed anyway
        ),
        (exception(2, "<Month>4</Month><MonthDay>1</MonthDay>"), ["2026-05-01"]),
        (
            exception(3, "<Month>4</Month><MonthItem>4</MonthItem><MonthPosition>4</MonthPosition>"),
            ["2026-05-25"],
        ),
        (
            exception(4, "<Period>6</Period><MonthDay>15</MonthDay>"),
            ["2026-01-15", "2026-07-15"],
        ),
        (
            exception(5, "<Period>6</Period><MonthItem>1</MonthItem><MonthPosition>0</MonthPosition>"),
            ["2026-01-01", "2026-07-01"],
        ),
        (
            exception(6, "<Period>2</Period><DaysOfWeek>34</DaysOfWeek>", "2026-01-05", "2026-01-24"),
            ["2026-01-05", "2026-01-09", "2026-01-19", "2026-01-23"],
        ),
    ],
)
def test_new_exceptions_single_and_recurring(read, body, closed):
    schedule = read(row(1, "a"), BASE % ("", f"<Exceptions>{body}</Exceptions>"))
    work = WorkTime(schedule.calendars[0])
    days = [date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    found = [day.isoformat() for day in days if day.weekday() < 6 and not work.shifts_on(day)]
    assert found == closed


def test_a_recurrence_that_cannot_be_converted_is_listed(read):
    body = exception(8, "<Period>1</Period>")
    schedule = read(row(1, "a"), BASE % ("", f"<Exceptions>{body}</Exceptions>"))
    assert reasons(schedule.skipped) == Counter(recurrence_not_supported=1)


def test_what_is_missing_or_odd_is_listed_not_guessed(read):
    schedule = read(
        row(1, "a", "<ConstraintType>4</ConstraintType><LevelingDelay>4800</LevelingDelay>")
        + row(2, "b", "<ConstraintType>9</ConstraintType><CalendarUID>77</CalendarUID>")
        + row(3, "c", tie(1, "<Type>8</Type>")),
        head="<ScheduleFromStart>0</ScheduleFromStart>",
    )
    assert reasons(schedule.skipped) == Counter(
        constraint_without_date=1,
        leveling_delay=1,
        constraint_unknown=1,
        calendar_unknown=1,
        link_type_unknown=1,
        schedule_from_finish=1,
    )


# -- refusals --------------------------------------------------------------------------------------


def project(body: str) -> str:
    return (
        '<?xml version="1.0"?>\n<Project xmlns="http://schemas.microsoft.com/project">\n'
        f"<Tasks>\n{body}\n</Tasks>\n</Project>"
    )


@pytest.mark.parametrize(
    ("content", "code", "part"),
    [
        ("<html><body/></html>", "xml_no_schedule", "<html>"),
        ("<Project xmlns='http://example.org'><Tasks/></Project>", "xml_no_schedule", "<Project>"),
        ("<Project xmlns='http://schemas.microsoft.com/project'/>", "xml_no_schedule", "line 1"),
        (project("<Task><UID>1</UID>\n<Name>x</Nam>"), "xml_malformed", "line 5"),
        (project("")[:-8], "xml_malformed", "line 6"),
        (project(""), "schedule_empty", "no named task"),
        (project(row(1, None)), "schedule_empty", "no named task"),
        (project(row(1) + "\n" + row(1)), "task_id_duplicate", "line 5"),
        (project(row(1, "x", "<Start>yesterday</Start>")), "date_invalid", "line 4: 'yesterday' in Start"),
        (project(row(1).replace("PT8H0M0S", "8 hours")), "duration_invalid", "line 4: '8 hours' in Duration"),
        (project(row(1, "x", "<Cost>a lot</Cost>")), "number_invalid", "line 4: 'a lot' in Cost"),
        (project(row(1, "First", tie(2)) + row(2, "Second", tie(1))), "schedule_cycle", "First [1]"),
        ("<APIBusinessObjects/>", "xml_no_schedule", "no project"),
        ("<?xml version='1.0' encoding='klingon'?><a/>", "xml_encoding", "encoding"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_with_its_place(refused, content, code, part):
    error = refused(content)
    assert error.code == code
    assert part in error.message


def test_a_doctype_is_refused_before_anything_is_expanded(refused):
    entities = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
    bomb = f'<?xml version="1.0"?>\n<!DOCTYPE p [{entities}]>\n<Project>&b;</Project>'
    error = refused(bomb)
    assert error.code == "xml_doctype"
    assert "line 2" in error.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \n\n", "file_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "schedule_needs_mpxj"),
        (b"PK\x03\x04 not really", "schedule_needs_mpxj"),
        (b"version https://git-lfs.github.com/spec/v1", "schedule_format_unsupported"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "schedule_needs_mpxj"),
    ],
)
def test_other_formats_are_refused_by_their_content(refused, monkeypatch, content, code):
    monkeypatch.setattr("bim_supervise.schedule.read_schedule.mpxj_installed", lambda: False)
    assert refused(content, "plan.csv").code == code


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputRefused) as refusal:
        read_schedule(tmp_path / "none.xml")
    assert refusal.value.code == "file_not_found"


def test_utf16_is_read(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_bytes(project(row(1, "基坑开挖")).replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"))
    assert read_schedule(path).tasks[0].name == "基坑开挖"


def test_a_child_process_reads_and_refuses_alike(tmp_path):
    path = tmp_path / "plan.xml"
    path.write_text(project(row(1, "a") + row(2, "b", tie(1))))
    stages = []
    schedule = read_schedule(path, on_progress=lambda stage, share: stages.append(stage))
    assert [task.name for task in schedule.tasks] == ["a", "b"]
    assert stages[0] == "read"
    path.write_text(project(row(1, "a", "<Start>x</Start>")))
    with pytest.raises(InputRefused) as refusal:
        read_schedule(path)
    assert refusal.value.code == "date_invalid"
