"""A plan written for MS Project or as IfcTask is read back as it was; what does not fit is listed."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import ifcopenshell.validate
import pytest
from hypothesis import HealthCheck, given, settings
from schedule_builders import DAY, MONDAY, NIGHT, WEEK, link, plan, plans, task

from bim_supervise.report.ifc_plan import write_ifc_plan
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.details import (
    ActivityCode,
    Assignment,
    Baseline,
    PercentType,
    Resource,
    ResourceKind,
    WbsNode,
)
from bim_supervise.schedule.mspdi_text import mspdi_text
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import (
    CalendarException,
    Constraint,
    ConstraintType,
    LagCalendar,
    Method,
    SchedulingRules,
    TaskKind,
)

FRIDAY = datetime(2026, 1, 9, 17)
RICH = plan(
    [
        task("A-1", None, kind=TaskKind.SUMMARY, wbs="1", name="Shell 主体"),
        task("A-2", parent="A-1", wbs="1.1", start=MONDAY, finish=FRIDAY, calendar="night",
             constraint=Constraint(type=ConstraintType.START_NO_EARLIER_THAN, at=MONDAY),
             baseline_start=MONDAY, baseline_finish=FRIDAY,
             baselines=(Baseline(name="0", start=MONDAY, finish=FRIDAY, duration_minutes=480, cost=9.5),
                        Baseline(name="3", start=MONDAY, finish=MONDAY)),
             codes=(ActivityCode(type="Trade", value="CONC"),), budget=1200.25,
             assignments=(Assignment(resource="R1", units=0.5, work_minutes=600, cost=1200.25),)),
        task("A-3", 240, parent="A-1", actual_start=MONDAY, remaining_minutes=120, percent=50.0,
             percent_type=PercentType.DURATION, deadline=FRIDAY, resumes=FRIDAY),
        task("A-4", 0, kind=TaskKind.MILESTONE, manual=True, start=FRIDAY, finish=FRIDAY),
        task("A-5", 1440, duration_elapsed=True),
    ],
    [link("A-2", "A-3", "SS", 480), link("A-3", "A-4", "FF", -60),
     link("A-4", "A-5", "FS", 1440, elapsed=True)],
    resources=(Resource(id="R1", name="钢筋工", kind=ResourceKind.LABOUR),),
)  # fmt: skip


def through_mspdi(schedule, folder):
    file = folder / "plan.xml"
    file.write_bytes(mspdi_text(schedule).content)
    return read_schedule(file)


def through_ifc(schedule, folder):
    file = folder / "plan.ifc"
    write_ifc_plan(file, schedule, calculation=calculate(schedule))
    return read_schedule(file)


def days_of(calendar):
    work = WorkTime(calendar)
    first = date(2025, 11, 1)
    return [work.shifts_on(first + timedelta(days=n)) for n in range(300)]


def differences(before, after, *, without=()):
    """Names of the fields that differ, calendars compared by what is worked on each day."""
    found = set()
    if len(before.tasks) != len(after.tasks):
        found.add("tasks")
    others = {one.id: one for one in after.tasks}
    calendars = [{one.id: days_of(one) for one in side.calendars} for side in (before, after)]
    for one in before.tasks:
        other = others[one.id]
        for name in (field.name for field in fields(one)):
            values = getattr(one, name), getattr(other, name)
            if name == "calendar":
                values = (
                    calendars[0][values[0] or before.default_calendar],
                    calendars[1][values[1] or after.default_calendar],
                )
            if name not in ("source_id", *without) and values[0] != values[1]:
                found.add(name)
    ties = [sorted((a.predecessor, a.successor, a.type, a.lag_minutes, a.lag_elapsed and a.lag_minutes != 0)
                   for a in side.links) for side in (before, after)]  # fmt: skip
    return found | ({"links"} if ties[0] != ties[1] else set())


def differences_in_ifc(before, after):
    """The same, and what is said of the plan as a whole."""
    found = {name for name in ("wbs", "rules", "data_date") if getattr(before, name) != getattr(after, name)}
    sides = []
    for side in (before, after):
        days = {one.id: days_of(one) for one in side.calendars}
        sides.append([replace(one, calendar=days.get(one.calendar)) for one in side.resources])
    return differences(before, after) | found | ({"resources"} if sides[0] != sides[1] else set())


def test_ms_project_xml_is_read_back_equal(tmp_path):
    again = through_mspdi(RICH, tmp_path)
    assert differences(RICH, again, without=("assignments", "resumes")) == set()
    assert [one.name for one in again.resources] == ["钢筋工"]
    assert [(one.units, one.work_minutes, one.cost) for one in again.tasks[1].assignments] == [
        (0.5, 600, 1200.25)
    ]
    dates, original = calculate(again).dates, calculate(RICH).dates
    assert dates == original
    # Once written by this writer, nothing changes any more.
    assert mspdi_text(again).content == mspdi_text(through_mspdi(again, tmp_path)).content


def test_what_ms_project_cannot_hold_is_listed():
    second = Constraint(
        type=ConstraintType.START_NO_EARLIER_THAN,
        at=MONDAY,
        also=Constraint(type=ConstraintType.FINISH_NO_LATER_THAN, at=FRIDAY),
    )
    lost = plan(
        [
            task("1", constraint=second, element_ids=("g",)),
            task("2", kind=TaskKind.LEVEL_OF_EFFORT),
            task("3", constraint=Constraint(type=ConstraintType.EXPECTED_FINISH, at=FRIDAY)),
            task("4", percent=5.0, percent_type=PercentType.PHYSICAL, actual_start=MONDAY, resumes=FRIDAY),
        ]
    )
    assert {item.reason for item in mspdi_text(lost).dropped} == {
        "second_constraint", "element_links_not_in_format", "level_of_effort_as_task", "constraint_unknown",
        "percent_as_duration", "resumption_not_in_format",
    }  # fmt: skip


def test_ifc_tasks_are_read_back_equal_and_valid(tmp_path):
    again = through_ifc(RICH, tmp_path)
    assert differences_in_ifc(RICH, again) == set()
    assert calculate(again).dates == calculate(RICH).dates
    logger = ifcopenshell.validate.json_logger()
    ifcopenshell.validate.validate(str(tmp_path / "plan.ifc"), logger, express_rules=True)
    assert logger.statements == []


def test_resources_of_every_kind_expenses_and_primaveras_options_are_read_back_from_ifc(tmp_path):
    rules = SchedulingRules(
        method=Method.PRIMAVERA, lag_calendar=LagCalendar.SUCCESSOR, finish_milestones=("3",)
    )
    staffed = plan(
        [
            task("1", assignments=(
                Assignment(resource="labour", units=1.5, work_minutes=90, cost=10.5, actual_cost=2.0),
                Assignment(resource=None, cost=7.0, remaining_cost=0.0),
                Assignment(resource="material", units=12.5, cost=3.0),
                Assignment(resource="equipment", units=0.0),
            )),
            task("2", assignments=(Assignment(resource="cost", cost=1.0), Assignment(resource="labour"))),
            task("3", 0, kind=TaskKind.MILESTONE),
        ],
        [link("1", "2", "FS", 600)],
        calendars=(replace(WEEK, rules=rules), NIGHT),
        data_date=MONDAY,
        resources=tuple(
            Resource(id=kind.value, name=kind.value.title(), kind=kind, unit="m3", calendar="night")
            for kind in ResourceKind
        ),
        wbs=(WbsNode(path="1.2", name="主体"),),
    )  # fmt: skip
    file = tmp_path / "plan.ifc"
    assert write_ifc_plan(file, staffed) == ()
    again = read_schedule(file)
    assert differences_in_ifc(staffed, again) == set()
    assert calculate(again).dates == calculate(staffed).dates
    logger = ifcopenshell.validate.json_logger()
    ifcopenshell.validate.validate(str(file), logger, express_rules=True)
    assert logger.statements == []


def test_in_plans_of_other_tools_the_resource_itself_is_assigned_and_a_rate_is_no_cost(tmp_path):
    write_ifc_plan(tmp_path / "plan.ifc", plan([task("a")]))
    file = ifcopenshell.open(str(tmp_path / "plan.ifc"))
    rate = file.create_entity("IfcCostValue", AppliedValue=file.create_entity("IfcMonetaryMeasure", 45.0))
    usage = file.create_entity("IfcResourceTime", ScheduleWork="P2D", ScheduleUsage=0.5)
    crew = file.create_entity(
        "IfcCrewResource", GlobalId=ifcopenshell.guid.new(), Name="Crew", BaseCosts=[rate], Usage=usage
    )
    file.create_entity(
        "IfcRelAssignsToProcess",
        GlobalId=ifcopenshell.guid.new(),
        RelatedObjects=[crew],
        RelatingProcess=file.by_type("IfcTask")[0],
    )
    file.write(str(tmp_path / "plan.ifc"))
    read = read_schedule(tmp_path / "plan.ifc")
    assert read.resources == (Resource(id=crew.GlobalId, name="Crew"),)
    assert read.tasks[0].assignments == (Assignment(resource=crew.GlobalId, units=0.5, work_minutes=2 * DAY),)
    assert [one.reason for one in read.skipped] == ["cost_value_not_used"]


def test_overlapping_exceptions_keep_their_meaning(tmp_path):
    busy = replace(
        NIGHT,
        exceptions=(
            CalendarException(first=date(2026, 1, 5), last=date(2026, 1, 20)),
            CalendarException(first=date(2026, 1, 8), last=date(2026, 1, 9), shifts=((480, 1440),)),
        ),
    )
    schedule = plan([task("a", calendar="night")], calendars=(WEEK, busy))
    for through in (through_mspdi, through_ifc):
        assert differences(schedule, through(schedule, tmp_path)) == set()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans(summaries=False))
def test_any_plan_is_read_back_equal(tmp_path, schedule):
    assert differences(schedule, through_mspdi(schedule, tmp_path)) == set()
    assert differences(schedule, through_ifc(schedule, tmp_path)) == set()


def test_into_a_model_the_tasks_are_tied_to_its_elements(tmp_path):
    model = ifcopenshell.file(schema="IFC4")
    project = model.create_entity("IfcProject", GlobalId=ifcopenshell.guid.new(), Name="P")
    wall = model.create_entity("IfcWall", GlobalId=ifcopenshell.guid.new(), Name="W")
    model.write(str(tmp_path / "model.ifc"))
    schedule = plan([task("a", element_ids=(wall.GlobalId, "3iHy1LOhfAtfLt80$LZBqn"))])
    write_ifc_plan(tmp_path / "out.ifc", schedule, model=tmp_path / "model.ifc")
    written = ifcopenshell.open(str(tmp_path / "out.ifc"))
    (tie,) = written.by_type("IfcRelAssignsToProduct")
    assert (tie.RelatingProduct.Name, tie.RelatedObjects[0].Name) == ("W", "Task a")
    assert len(written.by_type("IfcProject")) == 1
    assert project.Name == "P"
    assert set(read_schedule(tmp_path / "out.ifc").tasks[0].element_ids) == set(schedule.tasks[0].element_ids)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("schedule/msp2016_task_links.xml", ()),
        ("schedule/schependomlaan_planning_2015.xml", ()),
        ("schedule/p6_wk2.xer", ("codes", "percent_type", "assignments", "physical_percent")),
        ("schedule/p6_mdl4d.xer", ("constraint", "percent_type", "assignments")),
    ],
)
def test_real_plans_make_the_round_trip(shared_data, tmp_path, name, lost):
    """Of Primavera's plans MS Project loses the names of codes, percent types and second constraints."""
    schedule = read_schedule(shared_data / name)
    assert differences(schedule, through_mspdi(schedule, tmp_path)) == set(lost)
    again = through_ifc(schedule, tmp_path)
    assert differences_in_ifc(schedule, again) == set()
    assert calculate(again).dates == calculate(schedule).dates
