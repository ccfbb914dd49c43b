"""Primavera P6 XML: the same plan as the XER gives."""

from collections import Counter
from datetime import date, datetime

import pytest
from p6_builders import pmxml, xml_activity, xml_relation

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.read_pmxml import parse_pmxml
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import ConstraintType, LagCalendar, LinkType, TaskKind


@pytest.fixture
def read(tmp_path):
    def reader(text: str):
        path = tmp_path / "plan.xml"
        path.write_text(text, encoding="utf-8")
        return parse_pmxml(str(path), "", lambda *_: None)

    return reader


def reasons(items) -> Counter:
    return Counter(item.reason for item in items)


def test_dispatch_by_root_element(tmp_path):
    path = tmp_path / "plan.xml"
    path.write_text(pmxml(xml_activity(1)).replace("<APIB", "<!-- <Project> -->\n<APIB", 1))
    schedule = read_schedule(path)
    assert (schedule.source_format, schedule.name) == ("pmxml", "Plan")
    assert schedule.data_date == datetime(2026, 1, 5, 8)


def test_activities_and_links(read):
    schedule = read(
        pmxml(
            "<RelationshipLagCalendar>Successor Activity Calendar</RelationshipLagCalendar>",
            "<WBS><ObjectId>100</ObjectId><Code>P</Code><Name>Plan</Name></WBS>",
            xml_activity(
                1,
                WBSObjectId="100",
                PercentCompleteType="Physical",
                PhysicalPercentComplete="0.3",
                Status="In Progress",
                ActualStartDate="2026-01-05T08:00:00",
                RemainingDuration="4",
            ),
            xml_activity(2, Type="Finish Milestone", PlannedDuration="0", RemainingDuration="0"),
            xml_activity(3, PrimaryConstraintType="Start On", PrimaryConstraintDate="2026-01-07T08:00:00"),
            xml_relation(1, 2),
            xml_relation(1, 3, "Start to Start", "12"),
            xml_relation(7, 3),
            "<ResourceAssignment><ActivityObjectId>3</ActivityObjectId><PlannedCost>99.5</PlannedCost></ResourceAssignment>",
            "<ActivityExpense><ActivityObjectId>3</ActivityObjectId><PlannedCost>0.5</PlannedCost></ActivityExpense>",
        )
    )
    first, milestone, third = schedule.tasks
    assert (first.wbs, first.remaining_minutes) == ("P", 240)
    assert first.percent == pytest.approx(30)
    assert milestone.kind is TaskKind.MILESTONE
    assert schedule.rules.finish_milestones == ("A2",)
    assert schedule.rules.lag_calendar is LagCalendar.SUCCESSOR
    assert third.constraint.type is ConstraintType.START_NO_EARLIER_THAN
    assert third.constraint.also.type is ConstraintType.START_NO_LATER_THAN
    assert third.budget == 100
    assert [(tie.type, tie.lag_minutes) for tie in schedule.links] == [(LinkType.FS, 0), (LinkType.SS, 720)]
    assert reasons(schedule.skipped) == {"link_unknown_task": 1}


def test_calendar_week_and_exceptions(read):
    dated = (
        "<HolidayOrExceptions><HolidayOrException><Date>2026-01-06T00:00:00</Date></HolidayOrException>"
        "<HolidayOrException><Date>2026-01-10T00:00:00</Date><WorkTime><Start>20:00:00</Start>"
        "<Finish>23:59:00</Finish></WorkTime></HolidayOrException></HolidayOrExceptions>"
    )
    calendar = read(pmxml(xml_activity(1), calendars=dated)).calendars[0]
    assert calendar.week == (((480, 960),),) * 5 + ((), ())
    assert [(e.first, e.shifts) for e in calendar.exceptions] == [
        (date(2026, 1, 6), ()),
        (date(2026, 1, 10), ((1200, 1440),)),
    ]


def test_the_baseline_that_the_project_names(read):
    def baseline(number: int, start: str) -> str:
        return (
            f"<BaselineProject><ObjectId>{number}</ObjectId><Name>B{number}</Name>"
            "<OriginalProjectObjectId>1</OriginalProjectObjectId>"
            f"{xml_activity(50, Id='A1', PlannedStartDate=start, PlannedFinishDate='2026-02-02T16:00:00')}"
            "</BaselineProject>"
        )

    named = "<CurrentBaselineProjectObjectId>8</CurrentBaselineProjectObjectId>"
    both = baseline(7, "2026-01-12T08:00:00") + baseline(8, "2026-01-19T08:00:00")
    schedule = read(pmxml(named, xml_activity(1), more=both))
    assert schedule.tasks[0].baseline_start == datetime(2026, 1, 19, 8)
    assert schedule.tasks[0].baseline_finish == datetime(2026, 2, 2, 16)
    assert [(one.name, one.start) for one in schedule.tasks[0].baselines] == [
        ("B7", datetime(2026, 1, 12, 8)),
        ("B8", datetime(2026, 1, 19, 8)),
    ]
    assert schedule.skipped == ()


def test_what_is_not_used_is_listed(read):
    code = "<UDF><TypeObjectId>1</TypeObjectId><Text>2</Text></UDF>"
    text = pmxml(
        xml_activity(1).replace("</Activity>", f"{code}</Activity>"), more="<Project><Id>Q</Id></Project>"
    )
    schedule = read(text)
    assert [(item.what, item.reason) for item in schedule.skipped] == [
        ("project Q with 0 activities", "other_project"),
        ("1 elements UDF", "element_not_used"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<APIBusinessObjects/>", "xml_no_schedule"),
        (pmxml(), "schedule_empty"),
        (pmxml(xml_activity(1))[:-30], "xml_malformed"),
        ("<!DOCTYPE x><APIBusinessObjects/>", "xml_doctype"),
        (pmxml(xml_activity(1, ActualStartDate="soon")), "date_invalid"),
        (pmxml(xml_activity(1, PhysicalPercentComplete="half", PercentCompleteType="Physical",
                            ActualStartDate="2026-01-05T08:00:00")), "number_invalid"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(read, text, code):
    with pytest.raises(InputRefused) as refusal:
        read(text)
    assert refusal.value.code == code
    assert refusal.value.hint
